//! Simulated phones: what they receive, send and report.

use dwell_testkit::{Account, TestApp};
use serde_json::{Value, json};

use crate::support::{all_items, sid, text};

const CUSTOMER: &str = "+15552223333";
const NUMBER: &str = "+15550001111";

fn phone(address: &str) -> String {
    format!("/dwell/v1/Phones/{address}/Messages")
}

/// Has texts to the number begin conversations, and phones serve it through a channel.
async fn connect(app: &TestApp) -> String {
    let channel = app.made("/dwell/v1/Channels", &[("Provider", "loopback"), ("Addresses", NUMBER)]).await;
    configure(app).await;
    sid(&channel).to_owned()
}

async fn configure(app: &TestApp) {
    let form =
        [("Type", "sms"), ("Address", NUMBER), ("AutoCreation.Enabled", "true"), ("AutoCreation.Type", "default")];
    app.made("/v1/Configuration/Addresses", &form).await;
}

async fn text_in(app: &TestApp, body: &str) -> Value {
    app.made(&phone(CUSTOMER), &[("To", NUMBER), ("Body", body)]).await
}

/// Somebody answers in the conversation of a message on a phone; returns what arrives on the phone.
async fn answered(app: &TestApp, sent: &Value, body: &str) -> Value {
    let path = format!("/v1/Conversations/{}/Messages", text(sent, "conversation_sid"));
    app.made(&path, &[("Author", "ada"), ("Body", body)]).await;
    app.deliver().await;
    let newest = app.fetched(&phone(CUSTOMER)).await["phone_messages"][0].clone();
    assert_eq!(newest["body"], body);
    newest
}

async fn receipt(app: &TestApp, received: &Value) -> Value {
    let [conversation, message] = ["conversation_sid", "message_sid"].map(|name| text(received, name));
    let receipts = all_items(app, &format!("/v1/Conversations/{conversation}/Messages/{message}/Receipts")).await;
    assert_eq!(receipts.len(), 1);
    receipts[0].clone()
}

#[tokio::test]
async fn a_customer_texts_and_is_answered() {
    let app = TestApp::strict().await;
    let channel = connect(&app).await;
    let sent = text_in(&app, "Where is it?").await;
    let url = format!("http://dwell.test{}/{}", phone(CUSTOMER), sid(&sent));
    let expected = json!({
        "sid": sent["sid"], "account_sid": app.account.sid, "channel_sid": channel, "direction": "sent",
        "from": CUSTOMER, "to": NUMBER, "author": null, "subject": null, "body": "Where is it?", "media": null,
        "status": null, "error_code": null, "outcome": "created", "conversation_sid": sent["conversation_sid"],
        "message_sid": sent["message_sid"], "date_created": "2026-01-01T00:00:00.000000Z",
        "date_updated": "2026-01-01T00:00:00.000000Z", "url": url,
    });
    assert_eq!(sent, expected);

    let received = answered(&app, &sent, "Around the corner.").await;
    let shown = ["direction", "from", "to", "author", "status", "conversation_sid", "channel_sid"];
    let expected = ["received", NUMBER, CUSTOMER, "ada", "delivered", text(&sent, "conversation_sid"), &channel];
    assert_eq!(shown.map(|name| text(&received, name)), expected);
    assert_eq!(received.get("outcome"), None);
    let told = receipt(&app, &received).await;
    assert_eq!((&told["status"], &told["channel_message_sid"]), (&json!("delivered"), &received["sid"]));

    let again = text_in(&app, "Thanks!").await;
    assert_eq!((&again["outcome"], &again["conversation_sid"]), (&json!("appended"), &sent["conversation_sid"]));
    let bodies: Vec<_> = all_items(&app, &phone(CUSTOMER)).await.iter().map(|m| text(m, "body").to_owned()).collect();
    assert_eq!(bodies, ["Thanks!", "Around the corner.", "Where is it?"]);
    assert_eq!(app.fetched(&format!("{}/{}", phone(CUSTOMER), sid(&received))).await, received);
    assert!(all_items(&app, &phone("+15559999999")).await.is_empty());
}

