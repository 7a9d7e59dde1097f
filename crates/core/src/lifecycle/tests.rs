use super::*;
use proptest::prelude::*;

const T0: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn at(seconds: i64) -> Timestamp {
    T0.plus_seconds(seconds)
}

fn timers(inactive: Option<i64>, closed: Option<i64>) -> Timers {
    Timers { inactive, closed }
}

fn new(inactive: Option<i64>, closed: Option<i64>) -> Lifecycle {
    Lifecycle::created(State::Active, timers(inactive, closed), T0).unwrap()
}

fn apply(life: &mut Lifecycle, seconds: i64, input: Input) -> Option<Transition> {
    let Step { next, transition, .. } = step(life, at(seconds), input).unwrap();
    *life = next;
    transition
}

/// The changes of state until `now`.
fn moves(life: &mut Lifecycle, now: Timestamp) -> Vec<Transition> {
    life.settle(now).into_iter().filter_map(|fired| fired.transition).collect()
}

fn due(life: &Lifecycle) -> Option<(Mark, i64)> {
    life.armed.map(|armed| (armed.kind, armed.due.micros_since(T0) / 1_000_000))
}

#[test]
fn scenario_both_timers_goes_inactive_then_closed() {
    let mut life = new(Some(300), Some(30_000));
    assert_eq!(life.dates(), Dates { inactive: Some(at(300)), closed: Some(at(30_300)) });
    let seen = moves(&mut life, at(1_000_000));
    let seen: Vec<_> = seen.iter().map(|t| (t.from, t.to, t.cause, t.at)).collect();
    assert_eq!(
        seen,
        [
            (State::Active, State::Inactive, Cause::Timer, at(300)),
            (State::Inactive, State::Closed, Cause::Timer, at(30_300)),
        ]
    );
    assert_eq!(life.dates(), Dates { inactive: Some(at(300)), closed: Some(at(30_300)) });
}

#[test]
fn scenario_no_timers_stays_active_for_ever() {
    let mut life = new(None, None);
    assert_eq!(life.settle(Timestamp::MAX), []);
    assert_eq!((life.state, life.dates()), (State::Active, Dates::default()));
}

#[test]
fn scenario_inactive_only_reactivates_and_never_closes() {
    let mut life = new(Some(60), None);
    assert_eq!(life.settle(at(60)).len(), 1);
    assert_eq!((life.state, due(&life)), (State::Inactive, None));
    assert_eq!(life.settle(Timestamp::MAX), []);
    let back = apply(&mut life, 500, Input::MessageAdded(Side::Customer)).unwrap();
    assert_eq!((back.from, back.to, back.cause, back.at), (State::Inactive, State::Active, Cause::Event, at(500)));
    assert_eq!(due(&life), Some((Mark::Inactive, 560)));
}

#[test]
fn scenario_closed_only_closes_after_creation_regardless_of_activity() {
    const DAYS_30: i64 = 30 * 86_400;
    let mut life = new(None, Some(DAYS_30));
    for day in 1..30 {
        assert_eq!(apply(&mut life, day * 86_400, Input::MessageAdded(Side::Customer)), None);
    }
    assert_eq!(due(&life), Some((Mark::Closed, DAYS_30)));
    assert_eq!(life.settle(at(DAYS_30 - 1)), []);
    let close = moves(&mut life, at(DAYS_30))[0];
    assert_eq!((close.from, close.to, close.at), (State::Active, State::Closed, at(DAYS_30)));
    assert_eq!(life.dates(), Dates { inactive: None, closed: Some(at(DAYS_30)) });
}

#[test]
fn a_message_while_inactive_stops_the_closed_clock() {
    let mut life = new(Some(60), Some(600));
    life.settle(at(60));
    apply(&mut life, 659, Input::MessageAdded(Side::Customer));
    assert_eq!(due(&life), Some((Mark::Inactive, 719)));
    assert_eq!(life.settle(at(719 + 599)).len(), 1);
    assert_eq!(life.settle(at(719 + 600)).len(), 1);
}

#[test]
fn a_manual_state_change_restarts_the_clocks() {
    let mut life = new(Some(60), Some(600));
    apply(&mut life, 30, Input::StateSet(State::Inactive));
    assert_eq!(due(&life), Some((Mark::Closed, 630)));
    apply(&mut life, 100, Input::StateSet(State::Active));
    assert_eq!(due(&life), Some((Mark::Inactive, 160)));

    let mut closed_only = new(None, Some(600));
    apply(&mut closed_only, 100, Input::StateSet(State::Inactive));
    assert_eq!(due(&closed_only), Some((Mark::Closed, 700)));
    apply(&mut closed_only, 200, Input::MessageAdded(Side::Customer));
    assert_eq!((closed_only.state, due(&closed_only)), (State::Active, Some((Mark::Closed, 700))));
}

