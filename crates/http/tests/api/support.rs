//! What the tests of the API share.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use dwell_core::{AccountSid, BindingSid, CredentialSid, PushBinding, PushType, ServiceSid, Timestamp};
use dwell_testkit::{Account, Answer, START, TestApp};
use hyper::body::Frame;
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) const CONVERSATIONS: &str = "/v1/Conversations";

/// A text member.
#[track_caller]
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no text {name} in {body}"))
}

/// The SID of a resource.
#[track_caller]
pub(crate) fn sid(body: &Value) -> &str {
    text(body, "sid")
}

/// The path of a conversation in the short tree.
#[track_caller]
pub(crate) fn path_of(conversation: &Value) -> String {
    format!("{CONVERSATIONS}/{}", sid(conversation))
}

/// The path of an absolute URL of the test server, with its query.
#[track_caller]
pub(crate) fn path(url: &Value) -> &str {
    let url = url.as_str().unwrap_or_else(|| panic!("{url} is not a URL"));
    url.strip_prefix("http://dwell.test").unwrap_or_else(|| panic!("{url} is not a URL of this server"))
}

/// An instant by its seconds since the start, as REST bodies show it.
pub(crate) fn at(seconds: i64) -> String {
    START.plus_seconds(seconds).to_rfc3339_seconds()
}

/// A new conversation and its path.
pub(crate) async fn conversation(app: &TestApp, form: &[(&str, &str)]) -> (Value, String) {
    let made = app.made(CONVERSATIONS, form).await;
    let path = path_of(&made);
    (made, path)
}

/// A session in each account, begun at the start, whose first reply came two minutes later, and one that waits.
pub(crate) async fn keep_sessions(app: &TestApp) {
    app.sql(
        "INSERT INTO sessions (sid, account_sid, service_sid, conversation_sid, number, status, queue, origin, on_return,
            held, date_created, date_first_reply, date_ended, date_updated, agent_messages, customer_messages, revision,
            log_seq, changed_at)
         SELECT substr(sid, 3) || 'a', sid, 'IS', 'CH', 1, 'ended', '', 'inbound', 'queue', 0, 1767225600000000,
            1767225720000000, 1767225720000000, 1767225720000000, 1, 1, 1, 0, 1767225720000000 FROM accounts
         UNION ALL
         SELECT substr(sid, 3) || 'b', sid, 'IS', 'CH', 2, 'waiting', '', 'inbound', 'queue', 0, 1767225600000000,
            NULL, NULL, 1767225600000000, 0, 1, 1, 0, 1767225600000000 FROM accounts",
    )
    .await;
}

/// A message with a body.
pub(crate) async fn say(app: &TestApp, conversation: &str, body: &str) -> Value {
    app.made(&format!("{conversation}/Messages"), &[("Body", body)]).await
}

/// The state of a conversation.
pub(crate) async fn state(app: &TestApp, conversation: &str) -> String {
    text(&app.fetched(conversation).await, "state").to_owned()
}

/// The history of a conversation, each change as `from>to REASON seconds-since-the-start`.
pub(crate) async fn history(app: &TestApp, conversation: &Value) -> Vec<String> {
    let life = app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(conversation))).await;
    changes(&life)
}

/// The changes of state in a body of a lifecycle.
pub(crate) fn changes(life: &Value) -> Vec<String> {
    let entries = life["history"].as_array().unwrap().iter().filter(|entry| !entry["from"].is_null());
    entries
        .map(|entry| {
            let [from, to, reason] = ["from", "to", "reason"].map(|name| text(entry, name));
            format!("{from}>{to} {reason} {}", seconds(text(entry, "at")))
        })
        .collect()
}

/// Seconds from the start to an instant, which must be whole.
#[track_caller]
pub(crate) fn seconds(instant: &str) -> i64 {
    let micros = Timestamp::parse(instant).unwrap_or_else(|| panic!("{instant}")).micros_since(START);
    assert_eq!(micros % 1_000_000, 0, "{instant} is not exact");
    micros / 1_000_000
}

