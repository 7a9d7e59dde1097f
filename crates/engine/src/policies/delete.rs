//! `DELETE /dwell/v1/LifecyclePolicies/{Sid}`.

use dwell_store::policies;

use super::sid_of;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a policy. Conversations that live by it go on so.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_policy(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.write(move |tx| {
            policies::lock(tx, &account, &sid)?.ok_or(Error::NotFound)?;
            Ok(policies::delete(tx, &account, &sid)?)
        })
        .await
    }
}
