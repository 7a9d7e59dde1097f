//! Tools that work on an account, against what the API says of the same things.

use dwell_core::Rights;
use serde_json::{Value, json};

use crate::client::{call, done, key, server};

#[tokio::test]
async fn what_tools_change_is_what_the_api_shows() {
    let app = server(true).await;
    let made = app.made("/v1/Conversations", &[("FriendlyName", "Parcel"), ("UniqueName", "parcel")]).await;
    let sid = made["sid"].as_str().unwrap();
    app.made(&format!("/v1/Conversations/{sid}/Participants"), &[("Identity", "alice")]).await;

    let sent = done(&app, "send_message", json!({"conversation": "parcel", "body": "hello", "author": "alice"})).await;
    let message = app.fetched(&format!("/v1/Conversations/{sid}/Messages/{}", sent["sid"].as_str().unwrap())).await;
    assert_eq!((&message["body"], &message["author"]), (&json!("hello"), &json!("alice")));
    let listed = done(&app, "list_messages", json!({"conversation": sid})).await;
    assert_eq!(listed["messages"], json!([sent]));
    let participants = done(&app, "list_participants", json!({"conversation": sid})).await;
    assert_eq!(participants["participants"][0]["identity"], "alice");

    let timers = json!({"conversation": "parcel", "inactive_timer": "PT10M", "closed_timer": "P1D"});
    let set = done(&app, "set_timers", timers).await;
    assert_eq!((&set["inactive_timer"], &set["closed_timer"]), (&json!("PT10M"), &json!("P1D")));
    assert_eq!(done(&app, "read_timers", json!({"conversation": sid})).await, set);
    let life = app.fetched(&format!("/dwell/v1/Conversations/{sid}/Lifecycle")).await;
    assert_eq!((&life["armed"]["due"], &life["armed"]["cause"]), (&set["running"]["due"], &set["running"]["cause"]));
    assert_eq!(life["forecast"], set["forecast"]);

    let read = done(&app, "read_conversation", json!({"conversation": "parcel"})).await;
    assert_eq!((&read["sid"], &read["friendly_name"]), (&json!(sid), &json!("Parcel")));
    let state = done(&app, "set_state", json!({"conversation": sid, "state": "closed"})).await;
    assert_eq!(state["state"], "closed");
    assert_eq!(app.fetched(&format!("/v1/Conversations/{sid}")).await["state"], "closed");
    let late = json!({"conversation": sid, "body": "too late"});
    let refusal = call(&app, Some(&app.account.authorization()), "send_message", late).await.unwrap_err();
    assert!(refusal.contains("50377") && refusal.contains("/docs/errors/50377"), "{refusal}");

    let set = done(&app, "set_configuration", json!({"default_inactive_timer": "PT30M"})).await;
    assert_eq!(done(&app, "read_configuration", json!({})).await, set);
    assert_eq!(app.fetched("/v1/Configuration").await["default_inactive_timer"], "PT30M");
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let app = server(true).await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(app.made("/v1/Conversations", &[("UniqueName", &format!("c{n}"))]).await["sid"].clone());
        app.advance(1).await;
    }
    made.reverse();
    let (mut seen, mut token) = (Vec::new(), None::<Value>);
    for _ in 0..3 {
        let mut arguments = json!({"page_size": 2});
        if let Some(token) = token {
            arguments["page_token"] = token;
        }
        let page = done(&app, "list_conversations", arguments).await;
        seen.extend(page["conversations"].as_array().unwrap().iter().map(|one| one["sid"].clone()));
        token = Some(page["next_page_token"].clone());
    }
    assert_eq!((seen, token), (made, Some(Value::Null)));
}

#[tokio::test]
async fn an_explanation_says_what_will_happen_and_what_did() {
    let app = server(true).await;
    let form = [("UniqueName", "parcel"), ("Timers.Inactive", "PT10M"), ("Timers.Closed", "PT20M")];
    let made = app.made("/v1/Conversations", &form).await;
    app.advance(60).await;
    let told = done(&app, "explain_conversation", json!({"conversation": "parcel"})).await;
    assert_eq!(told["timers"]["running"]["cause"], "created");
    assert_eq!(told["if_message_now"], json!({"state": "active", "next_due": "2026-01-01T00:11:00.000000Z"}));
    let summary = told["summary"].as_str().unwrap();
    assert!(summary.contains("inactive at 2026-01-01T00:10:00Z, then closed at 2026-01-01T00:30:00Z"), "{summary}");
    assert!(told["postponed_by"][0].as_str().unwrap().contains("2026-01-01T00:11:00Z"), "{told}");
    assert_eq!(told["history"], json!([]));

    app.advance(600).await;
    let told = done(&app, "explain_conversation", json!({"conversation": "parcel"})).await;
    assert_eq!(told["if_message_now"]["state"], "active");
    assert!(told["postponed_by"][0].as_str().unwrap().contains("active at once"), "{told}");
    app.advance(1_200).await;
    let told = done(&app, "explain_conversation", json!({"conversation": made["sid"]})).await;
    let summary = told["summary"].as_str().unwrap();
    assert!(summary.contains("closed") && summary.contains("because its closed timer ended"), "{summary}");
    assert_eq!((&told["if_message_now"], &told["postponed_by"]), (&Value::Null, &json!([])));
    let states: Vec<_> = told["history"].as_array().unwrap().iter().map(|one| one["to"].clone()).collect();
    assert_eq!(states, ["inactive", "closed"]);
}

