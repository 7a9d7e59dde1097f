//! What a conversation is: identifiers, instants, durations, states and timers, limits, events and
//! the reasons for which something is refused.
//!
//! Pure by design: no I/O, no async, no SQL, no clock and no randomness of its own. Every instant
//! and every random byte is an argument, so each rule here can be proved with a table or a property.

pub mod account;
pub mod address;
pub mod address_configuration;
pub mod attributes;
pub mod bulk;
pub mod channel;
pub mod conversation;
pub mod country;
pub mod event;
pub mod group;
pub mod hours;
pub mod last_call;
pub mod lifecycle;
pub mod limits;
pub mod media;
pub mod message;
pub mod notifications;
pub mod participant;
pub mod person;
pub mod phone;
pub mod policy;
pub mod push;
pub mod reason;
pub mod receipt;
pub mod role;
pub mod service;
pub mod session;
pub mod sid;
pub mod statistics;
pub mod time;
pub mod timer;
pub mod view;
pub mod webhook;

pub use account::{Account, Rights};
pub use address_configuration::AddressConfiguration;
pub use channel::Channel;
pub use conversation::Conversation;
pub use lifecycle::{Lifecycle, State};
pub use media::Media;
pub use message::Message;
pub use notifications::Notifications;
pub use participant::Participant;
pub use person::{Person, PersonRole};
pub use phone::PhoneMessage;
pub use push::{Credential, PushBinding, PushType};
pub use reason::Reason;
pub use receipt::Receipt;
pub use service::{Role, Service, User};
pub use sid::*;
pub use time::Timestamp;
pub use view::View;
pub use webhook::Webhook;
