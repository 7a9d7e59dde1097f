//! Whose a message is that shows no credentials but a signature, as those of Twilio's messaging webhook do
//! (contract §10.4).

use dwell_core::channel::{Provider, Settings, TwilioSettings};
use dwell_core::{AccountSid, ChannelSid};
use dwell_store::channels::Stored;
use dwell_store::{Tx, accounts, channels};
use subtle::ConstantTimeEq;

use crate::channels::open;
use crate::engine::Engine;
use crate::error::Error;
use crate::signature::signature;

/// Most channels of one address, of as many accounts, that are looked at.
const CANDIDATES_MAX: i64 = 100;

/// A form with its signature.
#[derive(Clone)]
pub struct Signed {
    /// Where it was sent, as its sender knows it.
    pub url: String,
    /// Its parameters, decoded.
    pub form: Vec<(String, String)>,
    /// `X-Twilio-Signature`.
    pub signature: String,
}

/// Whose a signed message is.
#[derive(Clone)]
pub struct Owner {
    /// The account.
    pub account_sid: AccountSid,
    /// The channel that serves the address it was sent to.
    pub channel_sid: ChannelSid,
    settings: TwilioSettings,
}

impl Owner {
    /// The user name and password for a file that came with the message: where the channel's API is they are the
    /// channel's own, and nobody else is told them.
    pub fn credentials_for(&self, url: &str) -> Option<(String, String)> {
        let below = url.strip_prefix(self.settings.url.trim_end_matches('/'))?;
        let credentials = || (self.settings.account_sid.clone(), self.settings.auth_token.reveal().to_owned());
        below.starts_with('/').then(credentials)
    }
}

impl Signed {
    fn param(&self, name: &str) -> &str {
        self.form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn is_by(&self, auth_token: &str) -> bool {
        // Senders differ in whether they name a port that need not be named.
        let urls = [Some(self.url.clone()), with_other_port(&self.url)];
        let expected = urls.iter().flatten().map(|url| signature(auth_token, url, &self.form));
        expected.fold(false, |known, expected| known | bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes())))
    }
}

impl Engine {
    /// The channel of a Messages API as Twilio's whose token signed a message, among those that serve the
    /// address that it was sent to. `None` when there is none, or the signature is another: nobody learns which.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn owner_of_signed(&self, signed: &Signed) -> Result<Option<Owner>, Error> {
        let to = signed.param("To").to_owned();
        let candidates = self.inner.store.read(move |tx| candidates(tx, &to)).await?;
        Ok(candidates.into_iter().find_map(|stored| self.signer(stored, signed)))
    }

    /// The channel of this SID, when its token signed what is told of its messages. `None` when there is none, or
    /// the signature is another: nobody learns which.
    ///
    /// # Errors
    /// As [`Engine::owner_of_signed`].
    pub async fn owner_of_signed_status(&self, channel: &str, signed: &Signed) -> Result<Option<Owner>, Error> {
        let Some(sid) = ChannelSid::parse(channel) else { return Ok(None) };
        let read = self.inner.store.read(move |tx| {
            let found = channels::fetch_anywhere(tx, &sid)?;
            in_use(tx, found.into_iter().collect())
        });
        Ok(read.await?.into_iter().find_map(|stored| self.signer(stored, signed)))
    }

    /// The channel, if its token signed it.
    fn signer(&self, stored: Stored, signed: &Signed) -> Option<Owner> {
        let settings = match open(&self.inner.secret_key, &stored) {
            Ok(Settings::Twilio(settings)) => settings,
            Ok(_) => return None,
            Err(error) => {
                tracing::error!(channel = %stored.channel.sid, %error, "a channel cannot be used");
                return None;
            }
        };
        let is_signed =
            settings.account_sid == signed.param("AccountSid") && signed.is_by(settings.auth_token.reveal());
        let (account_sid, channel_sid) = (stored.channel.account_sid, stored.channel.sid);
        is_signed.then_some(Owner { account_sid, channel_sid, settings })
    }
}

/// Channels that may have brought a message to an address: those that are on, of accounts that are.
fn candidates(tx: &mut dyn Tx, to: &str) -> Result<Vec<Stored>, Error> {
    let mut found = channels::of_address(tx, to, CANDIDATES_MAX)?;
    found.retain(|stored| stored.channel.enabled);
    in_use(tx, found)
}

/// The channels among these that go through a Messages API and belong to accounts that are on.
fn in_use(tx: &mut dyn Tx, mut found: Vec<Stored>) -> Result<Vec<Stored>, Error> {
    found.retain(|stored| stored.channel.provider == Provider::Twilio);
    let mut open = Vec::with_capacity(found.len());
    for stored in found {
        let account = accounts::fetch(tx, &stored.channel.account_sid)?;
        if account.is_some_and(|(account, _)| account.disabled_at.is_none()) {
            open.push(stored);
        }
    }
    Ok(open)
}

/// The same URL without its port, or, where it names none, with that of its scheme.
fn with_other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // A colon within brackets belongs to the address.
    Some(match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, _)) => format!("{scheme}://{host}{path}"),
        None => format!("{scheme}://{authority}:{}{path}", if scheme == "https" { 443 } else { 80 }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_be_named_or_not() {
        for (url, other) in [
            ("https://example.com/a?b=c:d", "https://example.com:443/a?b=c:d"),
            ("http://example.com", "http://example.com:80"),
            ("https://example.com:8443/a", "https://example.com/a"),
            ("http://[::1]/a", "http://[::1]:80/a"),
            ("http://[::1]:8080/a", "http://[::1]/a"),
        ] {
            assert_eq!(with_other_port(url).as_deref(), Some(other), "{url}");
        }
        assert_eq!(with_other_port("example.com"), None);
    }

    #[test]
    fn passwords_go_to_the_api_alone() {
        let settings = |url: &str| TwilioSettings {
            url: url.to_owned(),
            account_sid: "AC1".to_owned(),
            auth_token: dwell_core::channel::Secret::new("hush"),
        };
        let bytes = dwell_core::SidBytes::new(0, 0, [0; 8]);
        for (api, url, is_told) in [
            ("https://api.twilio.com", "https://api.twilio.com/2010-04-01/Media/ME1", true),
            ("https://api.twilio.com/", "https://api.twilio.com/2010-04-01/Media/ME1", true),
            ("https://api.twilio.com", "https://api.twilio.com.evil.example/Media/ME1", false),
            ("https://api.twilio.com", "https://api.twilio.com@evil.example/Media/ME1", false),
            ("https://api.twilio.com", "http://api.twilio.com/Media/ME1", false),
            ("https://api.twilio.com", "https://evil.example/https://api.twilio.com/", false),
        ] {
            let owner = Owner {
                account_sid: AccountSid::new(bytes),
                channel_sid: ChannelSid::new(bytes),
                settings: settings(api),
            };
            let told = owner.credentials_for(url);
            assert_eq!(told, is_told.then(|| ("AC1".to_owned(), "hush".to_owned())), "{api} {url}");
        }
    }
}
