//! The tables `sessions` and `session_log`: stints of work on conversations, and what was done with each.

mod lists;
mod summaries;

use dwell_core::session::{EndedBy, Failure, OnReturn, Origin, Session, Status};
use dwell_core::{AccountSid, ConversationSid, ServiceSid, SessionSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

pub(crate) use lists::ALL as ALL_LISTS;
pub use lists::{Filter, Load, changed, list, list_waiting, loads};
pub(crate) use summaries::ALL as ALL_SUMMARIES;
pub use summaries::{Customer, LastMessage, conversations, customers, last_messages};

macro_rules! session_columns {
    () => {
        "s.sid, s.account_sid, s.service_sid, s.conversation_sid, s.number, s.status, s.owner, s.queue, s.origin,
            s.reason, s.ended_by, s.on_return, s.held, s.date_created, s.date_waiting, s.date_accepted,
            s.date_first_reply, s.date_inactive, s.date_returned, s.date_ended, s.date_updated, s.agent_messages,
            s.customer_messages, s.date_last_agent_message, s.date_last_customer_message, s.error_code,
            s.error_message, s.revision, s.log_seq, s.changed_at"
    };
}
pub(crate) use session_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", session_columns!(), " FROM sessions s ", $rest)
    };
}

statements! {
    BY_SID = select!(
        "WHERE s.sid = ?2 AND s.account_sid = ?1 AND EXISTS (SELECT 1 FROM conversations c
            JOIN services v ON v.sid = c.service_sid WHERE c.sid = s.conversation_sid AND v.deleted_at IS NULL)"
    );
    LATEST = select!("WHERE s.account_sid = ?1 AND s.conversation_sid = ?2 ORDER BY s.number DESC LIMIT 1");
    LATEST_LOCKED = select!("WHERE s.account_sid = ?1 AND s.conversation_sid = ?2 ORDER BY s.number DESC LIMIT 1 {lock}");
    /// The oldest that wait in a queue and that nobody else is at work on.
    WAITING = select!(
        "WHERE s.account_sid = ?1 AND s.queue = ?2 AND s.status = 'waiting' ORDER BY s.date_waiting, s.sid LIMIT ?3
         {skip_locked}"
    );
    /// The oldest that wait in a queue.
    NEXT = select!(
        "WHERE s.account_sid = ?1 AND s.queue = ?2 AND s.status = 'waiting' AND EXISTS (SELECT 1 FROM conversations c
            JOIN services v ON v.sid = c.service_sid WHERE c.sid = s.conversation_sid AND v.deleted_at IS NULL)
         ORDER BY s.date_waiting, s.sid LIMIT ?3"
    );
    INSERT =
        "INSERT INTO sessions (sid, account_sid, service_sid, conversation_sid, number, status, owner, queue, origin,
            reason, ended_by, on_return, held, date_created, date_waiting, date_accepted, date_first_reply,
            date_inactive, date_returned, date_ended, date_updated, agent_messages, customer_messages,
            date_last_agent_message, date_last_customer_message, error_code, error_message, revision, log_seq,
            changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)";
    UPDATE =
        "UPDATE sessions SET status = ?3, owner = ?4, queue = ?5, reason = ?6, ended_by = ?7, on_return = ?8, held = ?9,
            date_waiting = ?10, date_accepted = ?11, date_first_reply = ?12, date_inactive = ?13, date_returned = ?14,
            date_ended = ?15, date_updated = ?16, agent_messages = ?17, customer_messages = ?18,
            date_last_agent_message = ?19, date_last_customer_message = ?20, error_code = ?21, error_message = ?22,
            revision = ?23, log_seq = ?24, changed_at = ?25
         WHERE sid = ?2 AND account_sid = ?1";
    DELETE_OPEN = "DELETE FROM sessions WHERE account_sid = ?1 AND conversation_sid = ?2 AND date_ended IS NULL";
    MARK = "UPDATE conversations SET has_sessions = 1 WHERE sid = ?2 AND account_sid = ?1 AND has_sessions = 0";
    INSERT_LOG(Text, Int, Int, Text, Int, Text, Text, Text, Text, Text, Text, Text) =
        "INSERT INTO session_log (conversation_sid, number, seq, account_sid, at, act, from_status, to_status, cause,
            actor, actor_name, detail)
         VALUES {rows}";
    LOG =
        "SELECT seq, at, act, from_status, to_status, cause, actor, actor_name, detail FROM session_log
         WHERE conversation_sid = ?2 AND number = ?3 AND account_sid = ?1 AND seq > ?4 ORDER BY seq LIMIT ?5";
}

fn read(row: &dyn Row) -> Result<Session, StoreError> {
    let mut c = Columns::new(row);
    Ok(Session {
        sid: c.parsed(SessionSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        conversation_sid: c.parsed(ConversationSid::parse)?,
        number: c.int()?,
        status: c.parsed(Status::parse)?,
        owner: c.opt_text()?,
        queue: Some(c.text()?).filter(|queue| !queue.is_empty()),
        origin: c.parsed(Origin::parse)?,
        reason: c.opt_text()?,
        ended_by: c.opt_parsed(EndedBy::parse)?,
        on_return: c.parsed(OnReturn::parse)?,
        held: c.flag()?,
        date_created: c.time()?,
        date_waiting: c.opt_time()?,
        date_accepted: c.opt_time()?,
        date_first_reply: c.opt_time()?,
        date_inactive: c.opt_time()?,
        date_returned: c.opt_time()?,
        date_ended: c.opt_time()?,
        date_updated: c.time()?,
        agent_messages: c.int()?,
        customer_messages: c.int()?,
        date_last_agent_message: c.opt_time()?,
        date_last_customer_message: c.opt_time()?,
        error: c.opt_int()?.zip(c.opt_text()?).map(|(code, message)| Failure { code, message }),
        revision: c.int()?,
        log_seq: c.int()?,
        changed_at: c.time()?,
    })
}

/// A line of a session's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its number in the log; the first is 1.
    pub seq: i64,
    /// When, on the account's clock.
    pub at: Timestamp,
    /// What was done, in a word.
    pub act: String,
    /// The status before; `None` for the beginning.
    pub from: Option<Status>,
    /// The status from then on.
    pub to: Status,
    /// What brought it about: `api`, `timer`, `message`, `agent` or `system`.
    pub cause: String,
    /// Who did it: a credential's or a person's SID, or `system`.
    pub actor: String,
    /// The name of the person.
    pub actor_name: Option<String>,
    /// What else there is to say of it.
    pub detail: Option<String>,
}

