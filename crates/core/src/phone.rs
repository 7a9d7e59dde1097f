//! Simulated telephones: what a channel of `loopback` leads to. For development; the contract knows nothing like
//! it.

use serde::{Deserialize, Serialize};

use crate::receipt::Status;
use crate::sid::{AccountSid, ChannelSid, ConversationSid, MessageSid, PhoneMessageSid, ReceiptSid};
use crate::time::Timestamp;

/// Most messages of an account's phones that are kept, the newest.
pub const MESSAGES_MAX: i64 = 1_000;

/// A message on a simulated phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneMessage {
    /// Its SID, the channel's own name for the message.
    pub sid: PhoneMessageSid,
    /// The account that owns the phone.
    pub account_sid: AccountSid,
    /// The address of the phone.
    pub phone: String,
    /// The address of the account's that the phone texts with.
    pub other: String,
    /// The channel that serves that address; `None` where none does, in development.
    pub channel_sid: Option<ChannelSid>,
    /// Which way it went.
    pub way: Way,
    /// Who wrote what the phone received.
    pub author: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// What came with it.
    pub files: Vec<PhoneFile>,
    /// What the phone reported of what it received.
    pub status: Option<Status>,
    /// The error that it reported with it.
    pub error_code: Option<i64>,
    /// The conversation; `None` when what the phone sent was refused.
    pub conversation_sid: Option<ConversationSid>,
    /// The message there.
    pub message_sid: Option<MessageSid>,
    /// The receipt of what the phone received.
    pub receipt_sid: Option<ReceiptSid>,
    /// When it came or went.
    pub date_created: Timestamp,
    /// When the phone last reported.
    pub date_updated: Timestamp,
}

/// Which way a message went, as the phone sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Way {
    Received,
    Sent,
}

impl Way {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Way::Received => "received",
            Way::Sent => "sent",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Way::Received, Way::Sent].into_iter().find(|way| way.as_str() == text)
    }
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneFile {
    /// Its SID.
    pub sid: String,
    /// Its MIME type.
    pub content_type: String,
    /// Its name, when it has one.
    pub filename: Option<String>,
    /// How long it is, in bytes.
    pub size: i64,
    /// The path under which anyone may fetch it for some time.
    pub link: String,
}
