//! Accounts and API keys, for those who run the server. The API has no way to them.

use dwell_core::account::TestClock;
use dwell_core::{Account, AccountSid, KeySid, MessagingServiceSid, Reason, Rights};
use dwell_store::accounts;
pub use dwell_store::accounts::Key;

use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::page::{Page, PageRequest};
use crate::random::hex_secret;
use crate::services::new_service;

/// Bytes of randomness in an auth token or a key's secret.
const SECRET_BYTES: usize = 16;
/// The name of an account's first service.
const DEFAULT_SERVICE_NAME: &str = "Default Conversations Service";

/// What a new account is to be.
#[derive(Debug, Clone, Default)]
pub struct Create {
    /// A name for people.
    pub friendly_name: String,
    /// Whether it has a clock of its own that its users may turn.
    pub is_test: bool,
    /// The SID and auth token to adopt, instead of new ones.
    pub adopt: Option<(AccountSid, String)>,
}

/// The parameters of a new API key, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct KeyRequest {
    pub friendly_name: Option<String>,
    pub rights: Option<String>,
}

impl KeyRequest {
    /// Name and rights of the key.
    ///
    /// # Errors
    /// A [`Reason`] for a parameter that breaks a rule.
    pub fn check(&self) -> Result<(String, Rights), Error> {
        let name = input::friendly_name(self.friendly_name.as_deref())?.unwrap_or_default();
        let rights = present(self.rights.as_deref()).map(|text| {
            let problem = "neither all nor read".to_owned();
            Rights::parse(text).ok_or(Reason::InvalidParameter { name: "Rights", problem })
        });
        Ok((name, rights.transpose()?.unwrap_or_default()))
    }
}

impl Engine {
    /// Creates an account with its default service, and returns its auth token. `None` when the
    /// SID to adopt is there already.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn create_account(&self, request: Create) -> Result<Option<(Account, String)>, Error> {
        let now = self.now();
        let (sid, token) = request
            .adopt
            .unwrap_or_else(|| (AccountSid::new(self.sid()), hex_secret(&*self.inner.random, SECRET_BYTES)));
        let service = new_service(self, sid, DEFAULT_SERVICE_NAME, now);
        let account = Account {
            sid,
            friendly_name: request.friendly_name,
            test_clock: request.is_test.then_some(TestClock::RUNNING),
            disabled_at: None,
            date_created: now,
            default_service_sid: service.sid(),
            default_messaging_service_sid: MessagingServiceSid::new(self.sid()),
            default_inactive_timer: None,
            default_closed_timer: None,
        };
        let sealed = self.inner.secret_key.seal(&token, &*self.inner.random);
        self.write(move |tx| {
            if !accounts::insert(tx, &account, &sealed)? {
                return Ok(None);
            }
            service.insert(tx, now)?;
            Ok(Some(account.clone()))
        })
        .await
        .map(|created| created.map(|account| (account, token)))
    }

    /// Accounts in order of their SIDs.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn list_accounts(&self, page: PageRequest) -> Result<Page<Account>, Error> {
        self.inner
            .store
            .read(move |tx| {
                let rows = accounts::list(tx, page.after.as_deref(), page.limit())?;
                let rows = rows.into_iter().map(|(account, _)| account).collect();
                Ok(Page::of(rows, &page, |account| account.sid.to_string()))
            })
            .await
    }

    /// An account with its auth token, for the person at the server's console.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Internal`] when the token was encrypted with another key file.
    pub async fn reveal_account(&self, sid: AccountSid) -> Result<(Account, String), Error> {
        let found = self.inner.store.read(move |tx| accounts::fetch(tx, &sid)).await?;
        let (account, sealed) = found.ok_or(Error::NotFound)?;
        let token = self.open_secret(&sealed)?;
        Ok((account, token))
    }

    /// Gives an account a new auth token, or the one given, and returns it. The old one is refused
    /// within seconds everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn rotate_auth_token(&self, sid: AccountSid, token: Option<String>) -> Result<String, Error> {
        let token = token.unwrap_or_else(|| hex_secret(&*self.inner.random, SECRET_BYTES));
        let sealed = self.inner.secret_key.seal(&token, &*self.inner.random);
        self.write(move |tx| {
            accounts::lock(tx, &sid)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(accounts::update_token(tx, &sid, &sealed)?)
        })
        .await?;
        self.inner.auth.forget(&sid);
        Ok(token)
    }

    /// Refuses or accepts an account's credentials from now on. Its timers run on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_account_disabled(&self, sid: AccountSid, disabled: bool) -> Result<Account, Error> {
        let now = self.now();
        let account = self
            .write(move |tx| {
                let mut account = accounts::lock(tx, &sid)?.ok_or(Error::NotFound)?;
                account.disabled_at = disabled.then(|| account.disabled_at.unwrap_or(now));
                accounts::update(tx, &account)?;
                Ok::<_, Error>(account)
            })
            .await;
        self.inner.auth.forget(&sid);
        account
    }

    /// Makes an API key and returns it with its secret, which is not shown again.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the account.
    pub async fn create_key(
        &self,
        account: AccountSid,
        friendly_name: String,
        rights: Rights,
    ) -> Result<(Key, String), Error> {
        let secret = hex_secret(&*self.inner.random, SECRET_BYTES);
        let sealed = self.inner.secret_key.seal(&secret, &*self.inner.random);
        let (sid, date_created) = (KeySid::new(self.sid()), self.now());
        let key = Key { sid, account_sid: account, friendly_name, rights, date_created };
        self.write(move |tx| {
            accounts::fetch(tx, &account)?.ok_or(Error::NotFound)?;
            accounts::insert_key(tx, &key, &sealed)?;
            Ok(key.clone())
        })
        .await
        .map(|key| (key, secret))
    }

    /// API keys of an account in order of creation.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the account.
    pub async fn list_keys(&self, account: AccountSid, page: PageRequest) -> Result<Page<Key>, Error> {
        self.inner
            .store
            .read(move |tx| {
                accounts::fetch(tx, &account)?.ok_or(Error::NotFound)?;
                let rows = accounts::list_keys(tx, &account, page.after.as_deref(), page.limit())?;
                Ok(Page::of(rows, &page, |key| key.sid.to_string()))
            })
            .await
    }

    /// [`Self::delete_key`] for a key that a path names.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_key_named(&self, account: AccountSid, segment: &str) -> Result<(), Error> {
        self.delete_key(account, KeySid::parse(segment).ok_or(Error::NotFound)?).await
    }

    /// Removes an API key; it is refused within seconds everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_key(&self, account: AccountSid, key: KeySid) -> Result<(), Error> {
        let found = self.write(move |tx| accounts::delete_key(tx, &account, &key).map_err(Error::from)).await?;
        self.inner.auth.forget(&account);
        if found { Ok(()) } else { Err(Error::NotFound) }
    }
}
