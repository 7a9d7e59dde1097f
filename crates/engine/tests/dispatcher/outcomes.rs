//! What comes of an answer.

use super::*;
use dwell_engine::accounts;

#[tokio::test]
async fn a_delivery_arrives_once_signed_and_is_kept() {
    let app = TestApp::new().await;
    let sid = enqueue_one(&app, URL).await;
    app.deliver().await;
    app.deliver().await;
    let calls = app.receivers.take_calls();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!((call.url.as_str(), call.method, call.timeout_millis), (URL, Method::Post, 5_000));
    assert_eq!((param(call, "EventType"), param(call, "RetryCount")), ("onMessageAdded", "0"));
    assert_eq!(call.auth_token.reveal(), app.account.token);
    assert_eq!(call.idempotency_token.replace('-', ""), sid[2..]);
    assert!(!waiting(&app).await);
    assert_eq!(count(&app, "status = 'delivered' AND attempts = 1 AND last_status = 200").await, 1);
    assert_eq!(app.sql("UPDATE webhook_attempts SET at = at WHERE number = 1 AND status = 200").await, 1);
}

#[tokio::test]
async fn a_token_that_was_changed_signs_from_then_on() {
    let app = TestApp::new().await;
    enqueue_one(&app, URL).await;
    app.deliver().await;
    let new = app.engine.rotate_auth_token(account_of(&app), None).await.unwrap();
    enqueue_one(&app, URL).await;
    app.deliver().await;
    let tokens: Vec<_> = app.receivers.take_calls().iter().map(|call| call.auth_token.reveal().to_owned()).collect();
    assert_eq!(tokens, [app.account.token.clone(), new]);
}

#[tokio::test]
async fn what_may_go_better_is_tried_again_in_order_and_with_the_same_token() {
    let app = TestApp::new().await;
    app.receivers.behave(URL, answer(503));
    enqueue(&app, (1..=3).map(|seq| delivery(&app, "WH1", "CH1", seq, URL)).collect()).await;
    let mut before = app.clock.now();
    let mut bound = 1_000_000;
    for tries in 1..=8 {
        app.deliver().await;
        // A wait may be as good as none.
        let tried = i64::try_from(app.receivers.count()).unwrap();
        assert!(tried >= tries, "{tried}");
        let wait = next_at(&app).await.micros_since(before);
        bound = (bound << (tried - tries)).min(600_000_000);
        assert!(wait <= 600_000_000 && wait > 0, "{wait}");
        app.clock.set(next_at(&app).await);
        before = app.clock.now();
    }
    app.receivers.behave(URL, answer(200));
    app.deliver().await;
    let calls = app.receivers.take_calls();
    let (retries, rest) = calls.split_at(calls.len() - 2);
    for (tries, call) in retries.iter().enumerate() {
        assert_eq!(param(call, "Index"), "CH1/1", "only the head is ever on its way");
        assert_eq!(param(call, "RetryCount"), tries.to_string());
        assert_eq!(call.idempotency_token, retries[0].idempotency_token);
    }
    let rest: Vec<_> = rest.iter().map(|call| (param(call, "Index"), param(call, "RetryCount"))).collect();
    assert_eq!(rest, [("CH1/2", "0"), ("CH1/3", "0")]);
    assert!(!waiting(&app).await);
    assert_eq!(count(&app, "status = 'delivered'").await, 3);
}

#[tokio::test]
async fn what_stays_refused_fails_at_once_and_the_queue_goes_on() {
    let app = TestApp::new().await;
    for (number, status) in [301, 400, 404, 410].into_iter().enumerate() {
        let url = format!("https://hooks.example/{status}");
        app.receivers.behave(&url, answer(status));
        enqueue(&app, vec![delivery(&app, "WH1", "CH1", i64::try_from(number).unwrap(), &url)]).await;
    }
    enqueue(&app, vec![delivery(&app, "WH1", "CH1", 9, URL)]).await;
    app.deliver().await;
    assert_eq!(heard(&app), ["CH1/0", "CH1/1", "CH1/2", "CH1/3", "CH1/9"]);
    assert_eq!(count(&app, "status = 'failed' AND attempts = 1 AND last_status < 411").await, 4);
    assert_eq!(count(&app, "status = 'delivered'").await, 1);
    assert_eq!(app.sql("UPDATE webhook_attempts SET at = at WHERE excerpt LIKE 'said 4%'").await, 3);
}

