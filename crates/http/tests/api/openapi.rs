//! The OpenAPI document against the server that it describes.

use std::collections::BTreeSet;

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, PersonRole, PushType, Rights};
use dwell_testkit::{Answer, DeliveryStatus, TestApp, Told};
use serde_json::{Value, json};

use crate::sessions::{act, person};
use crate::support::{CONVERSATIONS, bind, keep_sessions, raw, sid, text};

/// Members that are left out when they do not apply, as the contract has it.
const MAY_BE_ABSENT: &[(&str, &str)] = &[
    ("MessagingBinding", "proxy_address"),
    ("MessagingBinding", "projected_address"),
    ("PhoneMessage", "outcome"),
    ("MessagingBinding", "name"),
    ("MessagingBinding", "level"),
    ("Timers", "date_inactive"),
    ("Timers", "date_closed"),
    ("Bindings", "email"),
    ("Webhook", "chat_service_sid"),
    ("WebhookConfiguration", "url"),
    ("WebhookConfiguration", "method"),
    ("WebhookConfiguration", "filters"),
    ("WebhookConfiguration", "triggers"),
    ("WebhookConfiguration", "flow_sid"),
    ("AutoCreation", "conversation_service_sid"),
    ("AutoCreation", "webhook_url"),
    ("AutoCreation", "webhook_method"),
    ("AutoCreation", "webhook_filters"),
    ("AutoCreation", "studio_flow_sid"),
    ("AutoCreation", "studio_retry_count"),
    ("AccessToken", "token"),
    ("OutboundMessage", "attempts"),
    ("WebhookDelivery", "attempts"),
];

/// What the service tree alone has, or has another of than the short tree (contract §1.1).
const ONLY_IN_SERVICES: &[&str] = &[
    "Bindings",
    "Bindings/{Sid}",
    "Configuration",
    "Configuration/Notifications",
    "Media",
    "Media/{Sid}",
    "Media/{Sid}/Content",
    "MediaSet",
];

fn document() -> Value {
    serde_json::from_str(&dwell_http::openapi_json()).unwrap()
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
            found.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    found
}

#[test]
fn the_document() {
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(dwell_http::openapi_json().replace(&version, "\"version\": \"[version]\""));
}

#[tokio::test]
async fn it_is_served_to_everybody() {
    let app = TestApp::new().await;
    let answer = raw(&app, "GET", "/openapi.json", &[], "").await;
    assert_eq!((answer.status, &answer.body), (200, &document()));
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    let alive = raw(&app, "GET", "/healthz", &[], "").await;
    assert_eq!((alive.status, alive.text.as_str()), (200, "ok"));
    let ready = raw(&app, "GET", "/readyz", &[], "").await;
    assert_eq!((ready.status, ready.body), (200, json!({"status": "ready"})));
}

#[test]
fn both_trees_are_described_alike() {
    let document = document();
    let all: Vec<_> = operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let mut twins = 0;
    let mut alone = BTreeSet::new();
    for operation in &all {
        let (method, path) = operation.split_once(' ').unwrap();
        let Some(below) = path.strip_prefix("/v1/Services/{ChatServiceSid}/") else { continue };
        if ONLY_IN_SERVICES.contains(&below) {
            alone.insert(below);
            continue;
        }
        assert!(all.contains(&format!("{method} /v1/{below}")), "{operation} is not in the short tree");
        twins += 1;
    }
    assert_eq!(twins, 40, "every operation of a resource that both trees have");
    assert_eq!(alone, ONLY_IN_SERVICES.iter().copied().collect());
    let mut names: Vec<_> = operations(&document).iter().map(|(.., op)| text(op, "operationId").to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "every operation has a name of its own");
}

