//! The tables `services` and `roles`.

use dwell_core::role::RoleType;
use dwell_core::{AccountSid, Role, RoleSid, Service, ServiceSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, friendly_name, default_chat_service_role_sid, default_conversation_role_sid,
                default_conversation_creator_role_sid, date_created, date_updated FROM services ",
            $rest
        )
    };
}

macro_rules! select_role {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, service_sid, friendly_name, role_type, permissions, date_created, date_updated
             FROM roles ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL");
    BY_SID_SHARED = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL {share}");
    LIST = select!("WHERE account_sid = ?1 AND sid > ?2 AND deleted_at IS NULL ORDER BY sid LIMIT ?3");
    LIST_BACK = select!("WHERE account_sid = ?1 AND sid < ?2 AND deleted_at IS NULL ORDER BY sid DESC LIMIT ?3");
    INSERT =
        "INSERT INTO services (sid, account_sid, friendly_name, default_chat_service_role_sid,
            default_conversation_role_sid, default_conversation_creator_role_sid, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    MARK_DELETED = "UPDATE services SET deleted_at = ?3 WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL";
    NEXT_DELETED = "SELECT sid, account_sid FROM services WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1";
    TAKE_DELETED = "SELECT sid, account_sid FROM services WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1 {skip_locked}";
    DELETE = "DELETE FROM services WHERE sid = ?1";
    ROLE_BY_SID = select_role!("WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2");
    INSERT_ROLE =
        "INSERT INTO roles (sid, account_sid, service_sid, friendly_name, role_type, permissions, date_created,
            date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    DELETE_ROLES = "DELETE FROM roles WHERE service_sid = ?1";
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
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

fn read_role(row: &dyn Row) -> Result<Role, StoreError> {
    let mut c = Columns::new(row);
    Ok(Role {
        sid: c.parsed(RoleSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        friendly_name: c.text()?,
        role_type: c.parsed(RoleType::parse)?,
        permissions: c.parsed(|text| serde_json::from_str(text).ok())?,
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
            s.date_created,
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

/// Removes the row of a service and its roles.
pub fn delete(tx: &mut dyn Tx, sid: &ServiceSid) -> Result<(), StoreError> {
    tx.exec(&DELETE_ROLES, params![sid])?;
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}

/// One role of a service.
pub fn fetch_role(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    sid: &RoleSid,
) -> Result<Option<Role>, StoreError> {
    tx.first(&ROLE_BY_SID, params![account, service, sid], read_role)
}

/// Adds a role.
pub fn insert_role(tx: &mut dyn Tx, r: &Role) -> Result<(), StoreError> {
    let permissions = serde_json::to_string(&r.permissions).map_err(|error| StoreError::Internal(error.to_string()))?;
    tx.exec(
        &INSERT_ROLE,
        params![
            &r.sid,
            &r.account_sid,
            &r.service_sid,
            &r.friendly_name,
            r.role_type.as_str(),
            &permissions,
            r.date_created,
            r.date_updated,
        ],
    )?;
    Ok(())
}
