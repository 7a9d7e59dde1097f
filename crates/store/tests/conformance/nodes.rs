//! Several nodes on one PostgreSQL, at the same moment.

use std::sync::{Mutex, mpsc};

use dwell_core::last_call::LastCall;
use dwell_core::timer::TimerKind;
use dwell_store::deliveries::{self, Claim, Delivery, Queue, Status};
use dwell_store::purges::{self, Purge};
use dwell_store::{Store, StoreError, Tx, conversations, initializations, last_calls, messages, services};

use crate::deliveries::{delivery, enqueue};
use crate::initializations::initialization;
use crate::samples::*;
use crate::{read, write};

/// Runs `first` and, while it is still in its transaction, `second` on another node; `first` ends
/// once `second` has, or at once when it is to be waited for.
fn meanwhile<A: Send + 'static, B: Send + 'static>(
    store: &Store,
    waits: bool,
    first: impl Fn(&mut dyn Tx) -> Result<A, StoreError> + Send + 'static,
    second: impl Fn(&mut dyn Tx) -> Result<B, StoreError> + Send + 'static,
) -> (A, B) {
    let (holds, held) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let node = store.clone();
    let first = std::thread::spawn(move || {
        node.write_blocking(move |tx| {
            let found = first(tx)?;
            let _ = holds.send(());
            let _ = wait.lock().unwrap().recv();
            Ok::<_, StoreError>(found)
        })
    });
    held.recv().unwrap();
    let node = store.clone();
    let second = std::thread::spawn(move || node.write_blocking(second));
    if waits {
        // Let it come as far as the lock; should it be late, the test is merely easier.
        let _ = mpsc::channel::<()>().1.recv_timeout(std::time::Duration::from_millis(100));
        let _ = go_on.send(());
        (first.join().unwrap().unwrap(), second.join().unwrap().unwrap())
    } else {
        let second = second.join().unwrap().unwrap();
        let _ = go_on.send(());
        (first.join().unwrap().unwrap(), second)
    }
}

#[test]
fn nodes_share_what_is_due() {
    crate::on_postgres(|store| {
        given(store, (1..=10).map(|n| armed(n, 100 + n)).collect());
        let due = |limit| {
            move |tx: &mut dyn Tx| {
                let found = conversations::due(tx, &account_sid(1), at(999), limit)?;
                Ok(found.into_iter().map(|timer| timer.sid).collect::<Vec<_>>())
            }
        };
        let (first, second) = meanwhile(store, false, due(4), due(99));
        assert_eq!(first, [1, 2, 3, 4].map(conversation_sid));
        assert_eq!(second, [5, 6, 7, 8, 9, 10].map(conversation_sid));
    });
}

#[test]
fn nodes_share_what_is_to_be_asked() {
    crate::on_postgres(|store| {
        given(store, (1..=5).map(|n| armed(n, 100 + n)).collect());
        let ask = |limit| {
            move |tx: &mut dyn Tx| {
                let found = last_calls::unasked(tx, &account_sid(1), at(50), at(999), limit)?;
                for (n, sid) in (1..).zip(&found) {
                    let asked =
                        LastCall { timer: TimerKind::Inactive, due: at(100 + n), asked_at: at(50), ended: None };
                    assert!(last_calls::begin(tx, &account_sid(1), sid, &asked)?);
                }
                Ok(found)
            }
        };
        let (first, second) = meanwhile(store, false, ask(3), ask(99));
        assert_eq!((first, second), ([1, 2, 3].map(conversation_sid).to_vec(), [4, 5].map(conversation_sid).to_vec()));
        // One that looked before the other had written finds out when it writes.
        let begin = |tx: &mut dyn Tx| {
            let asked = LastCall { timer: TimerKind::Closed, due: at(777), asked_at: at(50), ended: None };
            last_calls::begin(tx, &account_sid(1), &conversation_sid(1), &asked)
        };
        assert_eq!(meanwhile(store, true, begin, begin), (true, false));
    });
}

#[test]
fn nodes_that_purge_the_same_leave_nothing_behind() {
    crate::on_postgres(|store| {
        let purge = Purge { conversation_sid: conversation_sid(1), account_sid: account_sid(1), event_seq: 1 };
        write(store, move |tx| {
            (0..9).try_for_each(|index| messages::insert(tx, &message(1, index)))?;
            purges::insert(tx, &[purge])
        });
        let remove = move |tx: &mut dyn Tx| purges::remove_some(tx, &purge, 4);
        assert_eq!(meanwhile(store, true, remove, remove), (4, 4));
        assert_eq!(read(store, purges::next), Some(purge), "one message is left");
        assert_eq!((write(store, remove), write(store, remove)), (1, 0));
        assert_eq!(read(store, purges::next), None);
    });
}

#[test]
fn a_node_leaves_an_initialization_to_the_one_that_is_at_it() {
    crate::on_postgres(|store| {
        write(store, |tx| initializations::insert(tx, &initialization(1)));
        let take = |tx: &mut dyn Tx| initializations::take(tx, &conversation_sid(1));
        assert_eq!(meanwhile(store, false, take, take), (Some(initialization(1)), None));
        assert_eq!(write(store, take), Some(initialization(1)));
    });
}

