//! Who is asked, about what, and with which parameters.

use std::collections::BTreeMap;

use dwell_engine::hooks::Method;
use dwell_testkit::postgres::Database;
use dwell_testkit::{Behaviour, START, TestApp};

use super::*;
use crate::support::{default_service, everything, path_of, say, sid, text};

#[tokio::test]
async fn every_event_has_exactly_its_parameters() {
    let app = asking().await;
    let furniture = furnish(&app).await;
    let (c, m, p, u) = (&furniture.conversation, &furniture.message, &furniture.participant, &furniture.user);
    assert_eq!(app.receivers.count(), 0, "nobody is asked without the header");
    app.clock.advance(60);
    let (then, now) = (START.to_rfc3339_millis(), START.plus_seconds(60).to_rfc3339_millis());
    let conversation = BTreeMap::from([
        ("ConversationSid", sid(c)),
        ("MessagingServiceSid", text(c, "messaging_service_sid")),
        ("FriendlyName", "old"),
        ("UniqueName", "room"),
        ("Attributes", "{\"a\":1}"),
        ("State", "active"),
        ("DateCreated", &then),
        ("DateUpdated", &then),
    ]);
    let message = BTreeMap::from([
        ("ConversationSid", sid(c)),
        ("MessageSid", sid(m)),
        ("Index", "0"),
        ("Author", "ann"),
        ("ParticipantSid", sid(p)),
        ("Body", "old"),
        ("Attributes", "{}"),
        ("DateCreated", &then),
        ("DateUpdated", &then),
    ]);
    let participant = BTreeMap::from([
        ("ConversationSid", sid(c)),
        ("ParticipantSid", sid(p)),
        ("Identity", "ann"),
        ("RoleSid", text(p, "role_sid")),
        ("Attributes", "{}"),
        ("MessagingBinding.Type", "CHAT"),
        ("DateCreated", &then),
        ("DateUpdated", &then),
    ]);
    let user = BTreeMap::from([
        ("UserSid", sid(u)),
        ("Identity", "ann"),
        ("RoleSid", text(u, "role_sid")),
        ("Attributes", "{}"),
        ("FriendlyName", "Ann"),
        ("DateCreated", &then),
        ("DateUpdated", &now),
    ]);
    let with = |of: &BTreeMap<&'static str, &str>, changes: &[(&'static str, &str)], without: &[&str]| {
        let changes = changes.iter().copied();
        let changed: BTreeMap<_, _> = of.iter().map(|(name, value)| (*name, *value)).chain(changes).collect();
        let kept = changed.into_iter().filter(|(name, _)| !without.contains(name));
        kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
    };
    let dates = ["DateCreated", "DateUpdated"];
    let without = |sid, more: &[&'static str]| [&[sid], dates.as_slice(), more].concat();
    let late = ("DateUpdated", now.as_str());
    let service = default_service(&app).await;
    for (event, method, path, form) in &furniture.requests {
        let mut expected = match *event {
            "onConversationAdd" => with(
                &conversation,
                &[("FriendlyName", "n"), ("UniqueName", "u"), ("Attributes", "{}")],
                &without("ConversationSid", &[]),
            ),
            "onConversationUpdate" => with(&conversation, &[("FriendlyName", "new"), late], &[]),
            "onConversationRemove" => with(&conversation, &[("FriendlyName", "new"), late], &[]),
            "onMessageAdd" => with(&message, &[("Body", "hi")], &without("MessageSid", &["Index"])),
            "onMessageUpdate" | "onMessageRemove" => with(&message, &[("Body", "new"), late], &[]),
            "onParticipantAdd" => with(&participant, &[("Identity", "bob")], &without("ParticipantSid", &[])),
            "onParticipantUpdate" | "onParticipantRemove" => {
                with(&participant, &[("Attributes", "{\"b\":2}"), late], &[])
            }
            _ => with(&user, &[], &[]),
        };
        for (name, value) in [
            ("AccountSid", app.account.sid.as_str()),
            ("ChatServiceSid", &service),
            ("EventType", event),
            ("Source", "API"),
            ("RetryCount", "0"),
        ] {
            expected.insert(name.to_owned(), value.to_owned());
        }
        let answer = send(&app, &app.account, method, path, form).await;
        assert!((200..300).contains(&answer.status), "{event}: {}", answer.text);
        let call = only_call(&app);
        let found: BTreeMap<_, _> = call.params.iter().cloned().collect();
        assert_eq!((found.len(), &found), (call.params.len(), &expected), "{event}");
        assert_eq!((call.url.as_str(), call.method, call.timeout_millis), (HOOK, Method::Post, 5_000), "{event}");
        assert_eq!(call.auth_token.reveal(), app.account.token, "{event}");
    }
}

