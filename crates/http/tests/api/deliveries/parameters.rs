//! What is sent with each event.

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::Timestamp;
use dwell_core::webhook::{Method, POST_EVENTS};
use dwell_testkit::TestApp;
use dwell_testkit::deliveries::{Status, Way};
use serde_json::Value;

use super::{ACCOUNT_HOOKS, URL, configure, heard, params};
use crate::support::{CONVERSATIONS, default_service, path_of, sid};

/// The parameters of each event beside `AccountSid` and `EventType` (contract §10.5, §6.6); those of a
/// resource that has everything, but for media and what only SDKs and channels bring about.
#[rustfmt::skip] // A table: one event a line.
pub(super) const PARAMETERS: &[(&str, &[&str])] = &[
    ("onConversationAdded", &["Source", "ConversationSid", "ChatServiceSid", "MessagingServiceSid", "FriendlyName", "UniqueName", "Attributes", "State", "DateCreated", "DateUpdated"]),
    ("onConversationUpdated", &["Source", "ConversationSid", "ChatServiceSid", "MessagingServiceSid", "FriendlyName", "UniqueName", "Attributes", "State", "DateCreated", "DateUpdated"]),
    ("onConversationRemoved", &["Source", "ConversationSid", "ChatServiceSid", "MessagingServiceSid", "FriendlyName", "UniqueName", "Attributes", "State", "DateCreated", "DateUpdated", "DateRemoved"]),
    ("onConversationStateUpdated", &["ConversationSid", "ChatServiceSid", "MessagingServiceSid", "StateFrom", "StateTo", "StateUpdated", "Reason"]),
    ("onMessageAdded", &["Source", "ConversationSid", "MessageSid", "Index", "Body", "Author", "ParticipantSid", "Attributes", "DateCreated"]),
    ("onMessageUpdated", &["Source", "ConversationSid", "MessageSid", "Index", "Body", "Author", "ParticipantSid", "Attributes", "DateCreated", "DateUpdated"]),
    ("onMessageRemoved", &["Source", "ConversationSid", "MessageSid", "Index", "Body", "Author", "ParticipantSid", "Attributes", "DateCreated", "DateUpdated", "DateRemoved"]),
    ("onParticipantAdded", &["Source", "ConversationSid", "ParticipantSid", "Identity", "RoleSid", "Attributes", "MessagingBinding.Type", "DateCreated", "DateUpdated"]),
    ("onParticipantUpdated", &["Source", "ConversationSid", "ParticipantSid", "Identity", "RoleSid", "Attributes", "MessagingBinding.Type", "DateCreated", "DateUpdated", "LastReadMessageIndex"]),
    ("onParticipantRemoved", &["Source", "ConversationSid", "ParticipantSid", "Identity", "RoleSid", "Attributes", "MessagingBinding.Type", "DateCreated", "DateUpdated", "DateRemoved"]),
    ("onUserAdded", &["Source", "ChatServiceSid", "UserSid", "Identity", "RoleSid", "Attributes", "FriendlyName", "DateCreated", "DateUpdated"]),
    ("onUserUpdated", &["Source", "ChatServiceSid", "UserSid", "Identity", "RoleSid", "Attributes", "FriendlyName", "DateCreated", "DateUpdated"]),
];

/// Everything that can happen, told: each event once, in order, and the conversation and the user.
async fn everything_happens(app: &TestApp) -> (Value, Value) {
    let user = heard(app, "POST", "/v1/Users", &[("Identity", "ann"), ("FriendlyName", "Ann")]).await;
    app.clock.advance(1);
    heard(app, "POST", &format!("/v1/Users/{}", sid(&user)), &[("Attributes", "{\"a\":1}")]).await;
    let named = [("FriendlyName", "Room"), ("UniqueName", "room"), ("Attributes", "{\"b\":2}")];
    let c = heard(app, "POST", CONVERSATIONS, &named).await;
    let path = path_of(&c);
    let (participants, messages) = (format!("{path}/Participants"), format!("{path}/Messages"));
    let p = heard(app, "POST", &participants, &[("Identity", "ann")]).await;
    let p = format!("{participants}/{}", sid(&p));
    let m = heard(app, "POST", &messages, &[("Body", "hello"), ("Author", "ann")]).await;
    heard(app, "POST", &p, &[("LastReadMessageIndex", "0")]).await;
    let m = format!("{messages}/{}", sid(&m));
    heard(app, "POST", &m, &[("Body", "Hello 🕰 & more")]).await;
    heard(app, "DELETE", &m, &[]).await;
    heard(app, "DELETE", &p, &[]).await;
    heard(app, "POST", &path, &[("State", "inactive")]).await;
    heard(app, "DELETE", &path, &[]).await;
    (c, user)
}

