use dwell_core::ChannelSid;
use dwell_store::Store;
use dwell_store::message_parts::{self, Key, Part};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    parts_are_kept_in_order_by_message,
    parts_that_are_old_go_first,
}

fn part(number: i64, octets: &str, second: i64) -> Part {
    Part { number, data_coding: 8, octets: octets.to_owned(), received_at: at(second) }
}

fn with<T>(channel: i64, reference: i64, work: impl FnOnce(Key<'_>) -> T) -> T {
    let channel = ChannelSid::new(bytes(channel));
    let account = account_sid(1);
    let (sender, recipient) = ("+1", "+2");
    work(Key { account: &account, channel: &channel, sender, recipient, reference, total: 3 })
}

fn keep(store: &Store, channel: i64, reference: i64, part: Part) {
    write(store, move |tx| with(channel, reference, |key| message_parts::insert(tx, key, &part)));
}

fn kept(store: &Store, channel: i64, reference: i64) -> Vec<Part> {
    read(store, move |tx| with(channel, reference, |key| message_parts::of_message(tx, key)))
}

fn parts_are_kept_in_order_by_message(store: &Store) {
    keep(store, 1, 7, part(3, "c", 1));
    keep(store, 1, 7, part(1, "a", 2));
    keep(store, 1, 7, part(1, "other", 3));
    keep(store, 1, 8, part(2, "b", 4));
    keep(store, 2, 7, part(2, "b", 5));
    assert_eq!(kept(store, 1, 7), [part(1, "a", 2), part(3, "c", 1)], "the first of a place stands");
    let count = |channel, limit| {
        read(store, move |tx| message_parts::count(tx, &account_sid(1), &ChannelSid::new(bytes(channel)), limit))
    };
    assert_eq!((count(1, 9), count(1, 2), count(2, 9), count(3, 9)), (3, 2, 1, 0));

    write(store, |tx| with(1, 7, |key| message_parts::delete_of_message(tx, key)));
    assert_eq!(kept(store, 1, 7), []);
    assert_eq!((kept(store, 1, 8).len(), kept(store, 2, 7).len()), (1, 1));
}

fn parts_that_are_old_go_first(store: &Store) {
    for (number, second) in [(1, 3), (2, 1), (3, 2)] {
        keep(store, 1, 7, part(number, "x", second));
    }
    assert_eq!(write(store, |tx| message_parts::remove_old(tx, at(3), 1)), 1);
    assert_eq!(kept(store, 1, 7).iter().map(|part| part.number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(write(store, |tx| message_parts::remove_old(tx, at(3), 9)), 1);
    assert_eq!(write(store, |tx| message_parts::remove_old(tx, at(3), 9)), 0);
}