#[tokio::test]
async fn an_address_is_said_and_each_call_has_a_token_of_its_own() {
    let app = asking().await;
    app.made("/v1/Configuration/Webhooks", &[("Method", "GET")]).await;
    let (_, path) = conversation(&app, &[]).await;
    let form = [
        ("MessagingBinding.Address", "whatsapp:+15017122661"),
        ("MessagingBinding.ProxyAddress", "whatsapp:+15017122660"),
    ];
    let mut tokens = Vec::new();
    for status in [201, 409] {
        assert_eq!(post(&app, &format!("{path}/Participants"), &form).await.status, status);
        let Some(call) = app.receivers.take_calls().pop() else { continue };
        let params = params(&call);
        assert_eq!(params["MessagingBinding.Address"], "whatsapp:+15017122661");
        assert_eq!(params["MessagingBinding.ProxyAddress"], "whatsapp:+15017122660");
        assert_eq!((params["MessagingBinding.Type"], params.get("Identity")), ("WHATSAPP", None));
        assert_eq!(call.method, Method::Get);
        tokens.push(call.idempotency_token);
    }
    assert_eq!(tokens.len(), 1, "a pair that is in use is refused before anybody is asked");
    post(&app, &format!("{path}/Messages"), &[("Body", "x")]).await;
    tokens.push(only_call(&app).idempotency_token);
    assert_ne!(tokens[0], tokens[1]);
    assert!(tokens.iter().all(|token| token.len() == 36 && token.matches('-').count() == 4), "{tokens:?}");
}

#[tokio::test]
async fn only_what_is_chosen_is_asked_about() {
    let app = TestApp::new().await;
    set_up(&app, "/v1/Configuration/Webhooks", HOOK, &["onMessageAdd", "onMessageAdded", "onConversationAdded"]).await;
    answer_with(&app, 403, "");
    let conversation = post(&app, "/v1/Conversations", &[]).await.body;
    let messages = format!("{}/Messages", path_of(&conversation));
    assert_eq!(post(&app, &messages, &[("Body", "x")]).await.refusal(), (403, 50056));
    assert_eq!(app.receivers.take_calls().len(), 1);
    // Neither without the header nor when it says no.
    say(&app, &path_of(&conversation), "x").await;
    let header = ("x-twilio-webhook-enabled", "false");
    assert_eq!(crate::support::post_with(&app, &messages, &[("Body", "x")], header).await.status, 201);
    for (name, value) in [("Filters", ""), ("PreWebhookUrl", ""), ("Target", "flex")] {
        set_up(&app, "/v1/Configuration/Webhooks", HOOK, &["onMessageAdd"]).await;
        app.made("/v1/Configuration/Webhooks", &[("Target", "webhook")]).await;
        app.made("/v1/Configuration/Webhooks", &[(name, value)]).await;
        assert_eq!(post(&app, &messages, &[("Body", "x")]).await.status, 201, "{name}={value}");
    }
    assert_eq!(app.receivers.count(), 0);
}

#[tokio::test]
async fn the_service_takes_the_place_of_the_account() {
    let app = asking().await;
    let other = app.made("/v1/Services", &[("FriendlyName", "other")]).await;
    let tree = format!("/v1/Services/{}", sid(&other));
    let conversations = format!("{tree}/Conversations");
    post(&app, &conversations, &[]).await;
    let call = only_call(&app);
    assert_eq!((call.url.as_str(), params(&call)["ChatServiceSid"]), (HOOK, sid(&other)), "the account's holds");
    set_up(&app, &format!("{tree}/Configuration/Webhooks"), "https://other.test/", &["onConversationAdd"]).await;
    post(&app, &conversations, &[]).await;
    assert_eq!(only_call(&app).url, "https://other.test/");
    app.made(&format!("{tree}/Configuration/Webhooks"), &[("PreWebhookUrl", "")]).await;
    post(&app, &conversations, &[]).await;
    assert_eq!(app.receivers.count(), 0, "the service has nobody asked");
    post(&app, "/v1/Conversations", &[]).await;
    assert_eq!(only_call(&app).url, HOOK, "the default service still has the account's");
}

