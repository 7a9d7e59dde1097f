//! What leaves for a group text and what comes from one.

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, Reason};
use dwell_engine::Error;
use dwell_engine::inbound::{Inbound, Outcome};
use dwell_testkit::Carrying;

use super::*;
use crate::support::{path as path_in, path_of};

const HOOK: &str = "https://example.com/hook";

async fn write(app: &TestApp, path: &str, author: &str, body: &str) -> Value {
    app.made(&format!("{path}/Messages"), &[("Author", author), ("Body", body)]).await
}

fn from_phone(n: usize, others: &[String]) -> Inbound {
    Inbound {
        channel_sid: None,
        channel_message_sid: None,
        from: phone(n),
        to: DESK.to_owned(),
        others: others.to_vec(),
        body: Some(format!("from {n}")),
        subject: None,
        references: Vec::new(),
        attributes: None,
        from_name: None,
        media: Vec::new(),
    }
}

async fn receive(app: &TestApp, inbound: Inbound) -> Result<(Outcome, String), Error> {
    let received = app.engine.receive(&AccountSid::parse(&app.account.sid).unwrap(), inbound).await?;
    Ok((received.outcome, format!("{CONVERSATIONS}/{}", received.conversation_sid.unwrap())))
}

/// Texts to the desk begin conversations.
async fn configure(app: &TestApp) {
    let form = [("Type", "sms"), ("Address", DESK), ("AutoCreation.Enabled", "true"), ("AutoCreation.Type", "default")];
    app.made("/v1/Configuration/Addresses", &form).await;
}

#[tokio::test]
async fn a_message_leaves_once_for_every_telephone() {
    let app = TestApp::strict().await;
    channel(&app).await;
    let (_, path, everybody) = group(&app, 2).await;
    let message = write(&app, &path, "ann", "hello").await;
    assert_eq!((&message["participant_sid"], &message["delivery"]["total"]), (&everybody[0]["sid"], &json!(2)));
    app.deliver().await;
    let parcels = app.carriers.take_parcels();
    assert_eq!(parcels.len(), 1);
    assert_eq!((parcels[0].from.as_str(), &parcels[0].to), (DESK, &vec![phone(0), phone(1)]));
    assert_eq!((parcels[0].receipts.len(), parcels[0].others.len(), parcels[0].author.as_str()), (2, 0, "ann"));
    let receipts = all_items(&app, path_in(&message["links"]["delivery_receipts"])).await;
    let shown: Vec<_> = receipts.iter().map(|r| (text(r, "participant_sid"), text(r, "status"))).collect();
    assert_eq!(shown, [(sid(&everybody[1]), "sent"), (sid(&everybody[2]), "sent")]);
    let way = app.fetched("/dwell/v1/OutboundMessages").await["outbound_messages"][0].clone();
    assert_eq!((&way["participant_sid"], &way["to"]), (&json!(null), &json!([phone(0), phone(1)])));

    // What a telephone wrote the others have from it, whoever brings it.
    for (author, n) in [(phone(0), 1), (DESK.to_owned(), 0)] {
        let message = write(&app, &path, &author, "again").await;
        assert_eq!(message["participant_sid"], everybody[if n == 1 { 1 } else { 0 }]["sid"], "{author}");
        assert_eq!(message["delivery"] == json!(null), n == 1, "{author}");
    }
    for author in ["system", "bob", "+15550009999"] {
        let answer = app.post(&format!("{path}/Messages"), &[("Author", author), ("Body", "x")]).await;
        assert_eq!(answer.refusal(), (400, 50513), "{author}");
        let answer = app.post(path_in(&message["url"]), &[("Author", author)]).await;
        assert_eq!(answer.refusal(), (400, 50513), "{author}");
    }
}

