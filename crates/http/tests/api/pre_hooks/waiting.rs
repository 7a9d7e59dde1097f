//! What happens while a webhook does not answer.

use std::sync::Arc;

use dwell_core::Timestamp;
use dwell_engine::Error;
use dwell_testkit::START;
use dwell_testkit::postgres::Database;
use tokio::task::{JoinHandle, JoinSet};

use super::*;
use crate::support::{all_items, at, path_of, say, sid, text};

const WRITERS: usize = 1_000;
/// Most requests of one account that may wait.
const PER_ACCOUNT_MAX: usize = 1_024;

/// Waits until so many were asked since the last look. The store has threads of its own, so this takes
/// real time, but no time of the clock.
async fn asked(app: &TestApp, count: usize) {
    for _ in 0..10_000_000 {
        if app.receivers.count() >= count {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} of {count} were asked", app.receivers.count());
}

/// Sends a request that somebody is asked about who has not answered yet.
async fn pending(app: &Arc<TestApp>, path: &str, form: &[(&'static str, &'static str)]) -> JoinHandle<Answer> {
    let before = app.receivers.count();
    let (sender, path, form) = (app.clone(), path.to_owned(), form.to_vec());
    let request = tokio::spawn(async move { post(&sender, &path, &form).await });
    asked(app, before + 1).await;
    request
}

async fn silent() -> Arc<TestApp> {
    let app = asking().await;
    app.receivers.behave(HOOK, Behaviour::Silent);
    Arc::new(app)
}

#[tokio::test]
async fn five_seconds_without_an_answer_let_the_request_go_on() {
    let app = silent().await;
    let (_, path) = conversation(&app, &[("FriendlyName", "old")]).await;
    let request = pending(&app, &path, &[("FriendlyName", "new")]).await;
    app.clock.set(Timestamp::from_micros(START.as_micros() + 4_999_999));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!request.is_finished(), "it waits to the last moment");
    assert_eq!(text(&app.fetched(&path).await, "friendly_name"), "old", "and nothing is changed yet");
    app.clock.set(START.plus_seconds(5));
    let answer = request.await.unwrap();
    assert_eq!((answer.status, text(&answer.body, "friendly_name")), (200, "new"));
    assert_eq!(text(&answer.body, "date_updated"), at(5), "it happened when it happened");
    assert_eq!(app.fetched(&path).await, answer.body);
    assert_eq!(app.receivers.count(), 1, "nobody is asked again");
}

#[tokio::test]
async fn what_changed_in_between_is_checked_again() {
    let app = silent().await;
    let (_, path) = conversation(&app, &[]).await;
    let message = say(&app, &path, "old").await;
    let message = format!("{path}/Messages/{}", sid(&message));
    let requests = [
        pending(&app, &format!("{path}/Messages"), &[("Body", "late")]).await,
        pending(&app, &message, &[("Body", "late")]).await,
        pending(&app, &path, &[("FriendlyName", "late")]).await,
        pending(&app, &format!("{path}/Participants"), &[("Identity", "ann")]).await,
    ];
    app.made(&path, &[("State", "closed")]).await;
    app.clock.advance(5);
    for request in requests {
        assert_eq!(request.await.unwrap().refusal(), (400, 50377));
    }

    let (_, path) = conversation(&app, &[]).await;
    let gone = pending(&app, &path, &[("FriendlyName", "late")]).await;
    let taken = pending(&app, "/v1/Conversations", &[("UniqueName", "room")]).await;
    app.made("/v1/Conversations", &[("UniqueName", "room")]).await;
    assert_eq!(app.delete(&path).await.status, 204);
    app.clock.advance(5);
    assert_eq!(gone.await.unwrap().refusal(), (404, 20404));
    assert_eq!(taken.await.unwrap().refusal(), (409, 50353));
}

#[tokio::test]
async fn a_request_whose_sender_goes_away_is_carried_out_all_the_same() {
    let app = silent().await;
    let (_, path) = conversation(&app, &[("FriendlyName", "old")]).await;
    let request = pending(&app, &path, &[("FriendlyName", "new")]).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    app.clock.advance(5);
    for _ in 0..1_000 {
        if text(&app.fetched(&path).await, "friendly_name") == "new" {
            return;
        }
    }
    panic!("the request went away with its sender");
}

