//! Long messages in parts, each with a header that says which (3GPP TS 23.040 §9.2.3.24).

use super::alphabet::{Coding, ESCAPE, encode};

/// Most octets of a message in one part, in the default alphabet.
const GSM_OCTETS_MAX: usize = 160;
/// Most octets of a message in one part, in UCS-2.
const UCS2_OCTETS_MAX: usize = 140;
/// Of a part with a header: 153 characters, which are septets on the air.
const GSM_PART_OCTETS_MAX: usize = 153;
/// Of a part with a header: 67 units of UCS-2.
const UCS2_PART_OCTETS_MAX: usize = 134;
/// Most parts of a message: their number is one octet.
pub(super) const PARTS_MAX: usize = 255;

/// The element of a header that says which part it is, by an 8-bit or a 16-bit reference.
const CONCATENATION_8_BIT: u8 = 0x00;
const CONCATENATION_16_BIT: u8 = 0x08;

/// A text, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segments {
    pub(super) coding: Coding,
    /// The octets of each part. When there are several, each begins with its header.
    pub(super) parts: Vec<Vec<u8>>,
}

/// Which part of a message something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// What all parts of a message have in common, and no other message of the sender's for a while.
    pub(super) reference: u16,
    /// How many parts there are, at least 2.
    pub(super) total: u8,
    /// Which one it is, from 1.
    pub(super) number: u8,
}

/// Splits a text if it must be; `None` if it is too long even so.
pub(super) fn split(text: &str, reference: u8) -> Option<Segments> {
    let (coding, octets) = encode(text);
    let (whole_max, part_max) = match coding {
        Coding::Gsm => (GSM_OCTETS_MAX, GSM_PART_OCTETS_MAX),
        Coding::Ucs2 => (UCS2_OCTETS_MAX, UCS2_PART_OCTETS_MAX),
    };
    if octets.len() <= whole_max {
        return Some(Segments { coding, parts: vec![octets] });
    }
    let mut cut = Vec::new();
    let mut rest = octets.as_slice();
    while !rest.is_empty() {
        let (part, next) = rest.split_at(end_of_part(coding, rest, part_max));
        cut.push(part);
        rest = next;
    }
    let total = u8::try_from(cut.len()).ok()?;
    let parts = (1..=total).zip(cut).map(|(number, part)| {
        let header = [5, CONCATENATION_8_BIT, 3, reference, total, number];
        [&header[..], part].concat()
    });
    Some(Segments { coding, parts: parts.collect() })
}

/// How many octets go into the next part, no character being cut in two.
fn end_of_part(coding: Coding, rest: &[u8], part_max: usize) -> usize {
    if rest.len() <= part_max {
        return rest.len();
    }
    let is_cut = match coding {
        Coding::Gsm => rest[part_max - 1] == ESCAPE,
        Coding::Ucs2 => matches!(rest[part_max - 2], 0xd8..=0xdb),
    };
    match coding {
        Coding::Gsm => part_max - usize::from(is_cut),
        Coding::Ucs2 => part_max - 2 * usize::from(is_cut),
    }
}

/// Takes the header off a part. One that does not make sense is taken for none: its octets are text then.
pub(super) fn unwrap_header(octets: &[u8]) -> (Option<Place>, &[u8]) {
    let Some((length, rest)) = octets.split_first() else { return (None, octets) };
    let Some((mut header, text)) = rest.split_at_checked(usize::from(*length)) else { return (None, octets) };
    let mut place = None;
    while let [element, length, rest @ ..] = header {
        let Some((value, next)) = rest.split_at_checked(usize::from(*length)) else { break };
        match (*element, value) {
            (CONCATENATION_8_BIT, [reference, total, number]) => {
                place = Place::of(u16::from(*reference), *total, *number);
            }
            (CONCATENATION_16_BIT, [high, low, total, number]) => {
                place = Place::of(u16::from_be_bytes([*high, *low]), *total, *number);
            }
            _ => {}
        }
        header = next;
    }
    (place, text)
}

