//! What answers do: reject, alter, or let go on.

use super::*;
use crate::support::{all_items, everything, path_of, say, sid, text};

#[tokio::test]
async fn a_rejected_request_changes_nothing() {
    let app = asking().await;
    let furniture = furnish(&app).await;
    let before = everything(&app).await;
    app.clock.advance(1);
    for status in [400, 403, 404, 429, 500, 503, 302] {
        answer_with(&app, status, "{\"body\": \"x\", \"friendly_name\": \"x\"}");
        for (event, method, path, form) in &furniture.requests {
            let answer = send(&app, &app.account, method, path, form).await;
            assert_eq!(answer.refusal(), (403, 50056), "{event}");
            assert_eq!(
                answer.body["message"],
                "Pre-event webhook responded with HTTP status code other than 200 and blocked the command"
            );
        }
        assert_eq!(everything(&app).await, before, "{status}");
    }
    assert_eq!(app.receivers.take_calls().len(), 7 * furniture.requests.len(), "each is asked once");
}

#[tokio::test]
async fn a_rejected_message_wakes_nobody() {
    let app = asking().await;
    let (_, path) = conversation(&app, &[("State", "inactive")]).await;
    answer_with(&app, 403, "");
    assert_eq!(post(&app, &format!("{path}/Messages"), &[("Body", "x")]).await.refusal(), (403, 50056));
    assert_eq!(text(&app.fetched(&path).await, "state"), "inactive");
}

#[tokio::test]
async fn what_is_no_answer_alters_nothing() {
    let app = asking().await;
    let (_, path) = conversation(&app, &[]).await;
    let messages = format!("{path}/Messages");
    let too_long = format!("{{\"body\": \"{}\"}}", "x".repeat(128 * 1024));
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, "  {} \n"),
        (200, "ok"),
        (200, "<Response/>"),
        (200, "[\"body\"]"),
        (200, "\"body\""),
        (200, "{\"body\": \"altered\""),
        (200, "{\"Body\": \"altered\", \"text\": \"altered\", \"friendly_name\": 7, \"body\": null}"),
        (200, too_long.as_str()),
        (201, "{\"body\": \"altered\"}"),
        (202, "{\"body\": \"altered\"}"),
        (204, ""),
    ] {
        answer_with(&app, status, body);
        let made = post(&app, &messages, &[("Body", "sent"), ("Author", "ann")]).await;
        let shown = body.chars().take(50).collect::<String>();
        assert_eq!(made.status, 201, "{status} {shown}");
        assert_eq!((text(&made.body, "body"), text(&made.body, "author")), ("sent", "ann"), "{status} {shown}");
    }
    assert_eq!(app.receivers.count(), 13);
}

#[tokio::test]
async fn a_conversations_name_can_be_altered() {
    let app = asking().await;
    answer_with(&app, 200, "{\"friendly_name\": \"altered\", \"attributes\": \"{}\", \"unique_name\": \"altered\"}");
    let form = [("FriendlyName", "sent"), ("UniqueName", "room"), ("Attributes", "[1]")];
    let made = post(&app, "/v1/Conversations", &form).await.body;
    let path = path_of(&made);
    let is_altered = |shown: &Value, attributes: &str| {
        assert_eq!(text(shown, "friendly_name"), "altered");
        assert_eq!((text(shown, "unique_name"), text(shown, "attributes")), ("room", attributes));
    };
    is_altered(&app.fetched(&path).await, "[1]");
    app.made(&path, &[("FriendlyName", "again")]).await;
    // Also a parameter that the request did not have.
    is_altered(&post(&app, &path, &[("Attributes", "[2]")]).await.body, "[2]");
    is_altered(&app.fetched(&path).await, "[2]");
    let params_of = |call: &Call| params(call)["FriendlyName"].to_owned();
    let told: Vec<_> = app.receivers.take_calls().iter().map(params_of).collect();
    assert_eq!(told, ["sent", "again"]);
}

