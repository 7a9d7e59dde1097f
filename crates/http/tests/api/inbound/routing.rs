//! Which conversation a message from outside goes to, and what that begins with.

use dwell_core::Reason;
use dwell_testkit::Behaviour;
use serde_json::json;

use super::*;
use crate::support::{conversation, default_service, event_kinds, history, say, sid, state, text};

const BEFORE: &str = "https://example.com/before";
const PAIR: [(&str, &str); 2] = [("MessagingBinding.Address", CUSTOMER), ("MessagingBinding.ProxyAddress", DESK)];

/// Everything that an account's webhook can hear of conversations, before and after.
async fn listen(app: &TestApp) {
    let events = dwell_core::webhook::PRE_EVENTS.iter().chain(dwell_core::webhook::POST_EVENTS);
    let filters = events.map(|event| ("Filters", *event));
    let form: Vec<_> = [("PreWebhookUrl", BEFORE), ("PostWebhookUrl", HOOK)].into_iter().chain(filters).collect();
    app.made("/v1/Configuration/Webhooks", &form).await;
}

#[tokio::test]
async fn a_message_goes_to_the_conversation_that_holds_its_pair() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let participant = app.made(&format!("{path}/Participants"), &PAIR).await;
    app.advance(60).await;
    assert_eq!(state(&app, &path).await, "inactive");
    listen(&app).await;

    let received = receive(&app, text_of("hello")).await;
    assert_eq!((received.outcome, received.is_repeated), (Outcome::Appended, false));
    assert_eq!(place(&received), path);
    let message = app.fetched(&format!("{path}/Messages/{}", received.message_sid.unwrap())).await;
    let shown = ["body", "author", "participant_sid", "index"].map(|name| message[name].clone());
    assert_eq!(shown, [json!("hello"), json!(CUSTOMER), participant["sid"].clone(), json!(0)]);
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 60", "inactive>active EVENT 60"]);

    app.deliver().await;
    let calls = app.receivers.take_calls();
    assert_eq!(events(&calls), ["onMessageAdd", "onMessageAdded", "onConversationStateUpdated"]);
    assert_eq!((param(&calls[0], "Source"), param(&calls[1], "Source")), ("SMS", "SMS"));
    assert_eq!(param(&calls[0], "ParticipantSid"), sid(&participant));
    assert_eq!((param(&calls[2], "Reason"), param(&calls[2], "StateTo")), ("EVENT", "active"));
}

#[tokio::test]
async fn a_webhook_may_refuse_or_alter_what_is_appended() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    app.made(&format!("{path}/Participants"), &PAIR).await;
    app.made("/v1/Configuration/Webhooks", &[("PreWebhookUrl", BEFORE), ("Filters", "onMessageAdd")]).await;

    app.receivers.behave(BEFORE, Behaviour::Answer(403, String::new()));
    for is_repeated in [false, true] {
        let received = receive(&app, named("SM1", text_of("rude"))).await;
        let nowhere = (received.conversation_sid, received.message_sid);
        assert_eq!((received.outcome, received.is_repeated, nowhere), (Outcome::Rejected, is_repeated, (None, None)));
    }
    assert_eq!(app.receivers.take_calls().len(), 1, "what was rejected is not asked about again");

    let altered = json!({"body": "polite", "author": "censor"}).to_string();
    app.receivers.behave(BEFORE, Behaviour::Answer(200, altered));
    receive(&app, named("SM2", text_of("rude"))).await;
    let messages = all_items(&app, &format!("{path}/Messages")).await;
    assert_eq!(messages.len(), 1);
    let shown = ["body", "author", "participant_sid"].map(|name| messages[0][name].clone());
    assert_eq!(shown, [json!("polite"), json!("censor"), json!(null)]);
}

