//! `GET /Credentials/{Sid}`.

use dwell_core::{Credential, CredentialSid};
use dwell_store::credentials;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One credential of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_credential(&self, caller: &Caller, segment: &str) -> Result<Credential, Error> {
        let sid = CredentialSid::parse(segment).ok_or(Error::NotFound)?;
        let account = caller.account.sid;
        self.inner.store.read(move |tx| credentials::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)).await
    }
}
