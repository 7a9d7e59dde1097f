use dwell_core::{State, Timestamp};
use dwell_store::conversations::{self, Position};
use dwell_store::{Store, services};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    the_newest_activity_comes_first_in_every_state,
    creation_is_listed_within_its_bounds,
    a_listing_goes_on_while_rows_come_and_go,
    sids_of_a_service_come_in_order,
}

const STATES: [State; 3] = [State::Active, State::Inactive, State::Closed];

/// Twelve conversations in changing states; the activity of each three falls into the same second.
fn twelve(store: &Store) {
    let conversations = (1..=12).map(|n| {
        let mut c = conversation(n);
        c.activity_at = at(100 - n / 3);
        c.lifecycle.state = STATES[usize::try_from(n).unwrap() % 3];
        c
    });
    given(store, conversations.collect());
    write(store, |tx| {
        let mut elsewhere = conversation(50);
        elsewhere.service_sid = service_sid(2);
        services::insert(tx, &service(2))?;
        conversations::insert(tx, &elsewhere)
    });
}

fn by_activity(store: &Store, state: Option<State>, after: Option<Position>, limit: i64) -> Vec<(Timestamp, String)> {
    let found = read(store, move |tx| {
        let (account, service) = home();
        conversations::list_by_activity(tx, &account, &service, state, after.clone(), limit)
    });
    found.into_iter().map(|c| (c.activity_at, c.sid.to_string())).collect()
}

fn by_creation(store: &Store, from: i64, to: i64, state: Option<State>, after: Option<Position>) -> Vec<i64> {
    let found = read(store, move |tx| {
        let (account, service) = home();
        conversations::list_by_creation(tx, &account, &service, at(from), at(to), state, after.clone(), 3)
    });
    found.into_iter().map(|c| c.date_created.as_micros() / 1_000_000).collect()
}

fn position((at, sid): &(Timestamp, String)) -> Option<Position> {
    Some(Position { at: *at, sid: sid.clone() })
}

/// Every page of `limit` rows, one after the other.
fn pages(store: &Store, state: Option<State>, limit: i64) -> Vec<(Timestamp, String)> {
    let mut all = Vec::new();
    loop {
        let page = by_activity(store, state, all.last().and_then(position), limit);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn the_newest_activity_comes_first_in_every_state(store: &Store) {
    twelve(store);
    let all = by_activity(store, None, None, 100);
    assert_eq!(all.len(), 12);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
    for limit in [1, 2, 5, 12] {
        assert_eq!(pages(store, None, limit), all, "pages of {limit}");
    }
    for state in STATES {
        let some = pages(store, Some(state), 3);
        assert_eq!(some.len(), 4);
        assert!(some.is_sorted_by(|a, b| a > b), "{some:?}");
    }
}

fn creation_is_listed_within_its_bounds(store: &Store) {
    twelve(store);
    assert_eq!(by_creation(store, 3, 7, None, None), [7, 6, 5]);
    let after = |n| position(&(at(n), conversation_sid(n).to_string()));
    assert_eq!(by_creation(store, 3, 7, None, after(5)), [4, 3]);
    assert_eq!(by_creation(store, 1, 12, Some(State::Inactive), None), [10, 7, 4]);
    assert_eq!(by_creation(store, 1, 12, Some(State::Inactive), after(4)), [1]);
    assert!(by_creation(store, 13, 99, None, None).is_empty());
    assert_eq!(by_creation(store, 12, 99, None, None), [12]);
}

fn a_listing_goes_on_while_rows_come_and_go(store: &Store) {
    twelve(store);
    let all = by_activity(store, None, None, 100);
    let first = by_activity(store, None, None, 5);
    // What has been seen goes away, what comes is newer: the rest is neither repeated nor skipped.
    write(store, |tx| {
        for n in [1, 2, 3] {
            conversations::delete(tx, &conversation_sid(n))?;
        }
        for n in [60, 61, 62] {
            let mut c = conversation(n);
            c.activity_at = at(1_000 + n);
            conversations::insert(tx, &c)?;
        }
        Ok(())
    });
    assert_eq!(by_activity(store, None, first.last().and_then(position), 100), all[5..]);
}

fn sids_of_a_service_come_in_order(store: &Store) {
    twelve(store);
    let sids = read(store, |tx| conversations::sids_of_service(tx, &service_sid(1), 3));
    assert_eq!(sids, [1, 2, 3].map(|n| (conversation_sid(n), 1)));
}
