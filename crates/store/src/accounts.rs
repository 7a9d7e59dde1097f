//! The tables `accounts` and `api_keys`. Secrets come and go encrypted.

use dwell_core::account::TestClock;
use dwell_core::{Account, AccountSid, KeySid, MessagingServiceSid, Rights, ServiceSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.sid, a.friendly_name, a.is_test, a.clock_offset, a.clock_frozen_at, a.disabled_at,
                a.date_created, a.default_service_sid, a.default_messaging_service_sid, a.default_inactive_timer,
                a.default_closed_timer, a.auth_token FROM accounts a ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE a.sid = ?1");
    BY_SID_LOCKED = select!("WHERE a.sid = ?1 {lock}");
    LIST = select!("WHERE a.sid > ?1 ORDER BY a.sid LIMIT ?2");
    INSERT =
        "INSERT INTO accounts (sid, friendly_name, auth_token, is_test, clock_offset, clock_frozen_at, disabled_at,
            date_created, default_service_sid, default_messaging_service_sid, default_inactive_timer,
            default_closed_timer)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE accounts SET friendly_name = ?2, clock_offset = ?3, clock_frozen_at = ?4, disabled_at = ?5,
            default_service_sid = ?6, default_messaging_service_sid = ?7, default_inactive_timer = ?8,
            default_closed_timer = ?9
         WHERE sid = ?1";
    UPDATE_TOKEN = "UPDATE accounts SET auth_token = ?2 WHERE sid = ?1";
    /// Where each account's clock stands and when its next timer is to be looked at: one index
    /// probe for each account.
    WAKES =
        "SELECT a.sid, a.is_test, a.clock_offset, a.clock_frozen_at,
            (SELECT c.wake_at FROM conversations c
             WHERE c.account_sid = a.sid AND c.wake_at IS NOT NULL ORDER BY c.wake_at LIMIT 1)
         FROM accounts a";
    KEY_BY_SID = "SELECT sid, account_sid, friendly_name, rights, date_created, secret FROM api_keys WHERE sid = ?1";
    LIST_KEYS =
        "SELECT sid, account_sid, friendly_name, rights, date_created, secret FROM api_keys
         WHERE account_sid = ?1 AND sid > ?2 ORDER BY sid LIMIT ?3";
    INSERT_KEY =
        "INSERT INTO api_keys (sid, account_sid, friendly_name, secret, rights, date_created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    DELETE_KEY = "DELETE FROM api_keys WHERE account_sid = ?1 AND sid = ?2";
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its SID, the user name of its credentials.
    pub sid: KeySid,
    /// The account that it stands for.
    pub account_sid: AccountSid,
    /// A name for people.
    pub friendly_name: String,
    /// What it allows.
    pub rights: Rights,
    /// When it was created, in real time.
    pub date_created: Timestamp,
}

/// A secret as it is stored: encrypted.
#[derive(Clone)]
pub struct SealedSecret(pub String);

/// When an account's timers are to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Wake {
    /// The account.
    pub account_sid: AccountSid,
    /// Its clock, when it is a test account.
    pub test_clock: Option<TestClock>,
    /// The next time to look at one of its timers, on its own clock.
    pub wake_at: Option<Timestamp>,
}

fn test_clock(c: &mut Columns<'_>) -> Result<Option<TestClock>, StoreError> {
    let (is_test, offset_micros, frozen_at) = (c.flag()?, c.int()?, c.opt_time()?);
    Ok(is_test.then_some(TestClock { offset_micros, frozen_at }))
}

fn read(row: &dyn Row) -> Result<(Account, SealedSecret), StoreError> {
    let mut c = Columns::new(row);
    let account = Account {
        sid: c.parsed(AccountSid::parse)?,
        friendly_name: c.text()?,
        test_clock: test_clock(&mut c)?,
        disabled_at: c.opt_time()?,
        date_created: c.time()?,
        default_service_sid: c.parsed(ServiceSid::parse)?,
        default_messaging_service_sid: c.parsed(MessagingServiceSid::parse)?,
        default_inactive_timer: c.opt_text()?,
        default_closed_timer: c.opt_text()?,
    };
    Ok((account, SealedSecret(c.text()?)))
}

