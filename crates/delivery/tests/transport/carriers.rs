//! Carriers over HTTP against other sides on this machine, over real sockets.

use std::sync::Arc;

use dwell_core::channel::{Channel, HttpSettings, LoopbackSettings, Provider, Secret, Settings, TwilioSettings};
use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MediaSid, MessageSid, ReceiptSid, SidBytes, Timestamp};
use dwell_delivery::{CarrierOptions, Carriers, Guard};
use dwell_engine::SystemClock;
use dwell_engine::carriers::{Accepted, Carrier, CarryError, Enclosure, Parcel};
use dwell_engine::hooks::AuthToken;
use dwell_engine::signature::signature;
use serde_json::{Value, json};

use super::server::{Act, Received, Server};
use super::{TOKEN, UUID, guard};

const BASE: &str = "https://chat.example";
const PASSWORD: &str = "hush0123456789";

fn parcel(settings: Settings) -> Parcel {
    let bytes = SidBytes::new(1, 0, [0; 8]);
    let provider = match settings {
        Settings::Twilio(_) => Provider::Twilio,
        Settings::Smpp(_) => Provider::Smpp,
        Settings::Email(_) => Provider::Email,
        Settings::Http(_) => Provider::Http,
        Settings::Loopback(_) => Provider::Loopback,
    };
    let channel = Channel {
        sid: ChannelSid::new(bytes),
        account_sid: AccountSid::new(bytes),
        provider,
        friendly_name: None,
        addresses: vec!["+15550001111".to_owned()],
        enabled: true,
        date_created: Timestamp::EPOCH,
        date_updated: Timestamp::EPOCH,
    };
    Parcel {
        channel,
        settings,
        auth_token: AuthToken::new(TOKEN),
        from: "+15550001111".to_owned(),
        from_name: None,
        to: vec!["+15552223333".to_owned()],
        others: Vec::new(),
        body: Some("Grüße & a+b".to_owned()),
        media: Vec::new(),
        subject: None,
        references: Vec::new(),
        author: "agent".to_owned(),
        conversation_sid: ConversationSid::new(bytes),
        message_sid: MessageSid::new(bytes),
        message_index: 4,
        receipts: vec![ReceiptSid::new(bytes)],
        idempotency_token: UUID.to_owned(),
        timeout_millis: 30_000,
    }
}

fn enclosure() -> Enclosure {
    Enclosure {
        sid: MediaSid::new(SidBytes::new(1, 0, [0; 8])),
        content_type: "image/png".to_owned(),
        filename: Some("ü.png".to_owned()),
        size: 3,
        link: "/v1/media/x?token=y".to_owned(),
        bytes: None,
    }
}

fn to_twilio(url: &str) -> Parcel {
    let account_sid = "AC00000000000000000000000000000001".to_owned();
    parcel(Settings::Twilio(TwilioSettings { url: url.to_owned(), account_sid, auth_token: Secret::new(PASSWORD) }))
}

fn to_http(url: &str) -> Parcel {
    parcel(Settings::Http(HttpSettings { url: url.to_owned(), groups: false }))
}

fn carriers(base: Option<&str>) -> Carriers {
    let options = CarrierOptions { public_base_url: base.map(str::to_owned) };
    Carriers::new(guard(&["127.0.0.1"]), options, Arc::new(SystemClock)).unwrap()
}

type Outcome = Result<Accepted, CarryError>;

