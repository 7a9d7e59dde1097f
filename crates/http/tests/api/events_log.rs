//! The log of a conversation, as it is read.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{all_items, at, conversation, default_service, say, seconds, sid, text};

fn log(conversation: &Value) -> String {
    format!("/dwell/v1/Conversations/{}/Events", sid(conversation))
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["seq"].as_i64().unwrap()).collect()
}

/// A conversation to which something of every origin happened: nine events.
async fn eventful(app: &TestApp) -> (Value, String) {
    let form = [("UniqueName", "parcel"), ("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let (c, path) = conversation(app, &form).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let first = say(app, &path, "one").await;
    app.made(&format!("{path}/Messages/{}", sid(&first)), &[("Body", "two")]).await;
    app.advance(60).await;
    say(app, &path, "three").await;
    app.made(&path, &[("State", "closed")]).await;
    (c, path)
}

#[tokio::test]
async fn everything_that_happened_is_in_the_log_without_gaps() {
    let app = TestApp::new().await;
    let (c, _) = eventful(&app).await;
    let events = all_items(&app, &log(&c)).await;
    assert_eq!(numbers(&events), (1..=9).collect::<Vec<_>>());
    let kinds: Vec<_> = events.iter().map(|event| text(event, "kind")).collect();
    let expected = [
        "onConversationAdded",
        "onParticipantAdded",
        "onMessageAdded",
        "onMessageUpdated",
        "onConversationStateUpdated",
        "onMessageAdded",
        "onConversationStateUpdated",
        "onConversationStateUpdated",
        "onConversationUpdated",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(seconds(text(&events[4], "at")), 60);
    assert_eq!([text(&events[4], "source"), text(&events[4], "actor")], ["TIMER", "system"]);
    assert_eq!([text(&events[2], "source"), text(&events[2], "actor")], ["API", &app.account.sid]);
    let moved = &events[4]["payload"];
    assert_eq!([text(moved, "StateFrom"), text(moved, "StateTo")], ["active", "inactive"]);
    assert_eq!([text(&events[2]["payload"], "Body"), text(&events[3]["payload"], "Body")], ["one", "two"]);
    let mut members: Vec<_> = events[0].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["actor", "at", "kind", "payload", "seq", "source"]);
}

#[tokio::test]
async fn the_log_is_read_from_any_number_on_page_by_page() {
    let app = TestApp::new().await;
    let (c, _) = eventful(&app).await;
    for (query, expected) in [
        ("After=0", (1..=9).collect::<Vec<_>>()),
        ("After=6", vec![7, 8, 9]),
        ("After=9", vec![]),
        ("After=99", vec![]),
        ("PageSize=2", (1..=9).collect()),
        ("After=3&PageSize=4", (4..=9).collect()),
    ] {
        assert_eq!(numbers(&all_items(&app, &format!("{}?{query}", log(&c))).await), expected, "{query}");
    }
    let named = app.fetched("/dwell/v1/Conversations/parcel/Events?After=8").await;
    assert_eq!(named["meta"]["first_page_url"], format!("http://dwell.test{}?After=8&PageSize=50&Page=0", log(&c)));
    for bad in ["After=-1", "After=x", "After=", "PageToken=x"] {
        assert_eq!(app.get(&format!("{}?{bad}", log(&c))).await.refusal(), (400, 20001), "{bad}");
    }
}

#[tokio::test]
async fn a_conversation_of_another_account_or_a_deleted_one_has_no_log() {
    let app = TestApp::new().await;
    let (c, path) = eventful(&app).await;
    let other = app.new_account().await;
    assert_eq!(app.send("GET", &log(&c), &[], Some(&other)).await.refusal(), (404, 20404));
    let service = default_service(&app).await;
    assert_eq!(app.get(&format!("/dwell/v1/Conversations/{service}/Events")).await.refusal(), (404, 20404));
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.get(&log(&c)).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn instants_of_the_log_are_those_of_the_account_to_the_microsecond() {
    let app = TestApp::new().await;
    let (c, _) = conversation(&app, &[]).await;
    let events = all_items(&app, &log(&c)).await;
    assert_eq!(events[0]["at"], json!(at(0).replace('Z', ".000000Z")));
}
