use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use dwell_core::Conversation;
use dwell_store::conversations::{self, Key};
use dwell_store::purges;
use dwell_store::{DatabaseUrl, Options, Stmt, Store, StoreError, UniqueKey};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_refusal_after_a_write_leaves_nothing,
    a_refusal_before_a_write_is_the_jobs_own,
    an_error_passed_over_keeps_nothing,
    a_failed_statement_fails_those_after_it,
    a_mistake_in_a_statement_is_internal,
    one_jobs_error_does_not_harm_its_mates,
    a_panic_harms_nobody,
    concurrent_writers_lose_no_update,
    a_snapshot_stands_still,
    a_unit_that_reads_takes_no_lock_and_writes_nothing,
    a_caller_that_goes_away_changes_nothing,
    a_rehearsal_refuses_what_would_be_refused_and_changes_nothing,
}

/// What a use case refuses with.
#[derive(Debug)]
enum Refusal {
    NotAllowed,
    Store(#[expect(dead_code, reason = "to be shown")] StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::Store(error)
    }
}

static BROKEN: Stmt = Stmt { name: "test::BROKEN", sql: "SELECT nothing FROM nowhere", row: &[] };

fn is_there(store: &Store, n: i64) -> bool {
    fetched(store, n).is_some()
}

fn a_refusal_after_a_write_leaves_nothing(store: &Store) {
    given(store, vec![]);
    let refused = store.write_blocking(|tx| -> Result<(), Refusal> {
        conversations::insert(tx, &conversation(1))?;
        Err(Refusal::NotAllowed)
    });
    assert!(matches!(refused, Err(Refusal::NotAllowed)));
    assert!(!is_there(store, 1));
    assert!(write(store, |tx| conversations::insert(tx, &conversation(1))));
}

fn a_refusal_before_a_write_is_the_jobs_own(store: &Store) {
    given(store, vec![conversation(1)]);
    let refused = store.write_blocking(|tx| -> Result<(), Refusal> {
        let (account, service) = home();
        conversations::lock(tx, &account, &service, Key::Sid(&conversation_sid(1)))?;
        Err(Refusal::NotAllowed)
    });
    assert!(matches!(refused, Err(Refusal::NotAllowed)));
}

fn an_error_passed_over_keeps_nothing(store: &Store) {
    let named = |n: i64| dwell_core::Conversation { unique_name: Some("name".to_owned()), ..conversation(n) };
    given(store, vec![named(1), conversation(2)]);
    let passed_over = store.write_blocking(move |tx| -> Result<(), StoreError> {
        conversations::insert(tx, &conversation(3))?;
        let _ = conversations::update(tx, &named(2));
        Ok(())
    });
    let expected = UniqueKey::ConversationUniqueName;
    assert!(matches!(&passed_over, Err(StoreError::Unique(key)) if *key == expected), "{passed_over:?}");
    assert!(!is_there(store, 3));
    // The same where the use case has an answer of its own.
    let refused = store.write_blocking(move |tx| {
        conversations::insert(tx, &conversation(3))?;
        conversations::update(tx, &named(2)).map_err(|_| Refusal::NotAllowed)
    });
    assert!(matches!(refused, Err(Refusal::NotAllowed)), "{refused:?}");
    assert!(!is_there(store, 3));
}

fn a_failed_statement_fails_those_after_it(store: &Store) {
    given(store, vec![conversation(1)]);
    let after = store.write_blocking(|tx| -> Result<(), StoreError> {
        let _ = tx.exec(&BROKEN, &[]);
        let (account, service) = home();
        let found = conversations::lock(tx, &account, &service, Key::Sid(&conversation_sid(1)));
        assert!(matches!(found, Err(StoreError::Internal(_))), "{found:?}");
        Ok(())
    });
    assert!(matches!(after, Err(StoreError::Internal(_))), "{after:?}");
    assert!(is_there(store, 1), "the next unit of work has nothing to do with it");
}

fn a_mistake_in_a_statement_is_internal(store: &Store) {
    let failed = store.write_blocking(|tx| tx.exec(&BROKEN, &[]));
    let Err(StoreError::Internal(text)) = failed else { panic!("{failed:?}") };
    assert!(text.contains("test::BROKEN"), "{text}");
    let failed = store.read_blocking(|tx| tx.exec(&BROKEN, &[]));
    assert!(matches!(failed, Err(StoreError::Internal(_))), "{failed:?}");
}

