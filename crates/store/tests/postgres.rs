//! What can go wrong between Dwell and PostgreSQL: lost connections, lost races, a server that goes
//! away and comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dwell_store::{DatabaseUrl, Options, Stmt, Store, StoreError, Tx, Value};
use dwell_testkit::postgres::{Database, Server};

macro_rules! stmt {
    ($name:ident, $sql:literal) => {
        static $name: Stmt = Stmt { name: concat!("test::", stringify!($name)), sql: $sql, row: &[] };
    };
}

stmt!(PUT, "INSERT INTO things (n) VALUES (?1)");
stmt!(COUNT, "SELECT COUNT(*) FROM things");
stmt!(LOCK, "SELECT n FROM things WHERE n = ?1 {lock}");
stmt!(FAIL_AS, "SELECT fail_as(?1)");
stmt!(END_ME, "SELECT pg_terminate_backend(pg_backend_pid())");
stmt!(PUT_AND_END, "INSERT INTO last_things (n) VALUES (?1)");

/// Helpers in the database: a table to write to, errors on demand, and a table that ends the
/// connection at the moment of the commit.
const HELPERS: &str = "
    CREATE TABLE things (n BIGINT PRIMARY KEY);
    CREATE TABLE last_things (n BIGINT);
    CREATE FUNCTION fail_as(state TEXT) RETURNS BIGINT LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'on demand' USING ERRCODE = state; END $$;
    CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON last_things DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION end_connection();
";

fn options(connections: usize) -> Options {
    Options { postgres_connections: connections, ..Options::default() }
}

fn store_in(url: &str, connections: usize) -> Store {
    let store = Store::open(&url.parse().unwrap(), &options(connections)).unwrap();
    postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(HELPERS).unwrap();
    store
}

fn store(connections: usize) -> (Database, Store) {
    let database = Database::create().unwrap();
    let store = store_in(database.url(), connections);
    (database, store)
}

fn count_in(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    let mut count = 0;
    tx.rows(&COUNT, &[], &mut |row| {
        count = row.opt_int(0)?.unwrap_or_default();
        Ok(())
    })?;
    Ok(count)
}

fn count(store: &Store) -> i64 {
    store.read_blocking(count_in).unwrap()
}

fn put(tx: &mut dyn Tx, n: i64) -> Result<(), StoreError> {
    tx.exec(&PUT, &[Value::Int(n)]).map(drop)
}

/// Runs a job and says how often it ran.
fn runs(
    store: &Store,
    job: impl Fn(&mut dyn Tx, usize) -> Result<(), StoreError> + Send + 'static,
) -> (usize, Result<(), StoreError>) {
    let counter = Arc::new(AtomicUsize::new(0));
    let runs = counter.clone();
    let result = store.write_blocking(move |tx| job(tx, runs.fetch_add(1, Ordering::Relaxed) + 1));
    (counter.load(Ordering::Relaxed), result)
}

#[test]
fn a_lost_race_is_run_again() {
    let (_database, store) = store(1);
    for (n, state) in [(1, "40001"), (2, "40P01")] {
        let (runs, result) = runs(&store, move |tx, run| {
            put(tx, n)?;
            if run < 4 { tx.exec(&FAIL_AS, &[Value::Text(state)]).map(drop) } else { Ok(()) }
        });
        assert!(result.is_ok(), "{result:?}");
        assert_eq!((runs, count(&store)), (4, n));
    }
}

#[test]
fn a_race_lost_too_often_is_contention() {
    let (_database, store) = store(1);
    let (runs, result) = runs(&store, |tx, _| {
        put(tx, 1)?;
        // Passed over, and still it is run again.
        let _ = tx.exec(&FAIL_AS, &[Value::Text("40001")]);
        Ok(())
    });
    assert!(matches!(result, Err(StoreError::Contention(_))), "{result:?}");
    assert!((2..=20).contains(&runs), "{runs}");
    assert_eq!(count(&store), 0);
}

#[test]
fn other_errors_are_not_run_again() {
    let (_database, store) = store(1);
    for (state, expected) in
        [("53100", "Unavailable"), ("57014", "Unavailable"), ("55P03", "Contention"), ("22012", "Internal")]
    {
        let (runs, result) = runs(&store, move |tx, _| tx.exec(&FAIL_AS, &[Value::Text(state)]).map(drop));
        let said = format!("{result:?}");
        assert!(runs == 1 && said.contains(expected), "{state}: {runs} {said}");
    }
    assert_eq!(count(&store), 0, "the connection is still good");
}

