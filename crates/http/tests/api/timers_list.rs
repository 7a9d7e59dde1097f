//! The list of armed timers: in true order although messages move deadlines, and filtered.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{all_items, at, conversation, say, seconds, sid, text};

const TIMERS: &str = "/dwell/v1/Timers";

/// The listed timers, each as `name seconds-since-the-start`.
async fn listed(app: &TestApp, names: &[(Value, String)], query: &str) -> Vec<String> {
    let timers = all_items(app, &format!("{TIMERS}?{query}")).await;
    let dues: Vec<_> = timers.iter().map(|timer| text(timer, "due").to_owned()).collect();
    assert!(dues.is_sorted(), "{dues:?}");
    timers
        .iter()
        .map(|timer| {
            let place = names.iter().position(|(c, _)| c["sid"] == timer["conversation_sid"]).unwrap();
            format!("{place} {}", seconds(text(timer, "due")))
        })
        .collect()
}

#[tokio::test]
async fn what_a_timer_shows() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    conversation(&app, &[]).await;
    for (state, timer, due) in [("active", "inactive", 60), ("inactive", "closed", 660)] {
        let timers = app.fetched(TIMERS).await["timers"].clone();
        let lifecycle = format!("http://dwell.test/dwell/v1/Conversations/{}/Lifecycle", sid(&c));
        let expected = json!([{
            "conversation_sid": c["sid"],
            "chat_service_sid": c["chat_service_sid"],
            "state": state,
            "timer": timer,
            "due": at(due).replace('Z', ".000000Z"),
            "links": {"lifecycle": lifecycle},
        }]);
        assert_eq!(timers, expected);
        app.advance(60).await;
    }
    app.made(&path, &[("State", "closed")]).await;
    assert_eq!(app.fetched(TIMERS).await["timers"], json!([]));
}

#[tokio::test]
async fn the_order_is_true_although_messages_move_deadlines() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for minutes in [10, 20, 30, 40, 50] {
        made.push(conversation(&app, &[("Timers.Inactive", &format!("PT{minutes}M"))]).await);
    }
    assert_eq!(listed(&app, &made, "").await, ["0 600", "1 1200", "2 1800", "3 2400", "4 3000"]);
    app.advance(500).await;
    say(&app, &made[0].1, "x").await;
    app.advance(90).await;
    say(&app, &made[1].1, "x").await;
    say(&app, &made[3].1, "x").await;
    let expected = ["0 1100", "1 1790", "2 1800", "3 2990", "4 3000"];
    for size in ["", "PageSize=1", "PageSize=2", "PageSize=1000"] {
        assert_eq!(listed(&app, &made, size).await, expected, "{size}");
    }
    app.advance(1).await;
    say(&app, &made[0].1, "x").await;
    app.advance(10).await;
    say(&app, &made[1].1, "x").await;
    assert_eq!(listed(&app, &made, "PageSize=1").await, ["0 1191", "2 1800", "1 1801", "3 2990", "4 3000"]);
    // Listing must not keep any of them from firing when it should.
    app.advance(10_000).await;
    assert_eq!(listed(&app, &made, "").await, [""; 0]);
    for ((c, _), due) in made.iter().zip([1191, 1801, 1800, 2990, 3000]) {
        assert_eq!(crate::support::history(&app, c).await, [format!("active>inactive TIMER {due}")]);
    }
}

#[tokio::test]
async fn many_moved_deadlines_are_put_in_order() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for i in 0..120 {
        made.push(conversation(&app, &[("Timers.Inactive", &format!("PT{}S", 1_000 + i))]).await);
    }
    // The first become the last, in reverse.
    for (_, path) in made.iter().take(60).rev() {
        app.clock.advance(1);
        say(&app, path, "x").await;
    }
    let listed = listed(&app, &made, "PageSize=7").await;
    let mut due: Vec<_> = (0..60).map(|i| (1_000 + i + 60 - i, i)).chain((60..120).map(|i| (1_000 + i, i))).collect();
    due.sort_by_key(|(due, i)| (*due, sid(&made[*i as usize].0)));
    assert_eq!(listed, due.iter().map(|(due, i)| format!("{i} {due}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn filters() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for minutes in [10, 20, 30, 40] {
        let form = [("Timers.Inactive", format!("PT{minutes}M")), ("Timers.Closed", "PT2H".to_owned())];
        made.push(conversation(&app, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await);
    }
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let other = app.made(&format!("/v1/Services/{}/Conversations", sid(&service)), &[("Timers.Closed", "PT1H")]).await;
    made.push((other, String::new()));
    app.advance(600).await;
    let default = text(&made[0].0, "chat_service_sid").to_owned();
    let (by_default, by_other) = (format!("ChatServiceSid={default}"), format!("ChatServiceSid={}", sid(&service)));
    let nobody = format!("ChatServiceSid=IS{}", "0".repeat(32));
    for (query, expected) in [
        ("", &["1 1200", "2 1800", "3 2400", "4 3600", "0 7800"][..]),
        ("State=active", &["1 1200", "2 1800", "3 2400", "4 3600"]),
        ("State=Inactive", &["0 7800"]),
        ("State=closed", &[]),
        (&by_other, &["4 3600"]),
        (&by_default, &["1 1200", "2 1800", "3 2400", "0 7800"]),
        (&nobody, &[]),
        (&format!("{by_default}&State=active&DueAfter={}", at(1_500)), &["2 1800", "3 2400"]),
        (&format!("DueAfter={}", at(1_800)), &["2 1800", "3 2400", "4 3600", "0 7800"]),
        (&format!("DueAfter={}", at(1_801)), &["3 2400", "4 3600", "0 7800"]),
        (&format!("DueBefore={}", at(1_800)), &["1 1200", "2 1800"]),
        (&format!("DueBefore={}", at(1_799)), &["1 1200"]),
        (&format!("DueAfter={0}&DueBefore={0}", at(2_400)), &["3 2400"]),
        (&format!("DueAfter={}&DueBefore={}", at(2_400), at(1_200)), &[]),
    ] {
        for size in ["", "&PageSize=1"] {
            assert_eq!(listed(&app, &made, &format!("{query}{size}")).await, expected, "{query}{size}");
        }
    }
}

#[tokio::test]
async fn filters_by_time_know_the_deadlines_that_messages_moved() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for minutes in [10, 11, 12, 40] {
        made.push(conversation(&app, &[("Timers.Inactive", &format!("PT{minutes}M"))]).await);
    }
    app.advance(500).await;
    say(&app, &made[0].1, "moves to 1100").await;
    assert_eq!(listed(&app, &made, &format!("DueAfter={}&PageSize=1", at(1_000))).await, ["0 1100", "3 2400"]);
    say(&app, &made[1].1, "moves to 1160").await;
    assert_eq!(listed(&app, &made, &format!("DueBefore={}&PageSize=1", at(1_150))).await, ["2 720", "0 1100"]);
    say(&app, &made[2].1, "moves to 1220").await;
    let range = format!("DueAfter={}&DueBefore={}", at(1_200), at(1_300));
    assert_eq!(listed(&app, &made, &range).await, ["2 1220"]);
}
