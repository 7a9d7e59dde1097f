//! The initializer's own loop on a clock that only the test turns.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use dwell_engine::{Clock, Initializer};
use dwell_testkit::TestApp;
use tokio::sync::oneshot;

const WITH_ANN: [(&str, &str); 1] = [("Participant", r#"{"identity": "ann"}"#)];

async fn together(app: &TestApp) -> String {
    let made = app.made("/v1/ConversationWithParticipants", &WITH_ANN).await;
    format!("/v1/Conversations/{}", made["sid"].as_str().unwrap())
}

#[tokio::test]
async fn it_begins_with_what_was_left_and_wakes_for_what_is_new() {
    let app = TestApp::new().await;
    let left = together(&app).await;
    let (stop, stopped) = oneshot::channel();
    let initializer = Initializer::new(app.engine.clone());
    let task = tokio::spawn(initializer.run(async move {
        let _ = stopped.await;
    }));
    let is_active = async |path: &str| app.fetched(path).await["state"] == "active";
    app.until(async || is_active(&left).await, "it begins with what was left").await;

    app.until(async || app.clock.next_wake().is_some_and(|at| at > app.clock.now()), "it sleeps").await;
    let new = together(&app).await;
    app.until(async || is_active(&new).await, "the request wakes it").await;

    // What another node left behind rings no bell here.
    app.until(async || app.clock.next_wake().is_some_and(|at| at > app.clock.now()), "it sleeps again").await;
    let again = app.sql(
        "INSERT INTO initializations SELECT sid, account_sid, service_sid, 'inactive', '[]', date_created, 'x', 0, 0
         FROM conversations ORDER BY sid DESC LIMIT 1",
    );
    assert_eq!(again.await, 1);
    assert_eq!(
        app.sql(
            "UPDATE conversations SET state = 'initializing' WHERE sid = (SELECT conversation_sid FROM initializations)"
        )
        .await,
        1
    );
    app.clock.advance(5);
    app.until(async || app.fetched(&new).await["state"] == "inactive", "it looks by itself").await;

    stop.send(()).unwrap();
    task.await.unwrap();
}
