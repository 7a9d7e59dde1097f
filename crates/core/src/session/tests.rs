use super::*;
use crate::lifecycle::{Cause, Effect, Input, Lifecycle, State, Timers, step};
use crate::policy::{Action, Counts, Rules, StartsOn};
use crate::sid::{PolicySid, SidBytes};
use proptest::prelude::*;
use std::sync::Arc;

const T0: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn begun(number: i64, origin: Origin, ways: &Ways, at: Timestamp) -> Session {
    let bytes = SidBytes::new(1, 0, [0; 8]);
    let of = (AccountSid::new(bytes), ServiceSid::new(bytes), ConversationSid::new(bytes));
    Session::new(SessionSid::new(bytes), of, number, (origin, ways), at)
}

fn session(status: Status, owner: Option<&str>) -> Session {
    Session { status, owner: owner.map(str::to_owned), ..begun(1, Origin::Inbound, &Ways::default(), T0) }
}

fn active() -> Lifecycle {
    Lifecycle::created(State::Active, Timers { inactive: Some(600), closed: Some(9_000) }, T0).unwrap()
}

fn ways(on_return: OnReturn) -> Ways {
    Ways { on_return, queue: Some("sales".to_owned()) }
}

fn moved(to: State, why: Why) -> Happened {
    Happened::Moved { to, why, ends: false }
}

#[test]
fn each_status_follows_what_happens_as_the_table_says() {
    use OnReturn::{Queue, SameAgent};
    use Status::{Active, Ended, Inactive, Paused, Waiting};
    let (timer, customer, agent) = (Why::Timer, Why::Message(Side::Customer), Why::Message(Side::Agent));
    let set = Why::Set { by_person: false };
    #[rustfmt::skip]
    let table = [
        // The timer parks, with whoever has it or for whoever is free.
        (Active, Some("ada"), SameAgent, moved(State::Inactive, timer), Paused, Some("ada"), Some("inactivated")),
        (Active, Some("ada"), Queue, moved(State::Inactive, timer), Inactive, Some("ada"), Some("inactivated")),
        (Waiting, None, SameAgent, moved(State::Inactive, timer), Inactive, None, Some("inactivated")),
        // The customer comes back to the same agent, or to the queue.
        (Paused, Some("ada"), SameAgent, moved(State::Active, customer), Active, Some("ada"), Some("returned")),
        (Inactive, Some("ada"), Queue, moved(State::Active, customer), Waiting, None, Some("returned")),
        (Inactive, None, SameAgent, moved(State::Active, customer), Waiting, None, Some("returned")),
        // Whoever else wakes it gives it back to who has it.
        (Inactive, Some("ada"), Queue, moved(State::Active, agent), Active, Some("ada"), Some("reopened")),
        (Inactive, Some("ada"), Queue, moved(State::Active, set), Active, Some("ada"), Some("reopened")),
        (Inactive, None, Queue, moved(State::Active, set), Waiting, None, Some("reopened")),
        // Closed is the end, whatever was before.
        (Waiting, None, Queue, moved(State::Closed, set), Ended, None, Some("ended")),
        (Paused, Some("ada"), SameAgent, moved(State::Closed, timer), Ended, Some("ada"), Some("ended")),
        (Active, Some("ada"), SameAgent, Happened::Moved { to: State::Inactive, why: timer, ends: true }, Ended, Some("ada"), Some("ended")),
        // The acts.
        (Waiting, None, Queue, Happened::Accepted { owner: "bo".into() }, Active, Some("bo"), Some("accepted")),
        (Active, Some("ada"), Queue, Happened::Transferred { owner: "bo".into() }, Active, Some("bo"), Some("transferred")),
        (Paused, Some("ada"), Queue, Happened::Assigned { owner: "bo".into() }, Paused, Some("bo"), Some("assigned")),
        (Active, Some("ada"), Queue, Happened::Queued { queue: None }, Waiting, None, Some("queued")),
        (Paused, Some("ada"), Queue, Happened::Queued { queue: None }, Inactive, None, Some("queued")),
        (Active, Some("ada"), SameAgent, Happened::Inactivated { reason: None }, Paused, Some("ada"), Some("inactivated")),
        (Paused, Some("ada"), SameAgent, Happened::Reopened, Active, Some("ada"), Some("reopened")),
        (Active, Some("ada"), SameAgent, Happened::Ended { by: EndedBy::Agent, reason: None }, Ended, Some("ada"), Some("ended")),
        // What fits already changes nothing, and what is over follows nothing.
        (Active, Some("ada"), SameAgent, moved(State::Active, set), Active, Some("ada"), None),
        (Paused, Some("ada"), SameAgent, moved(State::Inactive, timer), Paused, Some("ada"), None),
        (Ended, Some("ada"), SameAgent, moved(State::Active, customer), Ended, Some("ada"), None),
        (Ended, Some("ada"), SameAgent, Happened::Wrote(Side::Customer), Ended, Some("ada"), None),
    ];
    for (before, owner, on_return, happened, after, owned_by, said) in table {
        let mut session = session(before, owner);
        let (changed, line) = session.follow(&happened, &ways(on_return), T0.plus_seconds(5));
        let what = format!("{before:?} {happened:?}");
        assert_eq!((session.status, session.owner.as_deref()), (after, owned_by), "{what}");
        assert_eq!(
            line.map(|line| (line.act, line.from, line.to)),
            said.map(|act| (act, Some(before), after)),
            "{what}"
        );
        assert_eq!((changed, session.revision), (said.is_some(), 1 + i64::from(said.is_some())), "{what}");
    }
}

