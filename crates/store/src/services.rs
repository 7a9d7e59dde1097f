//! The table `services`.

use dwell_core::{AccountSid, RoleSid, Service, ServiceSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, friendly_name, default_chat_service_role_sid, default_conversation_role_sid,
                default_conversation_creator_role_sid, reachability_enabled, date_created, date_updated FROM services ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL");
    BY_SID_LOCKED = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL {lock}");
    BY_SID_SHARED = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL {share}");
    LIST = select!("WHERE account_sid = ?1 AND sid > ?2 AND deleted_at IS NULL ORDER BY sid LIMIT ?3");
    LIST_BACK = select!("WHERE account_sid = ?1 AND sid < ?2 AND deleted_at IS NULL ORDER BY sid DESC LIMIT ?3");
    INSERT =
        "INSERT INTO services (sid, account_sid, friendly_name, default_chat_service_role_sid,
            default_conversation_role_sid, default_conversation_creator_role_sid, reachability_enabled, date_created,
            date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE =
        "UPDATE services SET default_chat_service_role_sid = ?3, default_conversation_role_sid = ?4,
            default_conversation_creator_role_sid = ?5, reachability_enabled = ?6, date_updated = ?7
         WHERE sid = ?2 AND account_sid = ?1";
    MARK_DELETED = "UPDATE services SET deleted_at = ?3 WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL";
    NEXT_DELETED = "SELECT sid, account_sid FROM services WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1";
    TAKE_DELETED = "SELECT sid, account_sid FROM services WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1 {skip_locked}";
    DELETE = "DELETE FROM services WHERE sid = ?1";
}

fn read(row: &dyn Row) -> Result<Service, StoreError> {
    let mut c = Columns::new(row);
    Ok(Service {
        sid: c.parsed(ServiceSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        friendly_name: c.text()?,
        default_chat_service_role_sid: c.parsed(RoleSid::parse)?,
        default_conversation_role_sid: c.parsed(RoleSid::parse)?,
        default_conversation_creator_role_sid: c.parsed(RoleSid::parse)?,
        reachability_enabled: c.flag()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// One service of an account.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &ServiceSid) -> Result<Option<Service>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One service of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &ServiceSid) -> Result<Option<Service>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read)
}

/// One service of an account, kept from being deleted until the unit of work ends: for whoever puts
/// something into it.
pub fn hold(tx: &mut dyn Tx, account: &AccountSid, sid: &ServiceSid) -> Result<Option<Service>, StoreError> {
    tx.first(&BY_SID_SHARED, params![account, sid], read)
}

/// Services of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Service>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)
}

/// Adds a service.
pub fn insert(tx: &mut dyn Tx, s: &Service) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &s.sid,
            &s.account_sid,
            &s.friendly_name,
            &s.default_chat_service_role_sid,
            &s.default_conversation_role_sid,
            &s.default_conversation_creator_role_sid,
            s.reachability_enabled,
            s.date_created,
            s.date_updated,
        ],
    )?;
    Ok(())
}

/// Writes everything of a service that its configuration can change.
pub fn update(tx: &mut dyn Tx, s: &Service) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE,
        params![
            &s.account_sid,
            &s.sid,
            &s.default_chat_service_role_sid,
            &s.default_conversation_role_sid,
            &s.default_conversation_creator_role_sid,
            s.reachability_enabled,
            s.date_updated,
        ],
    )?;
    Ok(())
}

/// Hides a service and everything in it; `false` when there is none. What it held is removed in the
/// background, see [`next_deleted`].
pub fn mark_deleted(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &ServiceSid,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(&MARK_DELETED, params![account, sid, at])? == 1)
}

fn read_deleted(row: &dyn Row) -> Result<(ServiceSid, AccountSid), StoreError> {
    let mut c = Columns::new(row);
    Ok((c.parsed(ServiceSid::parse)?, c.parsed(AccountSid::parse)?))
}

/// The service that has been waiting longest for its rows to be removed.
pub fn next_deleted(tx: &mut dyn Tx) -> Result<Option<(ServiceSid, AccountSid)>, StoreError> {
    tx.first(&NEXT_DELETED, params![], read_deleted)
}

/// The same, locked until the unit of work ends, for the one who removes them; a service that another
/// node holds is left to it.
pub fn take_deleted(tx: &mut dyn Tx) -> Result<Option<(ServiceSid, AccountSid)>, StoreError> {
    tx.first(&TAKE_DELETED, params![], read_deleted)
}

/// Removes the row of a service.
pub fn delete(tx: &mut dyn Tx, sid: &ServiceSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}
