//! Messages on their way to participants outside the chat (contract §7.4, §11.10), from the unit of work that
//! creates them to the channel's word.
//!
//! They go the way of webhooks: a row for each, in a line of its own for each participant of a conversation, or
//! for the whole of a group text, carried out by the [`crate::Dispatcher`].

pub(crate) mod audience;
pub(crate) mod enqueue;
pub(crate) mod errand;
mod list;
mod pack;
pub(crate) mod record;

use dwell_core::{MessageSid, ReceiptSid};
use dwell_store::deliveries::Delivery;
use serde::{Deserialize, Serialize};

pub(crate) use audience::Audience;
pub(crate) use enqueue::send_out;
pub use list::{List, OutboundMessage, Stage};

/// What the row of a message is called, where those of webhooks name an event.
const EVENT: &str = "message";

/// Why a message does not leave, by the numbers that Twilio gives its errors.
pub(crate) mod codes {
    /// No channel serves the address that it would leave from, or that channel cannot send it.
    pub(crate) const NO_CHANNEL: i64 = 21_606;
    /// Its text is longer than the channel takes.
    pub(crate) const TOO_LONG: i64 = 21_617;
    /// It has nothing that can be sent.
    pub(crate) const EMPTY: i64 = 21_619;
    /// Its account is disabled.
    pub(crate) const ACCOUNT_DISABLED: i64 = 30_002;
    /// Nobody took it in time.
    pub(crate) const EXPIRED: i64 = 30_036;
}

/// What a row holds of the message that it sends; its address of departure and its conversation are columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) message_sid: MessageSid,
    /// The addresses that it goes to.
    pub(crate) to: Vec<String>,
    /// The receipt of each of them.
    pub(crate) receipts: Vec<ReceiptSid>,
    /// The account's other addresses in a group text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<String>,
    pub(crate) author: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
}

/// Whether a row is in the line of a group text, which is called as the conversation.
pub(crate) fn is_of_group(delivery: &Delivery) -> bool {
    delivery.hook_sid == delivery.stream_sid
}

impl Letter {
    /// The letter in a row; `None` when it holds none.
    pub(crate) fn of(delivery: &Delivery) -> Option<Self> {
        serde_json::from_str(&delivery.params).ok()
    }
}
