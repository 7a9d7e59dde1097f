//! `GET /Services/{Sid}`.

use dwell_core::{Service, ServiceSid};
use dwell_store::services;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One service of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_service(&self, caller: &Caller, segment: &str) -> Result<Service, Error> {
        let sid = ServiceSid::parse(segment).ok_or(Error::NotFound)?;
        let account = caller.account.sid;
        self.inner.store.read(move |tx| services::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)).await
    }
}