#[tokio::test]
async fn a_phone_reports_and_its_receipt_does_not_go_backwards() {
    let app = TestApp::strict().await;
    connect(&app).await;
    app.made(
        "/v1/Configuration/Webhooks",
        &[("PostWebhookUrl", "https://example.com/"), ("Filters", "onDeliveryUpdated")],
    )
    .await;
    let sent = text_in(&app, "Hello?").await;
    let received = answered(&app, &sent, "Yes?").await;
    let one = format!("{}/{}", phone(CUSTOMER), sid(&received));
    let reported = app.made(&one, &[("Status", "read")]).await;
    assert_eq!((&reported["status"], &reported["error_code"]), (&json!("read"), &json!(null)));
    app.made(&one, &[("Status", "undelivered"), ("ErrorCode", "30003")]).await;
    assert_eq!(receipt(&app, &received).await["status"], "read");
    app.deliver().await;
    let calls = app.receivers.take_calls();
    let statuses: Vec<_> = calls
        .iter()
        .filter_map(|call| call.params.iter().find(|(name, _)| name == "Status").map(|(_, status)| status.as_str()))
        .collect();
    assert_eq!(statuses, ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn in_development_every_address_leads_to_phones() {
    let app = TestApp::in_development().await;
    configure(&app).await;
    let sent = text_in(&app, "Hello?").await;
    assert_eq!(sent["channel_sid"], json!(null));
    let received = answered(&app, &sent, "Yes?").await;
    assert_eq!(receipt(&app, &received).await["status"], "delivered");
    app.made(&format!("{}/{}", phone(CUSTOMER), sid(&received)), &[("Status", "read")]).await;
    assert_eq!(receipt(&app, &received).await["status"], "read");
}

#[tokio::test]
async fn phones_are_only_where_they_belong() {
    let app = TestApp::strict().await;
    let nothing = (404, 20404);
    assert_eq!(app.get(&phone(CUSTOMER)).await.refusal(), nothing, "an account without such a channel");
    assert_eq!(app.post(&phone(CUSTOMER), &[("To", NUMBER), ("Body", "x")]).await.refusal(), nothing);
    connect(&app).await;
    let sent = text_in(&app, "Hello?").await;
    let received = answered(&app, &sent, "Yes?").await;
    let other: Account = app.new_account().await;
    let one = format!("{}/{}", phone(CUSTOMER), sid(&received));
    assert_eq!(app.send("GET", &one, &[], Some(&other)).await.refusal(), nothing);
    assert_eq!(app.send("POST", &one, &[("Status", "read")], Some(&other)).await.refusal(), nothing);

    let settings = r#"{"url": "https://example.com/"}"#;
    let real = [("Provider", "http"), ("Addresses", "+15550002222"), ("Settings", settings)];
    app.made("/dwell/v1/Channels", &real).await;
    for (to, problem) in [
        ("", "Invalid parameter To: is required"),
        ("+15550009999", "Invalid parameter To: is served by no channel"),
        ("+15550002222", "Invalid parameter To: is served by a channel that does not lead to simulated phones"),
    ] {
        let answer = app.post(&phone(CUSTOMER), &[("To", to), ("Body", "x")]).await;
        assert_eq!((answer.refusal(), text(&answer.body, "message")), ((400, 20001), problem));
    }
    assert_eq!(app.post(&phone("nobody"), &[("To", NUMBER), ("Body", "x")]).await.refusal(), (400, 50407));
    for form in [&[][..], &[("Status", "sent")], &[("Status", "gone")], &[("Status", "failed"), ("ErrorCode", "x")]] {
        assert_eq!(app.post(&one, form).await.refusal(), (400, 20001), "{form:?}");
    }
    let sent_one = format!("{}/{}", phone(CUSTOMER), sid(&sent));
    assert_eq!(app.post(&sent_one, &[("Status", "read")]).await.refusal(), nothing, "the phone sent this itself");
}
