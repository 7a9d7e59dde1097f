use dwell_core::receipt::{Status, Tally};
use dwell_core::{ChannelSid, ParticipantSid, Receipt, ReceiptSid};
use dwell_store::purges::{self, Purge};
use dwell_store::receipts::{self, Key};
use dwell_store::{Seek, Store, StoreError};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_receipt_is_kept_and_changed,
    a_channel_speaks_of_receipts_by_its_own_names,
    a_participant_has_one_receipt_of_a_message,
    receipts_are_listed_in_order_of_creation,
    tallies_of_a_page_of_messages,
    the_first_receipt_marks_the_conversation,
    receipts_go_with_their_message_and_their_conversation,
}

/// The receipt `n` of a message, of the participant `n`.
fn receipt(conversation: i64, index: i64, n: i64) -> Receipt {
    let m = message(conversation, index);
    Receipt {
        sid: ReceiptSid::new(bytes(n)),
        account_sid: m.account_sid,
        conversation_sid: m.conversation_sid,
        message_sid: m.sid,
        message_index: m.index,
        participant_sid: ParticipantSid::new(bytes(n)),
        channel_sid: None,
        channel_message_sid: None,
        status: None,
        error_code: None,
        date_created: at(n),
        date_updated: at(n),
    }
}

fn with(status: Status, r: Receipt) -> Receipt {
    Receipt { status: Some(status), ..r }
}

fn put(store: &Store, all: Vec<Receipt>) {
    write(store, move |tx| all.iter().try_for_each(|r| receipts::insert(tx, std::slice::from_ref(r))));
}

fn fetch(store: &Store, r: &Receipt) -> Option<Receipt> {
    let (sid, index) = (r.sid, r.message_index);
    read(store, move |tx| receipts::fetch(tx, &message(1, index), Key::Sid(&sid)))
}

fn list(store: &Store, index: i64) -> Vec<Receipt> {
    read(store, move |tx| receipts::list(tx, &message(1, index), Seek::After(""), 99))
}

fn a_receipt_is_kept_and_changed(store: &Store) {
    given(store, vec![conversation(1)]);
    let mut r = receipt(1, 0, 1);
    put(store, vec![r.clone()]);
    assert_eq!(fetch(store, &r), Some(r.clone()));
    r.channel_message_sid = Some("SM00000000000000000000000000000001".to_owned());
    assert!(r.advance(Status::Undelivered, Some(30_003), at(9)));
    let changed = r.clone();
    write(store, move |tx| receipts::update(tx, &changed));
    assert_eq!(fetch(store, &r), Some(r.clone()));
    let participant = r.participant_sid;
    let found = read(store, move |tx| receipts::fetch(tx, &message(1, 0), Key::Participant(&participant)));
    assert_eq!(found, Some(r.clone()));
    let mut foreign = message(1, 0);
    foreign.account_sid = account_sid(2);
    let stranger = read(store, move |tx| receipts::list(tx, &foreign, Seek::After(""), 9));
    assert_eq!((stranger, fetch(store, &Receipt { message_index: 1, ..r })), (vec![], None), "of this message alone");
}

fn a_channel_speaks_of_receipts_by_its_own_names(store: &Store) {
    given(store, vec![conversation(1), conversation(2)]);
    let channel = |n: i64| ChannelSid::new(bytes(n));
    let called = |name: &str, of: i64, r: Receipt| Receipt {
        channel_sid: Some(channel(of)),
        channel_message_sid: Some(name.to_owned()),
        ..r
    };
    let (one, two) = (called("1A", 1, receipt(1, 0, 1)), called("1A", 2, receipt(1, 0, 2)));
    let again = called("1A", 1, receipt(2, 5, 3));
    put(store, vec![one.clone(), two.clone(), receipt(1, 1, 1)]);
    let (noted, three) = (again.clone(), called("2B", 1, receipt(1, 3, 1)));
    put(store, vec![Receipt { channel_sid: None, channel_message_sid: None, ..again.clone() }, three]);
    write(store, move |tx| receipts::update(tx, &noted));
    let named = |account: i64, of: i64, name: &'static str, limit: i64| {
        read(store, move |tx| receipts::named(tx, &account_sid(account), &channel(of), name, limit))
    };
    assert_eq!(named(1, 1, "1A", 9), [again.clone(), one], "the newest first: names may come again");
    assert_eq!(named(1, 1, "1A", 1), [again]);
    assert_eq!(named(1, 2, "1A", 9), [two]);
    assert_eq!((named(2, 1, "1A", 9), named(1, 1, "1B", 9)), (vec![], vec![]));
}

