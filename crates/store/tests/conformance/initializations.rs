//! Conversations whose participants are still to be added.

use dwell_core::State;
use dwell_store::initializations::{self, Initialization};
use dwell_store::{Store, StoreError};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    what_is_to_be_done_is_kept_as_it_was,
    it_is_found_in_turn,
    there_is_one_for_each_conversation,
}

pub(crate) fn initialization(n: i64) -> Initialization {
    Initialization {
        conversation_sid: conversation_sid(n),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        state: State::Inactive,
        participants: format!("[{{\"identity\": \"ann {n} – 🕰\"}}]"),
        created_at: at(n),
        actor: "SK1".to_owned(),
        notify: n == 1,
        attempts: 0,
    }
}

fn what_is_to_be_done_is_kept_as_it_was(store: &Store) {
    write(store, |tx| (1..=2).try_for_each(|n| initializations::insert(tx, &initialization(n))));
    let take = |n| write(store, move |tx| initializations::take(tx, &conversation_sid(n)));
    assert_eq!(take(1), Some(initialization(1)));
    write(store, |tx| initializations::update_attempts(tx, &conversation_sid(1), 3));
    assert_eq!(take(1), Some(Initialization { attempts: 3, ..initialization(1) }));
    assert_eq!(take(2), Some(initialization(2)));
    write(store, |tx| initializations::delete(tx, &conversation_sid(1)));
    assert_eq!((take(1), take(2)), (None, Some(initialization(2))));
}

fn it_is_found_in_turn(store: &Store) {
    assert_eq!(read(store, |tx| initializations::pending(tx, None, 9)), []);
    write(store, |tx| [3, 1, 2].iter().try_for_each(|n| initializations::insert(tx, &initialization(*n))));
    assert_eq!(read(store, |tx| initializations::pending(tx, None, 2)), [1, 2].map(conversation_sid));
    let rest = read(store, |tx| initializations::pending(tx, Some(&conversation_sid(2)), 2));
    assert_eq!(rest, [conversation_sid(3)]);
}

fn there_is_one_for_each_conversation(store: &Store) {
    write(store, |tx| initializations::insert(tx, &initialization(1)));
    let again = store.write_blocking(|tx| initializations::insert(tx, &initialization(1)));
    assert!(matches!(again, Err(StoreError::Unique(_))), "{again:?}");
}
