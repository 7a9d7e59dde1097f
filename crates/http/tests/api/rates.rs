//! How many writes a second (contract §12).

use axum::http::Method;
use dwell_http::Options;
use dwell_testkit::{Account, Answer, TestApp};

use crate::support::{CONVERSATIONS, conversation, everything, say, sid};

async fn limited(writes_per_second_max: u32) -> TestApp {
    TestApp::new().await.with_options(Options { writes_per_second_max, ..Options::default() })
}

/// Makes the same request until it is refused for its rate, and says how many were not.
async fn admitted(app: &TestApp, method: Method, path: &str, form: &[(&str, &str)], account: &Account) -> usize {
    for count in 0..100 {
        let answer = app.send(method.as_str(), path, form, Some(account)).await;
        if answer.status == 429 {
            assert_limited(&answer);
            return count;
        }
    }
    100
}

fn assert_limited(answer: &Answer) {
    assert_eq!(answer.refusal(), (429, 20429));
    assert_eq!(answer.body["message"], "Too Many Requests");
    assert_eq!(answer.headers["retry-after"], "1");
}

#[tokio::test]
async fn thirty_messages_a_second_in_each_conversation() {
    let app = limited(30).await;
    let (_, first) = conversation(&app, &[]).await;
    let (_, second) = conversation(&app, &[]).await;
    let messages = |inside: &str| format!("{inside}/Messages");
    let me = &app.account;
    assert_eq!(admitted(&app, Method::POST, &messages(&first), &[("Body", "x")], me).await, 30);
    let before = everything(&app).await;
    let message = format!("{}/{}", messages(&first), "IM00000000000000000000000000000000");
    for (method, path) in [("POST", messages(&first)), ("POST", message.clone()), ("DELETE", message)] {
        assert_limited(&app.send(method, &path, &[("Body", "x")], Some(me)).await);
    }
    assert_eq!(everything(&app).await, before, "what is refused changes nothing");
    assert_eq!(app.fetched(&messages(&first)).await["messages"].as_array().unwrap().len(), 30);

    // Other conversations, other kinds of writes and all reads go on.
    say(&app, &second, "x").await;
    app.made(&first, &[("FriendlyName", "x")]).await;
    app.made(&format!("{first}/Participants"), &[("Identity", "ann")]).await;
    for _ in 0..100 {
        assert_eq!(app.get(&messages(&first)).await.status, 200);
    }
    // The bucket fills evenly: a whole second fills it, one of its parts lets one through.
    app.clock.set(dwell_engine::Clock::now(&app.clock).plus_micros(34_000));
    assert_eq!(admitted(&app, Method::POST, &messages(&first), &[("Body", "x")], me).await, 1);
    app.clock.advance(1);
    assert_eq!(admitted(&app, Method::POST, &messages(&first), &[("Body", "x")], me).await, 30);
}

#[tokio::test]
async fn each_kind_has_its_own_bucket_in_its_own_place() {
    let app = limited(5).await;
    let me = &app.account;
    // Five conversations are all that may be made in a second, deletions included.
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(conversation(&app, &[]).await.1);
    }
    assert_eq!(app.delete(&made[3]).await.status, 204);
    assert_limited(&app.post(CONVERSATIONS, &[]).await);
    assert_limited(&app.delete(&made[2]).await);
    assert_eq!(app.get(&made[2]).await.status, 200);
    // The other tree is the same service; another service counts for itself.
    let default = app.fetched("/v1/Configuration").await["default_chat_service_sid"].as_str().unwrap().to_owned();
    assert_limited(&app.post(&format!("/v1/Services/{default}/Conversations"), &[]).await);
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let elsewhere = format!("/v1/Services/{}/Conversations", sid(&other));
    assert_eq!(admitted(&app, Method::POST, &elsewhere, &[], me).await, 5);
    let stranger = app.new_account().await;
    assert_eq!(admitted(&app, Method::POST, CONVERSATIONS, &[], &stranger).await, 5);

    let (first, second) = (&made[0], &made[1]);
    for inside in [first, second] {
        assert_eq!(admitted(&app, Method::POST, inside, &[("FriendlyName", "x")], me).await, 5);
        assert_eq!(admitted(&app, Method::POST, &format!("{inside}/Messages"), &[("Body", "x")], me).await, 5);
        // What is wrong counts too.
        assert_eq!(admitted(&app, Method::POST, &format!("{inside}/Participants"), &[], me).await, 5);
    }
    assert_eq!(admitted(&app, Method::POST, "/v1/Users", &[("Identity", "ann")], me).await, 5);
    // One service was made already.
    assert_eq!(admitted(&app, Method::POST, "/v1/Configuration", &[], me).await, 4);
    assert_eq!(admitted(&app, Method::POST, "/dwell/v1/TestClock/Freeze", &[], me).await, 100, "exempt");
}

#[tokio::test]
async fn credentials_come_first_and_time_is_real() {
    let mut app = limited(2).await;
    let wrong = Account { token: "x".to_owned(), ..app.account.clone() };
    for _ in 0..10 {
        assert_eq!(app.send("POST", CONVERSATIONS, &[], Some(&wrong)).await.refusal(), (401, 20003));
    }
    assert_eq!(admitted(&app, Method::POST, CONVERSATIONS, &[], &app.account).await, 2, "nobody else uses them up");
    app.account = app.new_test_account().await;
    app.made("/dwell/v1/TestClock/Freeze", &[]).await;
    assert_eq!(admitted(&app, Method::POST, CONVERSATIONS, &[], &app.account).await, 2);
    app.made("/dwell/v1/TestClock/Advance", &[("By", "P30D")]).await;
    assert_eq!(admitted(&app, Method::POST, CONVERSATIONS, &[], &app.account).await, 0, "a turned clock refills none");
    app.clock.advance(1);
    assert_eq!(
        admitted(&app, Method::POST, CONVERSATIONS, &[], &app.account).await,
        2,
        "nor does a frozen one stop it"
    );
}

#[tokio::test]
async fn no_limit_is_no_limit() {
    let app = limited(0).await;
    let (_, inside) = conversation(&app, &[]).await;
    assert_eq!(admitted(&app, Method::POST, &inside, &[], &app.account).await, 100);
}
