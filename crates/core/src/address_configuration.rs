//! Address configurations: which of the account's addresses make conversations by themselves when a
//! message arrives at them, and what those conversations begin with (contract §5.17, §11).

use crate::address::BindingType;
use crate::limits;
use crate::reason::Reason;
use crate::sid::{AccountSid, AddressSid, FlowSid, ServiceSid, UserSid, has_sid_form};
use crate::time::Timestamp;
use crate::webhook::{Hook, HookGiven};

/// The configuration of one address of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressConfiguration {
    /// Its SID.
    pub sid: AddressSid,
    /// The account that owns the address.
    pub account_sid: AccountSid,
    /// The kind of the address; never changes.
    pub address_type: AddressType,
    /// The address, as messages name it; never changes. One configuration per address and account.
    pub address: String,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// The country that the address belongs to, for short codes (ISO 3166-1 alpha-2).
    pub address_country: Option<String>,
    /// What happens when a message arrives that belongs to no conversation.
    pub auto_creation: AutoCreation,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// The kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressType {
    /// A telephone number or a short code.
    Sms,
    /// A WhatsApp sender.
    Whatsapp,
    /// A Messenger page.
    Messenger,
    /// A Google Business Messages agent.
    Gbm,
    /// An e-mail address.
    Email,
    /// An RCS agent.
    Rcs,
    /// An Apple Messages for Business account.
    Apple,
    /// An identity.
    Chat,
}

impl AddressType {
    const ALL: [AddressType; 8] = [
        AddressType::Sms,
        AddressType::Whatsapp,
        AddressType::Messenger,
        AddressType::Gbm,
        AddressType::Email,
        AddressType::Rcs,
        AddressType::Apple,
        AddressType::Chat,
    ];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            AddressType::Sms => "sms",
            AddressType::Whatsapp => "whatsapp",
            AddressType::Messenger => "messenger",
            AddressType::Gbm => "gbm",
            AddressType::Email => "email",
            AddressType::Rcs => "rcs",
            AddressType::Apple => "apple",
            AddressType::Chat => "chat",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }

    /// Whether `address` can be an address of this type: what a binding of the type may have, a short
    /// code for SMS, any identity for chat, and for messengers the id of a business as well
    /// (`urn:mbid:…`).
    pub fn accepts(self, address: &str) -> bool {
        let bound = BindingType::of(address);
        match self {
            AddressType::Sms => bound == Some(BindingType::Sms) || is_short_code(address),
            AddressType::Email => bound == Some(BindingType::Email),
            AddressType::Whatsapp => bound == Some(BindingType::Whatsapp) || is_business_id(address),
            AddressType::Messenger => bound == Some(BindingType::Messenger) || is_business_id(address),
            AddressType::Gbm => bound == Some(BindingType::Gbm) || is_business_id(address),
            AddressType::Rcs => bound == Some(BindingType::Rcs) || is_business_id(address),
            AddressType::Apple => bound == Some(BindingType::Apple) || is_business_id(address),
            AddressType::Chat => is_identity(address),
        }
    }
}

impl From<BindingType> for AddressType {
    fn from(kind: BindingType) -> Self {
        match kind {
            BindingType::Sms => AddressType::Sms,
            BindingType::Whatsapp => AddressType::Whatsapp,
            BindingType::Messenger => AddressType::Messenger,
            BindingType::Rcs => AddressType::Rcs,
            BindingType::Gbm => AddressType::Gbm,
            BindingType::Apple => AddressType::Apple,
            BindingType::Email => AddressType::Email,
        }
    }
}

/// Three to eight digits.
fn is_short_code(text: &str) -> bool {
    (3..=8).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit())
}

fn is_business_id(text: &str) -> bool {
    let id = text.strip_prefix("urn:mbid:").unwrap_or_default();
    !id.is_empty() && text.len() <= limits::IDENTITY_CHARS_MAX && id.bytes().all(|c| c.is_ascii_graphic())
}

/// What a user may be called, and what a path cannot take for the SID of a configuration.
fn is_identity(text: &str) -> bool {
    let is_sid = has_sid_form(UserSid::PREFIX, text) || has_sid_form(AddressSid::PREFIX, text);
    !text.is_empty() && !is_sid && text.chars().count() <= limits::IDENTITY_CHARS_MAX
}

