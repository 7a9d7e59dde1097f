//! The table `receipts`. They lie together by conversation and message index, so the summaries of a
//! page of messages are one range of the primary key.

use dwell_core::receipt::{Status, Tally};
use dwell_core::{AccountSid, ChannelSid, ConversationSid, Message, MessageSid, ParticipantSid, Receipt, ReceiptSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, conversation_sid, message_sid, message_index, participant_sid, channel_sid,
                channel_message_sid, status, error_code, date_created, date_updated FROM receipts ",
            $rest
        )
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!(columns!("WHERE conversation_sid = ?2 AND message_index = ?3 AND account_sid = ?1 AND "), $rest)
    };
}

statements! {
    BY_SID = select!("sid = ?4");
    BY_PARTICIPANT = select!("participant_sid = ?4");
    LIST = select!("sid > ?4 ORDER BY sid LIMIT ?5");
    LIST_BACK = select!("sid < ?4 ORDER BY sid DESC LIMIT ?5");
    TALLIES =
        "SELECT message_index, COUNT(*), COUNT(CASE WHEN status = 'sent' THEN 1 END),
            COUNT(CASE WHEN status = 'delivered' THEN 1 END), COUNT(CASE WHEN status = 'read' THEN 1 END),
            COUNT(CASE WHEN status = 'failed' THEN 1 END), COUNT(CASE WHEN status = 'undelivered' THEN 1 END)
         FROM receipts WHERE conversation_sid = ?2 AND message_index BETWEEN ?3 AND ?4 AND account_sid = ?1
         GROUP BY message_index";
    NAMED =
        columns!("WHERE channel_sid = ?2 AND channel_message_sid = ?3 AND account_sid = ?1 ORDER BY sid DESC LIMIT ?4");
    INSERT(Text, Text, Text, Text, Int, Text, Text, Text, Text, Int, Int, Int) =
        "INSERT INTO receipts (sid, account_sid, conversation_sid, message_sid, message_index, participant_sid,
            channel_sid, channel_message_sid, status, error_code, date_created, date_updated)
         VALUES {rows}";
    /// Changes the row of the conversation once in its life.
    MARK = "UPDATE conversations SET has_receipts = 1 WHERE sid = ?1 AND account_sid = ?2 AND has_receipts = 0";
    UPDATE =
        "UPDATE receipts SET channel_sid = ?4, channel_message_sid = ?5, status = ?6, error_code = ?7, date_updated = ?8
         WHERE conversation_sid = ?1 AND message_index = ?2 AND sid = ?3";
    DELETE_OF_MESSAGE = "DELETE FROM receipts WHERE conversation_sid = ?1 AND message_index = ?2";
}

fn read(row: &dyn Row) -> Result<Receipt, StoreError> {
    let mut c = Columns::new(row);
    Ok(Receipt {
        sid: c.parsed(ReceiptSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        conversation_sid: c.parsed(ConversationSid::parse)?,
        message_sid: c.parsed(MessageSid::parse)?,
        message_index: c.int()?,
        participant_sid: c.parsed(ParticipantSid::parse)?,
        channel_sid: c.opt_parsed(ChannelSid::parse)?,
        channel_message_sid: c.opt_text()?,
        status: c.opt_parsed(Status::parse)?,
        error_code: c.opt_int()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// How a receipt of a message is named.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By SID.
    Sid(&'a ReceiptSid),
    /// By the participant whose it is: each has at most one.
    Participant(&'a ParticipantSid),
}

/// One receipt of a message.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, message: &Message, key: Key<'_>) -> Result<Option<Receipt>, StoreError> {
    let (account, conversation, index) = (&message.account_sid, &message.conversation_sid, message.index);
    match key {
        Key::Sid(sid) => tx.first(&BY_SID, params![account, conversation, index, sid], read),
        Key::Participant(sid) => tx.first(&BY_PARTICIPANT, params![account, conversation, index, sid], read),
    }
}

/// Receipts of a message in order of creation.
pub fn list(tx: &mut dyn Tx, message: &Message, seek: Seek<'_>, limit: i64) -> Result<Vec<Receipt>, StoreError> {
    let of = params![&message.account_sid, &message.conversation_sid, message.index];
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, of, seek, limit, read)
}

/// The tallies of those messages of a conversation from the index `first` to `last` that have
/// receipts, by index.
pub fn tallies(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    first: i64,
    last: i64,
) -> Result<Vec<(i64, Tally)>, StoreError> {
    tx.all(&TALLIES, params![account, conversation, first, last], |row| {
        let mut c = Columns::new(row);
        let index = c.int()?;
        let tally = Tally {
            total: c.int()?,
            sent: c.int()?,
            delivered: c.int()?,
            read: c.int()?,
            failed: c.int()?,
            undelivered: c.int()?,
        };
        Ok((index, tally))
    })
}

/// Receipts of the messages that a channel calls so, the newest `limit`, newest first: names may come again.
pub fn named(
    tx: &mut dyn Tx,
    account: &AccountSid,
    channel: &ChannelSid,
    name: &str,
    limit: i64,
) -> Result<Vec<Receipt>, StoreError> {
    tx.all(&NAMED, params![account, channel, name, limit], read)
}

/// Adds the receipts of a message and notes that its conversation has some. Each participant has one of a
/// message at most.
pub fn insert(tx: &mut dyn Tx, receipts: &[Receipt]) -> Result<(), StoreError> {
    let Some(first) = receipts.first() else { return Ok(()) };
    let mut values = Vec::with_capacity(receipts.len() * INSERT.row.len());
    for r in receipts {
        values.extend_from_slice(params![
            &r.sid,
            &r.account_sid,
            &r.conversation_sid,
            &r.message_sid,
            r.message_index,
            &r.participant_sid,
            r.channel_sid.as_ref(),
            r.channel_message_sid.as_deref(),
            r.status.map(Status::as_str),
            r.error_code,
            r.date_created,
            r.date_updated,
        ]);
    }
    tx.exec_many(&INSERT, &values)?;
    tx.exec(&MARK, params![&first.conversation_sid, &first.account_sid])?;
    Ok(())
}

/// Writes what a channel said.
pub fn update(tx: &mut dyn Tx, r: &Receipt) -> Result<(), StoreError> {
    let (status, channel_message_sid) = (r.status.map(Status::as_str), r.channel_message_sid.as_deref());
    tx.exec(
        &UPDATE,
        params![
            &r.conversation_sid,
            r.message_index,
            &r.sid,
            r.channel_sid.as_ref(),
            channel_message_sid,
            status,
            r.error_code,
            r.date_updated
        ],
    )?;
    Ok(())
}

/// Removes the receipts of a message.
pub fn delete_of_message(tx: &mut dyn Tx, message: &Message) -> Result<(), StoreError> {
    tx.exec(&DELETE_OF_MESSAGE, params![&message.conversation_sid, message.index])?;
    Ok(())
}