/// Submits so many jobs at once that they share batches.
fn at_once<T: Send + 'static>(
    store: &Store,
    jobs: i64,
    job: impl Fn(&Store, i64) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let job = Arc::new(job);
    let threads: Vec<_> = (1..=jobs)
        .map(|n| {
            let (store, job) = (store.clone(), job.clone());
            std::thread::spawn(move || job(&store, n))
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn one_jobs_error_does_not_harm_its_mates(store: &Store) {
    given(store, vec![]);
    let results = at_once(store, 40, |store, n| {
        store.write_blocking(move |tx| -> Result<(), Refusal> {
            conversations::insert(tx, &conversation(n))?;
            if n % 5 == 0 { Err(Refusal::NotAllowed) } else { Ok(()) }
        })
    });
    for (result, n) in results.into_iter().zip(1..) {
        assert_eq!(result.is_ok(), n % 5 != 0, "{n}");
        assert_eq!(is_there(store, n), n % 5 != 0, "{n}");
    }
}

fn a_panic_harms_nobody(store: &Store) {
    given(store, vec![]);
    std::panic::set_hook(Box::new(|_| {}));
    let results = at_once(store, 40, |store, n| {
        store.write_blocking(move |tx| -> Result<(), StoreError> {
            if n % 7 == 0 {
                panic!("before a write");
            }
            conversations::insert(tx, &conversation(n))?;
            if n % 5 == 0 {
                panic!("after a write");
            }
            Ok(())
        })
    });
    let read = store.read_blocking(|_| -> Result<(), StoreError> { panic!("while reading") });
    let _ = std::panic::take_hook();
    assert!(matches!(read, Err(StoreError::Internal(_))), "{read:?}");
    for (result, n) in results.into_iter().zip(1..) {
        let fine = n % 5 != 0 && n % 7 != 0;
        assert!(fine == result.is_ok() && (fine || matches!(result, Err(StoreError::Internal(_)))), "{n}: {result:?}");
        assert_eq!(is_there(store, n), fine, "{n}");
    }
}

fn concurrent_writers_lose_no_update(store: &Store) {
    given(store, vec![conversation(1)]);
    let numbers = at_once(store, 30, |store, _| {
        write(store, |tx| {
            let (account, service) = home();
            let mut c = conversations::lock(tx, &account, &service, Key::Sid(&conversation_sid(1)))?.unwrap();
            c.event_seq += 1;
            conversations::update_counters(tx, &c)?;
            Ok(c.event_seq)
        })
    });
    assert_eq!(fetched(store, 1).unwrap().event_seq, 31);
    let mut numbers = numbers;
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=31).collect::<Vec<_>>(), "every number once");
}

fn a_snapshot_stands_still(store: &Store) {
    given(store, vec![conversation(1)]);
    let other = store.clone();
    let seen = read(store, move |tx| {
        let (account, service) = home();
        let mut count = || Ok(conversations::list_by_activity(tx, &account, &service, None, None, 99)?.len());
        let before: usize = count()?;
        assert!(write(&other, |tx| conversations::insert(tx, &conversation(2))));
        Ok::<_, StoreError>((before, count()?))
    });
    assert_eq!(seen, (1, 1));
    assert!(is_there(store, 2));
}

fn a_unit_that_reads_takes_no_lock_and_writes_nothing(store: &Store) {
    given(store, vec![conversation(1)]);
    let wrote = store.read_blocking(|tx| conversations::delete(tx, &conversation_sid(1)));
    assert!(matches!(wrote, Err(StoreError::Internal(_))), "{wrote:?}");
    let locked = store.read_blocking(|tx| {
        let (account, service) = home();
        conversations::lock(tx, &account, &service, Key::Sid(&conversation_sid(1)))
    });
    assert!(matches!(locked, Err(StoreError::Internal(_))), "{locked:?}");
    assert!(is_there(store, 1));
}

