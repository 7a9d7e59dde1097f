//! `POST /dwell/v1/Inbound`: both forms, and whose a message is.

use dwell_core::Rights;
use dwell_engine::signature::signature;
use dwell_http::Options;
use dwell_testkit::Answer;
use serde_json::json;

use super::*;
use crate::key_rights::key;
use crate::support::{FORM_TYPE, event_kinds, everything, raw, sid, text};

const INBOUND: &str = "/dwell/v1/Inbound";
const URL: &str = "http://dwell.test/dwell/v1/Inbound";
const TWILIO: &str = "AC00000000000000000000000000000042";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// What Twilio sends of a text, among others.
const SENT: &[(&str, &str)] = &[
    ("ToCountry", "US"),
    ("SmsMessageSid", "SM1"),
    ("NumMedia", "0"),
    ("SmsStatus", "received"),
    ("Body", "hello é"),
    ("To", DESK),
    ("NumSegments", "1"),
    ("MessageSid", "SM1"),
    ("AccountSid", TWILIO),
    ("From", CUSTOMER),
    ("ApiVersion", "2010-04-01"),
];

/// A channel of an account for the desk's number.
async fn channel(app: &TestApp, account: &Account, token: &str) -> Value {
    let settings = json!({"account_sid": TWILIO, "auth_token": token}).to_string();
    let form = [("Provider", "twilio"), ("Addresses", DESK), ("Settings", &*settings)];
    let made = app.send("POST", "/dwell/v1/Channels", &form, Some(account)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.body
}

/// An account that takes messages to the desk from Twilio.
async fn furnished() -> TestApp {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    channel(&app, &app.account, TOKEN).await;
    app
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A form without a parameter, or with another value for it.
fn with<'a>(form: &[(&'a str, &'a str)], name: &'a str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let others = form.iter().copied().filter(|(known, _)| *known != name);
    others.chain(value.map(|value| (name, value))).collect()
}

async fn post_form(app: &TestApp, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers = [&[("host", "dwell.test"), ("content-type", FORM_TYPE)][..], headers].concat();
    raw(app, "POST", path, &headers, body).await
}

/// A form that is signed as the channel's API signs.
async fn post_signed(app: &TestApp, form: &[(&str, &str)], token: &str) -> Answer {
    let signature = signature(token, URL, &owned(form));
    post_form(app, INBOUND, form, &[("x-twilio-signature", &*signature)]).await
}

async fn post_json(app: &TestApp, message: &Value) -> Answer {
    let authorization = app.account.authorization();
    let headers = [("authorization", &*authorization), ("content-type", "application/json; charset=utf-8")];
    raw(app, "POST", INBOUND, &headers, message.to_string()).await
}

async fn conversations(app: &TestApp) -> Vec<Value> {
    all_items(app, CONVERSATIONS).await
}

fn assert_nothing_said(answer: &Answer) {
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert_eq!((answer.status, answer.text.as_str(), kind), (200, NOTHING, "text/xml; charset=utf-8"));
}

#[tokio::test]
async fn a_signed_message_is_taken_once() {
    let app = furnished().await;
    for _ in 0..2 {
        assert_nothing_said(&post_signed(&app, SENT, TOKEN).await);
    }
    let found = conversations(&app).await;
    assert_eq!(found.len(), 1);
    let path = format!("{CONVERSATIONS}/{}", sid(&found[0]));
    let messages = all_items(&app, &format!("{path}/Messages")).await;
    assert_eq!(messages.len(), 1);
    assert_eq!((text(&messages[0], "body"), text(&messages[0], "author")), ("hello é", CUSTOMER));
    let kinds = ["onConversationAdded!", "onParticipantAdded!", "onMessageAdded!"];
    assert_eq!(event_kinds(&app, &found[0]).await, kinds);
}

#[tokio::test]
async fn what_is_not_signed_so_is_nobodys() {
    let app = furnished().await;
    let before = everything(&app).await;
    let right = signature(TOKEN, URL, &owned(SENT));
    let other_url = signature(TOKEN, "http://dwell.test/dwell/v1/inbound", &owned(SENT));
    let mut changed = right.clone();
    changed.replace_range(0..1, if right.starts_with('A') { "B" } else { "A" });
    let wrong = [&*changed, &*other_url, &right[..27], "", "é", &*signature("other", URL, &owned(SENT))];
    for header in wrong {
        let answer = post_form(&app, INBOUND, SENT, &[("x-twilio-signature", header)]).await;
        assert_eq!(answer.refusal(), (401, 20003), "{header:?}");
    }
    // Every parameter counts, and so does what the request was sent to.
    for form in [
        with(SENT, "Body", Some("hello")),
        with(SENT, "ToCountry", None),
        with(SENT, "Extra", Some("")),
        with(SENT, "From", Some("+15017122662")),
    ] {
        let answer = post_form(&app, INBOUND, &form, &[("x-twilio-signature", &*right)]).await;
        assert_eq!(answer.refusal(), (401, 20003), "{form:?}");
    }
    let answer = post_form(&app, &format!("{INBOUND}?a=b"), SENT, &[("x-twilio-signature", &*right)]).await;
    assert_eq!(answer.refusal(), (401, 20003));
    // A number that nobody serves looks the same, as does an account that is another's, or no signature.
    for form in [with(SENT, "To", Some("+15017122663")), with(SENT, "AccountSid", Some("AC1")), with(SENT, "To", None)]
    {
        assert_eq!(post_signed(&app, &form, TOKEN).await.refusal(), (401, 20003), "{form:?}");
    }
    assert_eq!(post_form(&app, INBOUND, SENT, &[]).await.refusal(), (401, 20003));
    let as_json = [("content-type", "application/json"), ("x-twilio-signature", &*right)];
    assert_eq!(raw(&app, "POST", INBOUND, &as_json, "{}").await.refusal(), (401, 20003));
    assert_eq!(everything(&app).await, before);
    assert_nothing_said(&post_form(&app, INBOUND, SENT, &[("x-twilio-signature", &*right)]).await);
}

#[tokio::test]
async fn the_channel_that_signed_says_whose_message_it_is() {
    let app = furnished().await;
    let stranger = app.new_account().await;
    let theirs = channel(&app, &stranger, "11111111111111111111111111111111").await;
    assert_nothing_said(&post_signed(&app, SENT, TOKEN).await);
    assert_eq!(conversations(&app).await.len(), 1);
    // The other account has nothing set up for it: that is said only to who can sign.
    let answer = post_signed(&app, SENT, "11111111111111111111111111111111").await;
    assert_eq!(answer.refusal(), (404, 20404));
    let channel = format!("/dwell/v1/Channels/{}", sid(&theirs));
    app.send("POST", &channel, &[("Enabled", "false")], Some(&stranger)).await;
    let answer = post_signed(&app, SENT, "11111111111111111111111111111111").await;
    assert_eq!(answer.refusal(), (401, 20003), "it is off");
    app.sql("UPDATE accounts SET disabled_at = 1").await;
    assert_eq!(post_signed(&app, SENT, TOKEN).await.refusal(), (401, 20003));
}

#[tokio::test]
async fn the_signed_url_is_the_one_that_the_sender_knows() {
    let form = owned(SENT);
    for (public, signed) in [
        ("https://chat.example.com", "https://chat.example.com/dwell/v1/Inbound"),
        ("https://chat.example.com", "https://chat.example.com:443/dwell/v1/Inbound"),
        ("https://chat.example.com:443/", "https://chat.example.com/dwell/v1/Inbound"),
        ("https://chat.example.com/below", "https://chat.example.com/below/dwell/v1/Inbound"),
    ] {
        let options = Options { public_base_url: Some(public.to_owned()), ..Options::default() };
        let app = furnished().await.with_options(options);
        let signature = signature(TOKEN, signed, &form);
        assert_nothing_said(&post_form(&app, INBOUND, SENT, &[("x-twilio-signature", &*signature)]).await);
    }
    let app = furnished().await;
    let signature = signature(TOKEN, &format!("{URL}?channel=sms%20a"), &form);
    let headers = [("x-twilio-signature", &*signature)];
    assert_nothing_said(&post_form(&app, &format!("{INBOUND}?channel=sms%20a"), SENT, &headers).await);
}

#[tokio::test]
async fn with_credentials_a_form_needs_no_signature() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    let authorization = app.account.authorization();
    let credentials = ("authorization", &*authorization);
    assert_nothing_said(&post_form(&app, INBOUND, SENT, &[credentials]).await);
    assert_nothing_said(&post_form(&app, INBOUND, SENT, &[credentials, ("x-twilio-signature", "of whomever")]).await);
    assert_eq!(conversations(&app).await.len(), 1);
    let wrong = ("authorization", "Basic eDp5");
    assert_eq!(post_form(&app, INBOUND, SENT, &[wrong]).await.refusal(), (401, 20003));
    let reader = key(&app, Rights::Read).await.authorization();
    let answer = post_form(&app, INBOUND, SENT, &[("authorization", &*reader)]).await;
    assert_eq!(answer.refusal(), (403, 20403));
}