#[test]
fn a_deadlock_is_settled() {
    let (_database, store) = store(2);
    store.write_blocking(|tx| put(tx, 1).and_then(|()| put(tx, 2))).unwrap();
    let both_hold_one = Arc::new(Barrier::new(2));
    let threads = [(1, 2), (2, 1)].map(|(first, second)| {
        let (store, both_hold_one) = (store.clone(), both_hold_one.clone());
        std::thread::spawn(move || {
            runs(&store, move |tx, run| {
                tx.rows(&LOCK, &[Value::Int(first)], &mut |_| Ok(()))?;
                if run == 1 {
                    both_hold_one.wait();
                }
                tx.rows(&LOCK, &[Value::Int(second)], &mut |_| Ok(()))?;
                put(tx, 10 + first)
            })
        })
    });
    let results = threads.map(|thread| thread.join().unwrap());
    assert!(results.iter().all(|(_, result)| result.is_ok()), "{results:?}");
    assert_eq!(results.iter().map(|(runs, _)| runs).sum::<usize>(), 3, "one of them ran twice");
    assert_eq!(count(&store), 4);
}

#[test]
fn work_on_a_lost_connection_is_run_again_on_another() {
    let (_database, store) = store(1);
    let (runs, result) = runs(&store, |tx, run| {
        put(tx, 1)?;
        if run == 1 { tx.exec(&END_ME, &[]).map(drop) } else { Ok(()) }
    });
    assert!(result.is_ok(), "{result:?}");
    assert_eq!((runs, count(&store)), (2, 1));
}

#[test]
fn connections_that_break_every_time_are_given_up() {
    let (_database, store) = store(1);
    let (runs, result) = runs(&store, |tx, _| {
        put(tx, 1)?;
        tx.exec(&END_ME, &[]).map(drop)
    });
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    assert!((2..=5).contains(&runs), "{runs}");
    assert_eq!(count(&store), 0);
}

#[test]
fn a_connection_lost_in_a_commit_is_never_run_again() {
    let (_database, store) = store(1);
    let (runs, result) = runs(&store, |tx, _| {
        put(tx, 1)?;
        tx.exec(&PUT_AND_END, &[Value::Int(1)]).map(drop)
    });
    let Err(StoreError::Unavailable(text)) = result else { panic!("{result:?}") };
    assert!(text.contains("may have been carried out"), "{text}");
    assert_eq!(runs, 1);
    assert_eq!(count(&store), 0, "and the store goes on");
}

#[test]
fn idle_connections_that_died_are_replaced_unseen() {
    let database = Database::create().unwrap();
    let name = format!("dwell-test-{}", std::process::id());
    let store = store_in(&format!("{}&application_name={name}", database.url()), 3);
    let all_at_work = Arc::new(Barrier::new(3));
    let threads = [1, 2, 3].map(|n| {
        let (store, all_at_work) = (store.clone(), all_at_work.clone());
        std::thread::spawn(move || {
            store.write_blocking(move |tx| {
                all_at_work.wait();
                put(tx, n)
            })
        })
    });
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    let mut admin = postgres::Client::connect(database.url(), postgres::NoTls).unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
    assert_eq!(admin.query(end, &[&name]).unwrap().len(), 3);
    for n in 4..=20 {
        let (runs, result) = runs(&store, move |tx, _| put(tx, n));
        assert!(result.is_ok() && runs == 1, "{runs} {result:?}");
    }
    assert_eq!(count(&store), 20);
}

#[test]
fn several_nodes_may_start_at_once() {
    let database = Database::create().unwrap();
    let url: DatabaseUrl = database.url().parse().unwrap();
    let nodes: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || Store::open(&url, &options(1)).map(drop).map_err(|error| error.to_string()))
        })
        .collect();
    for node in nodes {
        assert_eq!(node.join().unwrap(), Ok(()));
    }
}

/// The driver blocks on a runtime of its own, which must not show in an async program.
#[tokio::test]
async fn a_store_is_used_from_an_async_program() {
    let database = Database::create().unwrap();
    let url = database.url().parse().unwrap();
    let store = Store::open(&url, &options(1)).unwrap();
    let status = dwell_store::migration_status(&url).unwrap();
    assert_eq!(status.applied, status.known);
    store.write(|_| Ok::<_, StoreError>(())).await.unwrap();
}

/// Waits a moment without deciding anything by it.
fn moment() {
    let _ = crossbeam_channel::after(Duration::from_millis(50)).recv();
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_found_again() {
    let server = Server::private().unwrap();
    let store = store_in(server.url(), 3);
    store.write_blocking(|tx| put(tx, 1)).unwrap();
    let mut expected = 1;
    for outage in [Server::stop, Server::crash] {
        outage(&server).unwrap();
        for _ in 0..2 {
            // More than there are connections, so that some find the way shut.
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let store = store.clone();
                    std::thread::spawn(move || store.write_blocking(move |tx| put(tx, 1_000 + n)))
                })
                .collect();
            for thread in threads {
                let result = thread.join().unwrap();
                assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
            }
        }
        server.start().unwrap();
        expected += 1;
        let next = expected;
        let healed = (0..200).any(|_| {
            moment();
            store.write_blocking(move |tx| put(tx, next)).is_ok()
        });
        assert!(healed, "it is still unavailable ten seconds after the server came back");
        assert_eq!(count(&store), expected);
    }
    // A short absence is not even noticed by those who have work in flight.
    server.stop().unwrap();
    server.start().unwrap();
    store.write_blocking(|tx| put(tx, 99)).unwrap();
}
