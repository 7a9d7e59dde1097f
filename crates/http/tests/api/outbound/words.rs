//! What channels say of messages, and who hears of it.

use std::collections::BTreeMap;

use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, ReceiptSid, Timestamp};
use dwell_engine::receipts::{Named, News, Noted};
use dwell_engine::{Error, Random};
use dwell_testkit::SeededRandom;

use super::*;
use crate::support::{event_kinds, post_with};

fn by_name(name: &str) -> Named {
    Named::ByChannel(name.to_owned())
}

/// The place of the only receipt of a message.
async fn place(app: &TestApp, message: &Value) -> Named {
    let receipts = all_items(app, path(&message["links"]["delivery_receipts"])).await;
    Named::ByReceipt {
        conversation_sid: ConversationSid::parse(text(message, "conversation_sid")).unwrap(),
        message_sid: MessageSid::parse(sid(message)).unwrap(),
        receipt_sid: ReceiptSid::parse(sid(&receipts[0])).unwrap(),
    }
}

/// What a webhook is told of receipts, in order: everything that waits for it.
async fn told(app: &TestApp, c: &Value) -> Vec<BTreeMap<String, String>> {
    let waiting = app.waiting(&app.account.sid, sid(c)).await;
    let of_receipts = waiting.iter().filter(|delivery| delivery.event == "onDeliveryUpdated");
    of_receipts.map(|delivery| serde_json::from_str(&delivery.params).unwrap()).collect()
}

/// Has the account's webhook hear of receipts, at an address that never answers, so that everything waits.
async fn listen(app: &TestApp) {
    let url = "https://example.com/deliveries";
    app.receivers.behave(url, dwell_testkit::Behaviour::Unreachable);
    let form = [("PostWebhookUrl", url), ("Filters", "onDeliveryUpdated")];
    app.made("/v1/Configuration/Webhooks", &form).await;
}

#[tokio::test]
async fn webhooks_hear_of_every_change_with_exactly_its_parameters() {
    let app = TestApp::new().await;
    let (c, inside, participants) = room(&app, 1).await;
    listen(&app).await;
    let name = app.carriers.next_name();
    let message = say(&app, &inside, "a").await;
    app.clock.advance(1);
    app.deliver().await;
    app.clock.advance(2);
    assert_eq!(app.note(by_name(&name), Status::Undelivered, Some(30_003)).await, Noted::Advanced);
    let receipt = all_items(&app, path(&message["links"]["delivery_receipts"])).await.remove(0);
    let common = [
        ("AccountSid", app.account.sid.as_str()),
        ("EventType", "onDeliveryUpdated"),
        ("Source", "SMS"),
        ("ConversationSid", sid(&c)),
        ("ChatServiceSid", text(&c, "chat_service_sid")),
        ("MessageSid", sid(&message)),
        ("DeliveryReceiptSid", sid(&receipt)),
        ("ChannelMessageSid", &name),
        ("ParticipantSid", &participants[0]),
        ("DateCreated", "2026-01-01T00:00:00.000Z"),
    ];
    let expected = |own: [(&str, &str); 3]| -> BTreeMap<String, String> {
        common.iter().chain(&own).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        told(&app, &c).await,
        [
            expected([("Status", "sent"), ("ErrorCode", "0"), ("DateUpdated", "2026-01-01T00:00:01.000Z")]),
            expected([("Status", "undelivered"), ("ErrorCode", "30003"), ("DateUpdated", "2026-01-01T00:00:03.000Z")]),
        ],
        "though nobody asked for webhooks: it is the system's doing"
    );
    let events = app.events(sid(&c)).await;
    let actors: Vec<_> =
        events.iter().filter(|e| e.kind == "onDeliveryUpdated").map(|e| e.actor[..2].to_owned()).collect();
    assert_eq!(actors, ["sy", "CN"]);
}

