//! Deliveries as people look at them, newest first, and those that are to be sent once more.

use dwell_core::{AccountSid, DeliverySid, Timestamp};

use super::{Attempt, Delivery, read};
use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Seek, Tx, params, statements};

statements! {
    BY_SID = select!("WHERE account_sid = ?1 AND sid = ?2");
    CALLED = select!("WHERE account_sid = ?1 AND method <> 'CHANNEL' AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    CALLED_BACK = select!("WHERE account_sid = ?1 AND method <> 'CHANNEL' AND sid > ?2 ORDER BY sid LIMIT ?3");
    CALLED_OF_STREAM =
        select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND method <> 'CHANNEL' AND sid < ?3
         ORDER BY sid DESC LIMIT ?4");
    CALLED_OF_STREAM_BACK =
        select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND method <> 'CHANNEL' AND sid > ?3
         ORDER BY sid LIMIT ?4");
    CARRIED = select!("WHERE account_sid = ?1 AND method = 'CHANNEL' AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    CARRIED_BACK = select!("WHERE account_sid = ?1 AND method = 'CHANNEL' AND sid > ?2 ORDER BY sid LIMIT ?3");
    CARRIED_OF_STREAM =
        select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND method = 'CHANNEL' AND sid < ?3
         ORDER BY sid DESC LIMIT ?4");
    CARRIED_OF_STREAM_BACK =
        select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND method = 'CHANNEL' AND sid > ?3
         ORDER BY sid LIMIT ?4");
    OF_HOOK = select!("WHERE account_sid = ?1 AND hook_sid = ?2 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    OF_HOOK_BACK = select!("WHERE account_sid = ?1 AND hook_sid = ?2 AND sid > ?3 ORDER BY sid LIMIT ?4");
    CALLED_FAILED =
        select!("WHERE account_sid = ?1 AND method <> 'CHANNEL' AND status = 'failed' AND sid < ?2
         ORDER BY sid DESC LIMIT ?3");
    CALLED_FAILED_BACK =
        select!("WHERE account_sid = ?1 AND method <> 'CHANNEL' AND status = 'failed' AND sid > ?2
         ORDER BY sid LIMIT ?3");
    CARRIED_FAILED =
        select!("WHERE account_sid = ?1 AND method = 'CHANNEL' AND status = 'failed' AND sid < ?2
         ORDER BY sid DESC LIMIT ?3");
    CARRIED_FAILED_BACK =
        select!("WHERE account_sid = ?1 AND method = 'CHANNEL' AND status = 'failed' AND sid > ?2
         ORDER BY sid LIMIT ?3");
    ATTEMPTS =
        "SELECT number, at, micros, status, error, excerpt FROM webhook_attempts
         WHERE delivery_sid = ?1 ORDER BY number DESC LIMIT ?2";
    REOPEN =
        "UPDATE webhook_deliveries SET status = 'pending', created_at = ?3, finished_at = NULL
         WHERE account_sid = ?1 AND sid = ?2 AND status <> 'pending'";
}

/// Greater than the SID of every delivery.
const END: &str = "WE";

/// What a list is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What webhooks are told.
    Calls,
    /// Messages for addresses outside.
    Messages,
}

/// Which of an account's deliveries a list is made of.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of them.
    Account,
    /// Those about one conversation or user.
    Stream(&'a str),
    /// Those of one hook, or to one participant, whatever the list is made of.
    Hook(&'a str),
    /// Those that were given up.
    Failed,
}

/// One delivery.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &DeliverySid) -> Result<Option<Delivery>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// Deliveries of an account, newest first; before a key, oldest first.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    kind: Kind,
    of: Of<'_>,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let seek = if let Seek::After("") = seek { Seek::After(END) } else { seek };
    let page = |after, before| ListStmts { after, before };
    let (stmts, key) = match (of, kind) {
        (Of::Account, Kind::Calls) => (page(&CALLED, &CALLED_BACK), None),
        (Of::Account, Kind::Messages) => (page(&CARRIED, &CARRIED_BACK), None),
        (Of::Stream(sid), Kind::Calls) => (page(&CALLED_OF_STREAM, &CALLED_OF_STREAM_BACK), Some(sid)),
        (Of::Stream(sid), Kind::Messages) => (page(&CARRIED_OF_STREAM, &CARRIED_OF_STREAM_BACK), Some(sid)),
        (Of::Hook(sid), _) => (page(&OF_HOOK, &OF_HOOK_BACK), Some(sid)),
        (Of::Failed, Kind::Calls) => (page(&CALLED_FAILED, &CALLED_FAILED_BACK), None),
        (Of::Failed, Kind::Messages) => (page(&CARRIED_FAILED, &CARRIED_FAILED_BACK), None),
    };
    match key {
        Some(sid) => tx.page(&stmts, params![account, sid], seek, limit, read),
        None => tx.page(&stmts, params![account], seek, limit, read),
    }
}

/// The newest `limit` attempts of a delivery, newest first.
pub fn attempts(tx: &mut dyn Tx, sid: &DeliverySid, limit: i64) -> Result<Vec<Attempt>, StoreError> {
    tx.all(&ATTEMPTS, params![sid, limit], |row| {
        let mut c = Columns::new(row);
        Ok(Attempt {
            number: c.int()?,
            at: c.time()?,
            micros: c.int()?,
            status: c.opt_int()?,
            error: c.opt_text()?,
            excerpt: c.opt_text()?,
        })
    })
}

/// Makes a finished delivery wait again, as one that is young; whether it was finished. The caller puts
/// it back into its queue.
pub fn reopen(tx: &mut dyn Tx, d: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.exec(&REOPEN, params![&d.account_sid, &d.sid, now])? == 1)
}