fn a_caller_that_goes_away_changes_nothing(store: &Store) {
    given(store, vec![]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut wait = Box::pin(store.write(|tx| conversations::insert(tx, &conversation(1))));
        let waker = Waker::noop();
        let _ = wait.as_mut().poll(&mut Context::from_waker(waker));
    });
    // Whatever was submitted before is done by the time that a later write is.
    while !is_there(store, 1) {
        write(store, |tx| conversations::delete(tx, &conversation_sid(99)));
    }
}

fn a_rehearsal_refuses_what_would_be_refused_and_changes_nothing(store: &Store) {
    given(store, vec![conversation(1)]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let work = |name: &'static str| {
        move |tx: &mut dyn dwell_store::Tx| -> Result<Conversation, Refusal> {
            let (account, service) = home();
            // A lock, which a snapshot could not take; twice, as statements are kept.
            let mut found = conversations::lock(tx, &account, &service, Key::Sid(&conversation_sid(1)))?.unwrap();
            if found.friendly_name.as_deref() == Some(name) {
                return Err(Refusal::NotAllowed);
            }
            found.friendly_name = Some(name.to_owned());
            conversations::update(tx, &found)?;
            let sids = [conversation_sid(1), conversation_sid(2)];
            let purges = sids.map(|sid| purges::Purge { conversation_sid: sid, account_sid: account, event_seq: 0 });
            purges::insert(tx, &purges)?;
            assert!(conversations::insert(tx, &conversation(2))?, "said to be done");
            Ok(found)
        }
    };
    for _ in 0..2 {
        let would_be = runtime.block_on(store.rehearse(work("new"))).unwrap();
        assert_eq!(would_be.friendly_name.as_deref(), Some("new"));
        assert_eq!(fetched(store, 1), Some(conversation(1)), "nothing was done");
        assert!(!is_there(store, 2));
    }
    store.write_blocking(work("new")).unwrap();
    assert!(matches!(runtime.block_on(store.rehearse(work("new"))), Err(Refusal::NotAllowed)));
}

/// Both engines, for cases that open the store themselves.
fn each_url(case: impl Fn(&DatabaseUrl)) {
    let directory = tempfile::tempdir().unwrap();
    let database = dwell_testkit::postgres::Database::create().unwrap();
    case(&DatabaseUrl::Sqlite(directory.path().join("dwell.db")));
    case(&database.url().parse().unwrap());
}

#[test]
fn work_that_is_queued_is_done_before_closing() {
    each_url(|url| {
        let store = Store::open(url, &Options::default()).unwrap();
        given(&store, vec![]);
        let mut waiting: Vec<_> =
            (1..=20).map(|n| Box::pin(store.write(move |tx| conversations::insert(tx, &conversation(n))))).collect();
        for wait in &mut waiting {
            let _ = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        drop(waiting);
        drop(store);
        let store = Store::open(url, &Options::default()).unwrap();
        assert!((1..=20).all(|n| is_there(&store, n)), "{}", store.engine_name());
    });
}

/// A queue that is full refuses at once instead of growing.
#[test]
fn a_full_queue_refuses() {
    each_url(|url| {
        let options = Options { queue_jobs_max: 2, postgres_connections: 1, ..Options::default() };
        let store = Store::open(url, &options).unwrap();
        let (started, has_started) = crossbeam_channel::bounded::<()>(1);
        let (go_on, wait) = crossbeam_channel::bounded::<()>(1);
        let busy = store.clone();
        let busy = std::thread::spawn(move || {
            busy.write_blocking(move |_| -> Result<(), StoreError> {
                let _ = started.try_send(());
                let _ = wait.recv();
                Ok(())
            })
        });
        has_started.recv().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answers = runtime.block_on(async {
            let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(store.write(|_| Ok::<_, StoreError>(())))).collect();
            let mut context = Context::from_waker(Waker::noop());
            let mut refused = 0;
            for wait in &mut waiting {
                if let Poll::Ready(Err(StoreError::Overloaded)) = wait.as_mut().poll(&mut context) {
                    refused += 1;
                }
            }
            drop(go_on);
            refused
        });
        assert_eq!(answers, 3, "{}", store.engine_name());
        busy.join().unwrap().unwrap();
    });
}
