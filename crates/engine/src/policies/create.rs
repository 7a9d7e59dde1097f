//! `POST /dwell/v1/LifecyclePolicies`.

use dwell_core::policy::{Policy, Rules, Scope};
use dwell_core::{PolicySid, Reason, limits};
use dwell_store::{Tx, accounts, policies};

use super::{Counted, Request};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

impl Engine {
    /// Creates a policy of the account, which takes over conversations that begin from now on.
    ///
    /// # Errors
    /// [`Reason::ServiceNotFound`]; [`Reason::InvalidParameter`] for each parameter that is missing or breaks a
    /// rule, and when the account has [`limits::POLICIES_MAX`].
    pub async fn create_policy(&self, caller: &Caller, request: Request) -> Result<Counted, Error> {
        let missing = || Reason::InvalidParameter { name: "FriendlyName", problem: "a name is required".to_owned() };
        let name = input::friendly_name(request.friendly_name.as_deref())?.ok_or_else(missing)?;
        let rules = request.new_rules(PolicySid::new(self.sid()))?;
        let caller = caller.clone();
        self.write(move |tx| create(tx, &caller, &request, &name, &rules)).await
    }
}

fn create(tx: &mut dyn Tx, caller: &Caller, request: &Request, name: &str, rules: &Rules) -> Result<Counted, Error> {
    let account = accounts::lock(tx, &caller.account.sid)?.ok_or(Error::NotFound)?;
    if policies::count(tx, &account.sid)? >= limits::POLICIES_MAX {
        let problem = format!("the account has {} policies, and no more are possible", limits::POLICIES_MAX);
        return Err(Reason::InvalidParameter { name: "FriendlyName", problem }.into());
    }
    let now = account.now(caller.received_at);
    let policy = Policy {
        account_sid: account.sid,
        scope: request.scope(tx, &account.sid, Scope::default())?,
        friendly_name: name.to_owned(),
        enabled: input::boolean("Enabled", request.enabled.as_deref())?.unwrap_or(true),
        rules: rules.clone(),
        date_created: now,
        date_updated: now,
    };
    policies::insert(tx, &policy)?;
    Ok(Counted { policy, outdated: 0 })
}
