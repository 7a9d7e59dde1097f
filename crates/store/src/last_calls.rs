//! The tables `last_call_settings` and `last_calls`: who is asked before a timer moves a conversation, about
//! which deadlines somebody was asked, and what came of it.

use dwell_core::last_call::{Ended, LastCall, Outcome, Setting};
use dwell_core::timer::TimerKind;
use dwell_core::webhook::Method;
use dwell_core::{AccountSid, ConversationSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

/// Conversations whose timer ends after `?2` and until `?3`, of which nobody was asked yet.
macro_rules! unasked {
    ($rest:literal) => {
        concat!(
            "SELECT c.sid FROM conversations c
             WHERE c.account_sid = ?1 AND c.wake_at <= ?3 AND c.due_at > ?2 AND c.due_at <= ?3
                AND c.armed_kind IN ('inactive', 'closed')
                AND EXISTS (SELECT 1 FROM services s WHERE s.sid = c.service_sid AND s.deleted_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM last_calls l WHERE l.conversation_sid = c.sid AND l.due_at = c.due_at)
             ORDER BY c.wake_at, c.sid ",
            $rest
        )
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT timer, due_at, asked_at, outcome, ended_at, postponed_to, problem FROM last_calls ", $rest)
    };
}

statements! {
    SETTING = "SELECT url, method, lead_seconds FROM last_call_settings WHERE account_sid = ?1";
    SETTING_LOCKED = "SELECT url, method, lead_seconds FROM last_call_settings WHERE account_sid = ?1 {lock}";
    SETTINGS_ON = "SELECT account_sid, url, method, lead_seconds FROM last_call_settings WHERE url IS NOT NULL";
    INSERT_SETTING =
        "INSERT INTO last_call_settings (account_sid, url, method, lead_seconds) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING";
    UPDATE_SETTING = "UPDATE last_call_settings SET url = ?2, method = ?3, lead_seconds = ?4 WHERE account_sid = ?1";
    ANY_UNASKED = unasked!("LIMIT 1");
    UNASKED = unasked!("LIMIT ?4 {skip_locked}");
    INSERT =
        "INSERT INTO last_calls (conversation_sid, due_at, account_sid, timer, asked_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING";
    END =
        "UPDATE last_calls SET outcome = ?4, ended_at = ?5, postponed_to = ?6, problem = ?7
         WHERE conversation_sid = ?1 AND due_at = ?2 AND account_sid = ?3 AND outcome IS NULL";
    BY_DUE = select!("WHERE conversation_sid = ?2 AND due_at = ?3 AND account_sid = ?1");
    NEWEST = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 ORDER BY due_at DESC LIMIT ?3");
}

fn read_setting(c: &mut Columns<'_>) -> Result<Setting, StoreError> {
    Ok(Setting { url: c.opt_text()?, method: c.parsed(Method::parse)?, lead_seconds: c.int()? })
}

fn read(row: &dyn Row) -> Result<LastCall, StoreError> {
    let mut c = Columns::new(row);
    Ok(LastCall {
        timer: c.parsed(TimerKind::parse)?,
        due: c.time()?,
        asked_at: c.time()?,
        ended: {
            let outcome = c.opt_parsed(Outcome::parse)?.zip(c.opt_time()?);
            let (postponed_to, problem) = (c.opt_time()?, c.opt_text()?);
            outcome.map(|(outcome, at)| Ended { outcome, at, postponed_to, problem })
        },
    })
}

/// What an account has set up: the default until it ever did.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn setting(tx: &mut dyn Tx, account: &AccountSid) -> Result<Setting, StoreError> {
    let found = tx.first(&SETTING, params![account], |row| read_setting(&mut Columns::new(row)))?;
    Ok(found.unwrap_or_default())
}

/// What an account has set up, locked until the unit of work ends.
pub fn lock_setting(tx: &mut dyn Tx, account: &AccountSid) -> Result<Setting, StoreError> {
    write_setting(tx, &INSERT_SETTING, account, &Setting::default())?;
    let found = tx.first(&SETTING_LOCKED, params![account], |row| read_setting(&mut Columns::new(row)))?;
    Ok(found.unwrap_or_default())
}

/// Writes what an account, whose setting was [locked](lock_setting), has set up.
pub fn update_setting(tx: &mut dyn Tx, account: &AccountSid, s: &Setting) -> Result<(), StoreError> {
    write_setting(tx, &UPDATE_SETTING, account, s)
}

fn write_setting(
    tx: &mut dyn Tx,
    stmt: &'static crate::Stmt,
    account: &AccountSid,
    s: &Setting,
) -> Result<(), StoreError> {
    tx.exec(stmt, params![account, s.url.as_deref(), s.method.as_str(), s.lead_seconds])?;
    Ok(())
}

/// The accounts that have somebody asked, each with what it has set up.
pub fn settings(tx: &mut dyn Tx) -> Result<Vec<(AccountSid, Setting)>, StoreError> {
    tx.all(&SETTINGS_ON, params![], |row| {
        let mut c = Columns::new(row);
        Ok((c.parsed(AccountSid::parse)?, read_setting(&mut c)?))
    })
}

/// Whether a timer of an account ends after `now` and until `until`, of which nobody was asked yet.
pub fn any_unasked(
    tx: &mut dyn Tx,
    account: &AccountSid,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_UNASKED, params![account, now, until], |_| Ok(()))?.is_some())
}

/// Conversations of an account whose timer ends after `now` and until `until`, of which nobody was asked
/// yet, locked; those that another node holds are left to it.
pub fn unasked(
    tx: &mut dyn Tx,
    account: &AccountSid,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<ConversationSid>, StoreError> {
    let read_sid = |row: &dyn Row| Columns::new(row).parsed(ConversationSid::parse);
    tx.all(&UNASKED, params![account, now, until, limit], read_sid)
}

/// Notes that somebody is being asked about a deadline; `false` when somebody is or was already.
pub fn begin(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    l: &LastCall,
) -> Result<bool, StoreError> {
    let values = params![conversation, l.due, account, l.timer.as_str(), l.asked_at];
    Ok(tx.exec(&INSERT, values)? == 1)
}

/// Notes what came of a question, unless that is known.
pub fn end(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    due: Timestamp,
    ended: &Ended,
) -> Result<(), StoreError> {
    let (outcome, problem) = (ended.outcome.as_str(), ended.problem.as_deref());
    tx.exec(&END, params![conversation, due, account, outcome, ended.at, ended.postponed_to, problem])?;
    Ok(())
}

/// The question about a deadline of a conversation.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    due: Timestamp,
) -> Result<Option<LastCall>, StoreError> {
    tx.first(&BY_DUE, params![account, conversation, due], read)
}

/// The questions about a conversation, latest deadline first.
pub fn newest(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    limit: i64,
) -> Result<Vec<LastCall>, StoreError> {
    tx.all(&NEWEST, params![account, conversation, limit], read)
}
