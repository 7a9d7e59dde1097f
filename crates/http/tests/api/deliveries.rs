//! Who is told of what: the deliveries that writes and timers leave behind for the dispatcher.

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::Timestamp;
use dwell_core::lifecycle::State;
use dwell_core::webhook::{Method, POST_EVENTS};
use dwell_testkit::deliveries::{Delivery, Status};
use dwell_testkit::{START, TestApp};
use serde_json::Value;

use crate::checks_of_webhooks::write;
use crate::support::{CONVERSATIONS, conversation, default_service, path_of, post_with, say, sid, text};

const ACCOUNT_HOOKS: &str = "/v1/Configuration/Webhooks";
const URL: &str = "https://example.com/account";
const TRUE: Option<&str> = Some("true");

/// The names of the events that wait in a queue.
async fn told(app: &TestApp, hook: &str, stream: &Value) -> Vec<String> {
    app.waiting(hook, sid(stream)).await.into_iter().map(|delivery| delivery.event).collect()
}

/// The bodies of the messages that wait in a queue.
async fn bodies(app: &TestApp, hook: &Value, stream: &Value) -> Vec<String> {
    app.waiting(sid(hook), sid(stream)).await.iter().map(|delivery| params(delivery)["Body"].clone()).collect()
}

fn params(delivery: &Delivery) -> BTreeMap<String, String> {
    serde_json::from_str(&delivery.params).expect("an object of texts")
}

/// How many deliveries there are, of everybody to everybody. They are gone after that.
async fn count(app: &TestApp) -> u64 {
    app.sql("DELETE FROM webhook_queues").await;
    app.sql("DELETE FROM webhook_deliveries").await
}

/// Has webhooks of an account or a service told of some events.
async fn configure(app: &TestApp, path: &str, events: &[&str]) {
    let mut form = vec![("PostWebhookUrl", URL), ("Filters", "")];
    form.extend(events.iter().map(|event| ("Filters", *event)));
    app.made(path, &form).await;
}

/// A webhook of one conversation.
async fn scoped(app: &TestApp, path: &str, more: &[(&str, &str)]) -> Value {
    let target = if more.iter().any(|(name, _)| *name == "Configuration.Triggers") { "trigger" } else { "webhook" };
    let form = [&[("Target", target), ("Configuration.Url", "https://example.com/scoped")], more].concat();
    app.made(&format!("{path}/Webhooks"), &form).await
}

async fn heard(app: &TestApp, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
    write(app, method, path, form, TRUE).await.body
}

/// The parameters of each event beside `AccountSid` and `EventType` (contract §10.5, §6.6); those of a
/// resource that has everything, but for media and what only SDKs and channels bring about.
#[rustfmt::skip] // A table: one event a line.
const PARAMETERS: &[(&str, &[&str])] = &[
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
        assert_eq!((delivery.url.as_str(), delivery.method), (URL, Method::Post));
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

#[tokio::test]
async fn only_writes_with_the_header_are_told() {
    for header in [None, Some("false"), TRUE, Some("TRUE")] {
        let app = TestApp::new().await;
        configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
        let c = write(&app, "POST", CONVERSATIONS, &[], header).await.body;
        let messages = format!("{}/Messages", path_of(&c));
        let m = write(&app, "POST", &messages, &[("Body", "x")], header).await.body;
        write(&app, "POST", &format!("{messages}/{}", sid(&m)), &[("Body", "y")], header).await;
        write(&app, "DELETE", &format!("{messages}/{}", sid(&m)), &[], header).await;
        write(&app, "POST", &path_of(&c), &[("State", "inactive")], header).await;
        write(&app, "DELETE", &path_of(&c), &[], header).await;
        write(&app, "POST", "/v1/Users", &[("Identity", "ann")], header).await;
        let is_told = header.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        assert_eq!(count(&app).await, if is_told { 8 } else { 0 }, "{header:?}");
    }
}

#[tokio::test]
async fn what_is_refused_is_not_told() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let (c, path) = conversation(&app, &[("UniqueName", "room")]).await;
    let header = ("X-Twilio-Webhook-Enabled", "true");
    for (path, form) in [
        (CONVERSATIONS, [("UniqueName", "room")]),
        (&path, [("State", "none")]),
        (&format!("{path}/Messages"), [("Attributes", "x")]),
        (&format!("{path}/Participants"), [("RoleSid", "x")]),
        ("/v1/Users", [("Attributes", "x")]),
    ] {
        assert_eq!(post_with(&app, path, &form, header).await.status / 100, 4, "{path}");
    }
    assert_eq!(heard(&app, "POST", &path, &[]).await, c, "nor is what changes nothing");
    assert_eq!(count(&app).await, 0);
}

