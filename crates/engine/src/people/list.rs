//! `GET /dwell/v1/People`.

use dwell_core::{AccountSid, Person, PersonSid};
use dwell_store::{StoreError, people};

use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// People of the account in order of creation.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for a token of another list.
    pub async fn list_people(&self, account: AccountSid, page: PageRequest) -> Result<Page<Person>, Error> {
        page.seek_key(|key| PersonSid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| people::list(tx, &account, request.seek(), request.limit()));
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(Page::of(rows, &page, |person| person.sid.to_string()))
    }
}
