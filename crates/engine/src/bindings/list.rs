//! `GET /Bindings` (contract §3).

use dwell_core::{PushBinding, PushType, Reason, limits};
use dwell_store::bindings::{self, Filter};
use dwell_store::services;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct List {
    pub binding_type: Option<Vec<String>>,
    pub identity: Option<Vec<String>>,
}

impl List {
    fn check(&self) -> Result<Filter, Reason> {
        let types = self.binding_type.iter().flatten();
        let types = types.map(|text| PushType::parse(text).ok_or(Reason::BindingTypeInvalid));
        let filter = Filter {
            types: types.collect::<Result<_, _>>()?,
            identities: self.identity.iter().flatten().cloned().collect(),
        };
        let max = limits::BINDING_IDENTITIES_MAX;
        if filter.identities.len() > max {
            return Err(Reason::InvalidParameter { name: "Identity", problem: format!("more than {max} identities") });
        }
        Ok(filter)
    }
}

impl Engine {
    /// Bindings of a service in order of creation, of any of the wanted types and identities.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; a [`Reason`] for each filter that breaks a rule.
    pub async fn list_bindings(
        &self,
        scope: &Scope,
        filters: List,
        page: PageRequest,
    ) -> Result<Page<PushBinding>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
                services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
                let filter = filters.check()?;
                let rows = bindings::list(tx, account, service, &filter, page.seek(), page.limit())?;
                Ok(Page::of(rows, &page, cursor))
            })
            .await
    }
}

fn cursor(binding: &PushBinding) -> String {
    binding.sid.to_string()
}
