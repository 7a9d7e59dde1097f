//! What the roles of people may do besides: the switches that an account's admins set.

use dwell_core::Reason;
use dwell_core::person::{PersonRole, Switches};
use dwell_store::{Tx, role_permissions};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

/// The parameters of an update, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub can_inactivate: Option<String>,
    pub can_end: Option<String>,
    pub can_end_others: Option<String>,
    pub can_bulk: Option<String>,
}

impl Caller {
    /// What the caller's role may do besides: everything for a credential.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub fn switches(&self, tx: &mut dyn Tx) -> Result<Switches, Error> {
        match &self.person {
            None => Ok(Switches::ALL),
            Some(person) => of_role(tx, self, person.role),
        }
    }
}

fn of_role(tx: &mut dyn Tx, caller: &Caller, role: PersonRole) -> Result<Switches, Error> {
    if !role.has_own_switches() {
        return Ok(role.default_switches());
    }
    let set = role_permissions::fetch(tx, &caller.account.sid, role)?;
    Ok(set.unwrap_or_else(|| role.default_switches()))
}

impl Engine {
    /// The switches of every role, the least role first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn list_role_permissions(&self, caller: &Caller) -> Result<Vec<(PersonRole, Switches)>, Error> {
        let caller = caller.clone();
        let read = move |tx: &mut dyn Tx| {
            PersonRole::ALL.into_iter().map(|role| Ok((role, of_role(tx, &caller, role)?))).collect()
        };
        self.inner.store.read(read).await
    }

    /// Sets switches of a role. What is not given stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] for no role; [`Reason::InvalidParameter`] for a role whose switches cannot be set, and
    /// for a parameter that cannot be read.
    pub async fn update_role_permissions(
        &self,
        caller: &Caller,
        segment: &str,
        request: Request,
    ) -> Result<(PersonRole, Switches), Error> {
        let role = PersonRole::parse(segment).ok_or(Error::NotFound)?;
        if !role.has_own_switches() {
            let problem = "an admin may do everything and a viewer nothing, always".to_owned();
            return Err(Reason::InvalidParameter { name: "Role", problem }.into());
        }
        let can_inactivate = input::boolean("CanInactivate", request.can_inactivate.as_deref())?;
        let can_end = input::boolean("CanEnd", request.can_end.as_deref())?;
        let can_end_others = input::boolean("CanEndOthers", request.can_end_others.as_deref())?;
        let can_bulk = input::boolean("CanBulk", request.can_bulk.as_deref())?;
        let (caller, now) = (caller.clone(), self.now());
        self.write(move |tx| {
            let before = of_role(tx, &caller, role)?;
            let after = Switches {
                can_inactivate: can_inactivate.unwrap_or(before.can_inactivate),
                can_end: can_end.unwrap_or(before.can_end),
                can_end_others: can_end_others.unwrap_or(before.can_end_others),
                can_bulk: can_bulk.unwrap_or(before.can_bulk),
            };
            role_permissions::put(tx, &caller.account.sid, role, after, now)?;
            Ok((role, after))
        })
        .await
    }
}