fn a_participant_has_one_receipt_of_a_message(store: &Store) {
    given(store, vec![conversation(1)]);
    put(store, vec![receipt(1, 0, 1), receipt(1, 1, 1), receipt(2, 0, 1)]);
    let again = Receipt { sid: ReceiptSid::new(bytes(2)), ..receipt(1, 0, 1) };
    let again = store.write_blocking(move |tx| receipts::insert(tx, std::slice::from_ref(&again)));
    assert!(matches!(again, Err(StoreError::Unique(_))), "{again:?}");
    assert_eq!(list(store, 0), [receipt(1, 0, 1)]);
}

fn receipts_are_listed_in_order_of_creation(store: &Store) {
    given(store, vec![conversation(1)]);
    put(store, [3, 1, 2, 4].map(|n| receipt(1, 0, n)).into());
    put(store, vec![receipt(1, 1, 5)]);
    let page = |key: Option<i64>, back: bool, limit: i64| {
        let found = read(store, move |tx| {
            let key = key.map(|n| ReceiptSid::new(bytes(n)).to_string()).unwrap_or_default();
            let seek = if back { Seek::Before(&key) } else { Seek::After(&key) };
            receipts::list(tx, &message(1, 0), seek, limit)
        });
        found.iter().map(|r| r.date_created).collect::<Vec<_>>()
    };
    assert_eq!(page(None, false, 3), [1, 2, 3].map(at));
    assert_eq!(page(Some(3), false, 3), [at(4)]);
    assert_eq!(page(Some(3), true, 9), [2, 1].map(at));
}

fn tallies_of_a_page_of_messages(store: &Store) {
    given(store, vec![conversation(1), conversation(2)]);
    put(store, vec![with(Status::Sent, receipt(1, 1, 1)), receipt(1, 1, 2), with(Status::Read, receipt(1, 1, 3))]);
    put(store, vec![with(Status::Failed, receipt(1, 3, 1)), with(Status::Undelivered, receipt(1, 3, 2))]);
    put(store, vec![with(Status::Delivered, receipt(1, 4, 1)), receipt(2, 2, 1)]);
    let tallies = |account: i64, first: i64, last: i64| {
        read(store, move |tx| receipts::tallies(tx, &account_sid(account), &conversation_sid(1), first, last))
    };
    let one = Tally { total: 3, sent: 1, read: 1, ..Tally::default() };
    let three = Tally { total: 2, failed: 1, undelivered: 1, ..Tally::default() };
    let four = Tally { total: 1, delivered: 1, ..Tally::default() };
    assert_eq!(tallies(1, 0, 9), [(1, one), (3, three), (4, four)]);
    assert_eq!((tallies(1, 2, 3), tallies(1, 5, 9), tallies(2, 0, 9)), (vec![(3, three)], vec![], vec![]));
}

fn the_first_receipt_marks_the_conversation(store: &Store) {
    given(store, vec![conversation(1), conversation(2)]);
    let marked = || [1, 2].map(|n| fetched(store, n).unwrap().has_receipts);
    assert_eq!(marked(), [false, false]);
    put(store, vec![receipt(1, 0, 1)]);
    assert_eq!(marked(), [true, false]);
    write(store, |tx| receipts::delete_of_message(tx, &message(1, 0)));
    assert_eq!(marked(), [true, false], "for good");
}

fn receipts_go_with_their_message_and_their_conversation(store: &Store) {
    given(store, vec![conversation(1)]);
    put(store, (0..4).flat_map(|index| [1, 2, 3].map(|n| receipt(1, index, n))).collect());
    put(store, vec![receipt(2, 0, 1)]);
    write(store, |tx| receipts::delete_of_message(tx, &message(1, 1)));
    assert_eq!([0, 1, 2, 3].map(|index| list(store, index).len()), [3, 0, 3, 3]);
    let purge = Purge { conversation_sid: conversation_sid(1), account_sid: account_sid(1), event_seq: 1 };
    write(store, move |tx| purges::insert(tx, &[purge]));
    let mut rounds = 0;
    while write(store, move |tx| purges::remove_some(tx, &purge, 2)) > 0 {
        rounds += 1;
    }
    assert!((2..=9).contains(&rounds), "a few at a time: {rounds}");
    assert_eq!([0, 1, 2, 3].map(|index| list(store, index).len()), [0; 4]);
    assert_eq!(read(store, purges::next), None);
    let other = read(store, |tx| receipts::list(tx, &message(2, 0), Seek::After(""), 9));
    assert_eq!(other.len(), 1);
}