#[tokio::test]
async fn every_event_has_exactly_its_parameters() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let (c, user) = everything_happens(&app).await;
    let mut found = app.waiting(&app.account.sid, sid(&user)).await;
    found.extend(app.waiting(&app.account.sid, sid(&c)).await);
    let events: Vec<_> = found.iter().map(|delivery| delivery.event.as_str()).collect();
    let expected = [
        "onUserAdded",
        "onUserUpdated",
        "onConversationAdded",
        "onParticipantAdded",
        "onMessageAdded",
        "onParticipantUpdated",
        "onMessageUpdated",
        "onMessageRemoved",
        "onParticipantRemoved",
        "onConversationStateUpdated",
        "onConversationUpdated",
        "onConversationRemoved",
    ];
    assert_eq!(events, expected);
    assert_eq!(PARAMETERS.len(), expected.len());
    for delivery in &found {
        let (_, own) = PARAMETERS.iter().find(|(event, _)| *event == delivery.event).unwrap();
        let sent = params(delivery);
        let names: BTreeSet<_> = sent.keys().map(String::as_str).collect();
        let expected: BTreeSet<_> = own.iter().copied().chain(["AccountSid", "EventType"]).collect();
        assert_eq!(names, expected, "{}", delivery.event);
        assert_eq!((&sent["AccountSid"], &sent["EventType"]), (&app.account.sid, &delivery.event));
        assert_eq!(sent.get("Source").map_or("API", String::as_str), "API");
        for (name, value) in &sent {
            if name.starts_with("Date") || name == "StateUpdated" {
                let at = Timestamp::parse(value).unwrap_or_else(|| panic!("{name}: {value}"));
                assert_eq!(*value, at.to_rfc3339_millis(), "{name}");
            }
        }
        assert_eq!((delivery.url.as_str(), delivery.way), (URL, Way::Call(Method::Post)));
        assert_eq!((delivery.status, delivery.attempts, delivery.finished_at), (Status::Pending, 0, None));
    }
    let of = |event: &str| params(found.iter().find(|delivery| delivery.event == event).unwrap());
    let some = |event: &str, names: &[&str]| {
        let sent = of(event);
        names.iter().map(|name| sent[*name].clone()).collect::<Vec<_>>()
    };
    let service = default_service(&app).await;
    assert_eq!(some("onMessageRemoved", &["Body", "Index", "Author"]), ["Hello 🕰 & more", "0", "ann"]);
    assert_eq!(some("onMessageAdded", &["Body", "DateCreated"]), ["hello", "2026-01-01T00:00:01.000Z"]);
    assert_eq!(some("onParticipantUpdated", &["MessagingBinding.Type", "LastReadMessageIndex"]), ["CHAT", "0"]);
    assert_eq!(
        some("onConversationRemoved", &["Attributes", "State", "UniqueName"]),
        ["{\"b\":2}", "inactive", "room"]
    );
    let changed = ["StateFrom", "StateTo", "Reason", "ChatServiceSid", "ConversationSid"];
    assert_eq!(some("onConversationStateUpdated", &changed), ["active", "inactive", "API", &service, sid(&c)]);
    assert_eq!(some("onUserUpdated", &["Identity", "Attributes", "UserSid"]), ["ann", "{\"a\":1}", sid(&user)]);
}

#[tokio::test]
async fn what_is_not_there_is_not_sent() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let c = heard(&app, "POST", CONVERSATIONS, &[]).await;
    let binding = [("MessagingBinding.Address", "+37256123457"), ("MessagingBinding.ProxyAddress", "+37256123456")];
    heard(&app, "POST", &format!("{}/Participants", path_of(&c)), &binding).await;
    heard(&app, "POST", &format!("{}/Messages", path_of(&c)), &[("Body", "x")]).await;
    let sent: Vec<_> = app.waiting(&app.account.sid, sid(&c)).await.iter().map(params).collect();
    let absent = |sent: &BTreeMap<String, String>, names: &[&str]| names.iter().all(|name| !sent.contains_key(*name));
    assert!(absent(&sent[0], &["FriendlyName", "UniqueName"]), "{:?}", sent[0]);
    assert!(absent(&sent[1], &["Identity", "MessagingBinding.ProjectedAddress", "DateRemoved"]), "{:?}", sent[1]);
    let binding = ["Type", "Address", "ProxyAddress"].map(|name| sent[1][&format!("MessagingBinding.{name}")].as_str());
    assert_eq!(binding, ["SMS", "+37256123457", "+37256123456"]);
    assert!(absent(&sent[2], &["ParticipantSid", "Media", "DateUpdated"]), "{:?}", sent[2]);
}