/// A test account with one of everything in a service that may be deleted, and the path of an
/// operation with the variables filled in.
async fn furnished(template: &str) -> (TestApp, String) {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let is_short = !template.contains("{ChatServiceSid}");
    let tree = if is_short { "/v1".to_owned() } else { format!("/v1/Services/{}", sid(&service)) };
    let timers = [("Timers.Inactive", "PT5M"), ("Timers.Closed", "PT1H"), ("Bindings.Email.Address", "a@example.com")];
    let c = app.made(&format!("{tree}/Conversations"), &timers).await;
    let inside = format!("{tree}/Conversations/{}", sid(&c));
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    let phone = app.made(&format!("{inside}/Participants"), &pair).await;
    let participant = app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let message = app.made(&format!("{inside}/Messages"), &[("Body", "x"), ("Author", "ann")]).await;
    let user = app.fetched(&format!("{tree}/Users/ann")).await;
    let role = [("FriendlyName", "x"), ("Type", "conversation"), ("Permission", "sendMessage")];
    let role = app.made(&format!("{tree}/Roles"), &role).await;
    let credential = app.made("/v1/Credentials", &[("Type", "apn"), ("FriendlyName", "x")]).await;
    let binding = bind(&app, sid(&service), "ann", PushType::Apn, Some(sid(&credential))).await;
    let hook =
        [("Target", "trigger"), ("Configuration.Url", "https://example.com"), ("Configuration.Triggers", "help")];
    let webhook = app.made(&format!("{inside}/Webhooks"), &hook).await;
    app.made(&format!("{tree}/Configuration/Webhooks"), &[("Filters", "onMessageAdded")]).await;
    let address = [
        ("Type", "sms"),
        ("Address", "+15017122662"),
        ("AutoCreation.Type", "webhook"),
        ("AutoCreation.WebhookUrl", "https://example.com"),
        ("AutoCreation.WebhookFilters", "onMessageAdded"),
    ];
    let address = app.made("/v1/Configuration/Addresses", &address).await;
    let channel = app.made("/dwell/v1/Channels", &[("Provider", "loopback"), ("Addresses", "+15017122662")]).await;
    if template.ends_with("/Apply") {
        app.made(&format!("{tree}/Conversations"), &[]).await;
        app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M")]).await;
    }
    let enabled = if template.ends_with("/Apply") { "true" } else { "false" };
    let policy = app.made("/dwell/v1/LifecyclePolicies", &[("FriendlyName", "x"), ("Enabled", enabled)]).await;
    if template.ends_with("/Statistics") {
        keep_sessions(&app).await;
    }
    let view = app.made("/dwell/v1/Views", &[("FriendlyName", "x"), ("Filter", "{}")]).await;
    let bulk = app.made("/dwell/v1/Bulk", &[("Act", "reopen"), ("ConversationSid", sid(&c))]).await;
    let on_phone = app.keep_phone_message("+15017122661").await;
    app.made("/dwell/v1/LastCall", &[("WebhookUrl", "https://example.com")]).await;
    app.made("/dwell/v1/TestClock/Advance", &[("By", "PT5M")]).await;
    if template.ends_with("/Statistics") {
        app.made(&format!("{CONVERSATIONS}/{}/Messages", sid(&c)), &[("Body", "back")]).await;
    }
    let told =
        Told { hook_sid: sid(&webhook), stream_sid: sid(&c), event: "onMessageAdded", status: DeliveryStatus::Failed };
    let delivery = app.keep_delivery(&app.account, told).await;
    let outbound = app.fetched("/dwell/v1/OutboundMessages").await;
    let outbound = sid(&outbound["outbound_messages"][0]).to_owned();
    let receipt = app.told(&message, sid(&phone), Some(Status::Sent)).await;
    person(&app, "ada", PersonRole::Agent).await;
    let session = if needs_session(template) { begin_session(&app, &c, template).await } else { String::new() };
    let media = if is_short { String::new() } else { upload(&app, &tree).await };
    let (person, key) = people(&app, template).await;
    for identity in ["ada", "ann@example.com"] {
        app.made(&format!("/dwell/v1/Agents/{identity}"), &[("Queues", "parcels")]).await;
    }
    let last = match template {
        _ if template.contains("/People/") => &person,
        _ if template.contains("/Keys/") => &key,
        _ if template.contains("/Sessions/") => &session,
        _ if template.contains("/OutboundMessages/") => &outbound,
        _ if template.contains("/Media/") => &media,
        _ if template.contains("/WebhookDeliveries/") => &delivery,
        _ if template.contains("/Receipts/") => &receipt,
        _ if template.contains("/Phones/") => &on_phone,
        _ if template.contains("/Messages/") => sid(&message),
        _ if template.contains("/Participants/") => sid(&participant),
        _ if template.contains("/Roles/") => sid(&role),
        _ if template.contains("/Credentials/") => sid(&credential),
        _ if template.contains("/Bindings/") => &binding,
        _ if template.contains("/Webhooks/") => sid(&webhook),
        _ if template.contains("/Addresses/") => sid(&address),
        _ if template.contains("/Channels/") => sid(&channel),
        _ if template.contains("/LifecyclePolicies/") => sid(&policy),
        _ if template.contains("/Views/") => sid(&view),
        _ if template.contains("/Bulk/") => sid(&bulk),
        _ => sid(&user),
    };
    let path = template
        .replace("{ChatServiceSid}", sid(&service))
        .replace("{ConversationSid}", sid(&c))
        .replace("{MessageSid}", sid(&message))
        .replace("{UserSid}", sid(&user))
        .replace("{Address}", "+15017122661")
        .replace("{Role}", "agent")
        .replace("{Identity}", "ada")
        .replace("{Sid}", last);
    assert!(!path.contains('{'), "{path}");
    let path =
        if path.ends_with("/ParticipantConversations") { format!("{path}?Address=%2B15017122661") } else { path };
    (app, path)
}

