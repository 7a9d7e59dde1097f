//! `POST /Roles/{Sid}` (contract §5.10).

use dwell_core::{Role, RoleSid};
use dwell_store::{Tx, roles, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub permission: Option<Vec<String>>,
}

impl Engine {
    /// Replaces everything that a role grants.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`dwell_core::Reason`] when a permission is unknown or none is given.
    pub async fn update_role(&self, scope: &Scope, segment: &str, request: Update) -> Result<Role, Error> {
        let sid = RoleSid::parse(segment).ok_or(Error::NotFound)?;
        let scope = scope.clone();
        self.write(move |tx| update(tx, &scope, &sid, &request)).await
    }
}

fn update(tx: &mut dyn Tx, scope: &Scope, sid: &RoleSid, request: &Update) -> Result<Role, Error> {
    let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
    services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
    let mut role = roles::lock(tx, account, service, sid)?.ok_or(Error::NotFound)?;
    role.permissions = super::permissions(role.role_type, request.permission.as_deref())?;
    role.date_updated = scope.caller.now(tx)?.max(role.date_updated);
    roles::update(tx, &role)?;
    Ok(role)
}
