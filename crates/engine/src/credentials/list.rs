//! `GET /Credentials` (contract §3).

use dwell_core::Credential;
use dwell_store::credentials;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Credentials of the account in order of creation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn list_credentials(&self, caller: &Caller, page: PageRequest) -> Result<Page<Credential>, Error> {
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| Ok(Page::of(credentials::list(tx, &account, page.seek(), page.limit())?, &page, cursor)))
            .await
    }
}

fn cursor(credential: &Credential) -> String {
    credential.sid.to_string()
}
