//! The table `phone_messages`: what simulated telephones received and sent.

use dwell_core::phone::{MESSAGES_MAX, Way};
use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, PhoneMessage, PhoneMessageSid, ReceiptSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_sid, phone, sid, other, channel_sid, way, author, subject, body, files, status, error_code,
                conversation_sid, message_sid, receipt_sid, date_created, date_updated FROM phone_messages
             WHERE account_sid = ?1 AND phone = ?2 AND ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("sid = ?3");
    BY_SID_LOCKED = select!("sid = ?3 {lock}");
    LIST = select!("sid < ?3 ORDER BY sid DESC LIMIT ?4");
    LIST_BACK = select!("sid > ?3 ORDER BY sid LIMIT ?4");
    INSERT =
        "INSERT INTO phone_messages (account_sid, phone, sid, other, channel_sid, way, author, subject, body, files,
            status, error_code, conversation_sid, message_sid, receipt_sid, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT DO NOTHING";
    REPORT =
        "UPDATE phone_messages SET status = ?4, error_code = ?5, date_updated = ?6
         WHERE account_sid = ?1 AND phone = ?2 AND sid = ?3";
    PRUNE =
        "DELETE FROM phone_messages WHERE account_sid = ?1 AND sid <
            (SELECT sid FROM phone_messages WHERE account_sid = ?1 ORDER BY sid DESC LIMIT 1 OFFSET ?2)";
    ANY_CHANNEL = "SELECT sid FROM channels WHERE account_sid = ?1 AND provider = 'loopback' LIMIT 1";
}

/// Greater than the SID of every message.
const END: &str = "SN";

fn read(row: &dyn Row) -> Result<PhoneMessage, StoreError> {
    let mut c = Columns::new(row);
    Ok(PhoneMessage {
        account_sid: c.parsed(AccountSid::parse)?,
        phone: c.text()?,
        sid: c.parsed(PhoneMessageSid::parse)?,
        other: c.text()?,
        channel_sid: c.opt_parsed(ChannelSid::parse)?,
        way: c.parsed(Way::parse)?,
        author: c.opt_text()?,
        subject: c.opt_text()?,
        body: c.opt_text()?,
        files: c.json()?,
        status: c.opt_parsed(Status::parse)?,
        error_code: c.opt_int()?,
        conversation_sid: c.opt_parsed(ConversationSid::parse)?,
        message_sid: c.opt_parsed(MessageSid::parse)?,
        receipt_sid: c.opt_parsed(ReceiptSid::parse)?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// One message of a phone.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    phone: &str,
    sid: &PhoneMessageSid,
) -> Result<Option<PhoneMessage>, StoreError> {
    tx.first(&BY_SID, params![account, phone, sid], read)
}

/// One message of a phone, locked until the unit of work ends.
pub fn lock(
    tx: &mut dyn Tx,
    account: &AccountSid,
    phone: &str,
    sid: &PhoneMessageSid,
) -> Result<Option<PhoneMessage>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, phone, sid], read)
}

/// What a phone received and sent, newest first.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    phone: &str,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<PhoneMessage>, StoreError> {
    let seek = if let Seek::After("") = seek { Seek::After(END) } else { seek };
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account, phone], seek, limit, read)
}

/// Adds a message to a phone and removes the account's oldest beyond [`MESSAGES_MAX`]; `false` when the phone has
/// it already.
pub fn insert(tx: &mut dyn Tx, m: &PhoneMessage) -> Result<bool, StoreError> {
    let files = to_json(&m.files)?;
    let changed = tx.exec(
        &INSERT,
        params![
            &m.account_sid,
            &m.phone,
            &m.sid,
            &m.other,
            m.channel_sid.as_ref(),
            m.way.as_str(),
            m.author.as_deref(),
            m.subject.as_deref(),
            m.body.as_deref(),
            &files,
            m.status.map(Status::as_str),
            m.error_code,
            m.conversation_sid.as_ref(),
            m.message_sid.as_ref(),
            m.receipt_sid.as_ref(),
            m.date_created,
            m.date_updated,
        ],
    )?;
    tx.exec(&PRUNE, params![&m.account_sid, MESSAGES_MAX - 1])?;
    Ok(changed == 1)
}

/// Writes what a phone reported of a message.
pub fn report(tx: &mut dyn Tx, m: &PhoneMessage) -> Result<(), StoreError> {
    let status = m.status.map(Status::as_str);
    tx.exec(&REPORT, params![&m.account_sid, &m.phone, &m.sid, status, m.error_code, m.date_updated])?;
    Ok(())
}

/// Whether the account has a channel of simulated phones.
pub fn any_channel(tx: &mut dyn Tx, account: &AccountSid) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_CHANNEL, params![account], |_| Ok(()))?.is_some())
}
