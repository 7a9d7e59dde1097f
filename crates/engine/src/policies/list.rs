//! `GET /dwell/v1/LifecyclePolicies`.

use dwell_core::PolicySid;
use dwell_store::{StoreError, policies};

use super::Counted;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Policies of the account in order of creation.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for a token of another list.
    pub async fn list_policies(&self, caller: &Caller, page: PageRequest) -> Result<Page<Counted>, Error> {
        let account = caller.account.sid;
        page.seek_key(|key| PolicySid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| {
            let found = policies::list(tx, &account, request.seek(), request.limit())?;
            found.into_iter().map(|policy| Counted::of(tx, policy)).collect::<Result<Vec<_>, _>>()
        });
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(Page::of(rows, &page, |counted| counted.policy.rules.policy_sid.to_string()))
    }
}
