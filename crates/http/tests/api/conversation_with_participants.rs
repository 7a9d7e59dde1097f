//! Conversations that are created together with their participants (contract §5.2): what is answered
//! at once, the time in between, and both ends of it.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{
    CONVERSATIONS, all_items, at, changes, conversation, event_kinds, everything, history, path_of, post_with, say,
    sid, sids, state, state_events, text,
};

const TOGETHER: &str = "/v1/ConversationWithParticipants";
const ANN: &str = r#"{"identity": "ann"}"#;
const PHONE: &str = r#"{"messaging_binding": {"address": "+15017122661", "proxy_address": "+15017122660"}}"#;

/// Creates a conversation with participants and nothing else.
async fn together(app: &TestApp, participants: &[&str]) -> Value {
    together_with(app, participants, &[]).await
}

async fn together_with(app: &TestApp, participants: &[&str], form: &[(&str, &str)]) -> Value {
    let form: Vec<_> = participants.iter().map(|text| ("Participant", *text)).chain(form.iter().copied()).collect();
    let answer = app.post(TOGETHER, &form).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.body
}

async fn lifecycle(app: &TestApp, conversation: &Value) -> Value {
    app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(conversation))).await
}

/// Adds the participants, which must fail, and returns the problem that is kept of it.
async fn fails(app: &TestApp, conversation: &Value) -> String {
    app.initialize().await;
    let path = path_of(conversation);
    assert_eq!(state(app, &path).await, "closed");
    assert_eq!(all_items(app, &format!("{path}/Participants")).await, [json!(null); 0], "none of them is kept");
    let life = lifecycle(app, conversation).await;
    let entry = life["history"].as_array().unwrap().last().unwrap();
    assert_eq!((text(entry, "from"), text(entry, "to"), text(entry, "reason")), ("initializing", "closed", "API"));
    assert_eq!(entry["error"]["code"], 50_427);
    text(&entry["error"], "message").to_owned()
}

/// How many conversations wait for their participants; forgets them.
async fn waiting(app: &TestApp) -> u64 {
    app.sql("DELETE FROM initializations").await
}

