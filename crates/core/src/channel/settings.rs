//! What each provider needs to know. Unknown members are refused, so that a misspelt one is noticed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Provider;

/// What stands in place of a secret where settings are shown; given back in an update, it leaves the secret
/// as it is.
pub const SECRET: &str = "********";

/// A password or a token, which does not show itself in debug output.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Where mail comes in: `imaps://host:993` or `imap://host:143`; nowhere when left out.
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
    /// Reads settings as they were given or stored.
    ///
    /// # Errors
    /// What is wrong, naming the member. It repeats no value: there are passwords among them.
    pub fn parse(provider: Provider, json: &str) -> Result<Self, SettingsError> {
        fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, SettingsError> {
            serde_json::from_str(json).map_err(|error| SettingsError(redacted(&error)))
        }
        Ok(match provider {
            Provider::Twilio => Settings::Twilio(read(json)?),
            Provider::Smpp => Settings::Smpp(read(json)?),
            Provider::Email => Settings::Email(read(json)?),
            Provider::Http => Settings::Http(read(json)?),
            Provider::Loopback => Settings::Loopback(read(json)?),
        })
    }
}

/// What serde says of a value may repeat the value; what it says of names does not.
fn redacted(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_about_names = ["missing field", "unknown field", "duplicate field"].iter().any(|of| text.starts_with(of));
    if is_about_names {
        return text;
    }
    format!("not of the expected form, at line {}, column {}", error.line(), error.column())
}
