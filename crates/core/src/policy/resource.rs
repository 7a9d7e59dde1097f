//! Policies as an account keeps them: which conversations one is for, and its rules.

use super::{Action, Counts, Rules, RulesError, StartsOn};
use crate::address::BindingType;
use crate::reason::Reason;
use crate::session::OnReturn;
use crate::sid::{AccountSid, PolicySid, ServiceSid};
use crate::time::Timestamp;

/// A policy of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// Which conversations it is for.
    pub scope: Scope,
    /// A name for people.
    pub friendly_name: String,
    /// Whether it takes over conversations. Those that it governs already go on with it.
    pub enabled: bool,
    /// Its rules as they are now, with its SID and their version.
    pub rules: Rules,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// Which conversations of an account a policy is for: those with which everything agrees that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Conversations of this service.
    pub service_sid: Option<ServiceSid>,
    /// Those with a participant outside, reached through a channel of this type.
    pub channel_type: Option<BindingType>,
    /// Those in which a participant outside is reached from this address of the account.
    pub address: Option<String>,
}

impl Scope {
    /// Of two policies that are for a conversation, the one with the higher number governs it: an address says
    /// more than a type of channel, that more than a service, and all of them more than nothing.
    pub fn specificity(&self) -> i64 {
        let says = |is_given: bool, weight| if is_given { weight } else { 0 };
        says(self.address.is_some(), 4) + says(self.channel_type.is_some(), 2) + says(self.service_sid.is_some(), 1)
    }

    /// Whether the address has the form of one, and the type of channel that is given beside it.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`].
    pub fn check(&self) -> Result<(), Reason> {
        let Some(address) = &self.address else { return Ok(()) };
        let wrong = |problem: &str| Reason::InvalidParameter { name: "Address", problem: problem.to_owned() };
        let kind = BindingType::of(address).ok_or_else(|| wrong("not an address that a binding can have"))?;
        match self.channel_type {
            Some(given) if given != kind => Err(wrong("of another type than ChannelType")),
            _ => Ok(()),
        }
    }
}

/// Rules to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// For a desk: five minutes of the customer's silence after the agent's reply, and a day until the end.
    RepDesk,
    /// For a relationship: thirty days without a message, and a year until the end.
    LongTerm,
    /// No clock at all.
    Off,
}

impl Preset {
    /// Every preset, in the order of the documentation.
    pub const ALL: [Preset; 3] = [Preset::RepDesk, Preset::LongTerm, Preset::Off];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Preset::RepDesk => "rep_desk",
            Preset::LongTerm => "long_term",
            Preset::Off => "off",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| text.eq_ignore_ascii_case(preset.as_str()))
    }

    /// What it is, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Preset::RepDesk => "Rep desk: 5 minutes, 24 hours",
            Preset::LongTerm => "Long-term relationship: 30 days, 1 year",
            Preset::Off => "Off",
        }
    }

    /// The rules of the first version of a policy that says nothing else.
    pub fn rules(self, policy_sid: PolicySid) -> Rules {
        const DAY: i64 = 86_400;
        let off = Rules {
            policy_sid,
            version: 1,
            counts: Counts::Anyone,
            starts_on: StartsOn::LastMessage,
            idle_after: None,
            action: Action::Inactivate,
            end_inactive_after: None,
            end_closes: true,
            on_return: OnReturn::SameAgent,
            queue: None,
            farewell: None,
            warnings: Vec::new(),
            hours: None,
        };
        let (counts, starts_on, idle, end) = match self {
            Preset::RepDesk => (Counts::Customer, StartsOn::FirstAgentReply, 300, DAY),
            Preset::LongTerm => (Counts::Anyone, StartsOn::LastMessage, 30 * DAY, 365 * DAY),
            Preset::Off => return off,
        };
        Rules {
            counts,
            starts_on,
            idle_after: Some(idle),
            action: Action::InactivateAndEnd,
            end_inactive_after: Some(end),
            ..off
        }
    }
}

impl RulesError {
    /// The parameter that is to blame.
    pub const fn parameter(self) -> &'static str {
        match self {
            RulesError::IdleTooShort | RulesError::IdleTooLongForHours => "IdleAfter",
            RulesError::EndTooShort | RulesError::EndMissing => "EndInactiveAfter",
            RulesError::TooManyWarnings | RulesError::WarningOutOfReach | RulesError::WarningsTogether => "Warnings",
            RulesError::Warning => "Warnings",
            RulesError::Farewell => "Farewell",
        }
    }
}

impl From<RulesError> for Reason {
    fn from(error: RulesError) -> Self {
        Reason::InvalidParameter { name: error.parameter(), problem: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sid::SidBytes;

    #[test]
    fn an_address_outranks_a_channel_that_a_service_and_that_everything() {
        let scope = |address: bool, channel: bool, service: bool| Scope {
            service_sid: service.then(|| ServiceSid::new(SidBytes::new(1, 0, [0; 8]))),
            channel_type: channel.then_some(BindingType::Sms),
            address: address.then(|| "+15017122661".to_owned()),
        };
        let mut ranks = Vec::new();
        for address in [false, true] {
            for channel in [false, true] {
                ranks.extend([false, true].map(|service| scope(address, channel, service).specificity()));
            }
        }
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }

    #[test]
    fn an_address_is_one_and_of_the_type_beside_it() {
        for (address, channel_type, is_good) in [
            ("+15017122661", None, true),
            ("+15017122661", Some(BindingType::Sms), true),
            ("whatsapp:+15017122661", Some(BindingType::Whatsapp), true),
            ("+15017122661", Some(BindingType::Email), false),
            ("Dwell", None, false),
            ("", None, false),
        ] {
            let scope = Scope { service_sid: None, channel_type, address: Some(address.to_owned()) };
            assert_eq!(scope.check().is_ok(), is_good, "{address} {channel_type:?}");
        }
        assert_eq!(Scope { channel_type: Some(BindingType::Sms), ..Scope::default() }.check(), Ok(()));
    }

    #[test]
    fn presets_are_rules_that_make_sense() {
        for preset in Preset::ALL {
            assert_eq!(preset.rules(PolicySid::new(SidBytes::new(1, 0, [0; 8]))).check(), Ok(()), "{preset:?}");
            assert_eq!(Preset::parse(&preset.as_str().to_uppercase()), Some(preset));
        }
    }
}
