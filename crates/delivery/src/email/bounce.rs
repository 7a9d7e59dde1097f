//! Reports on mail that was sent: delivery status notifications (RFC 3464).

use dwell_core::receipt::Status;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// What a report says of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// The mail, by its name.
    pub(super) message_id: String,
    /// What became of it; `None` while it is under way, or when nobody will know.
    pub(super) status: Option<Status>,
    /// Why it failed: the code of the SMTP reply, or the digits of the status (`5.1.1` is 511).
    pub(super) error_code: Option<i64>,
}

/// Whether a mail is such a report, whatever it says.
pub(super) fn is_report(message: &Message<'_>) -> bool {
    message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
            && kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    })
}

/// Reads a report; `None` when it does not say which mail it is about, or not what became of it.
pub(super) fn read(message: &Message<'_>) -> Option<Report> {
    let mut fields = None;
    let mut message_id = None;
    for part in &message.parts {
        match (&part.body, subtype(part)) {
            (PartType::Message(original), _) => message_id = original.message_id().map(str::to_owned),
            (_, Some("rfc822-headers")) => {
                let headers = MessageParser::default().parse_headers(part.contents());
                message_id = headers.and_then(|headers| headers.message_id().map(str::to_owned));
            }
            (_, Some("delivery-status" | "global-delivery-status")) => {
                fields = Some(String::from_utf8_lossy(part.contents()).into_owned());
            }
            _ => {}
        }
    }
    let fields = fields?;
    let status = match field(&fields, "action")?.to_ascii_lowercase().as_str() {
        "failed" => Some(Status::Undelivered),
        "delivered" => Some(Status::Delivered),
        _ => None,
    };
    let error_code = (status == Some(Status::Undelivered)).then(|| error_code(&fields)).flatten();
    Some(Report { message_id: message_id?, status, error_code })
}

fn subtype<'a>(part: &'a mail_parser::MessagePart<'_>) -> Option<&'a str> {
    part.content_type().and_then(|kind| kind.subtype())
}

/// `Diagnostic-Code: smtp; 550 5.1.1 no such user`, else `Status: 5.1.1`.
fn error_code(fields: &str) -> Option<i64> {
    let diagnostic = field(fields, "diagnostic-code").and_then(|value| {
        let (kind, said) = value.split_once(';')?;
        let code = said.trim_start().get(..3)?.parse().ok()?;
        (kind.trim().eq_ignore_ascii_case("smtp") && (400..600).contains(&code)).then_some(code)
    });
    diagnostic.or_else(|| {
        let status = field(fields, "status")?;
        let digits: String = status.split_whitespace().next()?.split('.').collect();
        (digits.len() <= 7).then(|| digits.parse().ok()).flatten()
    })
}

/// The first line of the first field of that name, in whichever group of fields it is.
fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