#[tokio::test]
async fn a_message_to_a_configured_address_begins_a_conversation() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT1M"), ("DefaultClosedTimer", "PT10M")]).await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    listen(&app).await;
    let mut message = text_of("hello");
    message.attributes = Some("{\"a\":1}".to_owned());
    let received = receive(&app, message).await;
    assert_eq!((received.outcome, received.is_repeated), (Outcome::Created, false));

    let path = place(&received);
    let c = app.fetched(&path).await;
    assert_eq!((&c["friendly_name"], &c["unique_name"], &c["state"]), (&json!(null), &json!(null), &json!("active")));
    assert_eq!(c["timers"]["date_inactive"], "2026-01-01T00:01:00Z");
    assert_eq!(c["timers"]["date_closed"], "2026-01-01T00:11:00Z");
    let participants = all_items(&app, &format!("{path}/Participants")).await;
    let binding = json!({"type": "sms", "address": CUSTOMER, "proxy_address": DESK});
    assert_eq!((participants.len(), &participants[0]["messaging_binding"]), (1, &binding));
    let service = app.fetched(&format!("/v1/Services/{}/Configuration", default_service(&app).await)).await;
    assert_eq!(participants[0]["role_sid"], service["default_conversation_role_sid"]);
    let messages = all_items(&app, &format!("{path}/Messages")).await;
    let shown = ["body", "author", "participant_sid", "attributes"].map(|name| messages[0][name].clone());
    assert_eq!(shown, [json!("hello"), json!(CUSTOMER), participants[0]["sid"].clone(), json!("{\"a\":1}")]);
    let kinds = ["onConversationAdded!", "onParticipantAdded!", "onMessageAdded!"];
    assert_eq!(event_kinds(&app, &c).await, kinds);

    app.deliver().await;
    let calls = app.receivers.take_calls();
    let expected = ["onConversationAdd", "onConversationAdded", "onParticipantAdded", "onMessageAdded"];
    assert_eq!(events(&calls), expected);
    assert!(calls.iter().all(|call| param(call, "Source") == "SMS"));
    assert!(!calls[0].params.iter().any(|(name, _)| name == "ConversationSid"), "there is none yet");
    let asked = ["MessageBody", "MessagingBinding.Address", "MessagingBinding.ProxyAddress"];
    assert_eq!(asked.map(|name| param(&calls[0], name)), ["hello", CUSTOMER, DESK]);
    assert_eq!(param(&calls[0], "MessagingBinding.AuthorAddress"), CUSTOMER);
    assert_eq!(param(&calls[0], "State"), "active");

    // The next one goes there too, and the address is told as the creator.
    assert_eq!(receive(&app, text_of("again")).await.conversation_sid, received.conversation_sid);
    assert_eq!(said(&app, &path).await, ["hello", "again"]);
}

#[tokio::test]
async fn a_webhook_may_refuse_or_name_a_new_conversation() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    app.made("/v1/Configuration/Webhooks", &[("PreWebhookUrl", BEFORE), ("Filters", "onConversationAdd")]).await;
    app.receivers.behave(BEFORE, Behaviour::Answer(403, String::new()));
    let refused = receive(&app, text_of("hello")).await;
    assert_eq!((refused.outcome, refused.conversation_sid), (Outcome::Rejected, None));
    assert!(all_items(&app, CONVERSATIONS).await.is_empty());

    app.receivers.behave(BEFORE, Behaviour::Answer(200, json!({"friendly_name": "Ann"}).to_string()));
    let received = receive(&app, text_of("hello")).await;
    assert_eq!(app.fetched(&place(&received)).await["friendly_name"], "Ann");
}

#[tokio::test]
async fn the_webhook_of_the_address_hears_of_the_first_message() {
    let app = TestApp::new().await;
    let hook = [
        ("AutoCreation.Type", "webhook"),
        ("AutoCreation.WebhookUrl", HOOK),
        ("AutoCreation.WebhookMethod", "GET"),
        ("AutoCreation.WebhookFilters", "onParticipantAdded"),
        ("AutoCreation.WebhookFilters", "onMessageAdded"),
    ];
    configure(&app, &hook).await;
    let path = place(&receive(&app, text_of("hello")).await);
    let webhooks = all_items(&app, &format!("{path}/Webhooks")).await;
    assert_eq!((webhooks.len(), &webhooks[0]["target"]), (1, &json!("webhook")));
    let configuration = json!({"url": HOOK, "method": "get", "filters": ["onParticipantAdded", "onMessageAdded"]});
    assert_eq!(webhooks[0]["configuration"], configuration);

    receive(&app, text_of("again")).await;
    app.deliver().await;
    let calls = app.receivers.take_calls();
    assert_eq!(events(&calls), ["onParticipantAdded", "onMessageAdded", "onMessageAdded"]);
    assert_eq!((param(&calls[1], "Body"), param(&calls[2], "Body")), ("hello", "again"));
}

#[tokio::test]
async fn a_studio_address_attaches_its_flow() {
    let app = TestApp::new().await;
    let flow = "FW0123456789abcdef0123456789abcdef";
    configure(&app, &[("AutoCreation.Type", "studio"), ("AutoCreation.StudioFlowSid", flow)]).await;
    let path = place(&receive(&app, text_of("hello")).await);
    let webhooks = all_items(&app, &format!("{path}/Webhooks")).await;
    assert_eq!((webhooks.len(), &webhooks[0]["target"]), (1, &json!("studio")));
    assert_eq!(webhooks[0]["configuration"]["flow_sid"], flow);
}

