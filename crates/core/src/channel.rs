//! Channels: how messages of an account leave for addresses outside and come from there, and through whom.
//!
//! A channel serves some of the account's addresses through one provider. What the provider needs to know is
//! its settings, a JSON object of its own form for each provider, with passwords in it.

mod settings;

use crate::address::BindingType;
use crate::limits;
use crate::reason::Reason;
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

    /// Whether a channel through it can have addresses of this type.
    pub const fn serves(self, kind: BindingType) -> bool {
        use BindingType::{Email, Messenger, Rcs, Sms, Whatsapp};
        match self {
            Provider::Twilio => matches!(kind, Sms | Whatsapp | Messenger | Rcs),
            Provider::Smpp => matches!(kind, Sms),
            Provider::Email => matches!(kind, Email),
            Provider::Http | Provider::Loopback => true,
        }
    }

    /// Checks the addresses that a channel through it is to serve, and returns each once. A blank one is
    /// passed over.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] when there are none or too many, one is malformed, they are of several
    /// types, or of one that the provider cannot serve.
    pub fn check_addresses(self, given: &[String]) -> Result<Vec<String>, Reason> {
        let wrong = |problem| Err(Reason::InvalidParameter { name: "Addresses", problem });
        let mut addresses: Vec<String> = Vec::new();
        let mut common = None;
        for (address, number) in given.iter().zip(1..).filter(|(address, _)| !address.is_empty()) {
            let Some(kind) = BindingType::of(address) else {
                return wrong(format!("number {number} is not an address that a binding can have"));
            };
            if *common.get_or_insert(kind) != kind {
                return wrong(format!("number {number} is of another type than those before"));
            }
            if !self.serves(kind) {
                return wrong(format!("{} serves no addresses of type {}", self.as_str(), kind.as_str()));
            }
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
            if addresses.len() > limits::CHANNEL_ADDRESSES_MAX {
                return wrong(format!("more than {}", limits::CHANNEL_ADDRESSES_MAX));
            }
        }
        if addresses.is_empty() { wrong("at least one is required".to_owned()) } else { Ok(addresses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EACH_TYPE: [&str; 7] = [
        "+15017122661",
        "whatsapp:+15017122661",
        "messenger:1234",
        "rcs:brand_agent",
        "gbm:1234",
        "apple:1234",
        "desk@example.com",
    ];

    fn checked(provider: Provider, addresses: &[&str]) -> Result<Vec<String>, String> {
        let addresses: Vec<_> = addresses.iter().map(|address| (*address).to_owned()).collect();
        provider.check_addresses(&addresses).map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_provider_serves_the_types_that_it_can() {
        for (provider, served) in [
            (Provider::Twilio, &EACH_TYPE[..4]),
            (Provider::Smpp, &EACH_TYPE[..1]),
            (Provider::Email, &EACH_TYPE[6..]),
            (Provider::Http, &EACH_TYPE[..]),
            (Provider::Loopback, &EACH_TYPE[..]),
        ] {
            for address in EACH_TYPE {
                assert_eq!(checked(provider, &[address]).is_ok(), served.contains(&address), "{provider:?} {address}");
            }
            assert_eq!(Provider::parse(&provider.as_str().to_uppercase()), Some(provider));
        }
    }

    #[test]
    fn addresses_are_well_formed_of_one_type_and_neither_none_nor_too_many() {
        let check = |addresses: &[&str]| checked(Provider::Loopback, addresses);
        assert_eq!(
            check(&["+15017122662", "", "+15017122661", "+15017122662"]).unwrap(),
            ["+15017122662", "+15017122661"]
        );
        let many: Vec<_> = (0..=100).map(|n| format!("+1501712{n:04}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(check(&many[1..]).unwrap().len(), 100);
        for (bad, problem) in [
            (&many[..], "more than 100"),
            (&[], "at least one is required"),
            (&[""], "at least one is required"),
            (&["", "Dwell"], "number 2 is not an address that a binding can have"),
            (&["+15017122661", "12345"], "number 2 is not an address that a binding can have"),
            (&["+15017122661", "a@example.com"], "number 2 is of another type than those before"),
        ] {
            assert_eq!(check(bad), Err(format!("Addresses: {problem}")));
        }
        let of_phone = checked(Provider::Email, &["+15017122661"]);
        assert_eq!(of_phone, Err("Addresses: email serves no addresses of type sms".to_owned()));
    }
}