impl Place {
    /// A place among parts; `None` for the only one and for those that cannot be.
    pub(super) fn of(reference: u16, total: u8, number: u8) -> Option<Self> {
        (total > 1 && (1..=total).contains(&number)).then_some(Place { reference, total, number })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smpp::alphabet::decode;

    fn joined(segments: &Segments) -> String {
        let headed = segments.parts.len() > 1;
        let octets: Vec<u8> =
            segments.parts.iter().flat_map(|part| if headed { unwrap_header(part).1 } else { part }).copied().collect();
        decode(
            match segments.coding {
                Coding::Gsm => 0,
                Coding::Ucs2 => 8,
            },
            &octets,
        )
    }

    #[test]
    fn parts_are_as_long_as_a_phone_can_take() {
        for (text, lengths) in [
            (String::new(), &[0][..]),
            ("a".repeat(160), &[160]),
            ("a".repeat(161), &[159, 14]),
            ("a".repeat(306), &[159, 159]),
            ("a".repeat(307), &[159, 159, 7]),
            ("€".repeat(80), &[160]),
            // 153 is odd: no part ends in the middle of a character.
            ("€".repeat(81), &[158, 16]),
            ("ç".repeat(70), &[140]),
            ("ç".repeat(71), &[140, 14]),
            ("👍".repeat(35), &[140]),
            ("👍".repeat(36), &[138, 18]),
        ] {
            let segments = split(&text, 7).unwrap();
            assert_eq!(segments.parts.iter().map(Vec::len).collect::<Vec<_>>(), lengths, "{text}");
            assert_eq!(joined(&segments), text);
        }
    }

    #[test]
    fn parts_say_which_they_are() {
        let segments = split(&"a".repeat(400), 200).unwrap();
        assert_eq!(segments.parts[2][..7], [5, 0, 3, 200, 3, 3, b'a']);
        let places: Vec<_> = segments.parts.iter().map(|part| unwrap_header(part).0.unwrap()).collect();
        assert_eq!(places, [1, 2, 3].map(|number| Place { reference: 200, total: 3, number }));
    }

    #[test]
    fn there_are_no_more_parts_than_can_be_numbered() {
        assert_eq!(split(&"a".repeat(153 * PARTS_MAX), 0).unwrap().parts.len(), PARTS_MAX);
        assert_eq!(split(&"a".repeat(153 * PARTS_MAX + 1), 0), None);
    }

    #[test]
    fn headers_are_read_with_whatever_else_is_in_them() {
        let place = |reference, total, number| Some(Place { reference, total, number });
        for (octets, expected, text) in [
            (&[5, 0, 3, 9, 2, 1, b'x'][..], place(9, 2, 1), &b"x"[..]),
            (&[6, 8, 4, 1, 0, 2, 2, b'x'], place(256, 2, 2), b"x"),
            // Ports before, something unknown behind.
            (&[14, 5, 4, 0, 1, 0, 1, 0, 3, 9, 2, 1, 0x70, 1, 0, b'x'], place(9, 2, 1), b"x"),
            (&[5, 0, 3, 9, 1, 1, b'x'], None, b"x"),
            (&[5, 0, 3, 9, 2, 3, b'x'], None, b"x"),
            (&[5, 0, 3, 9, 2, 0, b'x'], None, b"x"),
            (&[3, 0, 9, 9, b'x'], None, b"x"),
            (&[0, b'x'], None, b"x"),
            (&[9, b'x'], None, &[9, b'x']),
            (&[], None, b""),
        ] {
            assert_eq!(unwrap_header(octets), (expected, text), "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_split_and_joined_is_what_it_was(text in "(?s)(.|[a-z€]{1,40}|👍{1,9}){0,60}", reference in any::<u8>()) {
            let segments = split(&text, reference).unwrap();
            prop_assert_eq!(joined(&segments), text);
            for part in &segments.parts {
                prop_assert!(part.len() <= GSM_OCTETS_MAX);
            }
        }

        #[test]
        fn any_octets_have_a_header_or_none(octets in any::<Vec<u8>>()) {
            let _ = unwrap_header(&octets);
        }
    }
}
