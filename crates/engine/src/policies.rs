//! Lifecycle policies: create, fetch, list, update, delete, what one would do; and which of them governs a
//! conversation.

mod apply;
mod create;
mod delete;
mod fetch;
mod list;
mod preview;
mod read;
mod update;

use std::sync::Arc;

use dwell_core::lifecycle::{Input, step};
use dwell_core::policy::Policy;
use dwell_core::{Conversation, PolicySid, Timestamp};
use dwell_store::{StoreError, Tx, policies};

pub(crate) use apply::apply;
pub use preview::{Moment, What};
pub use read::Request;

use crate::error::Error;

/// A policy, and how many open conversations live by an older version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The policy.
    pub policy: Policy,
    /// How many.
    pub outdated: i64,
}

impl Counted {
    fn of(tx: &mut dyn Tx, policy: Policy) -> Result<Self, StoreError> {
        let outdated = policies::count_outdated(tx, &policy)?;
        Ok(Counted { policy, outdated })
    }
}

/// The SID of a policy, from a path.
fn sid_of(segment: &str) -> Result<PolicySid, Error> {
    PolicySid::parse(segment).ok_or(Error::NotFound)
}

/// Has a conversation live by the policy that is for it, by its participants as they are now, and says whether that
/// is another one than before. One that was given timers of its own stays out, and one that lives by the policy
/// already keeps its version.
pub(crate) fn govern(tx: &mut dyn Tx, c: &mut Conversation, now: Timestamp) -> Result<bool, Error> {
    if c.lifecycle.has_own_timers {
        return Ok(false);
    }
    let Some(policy) = policies::governing(tx, &c.account_sid, &c.service_sid, &c.sid)? else { return Ok(false) };
    if c.lifecycle.rules.as_ref().is_some_and(|rules| rules.policy_sid == policy.rules.policy_sid) {
        return Ok(false);
    }
    let input = Input::Governed(Some(Arc::new(policy.rules)), c.lifecycle.timers);
    c.lifecycle = step(&c.lifecycle, now, input)?.next;
    Ok(true)
}
