//! `GET /Users/{Sid}`.

use dwell_core::User;
use dwell_store::users;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One user, by SID or identity.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_user(&self, scope: &Scope, segment: &str) -> Result<User, Error> {
        let (scope, segment) = (scope.clone(), segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let account = &scope.caller.account.sid;
                dwell_store::services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
                super::by_key(&segment, |key| users::fetch(tx, account, &scope.service_sid, key))?
                    .ok_or(Error::NotFound)
            })
            .await
    }
}
