//! The webhooks of one conversation.

use std::sync::Arc;

use dwell_testkit::{Account, TestApp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{all_items, at, conversation, event_kinds, history, sid, text};

const FLOW: &str = "FW00000000000000000000000000000000";
const URL: (&str, &str) = ("Configuration.Url", "https://example.com/hook");
const WEBHOOK: [(&str, &str); 3] = [("Target", "webhook"), URL, ("Configuration.Filters", "onMessageAdded")];
const STUDIO: [(&str, &str); 2] = [("Target", "studio"), ("Configuration.FlowSid", FLOW)];

/// A conversation of the default service with its path in both trees.
async fn both_trees(app: &TestApp) -> (Value, [String; 2]) {
    let (c, short) = conversation(app, &[("UniqueName", "room")]).await;
    let long = format!("/v1/Services/{}/Conversations/{}", text(&c, "chat_service_sid"), sid(&c));
    (c, [short, long])
}

#[tokio::test]
async fn each_target_shows_what_belongs_to_it() {
    let app = TestApp::new().await;
    let (c, paths) = both_trees(&app).await;
    // What belongs to other targets is passed over, even when it is wrong there.
    let foreign = ("Configuration.FlowSid", "x");
    let webhook = [
        ("Target", "WebHook"),
        URL,
        ("Configuration.Method", "GET"),
        ("Configuration.Filters", "onMessageAdded"),
        ("Configuration.Filters", "onConversationRemoved"),
        ("Configuration.ReplayAfter", "7"),
        ("Configuration.Triggers", ""),
        foreign,
    ];
    let trigger = [
        ("Target", "trigger"),
        URL,
        ("Configuration.Triggers", "keyword1"),
        ("Configuration.Triggers", "Zwei Wörter"),
        ("Configuration.Filters", "onMessageUpdated"),
        foreign,
    ];
    let plain_trigger = [("Target", "trigger"), URL, ("Configuration.Triggers", "help")];
    let studio = [("Target", "studio"), ("Configuration.FlowSid", FLOW), ("Configuration.Url", "x")];
    let url = URL.1;
    for (form, target, configuration) in [
        (
            &webhook[..],
            "webhook",
            json!({"url": url, "method": "get", "filters": ["onMessageAdded", "onConversationRemoved"]}),
        ),
        (
            &trigger,
            "trigger",
            json!({
                "url": url,
                "method": "post",
                "filters": ["onMessageUpdated"],
                "triggers": ["keyword1", "Zwei Wörter"],
            }),
        ),
        (
            &plain_trigger,
            "trigger",
            json!({"url": url, "method": "post", "filters": ["onMessageAdded"], "triggers": ["help"]}),
        ),
        (&studio, "studio", json!({"flow_sid": FLOW})),
    ] {
        for path in &paths {
            let made = app.made(&format!("{path}/Webhooks"), form).await;
            let mut expected = json!({
                "sid": made["sid"],
                "account_sid": app.account.sid,
                "conversation_sid": c["sid"],
                "target": target,
                "configuration": configuration,
                "date_created": at(0),
                "date_updated": at(0),
                "url": format!("http://dwell.test{path}/Webhooks/{}", sid(&made)),
            });
            if path.starts_with("/v1/Services/") {
                expected["chat_service_sid"] = c["chat_service_sid"].clone();
            }
            assert_eq!(made, expected);
            let one = format!("{path}/Webhooks/{}", sid(&made));
            assert_eq!(app.fetched(&one).await, expected);
            assert_eq!(all_items(&app, &format!("{path}/Webhooks")).await, [expected]);
            assert_eq!(app.delete(&one).await.status, 204);
            assert_eq!(app.get(&one).await.refusal(), (404, 20404));
        }
    }
    assert!(sid(&app.made("/v1/Conversations/room/Webhooks", &STUDIO).await).starts_with("WH"));
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let app = TestApp::new().await;
    let (_, paths) = both_trees(&app).await;
    let list = format!("{}/Webhooks", paths[0]);
    let made = app.made(&list, &WEBHOOK).await;
    let one = format!("{list}/{}", sid(&made));
    app.advance(5).await;
    assert_eq!(app.made(&one, &[]).await, made, "an empty update changes nothing");
    let mut expected = made.clone();
    expected["date_updated"] = json!(at(5));
    expected["configuration"]["method"] = json!("get");
    // The target stays; so does what belongs to others.
    let update = [("Configuration.Method", "Get"), ("Target", "studio"), ("Configuration.FlowSid", "x")];
    assert_eq!(app.made(&one, &update).await, expected);
    expected["configuration"]["url"] = json!("http://localhost/other");
    assert_eq!(app.made(&one, &[("Configuration.Url", "http://localhost/other")]).await, expected);
    expected["configuration"]["filters"] = json!(["onParticipantAdded", "onDeliveryUpdated"]);
    let filters = [("Configuration.Filters", "onParticipantAdded"), ("Configuration.Filters", "onDeliveryUpdated")];
    assert_eq!(app.made(&one, &filters).await, expected);
    let app = app.restart().await;
    assert_eq!(app.fetched(&one).await, expected);

    let form = [("Target", "trigger"), URL, ("Configuration.Triggers", "help")];
    let trigger = app.made(&list, &form).await;
    let one = format!("{list}/{}", sid(&trigger));
    let update = [
        ("Configuration.Triggers", "keyword1"),
        ("Configuration.Triggers", "keyword2"),
        ("Configuration.Filters", "onMessageUpdated"),
    ];
    let updated = app.made(&one, &update).await;
    let shown = json!({
        "url": URL.1,
        "method": "post",
        "filters": ["onMessageUpdated"],
        "triggers": ["keyword1", "keyword2"],
    });
    assert_eq!(updated["configuration"], shown);
    let updated = app.made(&one, &[("Configuration.Filters", "")]).await;
    assert_eq!(updated["configuration"]["filters"], json!(["onMessageAdded"]));

    let studio = app.made(&list, &STUDIO).await;
    let one = format!("{list}/{}", sid(&studio));
    let other = "FWabcdefabcdefabcdefabcdefabcdefab";
    let updated = app.made(&one, &[("Configuration.FlowSid", other), URL]).await;
    assert_eq!(updated["configuration"], json!({"flow_sid": other}));
    let app = app.restart().await;
    assert_eq!(app.fetched(&one).await, updated);
    assert_eq!(all_items(&app, &list).await.len(), 3);
}

#[tokio::test]
async fn it_is_no_change_of_the_conversation() {
    let app = TestApp::new().await;
    let timers = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let (c, path) = conversation(&app, &timers).await;
    let (_, later) = conversation(&app, &[]).await;
    app.advance(50).await;
    let made = app.made(&format!("{path}/Webhooks"), &WEBHOOK).await;
    let one = format!("{path}/Webhooks/{}", sid(&made));
    app.made(&one, &[("Configuration.Method", "get")]).await;
    assert_eq!(app.fetched(&path).await, c);
    assert_eq!(event_kinds(&app, &c).await, ["onConversationAdded"]);
    let listed = app.fetched("/v1/Conversations").await;
    assert!(later.ends_with(sid(&listed["conversations"][0])), "it is no activity");
    // What came due on the way is carried out all the same, whether or not the scheduler was there.
    app.clock.advance(10);
    assert_eq!(app.delete(&one).await.status, 204);
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 60"]);
    app.clock.advance(600);
    assert_eq!(app.post(&format!("{path}/Webhooks"), &WEBHOOK).await.refusal(), (400, 50377));
}

#[tokio::test]
async fn a_closed_conversation_keeps_its_webhooks_as_they_are() {
    let app = TestApp::new().await;
    let (_, paths) = both_trees(&app).await;
    let made = app.made(&format!("{}/Webhooks", paths[0]), &WEBHOOK).await;
    app.made(&paths[0], &[("State", "closed")]).await;
    for path in &paths {
        let list = format!("{path}/Webhooks");
        let one = format!("{list}/{}", sid(&made));
        assert_eq!(app.post(&list, &STUDIO).await.refusal(), (400, 50377));
        for form in [&[][..], &[("Configuration.Method", "get")]] {
            assert_eq!(app.post(&one, form).await.refusal(), (400, 50377));
        }
        assert_eq!(app.delete(&one).await.refusal(), (400, 50377));
        assert_eq!(app.fetched(&one).await["configuration"], made["configuration"]);
        assert_eq!(all_items(&app, &list).await.len(), 1);
    }
}

#[tokio::test]
async fn a_deleted_conversation_takes_its_webhooks_along() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&format!("{path}/Webhooks"), &WEBHOOK).await;
    let kept = conversation(&app, &[]).await.1;
    app.made(&format!("{kept}/Webhooks"), &WEBHOOK).await;
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.get(&format!("{path}/Webhooks")).await.refusal(), (404, 20404));
    conversation(&app, &[("UniqueName", "room")]).await;
    assert_eq!(all_items(&app, "/v1/Conversations/room/Webhooks").await, [] as [Value; 0]);

    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&service));
    let c = app.made(&format!("{tree}/Conversations"), &[]).await;
    app.made(&format!("{tree}/Conversations/{}/Webhooks", sid(&c)), &STUDIO).await;
    assert_eq!(app.delete(&tree).await.status, 204);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("DELETE FROM webhooks").await, 1, "that of the conversation that is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_at_most_five() {
    let app = Arc::new(TestApp::new().await);
    let (_, paths) = both_trees(&app).await;
    let mut under_way = JoinSet::new();
    for i in 0..20 {
        let (app, list) = (app.clone(), format!("{}/Webhooks", paths[i % 2]));
        under_way.spawn(async move { app.post(&list, if i % 3 == 0 { &STUDIO } else { &WEBHOOK }).await });
    }
    let answers = under_way.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 5);
    let refused = answers.iter().filter(|answer| answer.status != 201);
    assert!(refused.clone().all(|answer| answer.refusal() == (400, 50361)), "{refused:?}");
    let list = format!("{}/Webhooks", paths[0]);
    let whole = app.fetched(&format!("{list}?PageSize=100")).await;
    assert_eq!((&whole["meta"]["page_size"], whole["webhooks"].as_array().unwrap().len()), (&json!(5), 5));
    let gone = format!("{list}/{}", sid(&whole["webhooks"][2]));
    assert_eq!(app.delete(&gone).await.status, 204);
    app.made(&list, &STUDIO).await;
    assert_eq!(app.post(&list, &STUDIO).await.refusal(), (400, 50361));
    // Another conversation has five of its own.
    let (_, other) = conversation(&app, &[]).await;
    app.made(&format!("{other}/Webhooks"), &STUDIO).await;
}

