//! `GET /dwell/v1/Views`.

use dwell_core::{View, ViewSid};
use dwell_store::{StoreError, views};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Saved views of the account in order of creation.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for a token of another list.
    pub async fn list_views(&self, caller: &Caller, page: PageRequest) -> Result<Page<View>, Error> {
        let account = caller.account.sid;
        page.seek_key(|key| ViewSid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| views::list(tx, &account, request.seek(), request.limit()));
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(Page::of(rows, &page, |view| view.sid.to_string()))
    }
}
