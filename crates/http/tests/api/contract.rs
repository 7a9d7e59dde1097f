//! The served OpenAPI document against the contract's, restated in `fixtures/contract.json`: every
//! operation, parameter, status and field is there, what is more is ours and under our own prefix.

use std::collections::BTreeSet;

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::fixtures;
use crate::support::raw;

/// Values that a parameter's enumeration leaves out, because the API refuses them.
const NEVER_TAKEN: &[(&str, &str)] = &[
    // A conversation is set up by the server only (contract §6.1).
    ("State", "initializing"),
];

/// Fields that may be null though the schema of the contract does not say so.
const NULL_AFTER_ALL: &[(&str, &str)] = &[
    // Null while the message is still on its way (contract §5.5).
    ("conversation_message_receipt", "status"),
    ("service_conversation_message_receipt", "status"),
    // Null until it is set (the samples).
    ("service_webhook_configuration", "method"),
];

/// The real service has them on a host of its own, which the document of this one does not describe
/// (contract §7.9).
const MEDIA: &[&str] = &[
    "POST /v1/Services/{}/Media",
    "GET /v1/Services/{}/Media/{}",
    "GET /v1/Services/{}/Media/{}/Content",
    "POST /v1/Services/{}/MediaSet",
];

/// Compares two documents and keeps every difference, not just the first.
struct Comparison<'a> {
    document: &'a Value,
    contract: &'a Value,
    differences: Vec<String>,
}

#[tokio::test]
async fn the_document_is_the_contract() {
    let app = TestApp::new().await;
    let answer = raw(&app, "GET", "/openapi.json", &[], "").await;
    assert_eq!(answer.status, 200);
    let differences = compare(&answer.body, &fixtures::contract());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn compare(document: &Value, contract: &Value) -> Vec<String> {
    let mut comparison = Comparison { document, contract, differences: Vec::new() };
    let mut wanted = BTreeSet::new();
    for operation in fixtures::items(&contract["operations"]) {
        let place = format!("{} {}", fixtures::text(operation, "method"), anonymous(fixtures::text(operation, "path")));
        comparison.operation(operation, &place);
        wanted.insert(place);
    }
    assert_eq!(wanted.len(), 103, "the operations of the contract");
    for (place, _) in operations(document) {
        let is_ours = place.contains(" /dwell/v1/");
        comparison.check(is_ours || MEDIA.contains(&place.as_str()) || wanted.contains(&place), || {
            format!("{place} is not in the contract")
        });
    }
    comparison.differences
}

/// Method and path of every operation, with the variables of the path unnamed.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = fixtures::members(&document["paths"]);
    let of_path = |(path, item): (&String, &'_ Value)| -> Vec<(String, String)> {
        let methods = fixtures::members(item).filter(|(_, operation)| operation.get("responses").is_some());
        methods.map(|(method, _)| (format!("{} {}", method.to_uppercase(), anonymous(path)), method.clone())).collect()
    };
    paths
        .flat_map(|(path, item)| {
            of_path((path, item)).into_iter().map(move |(place, method)| (place, &item[method.as_str()]))
        })
        .collect()
}

