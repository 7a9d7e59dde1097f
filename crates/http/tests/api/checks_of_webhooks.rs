//! The numbered black-box checks of the contract: who hears of what, and webhooks of a conversation.
//!
//! An event that is marked for webhooks is what the delivery takes up, whatever is not marked it leaves
//! alone.

use std::sync::Arc;

use dwell_engine::hooks::Call;
use dwell_testkit::{Answer, Behaviour, TestApp};
use serde_json::{Value, json};

use crate::support::{
    CONVERSATIONS, FORM_TYPE, all_items, conversation, event_kinds, everything, history, path_of, post_with, raw, say,
    sid, state, state_events, text,
};

const HEADER: &str = "x-twilio-webhook-enabled";

/// A write with the header, or without.
pub(crate) async fn write(
    app: &TestApp,
    method: &str,
    path: &str,
    form: &[(&str, &str)],
    header: Option<&str>,
) -> Answer {
    let answer = match (header, method) {
        (None, _) => app.send(method, path, form, Some(&app.account)).await,
        (Some(value), "POST") => post_with(app, path, form, (HEADER, value)).await,
        (Some(value), _) => {
            let authorization = app.account.authorization();
            let headers = [("host", "dwell.test"), ("authorization", &*authorization), ("content-type", FORM_TYPE)];
            raw(app, method, path, &[&headers[..], &[(HEADER, value)]].concat(), "").await
        }
    };
    assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
    answer
}

/// Every kind of write to a conversation and a user; returns both.
async fn write_everything(app: &TestApp, identity: &str, header: Option<&str>) -> (Value, Value) {
    let user = write(app, "POST", "/v1/Users", &[("Identity", identity)], header).await.body;
    let user_path = format!("/v1/Users/{}", sid(&user));
    write(app, "POST", &user_path, &[("FriendlyName", "Ann")], header).await;

    let conversation = write(app, "POST", CONVERSATIONS, &[("Timers.Inactive", "PT1M")], header).await.body;
    let path = path_of(&conversation);
    write(app, "POST", &path, &[("FriendlyName", "x")], header).await;
    for (list, made, changed) in
        [("Participants", ("Identity", identity), ("Attributes", "{}")), ("Messages", ("Body", "x"), ("Body", "y"))]
    {
        let list = format!("{path}/{list}");
        let item = write(app, "POST", &list, &[made], header).await.body;
        let item = format!("{list}/{}", sid(&item));
        write(app, "POST", &item, &[changed], header).await;
        write(app, "DELETE", &item, &[], header).await;
    }
    write(app, "POST", &path, &[("State", "inactive")], header).await;
    (conversation, user)
}

/// What `RequestValidator` says of the signature is asked where the official packages are, in `sdk-tests`.
#[tokio::test]
async fn check_19_a_webhook_hears_of_writes_with_the_header() {
    let app = TestApp::new().await;
    let hook = [("PostWebhookUrl", "https://example.com/hook"), ("Filters", "onMessageAdded")];
    app.made("/v1/Configuration/Webhooks", &hook).await;
    let (_, path) = conversation(&app, &[]).await;
    let messages = format!("{path}/Messages");
    for (header, calls) in [(None, 0), (Some("false"), 0), (Some("true"), 1)] {
        write(&app, "POST", &messages, &[("Body", "x")], header).await;
        app.deliver().await;
        let made = app.receivers.take_calls();
        assert_eq!(made.len(), calls, "{header:?}");
        let is_signed = |call: &Call| call.auth_token.reveal() == app.account.token;
        assert!(made.iter().all(is_signed), "with the account's auth token");
    }
}

#[tokio::test]
async fn check_19_only_writes_with_the_header_are_told() {
    let app = TestApp::new().await;
    for (identity, header) in [("a", None), ("b", Some("false")), ("c", Some("true")), ("d", Some("TRUE"))] {
        let is_told = header.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let marked = |kinds: &[&str]| -> Vec<String> {
            kinds.iter().map(|kind| format!("{kind}{}", if is_told { "!" } else { "" })).collect()
        };
        let (conversation, user) = write_everything(&app, identity, header).await;
        assert_eq!(event_kinds(&app, &user).await, marked(&["onUserAdded", "onUserUpdated"]), "{header:?}");
        let kinds = event_kinds(&app, &conversation).await;
        let by_request = [
            "onConversationAdded",
            "onConversationUpdated",
            "onParticipantAdded",
            "onParticipantUpdated",
            "onParticipantRemoved",
            "onMessageAdded",
            "onMessageUpdated",
            "onMessageRemoved",
        ];
        assert_eq!(kinds[..by_request.len()], marked(&by_request), "{header:?}");
        let mut by_state = kinds[by_request.len()..].to_vec();
        by_state.sort_unstable();
        assert_eq!(by_state, marked(&["onConversationStateUpdated", "onConversationUpdated"]), "{header:?}");

        // What the system does by itself is told in any case.
        let path = path_of(&conversation);
        write(&app, "POST", &format!("{path}/Messages"), &[("Body", "wake up")], header).await;
        app.advance(60).await;
        let own: Vec<_> = state_events(&app, &conversation).await.into_iter().skip(1).collect();
        let reasons: Vec<_> = own.iter().map(|(payload, notify)| (text(payload, "Reason"), *notify)).collect();
        assert_eq!(reasons, [("EVENT", true), ("TIMER", true)], "{header:?}");
    }
}

