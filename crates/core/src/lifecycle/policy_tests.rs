//! What a policy makes of a life, and that it never disagrees with the plain timers where both say the same.

use proptest::prelude::*;

use super::*;
use crate::hours::Hours;
use crate::policy::{Action, Counts, RulesError, StartsOn, Warning};
use crate::session::OnReturn;
use crate::sid::{PolicySid, SidBytes};

const T0: Timestamp = Timestamp::from_seconds(1_767_225_600);

fn at(seconds: i64) -> Timestamp {
    T0.plus_seconds(seconds)
}

fn rules() -> Rules {
    Rules {
        policy_sid: PolicySid::new(SidBytes::new(1, 0, [0; 8])),
        version: 1,
        counts: Counts::Customer,
        starts_on: StartsOn::FirstAgentReply,
        idle_after: Some(300),
        action: Action::InactivateAndEnd,
        end_inactive_after: Some(86_400),
        end_closes: true,
        on_return: OnReturn::SameAgent,
        queue: None,
        farewell: None,
        warnings: Vec::new(),
        hours: None,
    }
}

fn warnings(before: &[i64]) -> Vec<Warning> {
    before.iter().map(|before| Warning { before_seconds: *before, body: "Still there?".to_owned() }).collect()
}

fn governed(rules: Rules) -> Lifecycle {
    rules.check().unwrap();
    let life = Lifecycle::created(State::Active, Timers::default(), T0).unwrap();
    step(&life, T0, Input::Governed(Some(Arc::new(rules)), Timers::default())).unwrap().next
}

fn apply(life: &mut Lifecycle, seconds: i64, input: Input) -> Option<Transition> {
    let Step { next, transition, .. } = step(life, at(seconds), input).unwrap();
    *life = next;
    transition
}

fn mark(life: &Lifecycle) -> Option<(Mark, i64)> {
    life.armed.map(|armed| (armed.kind, armed.due.micros_since(T0) / 1_000_000))
}

fn says(life: &mut Lifecycle, seconds: i64, by: Side) {
    apply(life, seconds, Input::MessageAdded(by));
}

#[test]
fn who_writes_when_decides_whether_the_clock_runs() {
    use Side::{Agent, Customer, System};
    use StartsOn::{FirstAgentReply, LastAgentMessage, LastMessage};
    // What is said at 10, 20, 30 … seconds, and when a clock of 300 seconds ends then.
    for (counts, starts_on, said, ends) in [
        (Counts::Anyone, LastMessage, &[][..], Some(300)),
        (Counts::Anyone, LastMessage, &[Customer, Agent, System], Some(330)),
        (Counts::Anyone, FirstAgentReply, &[], None),
        (Counts::Anyone, FirstAgentReply, &[Customer, System], None),
        (Counts::Anyone, FirstAgentReply, &[Customer, Agent, Customer, System], Some(340)),
        (Counts::Anyone, LastAgentMessage, &[Customer, Agent, Agent], Some(330)),
        (Counts::Customer, LastMessage, &[], Some(300)),
        (Counts::Customer, LastMessage, &[Customer, Agent, System, Agent], Some(310)),
        (Counts::Customer, LastMessage, &[Customer, Agent, Customer], Some(330)),
        // The worked example of the first reply: further ones do not restart it, the customer stops it.
        (Counts::Customer, FirstAgentReply, &[], None),
        (Counts::Customer, FirstAgentReply, &[Customer], None),
        (Counts::Customer, FirstAgentReply, &[Customer, Agent, Agent, Agent], Some(320)),
        (Counts::Customer, FirstAgentReply, &[Customer, Agent, System, Customer], None),
        (Counts::Customer, FirstAgentReply, &[Customer, Agent, Customer, Agent], Some(340)),
        (Counts::Customer, FirstAgentReply, &[Customer, System], None),
        (Counts::Customer, LastAgentMessage, &[Customer, Agent, Agent, Agent], Some(340)),
        (Counts::Customer, LastAgentMessage, &[Customer, Agent, System], Some(320)),
        (Counts::Customer, LastAgentMessage, &[Agent, Customer], None),
    ] {
        let mut life = governed(Rules { counts, starts_on, ..rules() });
        for (i, by) in said.iter().enumerate() {
            says(&mut life, 10 * (i as i64 + 1), *by);
        }
        assert_eq!(mark(&life).map(|(_, due)| due), ends, "{counts:?} {starts_on:?} {said:?}");
    }
}

