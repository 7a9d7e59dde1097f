//! A message of a conversation (contract §5.4, §7).

use crate::media::Attachment;
use crate::receipt::Delivery;
use crate::sid::{AccountSid, ConversationSid, MessageSid, ParticipantSid};
use crate::time::Timestamp;

/// The author of a message that names none.
pub const DEFAULT_AUTHOR: &str = "system";

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its SID.
    pub sid: MessageSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The conversation that it belongs to.
    pub conversation_sid: ConversationSid,
    /// Its place in the conversation, from zero; never used again after a deletion.
    pub index: i64,
    /// An identity, an address or any text.
    pub author: String,
    /// The author's participant, when the author is one.
    pub participant_sid: Option<ParticipantSid>,
    /// Text; `None` when the message has only media or content.
    pub body: Option<String>,
    /// A JSON document, as sent.
    pub attributes: String,
    /// A content template, when sent with one.
    pub content_sid: Option<String>,
    /// The JSON object of the template's variables, as sent.
    pub content_variables: Option<String>,
    /// The subject for e-mail participants; taken, never shown.
    pub subject: Option<String>,
    /// Shown creation time; an import may set it.
    pub date_created: Timestamp,
    /// Shown time of the last edit, or of creation.
    pub date_updated: Timestamp,
    /// The event of its addition, while the message is as it was added. An edit or a deletion gives
    /// that event a row of its own first, so the log never changes.
    pub added: Option<Added>,
    /// The files that came with it, in order.
    pub media: Vec<Attachment>,
    /// What became of it outside the chat; `None` while it has no receipts. Not part of its row:
    /// whoever shows the message reads it with the receipts.
    pub delivery: Option<Delivery>,
}

/// The event of a message's addition, which is kept with the message: an event row of its own for
/// each message would double what a message costs to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its number in the conversation's log.
    pub seq: i64,
    /// When the message was added, whatever its shown creation time.
    pub at: Timestamp,
    /// What kind of client added it.
    pub source: String,
    /// Who added it.
    pub actor: String,
    /// Whether post-event webhooks are to hear of it.
    pub notify: bool,
}
