//! `GET` and `POST /dwell/v1/Desk`: how the account hands out its work.

use dwell_core::person::PersonRole;
use dwell_core::session::{DeskSettings, Routing};
use dwell_core::{Reason, limits};
use dwell_store::{Tx, desks};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::sessions::reroute;

/// The parameters, as sent; a blank one says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Whether waiting sessions are given out, or taken.
    pub routing: Option<String>,
    /// Whether parked sessions take room.
    pub count_inactive: Option<String>,
    /// How many sessions an agent has room for who has no limit of their own.
    pub limit_default: Option<String>,
}

impl Update {
    fn apply(&self, before: DeskSettings) -> Result<DeskSettings, Reason> {
        let unknown =
            || Reason::InvalidParameter { name: "Routing", problem: "must be automatic or manual".to_owned() };
        let routing =
            present(self.routing.as_deref()).map(|text| Routing::parse(text).ok_or_else(unknown)).transpose()?;
        let count_inactive = input::boolean("CountInactive", self.count_inactive.as_deref())?;
        Ok(DeskSettings {
            routing: routing.unwrap_or(before.routing),
            count_inactive: count_inactive.unwrap_or(before.count_inactive),
            limit_default: limit("LimitDefault", self.limit_default.as_deref())?.unwrap_or(before.limit_default),
        })
    }
}

/// How many sessions somebody has room for.
pub(super) fn limit(name: &'static str, text: Option<&str>) -> Result<Option<i64>, Reason> {
    let max = limits::SESSIONS_OF_AGENT_MAX;
    let wrong = || Reason::InvalidParameter { name, problem: format!("must be a whole number from 0 to {max}") };
    let number = |text: &str| text.parse().ok().filter(|number| (0..=max).contains(number)).ok_or_else(wrong);
    present(text).map(number).transpose()
}

impl Engine {
    /// How the account hands out its work.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn fetch_desk(&self, caller: &Caller) -> Result<DeskSettings, Error> {
        let account = caller.account.sid;
        Ok(self.inner.store.read(move |tx| desks::settings(tx, &account)).await?)
    }

    /// Changes how the account hands out its work, and gives out what there is room for then. What is without a
    /// parameter stays.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for each parameter that breaks a rule; [`Reason::RoleForbids`] but for
    /// supervisors.
    pub async fn update_desk(&self, caller: &Caller, request: Update) -> Result<DeskSettings, Error> {
        if caller.person.as_ref().is_some_and(|person| person.role < PersonRole::Supervisor) {
            return Err(Reason::RoleForbids.into());
        }
        let caller = caller.clone();
        self.write(move |tx| update(tx, &caller, &request)).await
    }
}

fn update(tx: &mut dyn Tx, caller: &Caller, request: &Update) -> Result<DeskSettings, Error> {
    let account = &caller.account.sid;
    let settings = request.apply(desks::lock_settings(tx, account)?)?;
    desks::update_settings(tx, account, &settings)?;
    let now = caller.now(tx)?;
    reroute(tx, caller, now)?;
    Ok(settings)
}