/// A person of the account, an API key, and what the audit log is asked for.
async fn people(app: &TestApp, template: &str) -> (String, String) {
    let person = app.made("/dwell/v1/People", &[("Email", "ann@example.com"), ("Role", "agent")]).await;
    let key = app.made("/dwell/v1/Keys", &[("FriendlyName", "x")]).await;
    if template.ends_with("/AuditLog") {
        app.person(PersonRole::Viewer).await;
    }
    (sid(&person).to_owned(), sid(&key).to_owned())
}

/// What only people do; a program is refused.
const FOR_PEOPLE: [&str; 3] = [
    "/dwell/v1/Conversations/{ConversationSid}/Accept",
    "/dwell/v1/Conversations/{ConversationSid}/Read",
    "/dwell/v1/Desk/Next",
];

/// Whether an operation has to do with the session of a conversation.
fn needs_session(template: &str) -> bool {
    let is_act = template.starts_with("/dwell/v1/Conversations/") && !template.ends_with("/Assign");
    is_act || template.contains("/Sessions") || template.ends_with("/Desk/Counts")
}

/// A session of the conversation that the operation can do something with.
async fn begin_session(app: &TestApp, c: &Value, template: &str) -> String {
    let session = app.made(&act(c, "Assign"), &[("To", "ada")]).await;
    if template.ends_with("/Reopen") {
        app.made(&act(c, "Inactivate"), &[]).await;
    }
    if template.ends_with("/Counts") {
        let waits = app.made("/v1/Conversations", &[]).await;
        app.made(&act(&waits, "Assign"), &[("To", "ada")]).await;
        app.made(&act(&waits, "Transfer"), &[("Queue", "sales")]).await;
    }
    sid(&session).to_owned()
}

/// A file that was uploaded to the service of a tree.
async fn upload(app: &TestApp, tree: &str) -> String {
    let authorization = app.account.authorization();
    let headers = [("authorization", authorization.as_str()), ("content-type", "image/png")];
    let uploaded = raw(app, "POST", &format!("{tree}/Media?Filename=a.png"), &headers, "x").await;
    sid(&uploaded.body).to_owned()
}

