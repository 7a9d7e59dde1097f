//! The documentation: tools, resources, prompts.

use serde_json::{Value, json};

use crate::client::{call, result, send, server};

#[tokio::test]
async fn what_is_found_can_be_read() {
    let app = server(false).await;
    let found = call(&app, None, "search_docs", json!({"query": "inactive timer", "page_size": 3})).await.unwrap();
    assert_eq!(found["hits"].as_array().unwrap().len(), 3);
    let more = json!({"query": "inactive timer", "page_size": 3, "page_token": found["next_page_token"]});
    let more = call(&app, None, "search_docs", more).await.unwrap();
    assert_ne!(more["hits"], found["hits"]);
    for hit in found["hits"].as_array().unwrap().iter().chain(more["hits"].as_array().unwrap()) {
        let page = call(&app, None, "read_page", json!({"page": hit["page"]})).await.unwrap();
        assert!(page["markdown"].as_str().unwrap().starts_with("# "), "{hit}");
    }
}

#[tokio::test]
async fn a_long_page_is_read_in_parts() {
    let app = server(false).await;
    let (mut text, mut offset) = (String::new(), json!(0));
    while !offset.is_null() {
        let part = call(&app, None, "read_page", json!({"page": "guides/webhooks", "offset": offset})).await.unwrap();
        text.push_str(part["markdown"].as_str().unwrap());
        offset = part["next_offset"].clone();
    }
    let answer = app.get("/docs/guides/webhooks.md").await;
    assert!(text.chars().count() > 20_000, "the page is long enough for this test");
    assert_eq!(text.replace("http://localhost:8080", ""), answer.text.replace("http://dwell.test", ""));
}

#[tokio::test]
async fn operations_are_listed_and_described() {
    let app = server(false).await;
    let (mut all, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut arguments = json!({"page_size": 100});
        if !token.is_null() {
            arguments["page_token"] = token;
        }
        let page = call(&app, None, "list_operations", arguments).await.unwrap();
        all.extend(page["operations"].as_array().unwrap().clone());
        token = page["next_page_token"].clone();
        if token.is_null() {
            break;
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    for operation in &all {
        let arguments = json!({"operation": operation["operation"]});
        let described = call(&app, None, "describe_operation", arguments).await.unwrap();
        assert_eq!((&described["method"], &described["path"]), (&operation["method"], &operation["path"]));
        assert!(call(&app, None, "read_page", json!({"page": described["page"]})).await.is_ok());
    }
    let error = call(&app, None, "explain_error", json!({"code": 50416})).await.unwrap();
    assert_eq!((&error["code"], &error["status"]), (&json!(50416), &json!(409)));
    assert!(error["operations"].as_array().unwrap().contains(&json!("conversations/participants/create")), "{error}");
}

#[tokio::test]
async fn every_page_is_a_resource() {
    let app = server(false).await;
    let (mut uris, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let params = if cursor.is_null() { json!({}) } else { json!({"cursor": cursor}) };
        let page = result(&app, None, "resources/list", params).await;
        uris.extend(page["resources"].as_array().unwrap().iter().map(|one| one["uri"].clone()));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert!(uris.contains(&json!("dwell://docs/")) && uris.contains(&json!("dwell://docs/guides/mcp")), "{uris:?}");
    for uri in &uris {
        let read = result(&app, None, "resources/read", json!({"uri": uri})).await;
        let contents = &read["contents"][0];
        assert_eq!((&contents["uri"], &contents["mimeType"]), (uri, &json!("text/markdown")));
        assert!(contents["text"].as_str().unwrap().starts_with("# "), "{uri}");
    }
    let templates = result(&app, None, "resources/templates/list", json!({})).await;
    assert_eq!(templates["resourceTemplates"].as_array().unwrap().len(), 3);
    for (method, params) in [
        ("resources/read", json!({"uri": "dwell://docs/guides/nothing"})),
        ("resources/read", json!({"uri": "file:///etc/passwd"})),
        ("resources/list", json!({"cursor": "x"})),
    ] {
        let answer = send(&app, None, method, params).await;
        assert!(answer.body["error"]["message"].is_string(), "{}", answer.text);
    }
}

#[tokio::test]
async fn prompts_put_the_question() {
    let app = server(false).await;
    let prompts = result(&app, None, "prompts/list", json!({})).await;
    let names: Vec<_> = prompts["prompts"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["set_up_timers", "why_closed"]);
    for (name, argument, value, tool) in [
        ("set_up_timers", "use_case", "parcels {} that are late", "set_configuration"),
        ("why_closed", "conversation", "parcel-4711", "explain_conversation"),
    ] {
        let params = json!({"name": name, "arguments": {argument: value}});
        let text = result(&app, None, "prompts/get", params).await["messages"][0]["content"]["text"].clone();
        let text = text.as_str().unwrap();
        assert!(text.contains(value) && text.contains(tool), "{text}");
        for arguments in [json!({}), json!({argument: " "}), json!({argument: "x".repeat(4_001)})] {
            let answer = send(&app, None, "prompts/get", json!({"name": name, "arguments": arguments})).await;
            assert_eq!(answer.body["error"]["code"], -32602, "{}", answer.text);
        }
    }
}
