//! Names that follow from a path: of operations, of their pages, of what stands in the environment.

/// The segments of a path below its version that are not variables.
pub(crate) fn fixed_segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{') && *segment != "v1")
}

/// What an operation does, in one word.
pub(crate) fn verb(method: &str, path: &str, status: u16, is_list: bool, has_get: bool) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let word = match method {
        "get" if is_list => "list",
        "get" => "fetch",
        "delete" => "delete",
        _ if matches!(status, 201 | 202) => "create",
        _ if last.starts_with('{') || has_get => "update",
        _ => return kebab(last),
    };
    word.to_owned()
}

/// The name of an operation's page.
pub(crate) fn slug(path: &str, verb: &str) -> String {
    let mut words: Vec<_> = fixed_segments(path).map(kebab).collect();
    if words.last().is_none_or(|last| last != verb) {
        words.push(verb.to_owned());
    }
    words.join("/")
}

/// `ParticipantConversations` as `participant-conversations`.
pub(crate) fn kebab(name: &str) -> String {
    joined(name, '-').to_lowercase()
}

/// `Timers.Inactive` as `timers_inactive`.
pub(crate) fn snake(name: &str) -> String {
    joined(name, '_').replace(['.', '-'], "_").replace("__", "_").to_lowercase()
}

/// `Timers.Inactive` as `timers.inactive`, as the Node library has it.
pub(crate) fn camel(name: &str) -> String {
    name.split('.').map(uncapitalized).collect::<Vec<_>>().join(".")
}

/// With a small first letter.
pub(crate) fn uncapitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

fn joined(name: &str, mark: char) -> String {
    let mut text = String::new();
    let mut before = mark;
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            text.push(mark);
        }
        text.push(c);
        before = c;
    }
    text
}

/// One of what a segment names: `Deliveries` as `Delivery`.
fn singular(segment: &str) -> String {
    if segment == "People" {
        return "Person".to_owned();
    }
    if let Some(stem) = segment.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let stem = segment.strip_suffix("sses").map(|stem| format!("{stem}ss"));
    stem.unwrap_or_else(|| segment.strip_suffix('s').unwrap_or(segment).to_owned())
}

/// A path's variables in order: the segment before, and the name that examples know the value by, such
/// as `Messages` and `MESSAGE_SID`.
pub(crate) fn variables(path: &str) -> Vec<(&str, String)> {
    let segments: Vec<_> = path.split('/').collect();
    let pairs = segments.windows(2).filter(|pair| pair[1].starts_with('{'));
    let name = |pair: &[&str]| {
        if pair[1] == "{Role}" {
            return "ROLE".to_owned();
        }
        let end = if matches!(pair[1], "{Address}" | "{Identity}") { "" } else { "_SID" };
        format!("{}{end}", snake(&singular(pair[0])).to_uppercase())
    };
    pairs.map(|pair| (pair[0], name(pair))).collect()
}

/// The first sentence or clause of a summary, without a full stop.
pub(crate) fn title(summary: &str) -> String {
    let end = [". ", "; ", ": ", ", ", " in order of "].iter().filter_map(|mark| summary.find(mark)).min();
    let text = end.and_then(|end| summary.get(..end)).unwrap_or(summary);
    text.trim_end_matches('.').replace('\n', " ")
}

/// A text of several lines as paragraphs of one line each.
pub(crate) fn unwrapped(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_paths() {
        let path = "/v1/Conversations/{ConversationSid}/Messages";
        assert_eq!(slug(path, &verb("post", path, 201, false, true)), "conversations/messages/create");
        let path = "/dwell/v1/TestClock/Advance";
        assert_eq!(slug(path, &verb("post", path, 200, false, false)), "dwell/test-clock/advance");
        assert_eq!(snake("MessagingBinding.ProxyAddress"), "messaging_binding_proxy_address");
        assert_eq!(snake("X-Twilio-Webhook-Enabled"), "x_twilio_webhook_enabled");
        assert_eq!(camel("MessagingBinding.ProxyAddress"), "messagingBinding.proxyAddress");
    }

    #[test]
    fn variables_are_named_by_what_they_are_of() {
        let path = "/v1/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts/{Sid}";
        let names: Vec<_> = variables(path).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["CONVERSATION_SID", "MESSAGE_SID", "RECEIPT_SID"]);
        for (path, name) in [
            ("/v1/Configuration/Addresses/{Sid}", "ADDRESS_SID"),
            ("/dwell/v1/WebhookDeliveries/{Sid}", "WEBHOOK_DELIVERY_SID"),
            ("/dwell/v1/Phones/{Address}/Messages", "PHONE"),
            ("/dwell/v1/Agents/{Identity}/Capacity", "AGENT"),
        ] {
            assert_eq!(variables(path)[0].1, name);
        }
    }

    #[test]
    fn a_title_is_the_first_clause() {
        assert_eq!(title("Add a message; it reactivates."), "Add a message");
        assert_eq!(title("Delete a message. Its index is not used again."), "Delete a message");
        assert_eq!(title("Create a user."), "Create a user");
    }
}
