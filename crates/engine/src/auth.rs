//! Credentials (contract §2): an account SID with its auth token, or an API key's SID with its
//! secret.

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::{Account, AccountSid, KeySid, Rights, Timestamp};
use dwell_store::accounts::{self, SealedSecret};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

use crate::context::{Caller, SOURCE_API};
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::AuthToken;

/// How long a checked credential and its account's settings may be trusted without another look
/// into the store, in seconds. Nothing that must be exact is read from here.
const TRUST_SECONDS: i64 = 5;
/// Most credentials remembered at once.
const REMEMBERED_MAX: usize = 10_000;

#[derive(Default)]
pub(crate) struct AuthCache {
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    account: Arc<Account>,
    rights: Rights,
    secret: Arc<str>,
    until: Timestamp,
}

impl AuthCache {
    fn get(&self, username: &str, now: Timestamp) -> Option<Known> {
        self.known.lock().get(username).filter(|known| known.until > now).cloned()
    }

    fn put(&self, username: &str, known: Known) {
        let mut all = self.known.lock();
        if all.len() >= REMEMBERED_MAX {
            all.clear();
        }
        all.insert(username.to_owned(), known);
    }

    /// Forgets what is known of an account, whose settings have just changed.
    pub(crate) fn forget(&self, account: &AccountSid) {
        self.known.lock().retain(|_, known| known.account.sid != *account);
    }
}

impl Engine {
    /// Checks a user name and a password at the instant `now`. `None` when they are wrong, unknown
    /// or disabled: nobody learns which.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn authenticate(&self, username: &str, password: &str, now: Timestamp) -> Result<Option<Caller>, Error> {
        let matches = |known: &Known| bool::from(known.secret.as_bytes().ct_eq(password.as_bytes()));
        let found = match self.inner.auth.get(username, now).filter(|known| matches(known)) {
            Some(known) => Some(known),
            // Unknown here, or a token that was changed a moment ago.
            None => self.look_up(username, now).await?.filter(|known| matches(known)),
        };
        Ok(found.map(|known| Caller {
            account: known.account,
            credential: username.to_owned(),
            person: None,
            rights: known.rights,
            received_at: now,
            webhooks: false,
            notifier: self.notifier(),
            source: SOURCE_API,
            accepts_any_proxy: self.inner.accepts_any_proxy,
        }))
    }

    /// The primary auth token of an account, which signs what its webhooks are told. `None` when the account
    /// is disabled or gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; [`Error::Internal`] when the token
    /// was encrypted with another key file.
    pub(crate) async fn signing_token(&self, account: &AccountSid, now: Timestamp) -> Result<Option<AuthToken>, Error> {
        let found = match self.inner.auth.get(account, now) {
            Some(known) => Some(known),
            None => self.look_up(account, now).await?,
        };
        Ok(found.map(|known| AuthToken::new(&*known.secret)))
    }

    /// What a secret of the store says.
    ///
    /// # Errors
    /// [`Error::Internal`] when it was encrypted with another key file.
    pub(crate) fn open_secret(&self, sealed: &SealedSecret) -> Result<String, Error> {
        self.inner.secret_key.open(sealed).map_err(|error| Error::Internal(error.to_string()))
    }

    async fn look_up(&self, username: &str, now: Timestamp) -> Result<Option<Known>, Error> {
        let stored = match (AccountSid::parse(username), KeySid::parse(username)) {
            (Some(sid), _) => {
                let found = self.inner.store.read(move |tx| accounts::fetch(tx, &sid)).await?;
                found.map(|(account, secret)| (account, secret, Rights::All))
            }
            (_, Some(sid)) => self.inner.store.read(move |tx| key_account(tx, &sid)).await?,
            _ => None,
        };
        let Some((account, sealed, rights)) = stored.filter(|(account, ..)| account.disabled_at.is_none()) else {
            return Ok(None);
        };
        let secret = self.open_secret(&sealed)?;
        let until = now.plus_seconds(TRUST_SECONDS);
        let known = Known { account: Arc::new(account), rights, secret: secret.into(), until };
        self.inner.auth.put(username, known.clone());
        Ok(Some(known))
    }
}

fn key_account(
    tx: &mut dyn dwell_store::Tx,
    sid: &KeySid,
) -> Result<Option<(Account, SealedSecret, Rights)>, dwell_store::StoreError> {
    let Some((key, secret)) = accounts::fetch_key(tx, sid)? else { return Ok(None) };
    Ok(accounts::fetch(tx, &key.account_sid)?.map(|(account, _)| (account, secret, key.rights)))
}
