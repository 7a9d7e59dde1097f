//! What the server answers when the fault is its own.

use std::sync::{Mutex, mpsc};

use dwell_engine::Error;
use dwell_testkit::TestApp;
use tokio::task::JoinSet;

use crate::support::{CONVERSATIONS, conversation};

#[tokio::test]
async fn a_row_that_makes_no_sense_is_an_internal_error_that_tells_nothing() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("FriendlyName", "secret")]).await;
    assert_eq!(app.sql("UPDATE conversations SET state = 'broken'").await, 1);
    for answer in [app.get(&path).await, app.post(&path, &[("State", "active")]).await, app.delete(&path).await] {
        assert_eq!(answer.refusal(), (500, 20500));
        assert_eq!(answer.body["message"], "Internal server error");
    }
    assert_eq!(app.post(CONVERSATIONS, &[]).await.status, 201, "the rest goes on");
    assert_eq!(app.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn more_writes_than_can_wait_are_sent_away_until_later() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    let store = app.engine.store().clone();
    // One unit of work holds the writer, and more wait behind it than the queue takes.
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let mut writes = JoinSet::new();
    let blocking = store.clone();
    writes.spawn(async move {
        blocking
            .write(move |_| {
                let _ = held.lock().unwrap().recv();
                Ok::<_, Error>(())
            })
            .await
    });
    let is_full = |done: Option<Result<Result<(), Error>, _>>| {
        matches!(done, Some(Ok(Err(Error::Overloaded)))) || matches!(done, Some(Err(_)))
    };
    while !is_full(writes.try_join_next()) {
        let store = store.clone();
        writes.spawn(async move { store.write(|_| Ok::<_, Error>(())).await });
        tokio::task::yield_now().await;
        assert!(writes.len() < 100_000, "the queue has no end");
    }
    let answer = app.post(CONVERSATIONS, &[]).await;
    assert_eq!(answer.refusal(), (503, 20503));
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(app.get(&path).await.status, 200, "reads do not wait for writes");
    drop(release);
    while let Some(done) = writes.join_next().await {
        assert!(matches!(done.unwrap(), Ok(()) | Err(Error::Overloaded)));
    }
    assert_eq!(app.post(CONVERSATIONS, &[]).await.status, 201);
    assert_eq!(
        app.fetched(CONVERSATIONS).await["conversations"].as_array().unwrap().len(),
        2,
        "nothing of it was made"
    );
}
