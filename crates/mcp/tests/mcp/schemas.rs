//! What clients are told of each tool: schemas, descriptions, annotations.

use dwell_core::Rights;
use serde_json::{Value, json};

use crate::client::{key, result, send, server};

/// Every tool, as a test account sees them that may write.
async fn tools() -> Vec<Value> {
    let app = server(true).await;
    let account = app.new_test_account().await;
    let all = key(&app, &account, Rights::All).await;
    result(&app, Some(&all), "tools/list", json!({})).await["tools"].as_array().unwrap().clone()
}

/// Where a schema says nothing of a property, in words.
fn undescribed(schema: &Value, path: &str, gaps: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["description"].as_str().is_none_or(|text| text.len() < 8) {
            gaps.push(format!("{path}.{name}"));
        }
    }
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        undescribed(definition, &format!("{path}#{name}"), gaps);
    }
}

#[tokio::test]
async fn every_tool_says_all_about_itself() {
    let mut gaps = Vec::new();
    let tools = tools().await;
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        for text in ["title", "description"] {
            assert!(tool[text].as_str().is_some_and(|text| text.len() > 10), "{name}: {text}");
        }
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{name}: {hint}");
        }
        let (input, output) = (&tool["inputSchema"], &tool["outputSchema"]);
        assert_eq!((&input["type"], &output["type"]), (&json!("object"), &json!("object")), "{name}");
        assert_eq!(input["additionalProperties"], false, "{name}: a wrong name is refused");
        let fields = output["properties"].as_object().unwrap();
        assert_eq!(output["required"].as_array().unwrap().len(), fields.len(), "{name}: every field is there");
        assert!(!tool.to_string().contains(r#""format":"#), "{name}: formats of Rust are of no use to clients");
        undescribed(input, name, &mut gaps);
        undescribed(output, &format!("{name} answer"), &mut gaps);
    }
    assert_eq!(tools.len(), 17);
    assert!(gaps.is_empty(), "describe these: {gaps:?}");
}

#[tokio::test]
async fn hints_say_what_a_tool_does() {
    for (tool, hints) in [
        // Only reads, may destroy, changes nothing when done again, reaches somebody outside.
        ("search_docs", [true, false, true, false]),
        ("explain_conversation", [true, false, true, false]),
        ("send_message", [false, false, false, true]),
        ("set_timers", [false, true, false, false]),
        ("set_state", [false, true, true, false]),
        ("set_configuration", [false, true, true, false]),
        ("advance_clock", [false, true, false, false]),
    ] {
        let tools = tools().await;
        let found = tools.iter().find(|one| one["name"] == tool).unwrap();
        let said = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]
            .map(|hint| found["annotations"][hint].as_bool().unwrap());
        assert_eq!(said, hints, "{tool}");
    }
}

#[tokio::test]
async fn the_server_introduces_itself_in_every_revision() {
    let app = server(false).await;
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let params = json!({
            "protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        });
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
        let request = axum::http::Request::builder().method("POST").uri("/mcp");
        let request = request.header("Host", "localhost").header("Content-Type", "application/json");
        let request = request.header("Accept", "application/json, text/event-stream");
        let answer = app.send_raw(request.body(message.to_string().into()).unwrap()).await;
        let result = &answer.body["result"];
        assert_eq!(result["protocolVersion"], revision, "{}", answer.text);
        assert_eq!(result["serverInfo"]["name"], "dwell");
        assert!(result["instructions"].as_str().is_some_and(|text| text.contains("search_docs")));
        for capability in ["tools", "resources", "prompts"] {
            assert!(result["capabilities"][capability].is_object(), "{capability}");
        }
        assert!(answer.headers.get("mcp-session-id").is_none(), "there are no sessions");
    }
}

#[tokio::test]
async fn an_unknown_tool_is_an_error_of_the_protocol() {
    let app = server(false).await;
    let answer = send(&app, None, "tools/call", json!({"name": "delete_everything", "arguments": {}})).await;
    assert_eq!(answer.body["error"]["code"], -32602, "{}", answer.text);
}
