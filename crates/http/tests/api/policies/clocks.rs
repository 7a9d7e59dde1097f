//! What a conversation lives through under a policy.

use dwell_core::receipt::Status;
use dwell_testkit::Carrying;
use dwell_testkit::postgres::Database;
use serde_json::json;

use super::*;
use crate::support::{all_items, at, history, state};

const WARNINGS: (&str, &str) =
    ("Warnings", r#"[{"before": "PT2M", "body": "Still there?"}, {"before": "PT30S", "body": "Last call."}]"#);
const FAREWELL: (&str, &str) = ("Farewell", "Write again whenever you like.");
const REP_DESK: (&str, &str) = ("Preset", "rep_desk");

/// The texts that the customer's telephone got.
async fn heard(app: &TestApp) -> Vec<String> {
    app.deliver().await;
    let parcels = app.carriers.take_accepted();
    parcels.into_iter().map(|parcel| parcel.body.unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_story_of_a_customer_who_falls_silent_and_returns() {
    let app = TestApp::new().await;
    app.carriers.behave(CUSTOMER, Carrying::Accept(Some(Status::Sent)));
    app.new_channel(&app.account, &[DESK]).await;
    let made = policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    let (c, path) = desk(&app).await;
    let seen = life(&app, &c).await;
    let expected = json!({"sid": made["sid"], "version": 1, "friendly_name": "Desk"});
    assert_eq!((&seen["policy"], &seen["held"], &seen["armed"]), (&expected, &json!(false), &json!(null)));

    // However long the agent takes: the customer is not to blame.
    says(&app, &path, CUSTOMER, "Where is my parcel?").await;
    app.advance(7_200).await;
    says(&app, &path, AGENT, "Let me look.").await;
    assert_eq!(clock(&app, &c).await, ["warning 7380", "warning 7470", "inactive 7500", "closed 93900"]);
    let life_now = life(&app, &c).await;
    assert_eq!(life_now["clock"][0]["body"], "Still there?");
    assert_eq!(life_now["clock"][2]["body"], FAREWELL.1);
    app.advance(100).await;
    says(&app, &path, AGENT, "It is on its way.").await;
    assert_eq!(app.fetched(&path).await["timers"], json!({"date_inactive": at(7_500), "date_closed": at(93_900)}));
    assert_eq!(heard(&app).await, ["Let me look.", "It is on its way."]);

    app.advance(150).await;
    assert_eq!(heard(&app).await, ["Still there?"]);
    assert_eq!(app.fetched(&path).await["timers"]["date_inactive"], at(7_500), "a warning is no activity");
    app.advance(49).await;
    assert_eq!((heard(&app).await, state(&app, &path).await.as_str()), (vec!["Last call.".to_owned()], "active"));
    app.advance(1).await;
    assert_eq!((heard(&app).await, state(&app, &path).await.as_str()), (vec![FAREWELL.1.to_owned()], "inactive"));

    // The customer returns, and nothing runs until somebody answers.
    app.advance(3_600).await;
    says(&app, &path, CUSTOMER, "It has arrived!").await;
    assert_eq!((state(&app, &path).await.as_str(), clock(&app, &c).await), ("active", vec![]));
    app.advance(60).await;
    says(&app, &path, AGENT, "Good.").await;
    app.advance(10 * 86_400).await;
    let expected = [
        "0 +15017122661: Where is my parcel?",
        "7200 ada: Let me look.",
        "7300 ada: It is on its way.",
        "7380 system: Still there?",
        "7470 system: Last call.",
        "7500 system: Write again whenever you like.",
        "7500 active>inactive TIMER",
        "11100 +15017122661: It has arrived!",
        "11100 inactive>active EVENT",
        "11160 ada: Good.",
        "11340 system: Still there?",
        "11430 system: Last call.",
        "11460 system: Write again whenever you like.",
        "11460 active>inactive TIMER",
        "97860 inactive>closed TIMER",
    ];
    assert_eq!(log(&app, &c).await, expected);
    let indexes: Vec<_> =
        all_items(&app, &format!("{path}/Messages")).await.iter().map(|m| m["index"].clone()).collect();
    assert_eq!(indexes, (0..11).map(|n| json!(n)).collect::<Vec<_>>());
    let told: Vec<_> = app.events(sid(&c)).await.into_iter().skip(2).map(|event| event.seq).collect();
    assert_eq!(told, (3..3 + told.len() as i64).collect::<Vec<_>>(), "the log has no gap");
}

#[tokio::test]
async fn webhooks_hear_of_a_farewell_before_the_change_that_it_announces() {
    let app = TestApp::new().await;
    let hook = "https://example.com/hook";
    let filters = [("PostWebhookUrl", hook), ("Filters", "onMessageAdded"), ("Filters", "onConversationStateUpdated")];
    app.made("/v1/Configuration/Webhooks", &filters).await;
    policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    let (_, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    app.advance(2 * 86_400).await;
    app.deliver().await;
    let calls = app.receivers.take_calls();
    let told: Vec<_> = calls
        .iter()
        .map(|call| {
            let param = |name: &str| call.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
            ["EventType", "Author", "Body", "StateTo", "Reason"].map(param).join(" ").trim().to_owned()
        })
        .collect();
    let expected = [
        "onMessageAdded system Still there?",
        "onMessageAdded system Last call.",
        "onMessageAdded system Write again whenever you like.",
        "onConversationStateUpdated   inactive TIMER",
        "onConversationStateUpdated   closed TIMER",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn whose_messages_count_is_the_policys_to_say() {
    for (counts, starts_on, ends) in [
        ("anyone", "last_message", 430),
        ("customer", "last_message", 310),
        ("customer", "last_agent_message", 430),
        ("customer", "first_agent_reply", 420),
    ] {
        let app = TestApp::new().await;
        policy(&app, &[("IdleAfter", "PT5M"), ("Counts", counts), ("StartsOn", starts_on)]).await;
        let (c, path) = desk(&app).await;
        for (turn, author) in [(10, CUSTOMER), (110, AGENT), (10, AGENT)] {
            app.advance(turn).await;
            says(&app, &path, author, "x").await;
        }
        app.advance(1_000).await;
        assert_eq!(history(&app, &c).await, [format!("active>inactive TIMER {ends}")], "{counts} {starts_on}");
    }
}

#[tokio::test]
async fn the_clock_stands_still_outside_business_hours() {
    // The clock of tests begins on Thursday; Berlin is an hour ahead of UTC.
    const FRIDAY_1650: i64 = 86_400 + (15 * 60 + 50) * 60;
    const MONDAY_9: i64 = 4 * 86_400 + 8 * 3_600;
    let app = TestApp::new().await;
    let day = r#"[["09:00", "17:00"]]"#;
    let hours = format!(r#"{{"time_zone": "Europe/Berlin", "week": {{"thu": {day}, "fri": {day}, "mon": {day}}}}}"#);
    let form = [REP_DESK, WARNINGS, FAREWELL, ("IdleAfter", "PT30M"), ("Hours", &hours)];
    policy(&app, &form).await;
    let (c, path) = desk(&app).await;
    app.advance(FRIDAY_1650).await;
    says(&app, &path, AGENT, "Hello?").await;
    let ends = MONDAY_9 + 20 * 60;
    let expected = [("warning", ends - 120), ("warning", ends - 30), ("inactive", ends), ("closed", ends + 86_400)];
    assert_eq!(clock(&app, &c).await, expected.map(|(what, at)| format!("{what} {at}")));
    app.advance(2 * 86_400).await;
    assert_eq!(log(&app, &c).await.len(), 1, "nothing over the week-end");
    app.advance(7 * 86_400).await;
    let closed = format!("inactive>closed TIMER {}", ends + 86_400);
    assert_eq!(history(&app, &c).await, [format!("active>inactive TIMER {ends}"), closed]);
}

#[tokio::test]
async fn the_end_of_a_session_may_leave_the_conversation_open() {
    let app = TestApp::new().await;
    policy(
        &app,
        &[
            ("Counts", "customer"),
            ("StartsOn", "first_agent_reply"),
            ("IdleAfter", "PT5M"),
            ("Action", "end"),
            ("EndCloses", "false"),
            FAREWELL,
        ],
    )
    .await;
    let (c, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    assert_eq!(clock(&app, &c).await, ["end 300"]);
    app.advance(30 * 86_400).await;
    says(&app, &path, CUSTOMER, "Hello!").await;
    let expected = [
        "0 ada: Hello?",
        "300 system: Write again whenever you like.",
        "300 active>inactive TIMER",
        "2592000 +15017122661: Hello!",
        "2592000 inactive>active EVENT",
    ];
    assert_eq!(log(&app, &c).await, expected);
}

#[tokio::test]
async fn what_came_due_while_the_server_was_down_is_said_and_done_at_its_own_time() {
    let app = TestApp::new().await;
    policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    let (c, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    app.advance(200).await;
    app.clock.advance(5 * 86_400);
    let app = app.restart().await;
    app.fire_due().await;
    let expected = [
        "0 ada: Hello?",
        "180 system: Still there?",
        "270 system: Last call.",
        "300 system: Write again whenever you like.",
        "300 active>inactive TIMER",
        "86700 inactive>closed TIMER",
    ];
    assert_eq!(log(&app, &c).await, expected);
    let messages = all_items(&app, &format!("{path}/Messages")).await;
    assert_eq!(messages[3]["date_created"], at(300));
    assert_eq!(app.fetched(&path).await["date_updated"], at(86_700));
    app.fire_due().await;
    assert_eq!(log(&app, &c).await, expected, "once");
}

#[tokio::test]
async fn who_comes_before_the_scheduler_finds_everything_said() {
    let app = TestApp::new().await;
    policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    let (c, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    app.clock.advance(290);
    says(&app, &path, CUSTOMER, "Here I am.").await;
    app.clock.advance(10_000);
    app.fire_due().await;
    let expected =
        ["0 ada: Hello?", "180 system: Still there?", "270 system: Last call.", "290 +15017122661: Here I am."];
    assert_eq!(log(&app, &c).await, expected, "and the customer's message stops the clock");
    says(&app, &path, AGENT, "Good.").await;
    app.clock.advance(301);
    says(&app, &path, CUSTOMER, "Bye.").await;
    let log = log(&app, &c).await;
    let last = [
        "10590 system: Write again whenever you like.",
        "10590 active>inactive TIMER",
        "10591 +15017122661: Bye.",
        "10591 inactive>active EVENT",
    ];
    assert_eq!(log[log.len() - 4..], last);
}

#[tokio::test]
async fn a_request_that_changes_nothing_leaves_nothing_half_said() {
    // Whether it parks or closes: a request may find the one or the other.
    for action in ["inactivate", "end"] {
        let app = TestApp::new().await;
        policy(&app, &[REP_DESK, WARNINGS, FAREWELL, ("Action", action)]).await;
        app.hire(AGENT).await;
        for (n, request) in ["participant", "message", "user", "webhook", "nobody", "leaver"].iter().enumerate() {
            let (c, path) = outside(&app, &[], (&format!("+1501712{:04}", 3_000 + n), DESK)).await;
            let member = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
            says(&app, &path, AGENT, "Hello?").await;
            let message = all_items(&app, &format!("{path}/Messages")).await.remove(0);
            let began = seconds(text(&message, "date_created"));
            app.clock.advance(400);
            let c_sid = sid(&c);
            let answer = match *request {
                "participant" => app.post(&format!("{path}/Participants/{}", sid(&member)), &[]).await,
                "message" => app.post(&format!("{path}/Messages/{}", sid(&message)), &[]).await,
                "user" => app.post(&format!("/v1/Users/ann/Conversations/{c_sid}"), &[]).await,
                "webhook" => app.delete(&format!("{path}/Webhooks/WH{}", "0".repeat(32))).await,
                "nobody" => app.delete(&format!("/v1/Users/ann/Conversations/CH{}", "0".repeat(32))).await,
                _ => app.delete("/v1/Users/ann").await,
            };
            assert!(answer.status < 500, "{request}: {}", answer.text);
            app.fire_due().await;
            let to = if action == "end" { "closed" } else { "inactive" };
            let log: Vec<_> = log(&app, &c).await;
            let expected = [
                format!("{began} ada: Hello?"),
                format!("{} system: Still there?", began + 180),
                format!("{} system: Last call.", began + 270),
                format!("{} system: Write again whenever you like.", began + 300),
                format!("{} active>{to} TIMER", began + 300),
            ];
            assert_eq!(log, expected, "{request}");
            if action == "inactivate" {
                says(&app, &path, AGENT, "It takes messages.").await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schedulers_say_everything_once() {
    say_everything_once(TestApp::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schedulers_say_everything_once_on_postgresql() {
    let database = Database::create().unwrap();
    say_everything_once(TestApp::on(database.url().parse().unwrap()).await).await;
}

async fn say_everything_once(app: TestApp) {
    policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    app.hire(AGENT).await;
    let mut all = Vec::new();
    for n in 0..40 {
        let (c, path) = outside(&app, &[], (&format!("+1501712{:04}", 3_000 + n), DESK)).await;
        says(&app, &path, AGENT, "Hello?").await;
        all.push(c);
    }
    app.clock.advance(2 * 86_400);
    let (one, two) = tokio::join!(app.engine.fire_due(), app.engine.fire_due());
    one.unwrap();
    two.unwrap();
    for c in &all {
        let log = log(&app, c).await;
        assert_eq!(log.len(), 6, "{log:?}");
        let said: Vec<_> = log.iter().filter(|line| line.contains("system")).collect();
        assert_eq!(said.len(), 3, "{log:?}");
    }
}

#[tokio::test]
async fn a_clock_that_messages_put_off_does_not_fire_early() {
    let app = TestApp::new().await;
    policy(&app, &[("IdleAfter", "PT5M"), WARNINGS]).await;
    let (c, path) = desk(&app).await;
    for turn in 1..=5 {
        app.advance(100).await;
        says(&app, &path, CUSTOMER, &turn.to_string()).await;
    }
    assert_eq!(log(&app, &c).await.len(), 5);
    app.advance(179).await;
    assert_eq!(log(&app, &c).await.len(), 5);
    app.advance(1).await;
    assert_eq!(log(&app, &c).await.last().unwrap(), "680 system: Still there?");
}

#[tokio::test]
async fn a_held_clock_waits_and_an_extended_one_takes_longer() {
    use dwell_core::lifecycle::Input;
    let app = TestApp::new().await;
    policy(&app, &[REP_DESK, WARNINGS]).await;
    let (c, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    app.advance(100).await;
    app.befall(sid(&c), Input::Hold).await;
    let seen = life(&app, &c).await;
    assert_eq!((&seen["held"], &seen["armed"], &seen["clock"]), (&json!(true), &json!(null), &json!([])));
    app.advance(86_400).await;
    assert_eq!(log(&app, &c).await.len(), 1);
    app.befall(sid(&c), Input::Release).await;
    assert_eq!(clock(&app, &c).await[0], "warning 86580");
    app.befall(sid(&c), Input::Extend { by_seconds: 600 }).await;
    assert_eq!(clock(&app, &c).await, ["warning 87180", "warning 87270", "inactive 87300", "closed 173700"]);
    app.advance(7 * 86_400).await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 87300", "inactive>closed TIMER 173700"]);
}

#[tokio::test]
async fn a_last_call_is_asked_of_the_end_and_not_of_warnings() {
    let app = TestApp::new().await;
    app.made("/dwell/v1/LastCall", &[("WebhookUrl", "https://example.com/last"), ("LeadSeconds", "10")]).await;
    policy(&app, &[REP_DESK, WARNINGS]).await;
    let (_, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    for (turn, asked) in [(175, 0), (90, 0), (27, 1)] {
        app.advance(turn).await;
        app.last_calls().await;
        assert_eq!(app.receivers.take_calls().len(), asked, "after {turn}");
    }
}

#[tokio::test]
async fn a_test_clock_is_turned_to_the_next_transition_past_what_is_said() {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    policy(&app, &[REP_DESK, WARNINGS, FAREWELL]).await;
    let (c, path) = desk(&app).await;
    says(&app, &path, AGENT, "Hello?").await;
    for (now, log_length) in [(300, 5), (86_700, 6)] {
        let turned = app.made("/dwell/v1/TestClock/Advance", &[("To", "next")]).await;
        assert_eq!((seconds(text(&turned, "now")), turned["transitions"].as_i64()), (now, Some(1)));
        assert_eq!(log(&app, &c).await.len(), log_length);
    }
}
