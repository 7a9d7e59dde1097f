//! Who is told of what: the deliveries that writes and timers leave behind for the dispatcher.

mod parameters;
mod replays;

use std::collections::BTreeMap;

use dwell_core::Timestamp;
use dwell_core::lifecycle::State;
use dwell_core::webhook::{Method, POST_EVENTS};
use dwell_testkit::deliveries::{Delivery, Way};
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
    assert_eq!((first.url.as_str(), first.way), ("https://example.com/scoped", Way::Call(Method::Get)));
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
