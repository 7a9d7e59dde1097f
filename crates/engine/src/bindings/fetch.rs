//! `GET /Bindings/{Sid}`.

use dwell_core::{BindingSid, PushBinding};
use dwell_store::{bindings, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One binding.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_binding(&self, scope: &Scope, segment: &str) -> Result<PushBinding, Error> {
        let sid = BindingSid::parse(segment).ok_or(Error::NotFound)?;
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let account = &scope.caller.account.sid;
                services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
                bindings::fetch(tx, account, &scope.service_sid, &sid)?.ok_or(Error::NotFound)
            })
            .await
    }
}