#[tokio::test]
async fn after_some_hours_a_delivery_is_given_up_and_the_next_has_its_turn() {
    let app = TestApp::new().await;
    app.receivers.behave(URL, answer(500));
    enqueue(&app, vec![delivery(&app, "WH1", "CH1", 1, URL)]).await;
    app.clock.advance(3_600);
    enqueue(&app, vec![delivery(&app, "WH1", "CH1", 2, URL)]).await;
    app.clock.advance(3 * 3_600 - 1);
    app.deliver().await;
    assert_eq!(count(&app, "status = 'pending'").await, 2, "an hour is left");
    app.clock.advance(601);
    app.deliver().await;
    assert_eq!(count(&app, "seq = 1 AND status = 'failed' AND last_status = 500").await, 1);
    assert_eq!(count(&app, "seq = 2 AND status = 'pending' AND attempts > 0").await, 1);
    app.receivers.behave(URL, answer(200));
    app.clock.advance(600);
    app.deliver().await;
    assert_eq!(count(&app, "seq = 2 AND status = 'delivered'").await, 1);
}

#[tokio::test]
async fn a_disabled_account_calls_nobody() {
    let app = TestApp::new().await;
    enqueue_one(&app, URL).await;
    app.engine.set_account_disabled(account_of(&app), true).await.unwrap();
    app.deliver().await;
    assert_eq!(app.receivers.count(), 0);
    assert_eq!(count(&app, "status = 'failed' AND attempts = 0 AND last_error = 'the account is disabled'").await, 1);
    assert!(!waiting(&app).await);
}

#[tokio::test]
async fn broken_rows_stop_nobody() {
    let app = TestApp::new().await;
    enqueue_one(&app, URL).await;
    assert_eq!(app.sql("UPDATE webhook_deliveries SET params = 'x'").await, 1);
    enqueue(&app, vec![delivery(&app, "WH1", URL, 2, URL), delivery(&app, "WH1", "CH2", 1, "nowhere")]).await;
    // A queue that counts more than it has is looked at now and then.
    enqueue(&app, vec![delivery(&app, "WH3", "CH3", 1, URL)]).await;
    app.sql("DELETE FROM webhook_deliveries WHERE hook_sid = 'WH3'").await;
    app.deliver().await;
    assert_eq!(app.receivers.count(), 2);
    assert_eq!(count(&app, "status = 'failed'").await, 1);
    assert_eq!(next_at(&app).await, app.clock.now().plus_seconds(60));
}

#[tokio::test]
async fn what_is_finished_is_removed_after_a_week() {
    let app = TestApp::new().await;
    let dispatcher = Dispatcher::new(app.engine.clone(), DispatcherOptions::default());
    let many = (0..600).map(|n| delivery(&app, "WH1", &format!("CH{}", n % 20), n, URL)).collect();
    enqueue(&app, many).await;
    app.deliver().await;
    app.clock.advance(168 * 3_600);
    assert!(!dispatcher.prune().await.unwrap());
    app.receivers.behave(URL, answer(500));
    enqueue_one(&app, URL).await;
    app.deliver().await;
    app.clock.advance(1);
    assert!(dispatcher.prune().await.unwrap(), "a few at a time");
    assert!(!dispatcher.prune().await.unwrap());
    assert_eq!(count(&app, "1 = 1").await, 1, "what waits is kept");
    assert!(app.sql("DELETE FROM webhook_attempts").await <= 3);
}

#[tokio::test]
async fn each_account_signs_with_its_own_token() {
    let app = TestApp::new().await;
    let create = accounts::Create { friendly_name: "Other".to_owned(), is_test: true, adopt: None };
    let (other, token) = app.engine.create_account(create).await.unwrap().unwrap();
    enqueue(&app, vec![Delivery { account_sid: other.sid, ..delivery(&app, "WH1", "CH1", 1, URL) }]).await;
    app.deliver().await;
    assert_eq!(app.receivers.take_calls()[0].auth_token.reveal(), token);
}
