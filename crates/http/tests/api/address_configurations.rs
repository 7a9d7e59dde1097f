//! Configurations of the account's addresses.

use std::sync::Arc;

use dwell_testkit::TestApp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{all_items, at, path, sid, text};

const ADDRESSES: &str = "/v1/Configuration/Addresses";
const FLOW: &str = "FW00000000000000000000000000000000";

const WEBHOOK: [(&str, &str); 6] = [
    ("AutoCreation.Enabled", "true"),
    ("AutoCreation.Type", "webhook"),
    ("AutoCreation.WebhookUrl", "https://example.com"),
    ("AutoCreation.WebhookMethod", "post"),
    ("AutoCreation.WebhookFilters", "onParticipantAdded"),
    ("AutoCreation.WebhookFilters", "onMessageAdded"),
];

async fn configure(app: &TestApp, address_type: &str, address: &str, more: &[(&str, &str)]) -> Value {
    let form = [&[("Type", address_type), ("Address", address)], more].concat();
    app.made(ADDRESSES, &form).await
}

fn one(body: &Value) -> String {
    format!("{ADDRESSES}/{}", sid(body))
}

#[tokio::test]
async fn each_type_of_auto_creation_shows_what_belongs_to_it() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let in_service = ("AutoCreation.ConversationServiceSid", sid(&service));
    let about = [("FriendlyName", "My Test Configuration"), ("AddressCountry", "ca"), in_service];
    let studio = [
        ("AutoCreation.Type", "Studio"),
        ("AutoCreation.StudioFlowSid", FLOW),
        ("AutoCreation.StudioRetryCount", "3"),
        ("AutoCreation.WebhookUrl", "x"),
        ("AutoCreation.WebhookFilters", "x"),
    ];
    let default = [("AutoCreation.Enabled", "True"), ("AutoCreation.Type", "default")];
    let filters = ["onParticipantAdded", "onMessageAdded"];
    for (address, form, name, country, auto_creation) in [
        (
            "+37256123457",
            [&WEBHOOK[..], &about].concat(),
            json!("My Test Configuration"),
            json!("CA"),
            json!({
                "enabled": true,
                "type": "webhook",
                "conversation_service_sid": service["sid"],
                "webhook_url": "https://example.com",
                "webhook_method": "POST",
                "webhook_filters": filters,
            }),
        ),
        (
            "+37256123458",
            WEBHOOK.to_vec(),
            json!(null),
            json!(null),
            json!({
                "enabled": true,
                "type": "webhook",
                "conversation_service_sid": null,
                "webhook_url": "https://example.com",
                "webhook_method": "POST",
                "webhook_filters": filters,
            }),
        ),
        (
            "12345",
            [&studio[..], &about].concat(),
            json!("My Test Configuration"),
            json!("CA"),
            json!({
                "enabled": false,
                "type": "studio",
                "conversation_service_sid": service["sid"],
                "studio_flow_sid": FLOW,
                "studio_retry_count": 3,
            }),
        ),
        (
            "+37256123459",
            [&default[..], &[in_service]].concat(),
            json!(null),
            json!(null),
            json!({"enabled": true, "type": "default", "conversation_service_sid": service["sid"]}),
        ),
        ("+37256123460", default.to_vec(), json!(null), json!(null), json!({"enabled": true, "type": "default"})),
        ("+37256123461", vec![], json!(null), json!(null), json!({"enabled": false, "type": "default"})),
    ] {
        let made = configure(&app, "SMS", address, &form).await;
        let expected = json!({
            "sid": made["sid"],
            "account_sid": app.account.sid,
            "type": "sms",
            "address": address,
            "friendly_name": name,
            "address_country": country,
            "auto_creation": auto_creation,
            "date_created": at(0),
            "date_updated": at(0),
            "url": format!("http://dwell.test{}", one(&made)),
        });
        assert_eq!(made, expected);
        assert_eq!(app.fetched(&one(&made)).await, made);
        let by_address: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
        assert_eq!(app.fetched(&format!("{ADDRESSES}/{by_address}")).await, made);
    }
    let before = all_items(&app, ADDRESSES).await;
    assert_eq!(before.len(), 6);
    let app = app.restart().await;
    assert_eq!(all_items(&app, ADDRESSES).await, before);
}