#[test]
fn the_end_of_the_idle_clock_does_what_the_policy_says() {
    use State::{Active, Closed, Inactive};
    let close = |from, to, second| (Some((from, to)), None, second);
    for (action, end_closes, after, expected) in [
        (Action::Inactivate, true, None, vec![close(Active, Inactive, 310)]),
        (Action::InactivateAndEnd, true, Some(600), vec![close(Active, Inactive, 310), close(Inactive, Closed, 910)]),
        (Action::End, true, None, vec![close(Active, Closed, 310)]),
        (Action::End, false, None, vec![(Some((Active, Inactive)), Some(Effect::EndSession), 310)]),
        (
            Action::InactivateAndEnd,
            false,
            Some(600),
            vec![close(Active, Inactive, 310), (None, Some(Effect::EndSession), 910)],
        ),
    ] {
        let mut life = governed(Rules { action, end_closes, end_inactive_after: after, ..rules() });
        says(&mut life, 10, Side::Agent);
        let shown = life.dates();
        let fired = life.settle(Timestamp::MAX);
        let seen: Vec<_> = fired
            .iter()
            .map(|f| (f.transition.map(|t| (t.from, t.to)), f.effect, f.at.micros_since(T0) / 1_000_000))
            .collect();
        assert_eq!(seen, expected, "{action:?} {end_closes}");
        assert_eq!(life.dates(), shown, "the dates shown are those acted on: {action:?} {end_closes}");
        assert_eq!(life.armed, None);
    }
}

#[test]
fn warnings_come_before_the_end_and_again_when_the_clock_starts_anew() {
    let mut life = governed(Rules { warnings: warnings(&[120, 60]), ..rules() });
    says(&mut life, 0, Side::Agent);
    assert_eq!(mark(&life), Some((Mark::Warning, 180)));
    let heard = |life: &mut Lifecycle, until| -> Vec<_> {
        let fired = life.settle(at(until));
        fired.into_iter().map(|f| (f.effect, f.at.micros_since(T0) / 1_000_000)).collect()
    };
    assert_eq!(heard(&mut life, 200), [(Some(Effect::Warn(0)), 180)]);
    // Half a minute more after the first one: it was said, the second is still to come.
    apply(&mut life, 200, Input::Extend { by_seconds: 15 });
    assert_eq!(mark(&life), Some((Mark::Warning, 255)));
    // So much more that the first comes again.
    apply(&mut life, 200, Input::Extend { by_seconds: 300 });
    assert_eq!(mark(&life), Some((Mark::Warning, 495)));
    says(&mut life, 210, Side::Customer);
    assert_eq!(mark(&life), None);
    says(&mut life, 300, Side::Agent);
    let all = heard(&mut life, 600);
    assert_eq!(all, [(Some(Effect::Warn(0)), 480), (Some(Effect::Warn(1)), 540), (None, 600)]);
}