#[test]
fn words_are_counted_by_side_and_the_first_reply_stays_the_first() {
    let mut session = session(Status::Active, Some("ada"));
    for (seconds, side) in [(1, Side::Customer), (2, Side::Agent), (3, Side::Agent), (4, Side::System)] {
        let (changed, line) = session.follow(&Happened::Wrote(side), &Ways::default(), T0.plus_seconds(seconds));
        assert_eq!((changed, line), (side != Side::System, None));
    }
    assert_eq!((session.agent_messages, session.customer_messages, session.revision), (2, 1, 4));
    assert_eq!(session.date_first_reply, Some(T0.plus_seconds(2)));
    assert_eq!(session.date_last_agent_message, Some(T0.plus_seconds(3)));
    assert_eq!(session.date_last_customer_message, Some(T0.plus_seconds(1)));
}

#[test]
fn what_did_not_reach_the_customer_ends_a_session_badly_unless_they_write_again() {
    let trouble = Happened::Failed(Failure { code: 30_003, message: "undelivered".to_owned() });
    let closes = |why| Happened::Moved { to: State::Closed, why, ends: false };
    let customer = Happened::Wrote(Side::Customer);
    for (story, status, code) in [
        (vec![trouble.clone(), closes(Why::Timer)], Status::Error, Some(30_003)),
        (vec![trouble.clone(), customer.clone(), closes(Why::Timer)], Status::Ended, None),
        (vec![trouble.clone(), closes(Why::Set { by_person: true })], Status::Ended, Some(30_003)),
        (vec![trouble.clone(), closes(Why::Set { by_person: false })], Status::Ended, Some(30_003)),
        (vec![closes(Why::Timer), trouble], Status::Ended, None),
    ] {
        let mut session = session(Status::Active, Some("ada"));
        for happened in &story {
            session.follow(happened, &Ways::default(), T0.plus_seconds(5));
        }
        assert_eq!((session.status, session.error.map(|error| error.code)), (status, code), "{story:?}");
    }
}

fn agent(identity: &str) -> Actor<'_> {
    Actor { identity: Some(identity), acts_on_all: false, can_inactivate: true, can_end: true, can_end_others: false }
}

#[test]
fn a_role_is_let_do_what_it_may_and_no_more() {
    let supervisor = Actor { acts_on_all: true, can_end_others: true, ..agent("sue") };
    let program = Actor { identity: None, ..supervisor };
    let mild = Actor { can_inactivate: false, can_end: false, ..agent("ada") };
    let meek = Actor { can_end_others: false, ..supervisor };
    let end = || Act::End { by: EndedBy::Agent, reason: None };
    #[rustfmt::skip]
    let table = [
        (agent("ada"), Act::Inactivate(None), true), (agent("bo"), Act::Inactivate(None), false),
        (supervisor, Act::Inactivate(None), true), (program, Act::Inactivate(None), true),
        (mild, Act::Inactivate(None), false), (mild, end(), false),
        (agent("ada"), end(), true), (agent("bo"), end(), false), (supervisor, end(), true), (meek, end(), false),
        (agent("ada"), Act::Assign("bo".into()), false), (supervisor, Act::Assign("bo".into()), true),
        (agent("ada"), Act::TransferTo("bo".into()), true), (agent("bo"), Act::TransferTo("bo".into()), false),
        (agent("bo"), Act::Reply, false), (agent("bo"), Act::Hold, false), (agent("bo"), Act::Extend(60), false),
        (supervisor, Act::Reply, true),
    ];
    let session = session(Status::Active, Some("ada"));
    for (actor, act, is_let) in table {
        let what = format!("{actor:?} {act:?}");
        let planned = plan(act, &actor, Some(&session), &active());
        assert_eq!(!matches!(planned, Err(Denied::Forbidden(_))), is_let, "{what}: {planned:?}");
    }
}

