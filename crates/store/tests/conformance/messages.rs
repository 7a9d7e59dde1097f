use dwell_core::{MessageSid, ParticipantSid};
use dwell_store::{Store, messages};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_message_is_kept_changed_and_removed,
    messages_are_listed_both_ways,
    a_listing_goes_on_while_messages_come_and_go,
}

fn insert(store: &Store, indices: std::ops::Range<i64>) {
    write(store, move |tx| indices.clone().try_for_each(|index| messages::insert(tx, &message(1, index))));
}

fn page(store: &Store, descending: bool, after: Option<i64>, limit: i64) -> Vec<i64> {
    let found =
        read(store, move |tx| messages::list(tx, &account_sid(1), &conversation_sid(1), descending, after, limit));
    found.into_iter().map(|m| m.index).collect()
}

fn a_message_is_kept_changed_and_removed(store: &Store) {
    let mut m = message(1, 0);
    m.participant_sid = Some(ParticipantSid::new(bytes(3)));
    m.body = Some("with 'quotes', ünïcode and a newline\n".to_owned());
    m.content_sid = Some("HX1".to_owned());
    m.content_variables = Some("{}".to_owned());
    let inserted = m.clone();
    write(store, move |tx| messages::insert(tx, &inserted));
    let fetch =
        |sid: MessageSid| read(store, move |tx| messages::fetch(tx, &account_sid(1), &conversation_sid(1), &sid));
    assert_eq!(fetch(m.sid), Some(m.clone()));
    assert_eq!(fetch(message(1, 1).sid), None);
    m.author = "ana".to_owned();
    m.body = None;
    m.participant_sid = None;
    m.subject = Some("subject".to_owned());
    m.date_updated = at(99);
    let changed = m.clone();
    write(store, move |tx| messages::update(tx, &changed));
    assert_eq!(fetch(m.sid), Some(m.clone()));
    write(store, |tx| messages::delete(tx, &message(1, 0)));
    assert_eq!(fetch(m.sid), None);
}

fn messages_are_listed_both_ways(store: &Store) {
    insert(store, 0..7);
    assert_eq!(page(store, false, None, 3), [0, 1, 2]);
    assert_eq!(page(store, false, Some(2), 3), [3, 4, 5]);
    assert_eq!(page(store, false, Some(5), 3), [6]);
    assert_eq!(page(store, true, None, 3), [6, 5, 4]);
    assert_eq!(page(store, true, Some(4), 3), [3, 2, 1]);
    assert_eq!(page(store, true, Some(1), 3), [0]);
    let other = read(store, |tx| messages::list(tx, &account_sid(2), &conversation_sid(1), false, None, 3));
    assert!(other.is_empty(), "not the account's");
}

fn a_listing_goes_on_while_messages_come_and_go(store: &Store) {
    insert(store, 0..6);
    assert_eq!(page(store, false, None, 3), [0, 1, 2]);
    write(store, |tx| [0, 2, 4].into_iter().try_for_each(|index| messages::delete(tx, &message(1, index))));
    insert(store, 6..8);
    assert_eq!(page(store, false, Some(2), 10), [3, 5, 6, 7]);
}