fn read_key(row: &dyn Row) -> Result<(Key, SealedSecret), StoreError> {
    let mut c = Columns::new(row);
    let key = Key {
        sid: c.parsed(KeySid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        friendly_name: c.text()?,
        rights: c.parsed(Rights::parse)?,
        date_created: c.time()?,
    };
    Ok((key, SealedSecret(c.text()?)))
}

/// An account with its auth token.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, sid: &AccountSid) -> Result<Option<(Account, SealedSecret)>, StoreError> {
    tx.first(&BY_SID, params![sid], read)
}

/// An account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, sid: &AccountSid) -> Result<Option<Account>, StoreError> {
    Ok(tx.first(&BY_SID_LOCKED, params![sid], read)?.map(|(account, _)| account))
}

/// Accounts in order of creation, with their auth tokens.
pub fn list(tx: &mut dyn Tx, after: Option<&str>, limit: i64) -> Result<Vec<(Account, SealedSecret)>, StoreError> {
    tx.all(&LIST, params![after.unwrap_or_default(), limit], read)
}

/// Adds an account; `false` when its SID is taken.
pub fn insert(tx: &mut dyn Tx, a: &Account, auth_token: &SealedSecret) -> Result<bool, StoreError> {
    let clock = a.test_clock.unwrap_or(TestClock::RUNNING);
    let changed = tx.exec(
        &INSERT,
        params![
            &a.sid,
            &a.friendly_name,
            &auth_token.0,
            a.test_clock.is_some(),
            clock.offset_micros,
            clock.frozen_at,
            a.disabled_at,
            a.date_created,
            &a.default_service_sid,
            &a.default_messaging_service_sid,
            a.default_inactive_timer.as_deref(),
            a.default_closed_timer.as_deref(),
        ],
    )?;
    Ok(changed == 1)
}

/// Writes everything of an account that can change, but its auth token.
pub fn update(tx: &mut dyn Tx, a: &Account) -> Result<(), StoreError> {
    let clock = a.test_clock.unwrap_or(TestClock::RUNNING);
    tx.exec(
        &UPDATE,
        params![
            &a.sid,
            &a.friendly_name,
            clock.offset_micros,
            clock.frozen_at,
            a.disabled_at,
            &a.default_service_sid,
            &a.default_messaging_service_sid,
            a.default_inactive_timer.as_deref(),
            a.default_closed_timer.as_deref(),
        ],
    )?;
    Ok(())
}

/// Replaces the auth token of an account.
pub fn update_token(tx: &mut dyn Tx, sid: &AccountSid, token: &SealedSecret) -> Result<(), StoreError> {
    tx.exec(&UPDATE_TOKEN, params![sid, &token.0])?;
    Ok(())
}

/// Every account with its clock and the next time to look at its timers.
pub fn wakes(tx: &mut dyn Tx) -> Result<Vec<Wake>, StoreError> {
    tx.all(&WAKES, params![], |row| {
        let mut c = Columns::new(row);
        Ok(Wake { account_sid: c.parsed(AccountSid::parse)?, test_clock: test_clock(&mut c)?, wake_at: c.opt_time()? })
    })
}

/// An API key with its secret, whatever its account.
pub fn fetch_key(tx: &mut dyn Tx, sid: &KeySid) -> Result<Option<(Key, SealedSecret)>, StoreError> {
    tx.first(&KEY_BY_SID, params![sid], read_key)
}

/// API keys of an account in order of creation.
pub fn list_keys(
    tx: &mut dyn Tx,
    account: &AccountSid,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Key>, StoreError> {
    tx.all(&LIST_KEYS, params![account, after.unwrap_or_default(), limit], |row| Ok(read_key(row)?.0))
}

/// Adds an API key.
pub fn insert_key(tx: &mut dyn Tx, key: &Key, secret: &SealedSecret) -> Result<(), StoreError> {
    tx.exec(
        &INSERT_KEY,
        params![&key.sid, &key.account_sid, &key.friendly_name, &secret.0, key.rights.as_str(), key.date_created],
    )?;
    Ok(())
}

/// Removes an API key; `false` when the account has no such key.
pub fn delete_key(tx: &mut dyn Tx, account: &AccountSid, sid: &KeySid) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE_KEY, params![account, sid])? == 1)
}