#[test]
fn acts_that_cannot_be_done_are_refused() {
    let (ada, program) = (agent("ada"), Actor { identity: None, acts_on_all: true, ..agent("") });
    for (actor, act, status) in [
        (ada, Act::Inactivate(None), Some(Status::Paused)),
        (program, Act::Inactivate(None), Some(Status::Waiting)),
        (ada, Act::Reopen, Some(Status::Active)),
        (ada, Act::Accept, Some(Status::Paused)),
        (agent("bo"), Act::Accept, Some(Status::Active)),
        (program, Act::Accept, Some(Status::Waiting)),
        (program, Act::Reopen, None),
        (program, Act::Hold, None),
    ] {
        let session = status.map(|status| session(status, Some("ada").filter(|_| status != Status::Waiting)));
        let planned = plan(act.clone(), &actor, session.as_ref(), &active());
        assert!(matches!(planned, Err(Denied::Impossible(_))), "{act:?} {status:?}: {planned:?}");
    }
}

/// A conversation with its sessions, driven as the engine drives it.
struct World {
    life: Lifecycle,
    sessions: Vec<Session>,
    ways: Ways,
    now: Timestamp,
}

impl World {
    fn open(&self) -> Option<&Session> {
        self.sessions.last().filter(|session| !session.status.is_over())
    }

    fn follow(&mut self, happened: &Happened) {
        if self.open().is_none() {
            let Some(origin) = begins(happened, true) else { return };
            let number = self.sessions.len() as i64 + 1;
            self.sessions.push(begun(number, origin, &self.ways, self.now));
        }
        let (ways, now) = (self.ways.clone(), self.now);
        if let Some(session) = self.sessions.last_mut() {
            session.follow(happened, &ways, now);
        }
    }

    fn apply(&mut self, input: Input, side: Side) {
        let wrote = matches!(input, Input::MessageAdded(_));
        let Ok(step) = step(&self.life, self.now, input) else { return };
        self.life = step.next;
        let ends = step.effect == Some(Effect::EndSession);
        if let Some(transition) = step.transition {
            let why = match transition.cause {
                Cause::Timer => Why::Timer,
                Cause::Event => Why::Message(side),
                Cause::Api => Why::Set { by_person: true },
            };
            self.follow(&Happened::Moved { to: transition.to, why, ends });
        } else if ends {
            self.follow(&Happened::Moved { to: self.life.state, why: Why::Timer, ends });
        }
        if wrote {
            self.follow(&Happened::Wrote(side));
        }
    }

    fn act(&mut self, act: Act, actor: &Actor<'_>) {
        let open = self.life.check_usable().is_ok();
        let planned = plan(act, actor, self.open(), &self.life);
        let (true, Ok(Plan { happened, input })) = (open, planned) else { return };
        if let Some(happened) = happened {
            self.follow(&happened);
        }
        if let Some(input) = input {
            self.apply(input, Side::System);
        }
    }

