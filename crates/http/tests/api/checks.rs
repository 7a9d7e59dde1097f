//! The numbered black-box checks of the contract: conversations, their states and timers.

use dwell_testkit::TestApp;
use serde_json::json;

use crate::support::{
    CONVERSATIONS, all_items, at, conversation, everything, history, path_of, say, sid, state, state_events, text,
};

#[tokio::test]
async fn check_01_create_without_parameters() {
    let app = TestApp::new().await;
    let answer = app.post(CONVERSATIONS, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let c = answer.body;
    let url = format!("http://dwell.test{}", path_of(&c));
    let configuration = app.fetched("/v1/Configuration").await;
    let expected = json!({
        "sid": c["sid"],
        "account_sid": app.account.sid,
        "chat_service_sid": configuration["default_chat_service_sid"],
        "messaging_service_sid": configuration["default_messaging_service_sid"],
        "friendly_name": null,
        "unique_name": null,
        "attributes": "{}",
        "state": "active",
        "date_created": at(0),
        "date_updated": at(0),
        "timers": {},
        "bindings": {},
        "url": url,
        "links": {
            "participants": format!("{url}/Participants"),
            "messages": format!("{url}/Messages"),
            "webhooks": format!("{url}/Webhooks"),
            "export": format!("{url}/Export"),
        },
    });
    assert_eq!(c, expected);
    assert!(sid(&c).starts_with("CH") && sid(&c).len() == 34);
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    assert!(answer.headers["twilio-request-id"].to_str().unwrap().starts_with("RQ"));
    assert_eq!(app.fetched(&path_of(&c)).await, expected);
}

#[tokio::test]
async fn check_02_a_lone_closed_timer_shows_only_its_date() {
    let app = TestApp::new().await;
    let (c, _) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    assert_eq!(c["timers"], json!({"date_closed": at(600)}));
}

#[tokio::test]
async fn check_03_timer_values() {
    let app = TestApp::new().await;
    let (kept, kept_path) = conversation(&app, &[("Timers.Inactive", "PT2M"), ("Timers.Closed", "PT20M")]).await;
    for (name, value, code) in [
        ("Timers.Inactive", "PT30S", 50375),
        ("Timers.Inactive", "PT59S", 50375),
        ("Timers.Closed", "PT5M30S", 50376),
        ("Timers.Closed", "PT2M", 50376),
        ("Timers.Closed", "PT599S", 50376),
        ("Timers.Inactive", "P1M", 50379),
        ("Timers.Closed", "P1M", 50380),
        ("Timers.Inactive", "P1Y", 50379),
        ("Timers.Closed", "P1W", 50380),
        ("Timers.Inactive", "PT1.5M", 50379),
        ("Timers.Closed", "-PT10M", 50380),
        ("Timers.Inactive", "pt1m", 50379),
        ("Timers.Closed", "600", 50380),
        ("Timers.Inactive", "", 50379),
        ("Timers.Closed", "", 50380),
    ] {
        let answer = app.post(CONVERSATIONS, &[(name, value), ("FriendlyName", "x")]).await;
        assert_eq!(answer.refusal(), (400, code), "create {name}={value}");
        let answer = app.post(&kept_path, &[(name, value), ("FriendlyName", "x")]).await;
        assert_eq!(answer.refusal(), (400, code), "update {name}={value}");
    }
    assert_eq!(all_items(&app, CONVERSATIONS).await, [kept], "nothing was made and nothing changed");
    for (value, due) in [("PT0S", None), ("P0D", None), ("PT0M", None), ("PT600S", Some(600)), ("P1D", Some(86_400))] {
        let (c, _) = conversation(&app, &[("Timers.Closed", value)]).await;
        assert_eq!(c["timers"]["date_closed"].as_str().map(str::to_owned), due.map(at), "{value}");
        let (c, _) = conversation(&app, &[("Timers.Inactive", value)]).await;
        assert_eq!(c["timers"]["date_inactive"].as_str().map(str::to_owned), due.map(at), "{value}");
    }
}

#[tokio::test]
async fn check_04_states_that_cannot_be_set() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    let before = everything(&app).await;
    for (path, value, code) in [
        (CONVERSATIONS, "closed", 50384),
        (CONVERSATIONS, "CLOSED", 50384),
        (CONVERSATIONS, "foo", 50378),
        (CONVERSATIONS, "initializing", 50378),
        (&path, "foo", 50378),
        (&path, "initializing", 50378),
        (&path, "active ", 50378),
        (&path, "", 50374),
    ] {
        let answer = app.post(path, &[("State", value), ("FriendlyName", "x")]).await;
        assert_eq!(answer.refusal(), (400, code), "{path} State={value:?}");
    }
    assert_eq!(everything(&app).await, before);
    let (inactive, _) = conversation(&app, &[("State", "Inactive")]).await;
    assert_eq!(inactive["state"], "inactive", "enumerations are blind to case");
}

