//! Group texts: who may be in one, what leaves and what comes, and that a set of addresses has one conversation.

mod messages;

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{CONVERSATIONS, all_items, conversation, event_kinds, history, sid, text};

/// The reasons that are provoked here.
pub(crate) const REASONS: &[&str] = &[
    "GroupMmsNotEnabled",
    "GroupMemberWithoutAddress",
    "GroupTooSmall",
    "GroupTooLarge",
    "GroupMemberTwice",
    "GroupExists",
    "ProjectedAddressNotOwned",
    "ChannelWithoutGroups",
    "AuthorNotInGroup",
];

const TOGETHER: &str = "/v1/ConversationWithParticipants";
const DESK: &str = "+15550001000";
const ADDRESS: &str = "MessagingBinding.Address";
const PROXY: &str = "MessagingBinding.ProxyAddress";
const PROJECTED: &str = "MessagingBinding.ProjectedAddress";

/// The number of a telephone.
fn phone(n: usize) -> String {
    format!("+1555000200{n}")
}

/// A channel that takes group texts serves the desk.
async fn channel(app: &TestApp) -> String {
    let settings = r#"{"url": "https://example.com/", "groups": true}"#;
    let form = [("Provider", "http"), ("Addresses", DESK), ("Settings", settings)];
    sid(&app.made("/dwell/v1/Channels", &form).await).to_owned()
}

async fn add(app: &TestApp, conversation: &str, form: &[(&str, &str)]) -> (u16, i64) {
    let answer = app.post(&format!("{conversation}/Participants"), form).await;
    if answer.status == 201 { (201, 0) } else { answer.refusal() }
}

async fn join(app: &TestApp, conversation: &str, form: &[(&str, &str)]) -> Value {
    app.made(&format!("{conversation}/Participants"), form).await
}

/// Ann at the desk and so many telephones; returns the conversation's path and its participants, Ann first.
async fn group(app: &TestApp, phones: usize) -> (Value, String, Vec<Value>) {
    let (c, path) = conversation(app, &[]).await;
    let mut everybody = vec![join(app, &path, &[("Identity", "ann"), (PROJECTED, DESK)]).await];
    for n in 0..phones {
        everybody.push(join(app, &path, &[(ADDRESS, &phone(n))]).await);
    }
    (c, path, everybody)
}

/// Creates a group text with everybody at once and lets it begin.
async fn together(app: &TestApp, participants: &[Value]) -> Value {
    let texts: Vec<_> = participants.iter().map(Value::to_string).collect();
    let form: Vec<_> = texts.iter().map(|text| ("Participant", text.as_str())).collect();
    let answer = app.post(TOGETHER, &form).await;
    assert_eq!((answer.status, text(&answer.body, "state")), (202, "initializing"), "{}", answer.text);
    app.initialize().await;
    answer.body
}

fn at_phone(n: usize) -> Value {
    json!({"messaging_binding": {"address": phone(n)}})
}

fn at_desk(identity: &str) -> Value {
    json!({"identity": identity, "messaging_binding": {"projected_address": DESK}})
}

#[tokio::test]
async fn participants_show_the_addresses_that_they_have() {
    let app = TestApp::strict().await;
    channel(&app).await;
    let (_, path, everybody) = group(&app, 2).await;
    let shown: Vec<_> = everybody.iter().map(|p| (p["identity"].clone(), p["messaging_binding"].clone())).collect();
    let expected = [
        (json!("ann"), json!({"type": "sms", "projected_address": DESK})),
        (json!(null), json!({"type": "sms", "address": phone(0)})),
        (json!(null), json!({"type": "sms", "address": phone(1)})),
    ];
    assert_eq!(shown, expected);
    assert_eq!(all_items(&app, &format!("{path}/Participants")).await, everybody);
    let found = app.fetched("/v1/ParticipantConversations?Identity=ann").await;
    let binding = json!({
        "type": "sms", "address": null, "proxy_address": null, "projected_address": DESK, "name": null, "level": null,
    });
    assert_eq!(found["conversations"][0]["participant_messaging_binding"], binding);
}

