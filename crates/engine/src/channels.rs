//! Channels: those that carry messages ask here which there are and what their settings are.

use dwell_core::AccountSid;
use dwell_core::channel::{Channel, Provider, Settings};
use dwell_store::StoreError;
use dwell_store::channels::{self, Stored};

use crate::engine::Engine;
use crate::error::Error;
use crate::secrets::SecretKey;

/// Channels that are read at once while all of a provider's are gone through.
const BATCH_CHANNELS_MAX: i64 = 100;

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
        let Some(stored) = found else { return Ok(None) };
        let settings = open(&self.inner.secret_key, &stored)?;
        Ok(Some((stored.channel, settings)))
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
                match open(&self.inner.secret_key, &stored) {
                    Ok(settings) => all.push((stored.channel, settings)),
                    Err(error) => tracing::error!(channel = %stored.channel.sid, %error, "a channel cannot be used"),
                }
            }
        }
    }
}
