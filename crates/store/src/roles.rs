//! The table `roles`.

use dwell_core::role::RoleType;
use dwell_core::{AccountSid, Role, RoleSid, ServiceSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, service_sid, friendly_name, role_type, permissions, date_created, date_updated
             FROM roles ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2");
    BY_SID_LOCKED = select!("WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2 {lock}");
    LIST = select!("WHERE service_sid = ?2 AND account_sid = ?1 AND sid > ?3 ORDER BY sid LIMIT ?4");
    LIST_BACK = select!("WHERE service_sid = ?2 AND account_sid = ?1 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    INSERT =
        "INSERT INTO roles (sid, account_sid, service_sid, friendly_name, role_type, permissions, date_created,
            date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE = "UPDATE roles SET permissions = ?3, date_updated = ?4 WHERE sid = ?2 AND account_sid = ?1";
    DELETE = "DELETE FROM roles WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2";
    DELETE_OF_SERVICE =
        "DELETE FROM roles WHERE sid IN (SELECT sid FROM roles WHERE service_sid = ?1 ORDER BY sid LIMIT ?2)";
}

fn read(row: &dyn Row) -> Result<Role, StoreError> {
    let mut c = Columns::new(row);
    Ok(Role {
        sid: c.parsed(RoleSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        friendly_name: c.text()?,
        role_type: c.parsed(RoleType::parse)?,
        permissions: c.json()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// One role of a service, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    sid: &RoleSid,
) -> Result<Option<Role>, StoreError> {
    tx.first(&BY_SID, params![account, service, sid], read)
}

/// One role of a service, locked until the unit of work ends.
pub fn lock(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    sid: &RoleSid,
) -> Result<Option<Role>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, service, sid], read)
}

/// Roles of a service in order of creation.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Role>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account, service], seek, limit, read)
}

/// Adds a role.
pub fn insert(tx: &mut dyn Tx, r: &Role) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &r.sid,
            &r.account_sid,
            &r.service_sid,
            &r.friendly_name,
            r.role_type.as_str(),
            &to_json(&r.permissions)?,
            r.date_created,
            r.date_updated,
        ],
    )?;
    Ok(())
}

/// Writes everything of a role that the API can change.
pub fn update(tx: &mut dyn Tx, r: &Role) -> Result<(), StoreError> {
    tx.exec(&UPDATE, params![&r.account_sid, &r.sid, &to_json(&r.permissions)?, r.date_updated])?;
    Ok(())
}

/// Removes a role; `false` when the service has no such role.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, service: &ServiceSid, sid: &RoleSid) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE, params![account, service, sid])? == 1)
}

/// Removes up to `limit` roles of a service and says how many.
pub fn delete_of_service(tx: &mut dyn Tx, service: &ServiceSid, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OF_SERVICE, params![service, limit])
}