#[tokio::test]
async fn what_no_one_takes_is_told_to_twilio_as_twilio_tells_it() {
    let app = furnished().await;
    let signed = async |form: &[(&str, &str)]| post_signed(&app, form, TOKEN).await.refusal();
    assert_eq!(signed(&with(SENT, "From", Some("5017122661"))).await, (400, 50407));
    assert_eq!(signed(&with(SENT, "Body", None)).await, (400, 50503));
    assert_eq!(signed(&with(SENT, "OtherRecipients0", Some("5017122662"))).await, (400, 50407));
    let media = |count| with(SENT, "NumMedia", Some(count));
    for form in [media("1"), media("-1"), media("x"), media("256"), with(&media("1"), "MediaUrl0", Some(""))] {
        assert_eq!(signed(&form).await, (400, 20001), "{form:?}");
    }
    let mut many = media("11");
    let names: Vec<_> = (0..11).map(|number| format!("MediaUrl{number}")).collect();
    many.extend(names.iter().map(|name| (name.as_str(), "https://example.com")));
    assert_eq!(signed(&many).await, (400, 20001));
    assert!(conversations(&app).await.is_empty());
    // A webhook that rejects a message is no business of Twilio's.
    let hook = [("PreWebhookUrl", HOOK), ("Filters", "onConversationAdd")];
    app.made("/v1/Configuration/Webhooks", &hook).await;
    app.receivers.behave(HOOK, dwell_testkit::Behaviour::Answer(403, String::new()));
    assert_nothing_said(&post_signed(&app, SENT, TOKEN).await);
    assert!(conversations(&app).await.is_empty());
}