/// The state changes that the event log keeps of a conversation: payload, and whether webhooks are
/// to hear of it.
pub(crate) async fn state_events(app: &TestApp, conversation: &Value) -> Vec<(Value, bool)> {
    let events = app.events(sid(conversation)).await.into_iter();
    let events = events.filter(|event| event.kind == "onConversationStateUpdated");
    events.map(|event| (serde_json::from_str(&event.payload).unwrap(), event.notify)).collect()
}

/// The kinds of the events of a conversation or user, in order; those that webhooks are to hear of
/// with an exclamation mark.
pub(crate) async fn event_kinds(app: &TestApp, stream: &Value) -> Vec<String> {
    let events = app.events(sid(stream)).await.into_iter();
    events.map(|event| format!("{}{}", event.kind, if event.notify { "!" } else { "" })).collect()
}

/// A device of a user of the first account, and its SID; later ones sort later.
pub(crate) async fn bind(
    app: &TestApp,
    service: &str,
    identity: &str,
    kind: PushType,
    credential: Option<&str>,
) -> String {
    let sid = BindingSid::new(app.engine.sid());
    app.bind(PushBinding {
        sid,
        account_sid: AccountSid::parse(&app.account.sid).unwrap(),
        service_sid: ServiceSid::parse(service).unwrap(),
        identity: identity.to_owned(),
        binding_type: kind,
        credential_sid: credential.and_then(CredentialSid::parse),
        endpoint: format!("{identity}-endpoint"),
        message_types: ["removed_from_conversation", "new_message", "added_to_conversation"].map(str::to_owned).into(),
        date_created: START,
        date_updated: START,
    })
    .await;
    sid.to_string()
}

/// The SID of the default service.
pub(crate) async fn default_service(app: &TestApp) -> String {
    text(&app.fetched("/v1/Configuration").await, "default_chat_service_sid").to_owned()
}

/// Sends a request made by hand, without credentials unless they are among the headers.
pub(crate) async fn raw(
    app: &TestApp,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send_raw(request.body(body.into()).unwrap_or_else(|error| panic!("{method} {path}: {error}"))).await
}

/// Posts a form as the first account, with one more header.
pub(crate) async fn post_with(app: &TestApp, path: &str, form: &[(&str, &str)], header: (&str, &str)) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let authorization = app.account.authorization();
    let headers =
        [("host", "dwell.test"), ("authorization", authorization.as_str()), ("content-type", FORM_TYPE), header];
    raw(app, "POST", path, &headers, body).await
}

pub(crate) const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// A body that comes in pieces, when the test sends them.
pub(crate) struct Pieces(mpsc::Receiver<Bytes>);

impl Pieces {
    /// The sender takes a piece as soon as the one before it was read; the body ends with it.
    pub(crate) fn channel() -> (mpsc::Sender<Bytes>, Body) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Body::new(Pieces(receiver)))
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// Every item of a list, by following `next_page_url` as it is given.
pub(crate) async fn all_items(app: &TestApp, first: &str) -> Vec<Value> {
    all_items_of(app, &app.account, first).await
}

/// Every item of a list of another account.
pub(crate) async fn all_items_of(app: &TestApp, account: &Account, first: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = first.to_owned();
    // More pages than any test has: a list that never ends must not hang.
    for _ in 0..1_000 {
        let answer = app.send("GET", &next, &[], Some(account)).await;
        assert_eq!(answer.status, 200, "GET {next}: {}", answer.text);
        let page = answer.body;
        let key = text(&page["meta"], "key");
        items.extend(page[key].as_array().unwrap_or_else(|| panic!("no {key} in {page}")).iter().cloned());
        match &page["meta"]["next_page_url"] {
            Value::Null => return items,
            url => next = path(url).to_owned(),
        }
    }
    panic!("{first} never ends");
}