#[test]
fn setting_the_state_that_holds_changes_nothing() {
    let mut life = new(Some(60), Some(600));
    let before = life.clone();
    assert_eq!(apply(&mut life, 30, Input::StateSet(State::Active)), None);
    assert_eq!(life, before);
}

#[test]
fn changing_timers_counts_from_the_change() {
    let mut life = new(Some(60), None);
    apply(&mut life, 50, Input::TimersChanged(timers(Some(120), Some(600))));
    assert_eq!(life.dates(), Dates { inactive: Some(at(170)), closed: Some(at(770)) });
    apply(&mut life, 60, Input::TimersChanged(timers(None, Some(600))));
    assert_eq!(due(&life), Some((Mark::Closed, 660)));
    apply(&mut life, 70, Input::TimersChanged(timers(None, None)));
    assert_eq!((due(&life), life.dates()), (None, Dates::default()));
}

#[test]
fn dates_show_what_happened_and_what_will_never_what_will_not() {
    // Inactive by hand without an inactive timer: no key for a timer that is not configured.
    let mut life = new(None, Some(600));
    apply(&mut life, 10, Input::StateSet(State::Inactive));
    assert_eq!(life.dates(), Dates { inactive: None, closed: Some(at(610)) });
    // Closed by hand while active: the inactive timer will no longer fire.
    let mut life = new(Some(60), Some(600));
    apply(&mut life, 10, Input::StateSet(State::Closed));
    assert_eq!(life.dates(), Dates { inactive: None, closed: Some(at(10)) });
    // Closed by hand after it went inactive: what happened stays.
    let mut life = new(Some(60), None);
    life.settle(at(60));
    apply(&mut life, 100, Input::StateSet(State::Closed));
    assert_eq!(life.dates(), Dates { inactive: Some(at(60)), closed: None });
}

#[test]
fn closed_is_final_and_creation_cannot_skip_to_it() {
    let mut life = new(Some(60), Some(600));
    apply(&mut life, 1, Input::StateSet(State::Closed));
    for input in [
        Input::MessageAdded(Side::Customer),
        Input::StateSet(State::Active),
        Input::StateSet(State::Closed),
        Input::TimersChanged(Timers::default()),
    ] {
        assert_eq!(step(&life, at(2), input), Err(LifecycleError::Closed));
    }
    assert_eq!(apply(&mut life, 9_999_999, Input::TimerFired), None);
    assert_eq!(Lifecycle::created(State::Closed, Timers::default(), T0), Err(LifecycleError::CreatedClosed));
}

#[test]
fn created_inactive_starts_the_closed_clock() {
    let life = Lifecycle::created(State::Inactive, timers(Some(60), Some(600)), T0).unwrap();
    assert_eq!(due(&life), Some((Mark::Closed, 600)));
    assert_eq!(life.dates(), Dates { inactive: Some(T0), closed: Some(at(600)) });
}

#[test]
fn names_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(&state.as_str().to_uppercase()), Some(state));
    }
    assert_eq!(State::parse("starting"), None);
    assert_eq!(State::parse_settable("Initializing"), None, "only the server sets it");
    assert_eq!(State::parse_settable("INACTIVE"), Some(State::Inactive));
    for cause in [Cause::Api, Cause::Timer, Cause::Event] {
        assert_eq!(Cause::parse(cause.as_str()), Some(cause));
    }
}

/// The participants of a conversation created at the start are in it.
fn initialized(state: State) -> Input {
    Input::Initialized { state, created_at: T0 }
}

#[test]
fn initializing_is_a_state_in_which_nothing_happens() {
    for set in [timers(None, None), timers(Some(60), None), timers(None, Some(600)), timers(Some(60), Some(600))] {
        let mut life = Lifecycle::initializing(set);
        assert_eq!((life.settle(Timestamp::MAX), life.forecast()), (Vec::new(), [None, None]), "no clock runs");
        assert_eq!(life.dates(), Dates::default());
        for input in [
            Input::MessageAdded(Side::Customer),
            Input::StateSet(State::Active),
            Input::StateSet(State::Closed),
            Input::StateSet(State::Initializing),
            Input::TimersChanged(Timers::default()),
        ] {
            assert_eq!(step(&life, at(1), input), Err(LifecycleError::Initializing));
        }
        assert_eq!(apply(&mut life, 1, Input::TimerFired), None);
        assert_eq!(life, Lifecycle::initializing(set));
    }
}

