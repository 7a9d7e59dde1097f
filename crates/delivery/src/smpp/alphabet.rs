//! Texts as octets and back: the GSM default alphabet (3GPP TS 23.038), one octet for each septet as SMSCs
//! expect it, and UCS-2, which is UTF-16 nowadays.

/// Before a character of the extension table.
pub(super) const ESCAPE: u8 = 0x1b;

/// The default alphabet, by code. The escape stands where it stands.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension table.
const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// How a text is written: the values of `data_coding` (SMPP 3.4 §5.2.19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// The SMSC's default alphabet, taken to be that of GSM.
    Gsm,
    /// UTF-16, big-endian.
    Ucs2,
}

/// The text in the smallest way that can write it.
pub(super) fn encode(text: &str) -> (Coding, Vec<u8>) {
    match gsm(text) {
        Some(octets) => (Coding::Gsm, octets),
        None => (Coding::Ucs2, text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    }
}

/// What `octets` say. Codings that are not known are read byte by byte, so that nothing is lost.
pub(super) fn decode(data_coding: u8, octets: &[u8]) -> String {
    match data_coding {
        0x00 => from_gsm(octets),
        0x08 => from_ucs2(octets),
        0x01 | 0x03 => from_latin1(octets),
        // 8-bit data in a text is mostly UTF-8.
        0x02 | 0x04 => std::str::from_utf8(octets).map_or_else(|_| from_latin1(octets), str::to_owned),
        // Message classes and waiting indications (TS 23.038 §4): the alphabet is in bits 2 and 3.
        0x10..=0x1f | 0x30..=0x3f | 0xf0..=0xff => match data_coding & 0x0c {
            0x08 => from_ucs2(octets),
            0x04 => from_latin1(octets),
            _ => from_gsm(octets),
        },
        0xc0..=0xdf => from_gsm(octets),
        0xe0..=0xef => from_ucs2(octets),
        _ => from_latin1(octets),
    }
}

/// What octets say that came in pieces. A character may be cut in two, so what is coded alike is read as one.
pub(super) fn decode_all(pieces: &[(u8, Vec<u8>)]) -> String {
    let alike = pieces.chunk_by(|(one, _), (next, _)| one == next);
    alike
        .map(|pieces| decode(pieces[0].0, &pieces.iter().flat_map(|(_, octets)| octets).copied().collect::<Vec<_>>()))
        .collect()
}

fn gsm(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for character in text.chars() {
        if let Some((code, _)) = EXTENSION.iter().find(|(_, extended)| *extended == character) {
            octets.extend([ESCAPE, *code]);
        } else {
            let code = BASIC.chars().position(|basic| basic == character && basic != '\u{1b}')?;
            octets.push(u8::try_from(code).ok()?);
        }
    }
    Some(octets)
}

fn from_gsm(octets: &[u8]) -> String {
    let basic: Vec<char> = BASIC.chars().collect();
    let mut text = String::with_capacity(octets.len());
    let mut is_escaped = false;
    for &octet in octets {
        if octet == ESCAPE && !is_escaped {
            is_escaped = true;
            continue;
        }
        let extended = EXTENSION.iter().find(|(code, _)| is_escaped && *code == octet).map(|(_, extended)| *extended);
        // What is no septet comes from an SMSC with another alphabet, mostly Latin 1; after an escape that
        // means nothing comes the character itself.
        let plain = || basic.get(usize::from(octet)).copied().unwrap_or(char::from(octet));
        text.push(extended.unwrap_or_else(|| if octet == ESCAPE { ' ' } else { plain() }));
        is_escaped = false;
    }
    text
}

fn from_ucs2(octets: &[u8]) -> String {
    let units: Vec<u16> =
        octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)])).collect();
    String::from_utf16_lossy(&units)
}

fn from_latin1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet_is_that_of_the_standard() {
        assert_eq!(BASIC.chars().count(), 128);
        for (text, octets) in [
            ("@£$¥", &[0x00, 0x01, 0x02, 0x03][..]),
            ("Hi!", b"Hi!"),
            ("ß", &[0x1e]),
            ("Ä§¿à", &[0x5b, 0x5f, 0x60, 0x7f]),
            ("_", &[0x11]),
            ("€", &[0x1b, 0x65]),
            ("[|]", &[0x1b, 0x3c, 0x1b, 0x40, 0x1b, 0x3e]),
            ("a\r\nb", &[0x61, 0x0d, 0x0a, 0x62]),
        ] {
            assert_eq!(encode(text), (Coding::Gsm, octets.to_vec()), "{text}");
            assert_eq!(decode(0, octets), text);
        }
    }

    #[test]
    fn what_the_alphabet_has_not_is_written_in_ucs2() {
        for (text, octets) in [
            ("ç", &[0x00, 0xe7][..]),
            ("a`", &[0x00, 0x61, 0x00, 0x60]),
            ("👍", &[0xd8, 0x3d, 0xdc, 0x4d]),
            ("\u{1b}", &[0x00, 0x1b]),
            ("你好", &[0x4f, 0x60, 0x59, 0x7d]),
        ] {
            assert_eq!(encode(text), (Coding::Ucs2, octets.to_vec()), "{text}");
            assert_eq!(decode(8, octets), text);
        }
    }

    #[test]
    fn each_coding_is_read_as_it_is_meant() {
        for (coding, octets, text) in [
            (0x01, &b"plain"[..], "plain"),
            (0x03, &[0x47, 0x72, 0xfc, 0xdf, 0x65], "Grüße"),
            (0x04, "Grüße".as_bytes(), "Grüße"),
            (0x04, &[0x47, 0xff], "Gÿ"),
            (0x18, &[0x00, 0x41], "A"),
            (0x19, &[0x20, 0xac], "€"),
            (0xf0, &[0x1e], "ß"),
            (0xe0, &[0x00, 0x41], "A"),
            (0xc8, &[0x00], "@"),
            (0x0e, &[0x41], "A"),
            (0x00, &[0x41, 0xe4], "Aä"),
            (0x00, &[0x1b, 0x1b, 0x41, 0x1b], " A"),
            (0x00, &[0x1b, 0x41], "A"),
            (0x08, &[0x00, 0x41, 0x00], "A\0"),
            (0x08, &[0xd8, 0x3d], "\u{fffd}"),
        ] {
            assert_eq!(decode(coding, octets), text, "{coding:#04x}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let (coding, octets) = encode(&text);
            let data_coding = match coding { Coding::Gsm => 0, Coding::Ucs2 => 8 };
            prop_assert_eq!(decode(data_coding, &octets), text);
        }

        #[test]
        fn any_octets_are_some_text(coding in any::<u8>(), octets in any::<Vec<u8>>()) {
            let _ = decode(coding, &octets);
        }
    }
}