#[tokio::test]
async fn a_timer_that_runs_out_in_between_has_its_way() {
    let app = silent().await;
    let timers = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let (_, path) = conversation(&app, &timers).await;
    app.advance(657).await;
    let request = pending(&app, &format!("{path}/Messages"), &[("Body", "late")]).await;
    app.advance(5).await;
    assert_eq!(request.await.unwrap().refusal(), (400, 50377), "it closed while the webhook was asked");

    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    app.clock.advance(10);
    let request = pending(&app, &format!("{path}/Messages"), &[("Body", "x")]).await;
    app.clock.advance(5);
    assert_eq!(request.await.unwrap().status, 201);
    let due = app.fetched(&path).await["timers"]["date_inactive"].clone();
    assert_eq!(due, at(662 + 15 + 60), "the clock restarts when the message is there");
}

#[tokio::test]
async fn a_dead_webhook_keeps_nobody_else_waiting_on_sqlite() {
    keep_nobody_waiting(asking().await).await;
}

#[tokio::test]
async fn a_dead_webhook_keeps_nobody_else_waiting_on_postgres() {
    let database = Database::create().unwrap();
    keep_nobody_waiting(asking_on(TestApp::on(database.url().parse().unwrap()).await).await).await;
}

/// The clock stands still, so whoever waited for the webhook, or for something that those hold who do,
/// would wait for ever.
async fn keep_nobody_waiting(app: TestApp) {
    let app = Arc::new(app);
    let (_, path) = conversation(&app, &[]).await;
    app.receivers.behave(HOOK, Behaviour::Silent);
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let (app, path) = (app.clone(), path.clone());
        writers.spawn(async move {
            // All on the same conversation, or new ones.
            match n % 2 {
                0 => post(&app, &format!("{path}/Messages"), &[("Body", "late")]).await,
                _ => post(&app, "/v1/Conversations", &[]).await,
            }
        });
    }
    asked(&app, WRITERS).await;

    let other = app.new_account().await;
    let made = send(&app, &other, "POST", "/v1/Conversations", &[]).await;
    assert_eq!(made.status, 201);
    let theirs = path_of(&made.body);
    for _ in 0..10 {
        let said = send(&app, &other, "POST", &format!("{theirs}/Messages"), &[("Body", "x")]).await;
        assert_eq!(said.status, 201);
        assert_eq!(app.send("GET", &theirs, &[], Some(&other)).await.status, 200);
    }
    // Not even the conversation that half of them are about.
    say(&app, &path, "in between").await;
    app.made(&path, &[("FriendlyName", "in between")]).await;
    // Nothing waits in the store's queues: what is put there is the next to be done.
    app.engine.store().write(|_| Ok::<_, Error>(())).await.unwrap();
    app.engine.store().read(|_| Ok::<_, Error>(())).await.unwrap();
    assert_eq!((writers.len(), app.clock.next_wake()), (WRITERS, Some(START.plus_seconds(5))), "all of them wait");
    assert!(writers.try_join_next().is_none());

    app.clock.advance(5);
    while let Some(done) = writers.join_next().await {
        assert_eq!(done.unwrap().status, 201);
    }
    assert_eq!(all_items(&app, &format!("{path}/Messages?PageSize=100")).await.len(), WRITERS / 2 + 1);
    assert_eq!(app.receivers.count(), WRITERS);
}

#[tokio::test]
async fn an_account_that_lets_too_many_wait_is_slowed_down() {
    let app = silent().await;
    let (_, path) = conversation(&app, &[]).await;
    let mut waiting = JoinSet::new();
    for _ in 0..PER_ACCOUNT_MAX {
        let app = app.clone();
        waiting.spawn(async move { post(&app, "/v1/Conversations", &[]).await.status });
    }
    asked(&app, PER_ACCOUNT_MAX).await;
    let refused = post(&app, &path, &[("FriendlyName", "x")]).await;
    assert_eq!(refused.refusal(), (429, 20429));
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(app.post(&path, &[("FriendlyName", "x")]).await.status, 200, "what asks nobody goes on");
    assert_eq!(app.receivers.count(), PER_ACCOUNT_MAX);
    app.clock.advance(5);
    while let Some(status) = waiting.join_next().await {
        assert_eq!(status.unwrap(), 201);
    }
    answer_with(&app, 200, "");
    assert_eq!(post(&app, &path, &[("FriendlyName", "y")]).await.status, 200, "there is room again");
}