#[tokio::test]
async fn what_cannot_succeed_is_refused_before_anybody_is_asked() {
    let app = asking().await;
    let furniture = furnish(&app).await;
    let path = path_of(&furniture.conversation);
    let (_, closed) = conversation(&app, &[]).await;
    app.made(&closed, &[("State", "closed")]).await;
    let before = everything(&app).await;
    let long = "x".repeat(300);
    let message = format!("{path}/Messages/{}", sid(&furniture.message));
    for (path, form, code) in [
        ("/v1/Conversations", vec![("Attributes", "{")], 50304),
        ("/v1/Conversations", vec![("FriendlyName", long.as_str())], 50003),
        ("/v1/Conversations", vec![("UniqueName", "room")], 50353),
        ("/v1/ConversationWithParticipants", vec![("Participant", "{")], 50424),
        (&path, vec![("Timers.Inactive", "soon")], 50379),
        ("/v1/Conversations/nobody", vec![("FriendlyName", "x")], 20404),
        (&closed, vec![("FriendlyName", "x")], 50377),
        (&closed, vec![], 50377),
        (&format!("{path}/Messages"), vec![], 50503),
        (&format!("{path}/Messages"), vec![("Body", "x"), ("Author", &long)], 50310),
        (&format!("{closed}/Messages"), vec![("Body", "x")], 50377),
        (&message, vec![("Body", "")], 50503),
        (&format!("{path}/Participants"), vec![("Identity", "ann")], 50433),
        (&format!("{path}/Participants"), vec![("Identity", "bob"), ("RoleSid", "RL")], 50100),
        (&format!("{path}/Participants/ann"), vec![("LastReadMessageIndex", "x")], 50421),
        ("/v1/Users/ann", vec![("Attributes", "")], 50304),
        ("/v1/Users/nobody", vec![("FriendlyName", "x")], 20404),
    ] {
        assert_eq!(post(&app, path, &form).await.refusal().1, code, "{path} {form:?}");
    }
    for path in ["/v1/Conversations/nobody", &format!("{path}/Messages/IM"), &format!("{closed}/Participants/x")] {
        assert!(matches!(delete(&app, path).await.refusal(), (404, 20404) | (400, 50377)), "{path}");
    }
    // Somebody else's are nobody's.
    let stranger = app.new_account().await;
    assert_eq!(send(&app, &stranger, "POST", &path, &[("FriendlyName", "x")]).await.refusal(), (404, 20404));
    assert_eq!(app.receivers.count(), 0);
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn what_changes_nothing_is_not_asked_about() {
    let app = asking().await;
    answer_with(&app, 403, "");
    let furniture = furnish(&app).await;
    for (event, method, path, _) in furniture.requests.iter().filter(|(event, ..)| event.ends_with("Update")) {
        assert_eq!(send(&app, &app.account, method, path, &[]).await.status, 200, "{event}");
    }
    assert_eq!(app.receivers.count(), 0);
}

#[tokio::test]
async fn what_is_no_event_is_not_asked_about() {
    let app = asking().await;
    answer_with(&app, 403, "");
    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT1H")]).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    assert_eq!(post(&app, "/v1/Users", &[("Identity", "bob")]).await.status, 201, "users are added unasked");
    assert_eq!(delete(&app, "/v1/Users/bob").await.status, 204);
    let membership = format!("/v1/Users/ann/Conversations/{}", path.rsplit('/').next().unwrap());
    assert_eq!(post(&app, &membership, &[("NotificationLevel", "muted")]).await.status, 200);
    assert_eq!(delete(&app, &membership).await.status, 204);
    app.advance(3_600).await;
    assert_eq!(text(&app.fetched(&path).await, "state"), "inactive", "timers ask nobody");
    assert_eq!(app.receivers.count(), 0);
}

#[tokio::test]
async fn a_conversation_with_participants_is_asked_about_once() {
    let app = asking().await;
    let participants = [("Participant", "{\"identity\": \"ann\"}"), ("Participant", "{\"identity\": \"bob\"}")];
    let form = [&[("FriendlyName", "old")], participants.as_slice()].concat();
    answer_with(&app, 403, "");
    assert_eq!(post(&app, "/v1/ConversationWithParticipants", &form).await.refusal(), (403, 50056));
    app.receivers.take_calls();
    answer_with(&app, 200, "{\"friendly_name\": \"new\"}");
    let made = post(&app, "/v1/ConversationWithParticipants", &form).await;
    assert_eq!((made.status, text(&made.body, "friendly_name")), (202, "new"));
    app.initialize().await;
    let call = only_call(&app);
    let params = params(&call);
    assert_eq!((params["EventType"], params["State"]), ("onConversationAdd", "initializing"));
    assert_eq!(text(&app.fetched(&path_of(&made.body)).await, "state"), "active");
}

#[tokio::test]
async fn an_unreachable_webhook_lets_everything_on_sqlite_go_on() {
    go_on_without(asking().await).await;
}

#[tokio::test]
async fn an_unreachable_webhook_lets_everything_on_postgres_go_on() {
    let database = Database::create().unwrap();
    go_on_without(asking_on(TestApp::on(database.url().parse().unwrap()).await).await).await;
}

async fn go_on_without(app: TestApp) {
    app.receivers.behave(HOOK, Behaviour::Unreachable);
    for (event, method, path, form) in furnish(&app).await.requests {
        let answer = send(&app, &app.account, method, &path, &form).await;
        assert!((200..300).contains(&answer.status), "{event}: {}", answer.text);
        assert_eq!(params(&only_call(&app))["EventType"], event);
    }
}
