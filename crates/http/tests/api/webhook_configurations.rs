//! What accounts and services set up for their webhooks.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{sid, text};

const ACCOUNT: &str = "/v1/Configuration/Webhooks";

async fn new_service(app: &TestApp) -> (String, String) {
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let sid = sid(&service).to_owned();
    let path = format!("/v1/Services/{sid}/Configuration/Webhooks");
    (sid, path)
}

fn fresh(app: &TestApp) -> Value {
    json!({
        "account_sid": app.account.sid,
        "pre_webhook_url": null,
        "post_webhook_url": null,
        "method": "POST",
        "filters": [],
        "target": "webhook",
        "url": format!("http://dwell.test{ACCOUNT}"),
    })
}

#[tokio::test]
async fn an_account_sets_up_its_webhooks() {
    let app = TestApp::new().await;
    assert_eq!(app.fetched(ACCOUNT).await, fresh(&app));
    assert_eq!(app.made(ACCOUNT, &[]).await, fresh(&app));
    assert_eq!(app.made(ACCOUNT, &[("Unknown", "x")]).await, fresh(&app));
    let all = [
        ("PreWebhookUrl", "https://example.com/pre"),
        ("PostWebhookUrl", "http://user:pw@127.0.0.1:3000/post?x=1"),
        ("Method", "get"),
        ("Filters", "onMessageAdd"),
        ("Filters", "ONMESSAGEADDED"),
        ("Filters", "onMessageAdd"),
        ("Filters", "onUserUpdated"),
        ("Target", "Flex"),
    ];
    let mut expected = fresh(&app);
    expected["pre_webhook_url"] = json!("https://example.com/pre");
    expected["post_webhook_url"] = json!("http://user:pw@127.0.0.1:3000/post?x=1");
    expected["method"] = json!("GET");
    expected["filters"] = json!(["onMessageAdd", "onMessageAdded", "onUserUpdated"]);
    expected["target"] = json!("flex");
    assert_eq!(app.made(ACCOUNT, &all).await, expected);
    assert_eq!(app.made(ACCOUNT, &[]).await, expected, "an empty update changes nothing");
    let app = app.restart().await;
    assert_eq!(app.fetched(ACCOUNT).await, expected);

    // Each alone leaves the others as they are.
    expected["method"] = json!("POST");
    assert_eq!(app.made(ACCOUNT, &[("Method", "POST")]).await, expected);
    assert_eq!(app.made(ACCOUNT, &[("Method", ""), ("Target", "")]).await, expected);
    expected["pre_webhook_url"] = json!(null);
    assert_eq!(app.made(ACCOUNT, &[("PreWebhookUrl", "")]).await, expected);
    expected["filters"] = json!(["onConversationStateUpdated"]);
    assert_eq!(app.made(ACCOUNT, &[("Filters", "onConversationStateUpdated")]).await, expected);
    expected["filters"] = json!([]);
    assert_eq!(app.made(ACCOUNT, &[("Filters", "")]).await, expected);
    let cleared = [("PostWebhookUrl", ""), ("Target", "webhook")];
    assert_eq!(app.made(ACCOUNT, &cleared).await, fresh(&app));
}

#[tokio::test]
async fn every_event_may_be_chosen() {
    let app = TestApp::new().await;
    let events: Vec<_> = [dwell_core::webhook::PRE_EVENTS, dwell_core::webhook::POST_EVENTS].concat();
    assert_eq!(events.len(), 23);
    let form: Vec<_> = events.iter().map(|event| ("Filters", *event)).collect();
    assert_eq!(app.made(ACCOUNT, &form).await["filters"], json!(events));
}

