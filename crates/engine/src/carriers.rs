//! Carriers: what is asked of the other side of a channel and what comes back.
//!
//! The carriers themselves are in `dwell-delivery`: the engine opens no connections. A carrier hands a message
//! over once and tells what happened; the dispatcher judges it as it does calls of webhooks, with the same
//! queues, retries and order.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use dwell_core::channel::{Channel, Settings};
use dwell_core::receipt::Status;
use dwell_core::{ConversationSid, MediaSid, MessageSid, ReceiptSid};

use crate::hooks::AuthToken;

/// What a carrier returns: the handing over under way.
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Accepted, CarryError>> + Send + 'a>>;

/// Something that can hand messages over to the other side of every channel.
pub trait Carrier: Send + Sync + 'static {
    /// Hands a message over, once. Dropping the future gives it up; what the other side has then is not known.
    fn carry(&self, parcel: Parcel) -> Carrying<'_>;
}

/// The carrier of a process that sends nothing, such as a command beside the server.
impl Carrier for crate::hooks::Unconnected {
    fn carry(&self, _: Parcel) -> Carrying<'_> {
        let what = "this process sends no messages".to_owned();
        Box::pin(std::future::ready(Err(CarryError::Later { what })))
    }
}

/// One message on its way to one participant, or to all of a group text.
#[derive(Clone)]
pub struct Parcel {
    /// The channel that serves `from`.
    pub channel: Channel,
    /// Its settings.
    pub settings: Settings,
    /// The account's primary auth token, which signs what its own programs are told.
    pub auth_token: AuthToken,
    /// The proxy address that the participant sees, or the projected one of a group text.
    pub from: String,
    /// The name beside it, where the conversation has one for e-mail (contract §5.1).
    pub from_name: Option<String>,
    /// The address of the participant; those of a group text are several.
    pub to: Vec<String>,
    /// The account's other addresses in a group text, which its telephones are to see among those it went to.
    pub others: Vec<String>,
    /// The text.
    pub body: Option<String>,
    /// What comes with it.
    pub media: Vec<Enclosure>,
    /// The subject of an e-mail.
    pub subject: Option<String>,
    /// The channel's names of earlier messages of the conversation to and from this participant, oldest
    /// first: what an e-mail answers.
    pub references: Vec<String>,
    /// Who wrote it: an identity, an address or any text.
    pub author: String,
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The message.
    pub message_sid: MessageSid,
    /// The place of the message in the conversation.
    pub message_index: i64,
    /// The receipts that the channel's word advances, in the order of `to`.
    pub receipts: Vec<ReceiptSid>,
    /// A UUID, the same for every attempt to hand the same message over.
    pub idempotency_token: String,
    /// Longest time from start to the end of the answer, in milliseconds.
    pub timeout_millis: u64,
}

/// What people wrote, their addresses and passwords do not belong into a log.
impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parcel")
            .field("channel", &self.channel.sid)
            .field("message_sid", &self.message_sid)
            .field("idempotency_token", &self.idempotency_token)
            .finish_non_exhaustive()
    }
}

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its SID.
    pub sid: MediaSid,
    /// Its MIME type.
    pub content_type: String,
    /// Its name, when it has one.
    pub filename: Option<String>,
    /// How long it is, in bytes.
    pub size: i64,
    /// The path of a link under which anyone may fetch it for some time, to be put after the server's public
    /// base URL.
    pub link: String,
    /// What is in it, for a side that fetches nothing: for e-mail.
    pub bytes: Option<Bytes>,
}

/// Shows neither what is in it nor the link to it.
impl fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enclosure").field("sid", &self.sid).field("size", &self.size).finish_non_exhaustive()
    }
}

/// The other side has taken a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Its own name for the message, by which it speaks of it later.
    pub channel_message_sid: Option<String>,
    /// How far it is already; `None` when the other side only queued it and will say more.
    pub status: Option<Status>,
}

/// Why a message was not handed over. The texts are for operators and for the list of deliveries: they
/// may name a host or an address of the network, never a password, a URL or what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarryError {
    /// It will never be: the receipt says so.
    #[error("refused: {what}")]
    Never {
        /// [`Status::Failed`], or [`Status::Undelivered`] when it was the carrier that refused.
        status: Status,
        /// Why, as the channel numbers its errors.
        error_code: Option<i64>,
        /// Why, for people.
        what: String,
    },
    /// Not now: another attempt may go better.
    #[error("not now: {what}")]
    Later {
        /// Why.
        what: String,
    },
}