/// What happens when a message arrives at an address and belongs to no conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoCreation {
    /// Whether a conversation is made for it at all.
    pub enabled: bool,
    /// The service of that conversation; `None` for the account's default service.
    pub service_sid: Option<ServiceSid>,
    /// What the conversation begins with.
    pub action: Action,
}

/// What a conversation that is made by itself begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Default,
    /// A webhook of its own.
    Webhook(Hook),
    /// A Studio flow.
    Studio {
        /// The flow.
        flow_sid: FlowSid,
        /// How often a failed call is repeated, at most [`limits::STUDIO_RETRIES_MAX`].
        retry_count: i64,
    },
}

impl Action {
    /// The name of its type on the wire and in the store.
    pub const fn type_str(&self) -> &'static str {
        match self {
            Action::Default => "default",
            Action::Webhook(_) => "webhook",
            Action::Studio { .. } => "studio",
        }
    }
}

/// What a client says of auto-creation, as sent; `None` for what it says nothing of.
#[derive(Debug, Clone, Copy, Default)]
pub struct AutoCreationGiven<'a> {
    /// Whether it is on.
    pub enabled: Option<bool>,
    /// The service, once it is known to be there; the inner `None` is the default service.
    pub service_sid: Option<Option<ServiceSid>>,
    /// The name of the type, in any case; a blank one says nothing.
    pub action_type: Option<&'a str>,
    /// For a webhook.
    pub hook: HookGiven<'a>,
    /// For Studio: the flow.
    pub flow_sid: Option<&'a str>,
    /// For Studio: the number of repetitions, from 0.
    pub retry_count: Option<&'a str>,
}

impl AutoCreation {
    /// What an address has of which nothing was said: no conversation is made.
    pub const OFF: AutoCreation = AutoCreation { enabled: false, service_sid: None, action: Action::Default };

    /// These settings with what is given put in its place. What belongs to another type is passed over,
    /// and a change of the type forgets what belonged to the old one.
    ///
    /// # Errors
    /// For a webhook: those of [`Hook::with`], and [`Reason::WebhookFilterMissing`]. For Studio:
    /// [`Reason::FlowSidInvalid`] and [`Reason::InvalidParameter`] for the number of repetitions. The
    /// latter also for an unknown type.
    pub fn with(&self, given: &AutoCreationGiven<'_>) -> Result<Self, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let action_type = match given.action_type.filter(|text| !text.is_empty()) {
            Some(text) => text.to_ascii_lowercase(),
            None => self.action.type_str().to_owned(),
        };
        let action = match action_type.as_str() {
            "default" => Action::Default,
            "webhook" => {
                let before = if let Action::Webhook(hook) = &self.action { Some(hook) } else { None };
                let hook = Hook::with(before, &given.hook)?;
                if hook.filters.is_empty() {
                    return Err(Reason::WebhookFilterMissing);
                }
                Action::Webhook(hook)
            }
            "studio" => {
                let before = match self.action {
                    Action::Studio { flow_sid, retry_count } => (Some(flow_sid), retry_count),
                    _ => (None, 0),
                };
                let flow_sid = given.flow_sid.map_or(before.0, FlowSid::parse).ok_or(Reason::FlowSidInvalid)?;
                let retry_count = match given.retry_count.filter(|text| !text.is_empty()) {
                    Some(text) => retries(text)
                        .ok_or_else(|| invalid("AutoCreation.StudioRetryCount", "must be a number from 0 to 3"))?,
                    None => before.1,
                };
                Action::Studio { flow_sid, retry_count }
            }
            _ => return Err(invalid("AutoCreation.Type", "must be one of webhook, studio, default")),
        };
        Ok(AutoCreation {
            enabled: given.enabled.unwrap_or(self.enabled),
            service_sid: given.service_sid.unwrap_or(self.service_sid),
            action,
        })
    }
}

