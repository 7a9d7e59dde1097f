//! Whether a value has a shape of `fixtures/resource_shapes.json`: exactly its members, of its types
//! and formats.
//!
//! A shape is an object of shapes (a name with `?` may be left out), a list `[shape]` of any length,
//! `{"any_of": [shape, …]}`, or a text of alternatives between bars: `null`, `string`, `int`, `bool`,
//! `json` (a text that holds JSON), `sid:CH` (`sid:*` is any SID), `enum:a,b`, `date-time` in whole
//! seconds of UTC, `iso-duration`, `url` of this server, `any-url`.

use std::collections::BTreeMap;

use dwell_core::Timestamp;
use serde_json::Value;

use crate::fixtures;

/// What keeps a value from having a shape; nothing when it has.
pub(crate) fn problems(shape: &Value, value: &Value, place: &str) -> Vec<String> {
    match shape {
        Value::String(kinds) if kinds.split('|').any(|kind| is_a(kind, value)) => Vec::new(),
        Value::Array(item) => match value.as_array() {
            Some(values) => values.iter().flat_map(|value| problems(&item[0], value, &format!("{place}[]"))).collect(),
            None => vec![format!("{place} is no list: {value}")],
        },
        Value::Object(members) => match (members.get("any_of"), value.as_object()) {
            (Some(alternatives), _) => {
                let is_met = |shape: &Value| problems(shape, value, place).is_empty();
                if fixtures::items(alternatives).any(is_met) {
                    return Vec::new();
                }
                // What is wrong with the alternative of the same kind is the most useful to know.
                let is_alike =
                    |shape: &&Value| (shape.is_array(), shape.is_object()) == (value.is_array(), value.is_object());
                let nearest = fixtures::items(alternatives).find(is_alike).unwrap_or(&alternatives[0]);
                problems(nearest, value, place)
            }
            (None, Some(have)) => {
                let name = |name: &'_ String| (name.trim_end_matches('?').to_owned(), name.clone());
                let named: BTreeMap<String, String> = members.keys().map(name).collect();
                let unknown = have.keys().filter(|key| !named.contains_key(*key));
                let unknown = unknown.map(|key| format!("{place}.{key} has no place there"));
                let of_member = |(key, name): (&String, &String)| match have.get(key) {
                    Some(value) => problems(&members[name], value, &format!("{place}.{key}")),
                    None if name.ends_with('?') => Vec::new(),
                    None => vec![format!("{place}.{key} is missing")],
                };
                unknown.chain(named.iter().flat_map(of_member)).collect()
            }
            (None, None) => vec![format!("{place} is no object: {value}")],
        },
        _ => vec![format!("{place} is not {shape}: {value}")],
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    let (kind, detail) = kind.split_once(':').unwrap_or((kind, ""));
    match (kind, value) {
        ("null", Value::Null) | ("string", Value::String(_)) | ("bool", Value::Bool(_)) => true,
        ("int", Value::Number(number)) => number.is_i64(),
        ("json", Value::String(text)) => serde_json::from_str::<Value>(text).is_ok(),
        ("sid", Value::String(text)) => is_sid(text) && (detail == "*" || text.starts_with(detail)),
        ("enum", Value::String(text)) => detail.split(',').any(|word| word == text),
        ("date-time", Value::String(text)) => Timestamp::parse(text).is_some_and(|at| at.to_rfc3339_seconds() == *text),
        ("iso-duration", Value::String(text)) => {
            text.len() > 2
                && text.starts_with('P')
                && text[1..].bytes().all(|c| c.is_ascii_digit() || b"DTHMS".contains(&c))
        }
        ("url", Value::String(text)) => text.starts_with("http://dwell.test/v1/"),
        ("any-url", Value::String(text)) => text.starts_with("http://") || text.starts_with("https://"),
        _ => false,
    }
}

fn is_sid(text: &str) -> bool {
    text.len() == 34
        && text.bytes().take(2).all(|c| c.is_ascii_uppercase())
        && text.bytes().skip(2).all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

#[test]
fn shapes_refuse_what_does_not_fit() {
    use serde_json::json;
    let shape = json!({
        "sid": "sid:CH",
        "at": "date-time|null",
        "timers": {"end?": "date-time"},
        "media": {"any_of": ["null", [{"size": "int"}]]},
        "url": "url",
        "attributes": "json",
        "state": "enum:active,closed",
        "timer": "iso-duration|null",
    });
    let good = json!({
        "sid": "CH0123456789abcdef0123456789abcdef",
        "at": null,
        "timers": {},
        "media": [{"size": 1}],
        "url": "http://dwell.test/v1/Conversations",
        "attributes": "{}",
        "state": "active",
        "timer": "PT5M",
    });
    assert_eq!(problems(&shape, &good, ""), [""; 0]);
    for (name, value, told) in [
        ("sid", json!("IM0123456789abcdef0123456789abcdef"), ".sid is not"),
        ("sid", json!("CH0123456789ABCDEF0123456789abcdef"), ".sid is not"),
        ("at", json!("2026-01-01T00:00:00.5Z"), ".at is not"),
        ("at", json!(1), ".at is not"),
        ("timers", json!({"start": "2026-01-01T00:00:00Z"}), ".timers.start has no place"),
        ("timers", json!({"end": null}), ".timers.end is not"),
        ("timers", json!(null), ".timers is no object"),
        ("media", json!([{"size": "1"}]), ".media[].size is not"),
        ("media", json!({}), ".media is not"),
        ("url", json!("https://conversations.twilio.com/v1/"), ".url is not"),
        ("attributes", json!({}), ".attributes is not"),
        ("state", json!("open"), ".state is not"),
        ("timer", json!("5 minutes"), ".timer is not"),
        ("more", json!(1), ".more has no place"),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let found = problems(&shape, &bad, "");
        assert!(found.len() == 1 && found[0].starts_with(told), "{found:?} does not say {told}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("at");
    assert_eq!(problems(&shape, &bad, ""), [".at is missing"]);
}
