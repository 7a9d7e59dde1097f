//! The table `message_parts`: parts of long messages from outside that wait for the others.

use dwell_core::{AccountSid, ChannelSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    OF_MESSAGE =
        "SELECT number, data_coding, octets, received_at FROM message_parts
         WHERE account_sid = ?1 AND channel_sid = ?2 AND sender = ?3 AND recipient = ?4 AND reference = ?5
            AND total = ?6 ORDER BY number";
    INSERT =
        "INSERT INTO message_parts (account_sid, channel_sid, sender, recipient, reference, total, number,
            data_coding, octets, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    DELETE_OF_MESSAGE =
        "DELETE FROM message_parts
         WHERE account_sid = ?1 AND channel_sid = ?2 AND sender = ?3 AND recipient = ?4 AND reference = ?5
            AND total = ?6";
    COUNT_OF_CHANNEL =
        "SELECT COUNT(*) FROM (SELECT 1 FROM message_parts WHERE account_sid = ?1 AND channel_sid = ?2 LIMIT ?3) AS t";
    DELETE_OLD =
        "DELETE FROM message_parts WHERE (account_sid, channel_sid, sender, recipient, reference, total, number) IN
            (SELECT account_sid, channel_sid, sender, recipient, reference, total, number FROM message_parts
             WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";
}

/// Which message parts belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    /// The account.
    pub account: &'a AccountSid,
    /// The channel that brings them.
    pub channel: &'a ChannelSid,
    /// Who wrote it.
    pub sender: &'a str,
    /// The account's address that it arrives at.
    pub recipient: &'a str,
    /// What its parts have in common.
    pub reference: i64,
    /// How many there are.
    pub total: i64,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which one it is, from 1.
    pub number: i64,
    /// How its octets are to be read.
    pub data_coding: i64,
    /// What it says, in base64.
    pub octets: String,
    /// When it arrived, in real time.
    pub received_at: Timestamp,
}

/// The parts of a message that have come, in order.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn of_message(tx: &mut dyn Tx, key: Key<'_>) -> Result<Vec<Part>, StoreError> {
    let of = params![key.account, key.channel, key.sender, key.recipient, key.reference, key.total];
    tx.all(&OF_MESSAGE, of, |row| {
        let mut c = Columns::new(row);
        Ok(Part { number: c.int()?, data_coding: c.int()?, octets: c.text()?, received_at: c.time()? })
    })
}

/// Keeps a part; nothing happens when its place is taken.
pub fn insert(tx: &mut dyn Tx, key: Key<'_>, part: &Part) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            key.account,
            key.channel,
            key.sender,
            key.recipient,
            key.reference,
            key.total,
            part.number,
            part.data_coding,
            part.octets.as_str(),
            part.received_at,
        ],
    )
    .map(|_| ())
}

/// Forgets the parts of a message.
pub fn delete_of_message(tx: &mut dyn Tx, key: Key<'_>) -> Result<(), StoreError> {
    let of = params![key.account, key.channel, key.sender, key.recipient, key.reference, key.total];
    tx.exec(&DELETE_OF_MESSAGE, of).map(|_| ())
}

/// How many parts of a channel there are, counted up to `limit`.
pub fn count(tx: &mut dyn Tx, account: &AccountSid, channel: &ChannelSid, limit: i64) -> Result<i64, StoreError> {
    let count = tx.first(&COUNT_OF_CHANNEL, params![account, channel, limit], |row| Columns::new(row).int())?;
    Ok(count.unwrap_or(0))
}

/// Forgets up to `limit` parts that arrived before an instant, oldest first; says how many.
pub fn remove_old(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OLD, params![before, limit])
}
