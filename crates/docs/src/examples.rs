//! Example bodies, made from the schemas: what a field may hold, and words that fit its name.

use indexmap::IndexMap;
use serde::Serialize;

use crate::document::{Components, Schema};
use crate::names;
use crate::operation::sid_prefix;

/// The server of examples, for which readers are shown their own.
pub const EXAMPLE_URL: &str = "http://localhost:8080";

/// A JSON value with its members in the order of the schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Example {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Example>),
    /// Members by name.
    Object(IndexMap<String, Example>),
}

impl Example {
    /// As JSON over several lines, with the server at `base`.
    pub fn json(&self, base: &str) -> String {
        // Texts, numbers and names that are texts can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default().replace(EXAMPLE_URL, base)
    }
}

/// Words for fields, by the end of their name; the first that fits.
const TEXTS: &[(&str, &str)] = &[
    ("unique_name", "parcel-4711"),
    ("friendly_name", "Parcel 4711"),
    ("identity", "agent-ada"),
    ("author", "agent-ada"),
    ("body", "Your parcel is on its way."),
    ("last_updated_by", "agent-ada"),
    ("subject", "Parcel 4711"),
    ("attributes", "{}"),
    ("proxy_address", "+15017122662"),
    ("address", "+15017122661"),
    ("address_country", "US"),
    ("type", "sms"),
    ("event_type", "onMessageAdded"),
    ("event", "onMessageAdded"),
    ("webhook_method", "POST"),
    ("template", "${CONVERSATION}: ${MESSAGE}"),
    ("sound", "default"),
    ("sandbox", "false"),
    ("idempotency_token", "00000000-0000-4000-8000-000000000001"),
    ("filters", "onMessageAdded"),
    ("triggers", "help"),
    ("permissions", "sendMessage"),
    ("message_types", "text"),
    ("endpoint", "agent-ada-phone"),
    ("token", "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJTSyJ9.c2ln"),
    ("mode", "frozen"),
    ("cause", "timer"),
    ("content_type", "text/plain"),
    ("filename", "note.txt"),
    ("region", "us1"),
    ("inactive_timer", "PT5M"),
    ("closed_timer", "P30D"),
    ("duration", "PT5M"),
];

/// Numbers for fields, by the end of their name.
const NUMBERS: &[(&str, i64)] =
    &[("page_size", 50), ("status", 200), ("http_status", 200), ("milliseconds", 42), ("lead_seconds", 30)];

/// Fields that are usually null.
const NULLS: &[&str] =
    &["previous_page_url", "next_page_url", "error", "last_error", "error_code", "media", "delivery", "date_finished"];

/// A body of this schema, for an operation at a path.
pub(crate) fn body(components: &Components, schema: &Schema, path: &str) -> Example {
    let place = format!("{EXAMPLE_URL}{}", filled(path));
    let is_list = components.resolve(schema).schema.properties.contains_key("meta");
    let key = components.resolve(schema).schema.properties.keys().find(|name| *name != "meta");
    let context = Context { components, place: &place, is_list, key: key.map_or("", String::as_str) };
    context.value("", schema, &place, 0)
}

/// A path with SIDs in the place of its variables.
fn filled(path: &str) -> String {
    let segments: Vec<_> = path.split('/').collect();
    let mut words = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        let kind = place.checked_sub(1).and_then(|before| segments.get(before)).copied().unwrap_or_default();
        words.push(if segment.starts_with('{') { sid(prefix_of(kind)) } else { (*segment).to_owned() });
    }
    words.join("/")
}

fn prefix_of(segment: &str) -> &'static str {
    match segment {
        "Conversations" | "ConversationWithParticipants" => "CH",
        "Messages" => "IM",
        "Participants" => "MB",
        "Users" => "US",
        "Services" => "IS",
        "Roles" => "RL",
        "Receipts" => "DY",
        "Bindings" => "BS",
        "Credentials" => "CR",
        "Webhooks" => "WH",
        "Channels" => "CN",
        "LifecyclePolicies" => "LP",
        "Sessions" => "DS",
        "Bulk" => "BJ",
        "Views" => "VW",
        "People" => "PE",
        "Keys" => "SK",
        "WebhookDeliveries" => "WD",
        "Addresses" => "IG",
        _ => "XX",
    }
}

