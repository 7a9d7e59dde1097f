//! `POST /Configuration/Addresses` (contract §5.17).

use dwell_core::address_configuration::AutoCreation;
use dwell_core::{AddressConfiguration, AddressSid, Reason, country};
use dwell_store::Tx;
use dwell_store::address_configurations::{self, Key};

use super::Request;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

impl Engine {
    /// Configures an address of the account.
    ///
    /// # Errors
    /// [`Reason::AddressInvalid`] when the address is none of its type; [`Reason::AddressConfigured`]
    /// when it has a configuration already; a [`Reason`] for each parameter that breaks a rule.
    pub async fn create_address_configuration(
        &self,
        caller: &Caller,
        request: Request,
    ) -> Result<AddressConfiguration, Error> {
        let sid = AddressSid::new(self.sid());
        let caller = caller.clone();
        self.write(move |tx| create(tx, &caller, sid, &request)).await
    }
}

fn create(tx: &mut dyn Tx, caller: &Caller, sid: AddressSid, request: &Request) -> Result<AddressConfiguration, Error> {
    let account = &caller.account.sid;
    let missing = || Reason::InvalidParameter { name: "Type", problem: "is required".to_owned() };
    let address_type = super::address_type(request.address_type.as_deref())?.ok_or_else(missing)?;
    let address = request.address.as_deref().unwrap_or_default();
    if !address_type.accepts(address) {
        return Err(Error::Refused(Reason::AddressInvalid));
    }
    let no_country = || Reason::InvalidParameter {
        name: "AddressCountry",
        problem: "not the code of a country (ISO 3166-1 alpha-2)".to_owned(),
    };
    let address_country = match present(request.address_country.as_deref()) {
        Some(text) => Some(country::parse(text).ok_or_else(no_country)?.to_owned()),
        None => None,
    };
    let now = caller.now(tx)?;
    let configuration = AddressConfiguration {
        sid,
        account_sid: *account,
        address_type,
        address: address.to_owned(),
        friendly_name: input::friendly_name(request.friendly_name.as_deref())?,
        address_country,
        auto_creation: request.auto_creation(tx, account, &AutoCreation::OFF)?,
        date_created: now,
        date_updated: now,
    };
    if !address_configurations::insert(tx, &configuration)? {
        return Err(match address_configurations::fetch(tx, account, Key::Address(address))? {
            Some(holder) => Error::Refused(Reason::AddressConfigured { holder: holder.sid }),
            // It went this moment.
            None => Error::Conflict,
        });
    }
    Ok(configuration)
}
