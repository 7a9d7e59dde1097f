//! Sessions and their log, who has how many, and how an account hands out its work.

use dwell_core::session::{
    AgentDesk, DeskSettings, EndedBy, Failure, OnReturn, Origin, Routing, Session, Side, Status,
};
use dwell_core::{Message, Person, PersonRole, PersonSid, SessionSid};
use dwell_store::conversations::Position;
use dwell_store::purges::{self, Purge};
use dwell_store::sessions::{self, Filter, LogLine};
use dwell_store::{Store, conversations, desks, messages, people};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_session_is_kept_as_it_was_and_marks_its_conversation,
    a_conversation_has_one_open_session,
    lists_are_filtered_and_paged_both_ways,
    the_oldest_that_wait_come_first,
    the_open_ones_are_counted,
    streams_follow_what_changed,
    summaries_come_together,
    settings_and_agents_are_kept_by_account,
    a_deleted_conversation_takes_its_sessions_along,
}

pub(crate) fn session(n: i64, conversation: i64) -> Session {
    Session {
        sid: SessionSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        conversation_sid: conversation_sid(conversation),
        number: 1,
        status: Status::Waiting,
        owner: None,
        queue: None,
        origin: Origin::Inbound,
        reason: None,
        ended_by: None,
        on_return: OnReturn::Queue,
        held: false,
        date_created: at(n),
        date_waiting: Some(at(n)),
        date_accepted: None,
        date_first_reply: None,
        date_inactive: None,
        date_returned: None,
        date_ended: None,
        date_updated: at(n),
        agent_messages: 0,
        customer_messages: 1,
        date_last_agent_message: None,
        date_last_customer_message: Some(at(n)),
        error: None,
        revision: 1,
        log_seq: 0,
        changed_at: at(n),
    }
}

fn owned(n: i64, status: Status, owner: &str) -> Session {
    Session { status, owner: Some(owner.to_owned()), ..session(n, n) }
}

fn add(store: &Store, sessions: Vec<Session>) {
    let conversations = sessions.iter().map(|s| {
        let number = s.conversation_sid;
        dwell_core::Conversation { sid: number, ..conversation(1) }
    });
    let mut known: Vec<_> = conversations.collect();
    known.dedup_by_key(|c| c.sid);
    let known: Vec<_> = known
        .into_iter()
        .filter(|c| {
            let sid = c.sid;
            read(store, move |tx| conversations::fetch_anywhere(tx, &account_sid(1), &sid)).is_none()
        })
        .map(|c| dwell_core::Conversation { unique_name: None, ..c })
        .collect();
    given(store, known);
    write(store, move |tx| sessions.iter().try_for_each(|s| sessions::insert(tx, s)));
}

fn sids(sessions: &[Session]) -> Vec<SessionSid> {
    sessions.iter().map(|s| s.sid).collect()
}

fn of(numbers: impl IntoIterator<Item = i64>) -> Vec<SessionSid> {
    numbers.into_iter().map(|n| SessionSid::new(bytes(n))).collect()
}

fn a_session_is_kept_as_it_was_and_marks_its_conversation(store: &Store) {
    add(store, vec![session(1, 1)]);
    let fetch = |account: i64| read(store, move |tx| sessions::fetch(tx, &account_sid(account), &of([1])[0]));
    assert_eq!((fetch(1), fetch(2)), (Some(session(1, 1)), None));
    assert!(
        read(store, |tx| conversations::fetch_anywhere(tx, &account_sid(1), &conversation_sid(1)))
            .unwrap()
            .has_sessions
    );
    let full = Session {
        status: Status::Ended,
        owner: Some("Zoë".to_owned()),
        queue: Some("sales".to_owned()),
        reason: Some("went quiet".to_owned()),
        ended_by: Some(EndedBy::EndUser),
        on_return: OnReturn::SameAgent,
        held: true,
        date_waiting: Some(at(2)),
        date_accepted: Some(at(3)),
        date_first_reply: Some(at(4)),
        date_inactive: Some(at(5)),
        date_returned: Some(at(6)),
        date_ended: Some(at(7)),
        date_updated: at(8),
        agent_messages: 9,
        customer_messages: 10,
        date_last_agent_message: Some(at(11)),
        date_last_customer_message: Some(at(12)),
        error: Some(Failure { code: 50438, message: "no".to_owned() }),
        revision: 13,
        log_seq: 1,
        changed_at: at(14),
        ..session(1, 1)
    };
    let line = LogLine {
        seq: 1,
        at: at(7),
        act: "ended".to_owned(),
        from: Some(Status::Active),
        to: Status::Ended,
        cause: "agent".to_owned(),
        actor: "PE1".to_owned(),
        actor_name: Some("Zoë".to_owned()),
        detail: None,
    };
    let (kept, told) = (full.clone(), line.clone());
    write(store, move |tx| {
        assert_eq!(sessions::lock_latest(tx, &account_sid(1), &conversation_sid(1))?, Some(session(1, 1)));
        sessions::update(tx, &kept)?;
        sessions::insert_log(tx, &kept, std::slice::from_ref(&told))
    });
    assert_eq!(fetch(1), Some(full.clone()));
    assert_eq!(read(store, move |tx| sessions::log(tx, &full, 0, 9)), [line]);
}