#[tokio::test]
async fn check_05_idle_until_closed_is_told_once() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    app.advance(599).await;
    assert_eq!(state(&app, &path).await, "active");
    app.advance(1).await;
    let closed = app.fetched(&path).await;
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["timers"], json!({"date_closed": at(600)}));
    app.advance(10_000).await;
    let payload = json!({
        "ConversationSid": c["sid"],
        "ChatServiceSid": c["chat_service_sid"],
        "MessagingServiceSid": c["messaging_service_sid"],
        "StateFrom": "active",
        "StateTo": "closed",
        "Reason": "TIMER",
        "StateUpdated": "2026-01-01T00:10:00.000Z",
    });
    assert_eq!(state_events(&app, &c).await, [(payload, true)]);
    let events = app.events(sid(&c)).await;
    let kinds: Vec<_> = events.iter().map(|e| (e.seq, e.kind.as_str(), e.notify)).collect();
    assert_eq!(kinds, [(1, "onConversationAdded", false), (2, "onConversationStateUpdated", true)]);
}

#[tokio::test]
async fn check_05_a_webhook_hears_once_of_a_close_that_nobody_asked_for() {
    let app = TestApp::new().await;
    let hook = [("PostWebhookUrl", "https://example.com/hook"), ("Filters", "onConversationStateUpdated")];
    app.made("/v1/Configuration/Webhooks", &hook).await;
    let (c, _) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    for seconds in [600, 10_000] {
        app.advance(seconds).await;
        app.deliver().await;
    }
    let calls = app.receivers.take_calls();
    let [call] = &calls[..] else { panic!("{} calls", calls.len()) };
    let param = |name: &str| call.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (name, value) in [
        ("EventType", "onConversationStateUpdated"),
        ("ConversationSid", sid(&c)),
        ("StateFrom", "active"),
        ("StateTo", "closed"),
        ("Reason", "TIMER"),
        ("StateUpdated", "2026-01-01T00:10:00.000Z"),
        ("RetryCount", "0"),
    ] {
        assert_eq!(param(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn check_06_a_message_does_not_postpone_a_lone_closed_timer() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    app.advance(599).await;
    say(&app, &path, "still here").await;
    assert_eq!(app.fetched(&path).await["timers"], json!({"date_closed": at(600)}));
    app.advance(1).await;
    assert_eq!(state(&app, &path).await, "closed");
    assert_eq!(history(&app, &c).await, ["active>closed TIMER 600"]);
}

#[tokio::test]
async fn check_07_inactive_timer_only() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    app.advance(60).await;
    assert_eq!(state(&app, &path).await, "inactive");
    app.advance(1_000_000).await;
    say(&app, &path, "hello again").await;
    let back = app.fetched(&path).await;
    assert_eq!((text(&back, "state"), &back["timers"]), ("active", &json!({"date_inactive": at(1_000_120)})));
    app.advance(59).await;
    assert_eq!(state(&app, &path).await, "active", "the clock was restarted");
    app.advance(1).await;
    assert_eq!(state(&app, &path).await, "inactive");
    app.advance(10 * 365 * 86_400).await;
    assert_eq!(state(&app, &path).await, "inactive", "it never closes");
    let expected = ["active>inactive TIMER 60", "inactive>active EVENT 1000060", "active>inactive TIMER 1000120"];
    assert_eq!(history(&app, &c).await, expected);
}

#[tokio::test]
async fn check_08_both_timers() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT60S"), ("Timers.Closed", "PT600S")]).await;
    for (seconds, expected) in [(59, "active"), (1, "inactive"), (599, "inactive"), (1, "closed")] {
        app.advance(seconds).await;
        assert_eq!(state(&app, &path).await, expected);
    }
    let closed = app.fetched(&path).await;
    assert_eq!(closed["timers"], json!({"date_inactive": at(60), "date_closed": at(660)}));
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 60", "inactive>closed TIMER 660"]);
}

#[tokio::test]
async fn check_09_what_a_closed_conversation_refuses_and_allows() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("UniqueName", "done")]).await;
    let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "hi").await));
    let added = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let participant = format!("{path}/Participants/{}", sid(&added));
    app.made(&path, &[("State", "closed")]).await;
    let before = everything(&app).await;
    let (messages, participants) = (format!("{path}/Messages"), format!("{path}/Participants"));
    let body: &[(&str, &str)] = &[("Body", "x")];
    for (method, path, form) in [
        ("POST", &messages, body),
        ("POST", &messages, &[]),
        ("POST", &message, body),
        ("POST", &message, &[]),
        ("DELETE", &message, &[]),
        ("POST", &participants, &[("Identity", "bob")]),
        ("POST", &participants, &[]),
        ("POST", &participant, &[("Attributes", "{}")]),
        ("POST", &participant, &[("LastReadMessageIndex", "0")]),
        ("POST", &participant, &[]),
        ("DELETE", &participant, &[]),
        ("POST", &path, &[("FriendlyName", "x")]),
        ("POST", &path, &[("UniqueName", "")]),
        ("POST", &path, &[("State", "active")]),
        ("POST", &path, &[("State", "closed")]),
        ("POST", &path, &[("State", "nonsense")]),
        ("POST", &path, &[("Timers.Closed", "PT10M")]),
        ("POST", &path, &[]),
    ] {
        let answer = app.send(method, path, form, Some(&app.account)).await;
        assert_eq!(answer.refusal(), (400, 50377), "{method} {path} {form:?}");
        assert_eq!(answer.body["message"], "Can't update conversation as it's in final closed state");
    }
    assert_eq!(everything(&app).await, before);
    for path in [&path, &messages, &message, &participants, &participant] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.get("/v1/Conversations?State=closed").await.body["conversations"].as_array().unwrap().len(), 1);
    let deleted = app.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for path in [&path, &messages, &message, &participants, &participant] {
        assert_eq!(app.get(path).await.refusal(), (404, 20404), "{path}");
    }
}

