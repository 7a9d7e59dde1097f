//! `GET /Roles/{Sid}`.

use dwell_core::{Role, RoleSid};
use dwell_store::{roles, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One role.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_role(&self, scope: &Scope, segment: &str) -> Result<Role, Error> {
        let sid = RoleSid::parse(segment).ok_or(Error::NotFound)?;
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let account = &scope.caller.account.sid;
                services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
                roles::fetch(tx, account, &scope.service_sid, &sid)?.ok_or(Error::NotFound)
            })
            .await
    }
}
