//! The filters of the list of conversations, alone and together.

use dwell_testkit::TestApp;
use serde_json::json;

use crate::support::{CONVERSATIONS, all_items, conversation, path, say, text};

/// Conversations by name: created on the first to the fifth of the month, in every state.
async fn furnish(app: &TestApp) {
    for (day, state) in [(1, "active"), (2, "inactive"), (3, "closed"), (4, "active"), (5, "inactive")] {
        let (name, date) = (format!("day-{day}"), format!("2025-06-0{day}T12:00:00Z"));
        let (_, path) = conversation(app, &[("UniqueName", &name), ("DateCreated", &date)]).await;
        app.made(&path, &[("State", state)]).await;
        app.advance(1).await;
    }
    // Activity that would turn the order round.
    say(app, &format!("{CONVERSATIONS}/day-1"), "x").await;
}

async fn listed(app: &TestApp, query: &str) -> String {
    let items = all_items(app, &format!("{CONVERSATIONS}?PageSize=2&{query}")).await;
    let days: Vec<_> = items.iter().map(|c| text(c, "unique_name").trim_start_matches("day-")).collect();
    days.join(" ")
}

#[tokio::test]
async fn filters_and_their_combinations() {
    let app = TestApp::new().await;
    furnish(&app).await;
    for (query, expected) in [
        ("", "1 5 4 3 2"),
        ("State=active", "1 4"),
        ("State=INACTIVE", "5 2"),
        ("State=closed", "3"),
        // With a date, the newest first, whatever was said last.
        ("StartDate=2025-06-01T00:00:00Z", "5 4 3 2 1"),
        ("StartDate=2025-06-03T00:00:00Z", "5 4 3"),
        ("EndDate=2025-06-03T23:59:59Z", "3 2 1"),
        ("StartDate=2025-06-02T00:00:00Z&EndDate=2025-06-04T23:59:59Z", "4 3 2"),
        ("StartDate=2025-06-02T00:00:00Z&EndDate=2025-06-04T23:59:59Z&State=inactive", "2"),
        ("StartDate=2025-06-02T00:00:00Z&State=active", "4"),
        ("EndDate=2025-06-02T23:59:59Z&State=active", "1"),
        ("EndDate=2025-05-31T23:59:59Z", ""),
        ("StartDate=2026-01-01T00:00:00Z", ""),
        // Both ends belong to the range.
        ("StartDate=2025-06-03T12:00:00Z&EndDate=2025-06-03T12:00:00Z", "3"),
        ("StartDate=2025-06-03T12:00:01Z", "5 4"),
        ("EndDate=2025-06-03T11:59:59Z", "2 1"),
        ("StartDate=2025-06-03T14:00:00%2B02:00&EndDate=2025-06-03T08:00:00-04:00", "3"),
        ("StartDate=0001-01-01T00:00:00Z&EndDate=9999-12-30T22:00:00Z", "5 4 3 2 1"),
    ] {
        assert_eq!(listed(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_last_second_of_a_range_belongs_to_it_whole() {
    let app = TestApp::new().await;
    for fraction in ["00", "001", "500", "999999"] {
        let date = format!("2025-06-01T23:59:59.{fraction}Z");
        let (c, _) = conversation(&app, &[("DateCreated", &date), ("UniqueName", &format!("day-{fraction}"))]).await;
        assert_eq!(c["date_created"], "2025-06-01T23:59:59Z", "so it must be found by that date");
    }
    conversation(&app, &[("DateCreated", "2025-06-02T00:00:00Z")]).await;
    assert_eq!(listed(&app, "EndDate=2025-06-01T23:59:59Z").await, "999999 500 001 00");
    assert_eq!(listed(&app, "EndDate=2025-06-01T23:59:59.5Z").await, "500 001 00");
    assert_eq!(listed(&app, "EndDate=2025-06-01T23:59:58Z").await, "");
}

#[tokio::test]
async fn filters_are_echoed_and_encoded_in_the_urls() {
    let app = TestApp::new().await;
    furnish(&app).await;
    let query = "StartDate=2025-06-01T02:00:00%2B02:00&EndDate=2025-06-09T23:59:59Z&State=Active";
    let page = app.fetched(&format!("{CONVERSATIONS}?Page=0&PageSize=1&Unknown=x&{query}")).await;
    let encoded = "StartDate=2025-06-01T02%3A00%3A00%2B02%3A00&EndDate=2025-06-09T23%3A59%3A59Z&State=Active";
    let url = format!("http://dwell.test{CONVERSATIONS}?{encoded}&PageSize=1&Page=0");
    assert_eq!((&page["meta"]["url"], &page["meta"]["first_page_url"]), (&json!(url), &json!(url)));
    let next = text(&page["meta"], "next_page_url");
    assert!(next.starts_with(&format!("http://dwell.test{CONVERSATIONS}?{encoded}&PageSize=1&Page=1&PageToken=")));
    let second = app.fetched(path(&page["meta"]["next_page_url"])).await;
    let names = [&page, &second].map(|page| text(&page["conversations"][0], "unique_name").to_owned());
    assert_eq!(names, ["day-4", "day-1"], "the filters hold on the next page");

    let messages = format!("{CONVERSATIONS}/day-1/Messages");
    let page = app.fetched(&format!("{messages}?Order=DESC")).await;
    assert!(text(&page["meta"], "url").ends_with("/Messages?Order=DESC&PageSize=50&Page=0"));
    let query = "DueAfter=2026-01-01T00:00:00%2B00:00&DueBefore=2027-01-01T00:00:00Z&State=active";
    let page = app.fetched(&format!("/dwell/v1/Timers?{query}")).await;
    let encoded = "DueAfter=2026-01-01T00%3A00%3A00%2B00%3A00&DueBefore=2027-01-01T00%3A00%3A00Z&State=active";
    assert_eq!(page["meta"]["url"], format!("http://dwell.test/dwell/v1/Timers?{encoded}&PageSize=50&Page=0"));
}

#[tokio::test]
async fn a_state_filter_follows_the_state() {
    let app = TestApp::new().await;
    let (_, path) =
        conversation(&app, &[("UniqueName", "day-1"), ("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    let by_state = async |app: &TestApp| {
        let mut found = Vec::new();
        for state in ["active", "inactive", "closed"] {
            if !listed(app, &format!("State={state}")).await.is_empty() {
                found.push(state);
            }
        }
        found.join(" ")
    };
    assert_eq!(by_state(&app).await, "active");
    app.advance(60).await;
    assert_eq!(by_state(&app).await, "inactive");
    say(&app, &path, "x").await;
    assert_eq!(by_state(&app).await, "active");
    app.advance(660).await;
    assert_eq!(by_state(&app).await, "closed");
    app.delete(&path).await;
    assert_eq!(by_state(&app).await, "");
}
