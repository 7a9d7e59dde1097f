//! Configurations of the account's addresses: create, fetch, list, update, delete.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

pub use list::List;

use dwell_core::address_configuration::{AddressType, AutoCreation, AutoCreationGiven};
use dwell_core::webhook::HookGiven;
use dwell_core::{AccountSid, AddressSid, Reason, ServiceSid};
use dwell_store::address_configurations::Key;
use dwell_store::{Tx, services};

use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent. An update knows neither the address nor its type and country, which never
/// change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Request {
    pub address_type: Option<String>,
    pub address: Option<String>,
    pub friendly_name: Option<String>,
    pub auto_creation_enabled: Option<String>,
    pub auto_creation_type: Option<String>,
    pub auto_creation_conversation_service_sid: Option<String>,
    pub auto_creation_webhook_url: Option<String>,
    pub auto_creation_webhook_method: Option<String>,
    pub auto_creation_webhook_filters: Option<Vec<String>>,
    pub auto_creation_studio_flow_sid: Option<String>,
    pub auto_creation_studio_retry_count: Option<String>,
    pub address_country: Option<String>,
}

impl Request {
    /// The settings that were there, with what is given put in its place. The service that is named is
    /// kept from being deleted meanwhile.
    fn auto_creation(
        &self,
        tx: &mut dyn Tx,
        account: &AccountSid,
        before: &AutoCreation,
    ) -> Result<AutoCreation, Error> {
        let service_sid = match self.auto_creation_conversation_service_sid.as_deref() {
            None => None,
            // Blank: the default service again.
            Some("") => Some(None),
            Some(text) => {
                let sid = ServiceSid::parse(text).ok_or(Reason::ServiceNotFound)?;
                Some(Some(services::hold(tx, account, &sid)?.ok_or(Reason::ServiceNotFound)?.sid))
            }
        };
        Ok(before.with(&AutoCreationGiven {
            enabled: input::boolean("AutoCreation.Enabled", self.auto_creation_enabled.as_deref())?,
            service_sid,
            action_type: self.auto_creation_type.as_deref(),
            hook: HookGiven {
                url: self.auto_creation_webhook_url.as_deref(),
                url_name: "AutoCreation.WebhookUrl",
                method: self.auto_creation_webhook_method.as_deref(),
                method_name: "AutoCreation.WebhookMethod",
                filters: self.auto_creation_webhook_filters.as_deref(),
            },
            flow_sid: self.auto_creation_studio_flow_sid.as_deref(),
            retry_count: self.auto_creation_studio_retry_count.as_deref(),
        })?)
    }
}

/// Reads a path segment: a SID or the address itself (contract §1.6).
fn by_key<T>(segment: &str, then: impl FnOnce(Key<'_>) -> T) -> T {
    match AddressSid::parse(segment) {
        Some(sid) => then(Key::Sid(&sid)),
        None => then(Key::Address(segment)),
    }
}

/// The type of an address; `None` when absent or blank.
fn address_type(text: Option<&str>) -> Result<Option<AddressType>, Reason> {
    let unknown = || Reason::InvalidParameter {
        name: "Type",
        problem: "must be one of sms, whatsapp, messenger, gbm, email, rcs, apple, chat".to_owned(),
    };
    present(text).map(|text| AddressType::parse(text).ok_or_else(unknown)).transpose()
}
