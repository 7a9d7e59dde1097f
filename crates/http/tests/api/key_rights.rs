//! API keys that may only read.

use dwell_core::{AccountSid, Rights};
use dwell_testkit::{Account, TestApp};

use crate::support::{CONVERSATIONS, conversation, everything, say, sid, text};

/// The reason that is provoked here.
pub(crate) const REASONS: &[&str] = &["KeyMayOnlyRead"];

/// An API key of the first account, as credentials.
pub(crate) async fn key(app: &TestApp, rights: Rights) -> Account {
    key_of(app, &app.account, rights).await
}

/// An API key of an account, as credentials.
pub(crate) async fn key_of(app: &TestApp, account: &Account, rights: Rights) -> Account {
    let account = AccountSid::parse(&account.sid).unwrap();
    let (key, token) = app.engine.create_key(account, String::new(), rights).await.unwrap();
    Account { sid: key.sid.to_string(), token }
}

#[tokio::test]
async fn a_read_only_key_reads_and_writes_nothing() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room")]).await;
    let message = say(&app, &inside, "x").await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let before = everything(&app).await;
    let reader = key(&app, Rights::Read).await;
    let by_service = format!("/v1/Services/{}/Conversations/room", text(&c, "chat_service_sid"));
    let message = format!("{inside}/Messages/{}", sid(&message));
    for path in [CONVERSATIONS, &inside, &by_service, &message, "/v1/Users/ann", "/v1/Configuration"] {
        assert_eq!(app.send("GET", path, &[], Some(&reader)).await.status, 200, "{path}");
        assert_eq!(app.send("HEAD", path, &[], Some(&reader)).await.status, 200, "{path}");
    }
    for (method, path) in [
        ("POST", CONVERSATIONS),
        ("POST", &inside),
        ("DELETE", &inside),
        ("POST", &by_service),
        ("POST", &format!("{inside}/Messages")),
        ("POST", &message),
        ("DELETE", &message),
        ("POST", &format!("{inside}/Participants")),
        ("DELETE", &format!("{inside}/Participants/ann")),
        ("POST", "/v1/Users"),
        ("DELETE", "/v1/Users/ann"),
        ("POST", "/v1/Configuration"),
        ("POST", "/v1/Services"),
        ("DELETE", &format!("/v1/Services/{}", sid(&service))),
        ("POST", "/dwell/v1/LastCall"),
        ("POST", "/dwell/v1/Channels"),
        ("POST", "/dwell/v1/Channels/CN00000000000000000000000000000000/Status"),
        ("POST", "/dwell/v1/Phones/+15552223333/Messages"),
        ("POST", "/dwell/v1/TestClock/Freeze"),
        ("POST", "/dwell/v1/AccessTokens"),
    ] {
        let form = [("FriendlyName", "x"), ("Body", "x"), ("Identity", "bob")];
        let answer = app.send(method, path, &form, Some(&reader)).await;
        assert_eq!(answer.refusal(), (403, 20403), "{method} {path}");
        assert_eq!(text(&answer.body, "message"), "The API key may only read");
    }
    assert_eq!(everything(&app).await, before);
    let writer = key(&app, Rights::All).await;
    assert_eq!(app.send("DELETE", &inside, &[], Some(&writer)).await.status, 204);
}

#[tokio::test]
async fn rights_outlive_a_restart() {
    let app = TestApp::new().await;
    let reader = key(&app, Rights::Read).await;
    let app = app.restart().await;
    assert_eq!(app.send("POST", CONVERSATIONS, &[], Some(&reader)).await.refusal(), (403, 20403));
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&reader)).await.status, 200);
}
