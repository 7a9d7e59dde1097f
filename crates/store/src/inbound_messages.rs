//! The table `inbound_messages`: what became of messages from outside, by the names that those who bring
//! them have for them. A message that comes again finds it here.

use dwell_core::{AccountSid, ConversationSid, MessageSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    BY_NAME =
        "SELECT outcome, conversation_sid, message_sid, received_at FROM inbound_messages
         WHERE account_sid = ?1 AND source_sid = ?2 AND channel_message_sid = ?3";
    INSERT =
        "INSERT INTO inbound_messages (account_sid, source_sid, channel_message_sid, outcome, conversation_sid,
            message_sid, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    DELETE_OLD =
        "DELETE FROM inbound_messages WHERE (account_sid, source_sid, channel_message_sid) IN
            (SELECT account_sid, source_sid, channel_message_sid FROM inbound_messages
             WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";
}

/// By what a message from outside is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// The SID of the channel that brought it, or of the account when it did so itself.
    pub source_sid: &'a str,
    /// What it is called there.
    pub channel_message_sid: &'a str,
}

/// What became of a message from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// What was done with it: `appended`, `created` or `rejected`.
    pub outcome: String,
    /// The conversation that it was added to.
    pub conversation_sid: Option<ConversationSid>,
    /// The message that it became.
    pub message_sid: Option<MessageSid>,
    /// When it arrived, in real time.
    pub received_at: Timestamp,
}

/// What became of the message of this name when it arrived.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, name: Name<'_>) -> Result<Option<Arrival>, StoreError> {
    tx.first(&BY_NAME, params![account, name.source_sid, name.channel_message_sid], |row| {
        let mut c = Columns::new(row);
        Ok(Arrival {
            outcome: c.text()?,
            conversation_sid: c.opt_parsed(ConversationSid::parse)?,
            message_sid: c.opt_parsed(MessageSid::parse)?,
            received_at: c.time()?,
        })
    })
}

/// Notes what became of a message; `false` when one of its name has been noted.
pub fn insert(tx: &mut dyn Tx, account: &AccountSid, name: Name<'_>, a: &Arrival) -> Result<bool, StoreError> {
    let changed = tx.exec(
        &INSERT,
        params![
            account,
            name.source_sid,
            name.channel_message_sid,
            a.outcome.as_str(),
            a.conversation_sid.as_ref(),
            a.message_sid.as_ref(),
            a.received_at,
        ],
    )?;
    Ok(changed == 1)
}

/// Forgets up to `limit` messages that arrived before an instant, oldest first; says how many.
pub fn remove_old(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OLD, params![before, limit])
}