#[tokio::test]
async fn a_conversation_begins_in_the_configured_service_or_the_default_one() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Desk")]).await;
    let of_service = ("AutoCreation.ConversationServiceSid", sid(&service));
    configure(&app, &[("AutoCreation.Type", "default"), of_service]).await;
    let in_service = |received: &Received| {
        format!("/v1/Services/{}/Conversations/{}", sid(&service), received.conversation_sid.unwrap())
    };
    let received = receive(&app, text_of("hello")).await;
    assert_eq!(app.get(&in_service(&received)).await.status, 200);

    // A deleted service holds neither the pair nor what comes next.
    assert_eq!(app.delete(&format!("/v1/Services/{}", sid(&service))).await.status, 204);
    let received = receive(&app, text_of("again")).await;
    assert_eq!(received.outcome, Outcome::Created);
    let c = app.fetched(&place(&received)).await;
    assert_eq!(text(&c, "chat_service_sid"), default_service(&app).await);
    assert_eq!(said(&app, &place(&received)).await, ["again"]);
}

#[tokio::test]
async fn after_a_close_a_conversation_begins_with_nobody_but_the_sender() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    let first = place(&receive(&app, text_of("one")).await);
    app.made(&format!("{first}/Participants"), &[("Identity", "ann")]).await;
    app.made(&first, &[("State", "closed")]).await;
    let second = receive(&app, text_of("two")).await;
    assert_eq!(second.outcome, Outcome::Created);
    let participants = all_items(&app, &format!("{}/Participants", place(&second))).await;
    assert_eq!(participants.len(), 1);
    assert_eq!(participants[0]["messaging_binding"]["address"], CUSTOMER);
    assert_eq!((said(&app, &first).await, said(&app, &place(&second)).await), (vec!["one".into()], vec!["two".into()]));
}

#[tokio::test]
async fn one_whose_time_is_up_is_over_before_the_scheduler_says_so() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultClosedTimer", "PT10M")]).await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    listen(&app).await;
    let first = receive(&app, text_of("one")).await;
    app.deliver().await;
    app.receivers.take_calls();
    app.clock.advance(600);
    let second = receive(&app, text_of("two")).await;
    assert_eq!(second.outcome, Outcome::Created);
    assert_eq!(state(&app, &place(&first)).await, "closed");
    app.deliver().await;
    let calls = app.receivers.take_calls();
    let of_first = |call: &&Call| param(call, "ConversationSid") == first.conversation_sid.unwrap().as_str();
    let closing: Vec<_> = calls.iter().filter(of_first).cloned().collect();
    assert_eq!(events(&closing), ["onConversationStateUpdated"]);
    assert_eq!((param(&closing[0], "Reason"), param(&closing[0], "StateTo")), ("TIMER", "closed"));
}

#[tokio::test]
async fn without_an_address_that_makes_one_there_is_no_conversation() {
    let app = TestApp::new().await;
    let unrouted = || Reason::InboundUnrouted { address: DESK.to_owned() };
    let refusal = async |message: Inbound| match try_receive(&app, &app.account, message).await {
        Err(Error::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(text_of("hello")).await, unrouted());
    let made = configure(&app, &[("AutoCreation.Type", "default")]).await;
    let configuration = format!("{ADDRESSES}/{}", sid(&made));
    app.made(&configuration, &[("AutoCreation.Enabled", "false")]).await;
    // What was not taken may come again under the same name.
    assert_eq!(refusal(named("SM1", text_of("hello"))).await, unrouted());
    app.made(&configuration, &[("AutoCreation.Enabled", "true")]).await;
    let stranger = app.new_account().await;
    let foreign = try_receive(&app, &stranger, text_of("hello")).await;
    assert!(matches!(foreign, Err(Error::Refused(Reason::InboundUnrouted { .. }))), "{foreign:?}");
    let of_other_type = inbound("whatsapp:+15017122661", "whatsapp:+15017122660", "hello");
    assert!(matches!(refusal(of_other_type).await, Reason::InboundUnrouted { .. }));
    assert_eq!(receive(&app, named("SM1", text_of("hello"))).await.outcome, Outcome::Created);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_leaves_nothing() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    let long = "é".repeat(16 * 1024 + 1);
    let base = || named("SM1", text_of("hello"));
    for (message, expected) in [
        (Inbound { from: "5017122661".into(), ..base() }, Reason::AddressInvalid),
        (Inbound { from: String::new(), ..base() }, Reason::AddressEmpty),
        (Inbound { to: "x".into(), ..base() }, Reason::ProxyAddressInvalid),
        (Inbound { to: CUSTOMER.into(), ..base() }, Reason::AddressEqualsProxy),
        (Inbound { from: "whatsapp:+15017122661".into(), ..base() }, Reason::AddressTypeMismatch),
        (Inbound { others: vec!["5017122662".into()], ..base() }, Reason::AddressInvalid),
        (Inbound { others: vec!["+447700900123".into()], ..base() }, Reason::AddressInvalid),
        (
            Inbound { others: vec!["+15017122662".into()], to: "+18005550100".into(), ..base() },
            Reason::ProxyAddressInvalid,
        ),
        (Inbound { others: (0..9).map(|n| format!("+1501712267{n}")).collect(), ..base() }, Reason::GroupTooLarge),
        (Inbound { body: None, ..base() }, Reason::BodyMissing),
        (Inbound { body: Some("\0".into()), ..base() }, Reason::BodyMissing),
        (Inbound { body: Some(long), ..base() }, Reason::BodyTooLong),
        (Inbound { attributes: Some("{".into()), ..base() }, Reason::AttributesNotJson),
        (Inbound { subject: Some("x".repeat(257)), ..base() }, Reason::SubjectTooLong),
    ] {
        let refused = try_receive(&app, &app.account, message).await;
        assert!(matches!(&refused, Err(Error::Refused(reason)) if *reason == expected), "{expected:?}: {refused:?}");
    }
    for name in ["x".repeat(1_001), "a\nb".to_owned()] {
        let refused = try_receive(&app, &app.account, named(&name, text_of("hello"))).await;
        assert!(matches!(&refused, Err(Error::Refused(Reason::InvalidParameter { .. }))), "{refused:?}");
    }
    assert!(all_items(&app, CONVERSATIONS).await.is_empty());
    assert_eq!(receive(&app, base()).await.outcome, Outcome::Created);
}

#[tokio::test]
async fn a_full_conversation_still_takes_messages() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    for number in 0..50 {
        let address = format!("+1501712{number:04}");
        let pair = [("MessagingBinding.Address", &*address), ("MessagingBinding.ProxyAddress", DESK)];
        app.made(&format!("{path}/Participants"), &pair).await;
    }
    let received = receive(&app, inbound("+15017120049", DESK, "hello")).await;
    assert_eq!((received.outcome, place(&received)), (Outcome::Appended, path));
}