#[tokio::test]
async fn a_channel_of_ones_own_brings_json() {
    let app = TestApp::new().await;
    let form = [("Type", "email"), ("Address", "desk@example.com"), ("AutoCreation.Enabled", "true")];
    app.made(ADDRESSES, &[&form[..], &[("AutoCreation.Type", "default")]].concat()).await;
    let message = json!({
        "from": "ann@example.org",
        "to": "desk@example.com",
        "body": "Where is it?",
        "message_id": "<1@example.org>",
        "subject": "My parcel",
        "references": ["<0@example.com>"],
        "attributes": {"shop": 7},
        "from_name": "Ann Example",
    });
    let answer = post_json(&app, &message).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let place = answer.body.clone();
    let expected = json!({
        "outcome": "created",
        "account_sid": app.account.sid,
        "conversation_sid": place["conversation_sid"],
        "message_sid": place["message_sid"],
        "repeated": false,
    });
    assert_eq!(place, expected);
    let path = format!("{CONVERSATIONS}/{}", text(&place, "conversation_sid"));
    let shown = app.fetched(&format!("{path}/Messages/{}", text(&place, "message_sid"))).await;
    assert_eq!((text(&shown, "body"), text(&shown, "attributes")), ("Where is it?", "{\"shop\":7}"));
    let found = all_items(&app, "/v1/ParticipantConversations?Address=ann%40example.org").await;
    let binding = &found[0]["participant_messaging_binding"];
    let shown = ["type", "proxy_address", "name"].map(|name| text(binding, name));
    assert_eq!(shown, ["email", "desk@example.com", "Ann Example"]);

    let again = post_json(&app, &message).await.body;
    assert_eq!((&again["repeated"], &again["message_sid"]), (&json!(true), &place["message_sid"]));
    let mut next = json!({"from": "ann@example.org", "to": "desk@example.com", "body": "And?", "attributes": "{}"});
    assert_eq!(post_json(&app, &next).await.body["outcome"], "appended");
    next["attributes"] = json!(null);
    assert_eq!(post_json(&app, &next).await.body["outcome"], "appended");
    assert_eq!(said(&app, &path).await, ["Where is it?", "And?", "And?"]);
}