#[test]
fn a_held_clock_goes_on_with_what_was_left() {
    let mut life = governed(Rules { warnings: warnings(&[60]), ..rules() });
    says(&mut life, 0, Side::Agent);
    apply(&mut life, 100, Input::Hold);
    assert_eq!((life.armed, life.settle(at(9_999)), life.dates()), (None, vec![], Dates::default()));
    apply(&mut life, 10_000, Input::Hold);
    apply(&mut life, 10_000, Input::Release);
    assert_eq!(mark(&life), Some((Mark::Warning, 10_140)), "200 seconds were left");
    life.settle(at(10_140));
    apply(&mut life, 10_150, Input::Hold);
    apply(&mut life, 10_150, Input::Extend { by_seconds: 5 });
    apply(&mut life, 20_000, Input::Release);
    assert_eq!(mark(&life), Some((Mark::Inactive, 20_055)), "the warning was said");

    // What is said meanwhile counts, and the clock stands still all the same.
    apply(&mut life, 20_010, Input::Hold);
    says(&mut life, 20_020, Side::Customer);
    apply(&mut life, 20_030, Input::Release);
    assert_eq!((mark(&life), life.held), (None, None), "the customer's turn is over, the agent's is not");

    // Plain timers are held alike, and so is the closed one of an inactive conversation.
    let plain = Timers { inactive: Some(60), closed: Some(600) };
    let mut life = Lifecycle::created(State::Active, plain, T0).unwrap();
    apply(&mut life, 20, Input::Hold);
    apply(&mut life, 30, Input::StateSet(State::Inactive));
    assert_eq!((life.state, life.armed), (State::Inactive, None));
    apply(&mut life, 100, Input::Release);
    assert_eq!(mark(&life), Some((Mark::Closed, 700)));
    apply(&mut life, 150, Input::Hold);
    assert_eq!(apply(&mut life, 160, Input::MessageAdded(Side::Customer)).map(|t| t.to), Some(State::Active));
    apply(&mut life, 200, Input::Release);
    assert_eq!(mark(&life), Some((Mark::Inactive, 260)));
}

