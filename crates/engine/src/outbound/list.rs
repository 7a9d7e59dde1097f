//! `GET /dwell/v1/OutboundMessages` and `GET /dwell/v1/OutboundMessages/{Sid}`: messages on their way to addresses
//! outside, newest first. None can be sent again: their receipts have said that they failed, and receipts do not
//! go back. Whoever wants to try again writes a new message.

use dwell_core::{AccountSid, ConversationSid, DeliverySid, MessageSid, ParticipantSid, Reason, ReceiptSid, Timestamp};
use dwell_store::deliveries::{Attempt, Delivery, Kind, Status, Way};

use super::Letter;
use crate::context::Caller;
use crate::deliveries::list::{Filters, conversation_sid};
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Only messages of this conversation.
    pub conversation_sid: Option<String>,
    /// Only messages that are this far.
    pub status: Option<String>,
}

impl List {
    fn check(&self) -> Result<Filters, Reason> {
        let stage = |text: &str| {
            Stage::parse(text).ok_or_else(|| Reason::InvalidParameter {
                name: "Status",
                problem: "must be one of pending, accepted, failed".to_owned(),
            })
        };
        Ok(Filters {
            kind: Kind::Messages,
            hook: None,
            stream: self.conversation_sid.as_deref().map(conversation_sid).transpose()?,
            status: self.status.as_deref().map(stage).transpose()?.map(|stage| stage.0),
            event: None,
        })
    }
}

/// How far a message is on its way to a channel. What becomes of it there is its receipts' to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage(Status);

impl Stage {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self.0 {
            Status::Pending => "pending",
            Status::Delivered => "accepted",
            Status::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Status::Pending, Status::Delivered, Status::Failed].map(Stage);
        all.into_iter().find(|stage| text.eq_ignore_ascii_case(stage.as_str()))
    }
}

/// A message on its way to one participant outside the chat, or to all of a group text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// The SID of this way.
    pub sid: DeliverySid,
    /// The account.
    pub account_sid: AccountSid,
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The message.
    pub message_sid: MessageSid,
    /// The participant whom it goes to; `None` when it goes to all of a group text.
    pub participant_sid: Option<ParticipantSid>,
    /// Its receipts, in the order of `to`.
    pub receipts: Vec<ReceiptSid>,
    /// The account's address that it leaves from.
    pub from: String,
    /// The addresses that it goes to.
    pub to: Vec<String>,
    /// How far it is.
    pub stage: Stage,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed, or why it was given up.
    pub last_error: Option<String>,
    /// When it was written; real time.
    pub created_at: Timestamp,
    /// When a channel took it or it was given up; real time.
    pub finished_at: Option<Timestamp>,
}

impl TryFrom<Delivery> for OutboundMessage {
    type Error = Error;

    fn try_from(d: Delivery) -> Result<Self, Error> {
        let unreadable = || Error::Internal(format!("message {} cannot be read", d.sid));
        let letter = Letter::of(&d).ok_or_else(unreadable)?;
        Ok(OutboundMessage {
            sid: d.sid,
            account_sid: d.account_sid,
            conversation_sid: ConversationSid::parse(&d.stream_sid).ok_or_else(unreadable)?,
            message_sid: letter.message_sid,
            participant_sid: match super::is_of_group(&d) {
                true => None,
                false => Some(ParticipantSid::parse(&d.hook_sid).ok_or_else(unreadable)?),
            },
            receipts: letter.receipts,
            to: letter.to,
            stage: Stage(d.status),
            attempts: d.attempts,
            created_at: d.created_at,
            finished_at: d.finished_at,
            from: d.url,
            last_error: d.last_error,
        })
    }
}

impl Engine {
    /// Messages of the account on their way to addresses outside, newest first. A page may hold fewer than
    /// asked for and still have a next one, when a filter passes over many.
    ///
    /// # Errors
    /// A [`Reason`] for each filter that breaks a rule.
    pub async fn list_outbound_messages(
        &self,
        caller: &Caller,
        filters: List,
        page: PageRequest,
    ) -> Result<Page<OutboundMessage>, Error> {
        self.list_rows(caller, filters.check()?, page).await?.try_map(OutboundMessage::try_from)
    }

    /// One message on its way and how its attempts went, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_outbound_message(
        &self,
        caller: &Caller,
        segment: &str,
    ) -> Result<(OutboundMessage, Vec<Attempt>), Error> {
        let (delivery, attempts) = self.fetch_row(caller, segment).await?;
        match delivery.way {
            Way::Channel => Ok((delivery.try_into()?, attempts)),
            Way::Call(_) => Err(Error::NotFound),
        }
    }
}
