//! A participant of a conversation (contract §5.3).

use crate::group;
use crate::sid::{AccountSid, ConversationSid, ParticipantSid, RoleSid, ServiceSid};
use crate::time::Timestamp;

/// A participant: a user in the chat, or somebody outside reached through an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its SID.
    pub sid: ParticipantSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service of its conversation.
    pub service_sid: ServiceSid,
    /// The conversation that it belongs to.
    pub conversation_sid: ConversationSid,
    /// The user behind a chat participant.
    pub identity: Option<String>,
    /// How a participant outside the chat is reached.
    pub binding: Option<Binding>,
    /// Its role in the conversation.
    pub role_sid: Option<RoleSid>,
    /// A JSON document, as sent.
    pub attributes: String,
    /// The index of the last message read.
    pub last_read_message_index: Option<i64>,
    /// When the last message was read, as sent.
    pub last_read_timestamp: Option<Timestamp>,
    /// Of which news in the conversation its user's devices are told.
    pub notification_level: NotificationLevel,
    /// Shown creation time; an import may set it.
    pub date_created: Timestamp,
    /// Shown time of the last change.
    pub date_updated: Timestamp,
}

/// The addresses of a participant: its own outside the chat, and those of the account that face it or that
/// it shows to others (contract §5.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Binding {
    /// The kind of all its addresses, as on the wire: `sms`, `whatsapp`, …
    pub binding_type: String,
    /// Where the participant is reached; `None` for a chat participant of a group text.
    pub address: Option<String>,
    /// The account's address that it writes to and hears from.
    pub proxy_address: Option<String>,
    /// The account's address under which a chat participant of a group text writes.
    pub projected_address: Option<String>,
    /// The name beside an e-mail address.
    pub name: Option<String>,
    /// How an e-mail participant is addressed: `to`, `from` or `cc`.
    pub level: Option<String>,
}

impl Participant {
    /// Whether it is made for a group text: it has a telephone number that nothing faces, or a projected address.
    pub fn is_for_group(&self) -> bool {
        let for_group = |binding: &Binding| binding.proxy_address.is_none() && group::address_of(binding).is_some();
        self.binding.as_ref().is_some_and(for_group)
    }
}

/// Of which news in a conversation the devices of a user are told (contract §5.8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotificationLevel {
    /// Of all that the service tells.
    #[default]
    Default,
    /// Of none.
    Muted,
}

impl NotificationLevel {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            NotificationLevel::Default => "default",
            NotificationLevel::Muted => "muted",
        }
    }

    /// Reads a name, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let is = |level: &NotificationLevel| text.eq_ignore_ascii_case(level.as_str());
        [NotificationLevel::Default, NotificationLevel::Muted].into_iter().find(is)
    }
}