/// A form with which an operation succeeds.
async fn form(app: &TestApp, method: &str, path: &str) -> Vec<(&'static str, String)> {
    if method != "POST" {
        return Vec::new();
    }
    if path.starts_with("/dwell/v1/AccessTokens") {
        let account = AccountSid::parse(&app.account.sid).unwrap();
        let (key, _) = app.engine.create_key(account, String::new(), Rights::All).await.unwrap();
        let form = [("Identity", "ann"), ("KeySid", &key.sid)];
        let made = app.made("/dwell/v1/AccessTokens", &form).await;
        let form = [("Identity", "ann"), ("KeySid", &key.sid), ("Token", text(&made, "token"))];
        return form.map(|(name, value)| (name, value.to_owned())).into();
    }
    let form: &[(&'static str, &str)] = match path.rsplit('/').next().unwrap() {
        "Configuration" => &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT1H")],
        "Messages" if path.contains("/Phones/") => &[("To", "+15017122662"), ("Body", "x")],
        "{Sid}" if path.contains("/Phones/") => &[("Status", "failed"), ("ErrorCode", "30003")],
        "Messages" => &[("Body", "x"), ("ContentSid", "HX00000000000000000000000000000000")],
        "People" => &[("Email", "bob@example.com"), ("Role", "agent")],
        "Participants" | "Users" => &[("Identity", "bob")],
        "Roles" => &[("FriendlyName", "x"), ("Type", "service"), ("Permission", "joinConversation")],
        "Credentials" => &[("Type", "fcm"), ("FriendlyName", "x")],
        "Advance" => &[("To", "next")],
        "Assign" => &[("To", "ada")],
        "Transfer" => &[("Queue", "sales")],
        "Extend" => &[("By", "PT5M")],
        "Reply" => &[("Body", "x")],
        "Webhooks" if path.contains("/Configuration/") => &[("Filters", "onMessageAdd")],
        "Webhooks" => &[("Target", "studio"), ("Configuration.FlowSid", "FW00000000000000000000000000000000")],
        "Addresses" => &[("Type", "chat"), ("Address", "desk")],
        "LifecyclePolicies" | "Preview" => &[("FriendlyName", "x"), ("Preset", "rep_desk")],
        "Bulk" => &[("Act", "inactivate"), ("State", "active")],
        "Apply" => &[("DryRun", "true")],
        "Views" => &[("FriendlyName", "x"), ("Filter", "{}")],
        "Channels" => &[("Provider", "loopback"), ("Addresses", "desk@example.com")],
        "Status" => &[("MessageSid", "SM1"), ("MessageStatus", "sent")],
        "Inbound" => &[("From", "+15017122661"), ("To", "+15017122662"), ("Body", "x")],
        _ => &[("FriendlyName", "x"), ("Permission", "sendMessage")],
    };
    form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[tokio::test]
async fn every_documented_operation_answers_as_documented() {
    let document = document();
    let for_all = operations(&document).into_iter().filter(|(_, path, _)| !FOR_PEOPLE.contains(&path.as_str()));
    for (method, template, operation) in for_all {
        let (app, path) = furnished(&template).await;
        if template.ends_with("/Live") {
            // The stream is at its end before it begins.
            app.engine.end_streams();
        }
        let stranger = app.send(&method, &path, &[], None).await;
        assert_eq!(stranger.refusal(), (401, 20003), "{method} {template}");
        conform(&document, &operation, &stranger, &format!("{method} {template}"));
        let form = form(&app, &method, &template).await;
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = if template.ends_with("/MediaSet") {
            let authorization = app.account.authorization();
            let media = upload(&app, path.strip_suffix("/MediaSet").unwrap()).await;
            let asked = json!({"command": "get", "list": [{"media_sid": media}]}).to_string();
            raw(&app, &method, &path, &[("authorization", &authorization)], asked).await
        } else {
            app.send(&method, &path, &form, Some(&app.account)).await
        };
        let told = format!("{method} {template}: {} {}", answer.status, answer.text);
        assert!(![404, 405].contains(&answer.status), "{told}");
        let documented = &operation["responses"][answer.status.to_string()];
        assert!(answer.status < 300 && documented.is_object(), "{told}");
        conform(&document, &operation, &answer, &told);
    }
}

#[tokio::test]
async fn a_message_from_outside_as_json_is_answered_as_documented() {
    const INBOUND: &str = "/dwell/v1/Inbound";
    let document = document();
    let (app, _) = furnished(INBOUND).await;
    let operation = &document["paths"][INBOUND]["post"];
    let mut message = operation["requestBody"]["content"]["application/json"]["example"].clone();
    message["to"] = json!("+15017122662");
    let authorization = app.account.authorization();
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = raw(&app, "POST", INBOUND, &headers, message.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    conform(&document, operation, &answer, "the example");
}

#[tokio::test]
async fn refusals_are_as_documented() {
    let document = document();
    let app = TestApp::new().await;
    let operations = operations(&document);
    let (.., operation) =
        operations.iter().find(|(method, path, _)| method == "POST" && path == CONVERSATIONS).unwrap();
    for answer in [
        app.post(CONVERSATIONS, &[("State", "closed")]).await,
        app.get("/v1/Conversations/none").await,
        app.send("PUT", CONVERSATIONS, &[], Some(&app.account)).await,
    ] {
        conform(&document, operation, &answer, "refusal");
    }
}

/// Checks a body against the schema that the operation names for the status.
#[track_caller]
fn conform(document: &Value, operation: &Value, answer: &Answer, told: &str) {
    let responses = &operation["responses"];
    let response = responses.get(answer.status.to_string()).unwrap_or(&responses["default"]);
    match response.get("content") {
        None => assert_eq!(answer.text, "", "{told}"),
        Some(content) if content["text/xml"].is_object() => assert!(answer.text.starts_with("<?xml"), "{told}"),
        Some(content) => check(document, &content["application/json"]["schema"], "", &answer.body, told),
    }
}

/// Checks that a value has exactly the members of its schema, of the right types, all the way down.
#[track_caller]
pub(crate) fn check(document: &Value, schema: &Value, name: &str, value: &Value, told: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        let target = &document["components"]["schemas"][name];
        assert!(target.is_object(), "{reference} leads nowhere");
        return check(document, target, name, value, told);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| (choice["type"] == "null") == value.is_null());
        return check(document, choice.unwrap_or_else(|| panic!("{value}: {told}")), name, value, told);
    }
    let types: Vec<_> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = types.contains(&actual) || actual == "integer" && types.contains(&"number");
    assert!(types.is_empty() || fits, "{value} is not of {types:?}: {told}");
    if let Value::Array(items) = value {
        // What lies ahead of a conversation that is closed or held is nothing, and shown so.
        assert!(!items.is_empty() || name == "SessionConversation", "an empty list proves nothing: {told}");
        items.iter().for_each(|item| check(document, &schema["items"], name, item, told));
    }
    let (Value::Object(members), Some(properties)) = (value, schema["properties"].as_object()) else { return };
    for (member, value) in members {
        let property = properties.get(member).unwrap_or_else(|| panic!("{name}.{member} is not documented: {told}"));
        check(document, property, name, value, told);
    }
    for property in properties.keys().filter(|property| !members.contains_key(*property)) {
        assert!(MAY_BE_ABSENT.contains(&(name, property.as_str())), "{name} lacks {property}: {told}");
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(members.contains_key(required.as_str().unwrap()), "{name} lacks {required}: {told}");
    }
}
