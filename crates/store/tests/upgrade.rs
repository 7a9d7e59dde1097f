//! A database of the first release, opened by this one: what was in it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use dwell_core::participant::NotificationLevel;
use dwell_core::{AccountSid, ConversationSid, ServiceSid, SidBytes};
use dwell_store::{DatabaseUrl, Options, Seek, Store, StoreError, conversations, memberships, participants};
use dwell_testkit::postgres::Database;
use refinery::Target;

mod sqlite_migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

mod postgres_migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// An identity and an address in an open conversation and in a closed one, as the first release kept
/// them. The SIDs end in the numbers.
fn rows() -> String {
    let row = |n: i64, state: &str, open: i64| {
        let (c, ann, phone) = (sid("CH", n), sid("MB", n), sid("MB", n + 10));
        let (account, service) = (sid("AC", 1), sid("IS", 1));
        format!(
            "INSERT INTO conversations (sid, account_sid, service_sid, messaging_service_sid, attributes, state,
                date_created, date_updated, activity_at, last_event_at, event_seq, next_message_index,
                chat_participants, non_chat_participants, created_by)
             VALUES ('{c}', '{account}', '{service}', '{}', '{{}}', '{state}', 1, 1, 1, 1, 3, 0, 1, 1, 'system');
             INSERT INTO participants (conversation_sid, sid, account_sid, service_sid, identity, attributes, open,
                date_created, date_updated)
             VALUES ('{c}', '{ann}', '{account}', '{service}', 'ann', '{{}}', {open}, 1, 1);
             INSERT INTO participants (conversation_sid, sid, account_sid, service_sid, binding_type, address,
                proxy_address, attributes, open, date_created, date_updated)
             VALUES ('{c}', '{phone}', '{account}', '{service}', 'sms', '+1', '+2', '{{}}', {open}, 1, 1);",
            sid("MG", 1)
        )
    };
    let service = format!(
        "INSERT INTO services (sid, account_sid, friendly_name, default_chat_service_role_sid,
            default_conversation_role_sid, default_conversation_creator_role_sid, date_created, date_updated)
         VALUES ('{}', '{}', 'x', '{role}', '{role}', '{role}', 1, 1);",
        sid("IS", 1),
        sid("AC", 1),
        role = sid("RL", 1)
    );
    format!("{service}{}{}", row(1, "closed", 0), row(2, "active", 1))
}

fn sid(prefix: &str, n: i64) -> String {
    format!("{prefix}{}", &ConversationSid::new(SidBytes::new(n, 0, [7; 8]))[2..])
}

fn check(store: &Store) {
    let bytes = SidBytes::new(1, 0, [7; 8]);
    let (account, service, closed) = (AccountSid::new(bytes), ServiceSid::new(bytes), ConversationSid::new(bytes));
    store
        .read_blocking(move |tx| {
            let c = conversations::fetch(tx, &account, &service, conversations::Key::Sid(&closed))?.unwrap();
            assert!(!c.has_receipts);
            let ann = participants::fetch(tx, &account, &closed, participants::Key::Identity("ann"))?.unwrap();
            assert_eq!(ann.notification_level, NotificationLevel::Default);
            assert_eq!(memberships::of_identity(tx, &account, &service, "ann", Seek::After(""), 9)?.len(), 2);
            assert_eq!(memberships::of_address(tx, &account, &service, "+1", Seek::After(""), 9)?.len(), 2);
            assert_eq!(participants::count_open(tx, &service, "ann", 9)?, 1);
            assert_eq!(
                participants::author(tx, &service, &closed, "+1")?.map(|sid| sid.to_string()),
                Some(self::sid("MB", 11))
            );
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn sqlite_keeps_what_the_first_release_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dwell.db");
    let mut connection = rusqlite::Connection::open(&path).unwrap();
    sqlite_migrations::migrations::runner().set_target(Target::Version(1)).run(&mut connection).unwrap();
    connection.execute_batch(&rows()).unwrap();
    drop(connection);
    check(&Store::open(&DatabaseUrl::Sqlite(path), &Options::default()).unwrap());
}

#[test]
fn postgres_keeps_what_the_first_release_wrote() {
    let database = Database::create().unwrap();
    let mut client = postgres::Client::connect(database.url(), postgres::NoTls).unwrap();
    postgres_migrations::migrations::runner().set_target(Target::Version(1)).run(&mut client).unwrap();
    client.batch_execute(&rows()).unwrap();
    drop(client);
    check(
        &Store::open(&database.url().parse().unwrap(), &Options { postgres_connections: 1, ..Options::default() })
            .unwrap(),
    );
}
