//! `/dwell/v1/Live`: what happens, told as it happens.

use axum::body::Body;
use axum::http::Request;
use dwell_core::person::PersonRole;
use dwell_engine::live::{Event, STREAMS_MAX, Watch};
use dwell_testkit::{START, TestApp};
use serde_json::Value;

use crate::sessions::{act, assigned, customer_writes, person, session_of};
use crate::support::{sid, text};

/// The next event that is not a hint about conversations.
async fn next(stream: &mut Watch) -> (Option<String>, Event) {
    loop {
        let told = stream.next().await.expect("the stream goes on");
        if !matches!(told.event, Event::Conversation { .. }) {
            return (told.place, told.event);
        }
    }
}

fn status_of(event: &Event) -> String {
    match event {
        Event::Session { status, owner, revision, moved, .. } => {
            let moved = if *moved { ", moved" } else { "" };
            format!("{} {} {revision}{moved}", status.as_str(), owner.as_deref().unwrap_or("-"))
        }
        other => format!("{other:?}"),
    }
}

/// What comes of waiting while the clock goes on.
async fn as_time_passes<T: Send + 'static>(app: &TestApp, waiting: impl Future<Output = T> + Send + 'static) -> T {
    let task = tokio::spawn(waiting);
    app.until(
        async || {
            app.clock.advance(1);
            task.is_finished()
        },
        "the change is told",
    )
    .await;
    task.await.unwrap()
}

/// A stream that has told of a session that ada was given, and its conversation.
async fn watched(app: &TestApp) -> (Watch, Value) {
    let ada = person(app, "ada", PersonRole::Agent).await;
    let mut stream = app.engine.watch(&ada, None).await.unwrap();
    next(&mut stream).await;
    let (c, _) = assigned(app, "ada").await;
    assert_eq!(status_of(&next(&mut stream).await.1), "active ada 2, moved");
    (stream, c)
}

#[tokio::test]
async fn a_stream_says_hello_and_tells_what_changes() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let mut stream = app.engine.watch(&ada, None).await.unwrap();
    assert_eq!(next(&mut stream).await.1, Event::Hello { now: START, is_test: false });
    let (c, path) = assigned(&app, "ada").await;
    assert_eq!(status_of(&next(&mut stream).await.1), "active ada 2, moved");
    app.engine.note_typing(&ada, sid(&c)).await.unwrap();
    assert!(matches!(next(&mut stream).await.1, Event::Typing { identity, .. } if identity == "ada"));
    app.clock.advance(1);
    customer_writes(&app, &path).await;
    assert_eq!(status_of(&next(&mut stream).await.1), "active ada 3");
    app.made(&path, &[("FriendlyName", "Anne")]).await;
    let hint = stream.next().await.unwrap();
    let Event::Conversation { conversation_sid, seq } = hint.event else { panic!("{hint:?}") };
    assert_eq!((conversation_sid.as_str(), hint.place), (sid(&c), None));
    assert!(seq > 1);
}

#[tokio::test]
async fn an_act_that_is_no_event_of_the_conversation_is_told_at_once() {
    let app = TestApp::new().await;
    let (mut stream, c) = watched(&app).await;
    // The clock stands still: the stream does not look by itself.
    for (revision, name) in [(3, "Hold"), (4, "Release")] {
        app.made(&act(&c, name), &[]).await;
        assert_eq!(status_of(&next(&mut stream).await.1), format!("active ada {revision}"), "{name}");
    }
}

#[tokio::test]
async fn what_one_unit_of_work_does_to_a_session_is_told_once_as_it_is_at_the_end() {
    let app = TestApp::new().await;
    let (mut stream, c) = watched(&app).await;
    app.made("/dwell/v1/Agents/ada", &[("Available", "true"), ("Limit", "1")]).await;
    let (next_one, _) = assigned(&app, "ada").await;
    assert_eq!(status_of(&next(&mut stream).await.1), "active ada 2, moved");
    app.made(&act(&next_one, "Transfer"), &[("Queue", "")]).await;
    assert_eq!(status_of(&next(&mut stream).await.1), "waiting - 3, moved");
    // Parking makes room, and what waits takes it in the same unit of work.
    app.made(&act(&c, "Inactivate"), &[]).await;
    let mut told = [next(&mut stream).await.1, next(&mut stream).await.1].map(|event| status_of(&event));
    told.sort();
    assert_eq!(told, ["active ada 4, moved", "paused ada 3, moved"]);
    // It goes to the queue, and from there back to whoever has room: two revisions.
    app.made(&act(&next_one, "Transfer"), &[("Queue", "")]).await;
    assert_eq!(status_of(&next(&mut stream).await.1), "active ada 6, moved");
}

#[tokio::test]
async fn a_stream_goes_on_where_another_ended_even_over_a_restart() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, _) = assigned(&app, "ada").await;
    let mut stream = app.engine.watch(&ada, None).await.unwrap();
    next(&mut stream).await;
    let (place, event) = next(&mut stream).await;
    assert_eq!(status_of(&event), "active ada 2, moved", "what changed just before is told too");
    drop(stream);
    app.clock.advance(60);
    app.made(&act(&c, "Inactivate"), &[]).await;
    let app = app.restart().await;
    app.clock.advance(60);
    let mut stream = app.engine.watch(&ada, place.as_deref()).await.unwrap();
    next(&mut stream).await;
    assert_eq!(status_of(&next(&mut stream).await.1), "paused ada 3, moved");
    assert!(app.engine.watch(&ada, Some("yesterday")).await.is_err());
}

