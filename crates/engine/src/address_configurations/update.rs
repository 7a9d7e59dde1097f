//! `POST /Configuration/Addresses/{Sid}` (contract §5.17).

use dwell_core::AddressConfiguration;
use dwell_store::{Tx, address_configurations};

use super::Request;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

impl Engine {
    /// Changes the configuration of an address. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`dwell_core::Reason`] for each parameter that breaks a rule, and for each
    /// setting that a new type lacks.
    pub async fn update_address_configuration(
        &self,
        caller: &Caller,
        segment: &str,
        request: Request,
    ) -> Result<AddressConfiguration, Error> {
        let (caller, segment) = (caller.clone(), segment.to_owned());
        self.write(move |tx| update(tx, &caller, &segment, &request)).await
    }
}

fn update(tx: &mut dyn Tx, caller: &Caller, segment: &str, request: &Request) -> Result<AddressConfiguration, Error> {
    let account = &caller.account.sid;
    let found = super::by_key(segment, |key| address_configurations::lock(tx, account, key))?;
    let mut configuration = found.ok_or(Error::NotFound)?;
    if *request == Request::default() {
        return Ok(configuration);
    }
    let friendly_name = input::friendly_name(request.friendly_name.as_deref())?;
    configuration.friendly_name = friendly_name.or(configuration.friendly_name);
    configuration.auto_creation = request.auto_creation(tx, account, &configuration.auto_creation)?;
    configuration.date_updated = caller.now(tx)?.max(configuration.date_updated);
    address_configurations::update(tx, &configuration)?;
    Ok(configuration)
}
