//! `POST /dwell/v1/Agents/{Identity}`: whether somebody is available, for how much and for what.

use dwell_core::person::PersonRole;
use dwell_core::{Reason, limits};
use dwell_store::{Tx, desks};

use super::settings::limit;
use super::{Agent, find};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;
use crate::sessions::{queue, reroute};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Whether they may be given work.
    pub available: Option<String>,
    /// How many sessions they have room for; blank for as many as anybody.
    pub limit: Option<String>,
    /// The queues that they serve beside the one that everybody serves; a single blank one for none.
    pub queues: Option<Vec<String>>,
}

impl Engine {
    /// Changes whether somebody is available, for how much and for what, and gives out what there is room for then.
    /// What is without a parameter stays.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::RoleForbids`] for an agent who changes more than their own availability;
    /// [`Reason::InvalidParameter`] for each parameter that breaks a rule.
    pub async fn update_agent(&self, caller: &Caller, identity: &str, request: Update) -> Result<Agent, Error> {
        let (caller, identity) = (caller.clone(), identity.to_owned());
        self.write(move |tx| update(tx, &caller, &identity, &request)).await
    }
}

/// An agent says whether they are available themselves; the rest is for supervisors.
fn check_may(caller: &Caller, identity: &str, request: &Update) -> Result<(), Reason> {
    let Some(person) = &caller.person else { return Ok(()) };
    let is_own = person.identity == identity && request.limit.is_none() && request.queues.is_none();
    if person.role >= PersonRole::Supervisor || is_own && person.role >= PersonRole::Agent {
        return Ok(());
    }
    Err(Reason::RoleForbids)
}

fn update(tx: &mut dyn Tx, caller: &Caller, identity: &str, request: &Update) -> Result<Agent, Error> {
    let account = &caller.account.sid;
    desks::lock_settings(tx, account)?;
    let mut desk = find(tx, account, identity)?.desk;
    check_may(caller, identity, request)?;
    desk.available = input::boolean("Available", request.available.as_deref())?.unwrap_or(desk.available);
    if let Some(text) = &request.limit {
        desk.limit_own = limit("Limit", Some(text))?;
    }
    if let Some(queues) = &request.queues {
        desk.queues = check_queues(queues)?;
    }
    desks::put(tx, account, &desk)?;
    let now = caller.now(tx)?;
    reroute(tx, caller, now)?;
    find(tx, account, identity)
}

/// The queues, each once and in order.
fn check_queues(given: &[String]) -> Result<Vec<String>, Reason> {
    let named = given.iter().map(|text| queue("Queues", text)).collect::<Result<Vec<_>, _>>()?;
    let mut queues: Vec<_> = named.into_iter().flatten().map(str::to_owned).collect();
    queues.sort_unstable();
    queues.dedup();
    let max = limits::QUEUES_OF_AGENT_MAX;
    if queues.len() > max {
        return Err(Reason::InvalidParameter { name: "Queues", problem: format!("more than {max}") });
    }
    Ok(queues)
}
