//! Pre-event webhooks (contract §10.2, §10.5, §10.6; §18 U10, U18, U30).

mod answers;
mod asked;
mod waiting;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use dwell_engine::hooks::Call;
use dwell_testkit::{Account, Answer, Behaviour, TestApp};
use serde_json::Value;

use crate::support::{FORM_TYPE, conversation};

/// The reasons that are provoked here rather than by a case of the table.
pub(crate) const REASONS: &[&str] = &["PreWebhookRejected"];

const HOOK: &str = "https://hook.test/pre?key=1";

/// Every pre-event.
const EVENTS: &[&str] = &[
    "onConversationAdd",
    "onConversationRemove",
    "onConversationUpdate",
    "onMessageAdd",
    "onMessageRemove",
    "onMessageUpdate",
    "onParticipantAdd",
    "onParticipantRemove",
    "onParticipantUpdate",
    "onUserUpdate",
];

/// A server whose account asks [`HOOK`] about everything.
async fn asking() -> TestApp {
    asking_on(TestApp::new().await).await
}

async fn asking_on(app: TestApp) -> TestApp {
    set_up(&app, "/v1/Configuration/Webhooks", HOOK, EVENTS).await;
    app
}

async fn set_up(app: &TestApp, path: &str, url: &str, events: &[&str]) {
    let filters = events.iter().map(|event| ("Filters", *event));
    let form: Vec<_> = [("PreWebhookUrl", url)].into_iter().chain(filters).collect();
    app.made(path, &form).await;
}

/// Sends a request with the header that has webhooks asked.
async fn send(app: &TestApp, account: &Account, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "dwell.test")
        .header("authorization", account.authorization())
        .header("content-type", FORM_TYPE)
        .header("x-twilio-webhook-enabled", "true");
    app.send_raw(request.body(Body::from(body)).unwrap()).await
}

async fn post(app: &TestApp, path: &str, form: &[(&str, &str)]) -> Answer {
    send(app, &app.account, "POST", path, form).await
}

async fn delete(app: &TestApp, path: &str) -> Answer {
    send(app, &app.account, "DELETE", path, &[]).await
}

/// The only call since the last look.
#[track_caller]
fn only_call(app: &TestApp) -> Call {
    let mut calls = app.receivers.take_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.remove(0)
}

fn params(call: &Call) -> BTreeMap<&str, &str> {
    let params: BTreeMap<_, _> = call.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(params.len(), call.params.len(), "no name comes twice");
    params
}

fn answer_with(app: &TestApp, status: u16, body: impl Into<String>) {
    app.receivers.behave(HOOK, Behaviour::Answer(status, body.into()));
}

/// A request: its event, method, path and parameters.
type Sent = (&'static str, &'static str, String, Vec<(&'static str, &'static str)>);

/// One of each thing, and a request of every kind that a webhook is asked about. Removals come last, from the inside to the outside.
struct Furniture {
    conversation: Value,
    message: Value,
    participant: Value,
    user: Value,
    requests: Vec<Sent>,
}

async fn furnish(app: &TestApp) -> Furniture {
    let form = [("FriendlyName", "old"), ("UniqueName", "room"), ("Attributes", "{\"a\":1}")];
    let (conversation, path) = conversation(app, &form).await;
    let participant = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let message = app.made(&format!("{path}/Messages"), &[("Author", "ann"), ("Body", "old")]).await;
    let user = app.fetched("/v1/Users/ann").await;
    let below = |list: &str, item: &Value| format!("{path}/{list}/{}", item["sid"].as_str().unwrap());
    let requests = vec![
        ("onConversationAdd", "POST", "/v1/Conversations".to_owned(), vec![("FriendlyName", "n"), ("UniqueName", "u")]),
        ("onConversationUpdate", "POST", path.clone(), vec![("FriendlyName", "new")]),
        ("onMessageAdd", "POST", format!("{path}/Messages"), vec![("Author", "ann"), ("Body", "hi")]),
        ("onMessageUpdate", "POST", below("Messages", &message), vec![("Body", "new")]),
        ("onParticipantAdd", "POST", format!("{path}/Participants"), vec![("Identity", "bob")]),
        ("onParticipantUpdate", "POST", below("Participants", &participant), vec![("Attributes", "{\"b\":2}")]),
        ("onUserUpdate", "POST", "/v1/Users/ann".to_owned(), vec![("FriendlyName", "Ann")]),
        ("onMessageRemove", "DELETE", below("Messages", &message), vec![]),
        ("onParticipantRemove", "DELETE", below("Participants", &participant), vec![]),
        ("onConversationRemove", "DELETE", path.clone(), vec![]),
    ];
    Furniture { conversation, message, participant, user, requests }
}
