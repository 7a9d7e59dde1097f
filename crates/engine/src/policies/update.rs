//! `POST /dwell/v1/LifecyclePolicies/{Sid}`.

use dwell_core::policy::Policy;
use dwell_store::{Tx, policies};

use super::{Counted, Request, sid_of};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

impl Engine {
    /// Changes a policy. What is not given stays, but for what a preset fills. Other rules are a new version, by
    /// which conversations live that it takes over from now on; those that it governs go on with theirs.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ServiceNotFound`]; [`dwell_core::Reason::InvalidParameter`] for
    /// each parameter that breaks a rule.
    pub async fn update_policy(&self, caller: &Caller, segment: &str, request: Request) -> Result<Counted, Error> {
        let (caller, sid) = (caller.clone(), sid_of(segment)?);
        self.write(move |tx| {
            let policy = policies::lock(tx, &caller.account.sid, &sid)?.ok_or(Error::NotFound)?;
            let policy = update(tx, &caller, policy, &request)?;
            Ok(Counted::of(tx, policy)?)
        })
        .await
    }
}

fn update(tx: &mut dyn Tx, caller: &Caller, mut policy: Policy, request: &Request) -> Result<Policy, Error> {
    let before = policy.clone();
    if let Some(name) = input::friendly_name(request.friendly_name.as_deref())? {
        policy.friendly_name = name;
    }
    policy.enabled = input::boolean("Enabled", request.enabled.as_deref())?.unwrap_or(policy.enabled);
    policy.scope = request.scope(tx, &caller.account.sid, policy.scope)?;
    policy.rules = request.changed_rules(&policy.rules)?;
    if policy.rules != before.rules {
        policy.rules.version += 1;
    }
    if policy != before {
        policy.date_updated = caller.now(tx)?.max(policy.date_updated);
        policies::update(tx, &policy)?;
    }
    Ok(policy)
}