async fn carry(parcel: Parcel) -> Outcome {
    let shown = format!("{parcel:?}");
    let outcome = carriers(Some(BASE)).carry(parcel).await;
    let shown = format!("{shown} {outcome:?}");
    for secret in ["Grüße", PASSWORD, TOKEN, "+1555222", "hush"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    outcome
}

fn accepted(name: Option<&str>, status: Option<Status>) -> Outcome {
    Ok(Accepted { channel_message_sid: name.map(str::to_owned), status })
}

fn never(status: Status, error_code: Option<i64>, what: &str) -> Outcome {
    Err(CarryError::Never { status, error_code, what: what.to_owned() })
}

fn later(what: &str) -> Outcome {
    Err(CarryError::Later { what: what.to_owned() })
}

/// Header lines but for `Host` and `Content-Length`, in order of the alphabet.
fn headers(received: &Received) -> Vec<&str> {
    let lines = received.head.lines().skip(1);
    let mut lines: Vec<_> =
        lines.filter(|line| !line.starts_with("Host: ") && !line.starts_with("Content-Length: ")).collect();
    lines.sort_unstable();
    lines
}

fn form(received: &Received) -> Vec<(String, String)> {
    form_urlencoded::parse(received.body.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_messages_api_is_asked_as_twilio_s() {
    let server = Server::start(Act::answer("201 Created", r#"{"sid":"SM1","status":"queued"}"#)).await;
    let parcel = Parcel { media: vec![enclosure()], ..to_twilio(&server.url("/below/")) };
    let callback = format!(
        "{BASE}/dwell/v1/Channels/{}/Status?Conversation={}&Message={}&Receipt={}",
        parcel.channel.sid, parcel.conversation_sid, parcel.message_sid, parcel.receipts[0]
    );
    assert_eq!(carry(parcel).await, accepted(Some("SM1"), None));

    let received = server.only();
    let line = "POST /below/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json HTTP/1.1";
    assert_eq!(received.line(), line);
    let agent = concat!("User-Agent: Dwell/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        headers(&received),
        [
            "Accept: application/json",
            "Authorization: Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpodXNoMDEyMzQ1Njc4OQ==",
            "Content-Type: application/x-www-form-urlencoded",
            "I-Twilio-Idempotency-Token: 7f9c24e8-3b12-4fef-91e0-56a2d5a7d3b1",
            agent,
        ]
    );
    let expected = [
        ("To", "+15552223333"),
        ("From", "+15550001111"),
        ("Body", "Grüße & a+b"),
        ("MediaUrl", "https://chat.example/v1/media/x?token=y"),
        ("StatusCallback", callback.as_str()),
    ];
    assert_eq!(form(&received), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn prefixes_of_addresses_go_through() {
    let server = Server::start(Act::answer("201 Created", r#"{"sid":"SM1","status":"accepted"}"#)).await;
    let mut parcel = to_twilio(&server.url(""));
    (parcel.from, parcel.to) = ("messenger:1".to_owned(), vec!["messenger:2".to_owned()]);
    parcel.body = None;
    carry(parcel).await.unwrap();
    let names: Vec<_> = form(&server.only()).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(names[..2], ["To=messenger:2", "From=messenger:1"]);
    assert!(names[2].starts_with("StatusCallback="), "no Body: {names:?}");
}

#[tokio::test]
async fn without_a_public_address_nobody_calls_back() {
    let server = Server::start(Act::answer("201 Created", r#"{"sid":"SM1","status":"queued"}"#)).await;
    let outcome = carriers(None).carry(to_twilio(&server.url(""))).await;
    assert_eq!(outcome, accepted(Some("SM1"), Some(Status::Sent)), "it is the last word");
    assert!(!server.only().body.contains("StatusCallback"));
    let with_media = Parcel { media: vec![enclosure()], ..to_twilio(&server.url("")) };
    assert_eq!(carriers(None).carry(with_media).await, later("media can only be sent when `public_base_url` is set"));
}

#[tokio::test]
async fn what_a_messages_api_answers() {
    use Status::{Delivered, Failed, Read, Sent, Undelivered};
    let code = |code: i64| json!({"code": code, "message": "Grüße to +15552223333", "status": 400}).to_string();
    let sid = |status: &str| json!({"sid": "SM1", "status": status, "body": "Grüße"}).to_string();
    let cases: Vec<(&str, String, Outcome)> = vec![
        ("201 Created", sid("accepted"), accepted(Some("SM1"), None)),
        ("201 Created", sid("scheduled"), accepted(Some("SM1"), None)),
        ("201 Created", sid("sending"), accepted(Some("SM1"), None)),
        ("201 Created", sid("sent"), accepted(Some("SM1"), Some(Sent))),
        ("200 OK", sid("delivered"), accepted(Some("SM1"), Some(Delivered))),
        ("200 OK", sid("read"), accepted(Some("SM1"), Some(Read))),
        (
            "201 Created",
            json!({"sid": "SM1", "status": "undelivered", "error_code": 30003}).to_string(),
            never(Undelivered, Some(30003), "it was taken, and undelivered at once"),
        ),
        ("201 Created", sid("failed"), never(Failed, None, "it was taken, and failed at once")),
        ("200 OK", "<html>".to_owned(), later("HTTP 200 without the SID of a message: is this a Messages API?")),
        ("400 Bad Request", code(21211), never(Failed, Some(21211), "HTTP 400, error 21211")),
        ("400 Bad Request", code(21610), never(Failed, Some(21610), "HTTP 400, error 21610")),
        ("403 Forbidden", code(21408), never(Failed, Some(21408), "HTTP 403, error 21408")),
        ("400 Bad Request", "nonsense".to_owned(), later("HTTP 400")),
        ("401 Unauthorized", code(20003), later("HTTP 401, error 20003: are the account and its token right?")),
        ("403 Forbidden", code(20403), later("HTTP 403, error 20403: are the account and its token right?")),
        ("404 Not Found", code(20404), later("HTTP 404, error 20404: are the account and its token right?")),
        ("404 Not Found", String::new(), later("HTTP 404")),
        ("408 Slow", String::new(), later("HTTP 408: too much at once")),
        ("429 Slow", code(20429), later("HTTP 429: too much at once")),
        ("400 Bad Request", code(21611), later("HTTP 400: too much at once")),
        ("500 Oops", code(20500), later("HTTP 500, error 20500")),
        ("503 Later", String::new(), later("HTTP 503")),
        ("302 Found", String::new(), later("HTTP 302")),
    ];
    for (status, body, expected) in cases {
        let server = Server::start(Act::answer(status, &body)).await;
        assert_eq!(carry(to_twilio(&server.url(""))).await, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_kept_is_none() {
    let names = [json!("x".repeat(1_001)), json!("a\u{0}b"), json!(""), json!([1]), json!(null)];
    for name in names {
        let server = Server::start(Act::answer("200 OK", &json!({"message_id": name}).to_string())).await;
        assert_eq!(carry(to_http(&server.url("/"))).await, accepted(None, Some(Status::Sent)), "{name}");
    }
    let server = Server::start(Act::answer("200 OK", &json!({"message_id": "ü".repeat(500)}).to_string())).await;
    assert_eq!(carry(to_http(&server.url("/"))).await, accepted(Some(&"ü".repeat(500)), Some(Status::Sent)));
}

#[tokio::test]
async fn a_program_is_told_everything_and_can_check_who_tells() {
    let server = Server::start(Act::answer("200 OK", r#"{"message_id":7,"status":"queued"}"#)).await;
    let url = server.url("/take?tenant=7#x").replace("http://", "http://user:hush@");
    let mut parcel = Parcel { media: vec![enclosure()], subject: Some("Order".to_owned()), ..to_http(&url) };
    parcel.references = vec!["<1@example.com>".to_owned()];
    let told = json!({
        "account_sid": parcel.channel.account_sid.as_str(),
        "channel_sid": parcel.channel.sid.as_str(),
        "conversation_sid": parcel.conversation_sid.as_str(),
        "message_sid": parcel.message_sid.as_str(),
        "message_index": 4,
        "receipt_sids": [parcel.receipts[0].as_str()],
        "from": "+15550001111",
        "to": ["+15552223333"],
        "others": [],
        "author": "agent",
        "body": "Grüße & a+b",
        "subject": "Order",
        "references": ["<1@example.com>"],
        "media": [{
            "sid": parcel.media[0].sid.as_str(),
            "url": "https://chat.example/v1/media/x?token=y",
            "content_type": "image/png",
            "filename": "ü.png",
            "size": 3,
        }],
    });
    assert_eq!(carry(parcel).await, accepted(Some("7"), None));

    let received = server.only();
    assert_eq!(serde_json::from_str::<Value>(&received.body).unwrap(), told);
    assert!(received.target().starts_with("/take?tenant=7&bodySHA256="), "{}", received.target());
    let digest = received.target().rsplit('=').next().unwrap();
    assert_eq!((digest.len(), digest), (64, digest.to_lowercase().as_str()));
    let signed = signature(TOKEN, &format!("http://{}{}", server.address, received.target()), &[]);
    assert_eq!(received.header("X-Twilio-Signature"), Some(signed.as_str()));
    assert_eq!(received.header("I-Twilio-Idempotency-Token"), Some(UUID));
    assert_eq!(received.header("Content-Type"), Some("application/json"));
    assert_eq!(received.header("Authorization"), Some("Basic dXNlcjpodXNo"));
}

#[tokio::test]
async fn what_a_program_answers() {
    use Status::{Delivered, Failed, Sent, Undelivered};
    let cases: Vec<(&str, &str, Outcome)> = vec![
        ("204 No Content", "", accepted(None, Some(Sent))),
        ("200 OK", "thanks", accepted(None, Some(Sent))),
        ("200 OK", r#"{"message_id":"a"}"#, accepted(Some("a"), Some(Sent))),
        ("200 OK", r#"{"message_id":"a","status":"queued"}"#, accepted(Some("a"), None)),
        ("202 Accepted", r#"{"status":"delivered"}"#, accepted(None, Some(Delivered))),
        (
            "200 OK",
            r#"{"status":"undelivered","error_code":"30005"}"#,
            never(Undelivered, Some(30005), "it was taken, and undelivered at once"),
        ),
        ("400 Bad Request", "", never(Failed, None, "HTTP 400")),
        ("422 No", r#"{"error_code":7}"#, never(Failed, Some(7), "HTTP 422")),
        ("401 Unauthorized", r#"{"error_code":"x"}"#, never(Failed, None, "HTTP 401")),
        ("408 Slow", "", later("HTTP 408")),
        ("429 Slow", "", later("HTTP 429")),
        ("301 Moved", "", later("HTTP 301")),
        ("500 Oops", "Grüße", later("HTTP 500")),
    ];
    for (status, body, expected) in cases {
        let server = Server::start(Act::answer(status, body)).await;
        assert_eq!(carry(to_http(&server.url("/"))).await, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn an_other_side_that_is_down_keeps_messages_waiting() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:hush@{}/?key=hush", listener.local_addr().unwrap());
    drop(listener);
    for parcel in [to_twilio(&url), to_http(&url)] {
        let outcome = carry(parcel).await;
        assert!(matches!(&outcome, Err(CarryError::Later { what }) if what.starts_with("connection: ")), "{outcome:?}");
    }
    let server = Server::start(Act::Stall(Vec::new())).await;
    for parcel in [to_twilio(&server.url("")), to_http(&server.url(""))] {
        let outcome = carry(Parcel { timeout_millis: 200, ..parcel }).await;
        assert_eq!(outcome, later("no complete answer within 200 ms"));
    }
}

#[tokio::test]
async fn closed_networks_are_not_reached_through_channels() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let carriers = Carriers::new(Guard::public_only(), CarrierOptions::default(), Arc::new(SystemClock)).unwrap();
    for parcel in [to_twilio(&server.url("")), to_http(&server.url(""))] {
        let what = "refused: 127.0.0.1 is loopback and in none of the allowed networks";
        assert_eq!(carriers.carry(parcel).await, later(what));
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn several_addresses_at_once_are_for_programs_that_take_them() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let two = || vec!["+15552223333".to_owned(), "+15554445555".to_owned()];
    let outcome = carry(Parcel { to: two(), ..to_twilio(&server.url("")) }).await;
    assert_eq!(outcome, never(Status::Failed, None, "the Messages API takes one address at a time"));
    let outcome = carry(Parcel { to: two(), ..to_http(&server.url("")) }).await;
    assert_eq!(outcome, never(Status::Failed, None, "the channel takes one address at a time"));
    assert!(server.received().is_empty());
    let settings = Settings::Http(HttpSettings { url: server.url(""), groups: true });
    let others = vec!["+15550001112".to_owned()];
    let outcome = carry(Parcel { to: two(), others, ..parcel(settings) }).await;
    assert_eq!(outcome, accepted(None, Some(Status::Sent)));
    assert!(server.only().body.contains(r#""to":["+15552223333","+15554445555"],"others":["+15550001112"]"#));
}

#[tokio::test]
async fn simulated_phones_are_no_business_of_carriers() {
    let outcome = carry(parcel(Settings::Loopback(LoopbackSettings {}))).await;
    let what = "this server hands nothing over to channels of `loopback`";
    assert_eq!(outcome, never(Status::Failed, None, what));
}