#[tokio::test]
async fn json_that_is_not_the_form_is_refused() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    let message = |member: &str, value: Value| {
        let mut message = json!({"from": CUSTOMER, "to": DESK, "body": "hello"});
        message[member] = value;
        message
    };
    let file = |file: Value| message("media", json!([file]));
    for (message, code) in [
        (json!([]), 20001),
        (json!({"from": CUSTOMER, "body": "hello"}), 20001),
        (message("form", json!(CUSTOMER)), 20001),
        (message("body", json!(7)), 20001),
        (message("references", json!("<1@example.com>")), 20001),
        (message("references", json!(vec!["x"; 101])), 20001),
        (message("message_id", json!("x".repeat(1_001))), 20001),
        (message("attributes", json!("{")), 50304),
        (message("subject", json!("x".repeat(257))), 20001),
        (message("others", json!(["5017122662"])), 50407),
        (message("from", json!("5017122661")), 50407),
        (file(json!({})), 20001),
        (file(json!({"content_type": "image/png"})), 20001),
        (file(json!({"base64": "aGk="})), 20001),
        (file(json!({"base64": "a", "content_type": "text/plain"})), 20001),
        (file(json!({"base64": "aGk=", "content_type": "text/plain", "url": "https://example.com"})), 20001),
        (file(json!({"url": "https://example.com", "size": 1})), 20001),
        (message("media", json!(vec![json!({"url": "https://example.com"}); 11])), 20001),
    ] {
        assert_eq!(post_json(&app, &message).await.refusal(), (400, code), "{message}");
    }
    let authorization = app.account.authorization();
    for (kind, body) in [("application/json", "{"), ("application/json", "\u{feff}{}"), ("text/plain", "From=x")] {
        let headers = [("authorization", &*authorization), ("content-type", kind)];
        assert_eq!(raw(&app, "POST", INBOUND, &headers, body).await.refusal(), (400, 20001), "{kind} {body}");
    }
    let large = message("body", json!("x".repeat(Options::default().body_bytes_max)));
    assert_eq!(post_json(&app, &large).await.refusal(), (413, 20413));
    assert!(conversations(&app).await.is_empty());
}

#[tokio::test]
async fn so_many_messages_a_second_of_one_sender() {
    let options = Options { writes_per_second_max: 2, ..Options::default() };
    let app = furnished().await.with_options(options);
    let from = |sender: &str| json!({"from": sender, "to": DESK, "body": "hello"});
    for _ in 0..2 {
        assert_eq!(post_json(&app, &from(CUSTOMER)).await.status, 201);
    }
    assert_eq!(post_json(&app, &from(CUSTOMER)).await.refusal(), (429, 20429));
    assert_eq!(post_signed(&app, SENT, TOKEN).await.refusal(), (429, 20429));
    assert_eq!(post_json(&app, &from("+15017122662")).await.status, 201);
    app.clock.advance(1);
    assert_eq!(post_json(&app, &from(CUSTOMER)).await.status, 201);
}
