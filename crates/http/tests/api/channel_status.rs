//! `POST /dwell/v1/Channels/{Sid}/Status`: what carriers tell of messages, and whom it is believed.

use dwell_engine::signature::signature;
use dwell_testkit::{Answer, Carrying, TestApp};
use serde_json::{Value, json};

use crate::support::{FORM_TYPE, all_items, conversation, raw, sid, text};

const CUSTOMER: &str = "+15552223333";
const NUMBER: &str = "+15550001111";
const TWILIO: &str = "AC00000000000000000000000000000042";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A channel with a message that has gone out and of which more will be heard.
struct Furniture {
    app: TestApp,
    channel: String,
    receipts: String,
    /// What the channel calls it.
    name: String,
    /// The query of its callback.
    place: String,
}

async fn furnished(provider: &str) -> Furniture {
    let app = TestApp::strict().await;
    let settings = match provider {
        "twilio" => json!({"account_sid": TWILIO, "auth_token": TOKEN}),
        _ => json!({"url": "https://example.com/"}),
    };
    let form = [("Provider", provider), ("Addresses", NUMBER), ("Settings", &*settings.to_string())];
    let channel = sid(&app.made("/dwell/v1/Channels", &form).await).to_owned();
    let (_, room) = conversation(&app, &[]).await;
    let pair = [("MessagingBinding.Address", CUSTOMER), ("MessagingBinding.ProxyAddress", NUMBER)];
    app.made(&format!("{room}/Participants"), &pair).await;
    app.carriers.behave(CUSTOMER, Carrying::Accept(None));
    let name = app.carriers.next_name();
    let message = app.made(&format!("{room}/Messages"), &[("Author", "ada"), ("Body", "x")]).await;
    app.deliver().await;
    let receipts = format!("{room}/Messages/{}/Receipts", sid(&message));
    let receipt = all_items(&app, &receipts).await.remove(0);
    assert_eq!((&receipt["status"], text(&receipt, "channel_message_sid")), (&json!(null), &*name));
    let place = format!(
        "Conversation={}&Message={}&Receipt={}",
        text(&message, "conversation_sid"),
        sid(&message),
        sid(&receipt)
    );
    Furniture { app, channel, receipts, name, place }
}

impl Furniture {
    fn path(&self) -> String {
        format!("/dwell/v1/Channels/{}/Status", self.channel)
    }

    /// The status and the error of the receipt.
    async fn receipt(&self) -> (Value, Value) {
        let receipt = all_items(&self.app, &self.receipts).await.remove(0);
        (receipt["status"].clone(), receipt["error_code"].clone())
    }

    /// A callback as Twilio makes it, signed with a token.
    async fn call_back(&self, query: &str, form: &[(&str, &str)], token: &str) -> Answer {
        let path = format!("{}{query}", self.path());
        let owned: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let signature = signature(token, &format!("http://dwell.test{path}"), &owned);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("host", "dwell.test"), ("content-type", FORM_TYPE), ("x-twilio-signature", &*signature)];
        raw(&self.app, "POST", &path, &headers, body).await
    }

    async fn post_json(&self, status: &Value) -> Answer {
        let authorization = self.app.account.authorization();
        let headers =
            [("host", "dwell.test"), ("content-type", "application/json"), ("authorization", &*authorization)];
        raw(&self.app, "POST", &self.path(), &headers, status.to_string()).await
    }
}

fn told<'a>(name: &'a str, status: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("MessageSid", name),
        ("SmsSid", name),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("AccountSid", TWILIO),
    ]
}

