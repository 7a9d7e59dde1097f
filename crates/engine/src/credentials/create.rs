//! `POST /Credentials` (contract §5.16).

use dwell_core::{Credential, CredentialSid};
use dwell_store::credentials;

use super::{Input, invalid};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Creates a credential. Only its type is required; its secrets can be given later.
    ///
    /// # Errors
    /// A [`dwell_core::Reason`] for each parameter that is missing or breaks a rule.
    pub async fn create_credential(&self, caller: &Caller, request: Input) -> Result<Credential, Error> {
        let checked = request.check(self)?;
        let push_type =
            checked.push_type.ok_or_else(|| invalid("Type", "one of apn, gcm, fcm is required".to_owned()))?;
        let sid = CredentialSid::new(self.sid());
        let caller = caller.clone();
        self.write(move |tx| {
            let now = caller.now(tx)?;
            let credential = Credential {
                sid,
                account_sid: caller.account.sid,
                friendly_name: checked.friendly_name.clone(),
                push_type,
                sandbox: checked.sandbox.unwrap_or_default(),
                date_created: now,
                date_updated: now,
            };
            credentials::insert(tx, &credential, &checked.secrets)?;
            Ok(credential)
        })
        .await
    }
}
