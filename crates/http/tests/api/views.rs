//! Saved views of conversations.

use dwell_core::limits::{VIEW_FILTER_BYTES_MAX, VIEWS_MAX};
use dwell_testkit::{START, TestApp};
use serde_json::{Value, json};

use crate::support::{all_items, all_items_of, both_ways, sid};

const VIEWS: &str = "/dwell/v1/Views";
const FILTER: &str = r#"{"Status": ["waiting"], "Queue": "parcels"}"#;

async fn view(app: &TestApp, name: &str) -> Value {
    app.made(VIEWS, &[("FriendlyName", name), ("Filter", FILTER)]).await
}

fn one(view: &Value) -> String {
    format!("{VIEWS}/{}", sid(view))
}

#[tokio::test]
async fn a_view_is_kept_changed_and_deleted() {
    let app = TestApp::new().await;
    let answer = app.post(VIEWS, &[("FriendlyName", "Waiting 🕰"), ("Filter", FILTER)]).await;
    assert_eq!(answer.status, 201);
    let made = answer.body;
    let expected = json!({
        "sid": made["sid"],
        "account_sid": app.account.sid,
        "friendly_name": "Waiting 🕰",
        "filter": {"Status": ["waiting"], "Queue": "parcels"},
        "date_created": START.to_rfc3339_micros(),
        "date_updated": START.to_rfc3339_micros(),
        "url": format!("http://dwell.test{}", one(&made)),
    });
    assert_eq!(made, expected);
    let app = app.restart().await;
    assert_eq!(app.fetched(&one(&made)).await, made);

    app.clock.advance(60);
    assert_eq!(app.made(&one(&made), &[]).await, made, "without a parameter nothing changes");
    let changed = app.made(&one(&made), &[("Filter", "{}")]).await;
    let date = START.plus_seconds(60).to_rfc3339_micros();
    assert_eq!([&changed["filter"], &changed["friendly_name"]], [&json!({}), &made["friendly_name"]]);
    assert_eq!(changed["date_updated"], date);
    let renamed = app.made(&one(&made), &[("FriendlyName", "Mine")]).await;
    assert_eq!([&renamed["filter"], &renamed["friendly_name"]], [&json!({}), &json!("Mine")]);

    assert_eq!(app.delete(&one(&made)).await.status, 204);
    for answer in [app.get(&one(&made)).await, app.delete(&one(&made)).await, app.post(&one(&made), &[]).await] {
        assert_eq!(answer.refusal(), (404, 20404));
    }
}

#[tokio::test]
async fn views_are_listed_in_order_and_belong_to_one_account() {
    let app = TestApp::new().await;
    for n in 0..7 {
        view(&app, &n.to_string()).await;
    }
    let names: Vec<_> = (0..7).map(|n| n.to_string()).collect();
    assert_eq!(both_ways(&app, &format!("{VIEWS}?PageSize=3"), "friendly_name").await, names);
    let other = app.new_account().await;
    assert!(all_items_of(&app, &other, VIEWS).await.is_empty());
    let mine = view(&app, "mine").await;
    assert_eq!(app.send("GET", &one(&mine), &[], Some(&other)).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn an_account_has_a_bounded_number_of_views_of_bounded_size() {
    let app = TestApp::new().await;
    let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(VIEW_FILTER_BYTES_MAX));
    for form in [("x", ""), ("x", "[]"), ("x", "{"), ("x", long.as_str()), ("", "{}"), (&"x".repeat(257), "{}")] {
        let answer = app.post(VIEWS, &[("FriendlyName", form.0), ("Filter", form.1)]).await;
        assert_eq!(answer.status, 400, "{form:?}: {}", answer.text);
    }
    for n in 0..VIEWS_MAX {
        view(&app, &n.to_string()).await;
    }
    let answer = app.post(VIEWS, &[("FriendlyName", "one more"), ("Filter", "{}")]).await;
    assert_eq!(answer.refusal(), (400, 20001));
    let all = all_items(&app, &format!("{VIEWS}?PageSize=200")).await;
    assert_eq!(app.delete(&one(&all[0])).await.status, 204);
    view(&app, "one more").await;
}
