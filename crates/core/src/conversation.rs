//! A conversation (contract §5.1).

use crate::lifecycle::Lifecycle;
use crate::sid::{AccountSid, ConversationSid, MessagingServiceSid, ServiceSid};
use crate::time::Timestamp;

/// A conversation with what its rules need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its SID.
    pub sid: ConversationSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// The messaging service shown for it.
    pub messaging_service_sid: MessagingServiceSid,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// A name for programs, unique within the service in every state.
    pub unique_name: Option<String>,
    /// A JSON document, as sent.
    pub attributes: String,
    /// The address that e-mail participants see, when set.
    pub email_address: Option<String>,
    /// The name that e-mail participants see, when set.
    pub email_name: Option<String>,
    /// State and timers.
    pub lifecycle: Lifecycle,
    /// Shown creation time; an import may set it.
    pub date_created: Timestamp,
    /// Shown time of the last change of a field, the state or a timer (contract §18 U26).
    pub date_updated: Timestamp,
    /// When the last message was added, or the conversation created: the order of lists.
    pub activity_at: Timestamp,
    /// The time of its newest event; no later event is earlier.
    pub last_event_at: Timestamp,
    /// The number of its newest event; the first is 1.
    pub event_seq: i64,
    /// The index that the next message gets.
    pub next_message_index: i64,
    /// Participants with an identity.
    pub chat_participants: i64,
    /// Participants without an identity.
    pub non_chat_participants: i64,
    /// Whether any message of it ever had a receipt; set with the first one.
    pub has_receipts: bool,
    /// Whether it ever had a session; set with the first one.
    pub has_sessions: bool,
    /// `system`, an identity or an address (contract §18 U27).
    pub created_by: String,
}