#[tokio::test]
async fn a_group_text_needs_a_channel_that_takes_some() {
    let app = TestApp::strict().await;
    let (_, path) = conversation(&app, &[]).await;
    let ann = |projected| [("Identity", "ann"), (PROJECTED, projected)];
    for form in [&ann(DESK)[..], &[(ADDRESS, "+15550002000")]] {
        let answer = app.post(&format!("{path}/Participants"), form).await;
        assert_eq!(answer.refusal(), (400, 50452), "{form:?}");
        assert_eq!(answer.body["message"], "Group MMS is not enabled for this Account");
    }
    let plain = [("Provider", "http"), ("Addresses", DESK), ("Settings", r#"{"url": "https://example.com/"}"#)];
    let made = app.made("/dwell/v1/Channels", &plain).await;
    assert_eq!(add(&app, &path, &ann(DESK)).await, (400, 50452), "its channel takes one address at a time");

    app.made("/dwell/v1/Channels", &[("Provider", "loopback"), ("Addresses", "+15550001001")]).await;
    assert_eq!(add(&app, &path, &ann(DESK)).await, (400, 50453));
    assert_eq!(add(&app, &path, &ann("+15550001009")).await, (400, 50439));
    let settings = r#"{"url": "https://example.com/", "groups": true}"#;
    app.made(&format!("/dwell/v1/Channels/{}", sid(&made)), &[("Settings", settings)]).await;
    assert_eq!(add(&app, &path, &ann(DESK)).await, (201, 0));
    let bob = join(&app, &path, &[("Identity", "bob"), (PROJECTED, "+15550001001")]).await;
    let bob = format!("{path}/Participants/{}", sid(&bob));
    assert_eq!(app.post(&bob, &[(PROJECTED, "+15550001009")]).await.refusal(), (400, 50439));
    let elsewhere = conversation(&app, &[]).await.1;
    let simulated = TestApp::new().await;
    let (_, path) = conversation(&simulated, &[]).await;
    assert_eq!(add(&simulated, &path, &ann(DESK)).await, (201, 0), "in development phones are everywhere");
    assert_eq!(add(&app, &elsewhere, &[(ADDRESS, &phone(0))]).await, (201, 0));
}

#[tokio::test]
async fn who_does_not_belong_into_a_group_text_is_refused() {
    let app = TestApp::new().await;
    let (_, path, _) = group(&app, 2).await;
    for (form, refusal) in [
        (&[("Identity", "bob")][..], (400, 50434)),
        (&[("Identity", "bob"), (PROJECTED, DESK)], (400, 50437)),
        (&[("Identity", "ann"), (PROJECTED, "+15550001001")], (409, 50433)),
        (&[(ADDRESS, "+15550002001")], (400, 50437)),
        (&[(ADDRESS, DESK)], (400, 50437)),
        (&[(ADDRESS, "+15550002008"), (PROXY, "+15550001001")], (400, 50443)),
        (&[("Identity", "bob"), (ADDRESS, "+15550002008")], (400, 50211)),
    ] {
        assert_eq!(add(&app, &path, form).await, refusal, "{form:?}");
    }
    for n in 2..9 {
        join(&app, &path, &[(ADDRESS, &phone(n))]).await;
    }
    assert_eq!(add(&app, &path, &[(ADDRESS, "+15550003000")]).await, (400, 50436));
    assert_eq!(all_items(&app, &format!("{path}/Participants")).await.len(), 10);
}

#[tokio::test]
async fn a_chat_becomes_a_group_text_and_a_chat_again() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    for identity in ["ann", "bob"] {
        join(&app, &path, &[("Identity", identity)]).await;
    }
    for n in 0..2 {
        join(&app, &path, &[(ADDRESS, &phone(n))]).await;
    }
    let (ann, bob) = (format!("{path}/Participants/ann"), format!("{path}/Participants/bob"));
    assert_eq!(app.post(&ann, &[(PROJECTED, DESK)]).await.refusal(), (400, 50434), "bob has none");
    assert_eq!(app.delete(&bob).await.status, 204);
    let changed = app.made(&ann, &[(PROJECTED, DESK)]).await;
    assert_eq!(changed["messaging_binding"], json!({"type": "sms", "projected_address": DESK}));
    for (form, code) in [
        ([(PROXY, "null")], 50440),
        ([(PROXY, "+15550001001")], 50441),
        ([("Identity", "bob")], 50444),
        ([(PROJECTED, "x")], 50408),
    ] {
        assert_eq!(app.post(&ann, &form).await.refusal(), (400, code), "{form:?}");
    }
    let phones = all_items(&app, &format!("{path}/Participants")).await;
    let phone = format!("{path}/Participants/{}", sid(&phones[1]));
    for (form, code) in [
        ([(PROXY, "null")], 50440),
        ([(PROXY, "+15550001001")], 50443),
        ([(PROJECTED, "null")], 50442),
        ([(PROJECTED, "+15550001001")], 50443),
        ([("Identity", "bob")], 50444),
        ([("Identity", "null")], 50444),
    ] {
        assert_eq!(app.post(&phone, &form).await.refusal(), (400, code), "{form:?}");
    }
    assert_eq!(app.made(&ann, &[(PROJECTED, "null")]).await["messaging_binding"], json!(null));
    join(&app, &path, &[("Identity", "bob")]).await;
    assert_eq!(app.delete(&bob).await.status, 204);
    app.made(&phone, &[(PROXY, "+15550001001")]).await;
    assert_eq!(app.post(&ann, &[(PROJECTED, DESK)]).await.refusal(), (400, 50443), "one has a proxy address");
}

#[tokio::test]
async fn an_identity_comes_to_a_projected_address_and_goes() {
    let app = TestApp::new().await;
    let (c, path, everybody) = group(&app, 2).await;
    let gateway = join(&app, &path, &[(PROJECTED, "+15550001001")]).await;
    assert_eq!(
        (&gateway["identity"], &gateway["messaging_binding"]["projected_address"]),
        (&json!(null), &json!("+15550001001"))
    );
    let one = format!("{path}/Participants/{}", sid(&gateway));
    assert_eq!(app.post(&one, &[(PROJECTED, "null")]).await.refusal(), (400, 20001), "it has nothing else");
    assert_eq!(app.post(&one, &[("Identity", "ann")]).await.refusal(), (409, 50433));
    assert_eq!(app.made(&one, &[("Identity", "bob")]).await["identity"], "bob");
    app.fetched("/v1/Users/bob").await;
    assert_eq!(app.fetched("/v1/Users/bob/Conversations").await["conversations"][0]["conversation_sid"], c["sid"]);
    assert_eq!(app.post(&one, &[("Identity", "cat")]).await.refusal(), (400, 50444), "detached first");
    assert_eq!(app.made(&one, &[("Identity", "null")]).await["identity"], json!(null));
    assert_eq!(app.fetched("/v1/Users/bob/Conversations").await["conversations"], json!([]));
    let plain = conversation(&app, &[]).await.1;
    join(&app, &plain, &[("Identity", "ann")]).await;
    assert_eq!(app.post(&format!("{plain}/Participants/ann"), &[("Identity", "bob")]).await.refusal(), (400, 50444));
    for p in everybody.iter().chain([&gateway]) {
        assert_eq!(app.delete(&format!("{path}/Participants/{}", sid(p))).await.status, 204);
    }
    assert_eq!(all_items(&app, &format!("{path}/Participants")).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_set_of_addresses_is_in_one_open_conversation() {
    let app = TestApp::new().await;
    let (first, path, everybody) = group(&app, 2).await;
    let (_, other) = conversation(&app, &[]).await;
    join(&app, &other, &[(ADDRESS, &phone(1))]).await;
    join(&app, &other, &[(ADDRESS, &phone(0))]).await;
    let ann = [("Identity", "ann"), (PROJECTED, DESK)];
    let refused = app.post(&format!("{other}/Participants"), &ann).await;
    assert_eq!(refused.refusal(), (409, 50438));
    assert!(text(&refused.body, "message").ends_with(sid(&first)), "{}", refused.text);

    // With one more it is another set, and so is what is left after a removal; a removal takes no set away.
    let more = join(&app, &path, &[(ADDRESS, &phone(2))]).await;
    assert_eq!(add(&app, &other, &ann).await, (201, 0));
    let one = |p: &Value| format!("{path}/Participants/{}", sid(p));
    assert_eq!(app.delete(&one(&more)).await.status, 204);
    assert_eq!(add(&app, &path, &[(ADDRESS, &phone(2))]).await, (201, 0));
    assert_eq!(app.made(&other, &[("State", "closed")]).await["state"], "closed");

    // Closed, deleted or changed: free again.
    for free in ["closed", "deleted", "changed"] {
        let (_, again, everybody) = group(&app, 2).await;
        match free {
            "closed" => app.made(&again, &[("State", "closed")]).await,
            "deleted" => app.delete(&again).await.body,
            _ => app.delete(&format!("{again}/Participants/{}", sid(&everybody[1]))).await.body,
        };
    }
    let stranger = app.new_account().await;
    let theirs = app.send("POST", CONVERSATIONS, &[], Some(&stranger)).await.body;
    for form in [&ann[..], &[(ADDRESS, &phone(0))], &[(ADDRESS, &phone(1))], &[(ADDRESS, &phone(2))]] {
        let path = format!("{CONVERSATIONS}/{}/Participants", sid(&theirs));
        assert_eq!(app.send("POST", &path, form, Some(&stranger)).await.status, 201);
    }
    assert_eq!(everybody.len(), 3);
}

#[tokio::test]
async fn three_at_once_begin_and_two_do_not() {
    let app = TestApp::new().await;
    let made = together(&app, &[at_desk("ann"), at_phone(0), at_phone(1)]).await;
    assert_eq!(history(&app, &made).await, ["initializing>active API 0"]);
    let added = "onParticipantAdded";
    let kinds = event_kinds(&app, &made).await;
    assert_eq!(kinds, ["onConversationAdded", added, added, added, "onConversationStateUpdated"]);

    let lifecycle = async |c: &Value| {
        let life = app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(c))).await;
        let entry = life["history"].as_array().unwrap().last().unwrap();
        (text(entry, "to").to_owned(), entry["error"]["code"].clone(), entry["error"]["message"].clone())
    };
    let (to, code, _) = lifecycle(&together(&app, &[at_desk("ann"), at_phone(5)]).await).await;
    assert_eq!((to.as_str(), code), ("closed", json!(50_435)));
    let pair = json!({"messaging_binding": {"address": phone(6), "proxy_address": DESK}});
    for others in [[at_phone(0), at_phone(1)], [at_phone(5), pair], [at_phone(5), json!({"identity": "bob"})]] {
        let everybody = [&others[..], &[at_desk("ann")]].concat();
        let (to, code, _) = lifecycle(&together(&app, &everybody).await).await;
        assert_eq!((to.as_str(), code), ("closed", json!(50_427)), "{everybody:?}");
    }
}
