//! Messages from outside, whichever channel they come through (contract §11): checked, put where they
//! belong, and each of them once.

mod append;
mod arrival;
mod begin;
mod files;
pub(crate) mod parts;
mod receive;
mod signed;

use dwell_core::{ChannelSid, ConversationSid, MessageSid};

pub use parts::{Part, Whole};
pub use signed::{Owner, Signed};

/// A message that arrived at an address of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The channel that brought it; `None` when the account itself did, over the API.
    pub channel_sid: Option<ChannelSid>,
    /// The channel's own name for it: a message that comes twice under one name is one message. One without
    /// a name is always new.
    pub channel_message_sid: Option<String>,
    /// Who wrote it: an address outside.
    pub from: String,
    /// The account's address that it arrived at.
    pub to: String,
    /// The other addresses of a group text.
    pub others: Vec<String>,
    /// The text.
    pub body: Option<String>,
    /// The subject of an e-mail.
    pub subject: Option<String>,
    /// The channel's names of the messages that it answers, the nearest last.
    pub references: Vec<String>,
    /// A JSON object that becomes the message's attributes; `{}` when left out.
    pub attributes: Option<String>,
    /// The name of the sender beside an e-mail address.
    pub from_name: Option<String>,
    /// What came with it.
    pub media: Vec<InboundMedia>,
}

/// A file that came with a message.
#[derive(Clone, PartialEq, Eq)]
pub enum InboundMedia {
    /// It is to be fetched.
    Remote {
        /// From where.
        url: String,
        /// Its MIME type, when it was said.
        content_type: Option<String>,
        /// User name and password for those who keep it, if they ask for some.
        credentials: Option<(String, String)>,
    },
    /// It came along.
    Here {
        /// The file.
        bytes: Vec<u8>,
        /// Its MIME type.
        content_type: String,
        /// Its name, when it has one.
        filename: Option<String>,
    },
}

/// Files are what people wrote, and URLs may hold passwords.
impl std::fmt::Debug for InboundMedia {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            InboundMedia::Remote { .. } => f.write_str("Remote(…)"),
            InboundMedia::Here { bytes, .. } => write!(f, "Here({} bytes)", bytes.len()),
        }
    }
}

/// What became of a message that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What was done with it.
    pub outcome: Outcome,
    /// The conversation that it is in; `None` when it was refused.
    pub conversation_sid: Option<ConversationSid>,
    /// The message; `None` when it was refused.
    pub message_sid: Option<MessageSid>,
    /// Whether it had arrived before: this is what became of it then.
    pub is_repeated: bool,
}

/// What was done with a message that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was added to the conversation that holds its pair of addresses.
    Appended,
    /// It began a conversation.
    Created,
    /// A pre-event webhook refused it (contract §10.7).
    Rejected,
}

impl Outcome {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Appended => "appended",
            Outcome::Created => "created",
            Outcome::Rejected => "rejected",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Outcome::Appended, Outcome::Created, Outcome::Rejected].into_iter().find(|outcome| outcome.as_str() == text)
    }
}