#[test]
fn both_clocks_start_when_the_participants_are_in() {
    let mut life = Lifecycle::initializing(timers(Some(60), Some(600)));
    let start = apply(&mut life, 10, initialized(State::Active)).unwrap();
    let expected = Transition { from: State::Initializing, to: State::Active, cause: Cause::Api, at: at(10) };
    assert_eq!(start, expected);
    assert_eq!(life.dates(), Dates { inactive: Some(at(70)), closed: Some(at(670)) });

    let mut life = Lifecycle::initializing(timers(Some(60), Some(600)));
    apply(&mut life, 10, initialized(State::Inactive));
    assert_eq!((life.state, life.inactive_at, due(&life)), (State::Inactive, Some(at(10)), closed_at_second(610)));

    let mut life = Lifecycle::initializing(timers(Some(60), None));
    apply(&mut life, 10, initialized(State::Active));
    assert_eq!(due(&life), Some((Mark::Inactive, 70)));
}

#[test]
fn a_closed_timer_alone_counts_from_the_creation() {
    for state in [State::Active, State::Inactive] {
        let mut life = Lifecycle::initializing(timers(None, Some(600)));
        apply(&mut life, 10, initialized(state));
        assert_eq!(due(&life), closed_at_second(600));
        // The server was down until after that: it ends at once, in the order of what happened.
        let mut late = Lifecycle::initializing(timers(None, Some(600)));
        apply(&mut late, 5_000, initialized(state));
        assert_eq!(due(&late), closed_at_second(5_000));
        let end = moves(&mut late, at(5_000))[0];
        assert_eq!((end.from, end.to, end.cause, end.at), (state, State::Closed, Cause::Timer, at(5_000)));
    }
}

#[test]
fn without_its_participants_a_conversation_closes() {
    let mut life = Lifecycle::initializing(timers(Some(60), Some(600)));
    let end = apply(&mut life, 3, Input::InitializationFailed).unwrap();
    assert_eq!((end.from, end.to, end.cause, end.at), (State::Initializing, State::Closed, Cause::Api, at(3)));
    assert_eq!((life.armed, life.closed_at), (None, Some(at(3))));
    assert_eq!(step(&life, at(4), Input::MessageAdded(Side::Customer)), Err(LifecycleError::Closed));
}

#[test]
fn what_is_set_up_already_is_not_set_up_again() {
    for state in [State::Active, State::Inactive] {
        let mut life = Lifecycle::created(state, timers(Some(60), Some(600)), T0).unwrap();
        let before = life.clone();
        for input in [initialized(State::Active), initialized(State::Inactive), Input::InitializationFailed] {
            assert_eq!(apply(&mut life, 5, input), None);
            assert_eq!(life, before);
        }
    }
}

#[test]
fn a_last_call_puts_the_timer_off_from_its_due_time() {
    let mut life = new(Some(60), Some(600));
    apply(&mut life, 55, Input::Postponed { due: at(60), by_seconds: 7_200 });
    assert_eq!(due(&life), Some((Mark::Inactive, 7_260)));
    assert_eq!(life.dates(), Dates { inactive: Some(at(7_260)), closed: Some(at(7_860)) });
    assert_eq!(life.settle(at(7_259)), []);
    assert_eq!(life.settle(at(7_260))[0].at, at(7_260));
    apply(&mut life, 7_850, Input::Postponed { due: at(7_860), by_seconds: 60 });
    assert_eq!(due(&life), Some((Mark::Closed, 7_920)));
    // A message starts the configured time over, which may well end earlier.
    let mut life = new(Some(60), None);
    apply(&mut life, 55, Input::Postponed { due: at(60), by_seconds: 7_200 });
    apply(&mut life, 56, Input::MessageAdded(Side::Customer));
    assert_eq!(due(&life), Some((Mark::Inactive, 116)));
    // A lone closed timer keeps the time that it was given.
    let mut life = new(None, Some(600));
    apply(&mut life, 595, Input::Postponed { due: at(600), by_seconds: 60 });
    apply(&mut life, 596, Input::MessageAdded(Side::Customer));
    assert_eq!(due(&life), closed_at_second(660));
}