#[tokio::test]
async fn filters_and_levels_say_who_hears() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    let service_hooks = format!("/v1/Services/{service}/Configuration/Webhooks");
    let (c, path) = conversation(&app, &[]).await;
    let account = app.account.sid.clone();
    let happens = async || {
        heard(&app, "POST", &format!("{path}/Messages"), &[("Body", "x")]).await;
        heard(&app, "POST", &path, &[("FriendlyName", "x")]).await;
        let told = (told(&app, &account, &c).await, told(&app, &service, &c).await);
        count(&app).await;
        told
    };
    let none = Vec::<String>::new;
    assert_eq!(happens().await, (none(), none()), "nothing is set up");
    configure(&app, ACCOUNT_HOOKS, &["onConversationUpdated", "onUserAdded", "onMessageAdd"]).await;
    assert_eq!(happens().await, (vec!["onConversationUpdated".to_owned()], none()));
    app.made(ACCOUNT_HOOKS, &[("PostWebhookUrl", ""), ("PreWebhookUrl", URL)]).await;
    assert_eq!(happens().await, (none(), none()), "nobody to tell");
    app.made(ACCOUNT_HOOKS, &[("PostWebhookUrl", URL), ("Target", "flex")]).await;
    assert_eq!(happens().await, (none(), none()), "routed elsewhere");
    app.made(ACCOUNT_HOOKS, &[("Target", "webhook")]).await;
    configure(&app, &service_hooks, &["onMessageAdded"]).await;
    assert_eq!(happens().await, (none(), vec!["onMessageAdded".to_owned()]), "the service's own");
    app.made(&service_hooks, &[("PostWebhookUrl", "")]).await;
    assert_eq!(happens().await, (none(), none()), "cleared, it still takes the place of the account's");
    // Elsewhere the account's holds.
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&other));
    let there = app.made(&format!("{tree}/Conversations"), &[]).await;
    heard(&app, "POST", &format!("{tree}/Conversations/{}", sid(&there)), &[("FriendlyName", "x")]).await;
    heard(&app, "POST", &format!("{tree}/Users"), &[("Identity", "ann")]).await;
    assert_eq!(told(&app, &account, &there).await, ["onConversationUpdated"]);
    assert_eq!(count(&app).await, 2);
}

#[tokio::test]
async fn webhooks_of_a_conversation_hear_of_it_alone_and_in_addition() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, &["onMessageAdded"]).await;
    let (c, path) = conversation(&app, &[]).await;
    let (other, elsewhere) = conversation(&app, &[]).await;
    let filters = [("Configuration.Filters", "onMessageAdded"), ("Configuration.Filters", "onConversationRemoved")];
    let hook = scoped(&app, &path, &[&filters[..], &[("Configuration.Method", "get")]].concat()).await;
    let second = scoped(&app, &path, &filters[1..]).await;
    let studio = [("Target", "studio"), ("Configuration.FlowSid", "FW00000000000000000000000000000000")];
    app.made(&format!("{path}/Webhooks"), &studio).await;
    for path in [&path, &elsewhere] {
        heard(&app, "POST", &format!("{path}/Messages"), &[("Body", "x")]).await;
        heard(&app, "DELETE", path, &[]).await;
    }
    for stream in [&c, &other] {
        assert_eq!(told(&app, &app.account.sid, stream).await, ["onMessageAdded"]);
    }
    // It was there when the conversation went, and its deliveries outlive it.
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(told(&app, sid(&hook), &c).await, ["onMessageAdded", "onConversationRemoved"]);
    assert_eq!(told(&app, sid(&second), &c).await, ["onConversationRemoved"]);
    let first = &app.waiting(sid(&hook), sid(&c)).await[0];
    assert_eq!((first.url.as_str(), first.method), ("https://example.com/scoped", Method::Get));
    assert_eq!(count(&app).await, 5);
}

