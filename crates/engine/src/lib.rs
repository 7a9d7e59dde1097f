//! What can be done: commands and queries, one file each, and the tasks that run beside them.
//!
//! Everybody goes through here: HTTP handlers, timers, the console and tools for AI call the same
//! commands, so no rule lives anywhere else. A command validates, loads and locks, asks
//! [`dwell_core::lifecycle::step`], writes rows and appends events, all in one transaction; its
//! answer means that all of it is on disk.

pub mod access_tokens;
pub mod accounts;
pub mod address_configurations;
pub mod agents;
pub mod audit;
mod auth;
pub mod bindings;
pub mod bulk;
pub mod carriers;
pub mod channels;
pub mod clock;
pub mod configuration;
mod context;
pub mod conversations;
pub mod credentials;
pub mod deliveries;
mod dispatcher;
mod engine;
mod error;
mod groups;
pub mod hooks;
pub mod inbound;
mod initializer;
mod input;
mod janitor;
mod journal;
pub mod last_calls;
pub mod live;
pub mod media;
pub mod messages;
pub mod notifications;
mod observed;
pub mod openid;
pub mod outbound;
mod page;
pub mod participant_conversations;
pub mod participants;
mod passwords;
pub mod people;
pub mod phones;
pub mod policies;
mod pre_hooks;
pub mod random;
pub mod receipts;
pub mod role_permissions;
pub mod roles;
pub mod scheduler;
pub mod secrets;
pub mod service_configuration;
pub mod services;
pub mod sessions;
pub mod sign_in;
pub mod signature;
pub mod statistics;
pub mod test_clock;
pub mod timers;
pub mod user_conversations;
pub mod users;
pub mod views;
pub mod webhook_configurations;
pub mod webhooks;

pub use bulk::BulkWorker;
pub use clock::{Clock, SystemClock};
pub use context::{Caller, SOURCE_API, Scope};
pub use dispatcher::{Dispatcher, Options as DispatcherOptions};
pub use dwell_store::Stopwatch;
pub use engine::{Engine, Parts};
pub use error::Error;
pub use initializer::Initializer;
pub use last_calls::LastCaller;
pub use page::{Page, PageRequest};
pub use random::{Random, SystemRandom};
pub use scheduler::Scheduler;
pub use secrets::SecretKey;
pub use statistics::TallyKeeper;
