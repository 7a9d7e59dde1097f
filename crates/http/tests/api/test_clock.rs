//! Test clocks: the time of a test account, turned by its users.

use dwell_engine::Scheduler;
use dwell_testkit::{Account, START, TestApp};
use serde_json::{Value, json};

use crate::support::{CONVERSATIONS, at, changes, path_of, sid, text};

const CLOCK: &str = "/dwell/v1/TestClock";

/// Requests of one account.
pub(crate) struct As<'a>(pub(crate) &'a TestApp, pub(crate) &'a Account);

impl As<'_> {
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.0.send("POST", path, form, Some(self.1)).await;
        assert!((200..300).contains(&answer.status), "POST {path} {form:?}: {}", answer.text);
        answer.body
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.0.send("GET", path, &[], Some(self.1)).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
        answer.body
    }

    pub(crate) async fn advance(&self, name: &str, value: &str) -> Value {
        self.post(&format!("{CLOCK}/Advance"), &[(name, value)]).await
    }

    pub(crate) async fn history(&self, c: &Value) -> Vec<String> {
        changes(&self.get(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(c))).await)
    }

    async fn now(&self) -> String {
        text(&self.get(CLOCK).await, "now").to_owned()
    }
}

/// An instant by its seconds since the start, as Dwell's own resources show it.
fn exact(seconds: i64) -> String {
    START.plus_seconds(seconds).to_rfc3339_micros()
}

#[tokio::test]
async fn a_new_test_account_lives_in_real_time() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    app.clock.advance(5);
    let expected = json!({
        "account_sid": account.sid,
        "now": exact(5),
        "status": "running",
        "transitions": 0,
        "url": "http://dwell.test/dwell/v1/TestClock",
    });
    assert_eq!(As(&app, &account).get(CLOCK).await, expected);
}

#[tokio::test]
async fn test_accounts_have_times_of_their_own_side_by_side() {
    let app = TestApp::new().await;
    let (a, b) = (app.new_test_account().await, app.new_test_account().await);
    let (a, b, real) = (As(&app, &a), As(&app, &b), As(&app, &app.account));
    let timers = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let [in_a, in_b, in_real] = [
        a.post(CONVERSATIONS, &timers).await,
        b.post(CONVERSATIONS, &timers).await,
        real.post(CONVERSATIONS, &timers).await,
    ];
    assert_eq!(a.advance("By", "PT1M").await["transitions"], 1);
    assert_eq!(b.advance("By", "P365D").await["transitions"], 2);
    assert_eq!((a.now().await, b.now().await), (exact(60), exact(365 * 86_400)));
    let state = async |who: &As<'_>, c: &Value| text(&who.get(&path_of(c)).await, "state").to_owned();
    assert_eq!(state(&a, &in_a).await, "inactive");
    assert_eq!(state(&b, &in_b).await, "closed");
    assert_eq!(state(&real, &in_real).await, "active");
    // What they make now carries their own time.
    assert_eq!(a.post(CONVERSATIONS, &[]).await["date_created"], at(60));
    assert_eq!(b.post("/v1/Users", &[("Identity", "ann")]).await["date_created"], at(365 * 86_400));
    assert_eq!(b.post("/v1/Services", &[("FriendlyName", "x")]).await["date_created"], at(365 * 86_400));
    assert_eq!(real.post(CONVERSATIONS, &[]).await["date_created"], at(0));
    a.post(&format!("{}/Messages", path_of(&in_a)), &[("Body", "x")]).await;
    assert_eq!(a.get(&path_of(&in_a)).await["timers"], json!({"date_inactive": at(120), "date_closed": at(720)}));
    assert_eq!(a.history(&in_a).await, ["active>inactive TIMER 60", "inactive>active EVENT 60"]);
    // Real time carries all of them on.
    app.advance(60).await;
    assert_eq!((a.now().await, b.now().await), (exact(120), exact(365 * 86_400 + 60)));
    assert_eq!(a.history(&in_a).await.last().unwrap(), "active>inactive TIMER 120");
    assert_eq!(real.history(&in_real).await, ["active>inactive TIMER 60"]);
}

