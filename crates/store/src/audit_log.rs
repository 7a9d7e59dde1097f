//! The table `audit_log`: what people did, before and after it was done.

use dwell_core::{AccountSid, AuditSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, Value, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT l.sid, l.account_sid, l.at, l.actor, l.actor_name, l.act, l.target, l.status, l.remote_address
             FROM audit_log l ",
            $rest
        )
    };
}

statements! {
    LIST = select!(
        "WHERE l.account_sid = ?1 AND l.at >= ?2 AND l.at < ?3 AND l.sid < ?4 ORDER BY l.sid DESC LIMIT ?5"
    );
    LIST_BACK = select!(
        "WHERE l.account_sid = ?1 AND l.at >= ?2 AND l.at < ?3 AND l.sid > ?4 ORDER BY l.sid LIMIT ?5"
    );
    OF_ACTOR = select!(
        "WHERE l.account_sid = ?1 AND l.actor = ?6 AND l.at >= ?2 AND l.at < ?3 AND l.sid < ?4
         ORDER BY l.sid DESC LIMIT ?5"
    );
    OF_ACTOR_BACK = select!(
        "WHERE l.account_sid = ?1 AND l.actor = ?6 AND l.at >= ?2 AND l.at < ?3 AND l.sid > ?4
         ORDER BY l.sid LIMIT ?5"
    );
    INSERT =
        "INSERT INTO audit_log (sid, account_sid, at, actor, actor_name, act, target, status, remote_address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE_STATUS = "UPDATE audit_log SET status = ?2 WHERE sid = ?1";
    ANY_BEFORE = "SELECT l.at FROM audit_log l WHERE l.at < ?1 LIMIT 1";
    DELETE_BEFORE = "DELETE FROM audit_log WHERE sid IN (SELECT l.sid FROM audit_log l WHERE l.at < ?1 LIMIT ?2)";
}

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its SID; later ones sort later.
    pub sid: AuditSid,
    /// The account.
    pub account_sid: AccountSid,
    /// When, in real time.
    pub at: Timestamp,
    /// The SID of the person.
    pub actor: String,
    /// What the person was called then.
    pub actor_name: String,
    /// Method and template of the operation.
    pub act: String,
    /// The path that was asked for.
    pub target: String,
    /// The status of the answer; `None` until it is known, and for ever when the server stopped meanwhile.
    pub status: Option<i64>,
    /// From where.
    pub remote_address: Option<String>,
}

/// Which entries are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this person.
    pub actor: Option<String>,
    /// Only those since then.
    pub from: Timestamp,
    /// Only those before.
    pub before: Timestamp,
}

fn read(row: &dyn Row) -> Result<Entry, StoreError> {
    let mut c = Columns::new(row);
    Ok(Entry {
        sid: c.parsed(AuditSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        at: c.time()?,
        actor: c.text()?,
        actor_name: c.text()?,
        act: c.text()?,
        target: c.text()?,
        status: c.opt_int()?,
        remote_address: c.opt_text()?,
    })
}

/// Adds an entry.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn insert(tx: &mut dyn Tx, e: &Entry) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &e.sid,
            &e.account_sid,
            e.at,
            &e.actor,
            &e.actor_name,
            &e.act,
            &e.target,
            e.status,
            e.remote_address.as_deref(),
        ],
    )?;
    Ok(())
}

/// Notes how an act was answered.
pub fn update_status(tx: &mut dyn Tx, sid: &AuditSid, status: i64) -> Result<(), StoreError> {
    tx.exec(&UPDATE_STATUS, params![sid, status])?;
    Ok(())
}

/// Entries of an account, newest first: those older than the entry `bound`, or the newest of all without one. With
/// `is_back` those newer than it, nearest first.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    filter: &Filter,
    bound: Option<&str>,
    is_back: bool,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    // No SID sorts after this.
    let bound = bound.unwrap_or("~");
    let params: &[Value<'_>] = params![account, filter.from, filter.before, bound, limit];
    match (&filter.actor, is_back) {
        (None, false) => tx.all(&LIST, params, read),
        (None, true) => tx.all(&LIST_BACK, params, read),
        (Some(actor), false) => tx.all(&OF_ACTOR, &[params, params![actor]].concat(), read),
        (Some(actor), true) => tx.all(&OF_ACTOR_BACK, &[params, params![actor]].concat(), read),
    }
}

/// Whether there is an entry from before an instant.
pub fn any_before(tx: &mut dyn Tx, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_BEFORE, params![at], |_| Ok(()))?.is_some())
}

/// Removes some of the entries from before an instant.
pub fn delete_before(tx: &mut dyn Tx, at: Timestamp, limit: i64) -> Result<(), StoreError> {
    tx.exec(&DELETE_BEFORE, params![at, limit])?;
    Ok(())
}
