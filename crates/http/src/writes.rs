//! What each operation writes: who may call it, how often, and whether webhooks are to hear of it.
//!
//! One table. A test walks the OpenAPI document and fails on a `POST` or `DELETE` without a row.

use axum::extract::MatchedPath;
use axum::http::Method;
use axum::http::request::Parts;
use dwell_core::{AccountSid, ServiceSid};

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It looks and changes nothing.
    Read,
    /// It writes, as often as one likes.
    Write,
    /// It writes, and counts.
    Counted(Kind),
}

/// What is counted apart (contract §12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Creating and deleting conversations, by service.
    Conversations,
    /// Updating a conversation, by conversation; so for the next three.
    ConversationUpdates,
    Participants,
    Messages,
    Webhooks,
    /// Uploads, by service; so for the next three.
    Media,
    Users,
    UserConversations,
    Roles,
    /// Messages from outside, by sender.
    Inbound,
    /// What people do with the session of a conversation, by conversation; taking the next one, by account.
    Acts,
    /// Everything that is set up rather than used, by account.
    Settings,
}

use Effect::{Counted, Read, Write};
use Kind::{
    Acts, ConversationUpdates, Conversations, Inbound, Media, Messages, Participants, Roles, Settings,
    UserConversations, Users, Webhooks,
};