#[test]
fn nodes_that_clear_services_take_one_each() {
    crate::on_postgres(|store| {
        write(store, |tx| {
            (1..=2).try_for_each(|n| {
                services::insert(tx, &service(n))?;
                services::mark_deleted(tx, &account_sid(1), &service_sid(n), at(n)).map(drop)
            })
        });
        let (first, second) = meanwhile(store, false, services::take_deleted, services::take_deleted);
        assert_eq!(first.map(|(sid, _)| sid), Some(service_sid(1)));
        assert_eq!(second.map(|(sid, _)| sid), Some(service_sid(2)));
    });
}

#[test]
fn nodes_claim_different_queues() {
    crate::on_postgres(|store| {
        enqueue(store, (1..=10).map(|n| delivery("AC1", n, n)).collect());
        let claim = |limit| move |tx: &mut dyn Tx| deliveries::claim(tx, at(99), at(199), limit);
        let (first, second) = meanwhile(store, false, claim(4), claim(99));
        let streams = |claims: Vec<Claim>| claims.into_iter().map(|claim| claim.stream_sid).collect::<Vec<_>>();
        let expected = |numbers: std::ops::RangeInclusive<i64>| {
            numbers.map(|n| conversation_sid(n).to_string()).collect::<Vec<_>>()
        };
        assert_eq!((streams(first), streams(second)), (expected(1..=4), expected(5..=10)));
        assert_eq!(write(store, claim(99)), []);
    });
}

/// A queue with one delivery, claimed.
fn claimed(store: &Store) -> Claim {
    enqueue(store, vec![delivery("AC1", 1, 1)]);
    write(store, |tx| deliveries::claim(tx, at(9), at(19), 1)).remove(0)
}

/// What its holder does after the last delivery.
fn finish(claim: &Claim) -> impl Fn(&mut dyn Tx) -> Result<bool, StoreError> + Send + 'static {
    let claim = claim.clone();
    move |tx| {
        assert!(deliveries::hold(tx, &claim)?.is_some());
        let ended = Delivery { status: Status::Delivered, finished_at: Some(at(9)), ..delivery("AC1", 1, 1) };
        deliveries::update(tx, &ended)?;
        deliveries::take_out(tx, &claim.hook_sid, &claim.stream_sid)?;
        deliveries::delete_if_empty(tx, &claim)
    }
}

fn add_another(tx: &mut dyn Tx) -> Result<(), StoreError> {
    deliveries::enqueue(tx, &[delivery("AC1", 1, 12)])
}

/// The delivery that was added waits in a queue that knows of it.
fn assert_waits(store: &Store, now: i64) {
    let claims = write(store, move |tx| deliveries::claim(tx, at(now), at(now + 10), 9));
    let claim = claims.first().expect("a queue").clone();
    let held = write(store, move |tx| {
        let waiting = deliveries::pending(tx, &claim.hook_sid, &claim.stream_sid, 9)?;
        Ok((deliveries::hold(tx, &claim)?, waiting))
    });
    assert_eq!(held, (Some(Queue { pending: 1, replay: None }), vec![delivery("AC1", 1, 12)]));
}

#[test]
fn a_delivery_added_while_its_queue_is_removed_gets_a_new_one() {
    crate::on_postgres(|store| {
        let claim = claimed(store);
        assert_eq!(meanwhile(store, true, finish(&claim), add_another), (true, ()));
        // At once: the claim went with the old queue.
        assert_waits(store, 12);
    });
}

#[test]
fn a_queue_to_which_a_delivery_is_being_added_is_not_removed() {
    crate::on_postgres(|store| {
        let claim = claimed(store);
        assert_eq!(meanwhile(store, true, add_another, finish(&claim)), ((), false));
        // When the claim ends, or before that when its holder gives it back.
        assert_waits(store, 19);
    });
}

#[test]
fn a_removal_that_overlooked_the_lock_still_leaves_no_delivery_without_a_queue() {
    crate::on_postgres(|store| {
        let claim = claimed(store);
        let (emptied, removed) = (claim.clone(), claim.clone());
        write(store, move |tx| {
            deliveries::update(tx, &Delivery { status: Status::Failed, ..delivery("AC1", 1, 1) })?;
            deliveries::take_out(tx, &emptied.hook_sid, &emptied.stream_sid)
        });
        let remove = move |tx: &mut dyn Tx| deliveries::delete_if_empty(tx, &removed);
        assert_eq!(meanwhile(store, true, add_another, remove), ((), false));
        assert_waits(store, 19);
    });
}

#[test]
fn nodes_that_fill_and_move_the_same_queues_do_not_wait_for_each_other_for_ever() {
    crate::on_postgres(|store| {
        enqueue(store, (1..=40).map(|n| delivery("AC1", n, n)).collect());
        let claims = write(store, |tx| deliveries::claim(tx, at(99), at(199), 99));
        std::thread::scope(|scope| {
            for worker in 0..3_i64 {
                let mut claims = claims.clone();
                scope.spawn(move || {
                    for round in 1..=10 {
                        claims.reverse();
                        let n = worker * 100 + round * 10 + 50;
                        if worker == 0 {
                            let moved = claims.clone();
                            write(store, move |tx| deliveries::move_all(tx, &moved, at(199)));
                        } else {
                            enqueue(store, (1..=40).rev().map(|c| delivery("AC1", c, n)).collect());
                        }
                    }
                });
            }
        });
        let held = write(store, move |tx| claims.iter().map(|claim| deliveries::hold(tx, claim)).collect());
        let held: Vec<Option<Queue>> = held;
        assert!(held.iter().all(|queue| *queue == Some(Queue { pending: 21, replay: None })), "{held:?}");
    });
}