#[test]
fn the_clock_runs_in_business_hours_only() {
    // The test begins on Thursday, 1 January 2026, at midnight UTC.
    let hours =
        Hours::parse(r#"{"time_zone": "UTC", "week": {"thu": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]]}}"#);
    let mut life = governed(Rules { hours: Some(hours.unwrap()), warnings: warnings(&[60]), ..rules() });
    const NINE: i64 = 9 * 3_600;
    const FIVE: i64 = 17 * 3_600;
    says(&mut life, FIVE - 250, Side::Agent);
    assert_eq!(mark(&life), Some((Mark::Warning, FIVE - 10)));
    apply(&mut life, FIVE - 100, Input::Hold);
    apply(&mut life, FIVE - 40, Input::Release);
    assert_eq!(mark(&life), Some((Mark::Warning, 86_400 + NINE + 50)), "150 seconds were left, 40 of them today");
    let fired = life.settle(at(86_400 + NINE + 110));
    assert_eq!(fired.last().and_then(|f| f.transition).map(|t| t.at), Some(at(86_400 + NINE + 110)));
    // The clock of the inactive conversation runs at night too.
    assert_eq!(mark(&life), Some((Mark::Closed, 2 * 86_400 + NINE + 110)));
}

#[test]
fn timers_of_its_own_take_a_conversation_out_of_its_policy() {
    let mut life = governed(rules());
    says(&mut life, 5, Side::Agent);
    apply(&mut life, 10, Input::TimersChanged(Timers { inactive: Some(60), closed: None }));
    assert_eq!((&life.rules, mark(&life)), (&None, Some((Mark::Inactive, 70))));
    assert!(life.has_own_timers, "so that no policy takes it over again by itself");
    // And back: the clock starts anew.
    apply(&mut life, 20, Input::Governed(Some(Arc::new(rules())), Timers::default()));
    assert_eq!(mark(&life), None);
    apply(&mut life, 30, Input::Governed(None, Timers { inactive: Some(90), closed: None }));
    assert_eq!(mark(&life), Some((Mark::Inactive, 120)));
}

#[test]
fn ended_work_leaves_the_conversation_for_the_next() {
    let mut life = governed(Rules { end_closes: false, ..rules() });
    assert_eq!(apply(&mut life, 10, Input::Ended).map(|t| (t.to, t.cause)), Some((State::Inactive, Cause::Api)));
    assert_eq!((life.armed, apply(&mut life, 20, Input::Ended)), (None, None));
    assert_eq!(apply(&mut life, 30, Input::MessageAdded(Side::Customer)).map(|t| t.to), Some(State::Active));
}

#[test]
fn rules_that_make_no_sense_together_are_refused() {
    let hours = Hours::parse(r#"{"time_zone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}"#).ok();
    for (wrong, why) in [
        (Rules { idle_after: Some(59), ..rules() }, RulesError::IdleTooShort),
        (Rules { end_inactive_after: Some(599), ..rules() }, RulesError::EndTooShort),
        (Rules { end_inactive_after: None, ..rules() }, RulesError::EndMissing),
        (Rules { warnings: warnings(&[40, 30, 20, 10]), ..rules() }, RulesError::TooManyWarnings),
        (Rules { warnings: warnings(&[300]), ..rules() }, RulesError::WarningOutOfReach),
        (Rules { warnings: warnings(&[4]), ..rules() }, RulesError::WarningOutOfReach),
        (Rules { warnings: warnings(&[60]), idle_after: None, ..rules() }, RulesError::WarningOutOfReach),
        (Rules { warnings: warnings(&[60, 60]), ..rules() }, RulesError::WarningsTogether),
        (Rules { farewell: Some(" ".to_owned()), ..rules() }, RulesError::Farewell),
        (Rules { farewell: Some("x".repeat(1_601)), ..rules() }, RulesError::Farewell),
        (Rules { warnings: vec![Warning { before_seconds: 60, body: String::new() }], ..rules() }, RulesError::Warning),
        (Rules { hours, idle_after: Some(31 * 86_400), ..rules() }, RulesError::IdleTooLongForHours),
    ] {
        assert_eq!(wrong.check(), Err(why));
    }
}

#[derive(Debug, Clone)]
enum Happening {
    Says(Side),
    Sets(State),
    Looks,
    Extends(i64),
    Holds,
    Releases,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        5 => prop::sample::select(Side::ALL).prop_map(Happening::Says),
        1 => prop::sample::select(&[State::Active, State::Inactive, State::Closed][..]).prop_map(Happening::Sets),
        3 => Just(Happening::Looks),
        1 => (60..5_000i64).prop_map(Happening::Extends),
        1 => Just(Happening::Holds),
        1 => Just(Happening::Releases),
    ]
}

/// The changes of state of a life in which all of that happens, one after another.
fn transitions(mut life: Lifecycle, happenings: &[(i64, Happening)]) -> Vec<Transition> {
    let (mut now, mut seen) = (T0, Vec::new());
    for (gap, happening) in happenings {
        now = now.plus_seconds(*gap);
        seen.extend(life.settle(now).into_iter().filter_map(|fired| fired.transition));
        let input = match happening {
            Happening::Says(by) => Input::MessageAdded(*by),
            Happening::Sets(state) => Input::StateSet(*state),
            Happening::Looks => continue,
            Happening::Extends(by_seconds) => Input::Extend { by_seconds: *by_seconds },
            Happening::Holds => Input::Hold,
            Happening::Releases => Input::Release,
        };
        if let Ok(Step { next, transition, .. }) = step(&life, now, input) {
            life = next;
            seen.extend(transition);
        }
    }
    seen.extend(life.settle(Timestamp::MAX).into_iter().filter_map(|fired| fired.transition));
    seen
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let switches = (
        prop::sample::select(Counts::ALL),
        prop::sample::select(StartsOn::ALL),
        prop::sample::select(Action::ALL),
        any::<bool>(),
    );
    (switches, 60..5_000i64, 600..50_000i64).prop_map(|((counts, starts_on, action, end_closes), idle, end)| Rules {
        counts,
        starts_on,
        action,
        end_closes,
        idle_after: Some(idle),
        end_inactive_after: Some(end),
        ..rules()
    })
}

proptest! {
    #[test]
    fn a_policy_that_says_what_two_plain_timers_say_never_disagrees_with_them(
        inactive in 60..20_000i64,
        closed in prop::option::of(600..20_000i64),
        happenings in prop::collection::vec((0..8_000i64, any_happening()), 0..40),
    ) {
        let plain = Timers { inactive: Some(inactive), closed };
        let as_policy = Rules {
            counts: Counts::Anyone,
            starts_on: StartsOn::LastMessage,
            idle_after: plain.inactive,
            action: if closed.is_some() { Action::InactivateAndEnd } else { Action::Inactivate },
            end_inactive_after: closed,
            ..rules()
        };
        prop_assert_eq!(as_policy.timers(), plain);
        let by_timers = Lifecycle::created(State::Active, plain, T0).unwrap();
        prop_assert_eq!(governed(as_policy.clone()).dates(), by_timers.dates());
        prop_assert_eq!(transitions(governed(as_policy), &happenings), transitions(by_timers, &happenings));
    }

    #[test]
    fn neither_warnings_nor_hours_around_the_clock_change_what_happens(
        rules in any_rules(),
        before in prop::collection::btree_set(5..60i64, 0..4),
        happenings in prop::collection::vec((0..8_000i64, any_happening()), 0..40),
    ) {
        let before: Vec<_> = before.into_iter().rev().take(3).collect();
        let day = r#"[["00:00", "24:00"]]"#;
        let week: Vec<_> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|name| format!(r#""{name}": {day}"#)).into();
        let hours = Hours::parse(&format!(r#"{{"time_zone": "Asia/Tokyo", "week": {{{}}}}}"#, week.join(","))).ok();
        let talkative = Rules { warnings: warnings(&before), hours, ..rules.clone() };
        prop_assert_eq!(transitions(governed(talkative), &happenings), transitions(governed(rules), &happenings));
    }

    #[test]
    fn holding_for_a_while_puts_everything_off_by_that_while(
        rules in any_rules(),
        said in prop::collection::vec((0..60i64, prop::sample::select(Side::ALL)), 1..6),
        held in 0..100_000i64,
    ) {
        let mut life = governed(rules);
        let mut now = 0;
        for (gap, by) in said {
            now += gap;
            life.settle(at(now));
            if life.check_usable().is_ok() {
                says(&mut life, now, by);
            }
        }
        prop_assume!(life.check_usable().is_ok());
        let undisturbed = life.marks_ahead();
        apply(&mut life, now, Input::Hold);
        prop_assert_eq!(life.marks_ahead(), vec![]);
        apply(&mut life, now + held, Input::Release);
        let later: Vec<_> = life.marks_ahead().into_iter().map(|f| f.at.plus_seconds(-held)).collect();
        prop_assert_eq!(later, undisturbed.into_iter().map(|f| f.at).collect::<Vec<_>>());
    }

    #[test]
    fn firing_late_or_often_gives_the_same_marks(
        rules in any_rules(),
        before in prop::collection::btree_set(5..60i64, 0..4),
        stops in prop::collection::vec(0..80_000i64, 0..20),
    ) {
        let before: Vec<_> = before.into_iter().rev().take(3).collect();
        let mut at_once = governed(Rules { warnings: warnings(&before), ..rules });
        says(&mut at_once, 0, Side::Agent);
        let mut in_steps = at_once.clone();
        let all = at_once.settle(Timestamp::MAX);
        let mut stops = stops;
        stops.sort_unstable();
        let mut seen = Vec::new();
        for stop in stops {
            seen.extend(in_steps.settle(at(stop)));
            seen.extend(in_steps.settle(at(stop)));
        }
        seen.extend(in_steps.settle(Timestamp::MAX));
        prop_assert_eq!(all, seen);
        prop_assert_eq!(at_once, in_steps);
    }
}
