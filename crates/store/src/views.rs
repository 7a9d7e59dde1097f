//! The table `views`: filters that the people of an account have saved.

use dwell_core::{AccountSid, View, ViewSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, friendly_name, filter, date_created, date_updated FROM views WHERE account_sid = ?1 ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("AND sid = ?2");
    BY_SID_LOCKED = select!("AND sid = ?2 {lock}");
    LIST = select!("AND sid > ?2 ORDER BY sid LIMIT ?3");
    LIST_BACK = select!("AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    COUNT = "SELECT COUNT(*) FROM views WHERE account_sid = ?1";
    INSERT =
        "INSERT INTO views (sid, account_sid, friendly_name, filter, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE = "UPDATE views SET friendly_name = ?3, filter = ?4, date_updated = ?5 WHERE account_sid = ?1 AND sid = ?2";
    DELETE = "DELETE FROM views WHERE account_sid = ?1 AND sid = ?2";
}

fn read(row: &dyn Row) -> Result<View, StoreError> {
    let mut c = Columns::new(row);
    Ok(View {
        sid: c.parsed(ViewSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        friendly_name: c.text()?,
        filter: c.text()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// One view of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &ViewSid) -> Result<Option<View>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One view of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &ViewSid) -> Result<Option<View>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read)
}

/// Views of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<View>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)
}

/// How many views an account has.
pub fn count(tx: &mut dyn Tx, account: &AccountSid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT, params![account], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// Adds a view.
pub fn insert(tx: &mut dyn Tx, view: &View) -> Result<(), StoreError> {
    let View { sid, account_sid, friendly_name, filter, date_created, date_updated } = view;
    tx.exec(&INSERT, params![sid, account_sid, friendly_name, filter, *date_created, *date_updated])?;
    Ok(())
}

/// Writes everything of a view that can change.
pub fn update(tx: &mut dyn Tx, view: &View) -> Result<(), StoreError> {
    let View { sid, account_sid, friendly_name, filter, date_updated, .. } = view;
    tx.exec(&UPDATE, params![account_sid, sid, friendly_name, filter, *date_updated])?;
    Ok(())
}

/// Removes a view and says whether there was one.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, sid: &ViewSid) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE, params![account, sid])? > 0)
}