fn retries(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (0..=limits::STUDIO_RETRIES_MAX).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Method;

    #[test]
    fn types_are_read_in_any_case() {
        for kind in AddressType::ALL {
            assert_eq!(AddressType::parse(&kind.as_str().to_uppercase()), Some(kind));
        }
        assert_eq!(AddressType::parse("whAtsAPP"), Some(AddressType::Whatsapp));
        assert_eq!((AddressType::parse(""), AddressType::parse("fax")), (None, None));
    }

    #[test]
    fn addresses_fit_their_type() {
        use AddressType::*;
        for (kind, good, bad) in [
            (Sms, &["+37256123457", "12345", "911", "12345678"][..], &["", "12", "123456789", "37256123457", "a"][..]),
            (
                Whatsapp,
                &["whatsapp:+37256123457", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbG"],
                &["+37256123457", "whatsapp:x"],
            ),
            (Messenger, &["messenger:1234", "urn:mbid:x"], &["messenger:", "1234", "urn:mbid:"]),
            (Gbm, &["gbm:1234", "urn:mbid:x"], &["apple:1234", "urn:mbid:a b"]),
            (Rcs, &["rcs:brand_agent", "rcs:+37256123457", "urn:mbid:x"], &["rcs:", "brand_agent"]),
            (Apple, &["apple:1234", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbG"], &["urn:isbn:1", "gbm:1"]),
            (Email, &["example@example.com"], &["example", "@example.com", "urn:mbid:x", "whatsapp:+37256123457"]),
            (Chat, &["urn:mbid:x", "support desk", "+37256123457", "é"], &[""]),
        ] {
            for address in good {
                assert!(kind.accepts(address), "{kind:?} {address}");
            }
            for address in bad {
                assert!(!kind.accepts(address), "{kind:?} {address}");
            }
            let tail = "1".repeat(257);
            for long in [format!("+{tail}"), format!("urn:mbid:{tail}"), format!("{tail}@example.com")] {
                assert!(!kind.accepts(&long), "{kind:?} {long}");
            }
        }
        for sid in ["US00000000000000000000000000000000", "IG00000000000000000000000000000000"] {
            assert!(!Chat.accepts(sid), "{sid}");
        }
    }

    fn webhook() -> AutoCreationGiven<'static> {
        AutoCreationGiven { action_type: Some("Webhook"), ..AutoCreationGiven::default() }
    }

    #[test]
    fn a_type_needs_what_belongs_to_it() {
        let filters = ["onMessageAdded".to_owned()];
        let hook = |url, filters| HookGiven { url, filters, ..HookGiven::default() };
        let url = "https://example.com";
        for (given, expected) in [
            (webhook(), Reason::WebhookUrlMissing),
            (AutoCreationGiven { hook: hook(Some(url), None), ..webhook() }, Reason::WebhookFilterMissing),
            (AutoCreationGiven { hook: hook(None, Some(&filters[..])), ..webhook() }, Reason::WebhookUrlMissing),
            (AutoCreationGiven { action_type: Some("studio"), ..webhook() }, Reason::FlowSidInvalid),
            (
                AutoCreationGiven { action_type: Some("studio"), flow_sid: Some("x"), ..webhook() },
                Reason::FlowSidInvalid,
            ),
        ] {
            assert_eq!(AutoCreation::OFF.with(&given), Err(expected));
        }
        let made = AutoCreation::OFF.with(&AutoCreationGiven {
            hook: hook(Some(url), Some(&filters)),
            enabled: Some(true),
            ..webhook()
        });
        let action = Action::Webhook(Hook { url: url.to_owned(), method: Method::Post, filters: filters.to_vec() });
        let made = made.unwrap();
        assert_eq!(made, AutoCreation { enabled: true, service_sid: None, action });
        // Nothing given, nothing changed; a new type starts over.
        assert_eq!(made.with(&AutoCreationGiven::default()), Ok(made.clone()));
        let plain = made.with(&AutoCreationGiven { action_type: Some("DEFAULT"), ..AutoCreationGiven::default() });
        let plain = plain.unwrap();
        assert_eq!((plain.enabled, &plain.action), (true, &Action::Default));
        assert_eq!(plain.with(&webhook()), Err(Reason::WebhookUrlMissing));
    }

    #[test]
    fn studio_retries_up_to_three_times() {
        let flow = "FW00000000000000000000000000000000";
        let studio = |retry_count| AutoCreationGiven {
            action_type: Some("studio"),
            flow_sid: Some(flow),
            retry_count,
            ..AutoCreationGiven::default()
        };
        for (text, expected) in [(None, 0), (Some(""), 0), (Some("0"), 0), (Some("3"), 3)] {
            let made = AutoCreation::OFF.with(&studio(text)).unwrap();
            assert_eq!(made.action, Action::Studio { flow_sid: FlowSid::parse(flow).unwrap(), retry_count: expected });
        }
        for bad in ["4", "-1", "x", "1.5", "99999999999999999999"] {
            assert!(
                matches!(AutoCreation::OFF.with(&studio(Some(bad))), Err(Reason::InvalidParameter { .. })),
                "{bad}"
            );
        }
    }
}