#[tokio::test]
async fn triggers_hear_of_messages_with_a_keyword() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    let filters = ["onMessageAdded", "onMessageRemoved", "onParticipantAdded"].map(|f| ("Configuration.Filters", f));
    let triggers = [("Configuration.Triggers", "Help"), ("Configuration.Triggers", "hilfe!")];
    let hook = scoped(&app, &path, &[&filters[..], &triggers[..]].concat()).await;
    heard(&app, "POST", &format!("{path}/Participants"), &[("Identity", "help")]).await;
    for body in ["whelp", "hel p", "Bitte HILFE!", "hilfe"] {
        let form = [("Body", body), ("Author", "help"), ("Attributes", "{\"help\":1}")];
        let m = heard(&app, "POST", &format!("{path}/Messages"), &form).await;
        heard(&app, "DELETE", &format!("{path}/Messages/{}", sid(&m)), &[]).await;
    }
    say(&app, &path, "help, but without the header").await;
    assert_eq!(bodies(&app, &hook, &c).await, ["whelp", "whelp", "Bitte HILFE!", "Bitte HILFE!"]);
    assert_eq!(told(&app, sid(&hook), &c).await[..2], ["onMessageAdded", "onMessageRemoved"]);
}

#[tokio::test]
async fn timers_and_reactivation_are_told_without_any_header() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    let filters = [("Configuration.Filters", "onConversationStateUpdated")];
    let hook = scoped(&app, &path, &filters).await;
    app.advance(60).await;
    say(&app, &path, "back again").await;
    app.made(&path, &[("State", "inactive")]).await;
    app.made(&path, &[("State", "active")]).await;
    app.advance(60).await;
    app.advance(600).await;
    app.advance(600).await;
    app.fire_due().await;
    let app = app.restart().await;
    app.fire_due().await;
    let changes = async |hook: &str| {
        let found = app.waiting(hook, sid(&c)).await;
        let change = |delivery: &Delivery| {
            let sent = params(delivery);
            let at = Timestamp::parse(&sent["StateUpdated"]).unwrap().micros_since(START) / 1_000_000;
            assert_eq!(delivery.event, "onConversationStateUpdated");
            format!("{}>{} {} {at}", sent["StateFrom"], sent["StateTo"], sent["Reason"])
        };
        found.iter().map(change).collect::<Vec<_>>()
    };
    let expected = [
        "active>inactive TIMER 60",
        "inactive>active EVENT 60",
        "active>inactive TIMER 120",
        "inactive>closed TIMER 720",
    ];
    assert_eq!(changes(&app.account.sid).await, expected);
    assert_eq!(changes(sid(&hook)).await, expected);
}

#[tokio::test]
async fn what_comes_due_on_the_way_is_told_in_its_place_and_once() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let filters = [("Configuration.Filters", "onConversationStateUpdated")];
    let before = scoped(&app, &path, &filters).await;
    // The scheduler was not there in time.
    app.clock.advance(60);
    let after = scoped(&app, &path, &filters).await;
    assert_eq!(told(&app, sid(&before), &c).await, ["onConversationStateUpdated"]);
    assert_eq!(told(&app, sid(&after), &c).await, [""; 0], "it was not there yet");
    heard(&app, "POST", &format!("{path}/Messages"), &[("Body", "x")]).await;
    app.clock.advance(60);
    assert_eq!(app.delete(&format!("{path}/Webhooks/{}", sid(&before))).await.status, 204);
    app.fire_due().await;
    assert_eq!(told(&app, sid(&before), &c).await.len(), 3, "it was there still");
    let expected =
        ["onConversationStateUpdated", "onMessageAdded", "onConversationStateUpdated", "onConversationStateUpdated"];
    assert_eq!(told(&app, &app.account.sid, &c).await, expected);
    let numbers: Vec<_> = app.waiting(&app.account.sid, sid(&c)).await.iter().map(|delivery| delivery.seq).collect();
    assert_eq!(numbers, [2, 3, 4, 5], "the events' own");
    let events = app.events(sid(&c)).await;
    assert_eq!(events.len(), 5);
}

