//! The rules of states and timers, one by one.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{
    CONVERSATIONS, at, conversation, event_kinds, everything, history, post_with, say, sid, state, state_events,
};

const BOTH: [(&str, &str); 2] = [("Timers.Inactive", "PT5M"), ("Timers.Closed", "PT1H")];
const WEBHOOKS: (&str, &str) = ("X-Twilio-Webhook-Enabled", "true");

fn dates(inactive: Option<i64>, closed: Option<i64>) -> Value {
    let mut dates = json!({});
    for (name, date) in [("date_inactive", inactive), ("date_closed", closed)] {
        if let Some(seconds) = date {
            dates[name] = json!(at(seconds));
        }
    }
    dates
}

#[tokio::test]
async fn a_change_of_state_by_hand_restarts_both_clocks() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    for (turn, to, shown) in [
        (100, "inactive", dates(Some(100), Some(3_700))),
        (100, "active", dates(Some(500), Some(4_100))),
        (200, "inactive", dates(Some(400), Some(4_000))),
        (3_599, "active", dates(Some(4_299), Some(7_899))),
    ] {
        app.advance(turn).await;
        let changed = app.made(&path, &[("State", to)]).await;
        assert_eq!((changed["state"].as_str(), &changed["timers"]), (Some(to), &shown));
        assert_eq!(app.fetched(&path).await, changed);
    }
    app.advance(300 + 3_600).await;
    let expected = [
        "active>inactive API 100",
        "inactive>active API 200",
        "active>inactive API 400",
        "inactive>active API 3999",
        "active>inactive TIMER 4299",
        "inactive>closed TIMER 7899",
    ];
    assert_eq!(history(&app, &c).await, expected);
}

#[tokio::test]
async fn a_change_of_state_by_hand_restarts_a_lone_closed_timer() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Closed", "PT1H")]).await;
    app.advance(1_000).await;
    let parked = app.made(&path, &[("State", "inactive")]).await;
    assert_eq!(parked["timers"], dates(None, Some(4_600)));
    app.advance(1_000).await;
    say(&app, &path, "hello").await;
    let back = app.fetched(&path).await;
    assert_eq!((&back["state"], &back["timers"]), (&json!("active"), &dates(None, Some(4_600))), "not by a message");
    app.advance(2_600).await;
    let expected = ["active>inactive API 1000", "inactive>active EVENT 2000", "active>closed TIMER 4600"];
    assert_eq!(history(&app, &c).await, expected);
}

#[tokio::test]
async fn setting_the_state_that_holds_restarts_nothing() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    app.advance(200).await;
    assert_eq!(app.made(&path, &[("State", "active")]).await["timers"], c["timers"]);
    app.advance(200).await;
    assert_eq!(app.made(&path, &[("State", "inactive")]).await["timers"], c["timers"]);
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 300"]);
}

#[tokio::test]
async fn a_new_timer_counts_from_the_update() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT5M")]).await;
    for (turn, form, shown) in [
        (100, ("Timers.Inactive", "PT10M"), dates(Some(700), None)),
        // The other timer keeps its length but counts from here as well.
        (100, ("Timers.Closed", "PT1H"), dates(Some(800), Some(4_400))),
        (100, ("Timers.Inactive", "PT0S"), dates(None, Some(3_900))),
        (100, ("Timers.Inactive", "PT5M"), dates(Some(700), Some(4_300))),
        (100, ("Timers.Closed", "PT0S"), dates(Some(800), None)),
        (100, ("Timers.Inactive", "PT0S"), dates(None, None)),
    ] {
        app.advance(turn).await;
        assert_eq!(app.made(&path, &[form]).await["timers"], shown, "{form:?}");
    }
    // While inactive, the closed clock counts from the update.
    let (c, path) = conversation(&app, &BOTH).await;
    app.advance(300 + 1_000).await;
    assert_eq!(app.made(&path, &[("Timers.Closed", "PT2H")]).await["timers"], dates(Some(900), Some(1_900 + 7_200)));
    app.advance(7_199).await;
    assert_eq!(state(&app, &path).await, "inactive");
    app.advance(1).await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 900", "inactive>closed TIMER 9100"]);
}

