//! `POST /dwell/v1/LifecyclePolicies/Preview`: what a policy would do to a conversation that begins now, as the
//! lifecycle itself says it.

use std::sync::Arc;

use dwell_core::lifecycle::{Fired, Input, Mark, Timers, step};
use dwell_core::policy::Rules;
use dwell_core::session::Side;
use dwell_core::{Lifecycle, PolicySid, State, Timestamp};

use super::Request;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// When the agent of the story replies, in seconds.
const REPLY_AFTER_SECONDS: i64 = 30;

/// Something that would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// How long after the beginning, in seconds; less than one that has begun is not counted.
    pub after_seconds: i64,
    /// What.
    pub what: What,
    /// What is said then.
    pub body: Option<String>,
}

/// What would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The customer writes, and the conversation begins.
    CustomerWrites,
    /// An agent replies.
    AgentReplies,
    /// A warning is said.
    Warning,
    /// The farewell is said.
    Farewell,
    /// The conversation becomes inactive.
    Inactive,
    /// The session ends, and the conversation stays.
    SessionEnds,
    /// The conversation is closed.
    Closed,
}

impl What {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            What::CustomerWrites => "customer_writes",
            What::AgentReplies => "agent_replies",
            What::Warning => "warning",
            What::Farewell => "farewell",
            What::Inactive => "inactive",
            What::SessionEnds => "session_ends",
            What::Closed => "closed",
        }
    }

    /// The same in a sentence.
    pub const fn text(self) -> &'static str {
        match self {
            What::CustomerWrites => "The customer writes, and the conversation begins.",
            What::AgentReplies => "An agent replies.",
            What::Warning => "A warning is said.",
            What::Farewell => "The farewell is said.",
            What::Inactive => "The conversation becomes inactive; a message of the customer's brings it back.",
            What::SessionEnds => "The session ends; the conversation stays for the next one.",
            What::Closed => "The conversation is closed for good.",
        }
    }
}

impl Engine {
    /// What a policy with these parameters would do to a conversation that begins now, in which the customer
    /// writes once and an agent replies.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for each parameter that breaks a rule.
    pub async fn preview_policy(&self, caller: &Caller, request: Request) -> Result<Vec<Moment>, Error> {
        let rules = request.new_rules(PolicySid::new(self.sid()))?;
        let caller = caller.clone();
        let now = self.inner.store.read(move |tx| caller.now(tx)).await?;
        story(&rules, now)
    }
}

fn story(rules: &Rules, began: Timestamp) -> Result<Vec<Moment>, Error> {
    let mut told = Vec::new();
    let mut tell = |at: Timestamp, what, body: Option<&str>| {
        let after_seconds = at.micros_since(began) / 1_000_000;
        told.push(Moment { at, after_seconds, what, body: body.map(str::to_owned) });
    };
    let mut life = Lifecycle::created(State::Active, Timers::default(), began)?;
    life = step(&life, began, Input::Governed(Some(Arc::new(rules.clone())), Timers::default()))?.next;
    let replied = began.plus_seconds(REPLY_AFTER_SECONDS);
    for (at, what, by) in [(began, What::CustomerWrites, Side::Customer), (replied, What::AgentReplies, Side::Agent)] {
        life.settle(at).iter().for_each(|fired| tell_of(fired, rules, &mut tell));
        life = step(&life, at, Input::MessageAdded(by))?.next;
        tell(at, what, None);
    }
    life.marks_ahead().iter().for_each(|fired| tell_of(fired, rules, &mut tell));
    Ok(told)
}

fn tell_of(fired: &Fired, rules: &Rules, tell: &mut impl FnMut(Timestamp, What, Option<&str>)) {
    let says = fired.says(rules);
    let what = match fired.mark() {
        Mark::Warning => return tell(fired.at, What::Warning, says),
        Mark::Inactive => What::Inactive,
        Mark::Closed => What::Closed,
        Mark::End => What::SessionEnds,
    };
    if says.is_some() {
        tell(fired.at, What::Farewell, says);
    }
    tell(fired.at, what, None);
}
