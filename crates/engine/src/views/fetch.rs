//! `GET /dwell/v1/Views/{Sid}`.

use dwell_core::View;
use dwell_store::views;

use super::sid_of;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// A saved view of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_view(&self, caller: &Caller, segment: &str) -> Result<View, Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.inner.store.read(move |tx| views::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)).await
    }
}