#[tokio::test]
async fn timers_of_many_conversations_and_services_are_told_together() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, &["onConversationStateUpdated"]).await;
    let mut trees = vec!["/v1".to_owned()];
    for name in ["quiet", "gone"] {
        let service = app.made("/v1/Services", &[("FriendlyName", name)]).await;
        trees.push(format!("/v1/Services/{}", sid(&service)));
    }
    configure(&app, &format!("{}/Configuration/Webhooks", trees[1]), &["onMessageAdded"]).await;
    let mut made = Vec::new();
    for (n, tree) in trees.iter().cycle().take(12).enumerate() {
        let c = app.made(&format!("{tree}/Conversations"), &[("Timers.Closed", "PT10M")]).await;
        let path = format!("{tree}/Conversations/{}", sid(&c));
        let hook = if n % 2 == 0 {
            Some(scoped(&app, &path, &[("Configuration.Filters", "onConversationStateUpdated")]).await)
        } else {
            None
        };
        made.push((n % 3, c, hook));
    }
    assert_eq!(app.delete(&trees[2]).await.status, 204);
    app.advance(600).await;
    for (tree, c, hook) in &made {
        let is_told = |is: bool| if is { vec!["onConversationStateUpdated".to_owned()] } else { vec![] };
        assert_eq!(told(&app, &app.account.sid, c).await, is_told(*tree == 0));
        if let Some(hook) = hook {
            assert_eq!(told(&app, sid(hook), c).await, is_told(*tree < 2));
        }
    }
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(count(&app).await, 4 + 4, "nobody hears of what went with a service");
}

#[tokio::test]
async fn the_participants_of_a_new_conversation_are_told_as_they_come() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    for (header, expected) in [(TRUE, 5), (None, 0)] {
        let form = [("Participant", "{\"identity\":\"ann\"}"), ("Participant", "{\"identity\":\"ben\"}")];
        let c = write(&app, "POST", "/v1/ConversationWithParticipants", &form, header).await.body;
        app.initialize().await;
        let events = told(&app, &app.account.sid, &c).await;
        if header.is_some() {
            let expected =
                ["onConversationAdded", "onParticipantAdded", "onParticipantAdded", "onConversationStateUpdated"];
            assert_eq!(events, expected);
        }
        let users = if header.is_some() { 2 } else { 0 };
        assert_eq!(count(&app).await, if expected > 0 { 4 + users } else { 0 });
    }
}

#[tokio::test]
async fn a_deleted_user_leaves_its_conversations_and_they_are_told() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let user = app.made("/v1/Users", &[("Identity", "ann")]).await;
    let mut all = Vec::new();
    for _ in 0..2 {
        let (c, path) = conversation(&app, &[]).await;
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
        all.push(c);
    }
    heard(&app, "DELETE", &format!("/v1/Users/{}", sid(&user)), &[]).await;
    for c in &all {
        assert_eq!(told(&app, &app.account.sid, c).await, ["onParticipantRemoved"]);
    }
    assert_eq!(told(&app, &app.account.sid, &user).await, [""; 0]);
}

#[tokio::test]
async fn accounts_never_hear_of_each_other() {
    let app = TestApp::new().await;
    configure(&app, ACCOUNT_HOOKS, POST_EVENTS).await;
    let stranger = app.new_account().await;
    let tester = app.new_test_account().await;
    for account in [&stranger, &tester] {
        let form = [("Timers.Closed", "PT10M")];
        assert_eq!(app.send("POST", CONVERSATIONS, &form, Some(account)).await.status, 201);
    }
    app.advance(600).await;
    let advance = app.send("POST", "/dwell/v1/TestClock/Advance", &[("By", "PT10M")], Some(&tester)).await;
    assert_eq!(advance.status, 200, "{}", advance.text);
    assert_eq!(count(&app).await, 0);
    // A test account hears of its own, at a time that the other side lives in.
    let form = [("PostWebhookUrl", URL), ("Filters", "onConversationStateUpdated")];
    assert_eq!(app.send("POST", ACCOUNT_HOOKS, &form, Some(&tester)).await.status, 200);
    let c = app.send("POST", CONVERSATIONS, &[("Timers.Closed", "PT10M")], Some(&tester)).await.body;
    app.send("POST", "/dwell/v1/TestClock/Advance", &[("By", "P30D")], Some(&tester)).await;
    let found = app.waiting(&tester.sid, sid(&c)).await;
    assert_eq!(found.iter().map(|delivery| delivery.created_at).collect::<Vec<_>>(), [START.plus_seconds(600)]);
    assert_ne!(text(&c, "state"), State::Closed.as_str());
}

