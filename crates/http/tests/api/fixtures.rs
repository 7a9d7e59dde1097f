//! The contract as data: `tests/fixtures/*.json`, our own restatement of its facts.

use serde_json::Value;

/// Every operation of the contract with its parameters, statuses and fields. A `sid` is what the
/// SID begins with, `values` what all members of an object are.
pub(crate) fn contract() -> Value {
    serde_json::from_str(include_str!("../fixtures/contract.json")).unwrap()
}

/// One request for each operation: what must exist before, the parameters, and what it answers with.
pub(crate) fn sample_requests() -> Vec<Value> {
    serde_json::from_str(include_str!("../fixtures/sample_requests.json")).unwrap()
}

/// What resources look like: see [`crate::shapes`].
pub(crate) fn resource_shapes() -> Value {
    serde_json::from_str(include_str!("../fixtures/resource_shapes.json")).unwrap()
}

/// The members of an object; none when it is not there.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The items of a list; none when it is not there.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text member.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name} in {value}"))
}
