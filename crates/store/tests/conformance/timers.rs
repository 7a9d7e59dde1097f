use dwell_core::lifecycle::{Armed, Input, Mark, step};
use dwell_core::{State, Timestamp};
use dwell_store::Store;
use dwell_store::conversations::{self, Position, Timer};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    due_timers_come_in_order,
    timers_are_listed_in_pages,
    the_next_wake_is_the_earliest,
    outcomes_of_many_timers_are_written,
    wakes_are_moved_and_removed,
}

/// Ten timers, not inserted in their order, two for each second from 101.
fn ten(store: &Store) {
    let mut all: Vec<_> = (1..=10).map(|n| armed(n, 100 + (n + 1) / 2)).collect();
    all.swap(0, 9);
    all.swap(3, 6);
    all.push(conversation(11));
    given(store, all);
}

fn sids(timers: &[Timer]) -> Vec<String> {
    timers.iter().map(|timer| timer.sid.to_string()).collect()
}

fn numbers(numbers: impl IntoIterator<Item = i64>) -> Vec<String> {
    numbers.into_iter().map(|n| conversation_sid(n).to_string()).collect()
}

fn next_wake(store: &Store) -> Option<Timestamp> {
    read(store, |tx| conversations::next_wake(tx, &account_sid(1)))
}

fn due_timers_come_in_order(store: &Store) {
    ten(store);
    let due = |account: i64, now: i64, limit| {
        write(store, move |tx| conversations::due(tx, &account_sid(account), at(now), limit))
    };
    assert!(due(1, 100, 99).is_empty());
    assert_eq!(sids(&due(1, 102, 99)), numbers(1..=4));
    assert_eq!(sids(&due(1, 999, 7)), numbers(1..=7));
    assert!(due(2, 999, 99).is_empty(), "another account");
    let timer = &due(1, 101, 1)[0];
    assert_eq!(timer.lifecycle, armed(1, 101).lifecycle);
    assert_eq!((timer.service_sid, timer.event_seq, timer.participants), (service_sid(1), 1, 0));
    assert_eq!(read(store, |tx| conversations::count_armed(tx, &account_sid(1))), 10);
}

fn timers_are_listed_in_pages(store: &Store) {
    ten(store);
    let page = |after: Option<Position>, until: i64| {
        read(store, move |tx| conversations::list_timers(tx, &account_sid(1), after.clone(), at(until), 3))
    };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let found = page(after, 104);
        let Some(last) = found.last() else { break };
        after = Some(Position { at: last.wake_at, sid: last.sid.to_string() });
        all.extend(sids(&found));
    }
    assert_eq!(all, numbers(1..=8));
}

fn the_next_wake_is_the_earliest(store: &Store) {
    assert_eq!(next_wake(store), None);
    ten(store);
    assert_eq!(next_wake(store), Some(at(101)));
    write(store, |tx| [1, 2].iter().try_for_each(|n| conversations::delete(tx, &conversation_sid(*n))));
    assert_eq!(next_wake(store), Some(at(102)));
}

fn outcomes_of_many_timers_are_written(store: &Store) {
    ten(store);
    write(store, |tx| {
        let mut due = conversations::due(tx, &account_sid(1), at(103), 99)?;
        for timer in &mut due {
            let fired = step(&timer.lifecycle, at(200), Input::TimerFired).unwrap();
            timer.lifecycle = fired.next;
            timer.last_event_at = fired.transition.unwrap().at;
            timer.event_seq += 1;
        }
        // The last of them closes as well.
        let last = due.last_mut().unwrap();
        last.lifecycle = step(&last.lifecycle, at(9_999), Input::TimerFired).unwrap().next;
        conversations::update_timers(tx, &due)
    });
    for n in 1..=5 {
        let c = fetched(store, n).unwrap();
        let due = at(100 + (n + 1) / 2);
        assert_eq!((c.lifecycle.state, c.lifecycle.inactive_at, c.event_seq), (State::Inactive, Some(due), 2));
        assert_eq!(c.lifecycle.armed, Some(Armed { due: due.plus_seconds(600), kind: Mark::Closed }));
        assert_eq!((c.date_updated, c.last_event_at), (due, due));
    }
    let closed = fetched(store, 6).unwrap();
    assert_eq!((closed.lifecycle.state, closed.lifecycle.armed), (State::Closed, None));
    assert_eq!(closed.lifecycle.closed_at, Some(at(703)));
    assert_eq!(fetched(store, 7).unwrap().lifecycle.state, State::Active);
    assert_eq!(next_wake(store), Some(at(104)));
    assert_eq!(read(store, |tx| conversations::count_armed(tx, &account_sid(1))), 9);
}

fn wakes_are_moved_and_removed(store: &Store) {
    ten(store);
    write(store, |tx| conversations::update_wakes(tx, &[]));
    write(store, |tx| {
        let moved = (2..=9).map(|n| (conversation_sid(n), Some(at(500 + n))));
        let all: Vec<_> = moved.chain([(conversation_sid(1), None), (conversation_sid(77), Some(at(1)))]).collect();
        conversations::update_wakes(tx, &all)
    });
    let found = read(store, |tx| conversations::list_timers(tx, &account_sid(1), None, at(9_999), 99));
    assert_eq!(sids(&found), numbers([10, 2, 3, 4, 5, 6, 7, 8, 9]));
}