#[rustfmt::skip] // A table: one operation a line.
const TABLE: &[(&str, &str, Effect)] = &[
    // Paths of both trees are given as in the short one; `{}` stands for a variable segment.
    ("POST", "/v1/Conversations", Counted(Conversations)),
    ("DELETE", "/v1/Conversations/{}", Counted(Conversations)),
    ("POST", "/v1/ConversationWithParticipants", Counted(Conversations)),
    ("POST", "/v1/Conversations/{}", Counted(ConversationUpdates)),
    ("POST", "/v1/Conversations/{}/Participants", Counted(Participants)),
    ("POST", "/v1/Conversations/{}/Participants/{}", Counted(Participants)),
    ("DELETE", "/v1/Conversations/{}/Participants/{}", Counted(Participants)),
    ("POST", "/v1/Conversations/{}/Messages", Counted(Messages)),
    ("POST", "/v1/Conversations/{}/Messages/{}", Counted(Messages)),
    ("DELETE", "/v1/Conversations/{}/Messages/{}", Counted(Messages)),
    ("POST", "/v1/Media", Counted(Media)),
    ("POST", "/v1/MediaSet", Read),
    ("POST", "/v1/Conversations/{}/Webhooks", Counted(Webhooks)),
    ("POST", "/v1/Conversations/{}/Webhooks/{}", Counted(Webhooks)),
    ("DELETE", "/v1/Conversations/{}/Webhooks/{}", Counted(Webhooks)),
    ("POST", "/v1/Users", Counted(Users)),
    ("POST", "/v1/Users/{}", Counted(Users)),
    ("DELETE", "/v1/Users/{}", Counted(Users)),
    ("POST", "/v1/Users/{}/Conversations/{}", Counted(UserConversations)),
    ("DELETE", "/v1/Users/{}/Conversations/{}", Counted(UserConversations)),
    ("POST", "/v1/Roles", Counted(Roles)),
    ("POST", "/v1/Roles/{}", Counted(Roles)),
    ("DELETE", "/v1/Roles/{}", Counted(Roles)),
    ("POST", "/v1/Services", Counted(Settings)),
    ("DELETE", "/v1/Services/{}", Counted(Settings)),
    ("DELETE", "/v1/Bindings/{}", Counted(Settings)),
    ("POST", "/v1/Configuration", Counted(Settings)),
    ("POST", "/v1/Configuration/Notifications", Counted(Settings)),
    ("POST", "/v1/Configuration/Webhooks", Counted(Settings)),
    ("POST", "/v1/Configuration/Addresses", Counted(Settings)),
    ("POST", "/v1/Configuration/Addresses/{}", Counted(Settings)),
    ("DELETE", "/v1/Configuration/Addresses/{}", Counted(Settings)),
    ("POST", "/v1/Credentials", Counted(Settings)),
    ("POST", "/v1/Credentials/{}", Counted(Settings)),
    ("DELETE", "/v1/Credentials/{}", Counted(Settings)),
    ("POST", "/dwell/v1/Channels", Counted(Settings)),
    ("POST", "/dwell/v1/Channels/{}", Counted(Settings)),
    ("DELETE", "/dwell/v1/Channels/{}", Counted(Settings)),
    ("POST", "/dwell/v1/WebhookDeliveries/Resend", Counted(Settings)),
    ("POST", "/dwell/v1/WebhookDeliveries/{}/Resend", Counted(Settings)),
    ("POST", "/dwell/v1/LastCall", Counted(Settings)),
    ("POST", "/dwell/v1/Phones/{}/Messages", Counted(Settings)),
    ("POST", "/dwell/v1/Phones/{}/Messages/{}", Counted(Settings)),
    ("POST", "/dwell/v1/LifecyclePolicies", Counted(Settings)),
    ("POST", "/dwell/v1/LifecyclePolicies/Preview", Read),
    ("POST", "/dwell/v1/LifecyclePolicies/{}", Counted(Settings)),
    ("DELETE", "/dwell/v1/LifecyclePolicies/{}", Counted(Settings)),
    ("POST", "/dwell/v1/Bulk", Counted(Settings)),
    ("POST", "/dwell/v1/Bulk/{}/Stop", Counted(Settings)),
    ("POST", "/dwell/v1/Bulk/{}/Resume", Counted(Settings)),
    ("POST", "/dwell/v1/DefaultTimers/Apply", Counted(Settings)),
    ("POST", "/dwell/v1/LifecyclePolicies/{}/Apply", Counted(Settings)),
    ("POST", "/dwell/v1/Views", Counted(Settings)),
    ("POST", "/dwell/v1/Views/{}", Counted(Settings)),
    ("DELETE", "/dwell/v1/Views/{}", Counted(Settings)),
    ("POST", "/dwell/v1/Keys", Counted(Settings)),
    ("DELETE", "/dwell/v1/Keys/{}", Counted(Settings)),
    ("POST", "/dwell/v1/People", Counted(Settings)),
    ("POST", "/dwell/v1/People/{}", Counted(Settings)),
    ("DELETE", "/dwell/v1/People/{}", Counted(Settings)),
    ("POST", "/dwell/v1/RolePermissions/{}", Counted(Settings)),
    ("POST", "/dwell/v1/Conversations/{}/Accept", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Assign", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Transfer", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Inactivate", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/End", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Reopen", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Hold", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Release", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Extend", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Reply", Counted(Acts)),
    ("POST", "/dwell/v1/Conversations/{}/Read", Counted(Acts)),
    ("POST", "/dwell/v1/Agents/{}", Counted(Settings)),
    ("POST", "/dwell/v1/Desk", Counted(Settings)),
    ("POST", "/dwell/v1/Desk/Next", Counted(Acts)),
    // Stores nothing, and is told to those who are there alone.
    ("POST", "/dwell/v1/Conversations/{}/Typing", Counted(Acts)),
    // For test-suites, which are in a hurry.
    ("POST", "/dwell/v1/TestClock/Advance", Write),
    ("POST", "/dwell/v1/TestClock/Freeze", Write),
    ("POST", "/dwell/v1/TestClock/Resume", Write),
    // What became of messages, which is not to be lost; it is bounded by the messages that go out.
    ("POST", "/dwell/v1/Channels/{}/Status", Write),
    // Counted once it is known whose message it is, and from whom.
    ("POST", "/dwell/v1/Inbound", Write),
    // Stores nothing; but whoever holds the token may write.
    ("POST", "/dwell/v1/AccessTokens", Write),
    ("POST", "/dwell/v1/AccessTokens/Verify", Read),
];

/// What the operation does; `None` for a write without a row.
fn listed(method: &Method, template: &str) -> Option<Effect> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Some(Read);
    }
    let path = in_short_tree(template);
    TABLE.iter().find(|(known, at, _)| *method == *known && *at == path).map(|(.., effect)| *effect)
}

