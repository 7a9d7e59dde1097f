//! Who asks, when, and in which service.

use std::sync::Arc;

use dwell_core::{Account, AccountSid, Person, Reason, Rights, ServiceSid, Timestamp};
use dwell_store::{Tx, accounts};

use crate::deliveries::Notifier;
use crate::error::Error;

/// An authenticated request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account whose credentials were shown.
    pub account: Arc<Account>,
    /// The SID of the credential: the account's own, an API key's, or the person's who is signed in.
    pub credential: String,
    /// Who is signed in; `None` for a credential.
    pub person: Option<Arc<Person>>,
    /// What the credential allows.
    pub rights: Rights,
    /// When the request came in, in real time.
    pub received_at: Timestamp,
    /// Whether its changes are to fire webhooks (`X-Twilio-Webhook-Enabled`, contract §1.4).
    pub webhooks: bool,
    /// What tells them: [`crate::Engine::notifier`].
    pub notifier: Notifier,
    /// What its changes come through, as webhooks are told (contract §10.5): [`SOURCE_API`], or the channel of
    /// a message from outside, `SMS` and the like.
    pub source: &'static str,
    /// Whether participants outside may have any proxy address: [`crate::Parts::accepts_any_proxy`].
    pub accepts_any_proxy: bool,
}

/// The source of what a request to the API causes.
pub const SOURCE_API: &str = "API";

impl Caller {
    /// The server itself at work in an account, of which webhooks always hear; `None` when it is gone. `source`
    /// and `credential` say on whose word.
    pub(crate) fn of_system(
        tx: &mut dyn Tx,
        notifier: &Notifier,
        account: &AccountSid,
        now: Timestamp,
        (source, credential): (&'static str, &str),
    ) -> Result<Option<Self>, Error> {
        let Some((account, _)) = accounts::fetch(tx, account)? else { return Ok(None) };
        Ok(Some(Caller {
            account: Arc::new(account),
            credential: credential.to_owned(),
            person: None,
            rights: Rights::All,
            received_at: now,
            webhooks: true,
            notifier: notifier.clone(),
            source,
            accepts_any_proxy: false,
        }))
    }

    /// Whether the caller may change anything. Every door asks before it passes a change on.
    ///
    /// # Errors
    /// [`Reason::KeyMayOnlyRead`].
    pub fn check_may_write(&self) -> Result<(), Error> {
        match self.rights {
            Rights::All => Ok(()),
            Rights::Read => Err(Reason::KeyMayOnlyRead.into()),
        }
    }

    /// The present instant on the account's clock. A test account's clock is read from the store,
    /// where other requests and other nodes move it.
    pub(crate) fn now(&self, tx: &mut dyn Tx) -> Result<Timestamp, Error> {
        if self.account.test_clock.is_none() {
            return Ok(self.received_at);
        }
        Ok(self.fresh_account(tx)?.now(self.received_at))
    }

    /// The account as it is now, not as it was when its credentials were cached.
    pub(crate) fn fresh_account(&self, tx: &mut dyn Tx) -> Result<Account, Error> {
        Ok(accounts::fetch(tx, &self.account.sid)?.ok_or(Error::NotFound)?.0)
    }
}

/// A request within one service.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Who asks.
    pub caller: Caller,
    /// The service: named in the path, or the account's default.
    pub service_sid: ServiceSid,
}
