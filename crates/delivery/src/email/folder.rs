//! Names of IMAP folders on the wire: modified UTF-7 (RFC 3501 §5.1.3).

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// A name as servers expect it.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut foreign = Vec::new();
    for c in name.chars() {
        if !matches!(c, ' '..='~') {
            let mut units = [0; 2];
            foreign.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
            continue;
        }
        shift(&mut encoded, &mut foreign);
        encoded.push(c);
        if c == '&' {
            encoded.push('-');
        }
    }
    shift(&mut encoded, &mut foreign);
    encoded
}

/// Writes what is not ASCII, between `&` and `-`.
fn shift(encoded: &mut String, foreign: &mut Vec<u8>) {
    if !foreign.is_empty() {
        encoded.push('&');
        encoded.push_str(&BASE64.encode(std::mem::take(foreign)));
        encoded.push('-');
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn names_are_written_as_in_the_standard() {
        for (name, encoded) in [
            ("INBOX", "INBOX"),
            ("Q & A", "Q &- A"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(encode(name), encoded);
        }
    }
}
