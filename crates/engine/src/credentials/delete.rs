//! `DELETE /Credentials/{Sid}`: with its bindings and its secrets (contract §5.16).

use dwell_core::CredentialSid;
use dwell_store::credentials;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a credential. Its bindings are gone for every reader at once; their rows are removed
    /// in the background.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_credential(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let sid = CredentialSid::parse(segment).ok_or(Error::NotFound)?;
        let caller = caller.clone();
        self.write(move |tx| {
            let found = credentials::mark_deleted(tx, &caller.account.sid, &sid, caller.received_at)?;
            if found { Ok(()) } else { Err(Error::NotFound) }
        })
        .await?;
        self.inner.bell.notify_one();
        Ok(())
    }
}
