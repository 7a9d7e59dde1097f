//! The table `people`. Of a password only its hash is known here, and it is handed out to sign-ins alone.

use dwell_core::{AccountSid, Person, PersonRole, PersonSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.sid, p.account_sid, p.email, p.friendly_name, p.identity, p.role, p.disabled_at, p.date_created,
                p.date_updated, p.date_last_sign_in, p.password_hash FROM people p ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE p.sid = ?2 AND p.account_sid = ?1");
    BY_SID_LOCKED = select!("WHERE p.sid = ?2 AND p.account_sid = ?1 {lock}");
    BY_IDENTITY = select!("WHERE p.account_sid = ?1 AND p.identity = ?2");
    BY_EMAIL = select!("WHERE p.email = ?1");
    LIST = select!("WHERE p.account_sid = ?1 AND p.sid > ?2 ORDER BY p.sid LIMIT ?3");
    LIST_BACK = select!("WHERE p.account_sid = ?1 AND p.sid < ?2 ORDER BY p.sid DESC LIMIT ?3");
    INSERT =
        "INSERT INTO people (sid, account_sid, email, friendly_name, identity, role, password_hash, disabled_at,
            date_created, date_updated, date_last_sign_in)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE =
        "UPDATE people SET email = ?3, friendly_name = ?4, identity = ?5, role = ?6, disabled_at = ?7, date_updated = ?8
         WHERE sid = ?2 AND account_sid = ?1";
    UPDATE_PASSWORD = "UPDATE people SET password_hash = ?3, date_updated = ?4 WHERE sid = ?2 AND account_sid = ?1";
    UPDATE_LAST_SIGN_IN = "UPDATE people SET date_last_sign_in = ?3 WHERE sid = ?2 AND account_sid = ?1";
    DELETE = "DELETE FROM people WHERE sid = ?2 AND account_sid = ?1";
}

/// The hash of a password, with the parameters it was made with.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

fn read(row: &dyn Row) -> Result<(Person, Option<PasswordHash>), StoreError> {
    let mut c = Columns::new(row);
    let mut person = Person {
        sid: c.parsed(PersonSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        email: c.text()?,
        friendly_name: c.text()?,
        identity: c.text()?,
        role: c.parsed(PersonRole::parse)?,
        disabled_at: c.opt_time()?,
        date_created: c.time()?,
        date_updated: c.time()?,
        date_last_sign_in: c.opt_time()?,
        has_password: false,
    };
    let hash = c.opt_text()?.map(PasswordHash);
    person.has_password = hash.is_some();
    Ok((person, hash))
}

fn read_person(row: &dyn Row) -> Result<Person, StoreError> {
    Ok(read(row)?.0)
}

/// One person of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &PersonSid) -> Result<Option<Person>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read_person)
}

/// The same, with the hash of the password.
pub fn fetch_with_password(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &PersonSid,
) -> Result<Option<(Person, Option<PasswordHash>)>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One person of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &PersonSid) -> Result<Option<Person>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read_person)
}

/// The person of an account who writes under an identity.
pub fn fetch_by_identity(tx: &mut dyn Tx, account: &AccountSid, identity: &str) -> Result<Option<Person>, StoreError> {
    tx.first(&BY_IDENTITY, params![account, identity], read_person)
}

/// The person of whichever account who signs in with an e-mail address, with the hash of the password.
pub fn fetch_by_email(tx: &mut dyn Tx, email: &str) -> Result<Option<(Person, Option<PasswordHash>)>, StoreError> {
    tx.first(&BY_EMAIL, params![email], read)
}

/// People of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Person>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read_person)
}

/// Adds a person.
///
/// # Errors
/// [`StoreError::Unique`] with [`PersonEmail`](crate::UniqueKey::PersonEmail) or
/// [`PersonIdentity`](crate::UniqueKey::PersonIdentity) when somebody else has them; so for [`update`].
pub fn insert(tx: &mut dyn Tx, p: &Person, password: Option<&PasswordHash>) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &p.sid,
            &p.account_sid,
            &p.email,
            &p.friendly_name,
            &p.identity,
            p.role.as_str(),
            password.map(|hash| hash.0.as_str()),
            p.disabled_at,
            p.date_created,
            p.date_updated,
            p.date_last_sign_in,
        ],
    )?;
    Ok(())
}

/// Writes everything of a person that can change, but the password.
pub fn update(tx: &mut dyn Tx, p: &Person) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE,
        params![
            &p.account_sid,
            &p.sid,
            &p.email,
            &p.friendly_name,
            &p.identity,
            p.role.as_str(),
            p.disabled_at,
            p.date_updated,
        ],
    )?;
    Ok(())
}

/// Replaces the password of a person.
pub fn update_password(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &PersonSid,
    password: &PasswordHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(&UPDATE_PASSWORD, params![account, sid, &password.0, now])?;
    Ok(())
}

/// Notes that a person has signed in.
pub fn update_last_sign_in(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &PersonSid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(&UPDATE_LAST_SIGN_IN, params![account, sid, now])?;
    Ok(())
}

/// Removes a person; `false` when the account has none such.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, sid: &PersonSid) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE, params![account, sid])? == 1)
}
