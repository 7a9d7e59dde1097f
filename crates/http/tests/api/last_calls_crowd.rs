//! Last calls in a crowd: hooks that never answer beside timers that must not wait; and on test clocks.

use dwell_engine::{LastCaller, Scheduler};
use dwell_testkit::{Behaviour, TestApp};
use serde_json::json;

use crate::last_calls::{HOOK, LAST_CALL, answer, asking_app, params};
use crate::support::{CONVERSATIONS, conversation, path_of, seconds, sid, text};
use crate::test_clock::As;

/// Waits for what tasks beside the test bring about, while the clock stands still: each look at the store lets
/// them get on.
async fn eventually(app: &TestApp, what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..10_000 {
        if is_so().await {
            return;
        }
        app.fetched(LAST_CALL).await;
    }
    panic!("never: {what}");
}

async fn armed(app: &TestApp) -> usize {
    app.fetched("/dwell/v1/Timers?PageSize=1000").await["timers"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_timers_of_one_instant_go_on_time_beside_a_silent_hook() {
    let app = asking_app().await;
    app.receivers.behave(HOOK, Behaviour::Silent);
    for _ in 0..1_000 {
        app.made(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    }
    // Another account's timers of the same instant, and its hook that answers.
    let other = app.new_account().await;
    let them = As(&app, &other);
    them.post(LAST_CALL, &[("WebhookUrl", "https://other.test/")]).await;
    app.receivers.behave("https://other.test/", Behaviour::Answer(200, "{\"hold\":true}".to_owned()));
    let held = them.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    let scheduler = tokio::spawn(Scheduler::new(app.engine.clone()).run(std::future::pending()));
    let caller = tokio::spawn(LastCaller::new(app.engine.clone()).run(std::future::pending()));
    app.clock.advance(50);
    let asked = async || app.receivers.count() >= 65;
    eventually(&app, "as many questions as one account may ask at once, and the other's", asked).await;
    assert_eq!(armed(&app).await, 1_000);
    app.clock.advance(10);
    eventually(&app, "every timer, with the clock at its due time", async || armed(&app).await == 0).await;
    assert_eq!(them.get(&path_of(&held)).await["state"], "active", "its own hook was heard");
    let calls = app.receivers.take_calls();
    assert!(calls.len() <= 130, "{} questions: bounded, and one at a time once nobody answers", calls.len());
    scheduler.abort();
    caller.abort();
}

#[tokio::test]
async fn whoever_never_answers_is_asked_one_at_a_time_until_there_is_an_answer() {
    let app = asking_app().await;
    app.receivers.behave(HOOK, Behaviour::Unreachable);
    for _ in 0..100 {
        app.made(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    }
    let mut caller = LastCaller::new(app.engine.clone());
    app.clock.advance(50);
    for expected in [64, 1, 1] {
        assert!(caller.ask().await.unwrap(), "there are more");
        caller.finish().await;
        assert_eq!(app.receivers.take_calls().len(), expected);
    }
    answer(&app, "");
    for expected in [1, 33] {
        caller.ask().await.unwrap();
        caller.finish().await;
        assert_eq!(app.receivers.take_calls().len(), expected);
    }
    app.advance(10).await;
    assert_eq!(armed(&app).await, 0);
}

#[tokio::test]
async fn turning_a_test_clock_asks_at_each_deadline() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    me.post(LAST_CALL, &[("WebhookUrl", HOOK)]).await;
    me.post("/dwell/v1/TestClock/Freeze", &[]).await;
    let c = me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    let other = me.post(CONVERSATIONS, &[("Timers.Closed", "PT11M")]).await;
    let due = |app: &TestApp| {
        let calls = app.receivers.take_calls();
        calls.iter().map(|call| seconds(params(call)["DateDue"])).collect::<Vec<_>>()
    };
    let moved = |reading: &serde_json::Value| (seconds(text(reading, "now")), reading["transitions"].as_i64().unwrap());
    // Everything is let go, in order, each asked about once.
    assert_eq!(moved(&me.advance("By", "PT1H").await), (3_600, 3));
    let asked = due(&app);
    assert_eq!((asked.len(), asked[0], asked[1..].to_vec()), (3, 60, vec![660, 660]));
    assert_eq!(me.history(&c).await, ["active>inactive TIMER 60", "inactive>closed TIMER 660"]);
    let life = me.get(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c))).await;
    let times: Vec<_> =
        life["last_calls"].as_array().unwrap().iter().map(|asked| seconds(text(asked, "asked"))).collect();
    assert_eq!(times, [650, 50], "asked as long before as in real time");
    assert_eq!(me.history(&other).await, ["active>closed TIMER 660"]);
    // The next deadline is where the clock stops, also when it is put off.
    answer(&app, "{\"postpone\":\"PT1H\"}");
    let c = me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    me.post(&format!("{}/Messages", path_of(&c)), &[("Body", "x")]).await;
    assert_eq!(moved(&me.advance("To", "next").await), (3_660, 0));
    assert_eq!(moved(&me.advance("To", "next").await), (7_260, 0));
    assert_eq!(due(&app), [3_660, 7_260]);
    assert_eq!(moved(&me.advance("By", "PT3H").await), (18_060, 0), "as often as it takes");
    assert_eq!(due(&app), [10_860, 14_460, 18_060]);
    answer(&app, "{\"hold\":true}");
    assert_eq!(moved(&me.advance("To", "next").await), (21_660, 0));
    assert_eq!(moved(&me.advance("To", "next").await), (21_660, 0), "nothing is armed");
    assert_eq!(moved(&me.advance("By", "P365D").await).1, 0);
    assert_eq!(me.history(&c).await, [""; 0]);
    assert_eq!(due(&app).len(), 1);
    answer(&app, "");
    me.post(&format!("{}/Messages", path_of(&c)), &[("Body", "x")]).await;
    assert_eq!(moved(&me.advance("To", "next").await).1, 1);
}

#[tokio::test]
async fn a_hook_that_puts_off_for_ever_or_never_answers_ends_the_questions_of_a_turn() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    me.post(LAST_CALL, &[("WebhookUrl", HOOK)]).await;
    me.post("/dwell/v1/TestClock/Freeze", &[]).await;
    answer(&app, "{\"postpone\":\"PT1M\"}");
    me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    let reading = me.advance("By", "P365D").await;
    assert_eq!((&reading["transitions"], app.receivers.take_calls().len()), (&json!(1), 1_000));
    app.receivers.behave(HOOK, Behaviour::Unreachable);
    for minutes in 1..=10 {
        me.post(CONVERSATIONS, &[("Timers.Inactive", &format!("PT{minutes}M"))]).await;
    }
    let reading = me.advance("By", "PT1H").await;
    assert_eq!((&reading["transitions"], app.receivers.take_calls().len()), (&json!(10), 3));
    // A clock that runs is watched like real time, and one that stands still is not.
    me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    app.clock.advance(100);
    app.last_calls().await;
    assert_eq!(app.receivers.count(), 0);
    me.post("/dwell/v1/TestClock/Resume", &[]).await;
    answer(&app, "{\"hold\":true}");
    app.clock.advance(55);
    app.last_calls().await;
    assert_eq!(app.receivers.take_calls().len(), 1);
    app.advance(5).await;
    let timers = me.get("/dwell/v1/Timers").await;
    assert_eq!(timers["timers"], json!([]), "held");
    let (real, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    app.advance(60).await;
    assert_eq!((app.receivers.count(), sid(&real).len()), (0, 34), "the real account asks nobody");
}