#[tokio::test]
async fn webhooks_hear_of_what_never_left_after_the_message() {
    let app = TestApp::new().await;
    let (c, inside, _) = room(&app, 1).await;
    app.receivers.behave("https://example.com/", dwell_testkit::Behaviour::Unreachable);
    let events = [("Filters", "onDeliveryUpdated"), ("Filters", "onMessageAdded")];
    let form = [&[("PostWebhookUrl", "https://example.com/")], events.as_slice()].concat();
    app.made("/v1/Configuration/Webhooks", &form).await;
    let (messages, long) = (format!("{inside}/Messages"), "x".repeat(1_601));
    post_with(&app, &messages, &[("Body", long.as_str())], ("X-Twilio-Webhook-Enabled", "true")).await;
    app.made(&messages, &[("Body", &long)]).await;
    let waiting = app.waiting(&app.account.sid, sid(&c)).await;
    let heard: Vec<_> = waiting.iter().map(|delivery| delivery.event.as_str()).collect();
    assert_eq!(heard, ["onMessageAdded", "onDeliveryUpdated", "onDeliveryUpdated"]);
    assert!(waiting[1].params.contains("21617"), "{}", waiting[1].params);
    let kinds = event_kinds(&app, &c).await;
    let tail = ["onMessageAdded!", "onDeliveryUpdated!", "onMessageAdded", "onDeliveryUpdated!"];
    assert_eq!(kinds[kinds.len() - 4..], tail);
}

#[tokio::test]
async fn a_word_that_says_nothing_new_changes_nothing() {
    let app = TestApp::new().await;
    let (c, inside, _) = room(&app, 1).await;
    let name = app.carriers.next_name();
    let message = say(&app, &inside, "a").await;
    app.deliver().await;
    for (status, noted) in [
        (Status::Sent, Noted::NoNews),
        (Status::Read, Noted::Advanced),
        (Status::Read, Noted::NoNews),
        (Status::Delivered, Noted::NoNews),
        (Status::Failed, Noted::NoNews),
    ] {
        let before = (receipt(&app, &message).await, event_kinds(&app, &c).await.len());
        assert_eq!(app.note(by_name(&name), status, Some(1)).await, noted, "{status:?}");
        let after = (receipt(&app, &message).await, event_kinds(&app, &c).await.len());
        assert_eq!(before == after, noted == Noted::NoNews);
    }
    assert_eq!(receipt(&app, &message).await, (json!("read"), 0));
}

#[tokio::test]
async fn a_status_that_overtakes_the_note_of_its_message_is_applied_with_it() {
    let app = TestApp::new().await;
    let (c, inside, _) = room(&app, 1).await;
    listen(&app).await;
    let name = app.carriers.next_name();
    assert_eq!(app.note(by_name(&name), Status::Sent, None).await, Noted::Kept);
    assert_eq!(app.note(by_name(&name), Status::Undelivered, Some(30_005)).await, Noted::Kept);
    assert_eq!(app.note(by_name(&name), Status::Delivered, None).await, Noted::NoNews, "never backwards");
    let message = say(&app, &inside, "a").await;
    app.deliver().await;
    assert_eq!(receipt(&app, &message).await, (json!("undelivered"), 30_005));
    let statuses: Vec<_> = told(&app, &c).await.iter().map(|params| params["Status"].clone()).collect();
    assert_eq!(statuses, ["sent", "undelivered"]);
    assert_eq!(app.sql("DELETE FROM early_statuses").await, 0, "nothing is kept any more");
}

#[tokio::test]
async fn statuses_of_unknown_messages_are_few_and_do_not_last() {
    let app = TestApp::new().await;
    room(&app, 0).await;
    for n in 0..1_000 {
        assert_eq!(app.note(by_name(&format!("x{n}")), Status::Sent, None).await, Noted::Kept);
    }
    assert_eq!(app.note(by_name("one too many"), Status::Sent, None).await, Noted::NoNews);
    assert_eq!(app.note(by_name("x7"), Status::Delivered, None).await, Noted::Kept, "this one is known");
    let dispatcher = dwell_engine::Dispatcher::new(app.engine.clone(), dwell_engine::DispatcherOptions::default());
    app.clock.advance(3_600);
    while dispatcher.prune().await.unwrap() {}
    assert_eq!(app.sql("UPDATE early_statuses SET status = status").await, 1_000);
    app.clock.advance(1);
    while dispatcher.prune().await.unwrap() {}
    assert_eq!(app.sql("UPDATE early_statuses SET status = status").await, 0);
}

