//! The scheduler's own loop on a clock that only the test turns.

#![allow(clippy::panic, reason = "a test that is not as it must be stops")]

use dwell_engine::{Clock, Scheduler};
use dwell_testkit::TestApp;
use serde_json::json;
use tokio::sync::oneshot;

struct Running {
    app: TestApp,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

async fn running() -> Running {
    let app = TestApp::new().await;
    let (stop, stopped) = oneshot::channel();
    let scheduler = Scheduler::new(app.engine.clone());
    let task = tokio::spawn(scheduler.run(async move {
        let _ = stopped.await;
    }));
    Running { app, stop, task }
}

#[tokio::test]
async fn it_wakes_for_each_timer_and_stops_when_told() {
    let Running { app, stop, task } = running().await;
    let form = [("Timers.Inactive", "PT60S"), ("Timers.Closed", "PT600S")];
    let sid = app.made("/v1/Conversations", &form).await["sid"].as_str().unwrap().to_owned();
    let path = format!("/v1/Conversations/{sid}");
    let is = async |state: &str| app.fetched(&path).await["state"] == state;

    app.clock.advance(59);
    app.until(async || app.clock.next_wake().is_some_and(|at| at > app.clock.now()), "it sleeps").await;
    assert!(is("active").await);
    app.clock.advance(1);
    app.until(async || is("inactive").await, "it carries out the first timer").await;
    app.clock.advance(600);
    app.until(async || is("closed").await, "it carries out the second timer").await;
    let timers = json!({"date_inactive": "2026-01-01T00:01:00Z", "date_closed": "2026-01-01T00:11:00Z"});
    assert_eq!(app.fetched(&path).await["timers"], timers);

    stop.send(()).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_set_running_again_wakes_it() {
    let Running { app, stop, task } = running().await;
    let tester = app.new_test_account().await;
    let post = async |path: &str, form: &[(&str, &str)]| {
        let answer = app.send("POST", path, form, Some(&tester)).await;
        assert!(answer.status < 300, "{}", answer.text);
        answer.body
    };
    let sid = post("/v1/Conversations", &[("Timers.Inactive", "PT60S")]).await["sid"].as_str().unwrap().to_owned();
    let path = format!("/v1/Conversations/{sid}");
    let is = async |state: &str| app.send("GET", &path, &[], Some(&tester)).await.body["state"] == state;

    post("/dwell/v1/TestClock/Freeze", &[]).await;
    app.clock.advance(3_600);
    app.until(async || app.clock.next_wake().is_some_and(|at| at > app.clock.now()), "it sleeps").await;
    assert!(is("active").await, "a frozen clock stands still");
    post("/dwell/v1/TestClock/Resume", &[]).await;
    app.clock.advance(60);
    app.until(async || is("inactive").await, "the running clock's timer is carried out").await;

    stop.send(()).unwrap();
    task.await.unwrap();
}
