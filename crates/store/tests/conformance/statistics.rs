use dwell_core::lifecycle::{Cause, Transition};
use dwell_core::session::Session;
use dwell_core::statistics::{Figure, Spread, StateCounts, Tallies};
use dwell_core::{State, Timestamp};
use dwell_store::statistics::{self, Mark, Moved, Source};
use dwell_store::transitions::{self, Record};
use dwell_store::{Store, conversations, participants, sessions};

use crate::samples::*;
use crate::sessions::session;
use crate::{on_both_engines, read, write};

on_both_engines! {
    transitions_are_read_once_each_in_order,
    first_replies_are_read_once_each_in_order,
    of_two_who_count_one_moves_the_mark,
    tallies_are_replaced_listed_and_pruned,
    samples_are_replaced_and_found_from_any_hour,
    conversations_are_counted_by_state,
    overdue_timers_are_counted,
    open_conversations_are_counted_by_identity,
}

const FAR: Timestamp = Timestamp::MAX;

/// A change of state of conversation `n` at a second.
fn record(n: i64, seq: i64, second: i64) -> Record {
    Record {
        conversation_sid: conversation_sid(n),
        seq,
        transition: Transition { from: State::Active, to: State::Inactive, cause: Cause::Timer, at: at(second) },
        source: "TIMER".to_owned(),
        actor: "system".to_owned(),
        notify: true,
        service_sid: service_sid(1),
        messaging_service_sid: messaging_service_sid(),
        message_sid: None,
        error: None,
        late_micros: Some(seq),
    }
}

fn transitions_are_read_once_each_in_order(store: &Store) {
    // Many at one instant, as when a clock is turned.
    let records: Vec<_> = (1..=5).flat_map(|n| [record(n, 1, 7), record(n, 2, 7), record(n, 3, n)]).collect();
    write(store, move |tx| transitions::insert(tx, &account_sid(1), &records));
    write(store, |tx| transitions::insert(tx, &account_sid(2), &[record(9, 1, 1)]));
    let mut expected: Vec<_> = (1..=5).flat_map(|n| [(at(7), n, 1), (at(7), n, 2), (at(n), n, 3)]).collect();
    expected.sort_unstable();
    for limit in [1, 2, 100] {
        let (mut found, mut mark) = (Vec::<Moved>::new(), Mark::START);
        loop {
            let after = mark.clone();
            let page = read(store, move |tx| statistics::transitions(tx, &account_sid(1), &after, FAR, limit));
            let Some(last) = page.last() else { break };
            mark = last.mark.clone();
            found.extend(page);
        }
        let told: Vec<_> = found.iter().map(|moved| (moved.mark.at, moved.mark.sid.clone(), moved.mark.seq)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(at, n, seq)| (*at, conversation_sid(*n).to_string(), *seq)).collect();
        assert_eq!(told, expected, "{limit}");
        assert!(found.iter().all(|moved| moved.late_micros == Some(moved.mark.seq)));
    }
    let early = read(store, |tx| statistics::transitions(tx, &account_sid(1), &Mark::START, at(3), 9));
    assert_eq!(early.iter().map(|moved| moved.transition.at).collect::<Vec<_>>(), [at(1), at(2)]);
}

fn first_replies_are_read_once_each_in_order(store: &Store) {
    write(store, |tx| {
        (1..=6).try_for_each(|n| {
            let replied = (n != 4).then(|| at(20 + n % 2));
            let began = Session { date_first_reply: replied, date_ended: replied, ..session(n, n) };
            sessions::insert(tx, &began)
        })
    });
    let (mut found, mut mark) = (Vec::new(), Mark::START);
    loop {
        let after = mark.clone();
        let page = read(store, move |tx| statistics::first_replies(tx, &account_sid(1), &after, FAR, 2));
        let Some((last, _)) = page.last() else { break };
        mark = last.clone();
        found.extend(page.into_iter().map(|(mark, micros)| (mark.at, micros / 1_000_000)));
    }
    assert_eq!(found, [(at(20), 18), (at(20), 14), (at(21), 20), (at(21), 18), (at(21), 16)]);
    let early = read(store, |tx| statistics::first_replies(tx, &account_sid(1), &Mark::START, at(21), 9));
    assert_eq!(early.len(), 2);
    assert_eq!(read(store, |tx| statistics::count_waiting(tx, &account_sid(1))), 6);
    assert_eq!(read(store, |tx| statistics::count_waiting(tx, &account_sid(2))), 0);
}

