//! Deliveries as people look at them, newest first, and those that are to be sent once more.

use dwell_core::{AccountSid, DeliverySid, Timestamp};

use super::{Attempt, Delivery, read};
use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Seek, Tx, params, statements};

statements! {
    BY_SID = select!("WHERE account_sid = ?1 AND sid = ?2");
    OF_ACCOUNT = select!("WHERE account_sid = ?1 AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    OF_ACCOUNT_BACK = select!("WHERE account_sid = ?1 AND sid > ?2 ORDER BY sid LIMIT ?3");
    OF_STREAM = select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    OF_STREAM_BACK = select!("WHERE account_sid = ?1 AND stream_sid = ?2 AND sid > ?3 ORDER BY sid LIMIT ?4");
    OF_HOOK = select!("WHERE account_sid = ?1 AND hook_sid = ?2 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    OF_HOOK_BACK = select!("WHERE account_sid = ?1 AND hook_sid = ?2 AND sid > ?3 ORDER BY sid LIMIT ?4");
    FAILED = select!("WHERE account_sid = ?1 AND status = 'failed' AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    FAILED_BACK = select!("WHERE account_sid = ?1 AND status = 'failed' AND sid > ?2 ORDER BY sid LIMIT ?3");
    ATTEMPTS =
        "SELECT number, at, micros, status, error, excerpt FROM webhook_attempts
         WHERE delivery_sid = ?1 ORDER BY number DESC LIMIT ?2";
    REOPEN =
        "UPDATE webhook_deliveries SET status = 'pending', created_at = ?3, finished_at = NULL
         WHERE account_sid = ?1 AND sid = ?2 AND status <> 'pending'";
}

/// Greater than the SID of every delivery.
const END: &str = "WE";

/// Which of an account's deliveries a list is made of.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of them.
    Account,
    /// Those about one conversation or user.
    Stream(&'a str),
    /// Those of one hook.
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
    of: Of<'_>,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let seek = if let Seek::After("") = seek { Seek::After(END) } else { seek };
    let page = |after, before| ListStmts { after, before };
    match of {
        Of::Account => tx.page(&page(&OF_ACCOUNT, &OF_ACCOUNT_BACK), params![account], seek, limit, read),
        Of::Stream(sid) => tx.page(&page(&OF_STREAM, &OF_STREAM_BACK), params![account, sid], seek, limit, read),
        Of::Hook(sid) => tx.page(&page(&OF_HOOK, &OF_HOOK_BACK), params![account, sid], seek, limit, read),
        Of::Failed => tx.page(&page(&FAILED, &FAILED_BACK), params![account], seek, limit, read),
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
