//! Sessions: one stint of work on a conversation, with who has it and how it stands.
//!
//! A conversation is one thread for as long as it lasts; a session begins when the customer writes, or somebody
//! takes the conversation, and ends when the work is done. It is a projection of what happens to the
//! conversation, plus the acts of those who work on it.

/// Gives an enumeration its names on the wire and in the store.
macro_rules! names {
    ($kind:ident: $($variant:ident = $name:literal),* $(,)?) => {
        impl $kind {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$kind] = &[$($kind::$variant),*];

            /// The name on the wire and in the store.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($kind::$variant => $name,)*
                }
            }

            /// The inverse of [`Self::as_str`], blind to case.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| text.eq_ignore_ascii_case(value.as_str()))
            }
        }
    };
}

mod acts;
mod follow;
mod routing;

use crate::sid::{AccountSid, ConversationSid, ServiceSid, SessionSid};
use crate::time::Timestamp;

pub use acts::{Act, Actor, Denied, Plan, plan};
pub use follow::{Happened, Line, Ways, Why, begins};
pub use routing::{AgentDesk, Desk, DeskSettings, Routing, Waiting, route};

/// On which side of a conversation the author of a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// A person of the account.
    Agent,
    /// Anybody else who is a participant.
    Customer,
    /// A program: the server itself, a bot.
    System,
}

names! { Side: Agent = "agent", Customer = "customer", System = "system" }

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Nobody has it yet; the conversation is active.
    Waiting,
    /// Its owner works on it; the conversation is active.
    Active,
    /// Parked with its owner, who gets it back when the customer writes; the conversation is inactive.
    Paused,
    /// Parked; whoever is free gets it when the customer writes; the conversation is inactive.
    Inactive,
    /// Over; the customer's next message begins another session.
    Ended,
    /// Over by a failure.
    Error,
}

names! { Status: Waiting = "waiting", Active = "active", Paused = "paused", Inactive = "inactive", Ended = "ended", Error = "error" }

impl Status {
    /// Whether nothing can happen to the session any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Status::Ended | Status::Error)
    }
}

/// How a session came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The customer wrote.
    Inbound,
    /// A person took the conversation.
    Agent,
    /// A program gave the conversation to somebody.
    Api,
}

names! { Origin: Inbound = "inbound", Agent = "agent", Api = "api" }

/// Who ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndedBy {
    /// Somebody who works on sessions.
    Agent,
    /// A program on the account's side.
    Bot,
    /// The customer.
    EndUser,
    /// A timer, or the API beside the session.
    System,
}

names! { EndedBy: Agent = "agent", Bot = "bot", EndUser = "end_user", System = "system" }

/// Who gets a parked session when the customer writes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// Whoever has it, over the limit or not.
    #[default]
    SameAgent,
    /// Whoever is free: it waits in its queue.
    Queue,
}

names! { OnReturn: SameAgent = "same_agent", Queue = "queue" }

/// What a session failed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its number in the dictionary (contract §4.3).
    pub code: i64,
    /// What went wrong.
    pub message: String,
}

/// A session. Instants are the account's, but for `changed_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its SID.
    pub sid: SessionSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service of its conversation.
    pub service_sid: ServiceSid,
    /// Its conversation.
    pub conversation_sid: ConversationSid,
    /// Which session of the conversation it is; the first is 1.
    pub number: i64,
    /// How it stands.
    pub status: Status,
    /// The identity of who has it, or had it last.
    pub owner: Option<String>,
    /// The queue that it waits in; `None` for the one that everybody serves.
    pub queue: Option<String>,
    /// How it came about.
    pub origin: Origin,
    /// Why it was parked or ended, in the words of who did it.
    pub reason: Option<String>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Who gets it when the customer returns.
    pub on_return: OnReturn,
    /// Whether the clocks of the conversation stand still.
    pub held: bool,
    /// When it began.
    pub date_created: Timestamp,
    /// When it last began to wait.
    pub date_waiting: Option<Timestamp>,
    /// When it was first taken.
    pub date_accepted: Option<Timestamp>,
    /// When somebody first answered.
    pub date_first_reply: Option<Timestamp>,
    /// When it was last parked.
    pub date_inactive: Option<Timestamp>,
    /// When it last came back.
    pub date_returned: Option<Timestamp>,
    /// When it was over.
    pub date_ended: Option<Timestamp>,
    /// When anything of it last changed.
    pub date_updated: Timestamp,
    /// Messages of its agents.
    pub agent_messages: i64,
    /// Messages of its customer.
    pub customer_messages: i64,
    /// When an agent last wrote.
    pub date_last_agent_message: Option<Timestamp>,
    /// When the customer last wrote.
    pub date_last_customer_message: Option<Timestamp>,
    /// What it failed of.
    pub error: Option<Failure>,
    /// Counts its changes; the first state is 1.
    pub revision: i64,
    /// How many lines its log has.
    pub log_seq: i64,
    /// When it last changed, in real time: what live streams follow.
    pub changed_at: Timestamp,
}

#[cfg(test)]
mod tests;
