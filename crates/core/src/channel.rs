//! Channels: how messages of an account leave for addresses outside and come from there, and through whom.
//!
//! A channel serves some of the account's addresses through one provider. What the provider needs to know is
//! its settings, a JSON object of its own form for each provider, with passwords in it.

mod settings;

use crate::sid::{AccountSid, ChannelSid};
use crate::time::Timestamp;

pub use settings::{
    EmailSettings, HttpSettings, LoopbackSettings, SECRET, Secret, Settings, SettingsError, SmppSettings,
    TwilioSettings,
};

/// A channel of an account, but for its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its SID.
    pub sid: ChannelSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// Through whom messages go; never changes.
    pub provider: Provider,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// The account's addresses that it serves, all of one kind. No other channel of the account has any of them.
    pub addresses: Vec<String>,
    /// Whether messages go out and come in through it. Those that wait go on waiting while it is off.
    pub enabled: bool,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// Through whom the messages of a channel go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// A Messages API as Twilio's (`/2010-04-01/Accounts/{Sid}/Messages.json`).
    Twilio,
    /// A carrier's SMSC, by SMPP 3.4.
    Smpp,
    /// A mailbox: SMTP out, IMAP in.
    Email,
    /// A program of the account's own, by HTTP.
    Http,
    /// Nobody: a simulated telephone, for development.
    Loopback,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Provider; 5] =
        [Provider::Twilio, Provider::Smpp, Provider::Email, Provider::Http, Provider::Loopback];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Provider::Twilio => "twilio",
            Provider::Smpp => "smpp",
            Provider::Email => "email",
            Provider::Http => "http",
            Provider::Loopback => "loopback",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| text.eq_ignore_ascii_case(provider.as_str()))
    }
}