/// A path whose variables have lost their names: the trees name one place differently.
fn anonymous(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

impl<'a> Comparison<'a> {
    fn check(&mut self, holds: bool, difference: impl FnOnce() -> String) {
        if !holds {
            self.differences.push(difference());
        }
    }

    fn operation(&mut self, wanted: &'a Value, place: &str) {
        let found = operations(self.document).into_iter().find(|(other, _)| other == place);
        let Some((_, found)) = found else { return self.differences.push(format!("{place} is missing")) };
        self.check(is_text(&found["summary"]), || format!("{place} has no summary"));
        let parameters: Vec<_> = fixtures::items(&found["parameters"]).collect();
        for (name_of_kind, kind) in [("query", "query"), ("headers", "header")] {
            let of_kind = |parameter: &&&Value| parameter["in"] == kind;
            let have: Vec<_> = parameters.iter().filter(of_kind).map(|p| (fixtures::text(p, "name"), *p)).collect();
            let have = have
                .into_iter()
                .map(|(name, p)| (name, &p["schema"], p["required"] == true, is_text(&p["description"])));
            self.parameters(&wanted[name_of_kind], &have.collect::<Vec<_>>(), place);
        }
        let variables: Vec<_> = parameters.iter().filter(|parameter| parameter["in"] == "path").collect();
        for (have, (name, want)) in variables.iter().zip(fixtures::members(&wanted["variables"])) {
            self.check(have["required"] == true && is_text(&have["description"]), || {
                format!("{place}: variable {name}")
            });
            self.schema(want, &have["schema"], "", &format!("{place} {{{name}}}"));
        }
        let count = fixtures::members(&wanted["variables"]).count();
        self.check(variables.len() == count, || format!("{place}: {} variables, not {count}", variables.len()));
        self.form(wanted, found, place);
        self.answers(wanted, found, place);
    }

    /// Compares parameters: name, schema, whether they are required, whether they are described.
    fn parameters(&mut self, wanted: &'a Value, have: &[(&str, &'a Value, bool, bool)], place: &str) {
        for (name, want) in fixtures::members(wanted) {
            let place = format!("{place}: parameter {name}");
            let Some((_, schema, is_required, is_described)) = have.iter().find(|(other, ..)| other == name) else {
                self.differences.push(format!("{place} is missing"));
                continue;
            };
            self.check(*is_required == (want["required"] == true), || format!("{place}: required is {is_required}"));
            self.check(*is_described, || format!("{place} is not described"));
            self.schema(want, schema, name, &place);
        }
        for (name, ..) in have {
            self.check(wanted.get(*name).is_some(), || format!("{place}: parameter {name} is not in the contract"));
        }
    }

    fn form(&mut self, wanted: &'a Value, found: &'a Value, place: &str) {
        let schema = self.resolved(&found["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]);
        let required = |name: &str| fixtures::items(&schema["required"]).any(|other| other == name);
        let have = fixtures::members(&schema["properties"])
            .map(|(name, field)| (name.as_str(), field, required(name), is_text(&field["description"])));
        self.parameters(&wanted["form"], &have.collect::<Vec<_>>(), place);
    }

    fn answers(&mut self, wanted: &'a Value, found: &'a Value, place: &str) {
        let have: BTreeSet<_> = fixtures::members(&found["responses"]).map(|(status, _)| status.as_str()).collect();
        let want: BTreeSet<_> = fixtures::members(&wanted["answers"]).map(|(status, _)| status.as_str()).collect();
        let successes: BTreeSet<_> = have.iter().copied().filter(|status| status.starts_with('2')).collect();
        self.check(successes == want, || format!("{place}: succeeds with {successes:?}, not {want:?}"));
        for (status, response) in fixtures::members(&found["responses"]) {
            self.check(is_text(&response["description"]), || format!("{place}: {status} is not described"));
            let body = response["content"]["application/json"]["schema"]["$ref"].as_str();
            let is_error = body == Some("#/components/schemas/ErrorBody");
            self.check(status.starts_with('2') != is_error, || format!("{place}: {status} answers {body:?}"));
        }
        self.check(have.contains("default"), || format!("{place}: other answers are not documented"));
        for (status, want) in fixtures::members(&wanted["answers"]) {
            let content = &found["responses"][status]["content"];
            let place = format!("{place} {status}");
            if want.is_null() {
                self.check(content.is_null(), || format!("{place} has a body"));
                continue;
            }
            let schema = self.resolved(&content["application/json"]["schema"]);
            let Some(key) = want["list"].as_str() else {
                self.resource(want.as_str().unwrap(), schema, &place);
                continue;
            };
            let keys: BTreeSet<_> = fixtures::members(&schema["properties"]).map(|(name, _)| name.as_str()).collect();
            self.check(keys == BTreeSet::from([key, "meta"]), || format!("{place}: the list has {keys:?}"));
            let meta = self.resolved(&schema["properties"]["meta"]);
            self.fields("meta", &self.contract["meta"], meta, &place);
            let item = self.resolved(&schema["properties"][key]["items"]);
            self.resource(fixtures::text(want, "of"), item, &place);
        }
    }

    fn resource(&mut self, name: &str, schema: &'a Value, place: &str) {
        self.fields(name, &self.contract["resources"][name], schema, place);
    }

    fn fields(&mut self, resource: &str, wanted: &'a Value, schema: &'a Value, place: &str) {
        assert!(wanted.is_object(), "the contract has no {resource}");
        let properties = &schema["properties"];
        for (name, want) in fixtures::members(wanted) {
            let place = format!("{place}: field {name}");
            let Some(have) = properties.get(name) else {
                self.differences.push(format!("{place} is missing"));
                continue;
            };
            self.described(have, &place);
            let have = self.resolved(have);
            let may_be_null = want["nullable"] == true || NULL_AFTER_ALL.contains(&(resource, name));
            self.check(may_be_null || !types(have).contains("null"), || format!("{place} may be null"));
            self.schema(want, have, "", &place);
        }
        for (name, _) in fixtures::members(properties) {
            self.check(wanted.get(name).is_some(), || format!("{place}: field {name} is not in the contract"));
        }
    }

    /// Checks that a field and all below it have a description.
    fn described(&mut self, field: &'a Value, place: &str) {
        let choices = fixtures::items(&field["oneOf"]);
        let is_described = std::iter::once(field).chain(choices).any(|choice| is_text(&choice["description"]));
        self.check(is_described, || format!("{place} is not described"));
        let schema = self.resolved(field);
        let item = self.resolved(&schema["items"]);
        for (name, below) in fixtures::members(&schema["properties"]).chain(fixtures::members(&item["properties"])) {
            self.described(below, &format!("{place}.{name}"));
        }
    }

    /// Compares what a value may be. Ours may say more than the contract, never something else.
    fn schema(&mut self, want: &'a Value, have: &'a Value, parameter: &str, place: &str) {
        let have = self.resolved(have);
        let mut types = types(have);
        types.remove("null");
        if let Some(kind) = want["type"].as_str() {
            self.check(types == BTreeSet::from([kind]), || format!("{place} is {types:?}, not {kind}"));
        }
        if let Some(format) = want["format"].as_str() {
            self.check(have["format"] == format, || format!("{place} is not said to be a {format}"));
        }
        if let Some(prefix) = want["sid"].as_str().filter(|prefix| *prefix != "*") {
            let pattern = json!(format!("^{prefix}[0-9a-fA-F]{{32}}$"));
            self.check(have["pattern"] == pattern, || format!("{place} is not said to be a {prefix} SID"));
        }
        if let Some(min) = want["min"].as_i64() {
            self.check(have["minimum"] == min, || format!("{place} begins at {}, not {min}", have["minimum"]));
        }
        if let Some(items) = want.get("items") {
            self.schema(items, &have["items"], parameter, &format!("{place}[]"));
        }
        if want["values"] == "uri" {
            let are_urls = fixtures::members(&have["properties"]).all(|(_, link)| link["format"] == "uri");
            self.check(are_urls && !have["properties"].is_null(), || format!("{place} is not made of URLs"));
        }
        if let Some(words) = want["enum"].as_array() {
            let have: BTreeSet<_> = fixtures::items(&have["enum"]).filter_map(Value::as_str).collect();
            let never = |word: &str| NEVER_TAKEN.contains(&(parameter, word));
            let words: BTreeSet<_> = words.iter().filter_map(Value::as_str).collect();
            let is_whole = words.difference(&have).all(|word| never(word)) && have.is_subset(&words);
            self.check(is_whole, || format!("{place} is one of {have:?}, not of {words:?}"));
        }
    }

    /// A schema behind references and the choice between it and null.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.strip_prefix("#/components/schemas/").unwrap();
            return self.resolved(&self.document["components"]["schemas"][name]);
        }
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        choices.clone().find(|choice| choice["type"] != "null").map_or(schema, |choice| self.resolved(choice))
    }
}

