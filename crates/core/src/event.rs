//! What happened: the facts that the event log keeps and that webhooks carry out (contract §10.2,
//! §10.5).
//!
//! A payload holds exactly the parameters that are particular to its event; those common to all
//! (`AccountSid`, `EventType`, `Source`, `RetryCount`) are columns of the log or made on delivery.

use serde::Serialize;

use crate::conversation::Conversation;
use crate::lifecycle::{Cause, State};
use crate::media::{Attachment, Category};
use crate::message::Message;
use crate::participant::Participant;
use crate::receipt::{Receipt, Status};
use crate::service::User;
use crate::sid::{
    ConversationSid, MediaSid, MessageSid, MessagingServiceSid, ParticipantSid, ReceiptSid, RoleSid, ServiceSid,
    UserSid,
};
use crate::time::Timestamp;

/// The kind of an event, by its post-event name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub enum EventKind {
    ConversationAdded,
    ConversationUpdated,
    ConversationRemoved,
    ConversationStateUpdated,
    MessageAdded,
    MessageUpdated,
    MessageRemoved,
    ParticipantAdded,
    ParticipantUpdated,
    ParticipantRemoved,
    DeliveryUpdated,
    UserAdded,
    UserUpdated,
}

impl EventKind {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            EventKind::ConversationAdded => "onConversationAdded",
            EventKind::ConversationUpdated => "onConversationUpdated",
            EventKind::ConversationRemoved => "onConversationRemoved",
            EventKind::ConversationStateUpdated => "onConversationStateUpdated",
            EventKind::MessageAdded => "onMessageAdded",
            EventKind::MessageUpdated => "onMessageUpdated",
            EventKind::MessageRemoved => "onMessageRemoved",
            EventKind::ParticipantAdded => "onParticipantAdded",
            EventKind::ParticipantUpdated => "onParticipantUpdated",
            EventKind::ParticipantRemoved => "onParticipantRemoved",
            EventKind::DeliveryUpdated => "onDeliveryUpdated",
            EventKind::UserAdded => "onUserAdded",
            EventKind::UserUpdated => "onUserUpdated",
        }
    }
}

fn millis<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_millis())
}

fn maybe_millis<S: serde::Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => millis(at, serializer),
        None => serializer.serialize_none(),
    }
}

fn state<S: serde::Serializer>(state: &State, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.as_str())
}

fn cause<S: serde::Serializer>(cause: &Cause, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(cause.as_str())
}

/// `onConversationAdded`, `onConversationUpdated`, `onConversationRemoved`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct ConversationPayload<'a> {
    pub conversation_sid: ConversationSid,
    pub chat_service_sid: ServiceSid,
    pub messaging_service_sid: MessagingServiceSid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<&'a str>,
    pub attributes: &'a str,
    #[serde(serialize_with = "state")]
    pub state: State,
    #[serde(serialize_with = "millis")]
    pub date_created: Timestamp,
    #[serde(serialize_with = "millis")]
    pub date_updated: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_millis")]
    pub date_removed: Option<Timestamp>,
}

impl<'a> ConversationPayload<'a> {
    /// What an event says of a conversation; `removed_at` when it is its removal.
    pub fn new(kind: EventKind, c: &'a Conversation, removed_at: Timestamp) -> Self {
        ConversationPayload {
            conversation_sid: c.sid,
            chat_service_sid: c.service_sid,
            messaging_service_sid: c.messaging_service_sid,
            friendly_name: c.friendly_name.as_deref(),
            unique_name: c.unique_name.as_deref(),
            attributes: &c.attributes,
            state: c.lifecycle.state,
            date_created: c.date_created,
            date_updated: c.date_updated,
            date_removed: (kind == EventKind::ConversationRemoved).then_some(removed_at),
        }
    }
}

/// `onConversationStateUpdated` (contract §6.6).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct StateUpdatedPayload {
    pub conversation_sid: ConversationSid,
    pub chat_service_sid: ServiceSid,
    pub messaging_service_sid: MessagingServiceSid,
    #[serde(serialize_with = "state")]
    pub state_from: State,
    #[serde(serialize_with = "state")]
    pub state_to: State,
    #[serde(serialize_with = "millis")]
    pub state_updated: Timestamp,
    #[serde(serialize_with = "cause")]
    pub reason: Cause,
}

/// `onMessageAdded`, `onMessageUpdated`, `onMessageRemoved`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct MessagePayload<'a> {
    pub conversation_sid: ConversationSid,
    pub message_sid: MessageSid,
    pub index: i64,
    pub author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaPayload<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant_sid: Option<ParticipantSid>,
    pub attributes: &'a str,
    #[serde(serialize_with = "millis")]
    pub date_created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_millis")]
    pub date_updated: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_millis")]
    pub date_removed: Option<Timestamp>,
}

/// One of the files of a message: `Media` is a list of them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct MediaPayload<'a> {
    pub category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<&'a str>,
    pub content_type: &'a str,
    pub sid: MediaSid,
    pub size: i64,
}

impl<'a> MediaPayload<'a> {
    /// What is said of a file.
    pub fn new(media: &'a Attachment) -> Self {
        MediaPayload {
            category: media.category,
            filename: media.filename.as_deref(),
            content_type: &media.content_type,
            sid: media.sid,
            size: media.size,
        }
    }
}

