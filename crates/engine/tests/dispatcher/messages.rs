//! Messages for addresses outside: what a crash, a hung carrier and a dead channel do to them.

use dwell_core::receipt;
use dwell_testkit::Carrying;

use super::*;

const DESK: &str = "+15550001000";
const OTHER_DESK: &str = "+15550001001";

/// A conversation with one telephone on each of these proxies, by its path.
async fn room(app: &TestApp, proxies: &[&str]) -> String {
    let c = app.made("/v1/Conversations", &[]).await;
    let inside = format!("/v1/Conversations/{}", c["sid"].as_str().unwrap());
    for (n, proxy) in proxies.iter().enumerate() {
        let address = format!("+1555000200{n}");
        let pair = [("MessagingBinding.Address", address.as_str()), ("MessagingBinding.ProxyAddress", *proxy)];
        app.made(&format!("{inside}/Participants"), &pair).await;
    }
    inside
}

async fn say(app: &TestApp, inside: &str, body: &str) {
    app.made(&format!("{inside}/Messages"), &[("Body", body)]).await;
}

/// The text and the token of everything handed over, in order.
fn handed(app: &TestApp) -> Vec<(String, String)> {
    app.carriers.take_parcels().into_iter().map(|p| (p.body.unwrap(), p.idempotency_token)).collect()
}

#[tokio::test]
async fn a_crash_while_a_message_is_handed_over_sends_it_again_in_order_under_its_token() {
    let app = TestApp::new().await;
    app.new_channel(&app.account, &[DESK]).await;
    let inside = room(&app, &[DESK]).await;
    for body in ["a", "b"] {
        say(&app, &inside, body).await;
    }
    app.carriers.behave(DESK, Carrying::Hung);
    let running = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.carriers.count() == 1, "it is handed over").await;
    running.task.abort();
    let _ = running.task.await;
    app.carriers.behave(DESK, Carrying::Accept(Some(receipt::Status::Sent)));
    let app = app.restart().await;
    app.deliver().await;
    assert_eq!(app.carriers.count(), 1, "somebody may still be at it");
    app.clock.advance(20);
    app.deliver().await;
    let handed = handed(&app);
    assert_eq!(handed.iter().map(|(body, _)| body.as_str()).collect::<Vec<_>>(), ["a", "a", "b"]);
    assert!(handed[0].1 == handed[1].1 && handed[1].1 != handed[2].1, "{handed:?}");
    assert_eq!(app.sql("UPDATE receipts SET status = 'sent' WHERE status = 'sent'").await, 2);
}

#[tokio::test]
async fn a_carrier_that_does_not_keep_to_its_time_is_given_up() {
    let app = TestApp::new().await;
    app.new_channel(&app.account, &[DESK]).await;
    let inside = room(&app, &[DESK]).await;
    say(&app, &inside, "a").await;
    app.carriers.behave(DESK, Carrying::Hung);
    let running = Running::start(&app, DispatcherOptions::default());
    app.until(async || app.carriers.count() == 1, "it is handed over").await;
    app.carriers.behave(DESK, Carrying::Accept(None));
    pass_until(&app, 30, async || !waiting(&app).await, "it is tried again").await;
    running.stop().await;
    assert_eq!(count(&app, "status = 'delivered' AND attempts = 2").await, 1);
}

#[tokio::test]
async fn who_lost_the_claim_notes_no_receipt() {
    let app = TestApp::new().await;
    app.new_channel(&app.account, &[DESK]).await;
    let inside = room(&app, &[DESK]).await;
    say(&app, &inside, "a").await;
    app.carriers.behave(DESK, Carrying::Silent);
    let slow = Running::start(&app, DispatcherOptions { message_retry_hours_max: 0, ..DispatcherOptions::default() });
    app.until(async || app.carriers.count() == 1, "it is handed over").await;
    assert_eq!(app.sql("UPDATE webhook_queues SET next_at = next_at - 20000000").await, 1);
    app.carriers.behave(DESK, Carrying::Accept(Some(receipt::Status::Delivered)));
    app.deliver().await;
    // The slow one is to give it up now, and finds that it was delivered.
    app.clock.advance(11);
    slow.stop().await;
    assert_eq!(app.sql("UPDATE receipts SET error_code = NULL WHERE status = 'delivered'").await, 1);
    assert_eq!(count(&app, "status = 'delivered' AND attempts = 1").await, 1);
}

#[tokio::test]
async fn a_dead_channel_is_paused_and_delays_no_other() {
    let app = TestApp::new().await;
    app.new_channel(&app.account, &[DESK]).await;
    app.new_channel(&app.account, &[OTHER_DESK]).await;
    let proxies: Vec<&str> = (0..8).map(|n| if n == 7 { OTHER_DESK } else { DESK }).collect();
    let inside = room(&app, &proxies).await;
    app.carriers.behave(DESK, Carrying::Later);
    say(&app, &inside, "a").await;
    app.deliver().await;
    let tried = app.carriers.take_parcels();
    let (dead, living): (Vec<_>, Vec<_>) = tried.iter().partition(|parcel| parcel.from == DESK);
    assert_eq!((dead.len(), living.len()), (5, 1), "five failures in a row, then a pause");
    assert_eq!(count(&app, "attempts = 0").await, 2, "a pause counts as no attempt");
    app.carriers.behave(DESK, Carrying::Accept(None));
    for _ in 0..40 {
        app.clock.advance(10);
        app.deliver().await;
    }
    assert_eq!(count(&app, "status = 'delivered'").await, 8);
}
