//! `POST /Credentials/{Sid}` (contract §5.16).

use dwell_core::{Credential, CredentialSid};
use dwell_store::credentials;

use super::Input;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Changes a credential; secrets that are not given stay. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`dwell_core::Reason`] for each parameter that breaks a rule.
    pub async fn update_credential(&self, caller: &Caller, segment: &str, request: Input) -> Result<Credential, Error> {
        let sid = CredentialSid::parse(segment).ok_or(Error::NotFound)?;
        let is_empty = request == Input::default();
        // Here, so that a secret is sealed once; told only when there is such a credential.
        let checked = request.check(self);
        let caller = caller.clone();
        self.write(move |tx| {
            let mut credential = credentials::lock(tx, &caller.account.sid, &sid)?.ok_or(Error::NotFound)?;
            if is_empty {
                return Ok(credential);
            }
            let checked = checked.clone()?;
            credential.push_type = checked.push_type.unwrap_or(credential.push_type);
            credential.friendly_name = checked.friendly_name.or(credential.friendly_name);
            credential.sandbox = checked.sandbox.unwrap_or(credential.sandbox);
            credential.date_updated = caller.now(tx)?.max(credential.date_updated);
            credentials::update(tx, &credential, &checked.secrets)?;
            Ok(credential)
        })
        .await
    }
}
