use dwell_core::ChannelSid;
use dwell_core::receipt::Status;
use dwell_store::Store;
use dwell_store::early_statuses::{self, Name, Word};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_word_is_kept_until_its_name_is_known,
    old_words_are_removed_a_few_at_a_time,
    who_comes_second_to_a_name_sees_what_the_first_did,
}

fn channel(n: i64) -> ChannelSid {
    ChannelSid::new(bytes(n))
}

fn reserve(store: &Store, of: i64, name: &'static str) -> Option<Word> {
    write(store, move |tx| {
        let of = Name { account: &account_sid(1), channel: &channel(of), name };
        early_statuses::reserve(tx, of, at(1))
    })
}

fn keep(store: &Store, of: i64, name: &'static str, word: Word, seconds: i64) {
    write(store, move |tx| {
        let of = Name { account: &account_sid(1), channel: &channel(of), name };
        early_statuses::reserve(tx, of, at(seconds))?;
        early_statuses::keep(tx, of, word, at(seconds))
    });
}

fn a_word_is_kept_until_its_name_is_known(store: &Store) {
    assert_eq!((reserve(store, 1, "a"), reserve(store, 1, "a")), (None, None), "nothing was said");
    keep(store, 1, "a", (Status::Sent, None), 1);
    keep(store, 1, "a", (Status::Failed, Some(30_003)), 2);
    assert_eq!(reserve(store, 1, "a"), Some((Status::Failed, Some(30_003))));
    assert_eq!((reserve(store, 2, "a"), reserve(store, 1, "b")), (None, None));
    let count = |of: i64, limit: i64| read(store, move |tx| early_statuses::count(tx, &channel(of), limit));
    assert_eq!((count(1, 9), count(1, 1), count(2, 9), count(3, 9)), (2, 1, 1, 0));
    write(store, |tx| early_statuses::delete(tx, Name { account: &account_sid(1), channel: &channel(1), name: "a" }));
    assert_eq!((count(1, 9), reserve(store, 1, "a")), (1, None));
}

fn old_words_are_removed_a_few_at_a_time(store: &Store) {
    for (n, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        keep(store, 1, name, (Status::Sent, None), n as i64);
    }
    let prune = |seconds: i64| write(store, move |tx| early_statuses::prune(tx, at(seconds), 2));
    assert_eq!([prune(3), prune(3), prune(3)], [2, 1, 0]);
    assert_eq!(reserve(store, 1, "d"), Some((Status::Sent, None)));
}

fn who_comes_second_to_a_name_sees_what_the_first_did(store: &Store) {
    // Each of two counts up what it finds, over and over: a look past the other would lose a step.
    let count = |store: &Store| {
        for _ in 0..50 {
            write(store, |tx| {
                let of = Name { account: &account_sid(1), channel: &channel(1), name: "a" };
                let found = early_statuses::reserve(tx, of, at(1))?.and_then(|(_, count)| count).unwrap_or_default();
                early_statuses::delete(tx, of)?;
                early_statuses::reserve(tx, of, at(1))?;
                early_statuses::keep(tx, of, (Status::Failed, Some(found + 1)), at(1))
            });
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| count(store));
        }
    });
    assert_eq!(reserve(store, 1, "a"), Some((Status::Failed, Some(100))));
}
