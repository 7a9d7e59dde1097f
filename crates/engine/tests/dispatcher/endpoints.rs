//! Endpoints that are dead, slow or busy, and that nobody else suffers from it.

use super::*;

fn with(calls_max: u32, calls_per_endpoint_max: u32) -> DispatcherOptions {
    DispatcherOptions { calls_max, calls_per_endpoint_max, ..DispatcherOptions::default() }
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_paused_and_tried_by_one() {
    let app = TestApp::new().await;
    app.receivers.behave(URL, Behaviour::Unreachable);
    for stream in 0..40 {
        enqueue(&app, vec![delivery(&app, "WH1", &format!("CH{stream}"), 1, URL)]).await;
    }
    app.deliver().await;
    assert_eq!(heard(&app).len(), 5, "then it is paused");
    assert_eq!(count(&app, "attempts = 0").await, 35, "a pause counts as no attempt");
    let mut pause = 30;
    for _ in 0..6 {
        app.clock.advance(pause - 1);
        app.deliver().await;
        assert_eq!(heard(&app).len(), 0, "{pause} s are not over");
        app.clock.advance(1 + pause / 8);
        app.deliver().await;
        assert_eq!(heard(&app).len(), 1, "one tries after {pause} s");
        pause = (pause * 2).min(300);
    }
    app.receivers.behave(URL, answer(500));
    app.clock.advance(400);
    app.deliver().await;
    let answered = heard(&app).len();
    assert!(answered >= 35, "it lives, whatever it says: {answered}");
    app.receivers.behave(URL, answer(200));
    app.clock.advance(600);
    app.deliver().await;
    assert_eq!(count(&app, "status = 'delivered'").await, 40);
}

#[tokio::test]
async fn what_waits_for_a_paused_endpoint_is_given_up_in_time() {
    let app = TestApp::new().await;
    app.receivers.behave(URL, Behaviour::Unreachable);
    for stream in 0..50 {
        let stream = format!("CH{stream}");
        enqueue(&app, (1..=2).map(|seq| delivery(&app, "WH1", &stream, seq, URL)).collect()).await;
    }
    for _ in 0..60 {
        app.deliver().await;
        app.clock.advance(300);
    }
    assert!(!waiting(&app).await);
    assert_eq!(count(&app, "status = 'failed' AND last_error IS NOT NULL").await, 100);
    assert!(app.receivers.count() < 100, "one call a pause: {}", app.receivers.count());
}

#[tokio::test]
async fn silent_endpoints_delay_nobody_else() {
    let app = TestApp::new().await;
    for host in 0..30 {
        let url = format!("https://dead{host}.example/");
        app.receivers.behave(&url, Behaviour::Silent);
        for stream in 0..20 {
            enqueue(&app, vec![delivery(&app, &format!("WHdead{host}"), &format!("CH{stream}"), 1, &url)]).await;
        }
    }
    let running = Running::start(&app, with(16, 4));
    // As many calls as dead endpoints may have are under way; the clock stands still.
    pass_until(&app, 3, async || app.receivers.count() == 8, "half of all calls go to who may be dead").await;
    for stream in 0..50 {
        enqueue(&app, vec![delivery(&app, "WHlive", &format!("CHlive{stream}"), 1, URL)]).await;
    }
    let began = app.clock.now();
    let done = async || count(&app, "hook_sid = 'WHlive' AND status = 'delivered'").await == 50;
    pass_until(&app, 120, done, "the living are served").await;
    let passed = app.clock.now().micros_since(began) / 1_000_000;
    // Nobody has heard of any of them yet; from its first answer on it is not among them.
    assert!(passed <= 25, "{passed} s");
    for stream in 0..50 {
        enqueue(&app, vec![delivery(&app, "WHlive", &format!("CHagain{stream}"), 1, URL)]).await;
    }
    let began = app.clock.now();
    let done = async || count(&app, "hook_sid = 'WHlive' AND status = 'delivered'").await == 100;
    pass_until(&app, 120, done, "the living are served").await;
    let passed = app.clock.now().micros_since(began) / 1_000_000;
    assert!(passed <= 2, "a poll, no more: {passed} s");
    running.task.abort();
}

#[tokio::test]
async fn thousands_who_wait_for_a_dead_endpoint_cost_few_calls_and_delay_nobody() {
    let app = TestApp::new().await;
    app.receivers.behave("https://dead.example/", Behaviour::Unreachable);
    let dead = |n: i64| delivery(&app, "WHdead", &format!("CH{n}"), 1, "https://dead.example/");
    enqueue(&app, (0..3_000).map(dead).collect()).await;
    app.clock.advance(1);
    enqueue_one(&app, URL).await;
    let running = Running::start(&app, DispatcherOptions::default());
    pass_until(&app, 5, async || count(&app, "status = 'delivered'").await == 1, "the living one is served").await;
    pass_until(&app, 60, async || app.receivers.count() >= 7, "it is tried").await;
    assert!(app.receivers.count() <= 8, "{}", app.receivers.count());
    running.stop().await;
}

#[tokio::test]
async fn no_endpoint_gets_more_calls_at_once_than_allowed() {
    let app = TestApp::new().await;
    let many =
        |name: &str| (0..100).map(|n| delivery(&app, "WH1", &format!("CH{name}{n}"), 1, URL)).collect::<Vec<_>>();
    let running = Running::start(&app, with(64, 3));
    enqueue(&app, many("first")).await;
    pass_until(&app, 60, async || !waiting(&app).await, "it is known").await;
    app.receivers.take_calls();
    app.receivers.behave(URL, Behaviour::Silent);
    enqueue(&app, many("again")).await;
    pass_until(&app, 3, async || app.receivers.count() == 3, "it is called").await;
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.receivers.count(), 3);
    app.receivers.behave(URL, answer(200));
    pass_until(&app, 60, async || count(&app, "status = 'delivered'").await == 200, "all arrive").await;
    running.stop().await;
}

#[tokio::test]
async fn a_flood_of_one_account_leaves_room_for_others() {
    let app = TestApp::new().await;
    let other = AccountSid::parse(&app.new_account().await.sid).unwrap();
    let few = |name: &str| {
        let stream = |n| format!("CH{name}{n}");
        (0..10).map(|n| Delivery { account_sid: other, ..delivery(&app, "WHfew", &stream(n), 1, URL) }).collect()
    };
    let many = |host: i64, name: &str, count: i64| {
        let url = format!("https://slow{host}.example/");
        (0..count).map(|n| delivery(&app, "WHmany", &format!("CH{name}{host}/{n}"), 1, &url)).collect()
    };
    let running = Running::start(&app, with(32, 8));
    enqueue(&app, few("first")).await;
    for host in 0..40 {
        enqueue(&app, many(host, "first", 1)).await;
    }
    pass_until(&app, 60, async || !waiting(&app).await, "all are known").await;
    app.receivers.take_calls();

    // Many endpoints of one account become slow, each with much to do.
    for host in 0..40 {
        app.receivers.behave(&format!("https://slow{host}.example/"), Behaviour::Silent);
        enqueue(&app, many(host, "flood", 10)).await;
    }
    pass_until(&app, 3, async || app.receivers.count() == 24, "three quarters of all calls").await;
    enqueue(&app, few("again")).await;
    let done = async || count(&app, "hook_sid = 'WHfew' AND status = 'delivered'").await == 20;
    pass_until(&app, 4, done, "the other account is served").await;
    running.task.abort();
}