#[tokio::test]
async fn advance_by_to_and_next() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    let moved = |reading: &Value| (text(reading, "now").to_owned(), reading["transitions"].as_i64().unwrap());
    assert_eq!(moved(&me.advance("To", "next").await), (exact(0), 0), "nothing is armed");
    let first = me.post(CONVERSATIONS, &[("Timers.Inactive", "PT5M"), ("Timers.Closed", "PT1H")]).await;
    let second = me.post(CONVERSATIONS, &[("Timers.Closed", "PT10M")]).await;
    let twin = me.post(CONVERSATIONS, &[("Timers.Closed", "PT10M")]).await;
    assert_eq!(moved(&me.advance("By", "PT0S").await), (exact(0), 0));
    assert_eq!(moved(&me.advance("By", "PT4M59S").await), (exact(299), 0));
    me.post(&format!("{}/Messages", path_of(&first)), &[("Body", "moves its deadline to 599")]).await;
    assert_eq!(moved(&me.advance("To", "Next").await), (exact(599), 1));
    assert_eq!(me.history(&first).await, ["active>inactive TIMER 599"]);
    assert_eq!(moved(&me.advance("To", "next").await), (exact(600), 2), "all that is due at the same instant");
    assert_eq!(moved(&me.advance("To", &exact(4_198)).await), (exact(4_198), 0));
    assert_eq!(moved(&me.advance("To", &exact(4_198)).await), (exact(4_198), 0), "the present is not the past");
    assert_eq!(moved(&me.advance("To", "2026-01-01T02:09:59+01:00").await), (exact(4_199), 1));
    assert_eq!(moved(&me.advance("To", "next").await), (exact(4_199), 0), "everything is closed");
    assert_eq!(me.history(&first).await[1..], ["inactive>closed TIMER 4199"]);
    for c in [&second, &twin] {
        assert_eq!(me.history(c).await, ["active>closed TIMER 600"]);
    }
}

#[tokio::test]
async fn a_frozen_clock_stands_still_until_it_is_resumed() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    let c = me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    app.advance(30).await;
    let frozen = me.post(&format!("{CLOCK}/Freeze"), &[]).await;
    assert_eq!((text(&frozen, "status"), text(&frozen, "now")), ("frozen", exact(30).as_str()));
    app.advance(86_400).await;
    assert_eq!(me.now().await, exact(30));
    assert_eq!(me.history(&c).await, [""; 0], "the scheduler passes it over");
    assert_eq!(me.post(CONVERSATIONS, &[]).await["date_created"], at(30));
    assert_eq!(me.post(&format!("{CLOCK}/Freeze"), &[]).await["now"], exact(30), "again is the same");
    // Turned by hand it moves, and stands still again.
    let turned = me.advance("By", "PT30S").await;
    assert_eq!(
        (text(&turned, "status"), text(&turned, "now"), &turned["transitions"]),
        ("frozen", &*exact(60), &json!(1))
    );
    app.advance(1_000).await;
    assert_eq!((me.now().await, me.history(&c).await.len()), (exact(60), 1));
    let resumed = me.post(&format!("{CLOCK}/Resume"), &[]).await;
    assert_eq!((text(&resumed, "status"), text(&resumed, "now")), ("running", exact(60).as_str()));
    app.advance(599).await;
    assert_eq!((me.now().await, me.history(&c).await.len()), (exact(659), 1));
    assert_eq!(me.post(&format!("{CLOCK}/Resume"), &[]).await["now"], exact(659), "again changes nothing");
    app.advance(1).await;
    assert_eq!(me.history(&c).await, ["active>inactive TIMER 60", "inactive>closed TIMER 660"]);
}

#[tokio::test]
async fn a_clock_outlives_the_server() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let c = As(&app, &account).post(CONVERSATIONS, &[("Timers.Closed", "PT1H")]).await;
    As(&app, &account).advance("By", "PT30M").await;
    let app = app.restart().await;
    assert_eq!(As(&app, &account).now().await, exact(1_800));
    As(&app, &account).post(&format!("{CLOCK}/Freeze"), &[]).await;
    app.clock.advance(86_400);
    let app = app.restart().await;
    app.fire_due().await;
    let me = As(&app, &account);
    assert_eq!((me.now().await, me.history(&c).await.len()), (exact(1_800), 0));
    assert_eq!(me.advance("To", "next").await["now"], exact(3_600));
    assert_eq!(me.history(&c).await, ["active>closed TIMER 3600"]);
}

