//! The account's configuration: default service and default timers (contract §5.13, §6.5).

use dwell_core::timer::TimerKind;
use dwell_core::{Account, Reason, ServiceSid};
use dwell_store::{Tx, accounts, services};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub default_chat_service_sid: Option<String>,
    pub default_messaging_service_sid: Option<String>,
    pub default_inactive_timer: Option<String>,
    pub default_closed_timer: Option<String>,
}

impl Engine {
    /// The account and its settings as they are now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn fetch_configuration(&self, caller: &Caller) -> Result<Account, Error> {
        let caller = caller.clone();
        self.inner.store.read(move |tx| caller.fresh_account(tx)).await
    }

    /// Changes the account's settings. New default timers hold for conversations created from now
    /// on.
    ///
    /// # Errors
    /// A [`Reason`] for each parameter that breaks a rule.
    pub async fn update_configuration(&self, caller: &Caller, request: Update) -> Result<Account, Error> {
        let caller = caller.clone();
        let account = caller.account.sid;
        let updated = self.write(move |tx| update(tx, &caller, &request)).await;
        self.inner.auth.forget(&account);
        updated
    }
}

fn update(tx: &mut dyn Tx, caller: &Caller, request: &Update) -> Result<Account, Error> {
    let mut account = accounts::lock(tx, &caller.account.sid)?.ok_or(Error::NotFound)?;
    if *request == Update::default() {
        return Ok(account);
    }
    for (kind, text, setting) in [
        (TimerKind::Inactive, &request.default_inactive_timer, &mut account.default_inactive_timer),
        (TimerKind::Closed, &request.default_closed_timer, &mut account.default_closed_timer),
    ] {
        if input::timer(kind, text.as_deref())?.is_some() {
            setting.clone_from(text);
        }
    }
    if let Some(sid) = input::messaging_service(request.default_messaging_service_sid.as_deref())? {
        account.default_messaging_service_sid = sid;
    }
    if let Some(text) = present(request.default_chat_service_sid.as_deref()) {
        let found = match ServiceSid::parse(text) {
            Some(sid) => services::fetch(tx, &account.sid, &sid)?,
            None => None,
        };
        account.default_service_sid = found.ok_or(Reason::ServiceNotFound)?.sid;
    }
    accounts::update(tx, &account)?;
    Ok(account)
}
