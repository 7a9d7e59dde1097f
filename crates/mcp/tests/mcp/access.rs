//! Who may call which tool.

use dwell_core::Rights;
use dwell_testkit::{Account, TestApp};
use serde_json::{Value, json};

use crate::client::{call, key, result, server};

/// Every tool with arguments that it takes, for a conversation that is there; with what it needs.
fn calls(conversation: &str) -> Vec<(&'static str, Value, Needs)> {
    use Needs::{Nothing, Reading, TestClock, Writing};
    let one = json!({"conversation": conversation});
    let with = |more: Value| {
        let mut arguments = one.clone();
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    vec![
        ("search_docs", json!({"query": "timer"}), Nothing),
        ("read_page", json!({"page": "guides/lifecycle"}), Nothing),
        ("list_operations", json!({}), Nothing),
        ("describe_operation", json!({"operation": "POST /v1/Conversations"}), Nothing),
        ("explain_error", json!({"code": 50416}), Nothing),
        ("list_conversations", json!({}), Reading),
        ("read_conversation", one.clone(), Reading),
        ("list_messages", one.clone(), Reading),
        ("list_participants", one.clone(), Reading),
        ("explain_conversation", one.clone(), Reading),
        ("read_timers", one.clone(), Reading),
        ("read_configuration", json!({}), Reading),
        ("send_message", with(json!({"body": "hello"})), Writing),
        ("set_timers", with(json!({"inactive_timer": "PT10M"})), Writing),
        ("set_state", with(json!({"state": "inactive"})), Writing),
        ("set_configuration", json!({"default_inactive_timer": "PT0S"}), Writing),
        ("advance_clock", json!({"by": "PT1S"}), TestClock),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Nothing,
    Reading,
    Writing,
    TestClock,
}

async fn conversation(app: &TestApp, account: &Account) -> String {
    let answer = app.send("POST", "/v1/Conversations", &[], Some(account)).await;
    answer.body["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_tool_is_open_to_those_it_is_for_and_listed_to_them() {
    for writes in [false, true] {
        let app = server(writes).await;
        let (own, test) = (app.account.clone(), app.new_test_account().await);
        let own_token = if writes { Needs::Writing } else { Needs::Reading };
        let visitors = [
            ("nobody", None, &own, Needs::Nothing),
            ("a read key", Some(key(&app, &own, Rights::Read).await), &own, Needs::Reading),
            ("a full key", Some(key(&app, &own, Rights::All).await), &own, Needs::Writing),
            ("the account", Some(own.authorization()), &own, own_token),
            ("a full key of a test account", Some(key(&app, &test, Rights::All).await), &test, Needs::TestClock),
            ("a read key of a test account", Some(key(&app, &test, Rights::Read).await), &test, Needs::Reading),
        ];
        for (who, authorization, account, may) in visitors {
            let authorization = authorization.as_deref();
            let conversation = conversation(&app, account).await;
            let listed = result(&app, authorization, "tools/list", json!({})).await;
            let listed: Vec<_> = listed["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
            for (tool, arguments, needs) in calls(&conversation) {
                let answer = call(&app, authorization, tool, arguments).await;
                let is_open = needs <= may;
                assert_eq!(answer.is_ok(), is_open, "{who}, mcp_writes {writes}: {tool}: {answer:?}");
                assert_eq!(listed.contains(&json!(tool)), is_open, "{who}, mcp_writes {writes}: {tool}");
                if let Err(refusal) = answer {
                    assert!(refusal.contains("What to do: "), "{tool}: {refusal}");
                    let code = if authorization.is_none() { "20003" } else { "20403" };
                    assert!(refusal.contains(code), "{who}: {tool}: {refusal}");
                }
            }
        }
    }
}

#[tokio::test]
async fn another_account_s_conversations_are_not_there() {
    let app = server(true).await;
    let stranger = app.new_test_account().await.authorization();
    let conversation = conversation(&app, &app.account).await;
    for (tool, arguments, _) in calls(&conversation) {
        if arguments.get("conversation").is_none() {
            continue;
        }
        let refusal = call(&app, Some(&stranger), tool, arguments).await.unwrap_err();
        assert!(refusal.contains("20404") && refusal.contains("list_conversations"), "{tool}: {refusal}");
    }
    let listed = call(&app, Some(&stranger), "list_conversations", json!({})).await.unwrap();
    assert_eq!(listed["conversations"], json!([]));
    let life = app.fetched(&format!("/dwell/v1/Conversations/{conversation}/Lifecycle")).await;
    assert_eq!(life["state"], "active", "nothing was changed");
    assert_eq!(life["timers"]["inactive"], Value::Null);
}

#[tokio::test]
async fn a_refused_write_changes_nothing() {
    let app = server(false).await;
    let conversation = conversation(&app, &app.account).await;
    for (tool, arguments, needs) in calls(&conversation) {
        if needs == Needs::Writing {
            let refusal = call(&app, Some(&app.account.authorization()), tool, arguments).await.unwrap_err();
            assert!(refusal.contains("mcp_writes"), "{tool}: {refusal}");
        }
    }
    let life = app.fetched(&format!("/dwell/v1/Conversations/{conversation}/Lifecycle")).await;
    assert_eq!((&life["state"], &life["timers"]["inactive"]), (&json!("active"), &Value::Null));
    let messages = app.fetched(&format!("/v1/Conversations/{conversation}/Messages")).await;
    assert_eq!(messages["messages"], json!([]));
}