#[tokio::test]
async fn a_new_webhook_is_told_of_the_messages_before_it_and_then_of_newer_ones() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    let mut made = Vec::new();
    for body in ["0", "1", "2", "3", "4", "5", "6"] {
        made.push(say(&app, &path, body).await);
    }
    assert_eq!(app.delete(&format!("{path}/Messages/{}", sid(&made[3]))).await.status, 204);
    app.made(&format!("{path}/Messages/{}", sid(&made[4])), &[("Body", "4, edited")]).await;
    let filters = [("Configuration.Filters", "onMessageAdded"), ("Configuration.Filters", "onMessageUpdated")];
    let after = |index: &'static str| [&filters[..], &[("Configuration.ReplayAfter", index)]].concat();
    let hook = scoped(&app, &path, &after("1")).await;
    // Newer ones come before anybody looks at the queue.
    heard(&app, "POST", &format!("{path}/Messages"), &[("Body", "7")]).await;
    say(&app, &path, "8, without the header").await;
    let last = format!("{path}/Messages/{}", sid(&made[6]));
    heard(&app, "POST", &last, &[("Body", "6, edited")]).await;
    assert_eq!(bodies(&app, &hook, &c).await, ["7", "6, edited"]);
    let app = app.restart().await;
    assert_eq!(app.replay(2).await, [(true, 2), (true, 2)]);
    assert_eq!(bodies(&app, &hook, &c).await, ["2", "4, edited", "5", "6, edited", "7", "6, edited"]);
    let first = &app.waiting(sid(&hook), sid(&c)).await[0];
    let names: BTreeSet<_> = params(first).into_keys().collect();
    let own = PARAMETERS.iter().find(|(event, _)| *event == "onMessageAdded").unwrap().1;
    let expected = own.iter().chain(&["AccountSid", "EventType"]).filter(|name| **name != "ParticipantSid");
    assert_eq!(names, expected.map(|name| (*name).to_owned()).collect());
    assert_eq!(app.replay(2).await, [], "that was all");

    // Nothing to replay: no such message yet, no wish, no interest.
    count(&app).await;
    for more in [&after("8")[..], &after("99"), &after("9223372036854775807"), &filters] {
        let made = scoped(&app, &path, more).await;
        assert_eq!(app.delete(&format!("{path}/Webhooks/{}", sid(&made))).await.status, 204);
    }
    scoped(&app, &path, &[("Configuration.Filters", "onParticipantAdded"), ("Configuration.ReplayAfter", "0")]).await;
    app.clock.advance(100);
    assert_eq!(app.sql("DELETE FROM webhook_queues").await, 0);
}

#[tokio::test]
async fn a_trigger_is_told_of_the_old_messages_with_a_keyword() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    for n in 0..9 {
        say(&app, &path, if n % 4 == 0 { "Help!" } else { "nothing" }).await;
    }
    let wish = [("Configuration.Triggers", "help"), ("Configuration.ReplayAfter", "0")];
    let hook = scoped(&app, &path, &wish).await;
    // What has no keyword is passed over, a few at a time.
    assert_eq!(app.replay(2).await, [(false, 0), (true, 1), (false, 0), (true, 1)]);
    assert_eq!(bodies(&app, &hook, &c).await, ["Help!", "Help!"]);
    let found = app.waiting(sid(&hook), sid(&c)).await;
    assert_eq!(found.iter().map(|delivery| params(delivery)["Index"].clone()).collect::<Vec<_>>(), ["4", "8"]);
}

#[tokio::test]
async fn a_replay_ends_with_its_webhook() {
    let app = TestApp::new().await;
    for gone in ["webhook", "conversation"] {
        let (_, path) = conversation(&app, &[]).await;
        for body in ["0", "1", "2"] {
            say(&app, &path, body).await;
        }
        let wish = [("Configuration.Filters", "onMessageAdded"), ("Configuration.ReplayAfter", "0")];
        let hook = scoped(&app, &path, &wish).await;
        let path = if gone == "webhook" { format!("{path}/Webhooks/{}", sid(&hook)) } else { path };
        assert_eq!(app.delete(&path).await.status, 204);
        assert_eq!(app.replay(1).await, [(true, 0)], "{gone}");
        assert_eq!(count(&app).await, 0);
    }
}
