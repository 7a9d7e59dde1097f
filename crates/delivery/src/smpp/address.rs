//! Addresses as SMSCs write them (SMPP 3.4 §5.2.5): digits without `+`, beside them what kind of number it is.

use rusmpp::types::COctetString;
use rusmpp::values::{Npi, Ton};

/// Longest name that may stand in place of a number.
const NAME_CHARS_MAX: usize = 11;
/// How many digits a number must have that nobody called international to be taken for one: fewer are
/// short codes and numbers within a country.
const INTERNATIONAL_DIGITS_MIN: usize = 10;
/// Most digits of a number (E.164).
const DIGITS_MAX: usize = 15;

/// An address on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) ton: Ton,
    pub(super) npi: Npi,
    pub(super) digits: COctetString<1, 21>,
}

impl Address {
    /// Writes an address: a number in E.164, a short code or a name. `None` if it is none of these.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (ton, npi, digits) = match address.strip_prefix('+') {
            Some(digits) if is_digits(digits) && digits.len() <= DIGITS_MAX => (Ton::International, Npi::Isdn, digits),
            Some(_) => return None,
            None if is_digits(address) => (Ton::Unknown, Npi::Isdn, address),
            None if address.is_ascii() && (1..=NAME_CHARS_MAX).contains(&address.len()) => {
                (Ton::Alphanumeric, Npi::Unknown, address)
            }
            None => return None,
        };
        // A colon means that it is an address of another kind, such as `whatsapp:+1…`.
        let digits = Some(digits).filter(|digits| !digits.contains([':', '\0']))?;
        Some(Address { ton, npi, digits: digits.parse().ok()? })
    }

    /// Reads an address, in the spelling of E.164 when it is a number that is valid everywhere. `known` are
    /// the addresses of the channel: one of them with the same digits is meant.
    pub(super) fn read(&self, known: &[String]) -> String {
        let text = self.digits.as_str();
        let bare = text.strip_prefix('+').unwrap_or(text);
        if let Some(same) = known.iter().find(|address| address.strip_prefix('+').unwrap_or(address) == bare) {
            return same.clone();
        }
        if self.ton == Ton::Alphanumeric || !is_digits(bare) {
            return text.to_owned();
        }
        let is_international = text != bare
            || self.ton == Ton::International
            || (self.ton == Ton::Unknown && bare.len() >= INTERNATIONAL_DIGITS_MIN && !bare.starts_with('0'));
        match bare.strip_prefix("00") {
            Some(rest) if matches!(self.ton, Ton::International | Ton::Unknown) => format!("+{rest}"),
            _ if is_international => format!("+{bare}"),
            _ => text.to_owned(),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_with_their_kind() {
        for (address, ton, npi, digits) in [
            ("+4930123456", Ton::International, Npi::Isdn, "4930123456"),
            ("12345", Ton::Unknown, Npi::Isdn, "12345"),
            ("ACME Shop", Ton::Alphanumeric, Npi::Unknown, "ACME Shop"),
        ] {
            assert_eq!(Address::of(address), Some(Address { ton, npi, digits: digits.parse().unwrap() }));
        }
        for address in ["", "+", "+49x", "whatsapp:+1", "a:b", "ACME Shop Ltd", "Straße", "+1234567890123456", "a\0b"]
        {
            assert_eq!(Address::of(address), None, "{address}");
        }
    }

    #[test]
    fn numbers_come_back_in_e164() {
        let known = ["+4915550001".to_owned(), "77000".to_owned()];
        for (ton, digits, read) in [
            (Ton::International, "4930123456", "+4930123456"),
            (Ton::International, "+4930123456", "+4930123456"),
            (Ton::International, "004930123456", "+4930123456"),
            (Ton::Unknown, "004930123456", "+4930123456"),
            (Ton::Unknown, "4930123456", "+4930123456"),
            (Ton::Unknown, "030123456789", "030123456789"),
            (Ton::National, "4930123456", "4930123456"),
            (Ton::Unknown, "4915550001", "+4915550001"),
            (Ton::National, "4915550001", "+4915550001"),
            (Ton::NetworkSpecific, "77000", "77000"),
            (Ton::Unknown, "12345", "12345"),
            (Ton::Alphanumeric, "ACME", "ACME"),
            (Ton::Alphanumeric, "4930123456", "4930123456"),
            (Ton::Unknown, "", ""),
        ] {
            let address = Address { ton, npi: Npi::Isdn, digits: digits.parse().unwrap() };
            assert_eq!(address.read(&known), read, "{ton:?} {digits}");
        }
    }
}
