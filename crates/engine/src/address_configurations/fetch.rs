//! `GET /Configuration/Addresses/{Sid}`.

use dwell_core::AddressConfiguration;
use dwell_store::address_configurations;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// The configuration of an address, by SID or by the address itself.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_address_configuration(
        &self,
        caller: &Caller,
        segment: &str,
    ) -> Result<AddressConfiguration, Error> {
        let (account, segment) = (caller.account.sid, segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let found = super::by_key(&segment, |key| address_configurations::fetch(tx, &account, key))?;
                found.ok_or(Error::NotFound)
            })
            .await
    }
}
