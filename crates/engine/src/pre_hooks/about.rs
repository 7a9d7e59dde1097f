//! What pre-events are about, and what is said of it (contract §10.2, §10.5): of an addition or an update
//! how the thing would be, of a removal how it is.

use dwell_core::event::{ConversationPayload, EventKind, MessagePayload, ParticipantPayload, UserPayload};
use dwell_core::{Conversation, Message, Participant, User};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Scope;
use crate::error::Error;

/// What is about to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PreEvent {
    ConversationAdd,
    ConversationRemove,
    ConversationUpdate,
    MessageAdd,
    MessageRemove,
    MessageUpdate,
    ParticipantAdd,
    ParticipantRemove,
    ParticipantUpdate,
    UserUpdate,
}

impl PreEvent {
    /// The name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            PreEvent::ConversationAdd => "onConversationAdd",
            PreEvent::ConversationRemove => "onConversationRemove",
            PreEvent::ConversationUpdate => "onConversationUpdate",
            PreEvent::MessageAdd => "onMessageAdd",
            PreEvent::MessageRemove => "onMessageRemove",
            PreEvent::MessageUpdate => "onMessageUpdate",
            PreEvent::ParticipantAdd => "onParticipantAdd",
            PreEvent::ParticipantRemove => "onParticipantRemove",
            PreEvent::ParticipantUpdate => "onParticipantUpdate",
            PreEvent::UserUpdate => "onUserUpdate",
        }
    }

    /// The parameters that a thing gets only by being added.
    const fn not_yet_known(self) -> &'static [&'static str] {
        match self {
            PreEvent::ConversationAdd => &["ConversationSid", "DateCreated", "DateUpdated"],
            PreEvent::MessageAdd => &["MessageSid", "Index", "DateCreated", "DateUpdated"],
            PreEvent::ParticipantAdd => &["ParticipantSid", "DateCreated", "DateUpdated"],
            _ => &[],
        }
    }
}

/// What an event is about.
pub(crate) trait Subject: Send + 'static {
    /// What is said of it.
    fn payload(&self) -> impl Serialize + '_;
}

// Nothing was removed yet: no payload is that of a removal, so the instant of one goes nowhere.

impl Subject for Conversation {
    fn payload(&self) -> impl Serialize + '_ {
        ConversationPayload::new(EventKind::ConversationUpdated, self, self.date_updated)
    }
}

impl Subject for Message {
    fn payload(&self) -> impl Serialize + '_ {
        MessagePayload::new(EventKind::MessageUpdated, self, self.date_updated)
    }
}

impl Subject for Participant {
    fn payload(&self) -> impl Serialize + '_ {
        // Only the event after an update tells of the read horizon.
        ParticipantPayload::new(EventKind::ParticipantAdded, self, self.date_updated)
    }
}

impl Subject for User {
    fn payload(&self) -> impl Serialize + '_ {
        UserPayload::new(self)
    }
}

/// The parameters of an event, the common ones first.
pub(super) fn params(event: PreEvent, scope: &Scope, subject: &impl Subject) -> Result<Vec<(String, String)>, Error> {
    let common = [
        ("AccountSid", scope.caller.account.sid.as_str()),
        ("EventType", event.name()),
        ("Source", scope.caller.source),
        ("RetryCount", "0"),
    ];
    let mut params: Vec<_> = common.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let payload = serde_json::to_value(subject.payload()).map_err(|error| Error::Internal(error.to_string()))?;
    let Value::Object(mut payload) = payload else { return Ok(params) };
    // Of every event (contract §10.5, as captured), also where the one after the fact has none.
    payload.insert("ChatServiceSid".to_owned(), scope.service_sid.as_str().into());
    params.extend(texts(payload).filter(|(name, _)| !event.not_yet_known().contains(&name.as_str())));
    Ok(params)
}

fn texts(payload: Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    payload.into_iter().map(|(name, value)| match value {
        Value::String(text) => (name, text),
        other => (name, other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_that_can_be_chosen_is_known() {
        use PreEvent::*;
        let names: Vec<_> = [
            ConversationAdd,
            ConversationRemove,
            ConversationUpdate,
            MessageAdd,
            MessageRemove,
            MessageUpdate,
            ParticipantAdd,
            ParticipantRemove,
            ParticipantUpdate,
            UserUpdate,
        ]
        .map(PreEvent::name)
        .into();
        assert_eq!(names, dwell_core::webhook::PRE_EVENTS);
    }
}
