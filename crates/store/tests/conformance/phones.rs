//! What simulated telephones received and sent.

use dwell_core::phone::{MESSAGES_MAX, PhoneFile, Way};
use dwell_core::receipt::Status;
use dwell_core::{ChannelSid, MessageSid, PhoneMessage, PhoneMessageSid, ReceiptSid};
use dwell_store::{Store, phones};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_message_is_kept_and_reported_on,
    a_phone_has_its_messages_newest_first,
    the_oldest_messages_of_an_account_go,
}

const PHONE: &str = "+15552223333";

fn received(n: i64) -> PhoneMessage {
    PhoneMessage {
        sid: PhoneMessageSid::new(bytes(n)),
        account_sid: account_sid(1),
        phone: PHONE.to_owned(),
        other: "+15550001111".to_owned(),
        channel_sid: None,
        way: Way::Received,
        author: None,
        subject: None,
        body: None,
        files: Vec::new(),
        status: None,
        error_code: None,
        conversation_sid: None,
        message_sid: None,
        receipt_sid: None,
        date_created: at(n),
        date_updated: at(n),
    }
}

fn put(store: &Store, m: PhoneMessage) -> bool {
    write(store, move |tx| phones::insert(tx, &m))
}

fn fetch(store: &Store, account: i64, n: i64) -> Option<PhoneMessage> {
    read(store, move |tx| phones::fetch(tx, &account_sid(account), PHONE, &PhoneMessageSid::new(bytes(n))))
}

/// The seconds in which the messages of a page were made.
fn list(store: &Store, phone: &'static str, from: Option<(bool, i64)>, limit: i64) -> Vec<i64> {
    let found = read(store, move |tx| {
        let key = from.map_or(String::new(), |(_, n)| PhoneMessageSid::new(bytes(n)).to_string());
        let seek = if from.is_some_and(|(is_back, _)| is_back) { before(&key) } else { after(&key) };
        phones::list(tx, &account_sid(1), phone, seek, limit)
    });
    found.iter().map(|m| m.date_created.as_micros() / 1_000_000).collect()
}

fn a_message_is_kept_and_reported_on(store: &Store) {
    let whole = PhoneMessage {
        channel_sid: Some(ChannelSid::new(bytes(1))),
        author: Some("agent".to_owned()),
        subject: Some("Order".to_owned()),
        body: Some("Gr\u{fc}\u{df}e".to_owned()),
        files: vec![PhoneFile {
            sid: "ME1".to_owned(),
            content_type: "image/png".to_owned(),
            filename: None,
            size: 3,
            link: "/m".to_owned(),
        }],
        status: Some(Status::Delivered),
        conversation_sid: Some(conversation_sid(1)),
        message_sid: Some(MessageSid::new(bytes(1))),
        receipt_sid: Some(ReceiptSid::new(bytes(1))),
        ..received(1)
    };
    assert!(put(store, whole.clone()));
    assert!(!put(store, received(1)), "a phone does not receive a message twice");
    assert_eq!(fetch(store, 1, 1), Some(whole.clone()));
    assert_eq!(fetch(store, 2, 1), None);
    let reported =
        PhoneMessage { status: Some(Status::Undelivered), error_code: Some(30003), date_updated: at(9), ..whole };
    let after = write(store, {
        let reported = reported.clone();
        move |tx| {
            phones::report(tx, &reported)?;
            phones::lock(tx, &reported.account_sid, PHONE, &reported.sid)
        }
    });
    assert_eq!(after, Some(reported));
}

fn a_phone_has_its_messages_newest_first(store: &Store) {
    for n in 1..=5 {
        assert!(put(store, received(n)));
    }
    assert!(put(store, PhoneMessage { phone: "+15559999999".to_owned(), ..received(3) }), "a group text");
    assert!(put(store, PhoneMessage { account_sid: account_sid(2), ..received(9) }));
    assert_eq!(list(store, PHONE, None, 9), [5, 4, 3, 2, 1]);
    assert_eq!(list(store, "+15559999999", None, 9), [3]);
    assert_eq!(list(store, PHONE, Some((false, 4)), 2), [3, 2]);
    assert_eq!(list(store, PHONE, Some((true, 2)), 2), [3, 4], "nearest first");
}

fn the_oldest_messages_of_an_account_go(store: &Store) {
    assert!(put(store, PhoneMessage { account_sid: account_sid(2), ..received(1) }));
    write(store, |tx| (1..=MESSAGES_MAX + 2).try_for_each(|n| phones::insert(tx, &received(n)).map(|_| ())));
    let kept = list(store, PHONE, None, MESSAGES_MAX + 9);
    assert_eq!((kept.len() as i64, kept.first(), kept.last()), (MESSAGES_MAX, Some(&(MESSAGES_MAX + 2)), Some(&3)));
    assert!(fetch(store, 2, 1).is_some(), "those of others stay");
}
