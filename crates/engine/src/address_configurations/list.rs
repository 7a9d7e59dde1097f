//! `GET /Configuration/Addresses` (contract §3).

use dwell_core::AddressConfiguration;
use dwell_store::address_configurations;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct List {
    pub address_type: Option<String>,
}

impl Engine {
    /// Configurations of the account's addresses, of one type or all, in order of creation.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for an unknown type.
    pub async fn list_address_configurations(
        &self,
        caller: &Caller,
        filter: List,
        page: PageRequest,
    ) -> Result<Page<AddressConfiguration>, Error> {
        let account = caller.account.sid;
        let address_type = super::address_type(filter.address_type.as_deref())?;
        self.inner
            .store
            .read(move |tx| {
                let rows = address_configurations::list(tx, &account, address_type, page.seek(), page.limit())?;
                Ok(Page::of(rows, &page, |configuration| configuration.sid.to_string()))
            })
            .await
    }
}
