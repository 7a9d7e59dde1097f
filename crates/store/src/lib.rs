//! Keeps what Dwell knows: one unit of work, SQL written once, on SQLite or PostgreSQL.
//!
//! [`Store::write`] runs a closure in a transaction and answers once it is on disk; [`Store::read`]
//! runs one on a snapshot. Closures are synchronous and may run more than once, so they must have
//! no effects but those on the transaction.

pub mod accounts;
pub mod address_configurations;
pub mod audit_log;
pub mod bindings;
pub mod bulk;
pub mod channels;
mod columns;
pub mod conversations;
pub mod credentials;
pub mod deliveries;
pub mod desks;
pub mod early_statuses;
mod engine;
mod error;
pub mod events;
pub mod inbound_messages;
pub mod initializations;
pub mod last_calls;
pub mod media;
pub mod memberships;
pub mod message_parts;
pub mod messages;
mod migrate;
pub mod notifications;
pub mod participants;
pub mod people;
pub mod phones;
pub mod policies;
pub mod purges;
pub mod receipts;
mod rehearsal;
pub mod role_permissions;
pub mod roles;
pub mod services;
pub mod sessions;
pub mod sign_ins;
mod statement;
pub mod statistics;
mod stopwatch;
mod store;
pub mod threads;
pub mod transitions;
mod url;
pub mod users;
pub mod views;
pub mod webhook_configurations;
pub mod webhooks;

pub use error::{OpenError, StoreError, UniqueKey};
pub use migrate::{MigrationStatus, migration_status};
pub use statement::{Kind, News, Row, Seek, Stmt, Tx, Value};
pub use stopwatch::Stopwatch;
pub use store::{Options, Store};
pub use url::{DatabaseUrl, DatabaseUrlError};

/// Every statement that the store can run, for the tests that prepare and explain them.
pub fn all_statements() -> impl Iterator<Item = &'static Stmt> {
    [
        accounts::ALL,
        audit_log::ALL,
        bindings::ALL,
        address_configurations::ALL,
        bulk::ALL,
        channels::ALL,
        conversations::ALL,
        conversations::ALL_TIMERS,
        credentials::ALL,
        deliveries::ALL,
        deliveries::ALL_LISTS,
        desks::ALL,
        early_statuses::ALL,
        events::ALL,
        inbound_messages::ALL,
        initializations::ALL,
        last_calls::ALL,
        media::ALL,
        memberships::ALL,
        message_parts::ALL,
        messages::ALL,
        notifications::ALL,
        participants::ALL,
        people::ALL,
        phones::ALL,
        policies::ALL,
        purges::ALL,
        role_permissions::ALL,
        roles::ALL,
        receipts::ALL,
        services::ALL,
        sessions::ALL,
        sessions::ALL_LISTS,
        sessions::ALL_SUMMARIES,
        sign_ins::ALL,
        statistics::ALL,
        threads::ALL,
        transitions::ALL,
        users::ALL,
        views::ALL,
        webhook_configurations::ALL,
        webhooks::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The text of a statement as SQLite is given it, for the tests that prepare and explain it.
#[doc(hidden)]
pub fn sqlite_text(stmt: &Stmt) -> String {
    engine::sqlite::text(stmt)
}

/// The text of a statement as PostgreSQL is given it, for the tests that prepare and explain it.
#[doc(hidden)]
pub fn postgres_text(stmt: &Stmt) -> String {
    engine::postgres::text(stmt)
}

/// How sessions of PostgreSQL are set up, for the tests that explain statements.
#[doc(hidden)]
pub fn postgres_session() -> &'static str {
    engine::postgres::SESSION
}
