//! Lifecycle policies: kept, matched, and what conversations live through under them.

mod clocks;
mod kept;
mod matching;
mod twins;

use dwell_testkit::TestApp;
use serde_json::Value;

use crate::support::{conversation, seconds, sid, text};

const POLICIES: &str = "/dwell/v1/LifecyclePolicies";
const CUSTOMER: &str = "+15017122661";
const DESK: &str = "+15017122660";
const AGENT: &str = "ada";

async fn policy(app: &TestApp, form: &[(&str, &str)]) -> Value {
    app.made(POLICIES, &[&[("FriendlyName", "Desk")], form].concat()).await
}

fn one(policy: &Value) -> String {
    format!("{POLICIES}/{}", sid(policy))
}

/// A conversation with a customer at an address, reached from another of the account, and its path.
async fn outside(app: &TestApp, form: &[(&str, &str)], (address, proxy): (&str, &str)) -> (Value, String) {
    let (c, path) = conversation(app, form).await;
    bring(app, &path, (address, proxy)).await;
    (c, path)
}

async fn bring(app: &TestApp, path: &str, (address, proxy): (&str, &str)) {
    let pair = [("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", proxy)];
    app.made(&format!("{path}/Participants"), &pair).await;
}

/// The conversation of a customer who writes by SMS with a desk where one agent works.
async fn desk(app: &TestApp) -> (Value, String) {
    app.hire(AGENT).await;
    outside(app, &[], (CUSTOMER, DESK)).await
}

async fn says(app: &TestApp, path: &str, author: &str, body: &str) {
    app.made(&format!("{path}/Messages"), &[("Author", author), ("Body", body)]).await;
}

/// The lifecycle of a conversation.
async fn life(app: &TestApp, c: &Value) -> Value {
    app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(c))).await
}

/// What the running clock of a conversation leads to, each as `mark seconds-since-the-start`.
async fn clock(app: &TestApp, c: &Value) -> Vec<String> {
    let life = life(app, c).await;
    let marks = life["clock"].as_array().unwrap().iter();
    marks.map(|mark| format!("{} {}", text(mark, "what"), seconds(text(mark, "at")))).collect()
}

/// What happened in a conversation, in the order of its log: what was said and by whom, and changes of state.
async fn log(app: &TestApp, c: &Value) -> Vec<String> {
    let mut shown = Vec::new();
    for event in app.events(sid(c)).await {
        let payload: Value = serde_json::from_str(&event.payload).unwrap();
        let at = seconds(&event.at.to_rfc3339_micros());
        match event.kind.as_str() {
            "onMessageAdded" => shown.push(format!("{at} {}: {}", text(&payload, "Author"), text(&payload, "Body"))),
            "onConversationStateUpdated" => {
                let [from, to, reason] = ["StateFrom", "StateTo", "Reason"].map(|name| text(&payload, name));
                shown.push(format!("{at} {from}>{to} {reason}"));
            }
            _ => {}
        }
    }
    shown
}
