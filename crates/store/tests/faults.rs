//! What a store does when it cannot go on: a database from the future, a disk that is full, a place
//! that cannot be written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;

use dwell_core::{AccountSid, ConversationSid, Message, MessageSid, SidBytes, Timestamp};
use dwell_store::purges::Purge;
use dwell_store::{
    DatabaseUrl, MigrationStatus, OpenError, Options, Store, StoreError, messages, migration_status, purges,
};
use dwell_testkit::postgres::Database;

fn open(url: &DatabaseUrl) -> Result<Store, OpenError> {
    Store::open(url, &Options { postgres_connections: 1, ..Options::default() })
}

fn sqlite_url(path: impl AsRef<Path>) -> DatabaseUrl {
    DatabaseUrl::Sqlite(path.as_ref().to_owned())
}

/// The note of a migration that no Dwell of today knows.
const FROM_THE_FUTURE: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
    VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')";

fn refuses_newer(url: &DatabaseUrl, known: i64) {
    let refused = open(url).err();
    assert!(matches!(refused, Some(OpenError::Newer { found: 900, supported }) if supported == known), "{refused:?}");
    assert_eq!(migration_status(url).unwrap(), MigrationStatus { applied: 900, known });
}

#[test]
fn a_newer_sqlite_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dwell.db");
    let url = sqlite_url(&path);
    assert_eq!(migration_status(&url).unwrap().applied, 0, "not there yet");
    assert!(!path.exists(), "looking at it does not make it");
    drop(open(&url).unwrap());
    let status = migration_status(&url).unwrap();
    assert_eq!(status.applied, status.known);
    rusqlite::Connection::open(&path).unwrap().execute_batch(FROM_THE_FUTURE).unwrap();
    refuses_newer(&url, status.known);
}

#[test]
fn a_newer_postgres_database_is_refused() {
    let database = Database::create().unwrap();
    let url = database.url().parse().unwrap();
    assert_eq!(migration_status(&url).unwrap().applied, 0, "not there yet");
    drop(open(&url).unwrap());
    let status = migration_status(&url).unwrap();
    assert_eq!(status.applied, status.known);
    let mut client = postgres::Client::connect(database.url(), postgres::NoTls).unwrap();
    client.batch_execute(FROM_THE_FUTURE).unwrap();
    refuses_newer(&url, status.known);
}

#[test]
fn a_migration_that_was_tampered_with_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dwell.db");
    drop(open(&sqlite_url(&path)).unwrap());
    let tamper = "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1";
    rusqlite::Connection::open(&path).unwrap().execute_batch(tamper).unwrap();
    let refused = open(&sqlite_url(&path)).err();
    assert!(matches!(refused, Some(OpenError::Migration(_))), "{refused:?}");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "not a directory").unwrap();
    // Even root cannot make a file below a file, nor one of its own in /proc.
    for path in [file.join("data/dwell.db"), "/proc/dwell/dwell.db".into(), "/proc/dwell.db".into()] {
        let refused = open(&sqlite_url(&path)).err().unwrap();
        assert!(matches!(refused, OpenError::NotWritable { .. }), "{refused:?}");
        let said = refused.to_string();
        let place = path.parent().unwrap().display().to_string();
        assert!(said.starts_with("cannot write to ") && said.contains(&place), "{said}");
    }
    let refused = open(&sqlite_url(directory.path())).err();
    assert!(matches!(refused, Some(OpenError::NotWritable { .. })), "a directory: {refused:?}");
}

#[test]
fn a_file_of_another_kind_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dwell.db");
    std::fs::write(&path, "This is a letter to a friend, and no database at all. ".repeat(100)).unwrap();
    let refused = open(&sqlite_url(&path)).err().unwrap();
    assert!(matches!(refused, OpenError::Unreachable { .. }), "{refused:?}");
    assert!(refused.to_string().contains("dwell.db"), "{refused}");
}

#[test]
fn a_postgres_that_is_not_there_is_named_without_its_password() {
    let refused = open(&"postgres://dwell:secret@127.0.0.1:1/dwell".parse().unwrap()).err().unwrap();
    let said = refused.to_string();
    assert!(said.starts_with("cannot open postgres://dwell@127.0.0.1:1/dwell: "), "{said}");
    assert!(said.contains("refused") && !said.contains("secret"), "{said}");
    let refused = open(&"postgres://dwell:secret@127.0.0.1/dwell?sslmode=perhaps".parse().unwrap()).err().unwrap();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

fn account() -> AccountSid {
    AccountSid::new(SidBytes::new(1, 0, [0; 8]))
}

fn conversation() -> ConversationSid {
    ConversationSid::new(SidBytes::new(1, 0, [0; 8]))
}

/// A message of about 30 kB.
fn message(index: i64) -> Message {
    Message {
        sid: MessageSid::new(SidBytes::new(index, 0, [0; 8])),
        account_sid: account(),
        conversation_sid: conversation(),
        index,
        author: "system".to_owned(),
        participant_sid: None,
        body: Some("x".repeat(30_000)),
        attributes: "{}".to_owned(),
        content_sid: None,
        content_variables: None,
        subject: None,
        date_created: Timestamp::EPOCH,
        date_updated: Timestamp::EPOCH,
        added: None,
        media: Vec::new(),
        delivery: None,
    }
}

fn kept(store: &Store) -> Vec<i64> {
    let found = store.read_blocking(|tx| messages::list(tx, &account(), &conversation(), false, None, 10_000)).unwrap();
    found.iter().map(|m| m.index).collect()
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite_url(directory.path().join("dwell.db"));
    let small = Options { sqlite_pages_max: Some(400), ..Options::default() };
    let store = Store::open(&url, &small).unwrap();
    let insert = |index| store.write_blocking(move |tx| messages::insert(tx, &message(index)));

    let mut acknowledged = Vec::new();
    let full = (0..1_000).find_map(|index| match insert(index) {
        Ok(()) => {
            acknowledged.push(index);
            None
        }
        Err(error) => Some(error),
    });
    assert!(matches!(full, Some(StoreError::Unavailable(_))), "{full:?}");
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    assert_eq!(kept(&store), acknowledged);

    // A batch in which some fit and some do not: exactly those are kept that were told so.
    let threads: Vec<_> = (2_000..2_040)
        .map(|index| {
            let store = store.clone();
            std::thread::spawn(move || {
                let small = Message { body: Some("y".repeat(200)), ..message(index) };
                let m = if index % 2 == 0 { small } else { message(index) };
                (index, store.write_blocking(move |tx| messages::insert(tx, &m)))
            })
        })
        .collect();
    for (index, told) in threads.into_iter().map(|thread| thread.join().unwrap()) {
        match told {
            Ok(()) => acknowledged.push(index),
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    }
    acknowledged.sort_unstable();
    assert_eq!(kept(&store), acknowledged);

    // Room again: old messages go, and new ones are taken.
    let purge = Purge { conversation_sid: conversation(), account_sid: account(), event_seq: 1 };
    let removed = store
        .write_blocking(move |tx| {
            purges::insert(tx, &[purge])?;
            purges::remove_some(tx, &purge, 20)
        })
        .unwrap();
    assert_eq!(removed, 20);
    store.write_blocking(|tx| messages::insert(tx, &message(5_000))).unwrap();
    let mut expected = acknowledged.split_off(20);
    expected.push(5_000);
    assert_eq!(kept(&store), expected);

    // And a larger disk takes the whole file as it is.
    drop(store);
    assert_eq!(kept(&open(&url).unwrap()), expected);
}
