//! The table `users`.

use dwell_core::{AccountSid, RoleSid, ServiceSid, User, UserSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, service_sid, identity, friendly_name, attributes, role_sid, event_seq,
                date_created, date_updated FROM users ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2 {lock}");
    BY_IDENTITY = select!("WHERE service_sid = ?2 AND identity = ?3 AND account_sid = ?1 {lock}");
    READ_BY_SID = select!("WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2");
    READ_BY_IDENTITY = select!("WHERE service_sid = ?2 AND identity = ?3 AND account_sid = ?1");
    LIST = select!("WHERE service_sid = ?2 AND account_sid = ?1 AND sid > ?3 ORDER BY sid LIMIT ?4");
    LIST_BACK = select!("WHERE service_sid = ?2 AND account_sid = ?1 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    INSERT =
        "INSERT INTO users (sid, account_sid, service_sid, identity, friendly_name, attributes, role_sid, event_seq,
            date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE users SET friendly_name = ?2, attributes = ?3, role_sid = ?4, event_seq = ?5, date_updated = ?6
         WHERE sid = ?1";
    DELETE = "DELETE FROM users WHERE sid = ?1";
    DELETE_OF_SERVICE =
        "DELETE FROM users WHERE sid IN (SELECT sid FROM users WHERE service_sid = ?1 ORDER BY sid LIMIT ?2)";
}

fn read(row: &dyn Row) -> Result<User, StoreError> {
    let mut c = Columns::new(row);
    Ok(User {
        sid: c.parsed(UserSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        identity: c.text()?,
        friendly_name: c.opt_text()?,
        attributes: c.text()?,
        role_sid: c.parsed(RoleSid::parse)?,
        event_seq: c.int()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// How a path names a user (contract §1.6).
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By SID.
    Sid(&'a UserSid),
    /// By identity.
    Identity(&'a str),
}

/// One user of a service, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    key: Key<'_>,
) -> Result<Option<User>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&READ_BY_SID, params![account, service, sid], read),
        Key::Identity(identity) => tx.first(&READ_BY_IDENTITY, params![account, service, identity], read),
    }
}

/// One user of a service, locked until the unit of work ends: whoever changes what is counted per
/// identity holds it.
pub fn lock(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    key: Key<'_>,
) -> Result<Option<User>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID, params![account, service, sid], read),
        Key::Identity(identity) => tx.first(&BY_IDENTITY, params![account, service, identity], read),
    }
}

/// Users of a service in order of creation.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account, service], seek, limit, read)
}

/// Adds a user; `false` when the identity is taken.
pub fn insert(tx: &mut dyn Tx, u: &User) -> Result<bool, StoreError> {
    let changed = tx.exec(
        &INSERT,
        params![
            &u.sid,
            &u.account_sid,
            &u.service_sid,
            &u.identity,
            u.friendly_name.as_deref(),
            &u.attributes,
            &u.role_sid,
            u.event_seq,
            u.date_created,
            u.date_updated,
        ],
    )?;
    Ok(changed == 1)
}

/// Writes everything of a user that the API can change.
pub fn update(tx: &mut dyn Tx, u: &User) -> Result<(), StoreError> {
    let name = u.friendly_name.as_deref();
    tx.exec(&UPDATE, params![&u.sid, name, &u.attributes, &u.role_sid, u.event_seq, u.date_updated])?;
    Ok(())
}

/// Removes a user.
pub fn delete(tx: &mut dyn Tx, sid: &UserSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}

/// Removes up to `limit` users of a service and says how many.
pub fn delete_of_service(tx: &mut dyn Tx, service: &ServiceSid, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OF_SERVICE, params![service, limit])
}
