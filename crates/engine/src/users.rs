//! Users: create, fetch, list, update, delete; and their quiet creation with a chat participant.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

pub use create::Create;
pub(crate) use create::ensure;
pub use update::Update;

use dwell_core::event::{EventKind, UserPayload};
use dwell_core::{Timestamp, User, UserSid};
use dwell_store::users::Key;
use dwell_store::{Tx, events};

use crate::context::Caller;
use crate::deliveries::enqueue::{self, Event, Facts, Stream};
use crate::error::Error;
use crate::journal::to_json;

/// Reads a path segment: a SID or an identity (contract §1.6).
pub(crate) fn by_key<T>(segment: &str, then: impl FnOnce(Key<'_>) -> T) -> T {
    match UserSid::parse(segment) {
        Some(sid) => then(Key::Sid(&sid)),
        None => then(Key::Identity(segment)),
    }
}

/// Appends an event about a user, whose number it has been given already.
fn record(tx: &mut dyn Tx, caller: &Caller, user: &User, kind: EventKind, at: Timestamp) -> Result<(), Error> {
    let payload = to_json(&UserPayload::new(user))?;
    let event = events::NewEvent {
        stream_sid: &user.sid,
        seq: user.event_seq,
        kind,
        at,
        source: caller.source,
        actor: &caller.credential,
        notify: caller.webhooks,
        payload: &payload,
    };
    events::insert(tx, &user.account_sid, &[event])?;
    if !caller.webhooks {
        return Ok(());
    }
    let told = Event {
        stream: Stream::User(&user.sid),
        seq: user.event_seq,
        kind,
        source: caller.source,
        facts: Facts::Payload(&payload),
    };
    enqueue::tell(tx, &caller.notifier, &user.account_sid, caller.received_at, &[(user.service_sid, told)])
}
