//! What the account and its services set up for their webhooks (contract §5.14, §10.1).

use dwell_core::Reason;
use dwell_core::webhook::{self, Configuration, Level, Routing};
use dwell_store::webhook_configurations::{self, Owner};
use dwell_store::{Tx, services};

use crate::context::{Caller, Scope};
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub method: Option<String>,
    pub filters: Option<Vec<String>>,
    pub pre_webhook_url: Option<String>,
    pub post_webhook_url: Option<String>,
    /// Of the account only.
    pub target: Option<String>,
}

impl Update {
    /// A configuration with what is given put in its place.
    fn apply(&self, before: Configuration) -> Result<Configuration, Reason> {
        let method = webhook::method(self.method.as_deref(), "Method")?;
        let filters = self.filters.as_deref().map(|names| Level::Global.events(names)).transpose()?;
        let routing = present(self.target.as_deref()).map(|text| Routing::parse(text).ok_or_else(target_invalid));
        Ok(Configuration {
            pre_url: url(self.pre_webhook_url.as_deref(), before.pre_url, Reason::PreWebhookUrlInvalid)?,
            post_url: url(self.post_webhook_url.as_deref(), before.post_url, Reason::PostWebhookUrlInvalid)?,
            method: method.unwrap_or(before.method),
            filters: filters.unwrap_or(before.filters),
            routing: routing.transpose()?.unwrap_or(before.routing),
        })
    }
}

/// An address: a blank one clears the one before.
fn url(given: Option<&str>, before: Option<String>, invalid: Reason) -> Result<Option<String>, Reason> {
    match given {
        None => Ok(before),
        Some("") => Ok(None),
        Some(url) if webhook::is_url(url) => Ok(Some(url.to_owned())),
        Some(_) => Err(invalid),
    }
}

fn target_invalid() -> Reason {
    Reason::InvalidParameter { name: "Target", problem: "must be webhook or flex".to_owned() }
}

impl Engine {
    /// What the account has set up for its webhooks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn fetch_account_webhooks(&self, caller: &Caller) -> Result<Configuration, Error> {
        let account = caller.account.sid;
        let read = move |tx: &mut dyn Tx| webhook_configurations::fetch(tx, &account, Owner::Account);
        Ok(self.inner.store.read(read).await.map_err(Error::from)?.unwrap_or_default())
    }

    /// Changes what the account has set up. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Reason::PreWebhookUrlInvalid`], [`Reason::PostWebhookUrlInvalid`],
    /// [`Reason::WebhookFilterInvalid`]; [`Reason::InvalidParameter`] for another method or target.
    pub async fn update_account_webhooks(&self, caller: &Caller, request: Update) -> Result<Configuration, Error> {
        if request == Update::default() {
            return self.fetch_account_webhooks(caller).await;
        }
        let caller = caller.clone();
        self.write(move |tx| update(tx, &caller, Owner::Account, &request)).await
    }

    /// What a service has set up for its webhooks; `None` when it never did, and the account's holds.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service.
    pub async fn fetch_service_webhooks(&self, scope: &Scope) -> Result<Option<Configuration>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, scope.service_sid);
                services::fetch(tx, account, &service)?.ok_or(Error::NotFound)?;
                Ok(webhook_configurations::fetch(tx, account, Owner::Service(service))?)
            })
            .await
    }

    /// Changes what a service has set up, which from then on holds there instead of the account's.
    /// Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; otherwise as for [`Self::update_account_webhooks`].
    pub async fn update_service_webhooks(
        &self,
        scope: &Scope,
        request: Update,
    ) -> Result<Option<Configuration>, Error> {
        if request == Update::default() {
            return self.fetch_service_webhooks(scope).await;
        }
        let scope = scope.clone();
        self.write(move |tx| {
            let service = scope.service_sid;
            services::hold(tx, &scope.caller.account.sid, &service)?.ok_or(Error::NotFound)?;
            update(tx, &scope.caller, Owner::Service(service), &request).map(Some)
        })
        .await
    }
}

fn update(tx: &mut dyn Tx, caller: &Caller, owner: Owner, request: &Update) -> Result<Configuration, Error> {
    let account = &caller.account.sid;
    let before = webhook_configurations::lock(tx, account, owner)?;
    let configuration = request.apply(before)?;
    webhook_configurations::update(tx, account, owner, &configuration)?;
    Ok(configuration)
}