/// One session of an account whose conversation is still there, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &SessionSid) -> Result<Option<Session>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// The newest session of a conversation, without a lock.
pub fn latest(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
) -> Result<Option<Session>, StoreError> {
    tx.first(&LATEST, params![account, conversation], read)
}

/// The newest session of a conversation, locked until the unit of work ends.
pub fn lock_latest(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
) -> Result<Option<Session>, StoreError> {
    tx.first(&LATEST_LOCKED, params![account, conversation], read)
}

/// Those that wait in a queue, oldest first, locked until the unit of work ends; those that somebody else has locked
/// are left out. `None` is the queue that everybody serves.
pub fn lock_waiting(
    tx: &mut dyn Tx,
    account: &AccountSid,
    queue: Option<&str>,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    tx.all(&WAITING, params![account, queue.unwrap_or_default(), limit], read)
}

/// Those that wait in a queue and whose conversation is still there, oldest first, without a lock. `None` is the queue
/// that everybody serves.
pub fn waiting(
    tx: &mut dyn Tx,
    account: &AccountSid,
    queue: Option<&str>,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    tx.all(&NEXT, params![account, queue.unwrap_or_default(), limit], read)
}

/// Adds a session, and notes that its conversation has had one.
///
/// # Errors
/// [`StoreError::Unique`] when the conversation has an open one already, which its lock keeps from happening.
pub fn insert(tx: &mut dyn Tx, s: &Session) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &s.sid,
            &s.account_sid,
            &s.service_sid,
            &s.conversation_sid,
            s.number,
            s.status.as_str(),
            s.owner.as_deref(),
            s.queue.as_deref().unwrap_or_default(),
            s.origin.as_str(),
            s.reason.as_deref(),
            s.ended_by.map(EndedBy::as_str),
            s.on_return.as_str(),
            s.held,
            s.date_created,
            s.date_waiting,
            s.date_accepted,
            s.date_first_reply,
            s.date_inactive,
            s.date_returned,
            s.date_ended,
            s.date_updated,
            s.agent_messages,
            s.customer_messages,
            s.date_last_agent_message,
            s.date_last_customer_message,
            s.error.as_ref().map(|error| error.code),
            s.error.as_ref().map(|error| error.message.as_str()),
            s.revision,
            s.log_seq,
            s.changed_at,
        ],
    )?;
    tx.exec(&MARK, params![&s.account_sid, &s.conversation_sid])?;
    Ok(())
}

/// Writes everything of a session that can change.
pub fn update(tx: &mut dyn Tx, s: &Session) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE,
        params![
            &s.account_sid,
            &s.sid,
            s.status.as_str(),
            s.owner.as_deref(),
            s.queue.as_deref().unwrap_or_default(),
            s.reason.as_deref(),
            s.ended_by.map(EndedBy::as_str),
            s.on_return.as_str(),
            s.held,
            s.date_waiting,
            s.date_accepted,
            s.date_first_reply,
            s.date_inactive,
            s.date_returned,
            s.date_ended,
            s.date_updated,
            s.agent_messages,
            s.customer_messages,
            s.date_last_agent_message,
            s.date_last_customer_message,
            s.error.as_ref().map(|error| error.code),
            s.error.as_ref().map(|error| error.message.as_str()),
            s.revision,
            s.log_seq,
            s.changed_at,
        ],
    )?;
    Ok(())
}

/// Removes the open session of a conversation that is gone, and says whether there was one.
pub fn delete_open(tx: &mut dyn Tx, account: &AccountSid, conversation: &ConversationSid) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE_OPEN, params![account, conversation])? > 0)
}

/// Keeps lines of a session's log.
pub fn insert_log(tx: &mut dyn Tx, session: &Session, lines: &[LogLine]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(lines.len() * INSERT_LOG.row.len());
    for line in lines {
        values.extend_from_slice(params![
            &session.conversation_sid,
            session.number,
            line.seq,
            &session.account_sid,
            line.at,
            &line.act,
            line.from.map(Status::as_str),
            line.to.as_str(),
            &line.cause,
            &line.actor,
            line.actor_name.as_deref(),
            line.detail.as_deref(),
        ]);
    }
    tx.exec_many(&INSERT_LOG, &values)?;
    Ok(())
}

/// The log of a session after the line `after`, oldest first.
pub fn log(tx: &mut dyn Tx, session: &Session, after: i64, limit: i64) -> Result<Vec<LogLine>, StoreError> {
    let of = params![&session.account_sid, &session.conversation_sid, session.number, after, limit];
    tx.all(&LOG, of, |row| {
        let mut c = Columns::new(row);
        Ok(LogLine {
            seq: c.int()?,
            at: c.time()?,
            act: c.text()?,
            from: c.opt_parsed(Status::parse)?,
            to: c.parsed(Status::parse)?,
            cause: c.text()?,
            actor: c.text()?,
            actor_name: c.opt_text()?,
            detail: c.opt_text()?,
        })
    })
}