#[tokio::test]
async fn check_10_a_closed_one_keeps_its_unique_name_until_deleted() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&path, &[("State", "closed")]).await;
    let taken = app.post(CONVERSATIONS, &[("UniqueName", "room")]).await;
    assert_eq!(taken.refusal(), (409, 50353));
    assert_eq!(taken.body["message"], "Conversation with provided unique name already exists");
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.post(CONVERSATIONS, &[("UniqueName", "room")]).await.status, 201);
}

#[tokio::test]
async fn check_11_an_address_pair_is_held_once() {
    let app = TestApp::new().await;
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    let other = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122663")];
    let (mut holder, mut path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    let added = app.made(&format!("{path}/Participants"), &pair).await;
    let binding = json!({"type": "sms", "address": "+15017122661", "proxy_address": "+15017122662"});
    assert_eq!((&added["messaging_binding"], &added["identity"]), (&binding, &json!(null)));
    // Whatever ends the hold of one conversation lets the next one have the pair.
    for release in ["by hand", "by timer", "participant deleted", "conversation deleted"] {
        let (next, next_path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
        let participants = format!("{next_path}/Participants");
        for path in [&participants, &format!("{path}/Participants")] {
            let answer = app.post(path, &pair).await;
            assert_eq!(answer.refusal(), (409, 50416), "{path}");
            let message = text(&answer.body, "message");
            let text = "A binding for this participant and proxy address already exists in Conversation";
            assert_eq!(message, format!("{text} {}", sid(&holder)));
        }
        let differing = app.made(&participants, &other).await;
        assert_eq!(app.delete(&format!("{participants}/{}", sid(&differing))).await.status, 204);
        match release {
            "by hand" => _ = app.made(&path, &[("State", "closed")]).await,
            "by timer" => app.advance(600).await,
            "participant deleted" => {
                let held = all_items(&app, &format!("{path}/Participants")).await;
                app.delete(&format!("{path}/Participants/{}", sid(&held[0]))).await;
            }
            _ => _ = app.delete(&path).await,
        }
        if release == "by timer" {
            // It has closed the next one as well.
            (holder, path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
        } else {
            (holder, path) = (next, next_path);
        }
        assert_eq!(app.post(&format!("{path}/Participants"), &pair).await.status, 201, "{release}");
    }
    let foreign = app.new_account().await;
    let made = app.send("POST", CONVERSATIONS, &[], Some(&foreign)).await;
    let participants = format!("{}/Participants", path_of(&made.body));
    assert_eq!(app.send("POST", &participants, &pair, Some(&foreign)).await.status, 201, "pairs are the account's own");
}

#[tokio::test]
async fn check_12_an_identity_joins_once() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    let participants = format!("{path}/Participants");
    let ann = app.made(&participants, &[("Identity", "ann")]).await;
    assert_eq!((&ann["identity"], &ann["messaging_binding"]), (&json!("ann"), &json!(null)));
    let again = app.post(&participants, &[("Identity", "ann")]).await;
    assert_eq!(again.refusal(), (409, 50433));
    assert_eq!(again.body["message"], "Participant already exists");
    assert_eq!(app.post(&participants, &[("Identity", "Ann")]).await.status, 201, "identities know case");
    assert_eq!(app.delete(&format!("{participants}/ann")).await.status, 204);
    assert_eq!(app.post(&participants, &[("Identity", "ann")]).await.status, 201);
}
