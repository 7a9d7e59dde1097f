//! Threads of e-mail: what a mail to a participant answers.

use dwell_core::{AccountSid, ConversationSid, ParticipantSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

statements! {
    /// What a participant was sent.
    SENT =
        "SELECT channel_message_sid, message_index FROM receipts
         WHERE conversation_sid = ?1 AND message_index >= ?3 AND message_index < ?4 AND participant_sid = ?2
            AND channel_message_sid IS NOT NULL
         ORDER BY message_index";
    /// What it wrote itself.
    WRITTEN =
        "SELECT i.channel_message_sid, m.message_index FROM messages m
         JOIN inbound_messages i ON i.message_sid = m.sid AND i.account_sid = ?1
         WHERE m.conversation_sid = ?2 AND m.message_index >= ?4 AND m.message_index < ?5 AND m.participant_sid = ?3";
    SUBJECT =
        "SELECT subject FROM messages
         WHERE account_sid = ?1 AND conversation_sid = ?2 AND message_index >= ?3 AND message_index < ?4
            AND subject IS NOT NULL
         ORDER BY message_index DESC LIMIT 1";
}

/// A stretch of a conversation: the messages of `window` indexes before `before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The account.
    pub account: &'a AccountSid,
    /// The conversation.
    pub conversation: &'a ConversationSid,
    /// The index after the last message.
    pub before: i64,
    /// How many indexes there are.
    pub window: i64,
}

impl Stretch<'_> {
    const fn first(&self) -> i64 {
        self.before.saturating_sub(self.window)
    }
}

/// The channels' names of what a participant was sent and of what it wrote, oldest first.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn names(tx: &mut dyn Tx, of: Stretch<'_>, participant: &ParticipantSid) -> Result<Vec<String>, StoreError> {
    fn read(row: &dyn Row) -> Result<(String, i64), StoreError> {
        let mut c = Columns::new(row);
        Ok((c.text()?, c.int()?))
    }
    let (first, before) = (of.first(), of.before);
    let mut names = tx.all(&SENT, params![of.conversation, participant, first, before], read)?;
    names.extend(tx.all(&WRITTEN, params![of.account, of.conversation, participant, first, before], read)?);
    // What was sent and what was written lie between each other; there are few, as the stretch is short.
    names.sort_by_key(|(_, index)| *index);
    Ok(names.into_iter().map(|(name, _)| name).collect())
}

/// The latest subject.
pub fn subject(tx: &mut dyn Tx, of: Stretch<'_>) -> Result<Option<String>, StoreError> {
    let params = params![of.account, of.conversation, of.first(), of.before];
    tx.first(&SUBJECT, params, |row| Columns::new(row).text())
}