#[tokio::test]
async fn other_accounts_have_no_clock_to_turn() {
    let app = TestApp::new().await;
    let (c, path) = crate::support::conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    assert_eq!(app.get(CLOCK).await.refusal(), (403, 20403));
    for (below, form) in [
        ("Advance", &[("By", "PT1H")][..]),
        ("Advance", &[("To", "next")]),
        ("Advance", &[("To", "2027-01-01T00:00:00Z")]),
        ("Freeze", &[]),
        ("Resume", &[]),
    ] {
        assert_eq!(app.post(&format!("{CLOCK}/{below}"), form).await.refusal(), (403, 20403), "{below} {form:?}");
    }
    assert_eq!(app.fetched(&path).await, c);
    app.advance(600).await;
    assert_eq!(app.fetched(&path).await["state"], "closed", "real time is all it has");
}

#[tokio::test]
async fn bad_values_do_not_turn_the_clock() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    me.post(CONVERSATIONS, &[("Timers.Closed", "PT10M")]).await;
    me.advance("By", "PT5M").await;
    let before = (me.get(CLOCK).await, me.get("/dwell/v1/Timers").await);
    for form in [
        &[][..],
        &[("By", "")],
        &[("By", "600")],
        &[("By", "-PT1M")],
        &[("By", "P1M")],
        &[("By", "P1W")],
        &[("By", "PT1.5S")],
        &[("By", "P36526D")],
        &[("By", "next")],
        &[("To", "")],
        &[("To", "tomorrow")],
        &[("To", "2026-01-01")],
        &[("To", "2026-01-01T00:04:59Z")],
        &[("To", "1999-01-01T00:00:00Z")],
        &[("To", "2026-01-01T00:04:59.999999Z")],
        &[("By", "PT1M"), ("To", "next")],
        &[("By", "PT1M"), ("By", "PT1M")],
        &[("by", "PT1M")],
    ] {
        let answer = app.send("POST", &format!("{CLOCK}/Advance"), form, Some(&account)).await;
        assert_eq!(answer.refusal(), (400, 20001), "{form:?}");
    }
    assert_eq!((me.get(CLOCK).await, me.get("/dwell/v1/Timers").await), before);
}

#[tokio::test]
async fn a_clock_at_the_end_of_the_calendar_stops_there() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    let c = me.post(CONVERSATIONS, &[("Timers.Inactive", "P36525D"), ("Timers.Closed", "P36525D")]).await;
    assert_eq!(me.advance("To", "9999-12-30T22:00:00Z").await["transitions"], 2);
    assert_eq!(me.advance("By", "P36525D").await["now"], "9999-12-30T22:00:00.000000Z");
    assert_eq!(me.history(&c).await.len(), 2);
    let late = me.post(CONVERSATIONS, &[("Timers.Inactive", "PT1M")]).await;
    me.post(&format!("{}/Messages", path_of(&late)), &[("Body", "x")]).await;
    me.advance("To", "next").await;
    me.advance("By", "PT1M").await;
    assert_eq!(me.get(&path_of(&late)).await["state"], "inactive");
}

#[tokio::test]
async fn the_scheduler_carries_out_timers_on_both_kinds_of_clocks() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let (me, real) = (As(&app, &account), As(&app, &app.account));
    me.advance("By", "P10D").await;
    let timers = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let (mine, other) = (me.post(CONVERSATIONS, &timers).await, real.post(CONVERSATIONS, &timers).await);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let scheduler = tokio::spawn(Scheduler::new(app.engine.clone()).run(async {
        let _ = stopped.await;
    }));
    for (turn, state) in [(60, "inactive"), (600, "closed")] {
        app.clock.advance(turn);
        // It works beside us; each look at the store lets it get on.
        let mut looks = 0;
        while me.get(&path_of(&mine)).await["state"] != state || real.get(&path_of(&other)).await["state"] != state {
            looks += 1;
            assert!(looks < 10_000, "the scheduler does not carry out {state}");
        }
    }
    stop.send(()).unwrap();
    scheduler.await.unwrap();
    let days = 10 * 86_400;
    let expected = [format!("active>inactive TIMER {}", days + 60), format!("inactive>closed TIMER {}", days + 660)];
    assert_eq!(me.history(&mine).await, expected);
    assert_eq!(real.history(&other).await, ["active>inactive TIMER 60", "inactive>closed TIMER 660"]);
}