#[test]
fn a_last_call_stops_the_clock_until_something_starts_it() {
    for (set, state, input, expected) in [
        (timers(Some(60), None), State::Active, Input::MessageAdded(Side::Customer), Some((Mark::Inactive, 1_060))),
        (timers(None, Some(600)), State::Active, Input::MessageAdded(Side::Customer), closed_at_second(1_600)),
        (timers(None, Some(600)), State::Inactive, Input::MessageAdded(Side::Customer), closed_at_second(1_600)),
        (
            timers(Some(60), Some(600)),
            State::Inactive,
            Input::MessageAdded(Side::Customer),
            Some((Mark::Inactive, 1_060)),
        ),
        (timers(Some(60), Some(600)), State::Active, Input::StateSet(State::Inactive), closed_at_second(1_600)),
        (timers(Some(60), Some(600)), State::Active, Input::StateSet(State::Active), None),
        (
            timers(Some(60), None),
            State::Active,
            Input::TimersChanged(timers(Some(90), None)),
            Some((Mark::Inactive, 1_090)),
        ),
    ] {
        let mut life = Lifecycle::created(state, set, T0).unwrap();
        let asked = life.armed.unwrap().due;
        apply(&mut life, 1, Input::Held { due: asked });
        assert_eq!((life.state, due(&life)), (state, None), "{set:?}");
        assert_eq!((life.settle(Timestamp::MAX), life.forecast()), (Vec::new(), [None, None]));
        assert_eq!(life.dates().closed, None, "a held timer has no date");
        apply(&mut life, 1_000, input.clone());
        assert_eq!(due(&life), expected, "{set:?} {input:?}");
    }
}

#[test]
fn a_last_call_that_comes_too_late_changes_nothing() {
    let inputs = |due| [Input::Postponed { due, by_seconds: 60 }, Input::Held { due }];
    let mut closed = new(Some(60), None);
    apply(&mut closed, 1, Input::StateSet(State::Closed));
    let mut held = new(Some(60), None);
    apply(&mut held, 1, Input::Held { due: at(60) });
    for (mut life, asked, now) in [
        (new(Some(60), None), 61, 50),
        (new(Some(60), None), 60, 60),
        (new(None, None), 60, 50),
        (Lifecycle::initializing(timers(Some(60), None)), 60, 50),
        (closed, 60, 50),
        (held, 60, 50),
    ] {
        let before = life.clone();
        for input in inputs(at(asked)) {
            assert_eq!(apply(&mut life, now, input.clone()), None);
            assert_eq!(life, before, "{input:?}");
        }
    }
    let mut life = new(Some(60), None);
    apply(&mut life, 1, Input::Postponed { due: at(60), by_seconds: -7 });
    assert_eq!(due(&life), Some((Mark::Inactive, 60)), "never earlier");
}

fn closed_at_second(second: i64) -> Option<(Mark, i64)> {
    Some((Mark::Closed, second))
}

fn any_timers() -> impl Strategy<Value = Timers> {
    (prop::option::of(60..100_000i64), prop::option::of(600..100_000i64))
        .prop_map(|(inactive, closed)| Timers { inactive, closed })
}

/// The states that a request may ask for; the first two also of a new conversation.
const SETTABLE: [State; 3] = [State::Active, State::Inactive, State::Closed];

/// A conversation begins active, or initializing on the way there.
fn any_start() -> impl Strategy<Value = Lifecycle> {
    (any_timers(), any::<bool>()).prop_map(|(timers, alone)| {
        if alone { Lifecycle::created(State::Active, timers, T0).unwrap() } else { Lifecycle::initializing(timers) }
    })
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        3 => Just(Input::MessageAdded(Side::Customer)),
        1 => prop::sample::select(&SETTABLE[..]).prop_map(Input::StateSet),
        1 => any_timers().prop_map(Input::TimersChanged),
        4 => Just(Input::TimerFired),
        1 => prop::sample::select(&SETTABLE[..2]).prop_map(initialized),
        1 => Just(Input::InitializationFailed),
        // The due time takes the place of that of the running timer, when there is one.
        2 => (0..2i64, 0..100_000i64).prop_map(|(off, by_seconds)| Input::Postponed { due: at(off), by_seconds }),
        1 => (0..2i64).prop_map(|off| Input::Held { due: at(off) }),
    ]
}

