//! A client of the MCP server that says what it is told to say.

use axum::body::Body;
use axum::http::{Request, header};
use dwell_testkit::{Account, Answer, HttpOptions, TestApp};
use serde_json::{Value, json};

/// The revision of the protocol that is spoken.
pub(crate) const REVISION: &str = "2025-11-25";

/// A server with MCP beside the API; `writes` is its setting.
pub(crate) async fn server(writes: bool) -> TestApp {
    served(HttpOptions::default(), writes).await
}

/// The same with other options of the API.
pub(crate) async fn served(options: HttpOptions, writes: bool) -> TestApp {
    let body_bytes_max = options.body_bytes_max;
    let mcp = dwell_mcp::Options { writes, hosts: vec!["chat.example.com".to_owned()], body_bytes_max };
    TestApp::new().await.with_mcp(options, mcp)
}

/// A message as clients send it, with a `Host` of this machine.
pub(crate) fn request() -> axum::http::request::Builder {
    Request::builder()
        .method("POST")
        .uri("/mcp")
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header("MCP-Protocol-Version", REVISION)
}

/// Sends a request of the protocol and returns the answer.
pub(crate) async fn send(app: &TestApp, authorization: Option<&str>, method: &str, params: Value) -> Answer {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let mut request = request();
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    app.send_raw(request.body(Body::from(message.to_string())).unwrap()).await
}

/// The result of a request that must succeed.
pub(crate) async fn result(app: &TestApp, authorization: Option<&str>, method: &str, params: Value) -> Value {
    let answer = send(app, authorization, method, params).await;
    assert_eq!(answer.status, 200, "{method}: {}", answer.text);
    assert!(answer.body["result"].is_object(), "{method}: {}", answer.text);
    answer.body["result"].clone()
}

/// What a tool answers, or the text of its refusal.
pub(crate) async fn call(
    app: &TestApp,
    authorization: Option<&str>,
    tool: &str,
    arguments: Value,
) -> Result<Value, String> {
    let params = json!({"name": tool, "arguments": arguments});
    let result = result(app, authorization, "tools/call", params).await;
    if result["isError"] == true {
        return Err(result["content"][0]["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(result["content"][0]["text"], result["structuredContent"].to_string(), "both say the same");
    Ok(result["structuredContent"].clone())
}

/// What a tool answers that the account's own credentials call, which must succeed.
pub(crate) async fn done(app: &TestApp, tool: &str, arguments: Value) -> Value {
    let answer = call(app, Some(&app.account.authorization()), tool, arguments).await;
    answer.unwrap_or_else(|refusal| panic!("{tool}: {refusal}"))
}

/// The credentials of a new API key.
pub(crate) async fn key(app: &TestApp, account: &Account, rights: dwell_core::Rights) -> String {
    let account = dwell_core::AccountSid::parse(&account.sid).unwrap();
    let (key, secret) = app.engine.create_key(account, String::new(), rights).await.unwrap();
    Account { sid: key.sid.to_string(), token: secret }.authorization()
}
