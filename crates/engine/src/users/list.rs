//! `GET /Users` (contract §3).

use dwell_core::User;
use dwell_store::{services, users};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Users of a service in order of creation.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service.
    pub async fn list_users(&self, scope: &Scope, page: PageRequest) -> Result<Page<User>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
                services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
                Ok(Page::of(users::list(tx, account, service, page.seek(), page.limit())?, &page, cursor))
            })
            .await
    }
}

fn cursor(user: &User) -> String {
    user.sid.to_string()
}
