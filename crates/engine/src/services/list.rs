//! `GET /Services` (contract §3).

use dwell_core::Service;
use dwell_store::services;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, Seek};

impl Engine {
    /// Services of the account in order of creation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn list_services(&self, caller: &Caller, page: PageRequest) -> Result<Page<Service>, Error> {
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| {
                let limit = page.limit();
                Ok(match page.seek() {
                    Seek::After(sid) => Page::of(services::list(tx, &account, sid, limit)?, &page, cursor),
                    Seek::Before(sid) => Page::of_back(services::list_back(tx, &account, sid, limit)?, &page, cursor),
                })
            })
            .await
    }
}

fn cursor(service: &Service) -> String {
    service.sid.to_string()
}
