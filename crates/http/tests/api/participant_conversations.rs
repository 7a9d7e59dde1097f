//! The lookup of conversations by identity or address.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{CONVERSATIONS, all_items, both_ways, conversation, not_found, path, sid, text};

const LOOKUP: &str = "/v1/ParticipantConversations";
const PHONE: &str = "+15017122661";

fn pair(proxy: &str) -> [(&'static str, &str); 2] {
    [("MessagingBinding.Address", PHONE), ("MessagingBinding.ProxyAddress", proxy)]
}

/// The names of the conversations that a lookup finds.
async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let items = all_items(app, &format!("{LOOKUP}?{query}")).await;
    items.iter().map(|item| text(item, "conversation_unique_name").to_owned()).collect()
}

/// The value of a query's parameter in the URLs of pages.
fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[tokio::test]
async fn every_member_by_identity_and_by_address() {
    let app = TestApp::new().await;
    let service = text(&app.fetched("/v1/Configuration").await, "default_chat_service_sid").to_owned();
    for tree in ["/v1".to_owned(), format!("/v1/Services/{service}")] {
        let form = [("FriendlyName", "Room"), ("Timers.Inactive", "PT1H"), ("Attributes", "{\"a\":1}")];
        let list = format!("{tree}/Conversations");
        let c = app.made(&list, &form).await;
        let inside = format!("{list}/{}", sid(&c));
        let ann = app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
        let phone = app.made(&format!("{inside}/Participants"), &pair("+15017122660")).await;
        let user = app.fetched(&format!("{tree}/Users/ann")).await;
        let expected = |participant: &Value, user: Value, binding: Value| {
            json!({
                "account_sid": c["account_sid"],
                "chat_service_sid": c["chat_service_sid"],
                "conversation_sid": c["sid"],
                "participant_sid": participant["sid"],
                "conversation_friendly_name": "Room",
                "conversation_unique_name": null,
                "conversation_state": "active",
                "conversation_timers": c["timers"],
                "conversation_attributes": "{\"a\":1}",
                "conversation_date_created": c["date_created"],
                "conversation_date_updated": c["date_updated"],
                "conversation_created_by": "system",
                "participant_user_sid": user,
                "participant_identity": participant["identity"],
                "participant_messaging_binding": binding,
                "links": {"participant": participant["url"], "conversation": c["url"]},
            })
        };
        let found = app.fetched(&format!("{tree}/ParticipantConversations?Identity=ann")).await;
        assert_eq!(found["conversations"], json!([expected(&ann, user["sid"].clone(), Value::Null)]));
        let binding = json!({
            "address": PHONE,
            "proxy_address": "+15017122660",
            "type": "sms",
            "level": null,
            "name": null,
            "projected_address": null,
        });
        let found = app.fetched(&format!("{tree}/ParticipantConversations?Address=%2B15017122661")).await;
        assert_eq!(found["conversations"], json!([expected(&phone, Value::Null, binding)]));
        let url = format!("http://dwell.test{tree}/ParticipantConversations?Address=%2B15017122661&PageSize=50&Page=0");
        let meta = json!({
            "page": 0,
            "page_size": 50,
            "first_page_url": url,
            "previous_page_url": null,
            "url": url,
            "next_page_url": null,
            "key": "conversations",
        });
        assert_eq!(found["meta"], meta);
        app.delete(&inside).await;
    }
}

#[tokio::test]
async fn conversations_of_every_state_are_found_by_sid() {
    let app = TestApp::new().await;
    let mut expected = Vec::new();
    for (number, state) in ["active", "closed", "inactive", "active", "closed"].into_iter().enumerate() {
        let name = format!("room-{number}");
        let (_, inside) = conversation(&app, &[("UniqueName", &name)]).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
        // The pair is free again once the conversation before has closed, or it faces another proxy.
        app.made(&format!("{inside}/Participants"), &pair(&format!("+1501712267{number}"))).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", &format!("only-{number}"))]).await;
        app.made(&inside, &[("State", state)]).await;
        expected.push(name);
    }
    // Activity does not change the order.
    app.made(&format!("{CONVERSATIONS}/room-0/Messages"), &[("Body", "x")]).await;
    assert_eq!(found(&app, "Identity=ann").await, expected);
    assert_eq!(found(&app, "Address=%2B15017122661").await, expected);
    let states: Vec<_> = all_items(&app, &format!("{LOOKUP}?Identity=ann")).await;
    let states: Vec<_> = states.iter().map(|item| text(item, "conversation_state")).collect();
    assert_eq!(states, ["active", "closed", "inactive", "active", "closed"]);
    // Exact, and not by the proxy address.
    for nothing in ["Identity=Ann", "Identity=an", "Identity=%2B15017122661", "Address=ann", "Address=%2B15017122670"] {
        assert_eq!(found(&app, nothing).await, [""; 0], "{nothing}");
    }
    assert_eq!(found(&app, "Identity=only-3&Address=").await, ["room-3"], "a blank filter is none");
    app.delete(&format!("{CONVERSATIONS}/room-1")).await;
    app.delete(&format!("{CONVERSATIONS}/room-3/Participants/ann")).await;
    assert_eq!(found(&app, "Identity=ann").await, ["room-0", "room-2", "room-4"]);
    assert_eq!(found(&app, "Address=%2B15017122661").await, ["room-0", "room-2", "room-3", "room-4"]);
}