/// A last call about the running timer, or one that is off by a second.
fn about(life: &Lifecycle, input: Input) -> Input {
    let due = |off: Timestamp| life.armed.map_or(off, |armed| armed.due.plus_micros(off.micros_since(T0)));
    match input {
        Input::Postponed { due: off, by_seconds } => Input::Postponed { due: due(off), by_seconds },
        Input::Held { due: off } => Input::Held { due: due(off) },
        other => other,
    }
}

/// What must hold of every lifecycle that the rules can reach.
fn check_invariants(life: &Lifecycle, is_held: bool) {
    assert_eq!(life.closed_at.is_some(), life.state == State::Closed);
    if life.state != State::Closed {
        assert_eq!(life.inactive_at.is_some(), life.state == State::Inactive);
    }
    let armed = life.armed.map(|armed| armed.kind);
    let expected = match (life.state, life.timers.inactive, life.timers.closed) {
        (State::Active, Some(_), _) => Some(Mark::Inactive),
        (State::Active | State::Inactive, _, Some(_)) => Some(Mark::Closed),
        _ => None,
    };
    assert_eq!(armed, expected.filter(|_| !is_held), "{life:?}");
}

proptest! {
    #[test]
    fn every_reachable_lifecycle_is_sound(
        start in any_start(),
        inputs in prop::collection::vec((0..50_000i64, any_input()), 0..60),
    ) {
        let (mut life, mut is_held) = (start, false);
        let mut now = T0;
        for (gap, input) in inputs {
            now = now.plus_seconds(gap);
            let before = life.clone();
            let input = about(&life, input);
            let Ok(Step { next, transition, .. }) = step(&life, now, input.clone()) else {
                prop_assert!(life.check_usable().is_err());
                continue;
            };
            life = next;
            prop_assert!(before.state == State::Initializing || life.state != State::Initializing, "it never returns");
            is_held = match input {
                Input::Held { due } => is_held || before.armed.is_some_and(|armed| armed.due == due && due > now),
                Input::MessageAdded(Side::Customer) | Input::TimersChanged(_) => false,
                _ => is_held && transition.is_none(),
            };
            check_invariants(&life, is_held);
            if let (Input::Postponed { .. }, Some(was), Some(is)) = (&input, before.armed, life.armed) {
                prop_assert!(is.kind == was.kind && is.due >= was.due, "never earlier");
            }
            match transition {
                Some(t) => {
                    prop_assert_eq!((t.from, t.to), (before.state, life.state));
                    prop_assert!(t.from != t.to && t.from != State::Closed && t.at <= now);
                }
                None => prop_assert_eq!(before.state, life.state),
            }
            if input == Input::TimerFired && !before.is_due(now) {
                prop_assert_eq!(&before, &life, "an early firing is harmless");
            }
        }
    }

    #[test]
    fn firing_late_or_often_gives_the_same_transitions(
        start in any_timers(),
        stops in prop::collection::vec(0..300_000i64, 0..20),
    ) {
        let end = at(400_000);
        let mut at_once = Lifecycle::created(State::Active, start, T0).unwrap();
        let all = at_once.settle(end);
        let mut in_steps = Lifecycle::created(State::Active, start, T0).unwrap();
        let mut stops = stops;
        stops.sort_unstable();
        let mut seen = Vec::new();
        for stop in stops {
            seen.extend(in_steps.settle(at(stop)));
            seen.extend(in_steps.settle(at(stop)));
        }
        seen.extend(in_steps.settle(end));
        prop_assert_eq!(all, seen);
        prop_assert_eq!(at_once, in_steps);
    }

    #[test]
    fn the_dates_shown_are_the_dates_acted_on(start in any_timers(), message_at in 0..200_000i64) {
        let mut life = Lifecycle::created(State::Active, start, T0).unwrap();
        life.settle(at(message_at));
        if let Ok(Step { next, .. }) = step(&life, at(message_at), Input::MessageAdded(Side::Customer)) {
            life = next;
        }
        let shown = life.dates();
        life.settle(Timestamp::MAX);
        prop_assert_eq!(shown, life.dates());
    }

    #[test]
    fn no_message_postpones_a_lone_closed_timer(
        closed in 600..1_000_000i64,
        messages in prop::collection::vec(0..1_000_000i64, 0..50),
    ) {
        let mut life = new(None, Some(closed));
        for seconds in messages.into_iter().filter(|s| *s < closed) {
            life = step(&life, at(seconds), Input::MessageAdded(Side::Customer)).unwrap().next;
        }
        prop_assert_eq!(due(&life), Some((Mark::Closed, closed)));
    }
}
