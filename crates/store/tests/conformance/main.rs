//! What a store does, proved on both engines: every case runs on SQLite in a file and on a real
//! PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod accounts;
mod address_configurations;
mod audit_log;
mod bindings;
mod bulk;
mod channels;
mod conversations;
mod credentials;
mod deliveries;
mod delivery_lists;
mod early_statuses;
mod inbound_messages;
mod initializations;
mod last_calls;
mod lists;
mod logs;
mod media;
mod memberships;
mod message_parts;
mod messages;
mod nodes;
mod participants;
mod people;
mod phones;
mod policies;
mod receipts;
mod roles;
mod samples;
mod services;
mod sessions;
mod sign_ins;
mod statistics;
mod threads;
mod timers;
mod transactions;
mod users;
mod views;
mod webhooks;

use dwell_store::{DatabaseUrl, Options, Store, StoreError, Tx};

/// Runs each case on both engines.
macro_rules! on_both_engines {
    ($($case:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $case() { crate::on_sqlite(super::$case); })* }
        mod postgres { $(#[test] fn $case() { crate::on_postgres(super::$case); })* }
    };
}
pub(crate) use on_both_engines;

fn options() -> Options {
    Options { postgres_connections: 4, cache_bytes: 4 * 1024 * 1024, ..Options::default() }
}

fn on_sqlite(case: impl FnOnce(&Store)) {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(directory.path().join("dwell.db"));
    case(&Store::open(&url, &options()).unwrap());
}

fn on_postgres(case: impl FnOnce(&Store)) {
    let database = dwell_testkit::postgres::Database::create().unwrap();
    let url = database.url().parse().unwrap();
    case(&Store::open(&url, &options()).unwrap());
}

/// A unit of work that must succeed.
fn write<T: Send + 'static>(store: &Store, work: impl Fn(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static) -> T {
    store.write_blocking(work).unwrap()
}

/// A snapshot that must succeed.
fn read<T: Send + 'static>(store: &Store, work: impl Fn(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static) -> T {
    store.read_blocking(work).unwrap()
}