fn a_conversation_has_one_open_session(store: &Store) {
    add(store, vec![session(1, 1)]);
    let second = Session { number: 2, ..session(2, 1) };
    let twice = second.clone();
    assert!(store.write_blocking(move |tx| sessions::insert(tx, &twice)).is_err());
    let over = Session { status: Status::Ended, date_ended: Some(at(9)), ..session(1, 1) };
    write(store, move |tx| {
        sessions::update(tx, &over)?;
        sessions::insert(tx, &second)
    });
    let latest = read(store, |tx| sessions::latest(tx, &account_sid(1), &conversation_sid(1))).unwrap();
    assert_eq!((latest.number, latest.status), (2, Status::Waiting));
}

fn lists_are_filtered_and_paged_both_ways(store: &Store) {
    let failed = Some(Failure { code: 1, message: String::new() });
    add(
        store,
        vec![
            session(1, 1),
            owned(2, Status::Active, "ada"),
            owned(3, Status::Active, "bo"),
            Session { error: failed, ..owned(4, Status::Paused, "ada") },
            Session { queue: Some("sales".to_owned()), ..session(5, 5) },
        ],
    );
    let list = |filter: Filter, from: Option<Position>, backward| {
        let found = read(store, move |tx| sessions::list(tx, &account_sid(1), &filter, from.clone(), backward, 3));
        sids(&found)
    };
    let position = |n: i64| Some(Position { at: at(n), sid: of([n])[0].to_string() });
    let all = Filter::default;
    assert_eq!(list(all(), None, false), of([5, 4, 3]));
    assert_eq!(list(all(), position(3), false), of([2, 1]));
    assert_eq!(list(all(), position(2), true), of([3, 4, 5]));
    let ada = || Some("ada".to_owned());
    let cases = [
        (Filter { statuses: vec![Status::Active, Status::Paused], ..all() }, vec![4, 3, 2]),
        (Filter { owner: ada(), ..all() }, vec![4, 2]),
        (Filter { owner: ada(), statuses: vec![Status::Active], ..all() }, vec![2]),
        (Filter { queue: Some("sales".to_owned()), ..all() }, vec![5]),
        (Filter { conversation: Some(conversation_sid(3)), ..all() }, vec![3]),
        (Filter { conversation: Some(conversation_sid(3)), owner: ada(), ..all() }, vec![]),
        (Filter { service: Some(service_sid(2)), ..all() }, vec![]),
        (Filter { failed: true, ..all() }, vec![4]),
    ];
    for (filter, expected) in cases {
        assert_eq!(list(filter.clone(), None, false), of(expected), "{filter:?}");
    }
    assert_eq!(read(store, |tx| sessions::list(tx, &account_sid(2), &Filter::default(), None, false, 9)), []);
    write(store, |tx| conversations::delete(tx, &conversation_sid(5)));
    assert_eq!(list(all(), None, false), of([4, 3, 2]), "one whose conversation is gone is not shown");
}

fn the_oldest_that_wait_come_first(store: &Store) {
    let sales = |n| Session { queue: Some("sales".to_owned()), ..session(n, n) };
    let returned = Session { date_waiting: Some(at(0)), ..session(4, 4) };
    add(store, vec![session(1, 1), sales(2), session(3, 3), returned, owned(5, Status::Active, "ada")]);
    let waiting = |queue: Option<&'static str>, limit| {
        sids(&write(store, move |tx| sessions::lock_waiting(tx, &account_sid(1), queue, limit)))
    };
    assert_eq!(waiting(None, 9), of([4, 1, 3]));
    assert_eq!(waiting(None, 1), of([4]));
    assert_eq!(waiting(Some("sales"), 9), of([2]));
    assert_eq!(waiting(Some("other"), 9), of([]));
}

fn the_open_ones_are_counted(store: &Store) {
    let over = Session { date_ended: Some(at(9)), ..owned(5, Status::Ended, "ada") };
    let sales = |n| Session { queue: Some("sales".to_owned()), ..session(n, n) };
    add(store, vec![sales(1), sales(2), owned(3, Status::Active, "ada"), owned(4, Status::Paused, "ada"), over]);
    let loads = read(store, |tx| sessions::loads(tx, &account_sid(1)));
    let mut counted: Vec<_> =
        loads.iter().map(|l| (l.status, l.owner.as_deref(), l.queue.as_deref(), l.count)).collect();
    counted.sort();
    let expected = [
        (Status::Waiting, None, Some("sales"), 2),
        (Status::Active, Some("ada"), None, 1),
        (Status::Paused, Some("ada"), None, 1),
    ];
    assert_eq!(counted, expected);
    let first = loads.iter().find(|l| l.status == Status::Waiting).unwrap();
    assert_eq!(first.waiting_since, Some(at(1)));
    let desk = read(store, |tx| desks::fetch(tx, &account_sid(1), "ada"));
    assert_eq!((desk.available, desk.used, desk.inactive), (false, 1, 1));
}

