//! The four lifecycle scenarios that are published for the service, by name.

use dwell_testkit::TestApp;
use serde_json::json;

use crate::support::{CONVERSATIONS, at, conversation, history, say, state, state_events};

const DAY: i64 = 86_400;

#[tokio::test]
async fn scenario_both_timers() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT300S"), ("Timers.Closed", "PT30000S")]).await;
    let dates = json!({"date_inactive": at(300), "date_closed": at(30_300)});
    assert_eq!(c["timers"], dates, "both dates are known from the start");
    for (turn, expected) in [(299, "active"), (1, "inactive"), (29_999, "inactive"), (1, "closed"), (DAY, "closed")] {
        app.advance(turn).await;
        let now = app.fetched(&path).await;
        assert_eq!((now["state"].as_str(), &now["timers"]), (Some(expected), &dates));
    }
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 300", "inactive>closed TIMER 30300"]);
    assert_eq!(app.post(&format!("{path}/Messages"), &[("Body", "late")]).await.refusal(), (400, 50377));
}

#[tokio::test]
async fn scenario_both_timers_with_messages_on_the_way() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT300S"), ("Timers.Closed", "PT30000S")]).await;
    for _ in 0..5 {
        app.advance(299).await;
        say(&app, &path, "still here").await;
    }
    // The last message was at 1495.
    let timers = app.fetched(&path).await["timers"].clone();
    assert_eq!(timers, json!({"date_inactive": at(1_795), "date_closed": at(31_795)}));
    app.advance(300 + 29_999).await;
    assert_eq!(state(&app, &path).await, "inactive");
    say(&app, &path, "a second before it closes").await;
    assert_eq!(app.fetched(&path).await["timers"], json!({"date_inactive": at(32_094), "date_closed": at(62_094)}));
    app.advance(299).await;
    assert_eq!(state(&app, &path).await, "active");
    app.advance(1 + 30_000).await;
    let expected = [
        "active>inactive TIMER 1795",
        "inactive>active EVENT 31794",
        "active>inactive TIMER 32094",
        "inactive>closed TIMER 62094",
    ];
    assert_eq!(history(&app, &c).await, expected);
}

#[tokio::test]
async fn scenario_no_timers() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    assert_eq!(c["timers"], json!({}));
    for _ in 0..3 {
        app.advance(100 * 365 * DAY).await;
        assert_eq!(app.fetched(&path).await, c, "active for ever");
        say(&app, &path, "hello").await;
    }
    assert_eq!(history(&app, &c).await, [""; 0]);
    assert_eq!(state_events(&app, &c).await, []);
}

#[tokio::test]
async fn scenario_inactive_timer_only() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT300S")]).await;
    assert_eq!(c["timers"], json!({"date_inactive": at(300)}));
    app.advance(300).await;
    let parked = app.fetched(&path).await;
    assert_eq!((&parked["state"], &parked["timers"]), (&json!("inactive"), &json!({"date_inactive": at(300)})));
    app.advance(1_000 * DAY).await;
    assert_eq!(app.fetched(&path).await, parked, "it never closes");
    say(&app, &path, "hello again").await;
    let back = app.fetched(&path).await;
    let now = 300 + 1_000 * DAY;
    assert_eq!((&back["state"], &back["timers"]), (&json!("active"), &json!({"date_inactive": at(now + 300)})));
    app.advance(1_000 * DAY).await;
    let expected = [
        "active>inactive TIMER 300".to_owned(),
        format!("inactive>active EVENT {now}"),
        format!("active>inactive TIMER {}", now + 300),
    ];
    assert_eq!(history(&app, &c).await, expected);
}

#[tokio::test]
async fn scenario_closed_timer_only() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Closed", "P30D")]).await;
    let dates = json!({"date_closed": at(30 * DAY)});
    assert_eq!(c["timers"], dates);
    for _ in 0..29 {
        app.advance(DAY).await;
        say(&app, &path, "every day").await;
        let now = app.fetched(&path).await;
        assert_eq!((now["state"].as_str(), &now["timers"]), (Some("active"), &dates));
    }
    app.advance(DAY - 1).await;
    say(&app, &path, "in the last second").await;
    assert_eq!(state(&app, &path).await, "active");
    app.advance(1).await;
    let closed = app.fetched(&path).await;
    assert_eq!((closed["state"].as_str(), &closed["timers"]), (Some("closed"), &dates));
    assert_eq!(history(&app, &c).await, [format!("active>closed TIMER {}", 30 * DAY)]);
}

#[tokio::test]
async fn the_scenarios_hold_in_any_service() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let list = format!("/v1/Services/{}/Conversations", service["sid"].as_str().unwrap());
    let form = [("Timers.Inactive", "PT300S"), ("Timers.Closed", "PT30000S")];
    let path = format!("{list}/{}", app.made(&list, &form).await["sid"].as_str().unwrap());
    app.advance(300).await;
    assert_eq!(state(&app, &path).await, "inactive");
    say(&app, &path, "hello").await;
    assert_eq!(state(&app, &path).await, "active");
    app.advance(30_300).await;
    assert_eq!(state(&app, &path).await, "closed");
    let in_default_service = format!("{CONVERSATIONS}/{}", path.rsplit('/').next().unwrap());
    assert_eq!(app.get(&in_default_service).await.refusal(), (404, 20404));
}