impl<'a> MessagePayload<'a> {
    /// What an event says of a message; `removed_at` when it is its removal.
    pub fn new(kind: EventKind, m: &'a Message, removed_at: Timestamp) -> Self {
        MessagePayload {
            conversation_sid: m.conversation_sid,
            message_sid: m.sid,
            index: m.index,
            author: &m.author,
            body: m.body.as_deref(),
            media: m.media.iter().map(MediaPayload::new).collect(),
            participant_sid: m.participant_sid,
            attributes: &m.attributes,
            date_created: m.date_created,
            date_updated: (kind != EventKind::MessageAdded).then_some(m.date_updated),
            date_removed: (kind == EventKind::MessageRemoved).then_some(removed_at),
        }
    }
}

/// `onParticipantAdded`, `onParticipantUpdated`, `onParticipantRemoved`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct ParticipantPayload<'a> {
    pub conversation_sid: ConversationSid,
    pub participant_sid: ParticipantSid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_sid: Option<RoleSid>,
    pub attributes: &'a str,
    #[serde(rename = "MessagingBinding.Address", skip_serializing_if = "Option::is_none")]
    pub address: Option<&'a str>,
    #[serde(rename = "MessagingBinding.ProxyAddress", skip_serializing_if = "Option::is_none")]
    pub proxy_address: Option<&'a str>,
    #[serde(rename = "MessagingBinding.ProjectedAddress", skip_serializing_if = "Option::is_none")]
    pub projected_address: Option<&'a str>,
    #[serde(rename = "MessagingBinding.Type")]
    pub binding_type: String,
    #[serde(serialize_with = "millis")]
    pub date_created: Timestamp,
    #[serde(serialize_with = "millis")]
    pub date_updated: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read_message_index: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_millis")]
    pub date_removed: Option<Timestamp>,
}

impl<'a> ParticipantPayload<'a> {
    /// What an event says of a participant; `removed_at` when it is its removal.
    pub fn new(kind: EventKind, p: &'a Participant, removed_at: Timestamp) -> Self {
        let binding = p.binding.as_ref();
        ParticipantPayload {
            conversation_sid: p.conversation_sid,
            participant_sid: p.sid,
            identity: p.identity.as_deref(),
            role_sid: p.role_sid,
            attributes: &p.attributes,
            address: binding.and_then(|b| b.address.as_deref()),
            proxy_address: binding.and_then(|b| b.proxy_address.as_deref()),
            projected_address: binding.and_then(|b| b.projected_address.as_deref()),
            binding_type: binding.map_or_else(|| "CHAT".to_owned(), |b| b.binding_type.to_uppercase()),
            date_created: p.date_created,
            date_updated: p.date_updated,
            last_read_message_index: p.last_read_message_index.filter(|_| kind == EventKind::ParticipantUpdated),
            date_removed: (kind == EventKind::ParticipantRemoved).then_some(removed_at),
        }
    }
}

/// `onDeliveryUpdated`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct DeliveryPayload<'a> {
    pub conversation_sid: ConversationSid,
    pub chat_service_sid: ServiceSid,
    pub message_sid: MessageSid,
    pub delivery_receipt_sid: ReceiptSid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_message_sid: Option<&'a str>,
    pub participant_sid: ParticipantSid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    pub error_code: i64,
    #[serde(serialize_with = "millis")]
    pub date_created: Timestamp,
    #[serde(serialize_with = "millis")]
    pub date_updated: Timestamp,
}

impl<'a> DeliveryPayload<'a> {
    /// What an event says of a receipt in a conversation of `service`. Like the receipt's own body (contract
    /// §5.5), it says 0 when there is no error.
    pub fn new(service: ServiceSid, r: &'a Receipt) -> Self {
        DeliveryPayload {
            conversation_sid: r.conversation_sid,
            chat_service_sid: service,
            message_sid: r.message_sid,
            delivery_receipt_sid: r.sid,
            channel_message_sid: r.channel_message_sid.as_deref(),
            participant_sid: r.participant_sid,
            status: r.status.map(Status::as_str),
            error_code: r.error_code.unwrap_or_default(),
            date_created: r.date_created,
            date_updated: r.date_updated,
        }
    }
}

/// `onUserAdded`, `onUserUpdated`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct UserPayload<'a> {
    pub chat_service_sid: ServiceSid,
    pub user_sid: UserSid,
    pub identity: &'a str,
    pub role_sid: RoleSid,
    pub attributes: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<&'a str>,
    #[serde(serialize_with = "millis")]
    pub date_created: Timestamp,
    #[serde(serialize_with = "millis")]
    pub date_updated: Timestamp,
}

impl<'a> UserPayload<'a> {
    /// What an event says of a user.
    pub fn new(user: &'a User) -> Self {
        UserPayload {
            chat_service_sid: user.service_sid,
            user_sid: user.sid,
            identity: &user.identity,
            role_sid: user.role_sid,
            attributes: &user.attributes,
            friendly_name: user.friendly_name.as_deref(),
            date_created: user.date_created,
            date_updated: user.date_updated,
        }
    }
}
