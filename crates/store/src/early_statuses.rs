//! The table `early_statuses`: what channels said of messages before it was known what they call them. They may
//! speak of a message before its acceptance is written down.
//!
//! Two units of work may meet over one name, one that notes the name and one that has news of it. Both write
//! the name's row here first, which only one of them can do at a time, and look at what the other has done after
//! that, so that neither overlooks the other.

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    /// Locks the row also when it is there already.
    RESERVE =
        "INSERT INTO early_statuses (channel_sid, channel_message_sid, account_sid, received_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (channel_sid, channel_message_sid) DO UPDATE SET received_at = early_statuses.received_at";
    FETCH =
        "SELECT status, error_code FROM early_statuses
         WHERE channel_sid = ?1 AND channel_message_sid = ?2 AND account_sid = ?3";
    UPDATE =
        "UPDATE early_statuses SET status = ?3, error_code = ?4, received_at = ?5
         WHERE channel_sid = ?1 AND channel_message_sid = ?2";
    DELETE = "DELETE FROM early_statuses WHERE channel_sid = ?1 AND channel_message_sid = ?2";
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM early_statuses WHERE channel_sid = ?1 LIMIT ?2) AS found";
    PRUNE =
        "DELETE FROM early_statuses WHERE (channel_sid, channel_message_sid) IN
            (SELECT channel_sid, channel_message_sid FROM early_statuses
             WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";
}

/// A message as its channel calls it.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// The account that owns the channel.
    pub account: &'a AccountSid,
    /// The channel.
    pub channel: &'a ChannelSid,
    /// Its own name for the message.
    pub name: &'a str,
}

/// What a channel said: a status, and the number of an error.
pub type Word = (Status, Option<i64>);

/// Writes the row of a name, if it is not there, and says what the channel said of it so far. Whoever does the
/// same with that name waits until this unit of work ends.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn reserve(tx: &mut dyn Tx, of: Name<'_>, now: Timestamp) -> Result<Option<Word>, StoreError> {
    tx.exec(&RESERVE, params![of.channel, of.name, of.account, now])?;
    let word = tx.first(&FETCH, params![of.channel, of.name, of.account], |row| {
        let mut c = Columns::new(row);
        let (status, error_code) = (c.opt_parsed(Status::parse)?, c.opt_int()?);
        Ok(status.map(|status| (status, error_code)))
    })?;
    Ok(word.flatten())
}

/// Keeps what a channel said of a name that is reserved.
pub fn keep(tx: &mut dyn Tx, of: Name<'_>, (status, error_code): Word, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(&UPDATE, params![of.channel, of.name, status.as_str(), error_code, now])?;
    Ok(())
}

/// Removes the row of a name.
pub fn delete(tx: &mut dyn Tx, of: Name<'_>) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![of.channel, of.name])?;
    Ok(())
}

/// How many names of a channel are kept, counted up to `limit`.
pub fn count(tx: &mut dyn Tx, channel: &ChannelSid, limit: i64) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT, params![channel, limit], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// Removes up to `limit` names of which nothing was said since `before`, and says how many.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&PRUNE, params![before, limit])
}