#[tokio::test]
async fn a_message_that_comes_again_is_there_once_also_after_a_restart() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    let first = receive(&app, named("SM1", text_of("one"))).await;
    let second = receive(&app, named("SM2", text_of("two"))).await;
    let app = app.restart().await;
    // Whatever has become of the conversation since.
    app.made(&place(&first), &[("State", "closed")]).await;
    for before in [&first, &second] {
        let name = if before.outcome == Outcome::Created { "SM1" } else { "SM2" };
        let again = receive(&app, named(name, text_of("something else"))).await;
        assert_eq!(again, Received { is_repeated: true, ..before.clone() });
    }
    assert_eq!(said(&app, &place(&first)).await, ["one", "two"]);
    // The names of another channel or account are others; no name is no name.
    let of_channel = Inbound { channel_sid: Some(ChannelSid::new(app.engine.sid())), ..named("SM1", text_of("three")) };
    let third = receive(&app, of_channel.clone()).await;
    assert_eq!((third.outcome, third.is_repeated), (Outcome::Created, false));
    assert!(receive(&app, of_channel).await.is_repeated);
    for _ in 0..2 {
        assert!(!receive(&app, named("", text_of("four"))).await.is_repeated);
    }
    assert_eq!(said(&app, &place(&third)).await, ["three", "four", "four"]);
}

#[tokio::test]
async fn names_are_forgotten_with_the_log() {
    let app = TestApp::new().await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;
    receive(&app, named("SM1", text_of("one"))).await;
    let dispatcher = dwell_engine::Dispatcher::new(app.engine.clone(), dwell_engine::DispatcherOptions::default());
    app.clock.advance(168 * 3_600);
    assert!(!dispatcher.prune().await.unwrap());
    assert!(receive(&app, named("SM1", text_of("one"))).await.is_repeated);
    app.clock.advance(1);
    assert!(!dispatcher.prune().await.unwrap());
    assert!(!receive(&app, named("SM1", text_of("one"))).await.is_repeated);
}

#[tokio::test]
async fn a_participant_that_left_or_a_disabled_account_takes_nothing() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    let participant = app.made(&format!("{path}/Participants"), &PAIR).await;
    say(&app, &path, "welcome").await;
    assert_eq!(app.delete(&format!("{path}/Participants/{}", sid(&participant))).await.status, 204);
    let refused = try_receive(&app, &app.account, text_of("hello")).await;
    assert!(matches!(refused, Err(Error::Refused(Reason::InboundUnrouted { .. }))), "{refused:?}");
    app.made(&format!("{path}/Participants"), &PAIR).await;
    app.sql("UPDATE accounts SET disabled_at = 1").await;
    let refused = try_receive(&app, &app.account, text_of("hello")).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn a_conversation_that_is_being_set_up_has_the_message_brought_again() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    app.made(&format!("{path}/Participants"), &PAIR).await;
    app.sql("UPDATE conversations SET state = 'initializing'").await;
    let refused = try_receive(&app, &app.account, text_of("hello")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
}
