use dwell_core::event::EventKind;
use dwell_core::lifecycle::{Cause, Transition};
use dwell_core::message::Added;
use dwell_core::{Message, MessageSid, MessagingServiceSid, State};
use dwell_store::events::NewEvent;
use dwell_store::purges::Purge;
use dwell_store::transitions::{Failure, Record};
use dwell_store::{Store, StoreError, Tx, UniqueKey, events, messages, purges, transitions};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    any_number_of_events_is_appended_at_once,
    events_are_kept_as_they_were,
    additions_of_messages_are_events_in_their_place,
    a_number_is_given_once,
    transitions_are_kept_as_they_were,
    a_purge_goes_on_until_nothing_is_left,
    purges_are_taken_in_turn,
}

fn append(tx: &mut dyn Tx, stream: i64, numbers: std::ops::RangeInclusive<i64>) -> Result<(), StoreError> {
    let stream = conversation_sid(stream);
    let payloads: Vec<_> = numbers.clone().map(|seq| format!("{{\"seq\":{seq},\"text\":\"it's ✓\"}}")).collect();
    let new: Vec<_> = numbers
        .zip(&payloads)
        .map(|(seq, payload)| NewEvent {
            stream_sid: &stream,
            seq,
            kind: EventKind::MessageAdded,
            at: at(seq),
            source: "API",
            actor: "somebody",
            notify: seq % 2 == 0,
            payload,
        })
        .collect();
    events::insert(tx, &account_sid(1), &new)
}

fn numbers(store: &Store, stream: i64, after: i64) -> Vec<i64> {
    let found = read(store, move |tx| events::list(tx, &account_sid(1), &conversation_sid(stream), after, 10_000));
    found.into_iter().map(|event| event.seq).collect()
}

fn any_number_of_events_is_appended_at_once(store: &Store) {
    for (stream, count) in [(1, 0), (2, 1), (3, 7), (4, 1_000), (5, 3_001)] {
        write(store, move |tx| append(tx, stream, 1..=count));
        assert_eq!(numbers(store, stream, 0), (1..=count).collect::<Vec<_>>());
    }
}

fn events_are_kept_as_they_were(store: &Store) {
    write(store, |tx| append(tx, 1, 1..=5));
    let list =
        |account: i64| read(store, move |tx| events::list(tx, &account_sid(account), &conversation_sid(1), 2, 2));
    let found = list(1);
    assert_eq!(found.iter().map(|event| event.seq).collect::<Vec<_>>(), [3, 4]);
    let event = &found[1];
    assert_eq!(
        (event.kind.as_str(), event.source.as_str(), event.actor.as_str()),
        ("onMessageAdded", "API", "somebody")
    );
    assert_eq!((event.at, event.notify, found[0].notify), (at(4), true, false));
    assert_eq!(event.payload, "{\"seq\":4,\"text\":\"it's ✓\"}");
    assert!(list(2).is_empty(), "not the account's");
}

/// Number 1 is the conversation's; each message adds one and every third an event of another kind,
/// and some additions have left their message.
fn additions_of_messages_are_events_in_their_place(store: &Store) {
    const MESSAGES: i64 = 300;
    write(store, |tx| {
        append(tx, 1, 1..=1)?;
        let mut seq = 1;
        for index in 0..MESSAGES {
            seq += 1;
            let added = Added { seq, at: at(seq), source: "API".into(), actor: "AC1".into(), notify: seq % 2 == 0 };
            let mut message = Message { added: Some(added), ..message(1, index) };
            messages::insert(tx, &message)?;
            if index % 7 == 3 {
                events::detach_addition(tx, &mut message)?;
                messages::update(tx, &message)?;
            }
            if index % 11 == 5 {
                events::detach_addition(tx, &mut message)?;
                messages::delete(tx, &message)?;
            }
            if index % 3 == 0 {
                seq += 1;
                append(tx, 1, seq..=seq)?;
            }
        }
        Ok::<_, StoreError>(())
    });
    let last = 1 + MESSAGES + MESSAGES / 3;
    for after in [0, 1, 2, 3, 57, 58, 59, 60, 200, last - 1, last] {
        assert_eq!(numbers(store, 1, after), (after + 1..=last).collect::<Vec<_>>(), "after {after}");
    }
    let page = read(store, |tx| events::list(tx, &account_sid(1), &conversation_sid(1), 1, 1)).remove(0);
    assert_eq!((page.seq, page.kind.as_str(), page.at, page.notify), (2, "onMessageAdded", at(2), true));
    let payload: serde_json::Value = serde_json::from_str(&page.payload).unwrap();
    assert_eq!((payload["Index"].as_i64(), payload["Body"].as_str()), (Some(0), Some("message 0")));
}