fn types(schema: &Value) -> BTreeSet<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// A comparison that finds nothing proves nothing unless it finds what is wrong.
#[test]
fn the_comparison_finds_what_is_wrong() {
    let contract = fixtures::contract();
    let whole: Value = serde_json::from_str(&dwell_http::openapi_json()).unwrap();
    let known = compare(&whole, &contract);
    let new = |change: &dyn Fn(&mut Value)| {
        let mut changed = whole.clone();
        change(&mut changed);
        let found = compare(&changed, &contract);
        found.into_iter().find(|difference| !known.contains(difference)).unwrap_or_default()
    };
    let conversation = "/components/schemas/Conversation/properties";
    let create = "/paths/~1v1~1Conversations/post";
    let form = "/components/schemas/CreateConversation/properties";
    let cases: &[(&str, &str, Value, &str)] = &[
        ("/paths", "/v1/Extra", whole["paths"]["/v1/Users"].clone(), "GET /v1/Extra is not in the contract"),
        ("/paths", "/v1/Users", Value::Null, "GET /v1/Users is missing"),
        (conversation, "extra", json!({"type": "string"}), "field extra is not in the contract"),
        (conversation, "sid", json!({"type": "string", "description": "x"}), "is not said to be a CH SID"),
        (conversation, "date_created", json!({"type": "integer", "description": "x"}), "is {\"integer\"}, not string"),
        (conversation, "state", json!({"type": ["string", "null"], "description": "x"}), "field state may be null"),
        (
            conversation,
            "state",
            json!({"type": "string", "description": "x", "enum": ["open"]}),
            "is one of {\"open\"}",
        ),
        (conversation, "friendly_name", json!({"type": "string"}), "field friendly_name is not described"),
        (form, "Extra", json!({"type": "string"}), "parameter Extra is not in the contract"),
        (form, "State", json!({"type": "string", "description": "x"}), "parameter State is one of {}"),
        (create, "parameters", json!([]), "parameter X-Twilio-Webhook-Enabled is missing"),
        (create, "responses", json!({}), "succeeds with {}, not {\"201\"}"),
    ];
    for (place, name, value, told) in cases {
        let first = new(&|document| {
            let object = document.pointer_mut(place).unwrap().as_object_mut().unwrap();
            object.insert((*name).to_owned(), value.clone());
        });
        assert!(first.contains(told), "{name}: {first:?} does not say {told:?}");
    }
}