#[tokio::test]
async fn zero_disables_and_own_values_outrank_the_defaults() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT1H")]).await;
    for (form, shown) in [
        (&[][..], dates(Some(300), Some(3_900))),
        (&[("Timers.Inactive", "PT0S")], dates(None, Some(3_600))),
        (&[("Timers.Closed", "PT0S")], dates(Some(300), None)),
        (&[("Timers.Inactive", "PT0M"), ("Timers.Closed", "P0D")], dates(None, None)),
        (&[("Timers.Inactive", "PT10M")], dates(Some(600), Some(4_200))),
        (&[("Timers.Inactive", "PT10M"), ("Timers.Closed", "PT10M")], dates(Some(600), Some(1_200))),
        (&[("State", "inactive")], dates(Some(0), Some(3_600))),
    ] {
        assert_eq!(conversation(&app, form).await.0["timers"], shown, "{form:?}");
    }
    let configuration = app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT0S")]).await;
    assert_eq!(configuration["default_closed_timer"], "PT1H", "the other default stays");
    assert_eq!(conversation(&app, &[]).await.0["timers"], dates(None, Some(3_600)));
    app.made("/v1/Configuration", &[("DefaultClosedTimer", "PT0S")]).await;
    assert_eq!(conversation(&app, &[]).await.0["timers"], dates(None, None));
}

#[tokio::test]
async fn blank_timers_are_errors_and_change_nothing() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT1H")]).await;
    let (_, path) = conversation(&app, &BOTH).await;
    let before = everything(&app).await;
    app.clock.advance(1);
    for (path, name, code, fine) in [
        ("/v1/Configuration", "DefaultInactiveTimer", 50379, ("DefaultClosedTimer", "PT2H")),
        ("/v1/Configuration", "DefaultClosedTimer", 50380, ("DefaultInactiveTimer", "PT2M")),
        (CONVERSATIONS, "Timers.Inactive", 50379, ("Timers.Closed", "PT2H")),
        (CONVERSATIONS, "Timers.Closed", 50380, ("Timers.Inactive", "PT2M")),
        (&path, "Timers.Inactive", 50379, ("Timers.Closed", "PT2H")),
        (&path, "Timers.Closed", 50380, ("State", "inactive")),
    ] {
        for blank in ["", " "] {
            // Whatever stands beside it, and on either side, is not done.
            for form in [&[(name, blank)][..], &[(name, blank), fine], &[fine, (name, blank)]] {
                assert_eq!(app.post(path, form).await.refusal(), (400, code), "{path} {form:?}");
            }
        }
    }
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn dates_of_what_will_not_happen_are_not_shown() {
    let app = TestApp::new().await;
    for (form, by_timer, shown) in [
        // Closed by hand while active: no inactivity any more.
        (&BOTH[..], false, dates(None, Some(60))),
        // Closed by hand while inactive: what happened stays.
        (&BOTH, true, dates(Some(300), Some(400))),
        // A timer that is not configured has no date, whatever happens.
        (&BOTH[..1], false, dates(None, None)),
        (&BOTH[1..], false, dates(None, Some(60))),
        (&[], false, dates(None, None)),
    ] {
        let app = TestApp::new().await;
        let (_, path) = conversation(&app, form).await;
        app.advance(if by_timer { 400 } else { 60 }).await;
        let closed = app.made(&path, &[("State", "closed")]).await;
        assert_eq!((closed["state"].as_str(), &closed["timers"]), (Some("closed"), &shown), "{form:?}");
        app.advance(1_000_000).await;
        assert_eq!(app.fetched(&path).await, closed);
    }
    // Closed by hand after a message brought it back: the past inactivity is no longer its own.
    let (_, path) = conversation(&app, &BOTH).await;
    app.advance(310).await;
    say(&app, &path, "back").await;
    app.advance(10).await;
    assert_eq!(app.made(&path, &[("State", "closed")]).await["timers"], dates(None, Some(320)));
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &BOTH[..1]).await;
    app.advance(60).await;
    assert_eq!(app.made(&path, &[("State", "inactive")]).await["timers"], dates(Some(60), None));
}

#[tokio::test]
async fn webhooks_hear_of_timers_and_reactivation_always_and_of_requests_only_when_asked() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    app.advance(300).await;
    say(&app, &path, "back").await;
    app.made(&path, &[("State", "inactive")]).await;
    assert_eq!(post_with(&app, &path, &[("State", "active")], WEBHOOKS).await.status, 200);
    assert_eq!(
        post_with(&app, &path, &[("State", "inactive")], ("x-twilio-webhook-enabled", "false")).await.status,
        200
    );
    assert_eq!(post_with(&app, &format!("{path}/Messages"), &[("Body", "x")], WEBHOOKS).await.status, 201);
    app.advance(300 + 3_600).await;
    let told: Vec<_> = state_events(&app, &c).await;
    let told: Vec<_> = told
        .iter()
        .map(|(payload, notify)| {
            let [from, to, reason] = ["StateFrom", "StateTo", "Reason"].map(|name| payload[name].as_str().unwrap());
            format!("{from}>{to} {reason} {notify}")
        })
        .collect();
    let expected = [
        "active>inactive TIMER true",
        "inactive>active EVENT true",
        "active>inactive API false",
        "inactive>active API true",
        "active>inactive API false",
        "inactive>active EVENT true",
        "active>inactive TIMER true",
        "inactive>closed TIMER true",
    ];
    assert_eq!(told, expected);
    let kinds = event_kinds(&app, &c).await;
    let expected = [
        "onConversationAdded",
        "onConversationStateUpdated!",
        "onMessageAdded",
        "onConversationStateUpdated!",
        "onConversationStateUpdated",
        "onConversationUpdated",
        "onConversationStateUpdated!",
        "onConversationUpdated!",
        "onConversationStateUpdated",
        "onConversationUpdated",
        "onMessageAdded!",
        "onConversationStateUpdated!",
        "onConversationStateUpdated!",
        "onConversationStateUpdated!",
    ];
    assert_eq!(kinds, expected, "a timer is never an update of the conversation");
}