#[tokio::test]
async fn check_20_a_pre_hook_refuses_replaces_or_is_too_late() {
    const HOOK: &str = "https://example.com/before";
    let app = Arc::new(TestApp::new().await);
    app.made("/v1/Configuration/Webhooks", &[("PreWebhookUrl", HOOK), ("Filters", "onMessageAdd")]).await;
    let (_, path) = conversation(&app, &[]).await;
    let messages = format!("{path}/Messages");

    app.receivers.behave(HOOK, Behaviour::Answer(403, String::new()));
    let refused = app.send_told("POST", &messages, &[("Body", "sent")]).await;
    assert_eq!(refused.refusal(), (403, 50056));
    assert!(all_items(&app, &messages).await.is_empty());

    app.receivers.behave(HOOK, Behaviour::Answer(200, "{\"body\":\"x\"}".to_owned()));
    let altered = app.send_told("POST", &messages, &[("Body", "sent")]).await.body;
    assert_eq!(app.fetched(&format!("{messages}/{}", sid(&altered))).await["body"], "x");

    app.receivers.behave(HOOK, Behaviour::Silent);
    let before = app.receivers.count();
    let (sender, to) = (app.clone(), messages.clone());
    let request = tokio::spawn(async move { sender.send_told("POST", &to, &[("Body", "sent")]).await });
    while app.receivers.count() == before {
        tokio::task::yield_now().await;
    }
    app.clock.advance(6);
    let unchanged = request.await.unwrap().body;
    assert_eq!(app.fetched(&format!("{messages}/{}", sid(&unchanged))).await["body"], "sent");
}

#[tokio::test]
async fn check_20_without_the_header_and_to_timers_a_pre_hook_is_not_asked() {
    let app = TestApp::new().await;
    let hook = [
        ("PreWebhookUrl", "http://127.0.0.1:9/nobody-answers"),
        ("Filters", "onConversationAdd"),
        ("Filters", "onConversationUpdate"),
        ("Filters", "onMessageAdd"),
        ("Filters", "onParticipantAdd"),
    ];
    app.made("/v1/Configuration/Webhooks", &hook).await;
    let (c, path) = conversation(&app, &[("Timers.Closed", "PT10M"), ("FriendlyName", "mine")]).await;
    assert_eq!(c["friendly_name"], "mine");
    assert_eq!(say(&app, &path, "as it is").await["body"], "as it is");
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    app.advance(600).await;
    assert_eq!(state(&app, &path).await, "closed");
    assert_eq!(history(&app, &c).await, ["active>closed TIMER 600"]);
    let expected = ["onConversationAdded", "onMessageAdded", "onParticipantAdded", "onConversationStateUpdated!"]
        .map(str::to_owned);
    assert_eq!(event_kinds(&app, &c).await, expected);
}

#[tokio::test]
async fn check_21_a_conversation_has_five_webhooks_at_most() {
    let app = TestApp::new().await;
    let service = app.fetched("/v1/Configuration").await["default_chat_service_sid"].as_str().unwrap().to_owned();
    let (c, path) = conversation(&app, &[]).await;
    let (_, other) = conversation(&app, &[]).await;
    let webhooks = format!("{path}/Webhooks");
    let in_service = format!("/v1/Services/{service}/Conversations/{}/Webhooks", sid(&c));
    let webhook = [
        ("Target", "webhook"),
        ("Configuration.Url", "https://example.com"),
        ("Configuration.Filters", "onMessageAdded"),
    ];
    let trigger = [&[("Target", "trigger"), ("Configuration.Triggers", "help")], &webhook[1..]].concat();
    let studio = [("Target", "studio"), ("Configuration.FlowSid", "FW0123456789abcdef0123456789abcdef")];
    for form in [&webhook[..], &trigger, &studio, &webhook, &studio] {
        app.made(&webhooks, form).await;
    }
    let (before, rest) = (all_items(&app, &webhooks).await, everything(&app).await);
    assert_eq!(before.len(), 5);
    for list in [&webhooks, &in_service] {
        for form in [&webhook[..], &trigger, &studio] {
            assert_eq!(app.post(list, form).await.refusal(), (400, 50361), "{list} {form:?}");
        }
    }
    assert_eq!((all_items(&app, &webhooks).await, everything(&app).await), (before.clone(), rest));
    app.made(&format!("{other}/Webhooks"), &webhook).await;
    // One that is gone makes room for one.
    assert_eq!(app.delete(&format!("{webhooks}/{}", sid(&before[0]))).await.status, 204);
    let made = app.made(&in_service, &webhook).await;
    assert_eq!(made["chat_service_sid"], json!(service));
    assert_eq!(app.post(&webhooks, &webhook).await.refusal(), (400, 50361));
}