#[tokio::test]
async fn without_participants_it_is_an_ordinary_conversation() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    for tree in ["/v1".to_owned(), format!("/v1/Services/{}", sid(&service))] {
        let form = [("FriendlyName", "Hello"), ("State", "inactive"), ("Timers.Closed", "PT10M")];
        let answer = app.post(&format!("{tree}/ConversationWithParticipants"), &form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let made = answer.body;
        let url = format!("http://dwell.test{tree}/Conversations/{}", sid(&made));
        let links = ["participants", "messages", "webhooks"];
        assert_eq!(made["links"].as_object().unwrap().len(), links.len(), "no export");
        for (link, segment) in links.into_iter().zip(["Participants", "Messages", "Webhooks"]) {
            assert_eq!(made["links"][link], format!("{url}/{segment}"));
        }
        assert_eq!(made["url"], url);
        assert_eq!((&made["state"], &made["timers"]), (&json!("inactive"), &json!({"date_closed": at(600)})));
        let mut fetched = app.fetched(&format!("{tree}/Conversations/{}", sid(&made))).await;
        fetched["links"].as_object_mut().unwrap().remove("export");
        assert_eq!(fetched, made);
        assert_eq!(event_kinds(&app, &made).await, ["onConversationAdded"]);
    }
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn with_participants_it_is_initializing_until_they_are_in_it() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    for tree in ["/v1".to_owned(), format!("/v1/Services/{}", sid(&service))] {
        let bob = format!(r#"{{"identity": "bob {tree}", "role_sid": null, "attributes": "{{\"a\": 1}}", "x": [1]}}"#);
        let phone = PHONE.replace("2661", &format!("{:04}", 1_000 + tree.len()));
        let cat = r#"{"identity": "cat", "messaging_binding": null, "date_created": "2020-01-02T03:04:05Z"}"#;
        let form = [("Participant", bob.as_str()), ("Participant", &phone), ("Participant", cat)];
        let answer = app.post(&format!("{tree}/ConversationWithParticipants"), &form).await;
        assert_eq!((answer.status, text(&answer.body, "state")), (202, "initializing"), "{}", answer.text);
        let made = answer.body;
        let path = format!("{tree}/Conversations/{}", sid(&made));
        assert_eq!(made["url"], format!("http://dwell.test{path}"));
        assert_eq!(state(&app, &path).await, "initializing");
        assert_eq!(all_items(&app, &format!("{path}/Participants")).await, [json!(null); 0]);

        app.initialize().await;
        assert_eq!(state(&app, &path).await, "active");
        let people = all_items(&app, &format!("{path}/Participants")).await;
        let names: Vec<_> = people.iter().map(|p| p["identity"].as_str().unwrap_or("-").to_owned()).collect();
        assert_eq!(names, [format!("bob {tree}"), "-".to_owned(), "cat".to_owned()], "in the order of the request");
        assert_eq!(people[0]["attributes"], "{\"a\": 1}");
        assert_eq!(people[1]["messaging_binding"]["proxy_address"], "+15017122660");
        assert_eq!(people[2]["date_created"], "2020-01-02T03:04:05Z");
        app.fetched(&format!("{tree}/Users/cat")).await;
        let added = "onParticipantAdded";
        let expected = ["onConversationAdded", added, added, added, "onConversationStateUpdated"];
        assert_eq!(event_kinds(&app, &made).await, expected);
        assert_eq!(history(&app, &made).await, ["initializing>active API 0"]);
        say(&app, &path, "hello").await;
        app.initialize().await;
        assert_eq!(all_items(&app, &format!("{path}/Participants")).await, people, "once is enough");
    }
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn what_can_be_checked_at_once_is_refused_at_once() {
    let app = TestApp::new().await;
    conversation(&app, &[("UniqueName", "taken")]).await;
    let before = everything(&app).await;
    let long = "x".repeat(257);
    let identity = |text: &str| json!({"identity": text}).to_string();
    let binding = |address: &str, proxy: &str| {
        json!({"messaging_binding": {"address": address, "proxy_address": proxy}}).to_string()
    };
    let mut cases: Vec<(String, i64)> = ["", " ", "ann", "null", "[]", "1", "[\"ann\"]", "{", "{} {}", r#""{}""#]
        .into_iter()
        .chain([
            r#"{"identity": 1}"#,
            r#"{"identity": ["ann"]}"#,
            r#"{"identity": "a\u0000b"}"#,
            r#"{"identity": "ann", "attributes": {}}"#,
            r#"{"identity": "ann", "role_sid": true}"#,
            r#"{"identity": "ann", "date_created": 0}"#,
            r#"{"messaging_binding": "+15017122661"}"#,
            r#"{"messaging_binding": ["+15017122661", "+15017122660"]}"#,
            r#"{"messaging_binding": {"address": 15017122661, "proxy_address": "+15017122660"}}"#,
        ])
        .map(|text| (text.to_owned(), 50_424))
        .collect();
    cases.extend([
        ("{}".to_owned(), 20_001),
        (identity(""), 20_001),
        (identity(&long), 50_207),
        (identity("US00000000000000000000000000000000"), 50_206),
        (r#"{"identity": "ann", "messaging_binding": {"address": "+15017122661"}}"#.to_owned(), 50_211),
        (r#"{"messaging_binding": {"projected_address": "x"}, "identity": "ann"}"#.to_owned(), 50_408),
        (binding("5017122661", "+15017122660"), 50_407),
        (binding("+15017122661", "x"), 50_408),
        (binding("+15017122661", "+15017122661"), 50_409),
        (binding("", "+15017122661"), 50_411),
        (binding("+15017122661", ""), 50_412),
        (binding("whatsapp:+15017122661", "+15017122660"), 50_414),
        (r#"{"identity": "ann", "attributes": "{"}"#.to_owned(), 50_304),
        (json!({"identity": "ann", "attributes": format!("\"{}\"", "x".repeat(4_096))}).to_string(), 50_303),
        (r#"{"identity": "ann", "date_created": "today"}"#.to_owned(), 50_308),
        (r#"{"identity": "ann", "date_updated": ""}"#.to_owned(), 50_309),
    ]);
    for (participant, code) in &cases {
        let answer = app.post(TOGETHER, &[("Participant", ANN), ("Participant", participant)]).await;
        assert_eq!(answer.refusal(), (400, *code), "{participant}: {}", answer.text);
    }
    for (form, refusal) in [
        (("State", "closed"), (400, 50_384)),
        (("State", "initializing"), (400, 50_378)),
        (("State", "Initializing"), (400, 50_378)),
        (("Timers.Inactive", "PT1S"), (400, 50_375)),
        (("Timers.Closed", "P1W"), (400, 50_380)),
        (("Attributes", "{"), (400, 50_304)),
        (("FriendlyName", long.as_str()), (400, 50_003)),
        (("UniqueName", "taken"), (409, 50_353)),
    ] {
        let answer = app.post(TOGETHER, &[("Participant", ANN), form]).await;
        assert_eq!(answer.refusal(), refusal, "{form:?}: {}", answer.text);
    }
    let many: Vec<String> = (0..11).map(|n| identity(&format!("user {n}"))).collect();
    let form: Vec<_> = many.iter().map(|text| ("Participant", text.as_str())).collect();
    assert_eq!(app.post(TOGETHER, &form).await.refusal(), (400, 50_426));
    assert_eq!(everything(&app).await, before);
    assert_eq!(waiting(&app).await, 0);
    assert_eq!(app.post(TOGETHER, &form[..10]).await.status, 202, "ten are not too many");
}

#[tokio::test]
async fn no_request_sets_the_state() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    for path in [CONVERSATIONS, TOGETHER, &path] {
        assert_eq!(app.post(path, &[("State", "initializing")]).await.refusal(), (400, 50_378), "{path}");
    }
}

#[tokio::test]
async fn while_initializing_it_is_shown_and_takes_no_change() {
    let app = TestApp::new().await;
    let form = [("UniqueName", "room"), ("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let made = together_with(&app, &[ANN], &form).await;
    let path = path_of(&made);
    assert_eq!(made["timers"], json!({}), "no clock runs");
    app.advance(100_000).await;
    let before = everything(&app).await;
    let (message, participant) = (format!("IM{}", "0".repeat(32)), format!("MB{}", "0".repeat(32)));
    for (method, below, form) in [
        ("POST", String::new(), &[][..]),
        ("POST", String::new(), &[("FriendlyName", "x")]),
        ("POST", String::new(), &[("State", "active")]),
        ("POST", String::new(), &[("State", "closed")]),
        ("POST", String::new(), &[("Timers.Closed", "PT0S")]),
        ("POST", "/Messages".to_owned(), &[("Body", "x")]),
        ("POST", format!("/Messages/{message}"), &[("Body", "x")]),
        ("DELETE", format!("/Messages/{message}"), &[]),
        ("POST", "/Participants".to_owned(), &[("Identity", "bob")]),
        ("POST", "/Participants/ann".to_owned(), &[("Attributes", "{}")]),
        ("POST", format!("/Participants/{participant}"), &[("LastReadMessageIndex", "0")]),
        ("DELETE", format!("/Participants/{participant}"), &[]),
    ] {
        for conversation in [path.as_str(), "/v1/Conversations/room"] {
            let answer = app.send(method, &format!("{conversation}{below}"), form, Some(&app.account)).await;
            assert_eq!(answer.refusal(), (400, 50_386), "{method} {below} {form:?}: {}", answer.text);
        }
    }
    assert_eq!(everything(&app).await, before);

    assert_eq!(app.fetched("/v1/Conversations/room").await["state"], "initializing");
    for list in ["Participants", "Messages"] {
        assert_eq!(all_items(&app, &format!("{path}/{list}")).await, [json!(null); 0]);
    }
    conversation(&app, &[]).await;
    for (filter, count) in [("", 2), ("?State=initializing", 1), ("?State=active", 1), ("?State=closed", 0)] {
        assert_eq!(sids(&app.fetched(&format!("{CONVERSATIONS}{filter}")).await).len(), count, "{filter}");
    }
    let life = lifecycle(&app, &made).await;
    assert_eq!((&life["state"], &life["armed"], &life["forecast"]), (&json!("initializing"), &json!(null), &json!([])));
    assert_eq!(life["timers"], json!({"inactive": "PT1M", "closed": "PT10M"}));
    assert_eq!(life["history"][0]["to"], "initializing");
    let stranger = app.new_account().await;
    assert_eq!(app.send("GET", &path, &[], Some(&stranger)).await.refusal(), (404, 20_404));

    app.initialize().await;
    let life = lifecycle(&app, &made).await;
    assert_eq!(changes(&life), ["initializing>active API 100000"]);
    assert_eq!(life["history"][0]["to"], "initializing", "as it was created");
    assert_eq!(life["armed"]["cause"], "transition");
    assert_eq!(app.fetched(&path).await["timers"], json!({"date_inactive": at(100_060), "date_closed": at(100_660)}));
    assert_eq!(app.fetched(&path).await["date_updated"], at(100_000));
}

#[tokio::test]
async fn it_gets_the_state_that_was_asked_for() {
    let app = TestApp::new().await;
    let both = [("State", "inactive"), ("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let parked = together_with(&app, &[ANN], &both).await;
    let lone = together_with(&app, &[ANN], &[("Timers.Closed", "PT10M")]).await;
    app.advance(60).await;
    app.initialize().await;
    assert_eq!(history(&app, &parked).await, ["initializing>inactive API 60"]);
    let parked = app.fetched(&path_of(&parked)).await;
    assert_eq!(parked["timers"], json!({"date_inactive": at(60), "date_closed": at(660)}));
    let lone = app.fetched(&path_of(&lone)).await;
    assert_eq!(lone["timers"], json!({"date_closed": at(600)}), "counts from the creation");
    assert_eq!(lifecycle(&app, &lone).await["armed"]["cause"], "created");
    app.advance(540).await;
    assert_eq!(history(&app, &lone).await, ["initializing>active API 60", "active>closed TIMER 600"]);

    // The server was down until after the end of the only timer: it closes once it has been active.
    let late = together_with(&app, &[PHONE], &[("Timers.Closed", "PT10M")]).await;
    app.advance(1_000).await;
    let app = app.restart().await;
    app.initialize().await;
    assert_eq!(history(&app, &late).await, ["initializing>active API 1600", "active>closed TIMER 1600"]);
    assert_eq!(together(&app, &[PHONE]).await["state"], "initializing", "the pair is free again");
    app.initialize().await;
    assert_eq!(all_items(&app, &format!("{}/Participants", path_of(&late))).await.len(), 1, "and it kept its own");
}

#[tokio::test]
async fn webhooks_hear_of_it_when_the_request_says_so() {
    let app = TestApp::new().await;
    let header = ("X-Twilio-Webhook-Enabled", "true");
    let made = post_with(&app, TOGETHER, &[("Participant", ANN)], header).await.body;
    app.initialize().await;
    let expected = ["onConversationAdded!", "onParticipantAdded!", "onConversationStateUpdated!"];
    assert_eq!(event_kinds(&app, &made).await, expected);
    let (payload, _) = state_events(&app, &made).await.remove(0);
    let told = ["StateFrom", "StateTo", "Reason"].map(|name| text(&payload, name).to_owned());
    assert_eq!(told, ["initializing", "active", "API"]);
    let actors: Vec<_> = app.events(sid(&made)).await.into_iter().map(|event| event.actor).collect();
    assert_eq!(actors, [app.account.sid.as_str(); 3], "all of it was done for the one who asked");
    assert_eq!(event_kinds(&app, &app.fetched("/v1/Users/ann").await).await, ["onUserAdded!"]);
}

#[tokio::test]
async fn if_one_participant_cannot_be_added_none_is_and_it_closes() {
    let app = TestApp::new().await;
    let (holder, path) = conversation(&app, &[]).await;
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122660")];
    app.made(&format!("{path}/Participants"), &pair).await;

    let form = [("UniqueName", "room"), ("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    let made = together_with(&app, &[ANN, PHONE], &form).await;
    app.clock.advance(3);
    assert!(fails(&app, &made).await.contains(&format!("pair in use in {}", sid(&holder))));
    assert_eq!(app.get("/v1/Users/ann").await.status, 404, "not even the user");
    assert_eq!(event_kinds(&app, &made).await, ["onConversationAdded", "onConversationStateUpdated"]);
    let closed = app.fetched("/v1/Conversations/room").await;
    assert_eq!((&closed["timers"], &closed["date_updated"]), (&json!({"date_closed": at(3)}), &json!(at(3))));
    assert_eq!(app.post(&path_of(&made), &[]).await.refusal(), (400, 50_377));
    assert_eq!(app.post(TOGETHER, &[("UniqueName", "room")]).await.refusal(), (409, 50_353));

    let role = |sid: &str| json!({"identity": "ann", "role_sid": sid}).to_string();
    let unknown = together(&app, &[&role(&format!("RL{}", "0".repeat(32)))]).await;
    assert!(fails(&app, &unknown).await.ends_with("role not found"));
    let service_role = text(&app.made("/v1/Users", &[("Identity", "bob")]).await, "role_sid").to_owned();
    let of_service = together(&app, &[&role(&service_role)]).await;
    assert!(fails(&app, &of_service).await.ends_with("role not found at conversation level"));

    let twice = together(&app, &[ANN, ANN]).await;
    assert!(fails(&app, &twice).await.ends_with("participant exists"));
    let own_pair = PHONE.replace("2661", "2669");
    let twice = together(&app, &[&own_pair, &own_pair]).await;
    assert!(fails(&app, &twice).await.contains("pair in use"));
    app.made(&format!("{path}/Participants"), &[("MessagingBinding.Address", "+15017122669"), pair[1]]).await;
}

#[tokio::test]
async fn the_limit_of_an_identity_holds() {
    let app = TestApp::new().await;
    let full = app.sql(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
         INSERT INTO participants (conversation_sid, sid, account_sid, service_sid, identity, attributes, open,
            date_created, date_updated)
         SELECT printf('CH%032d', n), printf('MB%032d', n), s.account_sid, s.sid, 'ann', '{}', 1, 0, 0
         FROM services s, number",
    );
    assert_eq!(full.await, 1_000);
    let made = together(&app, &[r#"{"identity": "bob"}"#, ANN]).await;
    assert!(fails(&app, &made).await.ends_with("too many conversations"));
    let made = together(&app, &[r#"{"identity": "bob"}"#]).await;
    app.initialize().await;
    assert_eq!(state(&app, &path_of(&made)).await, "active");
}

#[tokio::test]
async fn one_that_fails_holds_up_no_other() {
    let app = TestApp::new().await;
    let first = together(&app, &[PHONE]).await;
    let second = together(&app, &[PHONE]).await;
    let third = together(&app, &[ANN]).await;
    app.initialize().await;
    for (made, expected) in [(&first, "active"), (&second, "closed"), (&third, "active")] {
        assert_eq!(state(&app, &path_of(made)).await, expected);
    }
}

#[tokio::test]
async fn deleting_it_calls_the_participants_off() {
    let app = TestApp::new().await;
    let made = together_with(&app, &[ANN, PHONE], &[("UniqueName", "room")]).await;
    assert_eq!(app.delete(&path_of(&made)).await.status, 204);
    app.initialize().await;
    assert_eq!(app.get(&path_of(&made)).await.status, 404);
    assert_eq!(app.get("/v1/Users/ann").await.status, 404);
    assert_eq!(event_kinds(&app, &made).await.last().unwrap(), "onConversationRemoved");
    assert_eq!(waiting(&app).await, 0);
    let again = together_with(&app, &[ANN, PHONE], &[("UniqueName", "room")]).await;
    app.initialize().await;
    assert_eq!(state(&app, &path_of(&again)).await, "active");

    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&service));
    app.made(&format!("{tree}/ConversationWithParticipants"), &[("Participant", ANN)]).await;
    assert_eq!(app.delete(&tree).await.status, 204);
    app.initialize().await;
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn a_restart_in_between_loses_nothing() {
    let app = TestApp::new().await;
    let made = together(&app, &[ANN, PHONE]).await;
    let app = app.restart().await;
    assert_eq!(state(&app, &path_of(&made)).await, "initializing");
    app.initialize().await;
    let app = app.restart().await;
    app.initialize().await;
    assert_eq!(state(&app, &path_of(&made)).await, "active");
    assert_eq!(all_items(&app, &format!("{}/Participants", path_of(&made))).await.len(), 2);
}

#[tokio::test]
async fn a_clock_that_stands_still_holds_nothing_up() {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    app.made("/dwell/v1/TestClock/Freeze", &[]).await;
    let made = together_with(&app, &[ANN], &[("Timers.Inactive", "PT1M")]).await;
    app.clock.advance(1_000);
    app.initialize().await;
    assert_eq!(history(&app, &made).await, ["initializing>active API 0"], "at the account's own time");
    assert_eq!(app.made("/dwell/v1/TestClock/Advance", &[("To", "next")]).await["transitions"], 1);
    assert_eq!(history(&app, &made).await[1..], ["active>inactive TIMER 60"]);
}

#[tokio::test]
async fn a_mistake_of_ours_is_tried_again_but_not_for_ever() {
    let app = TestApp::new().await;
    let broken = together(&app, &[ANN]).await;
    assert_eq!(app.sql("UPDATE initializations SET participants = 'no JSON'").await, 1);
    let sound = together(&app, &[ANN]).await;
    for attempt in 1..5 {
        assert!(app.engine.initialize_conversations().await.is_err(), "attempt {attempt}");
        assert_eq!(state(&app, &path_of(&broken)).await, "initializing");
        assert_eq!(state(&app, &path_of(&sound)).await, "active", "it is not held up");
    }
    fails(&app, &broken).await;
    assert_eq!(waiting(&app).await, 0);
}

#[tokio::test]
async fn a_missing_service_is_told() {
    let app = TestApp::new().await;
    let path = format!("/v1/Services/IS{}/ConversationWithParticipants", "0".repeat(32));
    assert_eq!(app.post(&path, &[("Participant", ANN)]).await.refusal(), (404, 20_404));
}
