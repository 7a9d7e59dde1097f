use dwell_core::lifecycle::{Armed, Mark, Timers};
use dwell_core::{Conversation, Lifecycle, State};
use dwell_store::conversations::{self, Key};
use dwell_store::{Store, StoreError, UniqueKey};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_conversation_is_kept_as_it_was,
    an_update_writes_everything,
    a_unique_name_is_taken_once_per_service,
    a_name_taken_by_an_update_is_named,
    a_set_of_addresses_is_held_until_its_conversation_closes,
    a_message_moves_the_deadline_and_not_the_index,
    counters_are_written,
}

/// Every column set.
fn full(n: i64) -> Conversation {
    Conversation {
        friendly_name: Some("friendly – ✓".to_owned()),
        unique_name: Some(format!("name {n}")),
        attributes: r#"{"quote":"it's","n":null}"#.to_owned(),
        email_address: Some("a@example.com".to_owned()),
        email_name: Some("A".to_owned()),
        lifecycle: Lifecycle {
            state: State::Inactive,
            timers: Timers { inactive: Some(60), closed: Some(600) },
            armed: Some(Armed { due: at(700), kind: Mark::Closed }),
            inactive_at: Some(at(100)),
            closed_at: Some(at(800)),
            has_own_timers: true,
            rules: None,
            warned: 0,
            held: None,
        },
        date_updated: at(2),
        activity_at: at(3),
        last_event_at: at(4),
        event_seq: 5,
        next_message_index: 6,
        chat_participants: 7,
        non_chat_participants: 8,
        ..conversation(n)
    }
}

fn a_conversation_is_kept_as_it_was(store: &Store) {
    given(store, vec![full(1), conversation(2)]);
    assert_eq!(fetched(store, 1), Some(full(1)));
    assert_eq!(fetched(store, 2), Some(conversation(2)));
    let (account, service) = home();
    let by_name = read(store, move |tx| conversations::fetch(tx, &account, &service, Key::UniqueName("name 1")));
    assert_eq!(by_name, Some(full(1)));
    let locked = write(store, move |tx| conversations::lock(tx, &account, &service, Key::UniqueName("name 1")));
    assert_eq!(locked, Some(full(1)));
    let anywhere =
        |n: i64| read(store, move |tx| conversations::fetch_anywhere(tx, &account_sid(n), &conversation_sid(1)));
    assert_eq!((anywhere(1), anywhere(2)), (Some(full(1)), None));
    let sid = conversation_sid(1);
    let stranger = read(store, move |tx| conversations::fetch(tx, &account_sid(2), &service, Key::Sid(&sid)));
    let elsewhere = read(store, move |tx| conversations::fetch(tx, &account, &service_sid(2), Key::Sid(&sid)));
    assert_eq!((stranger, elsewhere), (None, None));
    write(store, |tx| conversations::delete(tx, &conversation_sid(1)));
    assert_eq!(fetched(store, 1), None);
}

fn an_update_writes_everything(store: &Store) {
    given(store, vec![conversation(1), full(2)]);
    let (mut first, mut second) = (full(1), conversation(2));
    (first.unique_name, second.date_created) = (Some("fresh".to_owned()), at(77));
    for c in [first, second] {
        let (n, expected) = (c.sid, c.clone());
        write(store, move |tx| conversations::update(tx, &c));
        let (account, service) = home();
        let found = read(store, move |tx| conversations::fetch(tx, &account, &service, Key::Sid(&n)));
        assert_eq!(found, Some(expected));
    }
}

fn a_unique_name_is_taken_once_per_service(store: &Store) {
    given(store, vec![full(1)]);
    let insert = |c: Conversation| write(store, move |tx| conversations::insert(tx, &c));
    let named = |n: i64| Conversation { unique_name: full(1).unique_name, ..conversation(n) };
    assert!(!insert(named(2)));
    assert!(insert(Conversation { service_sid: service_sid(2), ..named(3) }));
    write(store, |tx| conversations::delete(tx, &conversation_sid(1)));
    assert!(insert(named(4)), "free again");
}

fn a_name_taken_by_an_update_is_named(store: &Store) {
    given(store, vec![full(1), conversation(2)]);
    let rename = || Conversation { unique_name: full(1).unique_name, ..conversation(2) };
    let taken = store.write_blocking(move |tx| conversations::update(tx, &rename()));
    assert!(matches!(taken, Err(StoreError::Unique(UniqueKey::ConversationUniqueName))), "{taken:?}");
    assert_eq!(fetched(store, 2), Some(conversation(2)));
}

fn a_set_of_addresses_is_held_until_its_conversation_closes(store: &Store) {
    given(store, vec![conversation(1), conversation(2)]);
    let hold = |n: i64, key: Option<&'static str>| {
        store.write_blocking(move |tx| conversations::hold_group(tx, &account_sid(1), &conversation_sid(n), key))
    };
    let holder =
        |account: i64| read(store, move |tx| conversations::group_holder(tx, &account_sid(account), "+1 +2 +3"));
    assert_eq!(holder(1), None);
    hold(1, Some("+1 +2 +3")).unwrap();
    hold(1, Some("+1 +2 +3")).unwrap();
    hold(2, Some("+1 +2 +4")).unwrap();
    assert_eq!((holder(1), holder(2)), (Some(conversation_sid(1)), None));
    let taken = hold(2, Some("+1 +2 +3"));
    assert!(matches!(taken, Err(StoreError::Unique(UniqueKey::ConversationGroup))), "{taken:?}");
    hold(1, None).unwrap();
    hold(2, Some("+1 +2 +3")).unwrap();
    let mut closed = conversation(2);
    closed.lifecycle.state = State::Closed;
    write(store, move |tx| conversations::update(tx, &closed));
    assert_eq!(holder(1), None);
    hold(1, Some("+1 +2 +3")).unwrap();
    write(store, |tx| conversations::delete(tx, &conversation_sid(1)));
    assert_eq!(holder(1), None);
}

fn a_message_moves_the_deadline_and_not_the_index(store: &Store) {
    given(store, vec![armed(1, 60)]);
    let mut c = armed(1, 90);
    (c.activity_at, c.last_event_at, c.event_seq, c.next_message_index) = (at(30), at(30), 2, 1);
    let expected = c.clone();
    write(store, move |tx| conversations::update_after_message(tx, &c));
    assert_eq!(fetched(store, 1), Some(expected));
    assert_eq!(read(store, |tx| conversations::next_wake(tx, &account_sid(1))), Some(at(60)));
    let timers = read(store, |tx| conversations::list_timers(tx, &account_sid(1), None, at(60), 9));
    assert_eq!((timers[0].wake_at, timers[0].lifecycle.armed.unwrap().due), (at(60), at(90)));
}

fn counters_are_written(store: &Store) {
    given(store, vec![conversation(1)]);
    let mut c = conversation(1);
    (c.last_event_at, c.event_seq, c.chat_participants, c.non_chat_participants) = (at(9), 4, 2, 3);
    let expected = c.clone();
    write(store, move |tx| conversations::update_counters(tx, &c));
    assert_eq!(fetched(store, 1), Some(expected));
}
