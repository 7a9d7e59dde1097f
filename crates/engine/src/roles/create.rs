//! `POST /Roles` (contract §5.10).

use dwell_core::role::RoleType;
use dwell_core::{Reason, Role, RoleSid, limits};
use dwell_store::{Tx, roles, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{at_most, present};

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub friendly_name: Option<String>,
    pub role_type: Option<String>,
    pub permission: Option<Vec<String>>,
}

impl Engine {
    /// Creates a role.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; a [`Reason`] for each parameter that is missing or
    /// breaks a rule.
    pub async fn create_role(&self, scope: &Scope, request: Create) -> Result<Role, Error> {
        let sid = RoleSid::new(self.sid());
        let scope = scope.clone();
        self.write(move |tx| create(tx, &scope, sid, &request)).await
    }
}

fn create(tx: &mut dyn Tx, scope: &Scope, sid: RoleSid, request: &Create) -> Result<Role, Error> {
    let service = services::hold(tx, &scope.caller.account.sid, &scope.service_sid)?.ok_or(Error::NotFound)?;
    let name = present(request.friendly_name.as_deref()).ok_or(Reason::FriendlyNameMissing)?;
    let name = at_most(name, limits::SHORT_FRIENDLY_NAME_CHARS_MAX, Reason::FriendlyNameTooLong)?;
    let role_type = request.role_type.as_deref().and_then(RoleType::parse).ok_or(Reason::RoleTypeInvalid)?;
    let now = scope.caller.now(tx)?;
    let role = Role {
        sid,
        account_sid: service.account_sid,
        service_sid: service.sid,
        friendly_name: name.to_owned(),
        role_type,
        permissions: super::permissions(role_type, request.permission.as_deref())?,
        date_created: now,
        date_updated: now,
    };
    roles::insert(tx, &role)?;
    Ok(role)
}
