//! What each provider needs to know. Unknown members are refused, so that a misspelt one is noticed.

mod given;
mod rules;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::Provider;

/// What stands in place of a secret where settings are shown; given back in an update, it leaves the secret
/// as it is.
pub const SECRET: &str = "********";

/// A password or a token, which shows itself neither in debug output nor as JSON.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// As [`SECRET`], or blank when there is none.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { SECRET })
    }
}

/// The settings of a channel, by provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the providers")]
pub enum Settings {
    Twilio(TwilioSettings),
    Smpp(SmppSettings),
    Email(EmailSettings),
    Http(HttpSettings),
    Loopback(LoopbackSettings),
}

/// Why settings are refused: for the person who wrote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

/// Of a Messages API as Twilio's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioSettings {
    /// Where the API is: `https://api.twilio.com` unless said otherwise.
    #[serde(default = "twilio_url")]
    pub url: String,
    /// The account there.
    pub account_sid: String,
    /// Its auth token: the password of requests, and what signs the API's own requests.
    pub auth_token: Secret,
}

fn twilio_url() -> String {
    "https://api.twilio.com".to_owned()
}

/// Of an SMSC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmppSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    #[serde(default = "smpp_port")]
    pub port: u16,
    /// Whether the connection is encrypted (TLS from the start).
    #[serde(default)]
    pub tls: bool,
    /// Who binds.
    pub system_id: String,
    /// The password, at most 8 characters (SMPP 3.4 §5.2.2).
    #[serde(default)]
    pub password: Secret,
    /// The kind of system that binds, where the carrier asks for one.
    #[serde(default)]
    pub system_type: String,
    /// Most messages a second; 0 for any number.
    #[serde(default)]
    pub messages_per_second_max: u32,
}

const fn smpp_port() -> u16 {
    2775
}

/// Of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// Where mail goes out: `smtps://host:465` (TLS from the start), `smtp://host:587?tls=required`
    /// (STARTTLS) or `smtp://host:25` (neither).
    pub smtp_url: String,
    /// Who signs in there; nobody when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_username: Option<String>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_password: Option<Secret>,
    /// Where mail comes in: `imaps://host:993` (TLS from the start), `imap://host:143?tls=required`
    /// (STARTTLS) or `imap://host:143` (neither); nowhere when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imap_url: Option<String>,
    /// Who signs in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imap_username: Option<String>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imap_password: Option<Secret>,
    /// The folder that is read.
    #[serde(default = "inbox")]
    pub imap_folder: String,
    /// The name beside the address in what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

/// Of a program of the account's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// What is called with each message: POST with a JSON body, signed as webhooks are.
    pub url: String,
    /// Whether it takes one message for several addresses, which group texts need.
    #[serde(default)]
    pub groups: bool,
}

/// Of simulated telephones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopbackSettings {}

impl Settings {
    /// Reads settings as [`Self::to_json`] wrote them.
    ///
    /// # Errors
    /// What is wrong, naming the member. It repeats no value: there are passwords among them.
    pub fn parse(provider: Provider, json: &str) -> Result<Self, SettingsError> {
        let value = serde_json::from_str(json).map_err(|_| SettingsError("not JSON".to_owned()))?;
        Self::from_value(provider, value)
    }

    fn from_value(provider: Provider, value: Value) -> Result<Self, SettingsError> {
        Ok(match provider {
            Provider::Twilio => Settings::Twilio(read(value)?),
            Provider::Smpp => Settings::Smpp(read(value)?),
            Provider::Email => Settings::Email(read(value)?),
            Provider::Http => Settings::Http(read(value)?),
            Provider::Loopback => Settings::Loopback(read(value)?),
        })
    }

    /// Whether one message can go to several addresses at once, as group texts need it.
    pub const fn takes_groups(&self) -> bool {
        match self {
            Settings::Http(settings) => settings.groups,
            Settings::Loopback(_) => true,
            Settings::Twilio(_) | Settings::Smpp(_) | Settings::Email(_) => false,
        }
    }

    /// The settings for people, with [`SECRET`] in the place of secrets.
    pub fn shown(&self) -> Value {
        let shown = match self {
            Settings::Twilio(settings) => serde_json::to_value(settings),
            Settings::Smpp(settings) => serde_json::to_value(settings),
            Settings::Email(settings) => serde_json::to_value(settings),
            Settings::Http(settings) => serde_json::to_value(settings),
            Settings::Loopback(settings) => serde_json::to_value(settings),
        };
        // Texts, numbers and switches under names: JSON can always say these.
        shown.unwrap_or_default()
    }

    /// The settings with their secrets, to be encrypted and stored.
    pub fn to_json(&self) -> String {
        let mut value = self.shown();
        for (name, secret) in self.secrets() {
            value[name] = secret.reveal().into();
        }
        value.to_string()
    }

    /// The secrets that there are, by the names of their members.
    fn secrets(&self) -> Vec<(&'static str, &Secret)> {
        match self {
            Settings::Twilio(settings) => vec![("auth_token", &settings.auth_token)],
            Settings::Smpp(settings) => vec![("password", &settings.password)],
            Settings::Email(settings) => {
                let smtp = settings.smtp_password.as_ref().map(|secret| ("smtp_password", secret));
                let imap = settings.imap_password.as_ref().map(|secret| ("imap_password", secret));
                smtp.into_iter().chain(imap).collect()
            }
            Settings::Http(_) | Settings::Loopback(_) => Vec::new(),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(value: Value) -> Result<T, SettingsError> {
    serde_path_to_error::deserialize(value).map_err(|error| SettingsError(redacted(&error)))
}

/// What serde says of a value may repeat the value; what it says of names does not.
fn redacted(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let text = error.inner().to_string();
    if ["missing field", "unknown field"].iter().any(|of| text.starts_with(of)) {
        return text;
    }
    format!("{}: not of the expected type", error.path())
}
