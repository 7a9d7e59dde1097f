//! Delivery receipts: what an SMSC reports of a message (SMPP 3.4 appendix B).

use dwell_core::receipt::Status;

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// The SMSC's name for the message, as [`message_name`] writes it.
    pub(super) name: String,
    /// How far it is; `None` when it is on its way or the SMSC does not know.
    pub(super) status: Option<Status>,
    /// Why it failed, as the carrier numbers its errors.
    pub(super) error_code: Option<i64>,
}

/// A name that an SMSC gave, in the one spelling that it is kept and looked for in: receipts may have another
/// case or zeros in front.
pub(super) fn message_name(id: &str) -> String {
    let id = id.trim().to_ascii_lowercase();
    let bare = id.trim_start_matches('0');
    if bare.is_empty() { id } else { bare.to_owned() }
}

impl Report {
    /// Reads a receipt: its text, and the optional parameters that say the same in fewer words and are
    /// believed first. `None` when it does not say of which message it is.
    pub(super) fn parse(text: &str, receipted_message_id: Option<&str>, message_state: Option<u8>) -> Option<Self> {
        let id = receipted_message_id.or_else(|| field(text, "id")).filter(|id| !id.trim().is_empty())?;
        let status = match message_state {
            Some(state) => status_of_state(state),
            None => field(text, "stat").and_then(status_of_name),
        };
        let error_code = field(text, "err").and_then(|code| code.parse().ok());
        Some(Report { name: message_name(id), status, error_code })
    }
}

/// The value behind `name:`. The sender's text comes last and is not looked at.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut words = text.split_ascii_whitespace();
    while let Some(word) = words.next() {
        let Some((key, value)) = word.split_once(':') else { continue };
        if key.eq_ignore_ascii_case("text") {
            return None;
        }
        if key.eq_ignore_ascii_case(name) {
            return if value.is_empty() { words.next() } else { Some(value) };
        }
    }
    None
}

fn status_of_state(state: u8) -> Option<Status> {
    match state {
        2 => Some(Status::Delivered),
        // Expired, deleted, undeliverable, rejected, skipped.
        3..=5 | 8 | 9 => Some(Status::Undelivered),
        _ => None,
    }
}

/// Names are cut to seven letters by the standard and by some not.
fn status_of_name(name: &str) -> Option<Status> {
    let name = name.to_ascii_uppercase();
    let is = |start: &str| name.starts_with(start);
    if is("DELIV") {
        Some(Status::Delivered)
    } else if ["EXPIRED", "DELETED", "UNDELIV", "REJECT", "SKIPPED", "FAILED"].into_iter().any(is) {
        Some(Status::Undelivered)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_read_as_smscs_write_them() {
        use Status::{Delivered, Undelivered};
        for (text, name, status, error_code) in [
            (
                "id:0123456789 sub:001 dlvrd:001 submit date:2611211700 done date:2611211701 stat:DELIVRD err:000 text:Hello",
                "123456789",
                Some(Delivered),
                Some(0),
            ),
            ("id:7F3A stat:UNDELIV err:034", "7f3a", Some(Undelivered), Some(34)),
            ("ID:7F3A STAT:expired ERR:0x1", "7f3a", Some(Undelivered), None),
            ("id: abc-1 stat: REJECTD err: 12", "abc-1", Some(Undelivered), Some(12)),
            ("id:1 stat:ACCEPTD", "1", None, None),
            ("id:1 stat:ENROUTE", "1", None, None),
            ("id:1 stat:UNKNOWN text:stat:DELIVRD", "1", None, None),
            ("id:1 text: stat:DELIVRD", "1", None, None),
            ("id:000 stat:DELIVERED", "000", Some(Delivered), None),
        ] {
            let expected = Report { name: name.to_owned(), status, error_code };
            assert_eq!(Report::parse(text, None, None), Some(expected), "{text}");
        }
        for text in ["", "Hello", "id:", "stat:DELIVRD", "text:id:1"] {
            assert_eq!(Report::parse(text, None, None), None, "{text}");
        }
    }

    #[test]
    fn optional_parameters_are_believed_first() {
        let parse = |state| Report::parse("id:1 stat:UNDELIV err:5", Some("00AB"), Some(state)).unwrap();
        assert_eq!(parse(2), Report { name: "ab".to_owned(), status: Some(Status::Delivered), error_code: Some(5) });
        let statuses: Vec<_> = (0..=10).map(|state| parse(state).status).collect();
        let failed = Some(Status::Undelivered);
        assert_eq!(
            statuses,
            [None, None, Some(Status::Delivered), failed, failed, failed, None, None, failed, failed, None]
        );
    }
}
