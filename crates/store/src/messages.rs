//! The table `messages`.

use dwell_core::message::Added;
use dwell_core::{AccountSid, ConversationSid, Message, MessageSid, ParticipantSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, conversation_sid, message_index, author, participant_sid, body, attributes,
                content_sid, content_variables, subject, date_created, date_updated, media, event_seq, event_at,
                event_source, event_actor, event_notify FROM messages ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?3 AND conversation_sid = ?2 AND account_sid = ?1");
    LIST_ASC = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND message_index > ?3 ORDER BY message_index LIMIT ?4");
    LIST_DESC = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND message_index < ?3 ORDER BY message_index DESC LIMIT ?4");
    INSERT =
        "INSERT INTO messages (sid, account_sid, conversation_sid, message_index, author, participant_sid, body,
            attributes, content_sid, content_variables, subject, date_created, date_updated, event_seq, event_at,
            event_source, event_actor, event_notify, media)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    UPDATE =
        "UPDATE messages SET author = ?3, participant_sid = ?4, body = ?5, attributes = ?6, subject = ?7,
            date_created = ?8, date_updated = ?9, event_seq = ?10
         WHERE conversation_sid = ?1 AND message_index = ?2";
    AT_OR_AFTER =
        select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND message_index >= ?3 AND event_seq IS NOT NULL
         ORDER BY message_index LIMIT ?4");
    COUNT_AFTER =
        "SELECT COUNT(*) FROM (SELECT 1 FROM messages
            WHERE conversation_sid = ?2 AND account_sid = ?1 AND message_index > ?3 LIMIT ?4) AS found";
    DELETE = "DELETE FROM messages WHERE conversation_sid = ?1 AND message_index = ?2";
}

fn read(row: &dyn Row) -> Result<Message, StoreError> {
    let mut c = Columns::new(row);
    Ok(Message {
        sid: c.parsed(MessageSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        conversation_sid: c.parsed(ConversationSid::parse)?,
        index: c.int()?,
        author: c.text()?,
        participant_sid: c.opt_parsed(ParticipantSid::parse)?,
        body: c.opt_text()?,
        attributes: c.text()?,
        content_sid: c.opt_text()?,
        content_variables: c.opt_text()?,
        subject: c.opt_text()?,
        date_created: c.time()?,
        date_updated: c.time()?,
        media: c.opt_json()?.unwrap_or_default(),
        added: read_added(&mut c)?,
        delivery: None,
    })
}

fn read_added(c: &mut Columns<'_>) -> Result<Option<Added>, StoreError> {
    let Some(seq) = c.opt_int()? else { return Ok(None) };
    Ok(Some(Added { seq, at: c.time()?, source: c.text()?, actor: c.text()?, notify: c.flag()? }))
}

/// One message of a conversation.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    sid: &MessageSid,
) -> Result<Option<Message>, StoreError> {
    tx.first(&BY_SID, params![account, conversation, sid], read)
}

/// Messages of a conversation by index, rising or falling, after the index `after`.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    descending: bool,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let (stmt, start) = if descending { (&LIST_DESC, i64::MAX) } else { (&LIST_ASC, -1) };
    tx.all(stmt, params![account, conversation, after.unwrap_or(start), limit], read)
}

/// How many messages of a conversation come after an index, counted up to `limit`.
pub fn count_after(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    index: i64,
    limit: i64,
) -> Result<i64, StoreError> {
    let count = tx.first(&COUNT_AFTER, params![account, conversation, index, limit], |row| Columns::new(row).int())?;
    Ok(count.unwrap_or_default())
}

/// Adds a message.
pub fn insert(tx: &mut dyn Tx, m: &Message) -> Result<(), StoreError> {
    let media = (!m.media.is_empty()).then(|| to_json(&m.media)).transpose()?;
    tx.exec(
        &INSERT,
        params![
            &m.sid,
            &m.account_sid,
            &m.conversation_sid,
            m.index,
            &m.author,
            m.participant_sid.as_ref(),
            m.body.as_deref(),
            &m.attributes,
            m.content_sid.as_deref(),
            m.content_variables.as_deref(),
            m.subject.as_deref(),
            m.date_created,
            m.date_updated,
            m.added.as_ref().map(|added| added.seq),
            m.added.as_ref().map(|added| added.at),
            m.added.as_ref().map(|added| added.source.as_str()),
            m.added.as_ref().map(|added| added.actor.as_str()),
            m.added.as_ref().map(|added| added.notify),
            media.as_deref(),
        ],
    )?;
    Ok(())
}

/// Messages of a conversation that carry the event of their addition, with numbers after `seq`, in
/// order. Numbers rise with indexes, so a search finds the first without reading those before it.
pub(crate) fn added_after(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &str,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let mut from = |index: i64, limit: i64| tx.all(&AT_OR_AFTER, params![account, conversation, index, limit], read);
    // The message at index i has at least the number i + 2, after the conversation's own event.
    let (mut low, mut high) = (0, seq.max(0));
    while low < high {
        let middle = low + (high - low) / 2;
        let is_before = from(middle, 1)?.first().and_then(|m| m.added.as_ref()).is_some_and(|added| added.seq <= seq);
        if is_before { low = middle + 1 } else { high = middle }
    }
    from(low, limit)
}

/// Writes everything of a message that the API can change.
pub fn update(tx: &mut dyn Tx, m: &Message) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE,
        params![
            &m.conversation_sid,
            m.index,
            &m.author,
            m.participant_sid.as_ref(),
            m.body.as_deref(),
            &m.attributes,
            m.subject.as_deref(),
            m.date_created,
            m.date_updated,
            m.added.as_ref().map(|added| added.seq),
        ],
    )?;
    Ok(())
}

/// Removes a message.
pub fn delete(tx: &mut dyn Tx, m: &Message) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![&m.conversation_sid, m.index])?;
    Ok(())
}
