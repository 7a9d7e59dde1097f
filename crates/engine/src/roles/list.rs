//! `GET /Roles` (contract §3).

use dwell_core::Role;
use dwell_store::{roles, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Roles of a service in order of creation.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service.
    pub async fn list_roles(&self, scope: &Scope, page: PageRequest) -> Result<Page<Role>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
                services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
                Ok(Page::of(roles::list(tx, account, service, page.seek(), page.limit())?, &page, cursor))
            })
            .await
    }
}

fn cursor(role: &Role) -> String {
    role.sid.to_string()
}