#[tokio::test]
async fn what_another_node_does_is_seen_at_the_next_look() {
    let app = TestApp::new().await;
    let (mut stream, c) = watched(&app).await;
    let ben = person(&app, "ben", PersonRole::Supervisor).await;
    let mut other = app.engine.watch(&ben, None).await.unwrap();
    while status_of(&next(&mut other).await.1) != "active ada 2, moved" {}
    // Written past this node's engine, and with a time of before what was told already.
    app.sql("UPDATE sessions SET revision = 9, changed_at = changed_at - 1000000").await;
    // Whoever looks tells the others.
    let told = as_time_passes(&app, async move { [next(&mut stream).await.1, next(&mut other).await.1] }).await;
    assert_eq!(told.map(|event| status_of(&event)), ["active ada 9, moved", "active ada 9, moved"]);
    assert_eq!(session_of(&app, &c).await["revision"], 9);
}

#[tokio::test]
async fn a_stream_that_begins_after_very_much_changed_is_told_it_once_and_goes_on() {
    const MANY: usize = dwell_engine::live::NEWS_MAX + 500;
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    assigned(&app, "ada").await;
    // Ended sessions of the same conversation, changed just now.
    let insert = format!(
        "INSERT INTO sessions (sid, account_sid, service_sid, conversation_sid, number, status, queue, origin,
             on_return, held, date_created, date_ended, date_updated, agent_messages, customer_messages, revision,
             log_seq, changed_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         SELECT 'DS' || printf('%032x', i), account_sid, service_sid, conversation_sid, number + i, 'ended', '', origin,
             on_return, 0, date_created, date_created, date_updated, 0, 0, 1, 0, changed_at
         FROM sessions, n"
    );
    app.sql(Box::leak(insert.into_boxed_str())).await;
    let mut stream = app.engine.watch(&ada, None).await.unwrap();
    next(&mut stream).await;
    for _ in 0..=MANY {
        assert!(matches!(next(&mut stream).await.1, Event::Session { .. }));
    }
    // The first look finds all of it again, and this.
    app.sql("UPDATE sessions SET revision = 9 WHERE owner = 'ada'").await;
    let told = as_time_passes(&app, async move { next(&mut stream).await.1 }).await;
    assert_eq!(status_of(&told), "active ada 9, moved");
}

#[tokio::test]
async fn nobody_hears_of_another_account() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let other = app.new_test_account().await;
    let caller = app.engine.authenticate(&other.sid, &other.token, app.clock_now()).await.unwrap().unwrap();
    let mut stream = app.engine.watch(&caller, None).await.unwrap();
    assert_eq!(next(&mut stream).await.1, Event::Hello { now: START, is_test: true });
    assigned(&app, "ada").await;
    app.engine.freeze_test_clock(&caller).await.unwrap();
    let told = stream.next().await.unwrap();
    assert_eq!(told.event, Event::Clock { now: START, frozen: true });
    drop(ada);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_cut_off_and_the_server_ends_streams_when_it_stops() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, _) = assigned(&app, "ada").await;
    let (mut slow, mut other) =
        (app.engine.watch(&ada, None).await.unwrap(), app.engine.watch(&ada, None).await.unwrap());
    for _ in 0..dwell_engine::live::NEWS_MAX + 1 {
        app.engine.note_typing(&ada, sid(&c)).await.unwrap();
    }
    while slow.next().await.is_some() {}
    drop(slow);
    assert!(other.next().await.is_some());
    app.engine.end_streams();
    assert!(other.next().await.is_none());
    assert!(app.engine.watch(&ada, None).await.unwrap().next().await.is_none());
}

#[tokio::test]
async fn what_a_bulk_job_does_is_told_at_once() {
    let app = TestApp::new().await;
    let (mut stream, c) = watched(&app).await;
    app.made("/dwell/v1/Bulk", &[("Act", "inactivate"), ("ConversationSid", sid(&c))]).await;
    assert_eq!(status_of(&next(&mut stream).await.1), "paused ada 3, moved");
}

#[tokio::test]
async fn a_stream_does_not_outlive_ten_minutes_of_trust() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let mut stream = app.engine.watch(&ada, None).await.unwrap();
    next(&mut stream).await;
    app.clock.advance(599);
    assert_eq!(next(&mut stream).await.1, Event::KeepAlive);
    app.clock.advance(1);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn so_many_streams_and_no_more() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let mut streams = Vec::new();
    for _ in 0..STREAMS_MAX {
        streams.push(app.engine.watch(&ada, None).await.unwrap());
    }
    assert_eq!(app.get("/dwell/v1/Live").await.refusal(), (429, 20429));
    streams.pop();
    assert!(app.engine.watch(&ada, None).await.is_ok());
}

#[tokio::test]
async fn on_the_wire_it_is_a_stream_of_server_sent_events() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, _) = assigned(&app, "ada").await;
    let place = START.as_micros().to_string();
    let request = Request::builder()
        .uri("/dwell/v1/Live")
        .header("host", "dwell.test")
        .header("authorization", app.account.authorization())
        .header("last-event-id", &place);
    let engine = app.engine.clone();
    // The whole body is there once the server ends it.
    let (answer, ()) = tokio::join!(app.send_raw(request.body(Body::empty()).unwrap()), async {
        // Each round waits for the store, as the stream does.
        for _ in 0..50 {
            app.fire_due().await;
        }
        engine.end_streams();
    });
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let hello = format!("event: hello\ndata: {{\"is_test\":false,\"now\":\"{START}\"}}\nid: {place}\n\n");
    assert!(answer.text.starts_with(&hello), "{}", answer.text);
    let session = session_of(&app, &c).await;
    assert!(answer.text.contains(text(&session, "sid")), "{}", answer.text);
    assert!(answer.text.contains("event: session\n"));
    let bad = app.get("/dwell/v1/Live?After=x").await;
    assert_eq!(bad.refusal(), (400, 20001));
}
