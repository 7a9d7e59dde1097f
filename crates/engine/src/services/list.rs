//! `GET /Services` (contract §3).

use dwell_core::Service;
use dwell_store::services;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Services of the account in order of creation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn list_services(&self, caller: &Caller, page: PageRequest) -> Result<Page<Service>, Error> {
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| Ok(Page::of(services::list(tx, &account, page.seek(), page.limit())?, &page, cursor)))
            .await
    }
}

fn cursor(service: &Service) -> String {
    service.sid.to_string()
}
