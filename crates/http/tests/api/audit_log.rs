//! `/dwell/v1/AuditLog`: what people did, written before it is done.

use dwell_core::PersonRole;
use dwell_testkit::TestApp;
use serde_json::Value;

use crate::support::{path, text};

const LOG: &str = "/dwell/v1/AuditLog";

async fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    app.fetched(&format!("{LOG}?{query}")).await["audit_log"].as_array().unwrap().clone()
}

/// The entries, oldest first, as `name act target status`.
async fn lines(app: &TestApp) -> Vec<String> {
    let mut entries = entries(app, "PageSize=1000").await;
    entries.reverse();
    let line =
        |e: &Value| format!("{} {} {} {}", text(e, "actor_name"), text(e, "act"), text(e, "target"), e["status"]);
    entries.iter().map(line).collect()
}

#[tokio::test]
async fn what_people_write_and_what_they_may_not_do_is_noted() {
    let app = TestApp::new().await;
    let (ada, vic) = (app.person(PersonRole::Supervisor).await, app.person(PersonRole::Viewer).await);
    ada.get("/v1/Conversations").await;
    ada.post("/v1/Conversations/nothing", &[("State", "closed")]).await;
    ada.made("/v1/Conversations", &[]).await;
    vic.post("/v1/Conversations", &[]).await;
    vic.get("/dwell/v1/Keys").await;
    let forged = ada.with_csrf("");
    forged.post("/v1/Conversations", &[]).await;
    app.made("/v1/Conversations", &[]).await;
    ada.post("/dwell/v1/Conversations/nothing/Typing", &[]).await;
    ada.post("/console/password", &[("Current", "x"), ("New", "y")]).await;
    ada.delete("/console/session").await;
    let expected = [
        "supervisor POST /console/session /console/session 200",
        "viewer POST /console/session /console/session 200",
        "supervisor POST /v1/Conversations/{ConversationSid} /v1/Conversations/nothing 404",
        "supervisor POST /v1/Conversations /v1/Conversations 201",
        "viewer POST /v1/Conversations /v1/Conversations 403",
        "viewer GET /dwell/v1/Keys /dwell/v1/Keys 403",
        "supervisor POST /v1/Conversations /v1/Conversations 403",
        "supervisor POST /console/password /console/password 400",
        "supervisor DELETE /console/session /console/session 204",
    ];
    assert_eq!(lines(&app).await, expected);
    let first = &entries(&app, "").await[8];
    assert_eq!(first["actor"], ada.sid());
    assert_eq!(first["at"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(first["remote_address"], Value::Null, "the tests have no socket");
}

#[tokio::test]
async fn sign_ins_that_are_refused_are_noted_for_whom_they_would_have_been() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    for email in [ada.email(), "nobody@example.com"] {
        app.send("POST", "/console/session", &[("Email", email), ("Password", "wrong")], None).await;
    }
    let expected =
        ["agent POST /console/session /console/session 200", "agent POST /console/session /console/session 401"];
    assert_eq!(lines(&app).await, expected);
}

#[tokio::test]
async fn an_act_is_noted_before_it_is_done() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Supervisor).await;
    app.sql("DROP TABLE audit_log").await;
    assert_eq!(ada.post("/v1/Conversations", &[]).await.status, 500);
    let made = app.fetched("/v1/Conversations").await;
    assert_eq!(made["conversations"], serde_json::json!([]), "what cannot be noted is not done");
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person(PersonRole::Supervisor).await, app.person(PersonRole::Supervisor).await);
    for person in [&ada, &bob, &ada] {
        app.clock.advance(10);
        person.made("/v1/Conversations", &[]).await;
    }
    assert_eq!(entries(&app, &format!("Actor={}", ada.sid())).await.len(), 3);
    let of = |found: Vec<Value>| found.iter().map(|e| text(e, "at")[17..19].to_owned()).collect::<Vec<_>>();
    assert_eq!(of(entries(&app, "After=2026-01-01T00:00:10Z").await), ["30", "20", "10"]);
    assert_eq!(of(entries(&app, "After=2026-01-01T00:00:10Z&Before=2026-01-01T00:00:30Z").await), ["20", "10"]);
    let first = app.fetched(&format!("{LOG}?PageSize=3&Actor={}", ada.sid())).await;
    assert_eq!(first["meta"]["next_page_url"], Value::Null);
    let first = app.fetched(&format!("{LOG}?PageSize=3")).await;
    let next = app.fetched(path(&first["meta"]["next_page_url"])).await;
    assert_eq!(of(next["audit_log"].as_array().unwrap().clone()), ["00", "00"]);
    let back = app.fetched(path(&next["meta"]["previous_page_url"])).await;
    assert_eq!(back["audit_log"], first["audit_log"]);
    for bad in ["After=yesterday", "Before=1", "PageToken=x"] {
        assert_eq!(app.get(&format!("{LOG}?{bad}")).await.refusal(), (400, 20001), "{bad}");
    }
    let other = app.new_account().await;
    assert_eq!(app.send("GET", LOG, &[], Some(&other)).await.body["audit_log"], serde_json::json!([]));
}

#[tokio::test]
async fn entries_are_kept_for_400_days() {
    const DAY: i64 = 86_400;
    let app = TestApp::new().await;
    app.person(PersonRole::Supervisor).await;
    app.clock.advance(DAY);
    app.person(PersonRole::Viewer).await;
    app.clock.advance(399 * DAY + 1);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(lines(&app).await, ["viewer POST /console/session /console/session 200"]);
}