#[tokio::test]
async fn a_place_tells_a_receipt_too_and_only_its_own_channel_may_speak_of_it() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    let other = app.new_channel(&app.account, &["+15550009999"]).await;
    let account = AccountSid::parse(&app.account.sid).unwrap();
    let message = say(&app, &inside, "a").await;
    let named = place(&app, &message).await;
    app.deliver().await;
    let news = |channel_sid: ChannelSid, named: Named| News {
        channel_sid,
        named,
        status: Status::Delivered,
        error_code: None,
    };
    let engine = &app.engine;
    let is_unknown = |answer: Result<Noted, Error>| matches!(answer, Err(Error::NotFound));
    assert!(is_unknown(engine.note_status(&account, news(other, named.clone())).await));
    let stranger = AccountSid::parse(&app.new_account().await.sid).unwrap();
    let mine = ChannelSid::parse(text(&app.fetched("/dwell/v1/Channels").await["channels"][0], "sid")).unwrap();
    assert!(is_unknown(engine.note_status(&stranger, news(mine, named.clone())).await));
    let nowhere = Named::ByReceipt {
        conversation_sid: ConversationSid::parse(text(&message, "conversation_sid")).unwrap(),
        message_sid: MessageSid::parse(sid(&message)).unwrap(),
        receipt_sid: ReceiptSid::parse("DY00000000000000000000000000000000").unwrap(),
    };
    assert!(is_unknown(engine.note_status(&account, news(mine, nowhere)).await));
    assert_eq!(receipt(&app, &message).await.0, "sent");
    assert_eq!(engine.note_status(&account, news(mine, named)).await.unwrap(), Noted::Advanced);
    assert_eq!(receipt(&app, &message).await.0, "delivered");
    let gone = app.carriers.next_name();
    let removed = say(&app, &inside, "b").await;
    app.deliver().await;
    app.delete(path(&removed["url"])).await;
    assert_eq!(engine.note_status(&account, news(mine, by_name(&gone))).await.unwrap(), Noted::Kept, "nobody knows it");
}

#[tokio::test]
async fn what_was_sent_unnoted_is_not_sent_again_once_its_channel_spoke_of_it() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    app.carriers.behave(DESK, Carrying::Later);
    let message = say(&app, &inside, "a").await;
    app.deliver().await;
    app.note(place(&app, &message).await, Status::Delivered, None).await;
    app.carriers.behave(DESK, Carrying::Accept(Some(Status::Sent)));
    app.carriers.take_parcels();
    pass(&app, 60).await;
    assert_eq!((app.carriers.count(), receipt(&app, &message).await.0), (0, json!("delivered")));
}

/// How far a status is; what is final is as far as anything.
fn progress(status: &Value) -> u8 {
    match status.as_str() {
        None => 0,
        Some("sent") => 1,
        Some("delivered") => 2,
        _ => 3,
    }
}

#[tokio::test]
async fn receipts_never_go_back_whatever_is_said_and_when() {
    for seed in 1..=12 {
        let dice = SeededRandom::new(seed);
        let below = |bound: u8| {
            let mut byte = [0];
            dice.fill(&mut byte);
            byte[0] % bound
        };
        let app = TestApp::new().await;
        let (c, inside, _) = room(&app, 1).await;
        let first = [None, Some(Status::Sent), Some(Status::Delivered)][usize::from(below(3))];
        app.carriers.behave(DESK, if below(3) == 0 { Carrying::Later } else { Carrying::Accept(first) });
        let name = app.carriers.next_name();
        let message = say(&app, &inside, "a").await;
        let mut latest = (Value::Null, 0, Timestamp::MIN);
        for _ in 0..30 {
            match below(4) {
                0 => pass(&app, i64::from(below(40))).await,
                1 => app.carriers.behave(DESK, Carrying::Accept(first)),
                n => {
                    let named = if n == 2 { by_name(&name) } else { place(&app, &message).await };
                    app.note(named, Status::ALL[usize::from(below(5))], Some(30_003)).await;
                }
            }
            let all = all_items(&app, path(&message["links"]["delivery_receipts"])).await;
            let (status, code) = receipt(&app, &message).await;
            let at = Timestamp::parse(text(&all[0], "date_updated")).unwrap();
            let (was, is) = (progress(&latest.0), progress(&status));
            assert!(is > was || status == latest.0, "seed {seed}: {latest:?}, then {status}");
            assert!(at >= latest.2, "seed {seed}: its time does not go back");
            assert_eq!(code != 0, ["failed", "undelivered"].contains(&status.as_str().unwrap_or_default()));
            latest = (status, code, at);
        }
        let events = app.events(sid(&c)).await;
        let news: Vec<Value> = events
            .iter()
            .filter(|event| event.kind == "onDeliveryUpdated")
            .map(|event| serde_json::from_str::<Value>(&event.payload).unwrap()["Status"].clone())
            .collect();
        assert!(news.windows(2).all(|pair| progress(&pair[0]) < progress(&pair[1])), "seed {seed}: {news:?}");
        assert_eq!(news.last().cloned().unwrap_or_default(), latest.0, "seed {seed}: the last event is what it says");
    }
}
