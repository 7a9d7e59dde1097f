//! The table `initializations`: conversations whose participants are still to be added, each until it
//! has them or is closed for want of them. Whoever deletes a conversation or its service leaves the
//! row: it is dropped by the one who takes it and finds no conversation, so no two ever wait for each
//! other's locks.

use dwell_core::{AccountSid, ConversationSid, ServiceSid, State, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    INSERT =
        "INSERT INTO initializations (conversation_sid, account_sid, service_sid, state, participants, created_at,
            actor, notify, attempts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    PENDING =
        "SELECT conversation_sid FROM initializations WHERE conversation_sid > ?1 ORDER BY conversation_sid LIMIT ?2";
    TAKE =
        "SELECT conversation_sid, account_sid, service_sid, state, participants, created_at, actor, notify, attempts
         FROM initializations WHERE conversation_sid = ?1 {skip_locked}";
    UPDATE_ATTEMPTS = "UPDATE initializations SET attempts = ?2 WHERE conversation_sid = ?1";
    DELETE = "DELETE FROM initializations WHERE conversation_sid = ?1";
}

/// What is still to be done to a conversation that was created together with participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialization {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// The state that it is to get.
    pub state: State,
    /// The participants to add, a JSON array.
    pub participants: String,
    /// When the conversation was created, on the account's clock.
    pub created_at: Timestamp,
    /// The credential that asked for it.
    pub actor: String,
    /// Whether post-event webhooks are to hear of what is done.
    pub notify: bool,
    /// Attempts that ended in an internal error.
    pub attempts: i64,
}

/// Keeps what is to be done.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn insert(tx: &mut dyn Tx, i: &Initialization) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &i.conversation_sid,
            &i.account_sid,
            &i.service_sid,
            i.state.as_str(),
            &i.participants,
            i.created_at,
            &i.actor,
            i.notify,
            i.attempts,
        ],
    )?;
    Ok(())
}

/// The conversations of all accounts for which something is to be done, in order of creation, after
/// one of them.
pub fn pending(
    tx: &mut dyn Tx,
    after: Option<&ConversationSid>,
    limit: i64,
) -> Result<Vec<ConversationSid>, StoreError> {
    let after = after.map(ConversationSid::as_str).unwrap_or_default();
    tx.all(&PENDING, params![after, limit], |row| Columns::new(row).parsed(ConversationSid::parse))
}

/// What is to be done to a conversation, locked until the unit of work ends; `None` when it is done or
/// another node is at it.
pub fn take(tx: &mut dyn Tx, conversation: &ConversationSid) -> Result<Option<Initialization>, StoreError> {
    tx.first(&TAKE, params![conversation], |row| {
        let mut c = Columns::new(row);
        Ok(Initialization {
            conversation_sid: c.parsed(ConversationSid::parse)?,
            account_sid: c.parsed(AccountSid::parse)?,
            service_sid: c.parsed(ServiceSid::parse)?,
            state: c.parsed(State::parse)?,
            participants: c.text()?,
            created_at: c.time()?,
            actor: c.text()?,
            notify: c.flag()?,
            attempts: c.int()?,
        })
    })
}

/// Writes how many attempts ended in an internal error.
pub fn update_attempts(tx: &mut dyn Tx, conversation: &ConversationSid, attempts: i64) -> Result<(), StoreError> {
    tx.exec(&UPDATE_ATTEMPTS, params![conversation, attempts])?;
    Ok(())
}

/// Removes what is done.
pub fn delete(tx: &mut dyn Tx, conversation: &ConversationSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![conversation])?;
    Ok(())
}