#[tokio::test]
async fn a_signed_callback_advances_its_receipt() {
    let f = furnished("twilio").await;
    let place = format!("?{}", f.place);
    for status in ["queued", "sending", "accepted", "nonsense"] {
        let answer = f.call_back(&place, &told(&f.name, status), TOKEN).await;
        assert_eq!((answer.status, f.receipt().await.0), (204, json!(null)), "{status} is no news");
    }
    for (query, name, status, now) in [
        // By the place of the receipt alone, whatever the message is called.
        (&*place, "SM0", "sent", "sent"),
        // By its name alone, and with a query of somebody else's.
        ("", &*f.name, "delivered", "delivered"),
        ("?Conversation=CH1&Message=&x=%20", &*f.name, "sent", "delivered"),
        (&*place, &*f.name, "read", "read"),
        (&*place, &*f.name, "undelivered", "read"),
    ] {
        let answer = f.call_back(query, &told(name, status), TOKEN).await;
        assert_eq!((answer.status, f.receipt().await.0), (204, json!(now)), "{query} {status}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_error_code_comes_along() {
    for (code, kept) in [("30003", json!(30_003)), ("none", json!(0))] {
        let f = furnished("twilio").await;
        let form = [&told(&f.name, "undelivered")[..], &[("ErrorCode", code)]].concat();
        assert_eq!(f.call_back("", &form, TOKEN).await.status, 204);
        assert_eq!(f.receipt().await, (json!("undelivered"), kept));
    }
    let f = furnished("twilio").await;
    let form = [("MessageSid", &*f.name), ("SmsStatus", "failed"), ("AccountSid", TWILIO)];
    assert_eq!(f.call_back("", &form, TOKEN).await.status, 204);
    assert_eq!(f.receipt().await.0, "failed", "where there is only the older name of the parameter");
}

#[tokio::test]
async fn only_the_channel_s_own_word_is_believed() {
    let f = furnished("twilio").await;
    let form = told(&f.name, "read");
    let stranger = (401, 20003);
    assert_eq!(f.call_back("", &form, "1123456789abcdef0123456789abcdef").await.refusal(), stranger);
    let elsewhere = [("MessageSid", &*f.name), ("MessageStatus", "read"), ("AccountSid", "AC1")];
    assert_eq!(f.call_back("", &elsewhere, TOKEN).await.refusal(), stranger, "another account there");
    let other = Furniture { channel: format!("CN{}", "0".repeat(32)), ..furnished("twilio").await };
    assert_eq!(other.call_back("", &form, TOKEN).await.refusal(), stranger, "nobody learns that it is not there");
    let unsigned = f.app.send("POST", &f.path(), &form, None).await;
    assert_eq!(unsigned.refusal(), stranger);
    let account = f.app.new_account().await;
    assert_eq!(f.app.send("POST", &f.path(), &form, Some(&account)).await.refusal(), (404, 20404));
    assert_eq!(f.receipt().await.0, json!(null));

    let own = furnished("http").await;
    assert_eq!(own.call_back("", &told(&own.name, "read"), TOKEN).await.refusal(), stranger, "it has no token");
    assert_eq!(own.app.post(&own.path(), &told(&own.name, "read")).await.status, 204, "but the account has");
    assert_eq!(own.receipt().await.0, "read");
}

#[tokio::test]
async fn a_channel_of_one_s_own_tells_in_json() {
    let f = furnished("http").await;
    let place: Vec<_> = f.place.split('&').map(|pair| pair.split('=').nth(1).unwrap()).collect();
    let placed = |status: &str| json!({"conversation_sid": place[0], "message_sid": place[1], "receipt_sid": place[2], "status": status});
    for (told, now) in [
        (json!({"message_id": f.name, "status": "queued"}), json!(null)),
        (json!({"message_id": f.name, "status": "sent"}), json!("sent")),
        (placed("delivered"), json!("delivered")),
        (json!({"message_id": "another", "status": "read"}), json!("delivered")),
        (json!({"message_id": f.name, "status": "read", "error_code": 7}), json!("read")),
    ] {
        let answer = f.post_json(&told).await;
        assert_eq!((answer.status, f.receipt().await.0), (204, now), "{told}: {}", answer.text);
    }
    for bad in [
        json!({"status": "sent"}),
        json!({"message_id": "", "status": "sent"}),
        json!({"message_id": "a\u{7}", "status": "sent"}),
        json!({"message_id": "x".repeat(1_001), "status": "sent"}),
        json!({"message_id": "a"}),
        json!({"message_id": "a", "status": 1}),
        json!({"message_id": "a", "status": "sent", "statuses": []}),
        json!([]),
    ] {
        assert_eq!(f.post_json(&bad).await.refusal(), (400, 20001), "{bad}");
    }
    let nowhere = json!({
        "conversation_sid": place[0], "message_sid": place[1], "receipt_sid": format!("DY{}", "0".repeat(32)),
        "status": "sent",
    });
    assert_eq!(f.post_json(&nowhere).await.refusal(), (404, 20404));
    for form in [&[("MessageStatus", "sent")][..], &[("MessageSid", "SM1")]] {
        assert_eq!(f.app.post(&f.path(), form).await.refusal(), (400, 20001), "{form:?}");
    }
}
