//! `GET /dwell/v1/LifecyclePolicies/{Sid}`.

use dwell_store::policies;

use super::{Counted, sid_of};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// A policy of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_policy(&self, caller: &Caller, segment: &str) -> Result<Counted, Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.inner
            .store
            .read(move |tx| {
                let policy = policies::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)?;
                Ok(Counted::of(tx, policy)?)
            })
            .await
    }
}
