//! Mail that no person wrote. Answering it could go on for ever, so it does not enter conversations.

use mail_parser::Message;

/// Headers that only programs which answer mail set.
const ANSWERING: [&str; 3] = ["x-autoreply", "x-autorespond", "x-auto-reply"];

/// What gives a mail away as written by a program; `None` when a person may have written it.
pub(super) fn given_away_by(message: &Message<'_>) -> Option<&'static str> {
    for (name, value) in message.headers_raw() {
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        let reason = match name.as_str() {
            // RFC 3834 §5: whatever is not `no`, perhaps with a comment.
            "auto-submitted" if !value.starts_with("no") => "auto-submitted",
            "precedence" if ["bulk", "junk", "list", "auto_reply"].contains(&value.as_str()) => "precedence",
            "list-id" => "list",
            // The sender of bounces and of answers by programs: nobody.
            "return-path" if value == "<>" => "null-sender",
            name if ANSWERING.contains(&name) => "auto-reply",
            _ => continue,
        };
        return Some(reason);
    }
    None
}
