//! The table `events`: the append-only log, numbered without gaps per conversation or user. The
//! event of a message's addition lives with the message until that changes, and that of a change of
//! state is its row in `transitions`; readers see one log.

use dwell_core::event::{EventKind, MessagePayload};
use dwell_core::{AccountSid, Message, Timestamp};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::messages;
use crate::statement::{Tx, params, statements};
use crate::transitions::{self, Record};

statements! {
    INSERT(Text, Int, Text, Text, Int, Text, Text, Int, Text) =
        "INSERT INTO events (stream_sid, seq, account_sid, kind, at, source, actor, notify, payload) VALUES {rows}";
    LIST =
        "SELECT seq, kind, at, source, actor, notify, payload FROM events
         WHERE stream_sid = ?2 AND account_sid = ?1 AND seq > ?3 ORDER BY seq LIMIT ?4";
}

/// An event on its way into the log.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// The conversation or user that it is about.
    pub stream_sid: &'a str,
    /// Its number in the stream; the first is 1.
    pub seq: i64,
    /// What happened.
    pub kind: EventKind,
    /// When, on the account's clock.
    pub at: Timestamp,
    /// What kind of client caused it: `API`, `SDK`, a channel, or `TIMER`.
    pub source: &'a str,
    /// Who caused it.
    pub actor: &'a str,
    /// Whether post-event webhooks are to hear of it (contract §1.4).
    pub notify: bool,
    /// The event's own parameters, a JSON object.
    pub payload: &'a str,
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of NewEvent")]
pub struct Event {
    pub seq: i64,
    pub kind: String,
    pub at: Timestamp,
    pub source: String,
    pub actor: String,
    pub notify: bool,
    pub payload: String,
}

/// Appends events.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn insert(tx: &mut dyn Tx, account: &AccountSid, events: &[NewEvent<'_>]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(events.len() * INSERT.row.len());
    for e in events {
        values.extend_from_slice(params![
            e.stream_sid,
            e.seq,
            account,
            e.kind.as_str(),
            e.at,
            e.source,
            e.actor,
            e.notify,
            e.payload,
        ]);
    }
    tx.exec_many(&INSERT, &values)?;
    Ok(())
}

/// Events of a conversation or user after the number `after`: those with a row of their own, those
/// kept with the messages that they added, and changes of state.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    stream_sid: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let mut found = tx.all(&LIST, params![account, stream_sid, after, limit], |row| {
        let mut c = Columns::new(row);
        Ok(Event {
            seq: c.int()?,
            kind: c.text()?,
            at: c.time()?,
            source: c.text()?,
            actor: c.text()?,
            notify: c.flag()?,
            payload: c.text()?,
        })
    })?;
    for record in transitions::list(tx, account, stream_sid, after, limit)? {
        found.push(of_transition(record)?);
    }
    for message in messages::added_after(tx, account, stream_sid, after, limit)? {
        found.extend(of_addition(message)?);
    }
    found.sort_by_key(|event| event.seq);
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

fn of_transition(record: Record) -> Result<Event, StoreError> {
    Ok(Event {
        payload: to_json(&record.payload())?,
        seq: record.seq,
        kind: EventKind::ConversationStateUpdated.as_str().to_owned(),
        at: record.transition.at,
        source: record.source,
        actor: record.actor,
        notify: record.notify,
    })
}

/// The event of a message's addition, when the message still carries it.
fn of_addition(mut message: Message) -> Result<Option<Event>, StoreError> {
    let Some(added) = message.added.take() else { return Ok(None) };
    Ok(Some(Event {
        seq: added.seq,
        kind: EventKind::MessageAdded.as_str().to_owned(),
        payload: addition_payload(&message, added.at)?,
        at: added.at,
        source: added.source,
        actor: added.actor,
        notify: added.notify,
    }))
}

fn addition_payload(message: &Message, at: Timestamp) -> Result<String, StoreError> {
    let payload = MessagePayload::new(EventKind::MessageAdded, message, at);
    to_json(&payload)
}

/// Gives the event of a message's addition a row of its own, before the message is edited or
/// removed.
pub fn detach_addition(tx: &mut dyn Tx, message: &mut Message) -> Result<(), StoreError> {
    let Some(added) = message.added.take() else { return Ok(()) };
    let event = NewEvent {
        stream_sid: &message.conversation_sid,
        seq: added.seq,
        kind: EventKind::MessageAdded,
        at: added.at,
        source: &added.source,
        actor: &added.actor,
        notify: added.notify,
        payload: &addition_payload(message, added.at)?,
    };
    insert(tx, &message.account_sid, &[event])
}