#[tokio::test]
async fn a_deleted_user_is_found_in_closed_conversations_without_its_sid() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[("UniqueName", "over")]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    app.made(&inside, &[("State", "closed")]).await;
    app.delete("/v1/Users/ann").await;
    let items = all_items(&app, &format!("{LOOKUP}?Identity=ann")).await;
    assert_eq!((items.len(), &items[0]["participant_user_sid"]), (1, &Value::Null));
}

#[tokio::test]
async fn pages_lead_both_ways_also_within_a_conversation() {
    let app = TestApp::new().await;
    let (mut by_identity, mut by_address) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let (_, inside) = conversation(&app, &[]).await;
        let participants = format!("{inside}/Participants");
        let ann = app.made(&participants, &[("Identity", "ann+ü&")]).await;
        by_identity.push(sid(&ann).to_owned());
        // The same address up to three times in one conversation.
        for proxy in 0..=number % 3 {
            let phone = app.made(&participants, &pair(&format!("+15017122{number}{proxy}0"))).await;
            by_address.push(sid(&phone).to_owned());
        }
        if number % 2 == 0 {
            app.made(&inside, &[("State", "closed")]).await;
        }
    }
    for size in [1, 2, 3, 5, 50] {
        for (name, value, expected) in [("Identity", "ann+ü&", &by_identity), ("Address", PHONE, &by_address)] {
            let list = format!("{LOOKUP}?{name}={}&PageSize={size}", encoded(value));
            assert_eq!(&both_ways(&app, &list, "participant_sid").await, expected, "{list}");
        }
    }
    let first = app.fetched(&format!("{LOOKUP}?PageSize=2&Identity={}", encoded("ann+ü&"))).await;
    let next = text(&first["meta"], "next_page_url");
    let expected = format!("http://dwell.test{LOOKUP}?Identity=ann%2B%C3%BC%26&PageSize=2&Page=1&PageToken=PT");
    assert!(next.starts_with(&expected), "{next}");
    let clamped = app.fetched(&format!("{LOOKUP}?Identity=ann&PageSize=51")).await;
    assert_eq!(clamped["meta"]["page_size"], 50);
}

#[tokio::test]
async fn tokens_of_other_lists_are_refused() {
    let app = TestApp::new().await;
    for proxy in ["+15017122670", "+15017122671"] {
        let (_, inside) = conversation(&app, &[]).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
        app.made(&format!("{inside}/Participants"), &pair(proxy)).await;
    }
    let token = async |list: &str| {
        let page = app.fetched(list).await;
        path(&page["meta"]["next_page_url"]).split("PageToken=").nth(1).unwrap().to_owned()
    };
    let by_identity = format!("{LOOKUP}?Identity=ann&PageSize=1");
    let by_address = format!("{LOOKUP}?Address=%2B15017122661&PageSize=1");
    let all = format!("{CONVERSATIONS}?PageSize=1");
    for (from, to) in [
        (&all, &by_identity),
        (&all, &by_address),
        (&by_identity, &by_address),
        (&by_address, &by_identity),
        (&by_identity, &all),
    ] {
        let mixed = format!("{to}&PageToken={}", token(from).await);
        assert_eq!(app.get(&mixed).await.refusal(), (400, 20001), "{mixed}");
    }
}

#[tokio::test]
async fn others_find_nothing_and_nobody_looks_into_what_is_not_there() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    app.made(&format!("{inside}/Participants"), &pair("+15017122660")).await;
    let stranger = app.new_account().await;
    for query in ["Identity=ann", "Address=%2B15017122661"] {
        let answer = app.send("GET", &format!("{LOOKUP}?{query}"), &[], Some(&stranger)).await;
        assert_eq!((answer.status, &answer.body["conversations"]), (200, &json!([])));
        let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
        let elsewhere = app.fetched(&format!("/v1/Services/{}/ParticipantConversations?{query}", sid(&other))).await;
        assert_eq!(elsewhere["conversations"], json!([]), "in another service");
        for service in [text(&c, "chat_service_sid"), "IS00000000000000000000000000000000"] {
            let path = format!("/v1/Services/{service}/ParticipantConversations");
            let answer = app.send("GET", &format!("{path}?{query}"), &[], Some(&stranger)).await;
            assert_eq!(answer.refusal(), (404, 20404));
            assert_eq!(text(&answer.body, "message"), not_found(&path));
        }
    }
}

#[tokio::test]
async fn what_is_found_outlives_a_restart() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    app.made(&inside, &[("State", "closed")]).await;
    let app = app.restart().await;
    assert_eq!(found(&app, "Identity=ann").await, ["room"]);
}