/// Reads a list page by page to its end and back again, and says what each item has in `member`, in
/// order. Every page must be the same both ways, and know its number.
pub(crate) async fn both_ways(app: &TestApp, first: &str, member: &str) -> Vec<String> {
    let shown = |page: &Value| -> Vec<String> {
        let items = page[text(&page["meta"], "key")].as_array().unwrap_or_else(|| panic!("no list in {page}"));
        items.iter().map(|item| text(item, member).to_owned()).collect()
    };
    let mut pages = vec![app.fetched(first).await];
    while let next @ Value::String(_) = &pages[pages.len() - 1]["meta"]["next_page_url"] {
        let page = app.fetched(path(next)).await;
        assert!(!shown(&page).is_empty() && pages.len() < 1_000, "{next} leads nowhere");
        pages.push(page);
    }
    assert_eq!(pages[0]["meta"]["previous_page_url"], Value::Null, "nothing lies before the first page");
    let mut back = pages[pages.len() - 1].clone();
    for (number, page) in pages.iter().enumerate().rev() {
        assert_eq!((shown(&back), &back["meta"]["page"]), (shown(page), &Value::from(number)), "{first}");
        if number + 1 < pages.len() {
            let onward = app.fetched(path(&back["meta"]["next_page_url"])).await;
            assert_eq!(shown(&onward), shown(&pages[number + 1]), "{first} leads onward from the way back");
        }
        match &back["meta"]["previous_page_url"] {
            Value::Null => assert_eq!(number, 0, "{first} leads back to the first page"),
            previous => back = app.fetched(path(previous)).await,
        }
    }
    pages.iter().flat_map(shown).collect()
}

/// What a 404 says of a path in the tree of version 1.
pub(crate) fn not_found(path: &str) -> String {
    format!("The requested resource {} was not found", path.strip_prefix("/v1").unwrap_or(path))
}

/// The SIDs of the items on one page.
pub(crate) fn sids(page: &Value) -> Vec<String> {
    let key = text(&page["meta"], "key");
    page[key].as_array().unwrap().iter().map(|item| sid(item).to_owned()).collect()
}

/// All that the API shows of the first account: what a refused request must leave as it was.
pub(crate) async fn everything(app: &TestApp) -> Value {
    let mut shown = vec![app.fetched("/v1/Configuration").await, app.fetched("/v1/Configuration/Webhooks").await];
    shown.push(app.fetched("/dwell/v1/LastCall").await);
    shown.extend(all_items(app, "/v1/Configuration/Addresses").await);
    shown.extend(all_items(app, "/dwell/v1/Channels").await);
    for service in all_items(app, "/v1/Services?PageSize=100").await {
        let tree = format!("/v1/Services/{}", sid(&service));
        shown.push(service);
        for list in ["Users", "Roles", "Bindings"] {
            shown.extend(all_items(app, &format!("{tree}/{list}")).await);
        }
        for settings in ["Configuration", "Configuration/Notifications", "Configuration/Webhooks"] {
            shown.push(app.fetched(&format!("{tree}/{settings}")).await);
        }
        for conversation in all_items(app, &format!("{tree}/Conversations?PageSize=100")).await {
            let path = format!("{tree}/Conversations/{}", sid(&conversation));
            shown.push(serde_json::to_value(event_kinds(app, &conversation).await).unwrap());
            shown.push(conversation);
            for list in ["Messages", "Participants", "Webhooks"] {
                shown.extend(all_items(app, &format!("{path}/{list}?PageSize=100")).await);
            }
        }
    }
    shown.extend(all_items(app, "/v1/Credentials").await);
    shown.extend(all_items(app, "/dwell/v1/Timers").await);
    shown.extend(all_items(app, "/dwell/v1/LifecyclePolicies").await);
    shown.extend(all_items(app, "/dwell/v1/Views").await);
    shown.extend(all_items(app, "/dwell/v1/Bulk").await);
    Value::Array(shown)
}
