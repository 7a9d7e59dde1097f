//! The table `transitions`: every change of state, kept for ever, with when, why and by whom. Each is
//! an event of the log too, and has no other row there.

use dwell_core::event::StateUpdatedPayload;
use dwell_core::lifecycle::{Cause, Transition};
use dwell_core::{AccountSid, ConversationSid, MessageSid, MessagingServiceSid, ServiceSid, State};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    INSERT(Text, Int, Text, Text, Text, Text, Int, Text, Text, Int, Text, Text, Text, Int, Text, Int) =
        "INSERT INTO transitions (conversation_sid, seq, account_sid, from_state, to_state, cause, at, source, actor,
            notify, service_sid, messaging_service_sid, message_sid, error_code, error_message,
            late_micros)
         VALUES {rows}";
    LIST =
        "SELECT conversation_sid, seq, from_state, to_state, cause, at, source, actor, notify, service_sid,
            messaging_service_sid, message_sid, error_code, error_message, late_micros FROM transitions
         WHERE conversation_sid = ?2 AND account_sid = ?1 AND seq > ?3 ORDER BY seq LIMIT ?4";
}

/// A change of state as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The number of its event.
    pub seq: i64,
    /// From, to, why and when.
    pub transition: Transition,
    /// What kind of client caused it: `API`, or `TIMER`.
    pub source: String,
    /// Who caused it: a credential's SID, or `system` for a timer.
    pub actor: String,
    /// Whether post-event webhooks are to hear of it.
    pub notify: bool,
    /// The conversation's service.
    pub service_sid: ServiceSid,
    /// The messaging service that was shown for it.
    pub messaging_service_sid: MessagingServiceSid,
    /// The message that reactivated the conversation.
    pub message_sid: Option<MessageSid>,
    /// The error that brought it about.
    pub error: Option<Failure>,
    /// How long after its due time a timer was carried out, in microseconds of real time; `None` for what no timer
    /// did.
    pub late_micros: Option<i64>,
}

/// An error as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its number in the dictionary (contract §4.3).
    pub code: i64,
    /// What went wrong.
    pub message: String,
}

impl Record {
    /// What its event says of it (contract §6.6).
    pub fn payload(&self) -> StateUpdatedPayload {
        StateUpdatedPayload {
            conversation_sid: self.conversation_sid,
            chat_service_sid: self.service_sid,
            messaging_service_sid: self.messaging_service_sid,
            state_from: self.transition.from,
            state_to: self.transition.to,
            state_updated: self.transition.at,
            reason: self.transition.cause,
        }
    }
}

/// Keeps changes of state.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn insert(tx: &mut dyn Tx, account: &AccountSid, records: &[Record]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(records.len() * INSERT.row.len());
    for r in records {
        values.extend_from_slice(params![
            &r.conversation_sid,
            r.seq,
            account,
            r.transition.from.as_str(),
            r.transition.to.as_str(),
            r.transition.cause.as_str(),
            r.transition.at,
            &r.source,
            &r.actor,
            r.notify,
            &r.service_sid,
            &r.messaging_service_sid,
            r.message_sid.as_ref(),
            r.error.as_ref().map(|error| error.code),
            r.error.as_ref().map(|error| error.message.as_str()),
            r.late_micros,
        ]);
    }
    tx.exec_many(&INSERT, &values)?;
    Ok(())
}

/// The changes of state of a conversation after the event number `after`, oldest first.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    tx.all(&LIST, params![account, conversation, after, limit], |row| {
        let mut c = Columns::new(row);
        Ok(Record {
            conversation_sid: c.parsed(ConversationSid::parse)?,
            seq: c.int()?,
            transition: Transition {
                from: c.parsed(State::parse)?,
                to: c.parsed(State::parse)?,
                cause: c.parsed(Cause::parse)?,
                at: c.time()?,
            },
            source: c.text()?,
            actor: c.text()?,
            notify: c.flag()?,
            service_sid: c.parsed(ServiceSid::parse)?,
            messaging_service_sid: c.parsed(MessagingServiceSid::parse)?,
            message_sid: c.opt_parsed(MessageSid::parse)?,
            error: c.opt_int()?.zip(c.opt_text()?).map(|(code, message)| Failure { code, message }),
            late_micros: c.opt_int()?,
        })
    })
}