    fn check(&self) {
        let Some(session) = self.open() else { return };
        let fits = match session.status {
            Status::Waiting | Status::Active => State::Active,
            Status::Paused | Status::Inactive => State::Inactive,
            Status::Ended | Status::Error => return,
        };
        assert_eq!(self.life.state, fits, "{session:?}");
        match session.status {
            Status::Waiting => assert_eq!(session.owner, None),
            Status::Active | Status::Paused => assert!(session.owner.is_some(), "{session:?}"),
            Status::Inactive | Status::Ended | Status::Error => {}
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Write(Side),
    Set(State),
    Act(Act, usize),
}

fn any_act() -> impl Strategy<Value = Act> {
    let who = prop::sample::select(vec!["ada", "bo", "sue"]).prop_map(str::to_owned);
    prop_oneof![
        4 => Just(Act::Accept),
        1 => who.clone().prop_map(Act::Assign),
        1 => who.prop_map(Act::TransferTo),
        1 => prop::option::of("[ab]").prop_map(Act::TransferToQueue),
        3 => Just(Act::Inactivate(None)),
        2 => prop::sample::select(EndedBy::ALL).prop_map(|by| Act::End { by, reason: None }),
        3 => Just(Act::Reopen),
        1 => Just(Act::Hold),
        1 => Just(Act::Release),
        1 => Just(Act::Extend(60)),
    ]
}

/// A policy whose clock ends sessions, with or without their conversations.
fn any_rules() -> impl Strategy<Value = Rules> {
    let action = prop::sample::select(Action::ALL);
    (action, any::<bool>(), prop::option::of(600..5_000i64)).prop_map(|(action, end_closes, end_inactive_after)| {
        Rules {
            policy_sid: PolicySid::new(SidBytes::new(1, 0, [0; 8])),
            version: 1,
            counts: Counts::Customer,
            starts_on: StartsOn::LastMessage,
            idle_after: Some(300),
            action,
            end_inactive_after,
            end_closes,
            on_return: OnReturn::Queue,
            queue: None,
            farewell: None,
            warnings: Vec::new(),
            hours: None,
        }
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..4_000i64).prop_map(Step::Wait),
        3 => prop::sample::select(Side::ALL).prop_map(Step::Write),
        1 => prop::sample::select(vec![State::Active, State::Inactive]).prop_map(Step::Set),
        4 => (any_act(), 0..3usize).prop_map(|(act, who)| Step::Act(act, who)),
    ]
}

proptest! {
    #[test]
    fn status_and_state_never_disagree_and_what_is_over_stays_over(
        steps in prop::collection::vec(any_step(), 1..60),
        on_return in prop::sample::select(OnReturn::ALL),
        rules in prop::option::of(any_rules()),
    ) {
        let mut life = active();
        if let Some(rules) = rules {
            life = step(&life, T0, Input::Governed(Some(Arc::new(rules)), Timers::default())).unwrap().next;
        }
        let mut world = World { life, sessions: Vec::new(), ways: ways(on_return), now: T0 };
        let supervisor = Actor { acts_on_all: true, can_end_others: true, ..agent("sue") };
        let people = [agent("ada"), agent("bo"), supervisor];
        for one in steps {
            let before = world.sessions.clone();
            match one {
                Step::Wait(seconds) => {
                    world.now = world.now.plus_seconds(seconds);
                    while world.life.is_due(world.now) {
                        world.apply(Input::TimerFired, Side::System);
                    }
                }
                Step::Write(side) => world.apply(Input::MessageAdded(side), side),
                Step::Set(state) => world.apply(Input::StateSet(state), Side::System),
                Step::Act(act, who) => world.act(act, &people[who]),
            }
            world.check();
            prop_assert!(world.sessions.len() - before.len() <= 1);
            prop_assert!(world.sessions.iter().rev().skip(1).all(|session| session.status.is_over()));
            for (was, is) in before.iter().zip(&world.sessions) {
                prop_assert!(!was.status.is_over() || was == is, "{was:?} {is:?}");
                prop_assert!(was.agent_messages <= is.agent_messages && was.customer_messages <= is.customer_messages);
                prop_assert!(was.revision <= is.revision && (was == is) == (was.revision == is.revision));
                prop_assert!(was.date_updated <= is.date_updated);
            }
        }
    }

    #[test]
    fn routing_fills_nobody_over_the_limit_and_leaves_no_work_beside_a_free_agent(
        waiting in prop::collection::vec(prop::option::of(0..3u8), 0..20),
        desks in prop::collection::vec((prop::collection::vec(0..3u8, 0..3), -1..5i64, prop::option::of(0..5i64)), 0..5),
    ) {
        let queue = |n: u8| format!("queue {n}");
        let waiting: Vec<_> =
            waiting.into_iter().enumerate().map(|(of, n)| Waiting { of, queue: n.map(queue) }).collect();
        let mut after: Vec<_> = desks
            .into_iter()
            .enumerate()
            .map(|(i, (queues, free, assigned))| Desk {
                identity: format!("agent {i}"),
                queues: queues.into_iter().map(queue).collect(),
                free,
                assigned_at: assigned.map(Timestamp::from_seconds),
            })
            .collect();
        let before = after.clone();
        let given = route(waiting.clone(), &mut after, T0);
        for (was, is) in before.iter().zip(&after) {
            let got = given.iter().filter(|(_, identity)| *identity == was.identity).count() as i64;
            prop_assert!(got <= was.free.max(0) && is.free == was.free - got);
        }
        let left = waiting.iter().filter(|one| given.iter().all(|(of, _)| *of != one.of));
        for one in left {
            let fits = |desk: &Desk| desk.free > 0 && one.queue.as_ref().is_none_or(|queue| desk.queues.contains(queue));
            prop_assert!(!after.iter().any(fits), "{one:?} is left beside {after:?}");
            let later = given.iter().filter(|(of, _)| *of > one.of && waiting[*of].queue == one.queue);
            prop_assert_eq!(later.count(), 0, "younger ones of the same queue went first");
        }
    }
}

#[test]
fn most_room_comes_first_then_who_was_given_one_longest_ago() {
    let desk = |identity: &str, free, seconds: Option<i64>| Desk {
        identity: identity.to_owned(),
        queues: Vec::new(),
        free,
        assigned_at: seconds.map(Timestamp::from_seconds),
    };
    let mut desks = [desk("ada", 1, None), desk("bo", 2, Some(9)), desk("cy", 2, Some(4)), desk("di", 0, None)];
    let waiting = (0..9).map(|of| Waiting { of, queue: None });
    let given = route(waiting, &mut desks, T0);
    let who: Vec<_> = given.iter().map(|(of, identity)| (*of, identity.as_str())).collect();
    assert_eq!(who, [(0, "cy"), (1, "bo"), (2, "ada"), (3, "bo"), (4, "cy")]);
}
