//! `DELETE /Configuration/Addresses/{Sid}`.

use dwell_store::address_configurations;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Removes the configuration of an address. Conversations that it made stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_address_configuration(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let (account, segment) = (caller.account.sid, segment.to_owned());
        self.write(move |tx| {
            let found = super::by_key(&segment, |key| address_configurations::lock(tx, &account, key))?;
            address_configurations::delete(tx, &found.ok_or(Error::NotFound)?.sid)?;
            Ok(())
        })
        .await
    }
}