#[tokio::test]
async fn a_service_has_its_own_once_it_set_up_any() {
    let app = TestApp::new().await;
    app.made(ACCOUNT, &[("PostWebhookUrl", "https://example.com/account"), ("Filters", "onMessageAdded")]).await;
    let (service, path) = new_service(&app).await;
    let unset = json!({
        "account_sid": app.account.sid,
        "chat_service_sid": service,
        "pre_webhook_url": null,
        "post_webhook_url": null,
        "method": null,
        "filters": null,
        "url": format!("http://dwell.test{path}"),
    });
    assert_eq!(app.fetched(&path).await, unset);
    assert_eq!(app.made(&path, &[]).await, unset, "an empty update sets nothing up");
    assert_eq!(app.fetched(&path).await, unset);

    let mut expected = unset;
    expected["method"] = json!("POST");
    expected["filters"] = json!([]);
    expected["pre_webhook_url"] = json!("https://example.com/service");
    // A service has no say in where webhooks are routed.
    let update = [("PreWebhookUrl", "https://example.com/service"), ("Target", "nowhere")];
    assert_eq!(app.made(&path, &update).await, expected);
    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await, expected);
    assert_eq!(text(&app.fetched(ACCOUNT).await, "post_webhook_url"), "https://example.com/account");

    // Cleared, it still does not follow the account.
    expected["pre_webhook_url"] = json!(null);
    assert_eq!(app.made(&path, &[("PreWebhookUrl", "")]).await, expected);
    // The default service is a service like others.
    let default = app.fetched("/v1/Configuration").await;
    let default = format!("/v1/Services/{}/Configuration/Webhooks", text(&default, "default_chat_service_sid"));
    assert_eq!(app.fetched(&default).await["filters"], json!(null));
}

#[tokio::test]
async fn a_deleted_service_leaves_nothing() {
    let app = TestApp::new().await;
    let (service, path) = new_service(&app).await;
    app.made(&path, &[("Filters", "onMessageAdded")]).await;
    app.made(ACCOUNT, &[("Filters", "onMessageAdded")]).await;
    assert_eq!(app.delete(&format!("/v1/Services/{service}")).await.status, 204);
    assert_eq!(app.get(&path).await.refusal(), (404, 20404));
    assert_eq!(app.post(&path, &[("Filters", "")]).await.refusal(), (404, 20404));
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("DELETE FROM webhook_configurations").await, 1, "that of the account");
}

#[tokio::test]
async fn nobody_else_sees_or_changes_it() {
    let app = TestApp::new().await;
    let stranger = app.new_account().await;
    let (_, path) = new_service(&app).await;
    app.made(ACCOUNT, &[("Method", "GET")]).await;
    app.made(&path, &[("Method", "GET")]).await;
    let theirs = app.send("GET", ACCOUNT, &[], Some(&stranger)).await;
    assert_eq!((text(&theirs.body, "method"), text(&theirs.body, "account_sid")), ("POST", stranger.sid.as_str()));
    app.send("POST", ACCOUNT, &[("Filters", "onMessageAdd")], Some(&stranger)).await;
    assert_eq!(app.fetched(ACCOUNT).await["filters"], json!([]));
    for (method, form) in [("GET", &[][..]), ("POST", &[]), ("POST", &[("Method", "POST")])] {
        let answer = app.send(method, &path, form, Some(&stranger)).await;
        assert_eq!(answer.refusal(), (404, 20404), "{method} {form:?}");
    }
    assert_eq!(text(&app.fetched(&path).await, "method"), "GET");
    for bad in ["x", "IS00000000000000000000000000000000"] {
        let path = format!("/v1/Services/{bad}/Configuration/Webhooks");
        assert_eq!(app.get(&path).await.refusal(), (404, 20404));
        assert_eq!(app.post(&path, &[("Method", "GET")]).await.refusal(), (404, 20404));
    }
    assert_eq!(app.delete(ACCOUNT).await.refusal(), (405, 20004));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_changes_at_the_same_time_all_count() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let mut under_way = tokio::task::JoinSet::new();
    for parameter in [
        ("PreWebhookUrl", "https://example.com/pre"),
        ("PostWebhookUrl", "https://example.com/post"),
        ("Method", "GET"),
        ("Filters", "onMessageAdd"),
        ("Target", "flex"),
    ] {
        let app = app.clone();
        under_way.spawn(async move { app.made(ACCOUNT, &[parameter]).await });
    }
    under_way.join_all().await;
    let expected = json!({
        "account_sid": app.account.sid,
        "pre_webhook_url": "https://example.com/pre",
        "post_webhook_url": "https://example.com/post",
        "method": "GET",
        "filters": ["onMessageAdd"],
        "target": "flex",
        "url": format!("http://dwell.test{ACCOUNT}"),
    });
    assert_eq!(app.fetched(ACCOUNT).await, expected);
}
