//! The table `media`. The bytes are in an object store: a row is written before its object and removed
//! after it, so that there is never an object that nobody knows of.

use dwell_core::media::Category;
use dwell_core::{AccountSid, ConversationSid, Media, MediaSid, Message, MessageSid, ServiceSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, service_sid, conversation_sid, message_sid, author, category, content_type, filename,
                size, date_created, date_updated, date_uploaded FROM media
             WHERE sid = ?2 AND account_sid = ?1 AND size IS NOT NULL AND (collect_at IS NULL OR collect_at > ?3)",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("");
    BY_SID_LOCKED = select!(" {lock}");
    INSERT =
        "INSERT INTO media (sid, account_sid, service_sid, author, category, content_type, filename, date_created,
            date_updated, collect_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)";
    FINISH =
        "UPDATE media SET size = ?3, date_updated = ?4, date_uploaded = ?4, collect_at = ?5
         WHERE sid = ?2 AND account_sid = ?1 AND size IS NULL AND collect_at > 0";
    ATTACH =
        "UPDATE media SET conversation_sid = ?3, message_sid = ?4, date_updated = ?5, collect_at = NULL
         WHERE sid = ?2 AND account_sid = ?1";
    DOOM = "UPDATE media SET collect_at = 0 WHERE sid = ?2 AND account_sid = ?1";
    DOOM_OF_CONVERSATION =
        "UPDATE media SET collect_at = 0 WHERE sid IN
            (SELECT sid FROM media WHERE conversation_sid = ?1 AND collect_at IS NULL ORDER BY sid LIMIT ?2)";
    DOOM_OVERDUE =
        "UPDATE media SET collect_at = 0 WHERE sid IN
            (SELECT sid FROM media WHERE collect_at > 0 AND collect_at <= ?1 ORDER BY collect_at, sid LIMIT ?2)";
    ANY_TO_REMOVE = "SELECT sid FROM media WHERE collect_at <= ?1 LIMIT 1";
    DOOMED = "SELECT account_sid, sid FROM media WHERE collect_at = 0 AND sid > ?1 ORDER BY sid LIMIT ?2";
    DELETE = "DELETE FROM media WHERE sid = ?2 AND account_sid = ?1 AND collect_at = 0";
}

fn read(row: &dyn Row) -> Result<Media, StoreError> {
    let mut c = Columns::new(row);
    let (sid, account_sid) = (c.parsed(MediaSid::parse)?, c.parsed(AccountSid::parse)?);
    let service_sid = c.parsed(ServiceSid::parse)?;
    let (conversation, message) = (c.opt_parsed(ConversationSid::parse)?, c.opt_parsed(MessageSid::parse)?);
    Ok(Media {
        sid,
        account_sid,
        service_sid,
        holder: conversation.zip(message),
        author: c.text()?,
        category: c.parsed(Category::parse)?,
        content_type: c.text()?,
        filename: c.opt_text()?,
        size: c.int()?,
        date_created: c.time()?,
        date_updated: c.time()?,
        date_uploaded: c.time()?,
    })
}

/// Media that is there at the instant `now`, real time: all of it uploaded, and not to be removed yet.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &MediaSid,
    now: Timestamp,
) -> Result<Option<Media>, StoreError> {
    tx.first(&BY_SID, params![account, sid, now], read)
}

/// The same, locked until the unit of work ends.
pub fn lock(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &MediaSid,
    now: Timestamp,
) -> Result<Option<Media>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid, now], read)
}

/// Adds media whose bytes are still to come; what has not come by `collect_at` is removed.
pub fn insert(tx: &mut dyn Tx, m: &Media, collect_at: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &m.sid,
            &m.account_sid,
            &m.service_sid,
            &m.author,
            m.category.as_str(),
            &m.content_type,
            m.filename.as_deref(),
            m.date_created,
            collect_at,
        ],
    )?;
    Ok(())
}

/// Writes that all of it has come; without a message it is removed at `collect_at`. `false` when it has been
/// given up in the meantime.
pub fn finish(tx: &mut dyn Tx, m: &Media, collect_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.exec(&FINISH, params![&m.account_sid, &m.sid, m.size, m.date_uploaded, collect_at])? == 1)
}

/// Gives locked media to a message, for as long as that is there.
pub fn attach(tx: &mut dyn Tx, sid: &MediaSid, message: &Message, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(&ATTACH, params![&message.account_sid, sid, &message.conversation_sid, &message.sid, now])?;
    Ok(())
}

/// Marks media for its removal; it is gone for everybody from now on.
pub fn doom(tx: &mut dyn Tx, account: &AccountSid, sid: &MediaSid) -> Result<(), StoreError> {
    tx.exec(&DOOM, params![account, sid])?;
    Ok(())
}

/// Marks up to `limit` of the media of a conversation's messages, and says how many.
pub(crate) fn doom_of_conversation(tx: &mut dyn Tx, sid: &ConversationSid, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DOOM_OF_CONVERSATION, params![sid, limit])
}

/// Marks up to `limit` of the media that no message has got in time, and says how many.
pub fn doom_overdue(tx: &mut dyn Tx, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DOOM_OVERDUE, params![now, limit])
}

/// Whether media is marked for its removal or overdue for it.
pub fn any_to_remove(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_TO_REMOVE, params![now], |_| Ok(()))?.is_some())
}

/// Media that is marked for its removal, in the order of SIDs and after the SID `after`.
pub fn doomed(tx: &mut dyn Tx, after: &str, limit: i64) -> Result<Vec<(AccountSid, MediaSid)>, StoreError> {
    tx.all(&DOOMED, params![after, limit], |row| {
        let mut c = Columns::new(row);
        Ok((c.parsed(AccountSid::parse)?, c.parsed(MediaSid::parse)?))
    })
}

/// Removes the row of media that was marked and whose object is gone.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, sid: &MediaSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![account, sid])?;
    Ok(())
}