#[tokio::test]
async fn an_explanation_names_the_policy() {
    let app = server(true).await;
    let form = [("FriendlyName", "Desk"), ("IdleAfter", "PT5M"), ("Counts", "customer"), ("Action", "end")];
    let warnings = [("Warnings", r#"[{"before": "PT1M", "body": "Still there?"}]"#), ("EndCloses", "false")];
    app.made("/dwell/v1/LifecyclePolicies", &[&form[..], &warnings].concat()).await;
    let sid = app.made("/v1/Conversations", &[]).await["sid"].as_str().unwrap().to_owned();
    let told = done(&app, "explain_conversation", json!({"conversation": sid})).await;
    let summary = told["summary"].as_str().unwrap();
    for part in ["version 1", "«Desk»", "of customer count", "starts on last_message"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    assert!(summary.contains("warning at 2026-01-01T00:04:00Z, then end at 2026-01-01T00:05:00Z."), "{summary}");
    assert!(told["postponed_by"].to_string().contains("out of its policy for good"), "{told}");
    app.befall(&sid, dwell_core::lifecycle::Input::Hold).await;
    let told = done(&app, "explain_conversation", json!({"conversation": sid})).await;
    assert!(told["summary"].as_str().unwrap().contains("Somebody holds its clock. No timer is running"), "{told}");
}

#[tokio::test]
async fn an_explanation_of_a_long_life_is_of_its_end() {
    let app = server(true).await;
    let sid = app.made("/v1/Conversations", &[]).await["sid"].as_str().unwrap().to_owned();
    for n in 0..1_001 {
        app.made(&format!("/v1/Conversations/{sid}/Messages"), &[("Body", &n.to_string())]).await;
    }
    done(&app, "set_state", json!({"conversation": sid, "state": "inactive"})).await;
    let told = done(&app, "explain_conversation", json!({"conversation": sid})).await;
    assert_eq!(told["history"][0]["to"], "inactive");
    assert_eq!(told["history"][0]["actor"], app.account.sid);
    assert!(told["summary"].as_str().unwrap().contains("No timer is running"), "{told}");
}

#[tokio::test]
async fn a_test_account_s_clock_is_turned() {
    let app = server(false).await;
    let account = app.new_test_account().await;
    let all = key(&app, &account, Rights::All).await;
    let form = [("UniqueName", "parcel"), ("Timers.Inactive", "PT10M")];
    app.send("POST", "/v1/Conversations", &form, Some(&account)).await;
    let turned = call(&app, Some(&all), "advance_clock", json!({"to": "next"})).await.unwrap();
    assert_eq!((&turned["transitions"], &turned["now"]), (&json!(1), &json!("2026-01-01T00:10:00.000000Z")));
    let told = call(&app, Some(&all), "read_timers", json!({"conversation": "parcel"})).await.unwrap();
    assert_eq!((&told["state"], &told["now"]), (&json!("inactive"), &turned["now"]));
    let refusal = call(&app, Some(&all), "advance_clock", json!({})).await.unwrap_err();
    assert!(refusal.contains("exactly one"), "{refusal}");
}

#[tokio::test]
async fn webhooks_hear_of_a_write_unless_told_not_to() {
    let app = server(true).await;
    let form = [("PostWebhookUrl", "https://hooks.test/post"), ("Filters", "onMessageAdded")];
    app.made("/v1/Configuration/Webhooks", &form).await;
    let sid = app.made("/v1/Conversations", &[]).await["sid"].clone();
    for (notify, heard) in [(json!(false), 0), (json!(true), 1), (Value::Null, 2)] {
        let arguments = json!({"conversation": sid, "body": "hello", "notify_webhooks": notify});
        done(&app, "send_message", arguments).await;
        app.deliver().await;
        assert_eq!(app.receivers.count(), heard);
    }
}