#[tokio::test]
async fn addresses_of_every_type_are_found_by_themselves() {
    let app = TestApp::new().await;
    for (address_type, address) in [
        ("sms", "+37256123457"),
        ("sms", "911"),
        ("whAtsAPP", "whatsapp:+37256123457"),
        ("whatsapp", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbA"),
        ("messenger", "messenger:108605101"),
        ("messenger", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbB"),
        ("gbm", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbC"),
        ("email", "example@example.com"),
        ("rcs", "rcs:brand_agent"),
        ("rcs", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbD"),
        ("apple", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbE"),
        ("chat", "urn:mbid:AQAAYyUbut6E4B3T9FLv5EbF"),
        ("chat", "a desk/é?#%&+😀"),
    ] {
        let made = configure(&app, address_type, address, &[]).await;
        assert_eq!((text(&made, "type"), text(&made, "address")), (address_type.to_lowercase().as_str(), address));
        let encoded: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
        let by_address = format!("{ADDRESSES}/{}", encoded.replace('+', "%20"));
        assert_eq!(app.fetched(&by_address).await, made, "{by_address}");
        let updated = app.made(&by_address, &[("FriendlyName", "x")]).await;
        assert_eq!((sid(&updated), text(&updated, "friendly_name")), (sid(&made), "x"));
        assert_eq!(updated["url"], made["url"], "the URL has the SID");
        assert_eq!(app.delete(&by_address).await.status, 204);
        assert_eq!(app.get(&one(&made)).await.refusal(), (404, 20404));
        assert_eq!(app.delete(&by_address).await.refusal(), (404, 20404));
    }
    let looks_like_sid = [("Type", "chat"), ("Address", "IG00000000000000000000000000000000")];
    assert_eq!(app.post(ADDRESSES, &looks_like_sid).await.refusal(), (400, 50407));
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let about = [("FriendlyName", "Desk"), ("AddressCountry", "EE")];
    let made = configure(&app, "sms", "911", &[&WEBHOOK[..], &about].concat()).await;
    let path = one(&made);
    app.advance(5).await;
    assert_eq!(app.made(&path, &[]).await, made, "an empty update changes nothing");
    let mut expected = made.clone();
    expected["date_updated"] = json!(at(5));
    expected["friendly_name"] = json!("Other desk");
    // Type, address and country never change.
    let update = [("FriendlyName", "Other desk"), ("Type", "chat"), ("Address", "912"), ("AddressCountry", "XX")];
    assert_eq!(app.made(&path, &update).await, expected);
    assert_eq!(app.made(&path, &[("FriendlyName", "")]).await, expected, "a blank name says nothing");
    expected["auto_creation"]["enabled"] = json!(false);
    assert_eq!(app.made(&path, &[("AutoCreation.Enabled", "false")]).await, expected);
    expected["auto_creation"]["webhook_method"] = json!("GET");
    let update = [("AutoCreation.WebhookMethod", "get"), ("AutoCreation.StudioRetryCount", "x")];
    assert_eq!(app.made(&path, &update).await, expected);
    expected["auto_creation"]["webhook_filters"] = json!(["onConversationStateUpdated"]);
    let update = [("AutoCreation.WebhookFilters", "onConversationStateUpdated"), ("AutoCreation.Type", "webhook")];
    assert_eq!(app.made(&path, &update).await, expected);
    expected["auto_creation"]["conversation_service_sid"] = service["sid"].clone();
    let update = [("AutoCreation.ConversationServiceSid", sid(&service))];
    assert_eq!(app.made(&path, &update).await, expected);
    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await, expected);

    // A new type needs its own settings and forgets the old ones.
    assert_eq!(app.post(&path, &[("AutoCreation.Type", "studio")]).await.refusal(), (400, 50367));
    assert_eq!(app.fetched(&path).await, expected);
    let studio = [("AutoCreation.Type", "studio"), ("AutoCreation.StudioFlowSid", FLOW)];
    expected["auto_creation"] = json!({
        "enabled": false,
        "type": "studio",
        "conversation_service_sid": service["sid"],
        "studio_flow_sid": FLOW,
        "studio_retry_count": 0,
    });
    assert_eq!(app.made(&path, &studio).await, expected);
    expected["auto_creation"]["studio_retry_count"] = json!(2);
    assert_eq!(app.made(&path, &[("AutoCreation.StudioRetryCount", "2")]).await, expected);
    assert_eq!(app.post(&path, &[("AutoCreation.Type", "webhook")]).await.refusal(), (400, 50369));
    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await, expected);
    let update = [("AutoCreation.Type", "default"), ("AutoCreation.ConversationServiceSid", "")];
    assert_eq!(app.made(&path, &update).await["auto_creation"], json!({"enabled": false, "type": "default"}));
}

#[tokio::test]
async fn the_list_is_filtered_by_type() {
    let app = TestApp::new().await;
    for i in 0..3 {
        configure(&app, "sms", &format!("+3725612345{i}"), &[]).await;
        configure(&app, "chat", &format!("desk {i}"), &[]).await;
    }
    let page = app.fetched(&format!("{ADDRESSES}?Type=Sms&PageSize=2")).await;
    let url = format!("http://dwell.test{ADDRESSES}?Type=Sms&PageSize=2&Page=0");
    assert_eq!(page["meta"]["url"], url);
    let found = [&page, &app.fetched(path(&page["meta"]["next_page_url"])).await]
        .map(|page| page["address_configurations"].as_array().unwrap().clone())
        .concat();
    let addresses: Vec<_> = found.iter().map(|found| text(found, "address")).collect();
    assert_eq!(addresses, ["+37256123450", "+37256123451", "+37256123452"]);
    assert_eq!(all_items(&app, &format!("{ADDRESSES}?Type=rcs")).await, [] as [Value; 0]);
    assert_eq!(all_items(&app, &format!("{ADDRESSES}?Type=&PageSize=4")).await.len(), 6);
    assert_eq!(app.fetched(&format!("{ADDRESSES}?PageSize=100")).await["meta"]["page_size"], 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_one_configuration_in_an_account() {
    let app = Arc::new(TestApp::new().await);
    let form = [("Type", "sms"), ("Address", "+37256123457")];
    let mut under_way = JoinSet::new();
    for _ in 0..20 {
        let app = app.clone();
        under_way.spawn(async move { app.post(ADDRESSES, &form).await });
    }
    let answers = under_way.join_all().await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), (409, 20409));
        assert!(text(&answer.body, "message").contains(sid(&made[0].body)), "it says which");
    }
    // Gone, it may be configured again; and another account may have it as well.
    let stranger = app.new_account().await;
    assert_eq!(app.send("POST", ADDRESSES, &form, Some(&stranger)).await.status, 201);
    assert_eq!(app.delete(&one(&made[0].body)).await.status, 204);
    app.made(ADDRESSES, &form).await;
}

#[tokio::test]
async fn nobody_else_sees_or_changes_it() {
    let app = TestApp::new().await;
    let stranger = app.new_account().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let made = configure(&app, "sms", "+37256123457", &[]).await;
    for path in [one(&made), format!("{ADDRESSES}/%2B37256123457")] {
        for (method, form) in [("GET", &[][..]), ("POST", &[]), ("POST", &[("FriendlyName", "x")]), ("DELETE", &[])] {
            let answer = app.send(method, &path, form, Some(&stranger)).await;
            assert_eq!(answer.refusal(), (404, 20404), "{method} {path}");
        }
    }
    let theirs = app.send("GET", ADDRESSES, &[], Some(&stranger)).await;
    assert_eq!(theirs.body["address_configurations"], json!([]));
    // Nor may they make conversations in a service that is not theirs.
    let form = [("Type", "chat"), ("Address", "desk"), ("AutoCreation.ConversationServiceSid", sid(&service))];
    assert_eq!(app.send("POST", ADDRESSES, &form, Some(&stranger)).await.refusal(), (400, 50050));
    assert_eq!(app.fetched(&one(&made)).await, made);
    for missing in ["IG00000000000000000000000000000000", "%2B37256123458", "x"] {
        let path = format!("{ADDRESSES}/{missing}");
        assert_eq!(app.get(&path).await.refusal(), (404, 20404));
        assert_eq!(app.post(&path, &[("FriendlyName", "x")]).await.refusal(), (404, 20404));
        assert_eq!(app.delete(&path).await.refusal(), (404, 20404));
    }
    // They belong to the account: no service has any.
    let in_service = format!("/v1/Services/{}/Configuration/Addresses", sid(&service));
    assert_eq!(app.get(&in_service).await.refusal(), (404, 20404));
}