#[tokio::test]
async fn date_updated_moves_with_state_fields_and_timers_and_not_with_what_is_inside() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &BOTH).await;
    let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
    let (messages, participants) = (format!("{path}/Messages"), format!("{path}/Participants"));
    app.made(&participants, &[("Identity", "ann")]).await;
    let ann = format!("{participants}/ann");
    let mut now = 0;
    let mut moved = 0;
    for (method, below, form, moves) in [
        ("POST", &messages, ("Body", "x"), false),
        ("POST", &path, ("FriendlyName", "x"), true),
        ("POST", &message, ("Body", "y"), false),
        ("DELETE", &message, ("", ""), false),
        ("POST", &participants, ("Identity", "bob"), false),
        ("POST", &ann, ("LastReadMessageIndex", "1"), false),
        ("POST", &path, ("Timers.Inactive", "PT10M"), true),
        ("DELETE", &ann, ("", ""), false),
        ("POST", &path, ("Attributes", "{}"), true),
        ("POST", &path, ("State", "inactive"), true),
        ("POST", &messages, ("Body", "reactivates"), true),
        ("POST", &messages, ("Body", "does not"), false),
    ] {
        app.advance(10).await;
        now += 10;
        let answer = app.send(method, below, &[form], Some(&app.account)).await;
        assert!(answer.status < 300, "{method} {below} {form:?}: {}", answer.text);
        moved = if moves { now } else { moved };
        assert_eq!(app.fetched(&path).await["date_updated"], at(moved), "{method} {below} {form:?}");
    }
    app.advance(10_000).await;
    let closed = app.fetched(&path).await;
    assert_eq!((&closed["date_updated"], &closed["date_created"]), (&json!(at(now + 600 + 3_600)), &json!(at(0))));
}

#[tokio::test]
async fn only_new_messages_are_activity() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
    let second = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
    let participants = format!("{path}/Participants");
    app.made(&participants, &[("Identity", "ann")]).await;
    let (bob, ann) = (format!("{participants}/bob"), format!("{participants}/ann"));
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    let dates = c["timers"].clone();
    for expected in ["active", "inactive"] {
        for (method, below, form) in [
            ("POST", &message, &[("Body", "edited")][..]),
            ("POST", &message, &[("Attributes", "{\"a\":1}")]),
            ("POST", &participants, &[("Identity", "bob")]),
            ("POST", &participants, &pair),
            ("POST", &ann, &[("LastReadMessageIndex", "0")]),
            ("DELETE", &bob, &[]),
            ("POST", &path, &[("FriendlyName", "x"), ("Attributes", "{}"), ("UniqueName", "room")]),
            ("POST", &path, &[]),
        ] {
            app.clock.advance(1);
            let answer = app.send(method, below, form, Some(&app.account)).await;
            assert!(answer.status < 300, "{method} {below} {form:?}: {}", answer.text);
            let now = app.fetched(&path).await;
            assert_eq!((now["state"].as_str(), &now["timers"]), (Some(expected), &dates), "{method} {below} {form:?}");
        }
        let phone = app.fetched(&participants).await["participants"][1]["sid"].as_str().unwrap().to_owned();
        assert_eq!(app.delete(&format!("{participants}/{phone}")).await.status, 204);
        app.advance(300).await;
    }
    assert_eq!(app.delete(&second).await.status, 204);
    assert_eq!(state(&app, &path).await, "inactive");
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 300"]);
}

#[tokio::test]
async fn a_refused_message_is_no_activity() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &BOTH).await;
    app.advance(300).await;
    let before = everything(&app).await;
    for form in [&[][..], &[("Body", "")], &[("Body", "x"), ("Attributes", "no")]] {
        assert_eq!(app.post(&format!("{path}/Messages"), form).await.status, 400);
    }
    assert_eq!(everything(&app).await, before, "still inactive, its closed clock still running");
}