/// What a write by the operation counts as; `None` when it may be made as often as one likes. One that was forgotten
/// in the table is treated with care.
pub(crate) fn kind(method: &Method, template: &str) -> Option<Kind> {
    match listed(method, template) {
        Some(Counted(kind)) => Some(kind),
        Some(Read | Write) => None,
        None => Some(Settings),
    }
}

/// What the request does. A write that was forgotten in the table is treated with care.
pub(crate) fn of(parts: &Parts) -> Effect {
    let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    listed(&parts.method, template).unwrap_or(Counted(Settings))
}

/// The template of a path without the names of its variables and without the service of its tree.
pub(crate) fn in_short_tree(template: &str) -> String {
    let nameless = |segment| if str::starts_with(segment, '{') { "{}" } else { segment };
    let path = template.split('/').map(nameless).collect::<Vec<_>>().join("/");
    match path.strip_prefix("/v1/Services/{}/") {
        Some(below) => format!("/v1/{below}"),
        None => path,
    }
}

impl Effect {
    /// Whether the operation takes `X-Twilio-Webhook-Enabled` (contract §1.4).
    pub(crate) fn takes_webhook_header(self) -> bool {
        matches!(self, Counted(Conversations | ConversationUpdates | Participants | Messages | Users))
    }
}

impl Kind {
    /// What a write of this kind counts against; `place` is the conversation or the sender. A conversation
    /// that is addressed by its SID and by its name has two buckets: to look up which it is would cost as much
    /// as the limit saves.
    pub(crate) fn bucket(
        self,
        account: AccountSid,
        service: Option<ServiceSid>,
        place: &str,
    ) -> (Kind, AccountSid, Option<ServiceSid>, &str) {
        match self {
            Settings => (self, account, None, ""),
            Conversations | Media | Users | UserConversations | Roles => (self, account, service, ""),
            Acts | ConversationUpdates | Participants | Messages | Webhooks => (self, account, service, place),
            Inbound => (self, account, None, place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method, path and parameters of every operation that is documented.
    fn operations() -> Vec<(Method, String, serde_json::Value)> {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let of = item.as_object().unwrap().iter().filter(|(_, operation)| operation["responses"].is_object());
            of.map(|(method, operation)| {
                (method.to_uppercase().parse().unwrap(), path.clone(), operation["parameters"].clone())
            })
        });
        operations.collect()
    }

    #[test]
    fn every_write_is_counted_or_exempt() {
        let all = operations();
        assert!(all.iter().filter(|(method, ..)| *method != Method::GET).count() > 20);
        let missing: Vec<_> = all.iter().filter(|(method, path, _)| listed(method, path).is_none()).collect();
        assert!(missing.is_empty(), "say in the table what these write: {missing:?}");
    }

    #[test]
    fn what_takes_the_webhook_header_says_so() {
        for (method, path, parameters) in operations() {
            let declared = parameters.to_string().contains("X-Twilio-Webhook-Enabled");
            assert_eq!(listed(&method, &path).unwrap().takes_webhook_header(), declared, "{method} {path}");
        }
    }

    #[test]
    fn both_trees_are_one() {
        for (method, path, _) in operations() {
            if let Some(below) = path.strip_prefix("/v1/Services/{ChatServiceSid}/") {
                assert_eq!(listed(&method, &path), listed(&method, &format!("/v1/{below}")), "{method} {path}");
            }
        }
        assert_eq!(in_short_tree("/v1/Services/{ChatServiceSid}"), "/v1/Services/{}");
    }
}