fn streams_follow_what_changed(store: &Store) {
    add(store, (1..=4).map(|n| session(n, n)).collect());
    let changed = |at_n: i64, sid: String| {
        let after = Position { at: at(at_n), sid };
        sids(&read(store, move |tx| sessions::changed(tx, &account_sid(1), &after, 2)))
    };
    assert_eq!(changed(1, of([1])[0].to_string()), of([2, 3]));
    assert_eq!(changed(4, String::new()), of([4]));
    assert_eq!(changed(5, String::new()), of([]));
}

fn person() -> Person {
    Person {
        sid: PersonSid::new(bytes(1)),
        account_sid: account_sid(1),
        email: "ada@example.com".to_owned(),
        friendly_name: "Ada".to_owned(),
        identity: "ada".to_owned(),
        role: PersonRole::Agent,
        disabled_at: None,
        has_password: false,
        date_created: at(1),
        date_updated: at(1),
        date_last_sign_in: None,
    }
}

fn summaries_come_together(store: &Store) {
    let with_messages = |n| dwell_core::Conversation { next_message_index: 1, ..conversation(n) };
    given(store, vec![with_messages(1), with_messages(2), conversation(3)]);
    let person = person();
    let said = |n: i64, author: &str| Message {
        conversation_sid: conversation_sid(n),
        author: author.to_owned(),
        participant_sid: None,
        ..message(n, 0)
    };
    let all = [said(1, "ada"), said(2, "bot")];
    write(store, move |tx| {
        people::insert(tx, &person, None)?;
        all.iter().try_for_each(|message| messages::insert(tx, message))
    });
    let of = [1, 2, 3].map(conversation_sid);
    let found = read(store, move |tx| sessions::conversations(tx, &account_sid(1), &of));
    assert_eq!(found.len(), 3);
    let mut last = read(store, move |tx| sessions::last_messages(tx, &account_sid(1), &found));
    last.sort_by_key(|message| message.conversation_sid);
    let sides: Vec<_> = last.iter().map(|message| (message.author.as_str(), message.side)).collect();
    assert_eq!(sides, [("ada", Side::Agent), ("bot", Side::System)]);
    assert!(read(store, move |tx| sessions::conversations(tx, &account_sid(2), &of)).is_empty());
}

fn settings_and_agents_are_kept_by_account(store: &Store) {
    let settings = DeskSettings { routing: Routing::Manual, count_inactive: true, limit_default: 3 };
    write(store, move |tx| {
        assert_eq!(desks::lock_settings(tx, &account_sid(1))?, DeskSettings::default());
        desks::update_settings(tx, &account_sid(1), &settings)
    });
    assert_eq!(read(store, |tx| desks::settings(tx, &account_sid(1))), settings);
    assert_eq!(read(store, |tx| desks::settings(tx, &account_sid(2))), DeskSettings::default());
    let ada =
        AgentDesk { available: true, limit_own: Some(2), queues: vec!["sales".to_owned()], ..AgentDesk::new("ada") };
    let (bo, put) = (AgentDesk { queues: Vec::new(), ..AgentDesk::new("bo") }, ada.clone());
    write(store, move |tx| {
        desks::put(tx, &account_sid(1), &bo)?;
        desks::put(tx, &account_sid(1), &AgentDesk::new("ada"))?;
        desks::put(tx, &account_sid(1), &put)?;
        desks::note_assigned(tx, &account_sid(1), "ada", at(5))
    });
    let kept = AgentDesk { assigned_at: Some(at(5)), ..ada };
    let available = || read(store, |tx| desks::available(tx, &account_sid(1)));
    assert_eq!(available(), [], "nobody who is gone");
    write(store, |tx| people::insert(tx, &person(), None));
    assert_eq!(available(), std::slice::from_ref(&kept));
    write(store, |tx| people::update(tx, &Person { disabled_at: Some(at(6)), ..person() }));
    assert_eq!(available(), [], "nobody who may not sign in");
    assert_eq!(read(store, |tx| desks::list(tx, &account_sid(1))), [kept, AgentDesk::new("bo")]);
    assert_eq!(read(store, |tx| desks::list(tx, &account_sid(2))), []);
}

fn a_deleted_conversation_takes_its_sessions_along(store: &Store) {
    add(store, vec![session(1, 1), session(2, 2)]);
    let purge = Purge { conversation_sid: conversation_sid(1), account_sid: account_sid(1), event_seq: 1 };
    write(store, move |tx| {
        conversations::delete(tx, &conversation_sid(1))?;
        purges::insert(tx, &[purge])
    });
    while write(store, move |tx| purges::remove_some(tx, &purge, 10)) > 0 {}
    for (n, there) in [(1, false), (2, true)] {
        let latest = read(store, move |tx| sessions::latest(tx, &account_sid(1), &conversation_sid(n)));
        assert_eq!(latest.is_some(), there);
    }
}
