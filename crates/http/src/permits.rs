//! Which role of a person may call which operation.
//!
//! One table. A test walks the OpenAPI document and fails on an operation without a row; another calls every operation
//! in every role. What a role may do within an operation, with whose session and by which switch, its command decides.

use axum::extract::MatchedPath;
use axum::http::Method;
use axum::http::request::Parts;
use dwell_core::PersonRole;
use dwell_core::person::Switches;

use crate::writes::in_short_tree;
use PersonRole::{Admin, Agent, Supervisor, Viewer};

/// Method, path, and the least role. Paths of both trees are given as in the short one; `{}` stands for a variable
/// segment.
type Row = (&'static str, &'static str, PersonRole);

#[rustfmt::skip] // A table: one operation a line.
const TABLE: &[Row] = &[
    ("GET", "/v1/Bindings", Viewer),
    ("GET", "/v1/Bindings/{}", Viewer),
    ("DELETE", "/v1/Bindings/{}", Admin),
    ("GET", "/v1/Configuration", Viewer),
    ("POST", "/v1/Configuration", Admin),
    ("GET", "/v1/Configuration/Addresses", Viewer),
    ("POST", "/v1/Configuration/Addresses", Admin),
    ("GET", "/v1/Configuration/Addresses/{}", Viewer),
    ("POST", "/v1/Configuration/Addresses/{}", Admin),
    ("DELETE", "/v1/Configuration/Addresses/{}", Admin),
    ("GET", "/v1/Configuration/Notifications", Viewer),
    ("POST", "/v1/Configuration/Notifications", Admin),
    ("GET", "/v1/Configuration/Webhooks", Viewer),
    ("POST", "/v1/Configuration/Webhooks", Admin),
    ("POST", "/v1/ConversationWithParticipants", Supervisor),
    ("GET", "/v1/Conversations", Viewer),
    ("POST", "/v1/Conversations", Supervisor),
    ("GET", "/v1/Conversations/{}", Viewer),
    ("POST", "/v1/Conversations/{}", Supervisor),
    ("DELETE", "/v1/Conversations/{}", Supervisor),
    ("GET", "/v1/Conversations/{}/Messages", Viewer),
    ("POST", "/v1/Conversations/{}/Messages", Supervisor),
    ("GET", "/v1/Conversations/{}/Messages/{}", Viewer),
    ("POST", "/v1/Conversations/{}/Messages/{}", Supervisor),
    ("DELETE", "/v1/Conversations/{}/Messages/{}", Supervisor),
    ("GET", "/v1/Conversations/{}/Messages/{}/Receipts", Viewer),
    ("GET", "/v1/Conversations/{}/Messages/{}/Receipts/{}", Viewer),
    ("GET", "/v1/Conversations/{}/Participants", Viewer),
    ("POST", "/v1/Conversations/{}/Participants", Supervisor),
    ("GET", "/v1/Conversations/{}/Participants/{}", Viewer),
    ("POST", "/v1/Conversations/{}/Participants/{}", Supervisor),
    ("DELETE", "/v1/Conversations/{}/Participants/{}", Supervisor),
    ("GET", "/v1/Conversations/{}/Webhooks", Viewer),
    ("POST", "/v1/Conversations/{}/Webhooks", Admin),
    ("GET", "/v1/Conversations/{}/Webhooks/{}", Viewer),
    ("POST", "/v1/Conversations/{}/Webhooks/{}", Admin),
    ("DELETE", "/v1/Conversations/{}/Webhooks/{}", Admin),
    ("GET", "/v1/Credentials", Admin),
    ("POST", "/v1/Credentials", Admin),
    ("GET", "/v1/Credentials/{}", Admin),
    ("POST", "/v1/Credentials/{}", Admin),
    ("DELETE", "/v1/Credentials/{}", Admin),
    ("POST", "/v1/Media", Agent),
    ("GET", "/v1/Media/{}", Viewer),
    ("GET", "/v1/Media/{}/Content", Viewer),
    ("POST", "/v1/MediaSet", Viewer),
    ("GET", "/v1/ParticipantConversations", Viewer),
    ("GET", "/v1/Roles", Viewer),
    ("POST", "/v1/Roles", Admin),
    ("GET", "/v1/Roles/{}", Viewer),
    ("POST", "/v1/Roles/{}", Admin),
    ("DELETE", "/v1/Roles/{}", Admin),
    ("GET", "/v1/Services", Viewer),
    ("POST", "/v1/Services", Admin),
    ("GET", "/v1/Services/{}", Viewer),
    ("DELETE", "/v1/Services/{}", Admin),
    ("GET", "/v1/Users", Viewer),
    ("POST", "/v1/Users", Admin),
    ("GET", "/v1/Users/{}", Viewer),
    ("POST", "/v1/Users/{}", Admin),
    ("DELETE", "/v1/Users/{}", Admin),
    ("GET", "/v1/Users/{}/Conversations", Viewer),
    ("GET", "/v1/Users/{}/Conversations/{}", Viewer),
    ("POST", "/v1/Users/{}/Conversations/{}", Admin),
    ("DELETE", "/v1/Users/{}/Conversations/{}", Admin),
    ("POST", "/dwell/v1/AccessTokens", Admin),
    ("POST", "/dwell/v1/AccessTokens/Verify", Admin),
    ("GET", "/dwell/v1/Agents", Viewer),
    // Their own availability; that of others is the supervisors'.
    ("POST", "/dwell/v1/Agents/{}", Agent),
    ("GET", "/dwell/v1/Agents/{}/Capacity", Viewer),
    ("GET", "/dwell/v1/AuditLog", Admin),
    // Whoever's role has the switch for it, as the command says.
    ("GET", "/dwell/v1/Bulk", Agent),
    ("POST", "/dwell/v1/Bulk", Agent),
    ("GET", "/dwell/v1/Bulk/{}", Agent),
    ("GET", "/dwell/v1/Bulk/{}/Results", Agent),
    ("POST", "/dwell/v1/Bulk/{}/Stop", Agent),
    ("POST", "/dwell/v1/Bulk/{}/Resume", Agent),
    ("GET", "/dwell/v1/Channels", Viewer),
    ("POST", "/dwell/v1/Channels", Admin),
    ("GET", "/dwell/v1/Channels/{}", Viewer),
    ("POST", "/dwell/v1/Channels/{}", Admin),
    ("DELETE", "/dwell/v1/Channels/{}", Admin),
    ("POST", "/dwell/v1/Channels/{}/Status", Admin),
    ("GET", "/dwell/v1/Conversations/{}/Events", Viewer),
    ("GET", "/dwell/v1/Conversations/{}/Lifecycle", Viewer),
    ("POST", "/dwell/v1/Conversations/{}/Accept", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Assign", Agent),
    ("POST", "/dwell/v1/Conversations/{}/End", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Extend", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Hold", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Inactivate", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Read", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Release", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Reopen", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Reply", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Transfer", Agent),
    ("POST", "/dwell/v1/Conversations/{}/Typing", Agent),
    ("POST", "/dwell/v1/DefaultTimers/Apply", Admin),
    ("GET", "/dwell/v1/Desk", Viewer),
    ("POST", "/dwell/v1/Desk", Admin),
    ("GET", "/dwell/v1/Desk/Counts", Viewer),
    ("POST", "/dwell/v1/Desk/Next", Agent),
    ("POST", "/dwell/v1/Inbound", Admin),
    ("GET", "/dwell/v1/Keys", Admin),
    ("POST", "/dwell/v1/Keys", Admin),
    ("DELETE", "/dwell/v1/Keys/{}", Admin),
    ("GET", "/dwell/v1/LastCall", Viewer),
    ("POST", "/dwell/v1/LastCall", Admin),
    ("GET", "/dwell/v1/LifecyclePolicies", Viewer),
    ("POST", "/dwell/v1/LifecyclePolicies", Admin),
    ("GET", "/dwell/v1/LifecyclePolicies/Presets", Viewer),
    ("POST", "/dwell/v1/LifecyclePolicies/Preview", Viewer),
    ("GET", "/dwell/v1/LifecyclePolicies/{}", Viewer),
    ("POST", "/dwell/v1/LifecyclePolicies/{}", Admin),
    ("DELETE", "/dwell/v1/LifecyclePolicies/{}", Admin),
    ("POST", "/dwell/v1/LifecyclePolicies/{}/Apply", Admin),
    ("GET", "/dwell/v1/Live", Viewer),
    ("GET", "/dwell/v1/OutboundMessages", Viewer),
    ("GET", "/dwell/v1/OutboundMessages/{}", Viewer),
    ("GET", "/dwell/v1/People", Admin),
    ("POST", "/dwell/v1/People", Admin),
    ("GET", "/dwell/v1/People/{}", Admin),
    ("POST", "/dwell/v1/People/{}", Admin),
    ("DELETE", "/dwell/v1/People/{}", Admin),
    ("GET", "/dwell/v1/Phones/{}/Messages", Viewer),
    ("POST", "/dwell/v1/Phones/{}/Messages", Admin),
    ("GET", "/dwell/v1/Phones/{}/Messages/{}", Viewer),
    ("POST", "/dwell/v1/Phones/{}/Messages/{}", Admin),
    ("GET", "/dwell/v1/RolePermissions", Viewer),
    ("POST", "/dwell/v1/RolePermissions/{}", Admin),
    ("GET", "/dwell/v1/Sessions", Viewer),
    ("GET", "/dwell/v1/Sessions/{}", Viewer),
    ("GET", "/dwell/v1/Sessions/{}/Log", Viewer),
    ("GET", "/dwell/v1/Statistics", Viewer),
    ("GET", "/dwell/v1/TestClock", Viewer),
    ("POST", "/dwell/v1/TestClock/Advance", Supervisor),
    ("POST", "/dwell/v1/TestClock/Freeze", Supervisor),
    ("POST", "/dwell/v1/TestClock/Resume", Supervisor),
    ("GET", "/dwell/v1/Timers", Viewer),
    ("GET", "/dwell/v1/Views", Viewer),
    ("POST", "/dwell/v1/Views", Supervisor),
    ("GET", "/dwell/v1/Views/{}", Viewer),
    ("POST", "/dwell/v1/Views/{}", Supervisor),
    ("DELETE", "/dwell/v1/Views/{}", Supervisor),
    ("GET", "/dwell/v1/WebhookDeliveries", Viewer),
    ("POST", "/dwell/v1/WebhookDeliveries/Resend", Admin),
    ("GET", "/dwell/v1/WebhookDeliveries/{}", Viewer),
    ("POST", "/dwell/v1/WebhookDeliveries/{}/Resend", Admin),
];

/// What operations below this path need besides a role: the switch for acts on many conversations.
const BULK: &str = "/dwell/v1/Bulk";

/// Method, path and least role of each operation, and whether it needs the switch for acts on many conversations: for
/// tests and the documentation.
#[doc(hidden)]
pub fn permits() -> impl Iterator<Item = (&'static str, &'static str, PersonRole, bool)> {
    TABLE.iter().map(|(method, path, least)| (*method, *path, *least, is_bulk(path)))
}

fn is_bulk(path: &str) -> bool {
    path.strip_prefix(BULK).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn listed(method: &Method, path: &str) -> Option<PersonRole> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    TABLE.iter().find(|(known, at, _)| *method == *known && *at == path).map(|(.., least)| *least)
}

/// What a request needs of the role that makes it.
pub(crate) struct Needs {
    least: PersonRole,
    bulk: bool,
}

/// What the request needs. An operation that was forgotten in the table is the admins'.
pub(crate) fn of(parts: &Parts) -> Needs {
    let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let path = in_short_tree(template);
    Needs { least: listed(&parts.method, &path).unwrap_or(Admin), bulk: is_bulk(&path) }
}

impl Needs {
    /// Whether a person of a role may do it. The switches are asked for only where they count.
    pub(crate) async fn are_met<E>(
        &self,
        role: PersonRole,
        switches: impl AsyncFnOnce() -> Result<Switches, E>,
    ) -> Result<bool, E> {
        if role < self.least {
            return Ok(false);
        }
        Ok(!self.bulk || switches().await?.can_bulk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_permitted_to_somebody() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let mut missing = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in ["get", "post", "delete"].iter().filter(|method| item[**method].is_object()) {
                let method: Method = method.to_uppercase().parse().unwrap();
                if listed(&method, &in_short_tree(path)).is_none() {
                    missing.push(format!("{method} {path}"));
                }
            }
        }
        assert!(missing.is_empty(), "say in the table who may call these: {missing:#?}");
    }

    #[test]
    fn each_operation_has_one_row() {
        let mut rows: Vec<_> = TABLE.iter().map(|(method, path, _)| (path, method)).collect();
        let all = rows.len();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), all);
    }

    #[test]
    fn viewers_write_nothing_and_agents_nothing_of_twilios() {
        // What these two answer is computed; they change nothing.
        let reads = ["/v1/MediaSet", "/dwell/v1/LifecyclePolicies/Preview"];
        let writes = TABLE.iter().filter(|(method, path, _)| *method != "GET" && !reads.contains(path));
        for (method, path, least) in writes {
            assert!(*least > Viewer, "{method} {path}");
            assert!(*least > Agent || !path.starts_with("/v1/") || *path == "/v1/Media", "{method} {path}");
        }
    }
}