async fn not_found(app: &TestApp, account: &Account, list: &str, sid: &str) {
    let one = format!("{list}/{sid}");
    for (method, path, form) in [
        ("GET", list, &[][..]),
        ("POST", list, &WEBHOOK),
        ("GET", &one, &[]),
        ("POST", &one, &[URL]),
        ("POST", &one, &[]),
        ("DELETE", &one, &[]),
    ] {
        let answer = app.send(method, path, form, Some(account)).await;
        assert_eq!(answer.refusal(), (404, 20404), "{method} {path}");
    }
}

#[tokio::test]
async fn it_is_found_in_its_place_only() {
    let app = TestApp::new().await;
    let (c, paths) = both_trees(&app).await;
    let made = app.made(&format!("{}/Webhooks", paths[0]), &WEBHOOK).await;
    let stranger = app.new_account().await;
    for path in &paths {
        not_found(&app, &stranger, &format!("{path}/Webhooks"), sid(&made)).await;
    }
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let elsewhere = format!("/v1/Services/{}/Conversations/{}/Webhooks", sid(&service), sid(&c));
    not_found(&app, &app.account, &elsewhere, sid(&made)).await;
    not_found(&app, &app.account, "/v1/Conversations/none/Webhooks", sid(&made)).await;
    let (_, other) = conversation(&app, &[]).await;
    for (path, name) in [
        (&other, sid(&made)),
        (&paths[0], "WH00000000000000000000000000000000"),
        (&paths[0], "WH1"),
        (&paths[0], sid(&c)),
        (&paths[1], "https%3A%2F%2Fexample.com%2Fhook"),
    ] {
        let one = format!("{path}/Webhooks/{name}");
        assert_eq!(app.get(&one).await.refusal(), (404, 20404), "{one}");
        assert_eq!(app.post(&one, &[URL]).await.refusal(), (404, 20404), "{one}");
        assert_eq!(app.delete(&one).await.refusal(), (404, 20404), "{one}");
    }
    assert_eq!(app.fetched(&format!("{}/Webhooks/{}", paths[0], sid(&made))).await, made);
}