fn sid(prefix: &str) -> String {
    format!("{prefix}0123456789abcdef0123456789abcdef")
}

struct Context<'a> {
    components: &'a Components,
    /// Where the operation is, in full.
    place: &'a str,
    is_list: bool,
    /// The member of a list that holds its items.
    key: &'a str,
}

impl Context<'_> {
    /// A value of a field; `url` is that of the resource that the field is of.
    fn value(&self, name: &str, schema: &Schema, url: &str, depth: usize) -> Example {
        let found = self.components.resolve(schema);
        if depth > 6 || (found.allows_null && NULLS.contains(&name)) {
            return if found.allows_null { Example::Null } else { Example::Object(IndexMap::new()) };
        }
        match found.schema.types.name() {
            Some("boolean") => Example::Bool(false),
            Some("integer" | "number") => {
                let known = NUMBERS.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number);
                Example::Integer(known.max(found.schema.minimum.unwrap_or(0)))
            }
            Some("array") => {
                let items = found.schema.items.as_deref();
                let inside =
                    if self.is_list { format!("{url}/{}", sid(&self.item_prefix(items))) } else { url.to_owned() };
                Example::List(items.map(|items| self.value(name, items, &inside, depth + 1)).into_iter().collect())
            }
            Some("string") => self.text(name, found.schema, url),
            _ => self.object(found.schema, url, depth),
        }
    }

    fn item_prefix(&self, items: Option<&Schema>) -> String {
        let sid = items.and_then(|items| self.components.resolve(items).schema.properties.get("sid"));
        let pattern = sid.and_then(|sid| sid.pattern.as_deref()).and_then(sid_prefix);
        pattern.unwrap_or("CH").to_owned()
    }

    fn object(&self, schema: &Schema, url: &str, depth: usize) -> Example {
        let members = schema.properties.iter();
        let members = members.map(|(name, property)| (name.clone(), self.value(name, property, url, depth + 1)));
        Example::Object(members.collect())
    }

    fn text(&self, name: &str, schema: &Schema, url: &str) -> Example {
        if let Some(word) = schema.values.iter().find_map(serde_json::Value::as_str) {
            let usual = schema.values.iter().filter_map(serde_json::Value::as_str).find(|word| *word == "active");
            return Example::Text(usual.unwrap_or(word).to_owned());
        }
        if let Some(prefix) = schema.pattern.as_deref().and_then(sid_prefix) {
            return Example::Text(sid(prefix));
        }
        Example::Text(match schema.format.as_deref() {
            Some("uri") if name.ends_with("webhook_url") => "https://hooks.example.com/dwell".to_owned(),
            Some("uri") if name == "first_page_url" || (self.is_list && name == "url" && url == self.place) => {
                format!("{}?PageSize=50&Page=0", self.place)
            }
            Some("uri") if name == "url" => self.url_of(url),
            // A link leads to what is below the resource.
            Some("uri") => format!("{}/{}", self.url_of(url), pascal(name)),
            Some("date-time") => "2026-11-21T09:30:00Z".to_owned(),
            _ if name == "key" => self.key.to_owned(),
            _ if name.ends_with("sid") => sid("SK"),
            _ => TEXTS.iter().find(|(end, _)| name.ends_with(end)).map_or_else(
                || if name.starts_with("date_") || name == "at" { "2026-11-21T09:30:00Z" } else { name }.to_owned(),
                |(_, text)| (*text).to_owned(),
            ),
        })
    }

    /// The URL of the resource: what a list is asked at has the SID of its item behind it.
    fn url_of(&self, url: &str) -> String {
        let last = url.rsplit('/').next().unwrap_or_default();
        let is_collection = !self.is_list && matches!(prefix_of(last), kind if kind != "XX");
        if is_collection { format!("{url}/{}", sid(prefix_of(last))) } else { url.to_owned() }
    }
}

/// `delivery_receipts` as `DeliveryReceipts`.
fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let small = names::uncapitalized(word);
        let mut chars = small.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    });
    words.collect()
}
