//! The table `sign_ins`: who is signed in. Tokens are known here by their hashes alone.

use dwell_core::{AccountSid, PersonSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

statements! {
    BY_TOKEN = "SELECT account_sid, person_sid, date_created, date_used FROM sign_ins WHERE token_hash = ?1";
    INSERT =
        "INSERT INTO sign_ins (token_hash, account_sid, person_sid, date_created, date_used) VALUES (?1, ?2, ?3, ?4, ?4)";
    TOUCH = "UPDATE sign_ins SET date_used = ?2 WHERE token_hash = ?1 AND date_used < ?2";
    DELETE = "DELETE FROM sign_ins WHERE token_hash = ?1";
    DELETE_OF_PERSON = "DELETE FROM sign_ins WHERE person_sid = ?1 AND token_hash <> ?2";
    /// All but the newest.
    DELETE_OLDEST =
        "DELETE FROM sign_ins WHERE token_hash IN
            (SELECT s.token_hash FROM sign_ins s WHERE s.person_sid = ?1 ORDER BY s.date_created DESC LIMIT ?3 OFFSET ?2)";
    ANY_UNUSED = "SELECT s.date_used FROM sign_ins s WHERE s.date_used < ?1 LIMIT 1";
    DELETE_UNUSED =
        "DELETE FROM sign_ins WHERE token_hash IN (SELECT s.token_hash FROM sign_ins s WHERE s.date_used < ?1 LIMIT ?2)";
}

/// Most sign-ins of one person that are removed at once.
const SURPLUS_MAX: i64 = 100;

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// The account.
    pub account_sid: AccountSid,
    /// Who it is.
    pub person_sid: PersonSid,
    /// Since when, in real time.
    pub date_created: Timestamp,
    /// When the token was last shown, to the minute.
    pub date_used: Timestamp,
}

fn read(row: &dyn Row) -> Result<SignIn, StoreError> {
    let mut c = Columns::new(row);
    Ok(SignIn {
        account_sid: c.parsed(AccountSid::parse)?,
        person_sid: c.parsed(PersonSid::parse)?,
        date_created: c.time()?,
        date_used: c.time()?,
    })
}

/// Who is signed in with a token.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, token_hash: &str) -> Result<Option<SignIn>, StoreError> {
    tx.first(&BY_TOKEN, params![token_hash], read)
}

/// Signs somebody in, and out where there are more than `at_most` sign-ins of the same person: the oldest first.
pub fn insert(
    tx: &mut dyn Tx,
    account: &AccountSid,
    person: &PersonSid,
    token_hash: &str,
    now: Timestamp,
    at_most: i64,
) -> Result<(), StoreError> {
    tx.exec(&INSERT, params![token_hash, account, person, now])?;
    tx.exec(&DELETE_OLDEST, params![person, at_most, SURPLUS_MAX])?;
    Ok(())
}

/// Notes that a token was shown.
pub fn touch(tx: &mut dyn Tx, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(&TOUCH, params![token_hash, now])?;
    Ok(())
}

/// Signs somebody out.
pub fn delete(tx: &mut dyn Tx, token_hash: &str) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![token_hash])?;
    Ok(())
}

/// Signs a person out everywhere, but where the token is `but`.
pub fn delete_of_person(tx: &mut dyn Tx, person: &PersonSid, but: Option<&str>) -> Result<(), StoreError> {
    tx.exec(&DELETE_OF_PERSON, params![person, but.unwrap_or_default()])?;
    Ok(())
}

/// Whether there is a sign-in that was last used before an instant.
pub fn any_unused(tx: &mut dyn Tx, before: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_UNUSED, params![before], |_| Ok(()))?.is_some())
}

/// Removes some of the sign-ins that were last used before an instant.
pub fn delete_unused(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<(), StoreError> {
    tx.exec(&DELETE_UNUSED, params![before, limit])?;
    Ok(())
}
