//! Channels: create, fetch, list, update, delete; and what there is for those who carry messages.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

use std::fmt;

use dwell_core::channel::{Channel, Provider, Settings, SettingsError};
use dwell_core::{AccountSid, ChannelSid, Reason};
use dwell_store::channels::{self, Stored};
use dwell_store::{StoreError, Tx};

use crate::engine::Engine;
use crate::error::Error;
use crate::secrets::SecretKey;

/// Channels that are read at once while all of a provider's are gone through.
const BATCH_CHANNELS_MAX: i64 = 100;

/// The parameters, as sent. An update knows no provider, which never changes.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub friendly_name: Option<String>,
    pub provider: Option<String>,
    pub addresses: Option<Vec<String>>,
    pub enabled: Option<String>,
    pub settings: Option<String>,
}

/// Shows no settings: there are passwords among them.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("friendly_name", &self.friendly_name)
            .field("provider", &self.provider)
            .field("addresses", &self.addresses)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

fn invalid_settings(error: SettingsError) -> Reason {
    Reason::InvalidParameter { name: "Settings", problem: error.0 }
}

/// Why the addresses of a channel could not be written: another serves one of them.
fn clash(tx: &mut dyn Tx, channel: &Channel) -> Result<Error, StoreError> {
    for address in &channel.addresses {
        if let Some(other) = channels::serving(tx, &channel.account_sid, address)?
            && other.channel.sid != channel.sid
        {
            let (address, holder) = (address.clone(), other.channel.sid);
            return Ok(Error::Refused(Reason::AddressServed { address, holder }));
        }
    }
    // It went this moment.
    Ok(Error::Conflict)
}

/// The SID of a channel, from a path.
fn sid_of(segment: &str) -> Result<ChannelSid, Error> {
    ChannelSid::parse(segment).ok_or(Error::NotFound)
}

/// The settings of a stored channel.
///
/// # Errors
/// [`Error::Internal`] when they cannot be decrypted or read.
pub(crate) fn open(key: &SecretKey, stored: &Stored) -> Result<Settings, Error> {
    let json = key.open(&stored.settings).map_err(|error| Error::Internal(error.to_string()))?;
    Settings::parse(stored.channel.provider, &json).map_err(|error| Error::Internal(error.to_string()))
}

impl Engine {
    /// The channel of an account that serves an address, also one that is not enabled.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; [`Error::Internal`] when its
    /// settings cannot be decrypted.
    pub async fn channel_serving(
        &self,
        account: &AccountSid,
        address: &str,
    ) -> Result<Option<(Channel, Settings)>, Error> {
        let (account, address) = (*account, address.to_owned());
        let read = self.inner.store.read(move |tx| channels::serving(tx, &account, &address));
        let found = read.await.map_err(|error: StoreError| Error::from(error))?;
        found.map(|stored| self.opened(stored)).transpose()
    }

    fn opened(&self, stored: Stored) -> Result<(Channel, Settings), Error> {
        let settings = open(&self.inner.secret_key, &stored)?;
        Ok((stored.channel, settings))
    }

    /// The enabled channels of every account that go through a provider, in order of creation: for those who
    /// keep connections to it. One whose settings cannot be decrypted is passed over and logged.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn channels_of(&self, provider: Provider) -> Result<Vec<(Channel, Settings)>, Error> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let read = self.inner.store.read(move |tx| channels::of_provider(tx, provider, &after, BATCH_CHANNELS_MAX));
            let batch = read.await.map_err(|error: StoreError| Error::from(error))?;
            let Some(last) = batch.last() else { return Ok(all) };
            after = last.channel.sid.to_string();
            for stored in batch.into_iter().filter(|stored| stored.channel.enabled) {
                let sid = stored.channel.sid;
                match self.opened(stored) {
                    Ok(channel) => all.push(channel),
                    Err(error) => tracing::error!(channel = %sid, %error, "a channel cannot be used"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_not_shown() {
        let request = Request {
            provider: Some("smpp".to_owned()),
            settings: Some(r#"{"password": "hidden"}"#.to_owned()),
            ..Request::default()
        };
        let shown = format!("{request:?} {request:#?}");
        assert!(shown.contains("smpp") && !shown.contains("hidden"), "{shown}");
    }
}
