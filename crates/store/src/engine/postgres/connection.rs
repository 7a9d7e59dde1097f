//! Connections to PostgreSQL: how they are made, and what their errors mean.

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::engine::postgres::tls;
use crate::error::{OpenError, StoreError, UniqueKey};
use crate::url::DatabaseUrl;

/// How long to wait for a server to accept a connection, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent bytes may stay unacknowledged, unless the URL says otherwise.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);
/// Silence after which the kernel asks whether the server is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// What libpq and this driver take when nobody says anything; too long to notice a dead server.
const KEEPALIVE_IDLE_DEFAULT: Duration = Duration::from_secs(2 * 60 * 60);
/// How a session for units of work differs from the server's defaults.
///
/// Every wait has a bound: for a lock, for a statement, and for a process that vanished while it
/// held locks. And every statement is written for one index, in the order of that index, so the
/// planner is to take it at once, whatever it believes about the size of a table or the rows of an
/// account: a page of a list must not become a sort of everything.
pub(crate) const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '60s'; SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET enable_incremental_sort = off;
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/// Where the database is and how to reach it.
pub(crate) struct Settings {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// The database without its password, for messages.
    pub(crate) database: String,
}

impl Settings {
    /// Reads a URL. Beside the parameters of the driver it takes libpq's `sslrootcert`, and
    /// `verify-ca` and `verify-full` for `sslmode`: a certificate is always verified in full.
    /// Without `sslmode=require` the connection is not encrypted.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        let database = DatabaseUrl::Postgres(url.to_owned()).to_string();
        let unusable = |problem: String| OpenError::Unreachable { database: database.clone(), problem };
        let (url, roots) = split_tls_parameters(url);
        let mut config: Config = url.parse().map_err(|error| unusable(describe(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_USER_TIMEOUT);
        }
        if config.get_keepalives_idle() == KEEPALIVE_IDLE_DEFAULT {
            config.keepalives_idle(KEEPALIVE_IDLE);
        }
        if config.get_application_name().is_none() {
            config.application_name("dwell");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(tls::connector(roots.as_deref()).map_err(unusable)?),
            _ => None,
        };
        Ok(Settings { config, tls, database })
    }

    /// A connection without limits, for migrations.
    pub(crate) fn connect(&self) -> Result<Client, postgres::Error> {
        match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        }
    }

    /// A connection for units of work.
    pub(super) fn connect_for_work(&self) -> Result<Client, postgres::Error> {
        let mut client = self.connect()?;
        client.batch_execute(SESSION)?;
        Ok(client)
    }

    /// What to tell the person who starts the server.
    pub(crate) fn unreachable(&self, error: &postgres::Error) -> OpenError {
        let mut problem = describe(error);
        if self.tls.is_none() && problem.contains("no encryption") {
            problem.push_str("; the server may want sslmode=require in the URL");
        }
        OpenError::Unreachable { database: self.database.clone(), problem }
    }
}

/// Takes out of a URL what the driver does not know.
fn split_tls_parameters(url: &str) -> (String, Option<PathBuf>) {
    let Some((base, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let mut roots = None;
    let mut kept = Vec::new();
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some(("sslrootcert", path)) => {
                let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
                roots = Some(PathBuf::from(path.into_owned()));
            }
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            _ => kept.push(parameter),
        }
    }
    (format!("{base}?{}", kept.join("&")), roots)
}

/// Runs `work` on a thread of its own: the driver may not be called from an async runtime.
pub(crate) fn aside<T: Send>(work: impl FnOnce() -> Result<T, OpenError> + Send) -> Result<T, OpenError> {
    std::thread::scope(|scope| scope.spawn(work).join())
        .unwrap_or_else(|_| Err(OpenError::Migration("the migrations panicked".to_owned())))
}

/// What a failed statement means for its unit of work.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The connection is gone and with it the transaction: run it again on another one.
    Lost(String),
    /// A concurrent unit of work won: run it again.
    Contended(String),
    /// Running it again would not help.
    Final(StoreError),
}

impl Fault {
    /// What to tell the caller when there is no further run.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Fault::Lost(text) => StoreError::Unavailable(text),
            Fault::Contended(text) => StoreError::Contention(text),
            Fault::Final(error) => error,
        }
    }
}

/// Sorts an error of the driver.
pub(crate) fn fault(error: &postgres::Error) -> Fault {
    let text = describe(error);
    let Some(db) = error.as_db_error() else {
        let io = error.source().is_some_and(|source| source.is::<std::io::Error>());
        return if io || error.is_closed() { Fault::Lost(text) } else { Fault::Final(StoreError::Internal(text)) };
    };
    let code = db.code();
    if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
        return Fault::Contended(text);
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        let key = db.constraint().map_or(UniqueKey::Other, UniqueKey::from_constraint);
        return Fault::Final(StoreError::Unique(key));
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        return Fault::Final(StoreError::Contention(text));
    }
    if *code == SqlState::QUERY_CANCELED {
        return Fault::Final(StoreError::Unavailable(text));
    }
    match (code.code().get(..2).unwrap_or_default(), code.code()) {
        // Connection exceptions, shutdown and crash, and sessions ended by a timeout.
        ("08", _) | (_, "57P01" | "57P02" | "57P03" | "57P05" | "25P03") => Fault::Lost(text),
        // Disk full, out of memory, too many connections; failures of the system below.
        ("53" | "58", _) => Fault::Final(StoreError::Unavailable(text)),
        (_, "XX001" | "XX002") => Fault::Final(StoreError::Corrupt(text)),
        _ => Fault::Final(StoreError::Internal(text)),
    }
}

/// An error with its causes. The detail of the server is left out: it quotes rows.
pub(crate) fn describe(error: &postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} ({})", db.message(), db.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_parameters_of_libpq_are_understood() {
        let (url, roots) =
            split_tls_parameters("postgres://h/d?sslmode=verify-full&sslrootcert=%2Fa%20b.pem&options=x");
        assert_eq!(url, "postgres://h/d?sslmode=require&options=x");
        assert_eq!(roots, Some(PathBuf::from("/a b.pem")));
        assert_eq!(split_tls_parameters("postgres://h/d"), ("postgres://h/d".to_owned(), None));
    }

    #[test]
    fn a_missing_root_certificate_is_said() {
        let error = Settings::parse("postgres://u:p@h/d?sslmode=require&sslrootcert=/nowhere/ca.pem").err().unwrap();
        let said = error.to_string();
        assert!(said.contains("postgres://u@h/d") && said.contains("sslrootcert /nowhere/ca.pem"), "{said}");
    }
}
