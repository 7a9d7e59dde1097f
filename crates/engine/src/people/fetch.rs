//! `GET /dwell/v1/People/{Sid}`.

use dwell_core::{AccountSid, Person, person};
use dwell_store::{StoreError, people};

use super::sid_of;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// A person of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_person(&self, account: AccountSid, segment: &str) -> Result<Person, Error> {
        let sid = sid_of(segment)?;
        self.inner.store.read(move |tx| people::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)).await
    }

    /// The person who signs in with an e-mail address, whatever the account: for those who run the server.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::InvalidParameter`] for a text that is no address.
    pub async fn person_of_email(&self, email: &str) -> Result<Person, Error> {
        let email = person::email(email)?;
        let found = self.inner.store.read(move |tx| people::fetch_by_email(tx, &email)).await;
        Ok(found.map_err(|error: StoreError| Error::from(error))?.ok_or(Error::NotFound)?.0)
    }
}
