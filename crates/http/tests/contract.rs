//! The black-box checks of contract §19 that the present resources answer, by their numbers.

use dwell_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn check_01_create_without_parameters() {
    let app = TestApp::new().await;
    let answer = app.post("/v1/Conversations", &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let c = answer.body;
    assert_eq!(c["state"], "active");
    assert_eq!(c["timers"], json!({}));
    assert_eq!(c["bindings"], json!({}));
    assert_eq!(c["attributes"], "{}");
    assert_eq!((&c["friendly_name"], &c["unique_name"]), (&json!(null), &json!(null)));
    assert_eq!(c["date_created"], "2026-01-01T00:00:00Z");
    assert_eq!(c["date_created"], c["date_updated"]);
}

#[tokio::test]
async fn check_08_both_timers() {
    let app = TestApp::new().await;
    let c = app.made("/v1/Conversations", &[("Timers.Inactive", "PT60S"), ("Timers.Closed", "PT600S")]).await;
    let path = format!("/v1/Conversations/{}", c["sid"].as_str().unwrap());
    app.advance(59).await;
    assert_eq!(app.fetched(&path).await["state"], "active");
    app.advance(1).await;
    assert_eq!(app.fetched(&path).await["state"], "inactive");
    app.advance(599).await;
    assert_eq!(app.fetched(&path).await["state"], "inactive");
    app.advance(1).await;
    let closed = app.fetched(&path).await;
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["timers"], json!({"date_inactive": "2026-01-01T00:01:00Z", "date_closed": "2026-01-01T00:11:00Z"}));
}
