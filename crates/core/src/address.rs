//! Addresses of people outside the service and the proxy addresses they see (contract §5.3).

use crate::limits::{IDENTITY_CHARS_MAX, OUTBOUND_TEXT_CHARS_MAX};
use crate::reason::Reason;

/// The kind of a messaging binding, derived from the prefix of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingType {
    /// A plain telephone number: SMS and MMS.
    Sms,
    /// `whatsapp:` and a telephone number.
    Whatsapp,
    /// `messenger:` and a page-scoped id.
    Messenger,
    /// `rcs:` and a sender or telephone number.
    Rcs,
    /// `gbm:` and an id.
    Gbm,
    /// `apple:` and an id.
    Apple,
    /// An e-mail address.
    Email,
}

impl BindingType {
    const PREFIXED: [(&'static str, BindingType); 5] = [
        ("whatsapp:", BindingType::Whatsapp),
        ("messenger:", BindingType::Messenger),
        ("rcs:", BindingType::Rcs),
        ("gbm:", BindingType::Gbm),
        ("apple:", BindingType::Apple),
    ];

    /// Every type.
    pub const ALL: [BindingType; 7] = [
        BindingType::Sms,
        BindingType::Whatsapp,
        BindingType::Messenger,
        BindingType::Rcs,
        BindingType::Gbm,
        BindingType::Apple,
        BindingType::Email,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            BindingType::Sms => "sms",
            BindingType::Whatsapp => "whatsapp",
            BindingType::Messenger => "messenger",
            BindingType::Rcs => "rcs",
            BindingType::Gbm => "gbm",
            BindingType::Apple => "apple",
            BindingType::Email => "email",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }

    /// The name that webhooks are told as the source of what comes through such an address (contract §10.5).
    pub const fn source(self) -> &'static str {
        match self {
            BindingType::Sms => "SMS",
            BindingType::Whatsapp => "WHATSAPP",
            BindingType::Messenger => "MESSENGER",
            BindingType::Rcs => "RCS",
            BindingType::Gbm => "GBM",
            BindingType::Apple => "APPLE",
            BindingType::Email => "EMAIL",
        }
    }

    /// The longest text that is sent to such an address, in characters; `None` when whatever fits into a
    /// message does (contract §12).
    pub const fn text_chars_max(self) -> Option<usize> {
        match self {
            BindingType::Sms | BindingType::Whatsapp => Some(OUTBOUND_TEXT_CHARS_MAX),
            _ => None,
        }
    }

    /// The type of a well-formed address; `None` when it is malformed or over-long.
    pub fn of(address: &str) -> Option<Self> {
        if address.chars().count() > IDENTITY_CHARS_MAX || address.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        for (prefix, kind) in Self::PREFIXED {
            if let Some(rest) = address.strip_prefix(prefix) {
                let good = if kind == BindingType::Whatsapp { is_e164(rest) } else { !rest.is_empty() };
                return good.then_some(kind);
            }
        }
        if is_e164(address) {
            return Some(BindingType::Sms);
        }
        is_email(address).then_some(BindingType::Email)
    }
}

/// `+`, a country code that does not begin with zero, and 7 to 15 digits in all (E.164).
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit()) && !digits.starts_with('0')
    })
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    })
}

/// Checks an address and the proxy address that faces it, and returns their common type.
///
/// # Errors
/// Blank values (50411, 50412), malformed ones (50407, 50408), equal ones (50409), and a pair of
/// different types (50414).
pub fn check_pair(address: &str, proxy: &str) -> Result<BindingType, Reason> {
    if address.is_empty() {
        return Err(Reason::AddressEmpty);
    }
    if proxy.is_empty() {
        return Err(Reason::ProxyAddressEmpty);
    }
    let kind = BindingType::of(address).ok_or(Reason::AddressInvalid)?;
    let proxy_kind = BindingType::of(proxy).ok_or(Reason::ProxyAddressInvalid)?;
    if address == proxy {
        return Err(Reason::AddressEqualsProxy);
    }
    if kind != proxy_kind {
        return Err(Reason::AddressTypeMismatch);
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_follow_the_form() {
        for (address, kind) in [
            ("+15017122661", Some(BindingType::Sms)),
            ("whatsapp:+15017122661", Some(BindingType::Whatsapp)),
            ("messenger:123456", Some(BindingType::Messenger)),
            ("rcs:brand_agent", Some(BindingType::Rcs)),
            ("a@example.com", Some(BindingType::Email)),
            ("15017122661", None),
            ("+1501", None),
            ("+0501712266", None),
            ("+1501712266a", None),
            ("whatsapp:15017122661", None),
            ("whatsapp:", None),
            ("messenger:", None),
            ("hello", None),
            ("a@b@example.com", None),
            ("", None),
        ] {
            assert_eq!(BindingType::of(address), kind, "{address}");
        }
    }

    #[test]
    fn pairs() {
        assert_eq!(check_pair("+15017122661", "+15017122662"), Ok(BindingType::Sms));
        assert_eq!(check_pair("", "+15017122662"), Err(Reason::AddressEmpty));
        assert_eq!(check_pair("+15017122661", ""), Err(Reason::ProxyAddressEmpty));
        assert_eq!(check_pair("5017122661", "+15017122662"), Err(Reason::AddressInvalid));
        assert_eq!(check_pair("+15017122661", "5017122662"), Err(Reason::ProxyAddressInvalid));
        assert_eq!(check_pair("+15017122661", "+15017122661"), Err(Reason::AddressEqualsProxy));
        assert_eq!(check_pair("whatsapp:+15017122661", "+15017122662"), Err(Reason::AddressTypeMismatch));
    }
}