fn a_number_is_given_once(store: &Store) {
    write(store, |tx| append(tx, 1, 1..=3));
    let again = store.write_blocking(|tx| append(tx, 1, 3..=5));
    assert!(matches!(again, Err(StoreError::Unique(UniqueKey::Other))), "{again:?}");
    assert_eq!(numbers(store, 1, 0), [1, 2, 3]);
}

fn transitions_are_kept_as_they_were(store: &Store) {
    let record = |seq: i64, cause, message_sid| Record {
        conversation_sid: conversation_sid(1),
        seq,
        transition: Transition { from: State::Inactive, to: State::Active, cause, at: at(seq) },
        source: "API".to_owned(),
        actor: "system".to_owned(),
        notify: seq == 5,
        service_sid: service_sid(1),
        messaging_service_sid: MessagingServiceSid::new(bytes(1)),
        message_sid,
        error: (seq == 9).then(|| Failure { code: 50_427, message: "bäh".to_owned() }),
        late_micros: (cause == Cause::Timer).then_some(seq),
    };
    let all = vec![
        record(2, Cause::Timer, None),
        record(5, Cause::Event, Some(MessageSid::new(bytes(1)))),
        record(9, Cause::Api, None),
    ];
    let expected = all.clone();
    write(store, move |tx| transitions::insert(tx, &account_sid(1), &all));
    write(store, |tx| transitions::insert(tx, &account_sid(1), &[]));
    let list = |account: i64, after, limit| {
        read(store, move |tx| transitions::list(tx, &account_sid(account), &conversation_sid(1), after, limit))
    };
    assert_eq!(list(1, 0, 9), expected);
    assert_eq!(list(1, 2, 1), expected[1..2]);
    assert!(list(2, 0, 9).is_empty(), "not the account's");
}

fn purge(n: i64) -> Purge {
    Purge { conversation_sid: conversation_sid(n), account_sid: account_sid(1), event_seq: 8 }
}

fn a_purge_goes_on_until_nothing_is_left(store: &Store) {
    write(store, |tx| {
        (0..5).try_for_each(|index| messages::insert(tx, &message(1, index)))?;
        messages::insert(tx, &message(2, 0))?;
        append(tx, 1, 1..=8)?;
        append(tx, 2, 1..=8)?;
        purges::insert(tx, &[purge(1)])
    });
    let mut removed = Vec::new();
    while let Some(purge) = read(store, purges::next) {
        removed.push(write(store, move |tx| purges::remove_some(tx, &purge, 3)));
    }
    // Five messages and seven events, three at a time of each; the event of the removal stays.
    assert_eq!(removed, [6, 5, 1, 0]);
    assert_eq!(numbers(store, 1, 0), [8]);
    assert_eq!(numbers(store, 2, 0).len(), 8);
    let kept = read(store, |tx| messages::list(tx, &account_sid(1), &conversation_sid(2), false, None, 9));
    assert_eq!(kept.len(), 1);
}

fn purges_are_taken_in_turn(store: &Store) {
    write(store, |tx| purges::insert(tx, &[]));
    assert_eq!(read(store, purges::next), None);
    write(store, |tx| purges::insert(tx, &[purge(3), purge(1)]));
    write(store, |tx| purges::insert(tx, &[purge(1), purge(2)]));
    for n in 1..=3 {
        assert_eq!(read(store, purges::next), Some(purge(n)));
        assert_eq!(write(store, move |tx| purges::remove_some(tx, &purge(n), 10)), 0);
    }
    assert_eq!(read(store, purges::next), None);
    assert_eq!(write(store, move |tx| purges::remove_some(tx, &purge(1), 10)), 0, "somebody else was first");
}
