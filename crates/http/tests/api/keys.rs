//! `/dwell/v1/Keys`: API keys of the account.

use dwell_testkit::{Account, TestApp};
use serde_json::json;

use crate::support::{sid, text};

const KEYS: &str = "/dwell/v1/Keys";

#[tokio::test]
async fn a_key_is_created_used_listed_and_deleted_and_its_secret_shown_once() {
    let app = TestApp::new().await;
    let made = app.made(KEYS, &[("FriendlyName", "reports"), ("Rights", "read")]).await;
    let secret = text(&made, "secret").to_owned();
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown["rights"], "read");
    assert_eq!(shown["friendly_name"], "reports");
    let list = app.fetched(KEYS).await;
    assert_eq!(list["keys"], json!([shown]));
    assert!(!list.to_string().contains(&secret));

    let key = Account { sid: sid(&made).to_owned(), token: secret };
    let with_key = async |method: &str, path: &str| app.send(method, path, &[], Some(&key)).await.status;
    assert_eq!(with_key("GET", "/v1/Conversations").await, 200);
    assert_eq!(with_key("POST", KEYS).await, 403, "it may only read");
    let path = format!("{KEYS}/{}", key.sid);
    let other = app.new_account().await;
    assert_eq!(app.send("DELETE", &path, &[], Some(&other)).await.refusal(), (404, 20404));
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(with_key("GET", "/v1/Conversations").await, 401);
    assert_eq!(app.delete(&path).await.refusal(), (404, 20404));
    assert_eq!(app.delete(&format!("{KEYS}/nothing")).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn a_key_may_do_everything_unless_told_otherwise() {
    let app = TestApp::new().await;
    let made = app.made(KEYS, &[]).await;
    assert_eq!(made["rights"], "all");
    assert_eq!(made["friendly_name"], "");
    let key = Account { sid: sid(&made).to_owned(), token: text(&made, "secret").to_owned() };
    assert_eq!(app.send("POST", "/v1/Conversations", &[], Some(&key)).await.status, 201);
    assert_eq!(app.post(KEYS, &[("Rights", "some")]).await.refusal(), (400, 20001));
}