fn of_two_who_count_one_moves_the_mark(store: &Store) {
    let account = account_sid(1);
    let mark = |seq| Mark { at: at(5), sid: "CH".to_owned(), seq };
    let advance = |from: Mark, to: Mark| {
        write(store, move |tx| statistics::advance(tx, &account, Source::Transitions, &from, &to))
    };
    let present = || read(store, move |tx| statistics::mark(tx, &account, Source::Transitions));
    assert_eq!(present(), Mark::START);
    assert!(advance(Mark::START, mark(1)));
    assert!(!advance(Mark::START, mark(2)), "another has begun");
    assert!(advance(mark(1), mark(2)));
    assert!(!advance(mark(1), mark(3)), "another was there first");
    assert_eq!(present(), mark(2));
}

fn lateness(micros: &[i64]) -> Spread {
    let mut spread = Spread::default();
    micros.iter().for_each(|micros| spread.add(*micros));
    spread
}

fn tallies_are_replaced_listed_and_pruned(store: &Store) {
    let moved = Figure::Transitions { from: State::Inactive, to: State::Closed, cause: Cause::Api };
    let written = move |n: i64| {
        Tallies::from([((at(n), Figure::Lateness), lateness(&[1, 2_000, 3_000_000])), ((at(n), moved), lateness(&[]))])
    };
    for n in 1..=3 {
        write(store, move |tx| statistics::write_tallies(tx, &account_sid(1), &written(n)));
    }
    write(store, move |tx| statistics::write_tallies(tx, &account_sid(2), &written(2)));
    let list = |first, last| read(store, move |tx| statistics::tallies(tx, &account_sid(1), at(first), at(last)));
    assert_eq!(list(2, 2), written(2));
    assert_eq!(list(0, 9).len(), 6);
    let again = Tallies::from([((at(2), Figure::Lateness), lateness(&[5]))]);
    let replaced = again.clone();
    write(store, move |tx| statistics::write_tallies(tx, &account_sid(1), &again));
    assert_eq!(list(2, 2)[&(at(2), Figure::Lateness)], replaced[&(at(2), Figure::Lateness)]);
    assert_eq!(write(store, |tx| statistics::prune(tx, &account_sid(1), at(3))), 4);
    assert_eq!(list(0, 9), written(3));
}

fn samples_are_replaced_and_found_from_any_hour(store: &Store) {
    let account = account_sid(1);
    let counts = |active| StateCounts { active, inactive: 2, closed: 3 };
    for (hour, active) in [(10, 1), (20, 5), (20, 6), (30, 7)] {
        write(store, move |tx| statistics::write_sample(tx, &account, (at(hour), counts(active))));
    }
    let listed = read(store, move |tx| statistics::samples(tx, &account, at(20), at(30)));
    assert_eq!(listed, [(at(20), counts(6)), (at(30), counts(7))]);
    for (hour, expected) in [(9, None), (10, Some(10)), (29, Some(20)), (99, Some(30))] {
        let found = read(store, move |tx| statistics::last_sample(tx, &account, at(hour)));
        assert_eq!(found.map(|(hour, _)| hour), expected.map(at), "{hour}");
    }
}

fn conversations_are_counted_by_state(store: &Store) {
    let states = [State::Active, State::Inactive, State::Closed, State::Initializing];
    let all = (1..=10).map(|n| {
        let mut c = conversation(n);
        c.lifecycle.state = states[usize::try_from(n).unwrap() % 4];
        c
    });
    given(store, all.collect());
    let counted = read(store, |tx| statistics::count_states(tx, &account_sid(1)));
    assert_eq!(counted, StateCounts { active: 2, inactive: 3, closed: 3 });
    assert_eq!(read(store, |tx| statistics::count_states(tx, &account_sid(2))), StateCounts::default());
}

fn overdue_timers_are_counted(store: &Store) {
    given(store, (1..=4).map(|n| armed(n, 10 * n)).collect());
    // A message moves a deadline and not the index.
    write(store, |tx| conversations::update_after_message(tx, &armed(1, 90)));
    for (now, expected) in [(9, 0), (10, 0), (20, 1), (35, 2), (90, 4)] {
        let counted = read(store, move |tx| statistics::count_overdue(tx, &account_sid(1), at(now)));
        assert_eq!(counted, expected, "{now}");
    }
}

fn open_conversations_are_counted_by_identity(store: &Store) {
    given(store, (1..=4).map(conversation).collect());
    let placed = [(1, "ann"), (2, "ann"), (3, "ann"), (1, "bob"), (4, "cid")];
    write(store, move |tx| {
        for (n, (c, identity)) in (1..).zip(placed) {
            participants::insert(tx, &chatting(c, n, identity))?;
        }
        participants::release(tx, &[conversation_sid(3), conversation_sid(4)])
    });
    let list =
        |after: &'static str, limit| read(store, move |tx| statistics::identities(tx, &service_sid(1), after, limit));
    let (ann, bob) = (("ann".to_owned(), 2), ("bob".to_owned(), 1));
    assert_eq!(list("", 9), [ann.clone(), bob.clone()]);
    assert_eq!(list("", 1), [ann]);
    assert_eq!(list("ann", 9), [bob]);
}