#[tokio::test]
async fn a_messages_text_author_and_attributes_can_be_altered() {
    let app = asking().await;
    let (_, path) = conversation(&app, &[]).await;
    let ann = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    answer_with(&app, 200, r#"{"body": "b\u00fc", "author": "ann", "attributes": "{\"a\": 1}", "subject": "s"}"#);
    let made = post(&app, &format!("{path}/Messages"), &[("Body", "sent"), ("Author", "bob")]).await.body;
    let message = format!("{path}/Messages/{}", sid(&made));
    let shown = |message: &Value| ["body", "author", "attributes"].map(|name| text(message, name).to_owned());
    assert_eq!(shown(&made), ["bü", "ann", "{\"a\": 1}"]);
    assert_eq!(made["participant_sid"], ann["sid"], "as if it had been sent so");
    assert_eq!(shown(&app.fetched(&message).await), shown(&made));

    answer_with(&app, 200, r#"{"author": "zoe", "attributes": {"b": {"c": [1, null]}}}"#);
    let updated = post(&app, &message, &[("Body", "edited")]).await.body;
    assert_eq!(shown(&updated), ["edited", "zoe", r#"{"b":{"c":[1,null]}}"#], "attributes may be JSON itself");
    assert_eq!(updated["participant_sid"], Value::Null);
}

#[tokio::test]
async fn nothing_else_can_be_altered() {
    let app = asking().await;
    let furniture = furnish(&app).await;
    let everything = r#"{"friendly_name": "x", "body": "x", "author": "x", "attributes": "[7]", "identity": "x"}"#;
    answer_with(&app, 200, everything);
    for (event, method, path, form) in &furniture.requests {
        let alters = ["onConversationAdd", "onConversationUpdate", "onMessageAdd", "onMessageUpdate"];
        let answer = send(&app, &app.account, method, path, form).await;
        assert!((200..300).contains(&answer.status), "{event}: {}", answer.text);
        let is_altered = answer.body["friendly_name"] == "x" || answer.body["attributes"] == "[7]";
        assert_eq!(is_altered, alters.contains(event), "{event}: {}", answer.body);
    }
}

#[tokio::test]
async fn altered_values_are_checked_like_sent_ones() {
    let app = asking().await;
    let (_, path) = conversation(&app, &[]).await;
    let message = say(&app, &path, "old").await;
    let content = [("ContentSid", "HX00000000000000000000000000000000")];
    let content = app.made(&format!("{path}/Messages"), &content).await;
    let [message, content] = [&message, &content].map(|message| format!("{path}/Messages/{}", sid(message)));
    let (before, count) = (everything(&app).await, all_items(&app, "/v1/Conversations").await.len());
    let long = |member: &str, length| format!("{{\"{member}\": \"{}\"}}", "x".repeat(length));
    let messages = format!("{path}/Messages");
    for (target, answer, expected) in [
        (messages.as_str(), r#"{"attributes": "no JSON"}"#.to_owned(), (400, 50304)),
        (&messages, r#"{"attributes": ""}"#.to_owned(), (400, 50304)),
        (&messages, format!(r#"{{"attributes": {{"a": "{}"}}}}"#, "x".repeat(4_096)), (400, 50303)),
        (&messages, long("author", 257), (400, 50310)),
        (&messages, long("body", 32 * 1024 + 1), (400, 50504)),
        (&messages, r#"{"body": ""}"#.to_owned(), (400, 50503)),
        (&messages, r#"{"body": 5}"#.to_owned(), (400, 20001)),
        (&messages, r#"{"author": {"name": "x"}}"#.to_owned(), (400, 20001)),
        (&messages, r#"{"body": "a\u0000b"}"#.to_owned(), (400, 20001)),
        (&message, r#"{"attributes": "no JSON"}"#.to_owned(), (400, 50304)),
        (&message, long("author", 257), (400, 50310)),
        (&message, r#"{"body": ""}"#.to_owned(), (400, 50503)),
        ("/v1/Conversations", long("friendly_name", 257), (400, 50003)),
        ("/v1/Conversations", r#"{"friendly_name": ["x"]}"#.to_owned(), (400, 20001)),
        (&path, long("friendly_name", 257), (400, 50003)),
    ] {
        answer_with(&app, 200, answer.as_str());
        let shown = answer.chars().take(60).collect::<String>();
        let form = if target.contains("Messages") { ("Body", "sent") } else { ("FriendlyName", "sent") };
        assert_eq!(post(&app, target, &[form]).await.refusal(), expected, "{target} {shown}");
    }
    answer_with(&app, 200, r#"{"body": "x"}"#);
    let refused = post(&app, &content, &[("Attributes", "{}")]).await;
    assert_eq!(refused.refusal(), (400, 50509), "a template's body cannot be edited by a webhook either");
    assert_eq!(everything(&app).await, before);
    assert_eq!(all_items(&app, "/v1/Conversations").await.len(), count);
}
