//! Who is let in at all: hosts, origins, credentials, sizes, rates.

use axum::body::Body;
use axum::http::header;
use dwell_testkit::HttpOptions as Options;
use serde_json::{Value, json};

use crate::client::{call, request, send, served, server};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;

#[tokio::test]
async fn only_known_hosts_are_answered() {
    let app = server(false).await;
    for (host, status) in [
        ("localhost:8080", 200),
        ("localhost", 200),
        ("127.0.0.1:9", 200),
        ("[::1]:8080", 200),
        ("chat.example.com", 200),
        ("chat.example.com:8443", 200),
        ("evil.example.com", 403),
        ("localhost.evil.example.com", 403),
        ("chat.example.com.evil.example", 403),
    ] {
        let mut request = request().body(Body::from(LIST)).unwrap();
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        assert_eq!(app.send_raw(request).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn only_pages_of_known_hosts_may_call() {
    let app = server(false).await;
    for (origin, status) in [
        ("http://localhost:6274", 200),
        ("http://127.0.0.1:8080", 200),
        ("http://[::1]:8080", 200),
        ("https://chat.example.com", 200),
        ("https://evil.example.com", 403),
        ("http://localhost.evil.example.com", 403),
        ("null", 403),
        ("file://", 403),
        ("nonsense", 403),
    ] {
        let request = request().header(header::ORIGIN, origin).body(Body::from(LIST)).unwrap();
        let answer = app.send_raw(request).await;
        assert_eq!(answer.status, status, "{origin}: {}", answer.text);
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_not_taken_for_none() {
    let app = server(false).await;
    let account = &app.account;
    let plain = format!("Bearer {}:{}", account.sid, account.token);
    let encoded = account.authorization().replace("Basic", "Bearer");
    for right in [account.authorization(), plain.clone(), encoded] {
        assert!(call(&app, Some(&right), "list_conversations", json!({})).await.is_ok(), "{right}");
    }
    for wrong in [&format!("{plain}0"), "Bearer nonsense", "Basic AC:1", "Digest x", "Bearer"] {
        let answer = send(&app, Some(wrong), "tools/list", json!({})).await;
        assert_eq!(answer.refusal(), (401, 20003), "{wrong}");
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
    let app = served(Options { body_bytes_max: 2_000, ..Options::default() }, false).await;
    let query = "x".repeat(3_000);
    let answer = send(&app, None, "tools/call", json!({"name": "search_docs", "arguments": {"query": query}})).await;
    assert_eq!(answer.refusal(), (413, 20413));
}

#[tokio::test]
async fn writes_share_the_limits_of_the_api() {
    let app = served(Options { writes_per_second_max: 2, ..Options::default() }, true).await;
    let made = app.made("/v1/Conversations", &[]).await;
    let sid = made["sid"].as_str().unwrap();
    let authorization = app.account.authorization();
    let say = || call(&app, Some(&authorization), "send_message", json!({"conversation": sid, "body": "hello"}));
    say().await.unwrap();
    app.made(&format!("/v1/Conversations/{sid}/Messages"), &[("Body", "over the API")]).await;
    let refusal = say().await.unwrap_err();
    assert!(refusal.contains("20429") && refusal.contains("Wait 1 s"), "{refusal}");
    app.advance(1).await;
    say().await.unwrap();
    let messages = app.fetched(&format!("/v1/Conversations/{sid}/Messages")).await;
    assert_eq!(messages["messages"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn there_is_nothing_to_listen_to_and_no_session_to_end() {
    let app = server(false).await;
    for method in ["GET", "DELETE", "PUT"] {
        let mut request = request().body(Body::empty()).unwrap();
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(app.send_raw(request).await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn nonsense_is_refused_and_does_no_harm() {
    let app = server(true).await;
    for body in ["", "{", "[]", "{}", "null", "{\"jsonrpc\":\"2.0\"}", "\u{0}", "[1,2"] {
        let answer = app.send_raw(request().body(Body::from(body)).unwrap()).await;
        assert!((400..500).contains(&answer.status), "{body:?}: {} {}", answer.status, answer.text);
    }
    let authorization = app.account.authorization();
    for (tool, arguments, problem) in [
        ("list_conversations", json!({"page_size": 0}), "page_size"),
        ("list_conversations", json!({"page_size": 101}), "page_size"),
        ("list_conversations", json!({"page_size": "many"}), "invalid type"),
        ("list_conversations", json!({"page_token": "list_messages:1"}), "page_token"),
        ("list_conversations", json!({"page_token": "list_conversations:nonsense"}), "PageToken"),
        ("list_conversations", json!({"status": "active"}), "unknown field"),
        ("list_conversations", json!({"state": "asleep"}), "50378"),
        ("list_conversations", json!({"service": "CH1"}), "IS"),
        ("read_conversation", json!({}), "missing field"),
        ("read_conversation", json!({"conversation": "a\u{0}b"}), "null character"),
        ("search_docs", json!({"query": " "}), "query"),
        ("search_docs", json!({"query": "x".repeat(201)}), "query"),
        ("search_docs", json!({"query": "x", "page_token": "search_docs:-1"}), "page_token"),
        ("read_page", json!({"page": "../secret.key"}), "search_docs"),
        ("explain_error", json!({"code": 1}), "read_page"),
        ("list_operations", json!({"group": "Nothing"}), "group"),
        ("describe_operation", json!({"operation": "x"}), "list_operations"),
        ("set_configuration", json!({}), "neither"),
        ("set_configuration", json!({"default_closed_timer": "soon"}), "50380"),
        ("advance_clock", json!({"by": "PT1S"}), "test account"),
    ] {
        let refusal = call(&app, Some(&authorization), tool, arguments.clone()).await.unwrap_err();
        assert!(refusal.contains(problem) && refusal.contains("What to do"), "{tool} {arguments}: {refusal}");
    }
    let configuration = app.fetched("/v1/Configuration").await;
    assert_eq!(configuration["default_closed_timer"], Value::Null);
}