#[tokio::test]
async fn messages_of_a_group_text_keep_their_order_whoever_writes() {
    let app = TestApp::strict().await;
    let channel = channel(&app).await;
    let addresses = [("Addresses", DESK), ("Addresses", "+15550001001")];
    app.made(&format!("/dwell/v1/Channels/{channel}"), &addresses).await;
    let (_, path, everybody) = group(&app, 1).await;
    join(&app, &path, &[("Identity", "bob"), (PROJECTED, "+15550001001")]).await;
    app.carriers.behave(DESK, Carrying::Later);
    write(&app, &path, "ann", "a").await;
    write(&app, &path, "bob", "b").await;
    app.deliver().await;
    assert!(app.carriers.take_parcels().iter().all(|parcel| parcel.body.as_deref() == Some("a")), "b waits");
    assert_eq!(app.delete(&format!("{path}/Participants/{}", sid(&everybody[1]))).await.status, 204);
    app.carriers.behave(DESK, Carrying::Accept(Some(Status::Delivered)));
    app.clock.advance(600);
    app.deliver().await;
    let parcels = app.carriers.take_accepted();
    let shown: Vec<_> =
        parcels.iter().map(|p| (p.body.as_deref().unwrap(), p.from.as_str(), p.others.clone())).collect();
    let expected = [("a", DESK, vec!["+15550001001".to_owned()]), ("b", "+15550001001", vec![DESK.to_owned()])];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn two_are_no_group_yet_and_nothing_leaves_through_a_channel_that_takes_none() {
    let app = TestApp::strict().await;
    let channel = format!("/dwell/v1/Channels/{}", channel(&app).await);
    let (_, path, _) = group(&app, 1).await;
    let answer = app.post(&format!("{path}/Messages"), &[("Author", "ann"), ("Body", "x")]).await;
    assert_eq!(answer.refusal(), (400, 50435));
    join(&app, &path, &[(ADDRESS, &phone(1))]).await;
    app.made(&channel, &[("Settings", r#"{"url": "https://example.com/"}"#)]).await;
    let message = write(&app, &path, "ann", "x").await;
    app.deliver().await;
    assert!(app.carriers.take_parcels().is_empty());
    let receipts = all_items(&app, path_in(&message["links"]["delivery_receipts"])).await;
    let shown: Vec<_> = receipts.iter().map(|r| (text(r, "status"), r["error_code"].clone())).collect();
    assert_eq!(shown, [("failed", json!(21_606)), ("failed", json!(21_606))]);
}

#[tokio::test]
async fn a_text_goes_to_the_group_of_all_its_addresses() {
    let app = TestApp::strict().await;
    channel(&app).await;
    configure(&app).await;
    let (_, path, everybody) = group(&app, 3).await;
    let others = [phone(2), DESK.to_owned(), phone(0), phone(2), String::new()];
    assert_eq!(receive(&app, from_phone(1, &others)).await.unwrap(), (Outcome::Appended, path.clone()));
    let message = all_items(&app, &format!("{path}/Messages")).await.remove(0);
    assert_eq!((text(&message, "author"), &message["participant_sid"]), (phone(1).as_str(), &everybody[2]["sid"]));
    app.deliver().await;
    assert!(app.carriers.take_parcels().is_empty(), "the carrier brought it to the others");

    // Fewer addresses are another conversation, and a text from the desk itself is in it already.
    let (outcome, pair) = receive(&app, from_phone(1, &[])).await.unwrap();
    assert_eq!((outcome, pair != path), (Outcome::Created, true));
    let echo = Inbound { from: DESK.to_owned(), to: phone(0), ..from_phone(0, &[phone(1), phone(2)]) };
    let refused = receive(&app, echo).await;
    assert!(matches!(refused, Err(Error::Refused(Reason::InboundUnrouted { .. }))), "{refused:?}");

    // Once closed, the next begins another.
    app.made(&path, &[("State", "closed")]).await;
    let (outcome, next) = receive(&app, from_phone(1, &[phone(0), phone(2)])).await.unwrap();
    assert_eq!((outcome, next != path), (Outcome::Created, true));
}

#[tokio::test]
async fn a_text_to_several_begins_a_group_text() {
    let app = TestApp::strict().await;
    channel(&app).await;
    let unrouted = receive(&app, from_phone(0, &[phone(1)])).await;
    assert!(matches!(unrouted, Err(Error::Refused(Reason::InboundUnrouted { .. }))), "{unrouted:?}");
    configure(&app).await;
    let events = dwell_core::webhook::PRE_EVENTS.iter().chain(dwell_core::webhook::POST_EVENTS);
    let form: Vec<_> = [("PreWebhookUrl", HOOK), ("PostWebhookUrl", HOOK)]
        .into_iter()
        .chain(events.map(|event| ("Filters", *event)))
        .collect();
    app.made("/v1/Configuration/Webhooks", &form).await;

    let (outcome, path) = receive(&app, from_phone(0, &[phone(1)])).await.unwrap();
    assert_eq!(outcome, Outcome::Created);
    let c = app.fetched(&path).await;
    assert_eq!((path_of(&c), text(&c, "state")), (path.clone(), "active"));
    let bindings: Vec<_> = all_items(&app, &format!("{path}/Participants")).await;
    let bindings: Vec<_> = bindings.iter().map(|p| p["messaging_binding"].clone()).collect();
    let expected = [("address", phone(0)), ("address", phone(1)), ("projected_address", DESK.to_owned())];
    assert_eq!(bindings, expected.map(|(name, address)| json!({"type": "sms", name: address})));
    assert_eq!(history(&app, &c).await, ["initializing>active API 0"]);

    app.deliver().await;
    let calls = app.receivers.take_calls();
    let param = |n: usize, name: &str| {
        let found = calls[n].params.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value): &(String, String)| value.as_str()).to_owned()
    };
    let events: Vec<_> = (0..calls.len()).map(|n| param(n, "EventType")).collect();
    let added = "onParticipantAdded";
    let expected = [
        "onConversationAdd",
        "onConversationAdded",
        added,
        added,
        added,
        "onConversationStateUpdated",
        "onMessageAdded",
    ];
    assert_eq!(events, expected);
    let names =
        ["Address", "ProxyAddress", "ProjectedAddress", "AuthorAddress"].map(|name| format!("MessagingBinding.{name}"));
    assert_eq!(names.each_ref().map(|name| param(0, name)), [&phone(0), "", DESK, &phone(0)]);
    assert_eq!((param(1, "State"), param(5, "StateTo")), ("initializing".to_owned(), "active".to_owned()));
    assert_eq!(names.each_ref().map(|name| param(4, name)), ["", "", DESK, ""]);

    // The next finds it, whoever sends; and somebody at the desk answers.
    let next = receive(&app, from_phone(1, &[phone(0)])).await.unwrap();
    assert_eq!(next, (Outcome::Appended, path.clone()));
    let participants = all_items(&app, &format!("{path}/Participants")).await;
    app.made(&format!("{path}/Participants/{}", sid(&participants[2])), &[("Identity", "ann")]).await;
    write(&app, &path, "ann", "hello all").await;
    app.deliver().await;
    assert_eq!(app.carriers.take_parcels()[0].to, [phone(0), phone(1)]);
}

#[tokio::test]
async fn texts_with_one_new_set_of_addresses_begin_one_conversation() {
    let app = TestApp::strict().await;
    channel(&app).await;
    configure(&app).await;
    let text_from = async |from, other| receive(&app, from_phone(from, &[phone(other)])).await.unwrap();
    let received = tokio::join!(text_from(0, 1), text_from(1, 0), text_from(0, 1), text_from(1, 0));
    let received: [_; 4] = received.into();
    let created = received.iter().filter(|(outcome, _)| *outcome == Outcome::Created).count();
    assert_eq!((created, received.iter().all(|(_, path)| *path == received[0].1)), (1, true), "{received:?}");
    assert_eq!(all_items(&app, CONVERSATIONS).await.len(), 1);
    assert_eq!(all_items(&app, &format!("{}/Messages", received[0].1)).await.len(), 4);
}

#[tokio::test]
async fn simulated_phones_text_each_other_with_the_desk() {
    let app = TestApp::in_development().await;
    configure(&app).await;
    let phone_path = |n| format!("/dwell/v1/Phones/{}/Messages", phone(n));
    let form = [("To", DESK), ("Others", "+15550002001"), ("Others", "+15550002002"), ("Body", "hi")];
    let sent = app.made(&phone_path(0), &form).await;
    let path = format!("{CONVERSATIONS}/{}", text(&sent, "conversation_sid"));
    let message = write(&app, &path, DESK, "hello").await;
    app.deliver().await;
    for n in 0..3 {
        let newest = app.fetched(&phone_path(n)).await["phone_messages"][0].clone();
        assert_eq!((text(&newest, "body"), text(&newest, "from")), ("hello", DESK), "{n}");
    }
    assert_eq!(app.fetched(path_in(&message["url"])).await["delivery"]["delivered"], "all");
}
