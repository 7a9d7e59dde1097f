//! `DELETE /Bindings/{Sid}`.

use dwell_core::BindingSid;
use dwell_store::{bindings, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Removes a binding: its device hears nothing more.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_binding(&self, scope: &Scope, segment: &str) -> Result<(), Error> {
        let sid = BindingSid::parse(segment).ok_or(Error::NotFound)?;
        let scope = scope.clone();
        self.write(move |tx| {
            let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
            services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
            // One that is hidden already counts as gone.
            bindings::fetch(tx, account, service, &sid)?.ok_or(Error::NotFound)?;
            if bindings::delete(tx, account, service, &sid)? { Ok(()) } else { Err(Error::NotFound) }
        })
        .await
    }
}
