//! The table `purges`: deleted conversations whose messages, media, receipts, last calls, sessions and events wait to be removed, a
//! few rows at a time, so that deleting a large conversation holds up nobody.

use dwell_core::{AccountSid, ConversationSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::media;
use crate::statement::{Tx, params, statements};

statements! {
    INSERT(Text, Text, Int) = "INSERT INTO purges (conversation_sid, account_sid, event_seq) VALUES {rows}
         ON CONFLICT DO NOTHING";
    NEXT = "SELECT conversation_sid, account_sid, event_seq FROM purges ORDER BY conversation_sid LIMIT 1";
    LOCK = "SELECT event_seq FROM purges WHERE conversation_sid = ?1 {lock}";
    DELETE_MESSAGES =
        "DELETE FROM messages WHERE conversation_sid = ?1 AND message_index IN
            (SELECT message_index FROM messages WHERE conversation_sid = ?1 ORDER BY message_index LIMIT ?2)";
    DELETE_RECEIPTS =
        "DELETE FROM receipts WHERE conversation_sid = ?1 AND message_index IN
            (SELECT message_index FROM receipts WHERE conversation_sid = ?1 ORDER BY message_index LIMIT ?2)";
    DELETE_LAST_CALLS =
        "DELETE FROM last_calls WHERE conversation_sid = ?1 AND due_at IN
            (SELECT due_at FROM last_calls WHERE conversation_sid = ?1 ORDER BY due_at LIMIT ?2)";
    DELETE_SESSIONS =
        "DELETE FROM sessions WHERE account_sid = ?1 AND conversation_sid = ?2 AND number IN
            (SELECT number FROM sessions WHERE account_sid = ?1 AND conversation_sid = ?2 ORDER BY number LIMIT ?3)";
    DELETE_SESSION_LOG =
        "DELETE FROM session_log WHERE conversation_sid = ?1 AND (number, seq) IN
            (SELECT number, seq FROM session_log WHERE conversation_sid = ?1 ORDER BY number, seq LIMIT ?2)";
    DELETE_EVENTS =
        "DELETE FROM events WHERE stream_sid = ?1 AND seq < ?2 AND seq IN
            (SELECT seq FROM events WHERE stream_sid = ?1 AND seq < ?2 ORDER BY seq LIMIT ?3)";
    DELETE = "DELETE FROM purges WHERE conversation_sid = ?1";
}

/// A deleted conversation whose rows wait to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purge {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The account that owned it.
    pub account_sid: AccountSid,
    /// The number of the event of its removal, which stays.
    pub event_seq: i64,
}

/// Puts deleted conversations on the list; those on it already stay as they are.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn insert(tx: &mut dyn Tx, purges: &[Purge]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(purges.len() * INSERT.row.len());
    for p in purges {
        values.extend_from_slice(params![&p.conversation_sid, &p.account_sid, p.event_seq]);
    }
    tx.exec_many(&INSERT, &values)?;
    Ok(())
}

/// The next conversation on the list.
pub fn next(tx: &mut dyn Tx) -> Result<Option<Purge>, StoreError> {
    tx.first(&NEXT, params![], |row| {
        let mut c = Columns::new(row);
        Ok(Purge {
            conversation_sid: c.parsed(ConversationSid::parse)?,
            account_sid: c.parsed(AccountSid::parse)?,
            event_seq: c.int()?,
        })
    })
}

/// Removes up to `limit` messages and about as many receipts, last calls, sessions and events of a deleted conversation,
/// marks as much media for its removal, and takes the conversation off the list once none are left. Transitions are kept for ever. Returns how many rows went.
pub fn remove_some(tx: &mut dyn Tx, purge: &Purge, limit: i64) -> Result<u64, StoreError> {
    let sid = &purge.conversation_sid;
    // One node at a time: another would count rows that this one has removed as none left.
    if tx.first(&LOCK, params![sid], |_| Ok(()))?.is_none() {
        return Ok(0);
    }
    let removed = media::doom_of_conversation(tx, sid, limit)?
        + tx.exec(&DELETE_MESSAGES, params![sid, limit])?
        + tx.exec(&DELETE_RECEIPTS, params![sid, limit])?
        + tx.exec(&DELETE_LAST_CALLS, params![sid, limit])?
        + tx.exec(&DELETE_SESSIONS, params![&purge.account_sid, sid, limit])?
        + tx.exec(&DELETE_SESSION_LOG, params![sid, limit])?
        + tx.exec(&DELETE_EVENTS, params![sid, purge.event_seq, limit])?;
    if removed == 0 {
        tx.exec(&DELETE, params![sid])?;
    }
    Ok(removed)
}
