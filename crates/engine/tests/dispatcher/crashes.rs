//! What is under way when a server stops, and who goes on with it.

use super::*;

#[tokio::test]
async fn it_begins_with_what_was_left_wakes_for_what_is_new_and_stops_when_told() {
    let app = TestApp::new().await;
    enqueue_one(&app, URL).await;
    let running = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.receivers.count() == 1, "it begins with what was left").await;
    app.until(async || !waiting(&app).await, "it notes the outcome").await;
    enqueue_one(&app, URL).await;
    pass_until(&app, 3, async || app.receivers.count() == 2, "it looks by itself").await;
    running.stop().await;
    enqueue_one(&app, URL).await;
    assert_eq!(app.receivers.count(), 2);
}

#[tokio::test]
async fn a_crash_during_a_call_sends_it_again_after_the_claim_and_keeps_the_order() {
    let app = TestApp::new().await;
    enqueue(&app, (1..=3).map(|seq| delivery(&app, "WH1", "CH1", seq, URL)).collect()).await;
    app.receivers.behave(URL, Behaviour::Silent);
    let running = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.receivers.count() == 1, "it calls").await;
    running.task.abort();
    let _ = running.task.await;
    app.receivers.behave(URL, answer(200));
    let app = app.restart().await;
    app.deliver().await;
    assert_eq!(heard(&app), ["CH1/1"], "somebody may still be at it");
    app.clock.advance(20);
    app.deliver().await;
    assert_eq!(heard(&app), ["CH1/1", "CH1/2", "CH1/3"]);
    assert!(!waiting(&app).await);
}

#[tokio::test]
async fn who_lost_the_claim_writes_nothing() {
    let app = TestApp::new().await;
    enqueue(&app, (1..=2).map(|seq| delivery(&app, "WH1", "CH1", seq, URL)).collect()).await;
    app.receivers.behave(URL, Behaviour::Silent);
    let slow = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.receivers.count() == 1, "it calls").await;
    // Another node finds the claim at its end: this one was asleep for longer than that.
    assert_eq!(app.sql("UPDATE webhook_queues SET next_at = next_at - 20000000").await, 1);
    app.receivers.behave(URL, answer(500));
    app.deliver().await;
    app.clock.advance(5);
    slow.stop().await;
    assert_eq!(count(&app, "seq = 1 AND status = 'pending' AND last_status = 500").await, 1, "the other one's");
    app.receivers.behave(URL, answer(200));
    app.clock.advance(600);
    app.deliver().await;
    assert_eq!(count(&app, "status = 'delivered'").await, 2);
    let mut heard = heard(&app);
    heard.dedup();
    assert_eq!(heard, ["CH1/1", "CH1/2"]);
}

#[tokio::test]
async fn two_nodes_share_the_work_and_no_queue() {
    let app = TestApp::new().await;
    for stream in 0..20 {
        let stream = format!("CH{stream}");
        enqueue(&app, (1..=20).map(|seq| delivery(&app, "WH1", &stream, seq, URL)).collect()).await;
    }
    let nodes = [(); 2].map(|()| Running::start(&app, DispatcherOptions::default()));
    pass_until(&app, 60, async || !waiting(&app).await, "all of it is delivered").await;
    for node in nodes {
        node.stop().await;
    }
    let heard = heard(&app);
    assert_eq!(heard.len(), 400, "each once");
    for stream in 0..20 {
        let stream = format!("CH{stream}/");
        let got: Vec<_> = heard.iter().filter_map(|index| index.strip_prefix(&stream)).collect();
        assert_eq!(got, (1..=20).map(|seq| seq.to_string()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_stop_finishes_the_call_and_gives_the_queue_back() {
    let app = TestApp::new().await;
    enqueue(&app, (1..=2).map(|seq| delivery(&app, "WH1", "CH1", seq, URL)).collect()).await;
    app.receivers.behave(URL, Behaviour::Silent);
    let running = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.receivers.count() == 1, "it calls").await;
    running.stop.send(()).unwrap();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert!(!running.task.is_finished(), "the call is not cut off");
    app.clock.advance(5);
    running.task.await.unwrap();
    assert_eq!(count(&app, "seq = 1 AND attempts = 1 AND last_error IS NOT NULL").await, 1);
    assert!(next_at(&app).await <= app.clock.now().plus_seconds(1), "no claim is left");
}
