//! The numbered black-box checks of the contract that are about many resources at once: both trees,
//! names for SIDs, looking up conversations, updates without a change.

use dwell_testkit::TestApp;
use serde_json::json;

use crate::checks_of_rest::in_short_tree;
use crate::support::{CONVERSATIONS, all_items, conversation, event_kinds, path_of, say, sid, text};

const ADDRESS: &str = "+15017122661";
const PAIR: [(&str, &str); 2] =
    [("MessagingBinding.Address", ADDRESS), ("MessagingBinding.ProxyAddress", "+15017122662")];
const WEBHOOK: [(&str, &str); 3] =
    [("Target", "webhook"), ("Configuration.Url", "https://example.com"), ("Configuration.Filters", "onMessageAdded")];

/// The account's default service.
async fn default_service(app: &TestApp) -> String {
    text(&app.fetched("/v1/Configuration").await, "default_chat_service_sid").to_owned()
}

#[tokio::test]
async fn check_13_a_unique_name_reaches_webhooks_and_receipts() {
    let app = TestApp::new().await;
    let (c, by_sid) = conversation(&app, &[("UniqueName", "room-1")]).await;
    let by_name = format!("{CONVERSATIONS}/room-1");
    app.made(&format!("{by_name}/Participants"), &[("Identity", "ann")]).await;
    let message = say(&app, &by_name, "one").await;
    let webhook = app.made(&format!("{by_name}/Webhooks"), &WEBHOOK).await;
    assert_eq!(webhook["conversation_sid"], c["sid"]);
    for below in [
        "/Webhooks".to_owned(),
        format!("/Webhooks/{}", sid(&webhook)),
        format!("/Messages/{}/Receipts", sid(&message)),
    ] {
        let named = app.fetched(&format!("{by_name}{below}")).await;
        assert_eq!(named, app.fetched(&format!("{by_sid}{below}")).await, "{below}");
        assert!(!named.to_string().contains("room-1"), "URLs carry the SID: {named}");
    }
    let of_user = app.fetched("/v1/Users/ann/Conversations/room-1").await;
    assert_eq!(of_user, app.fetched(&format!("/v1/Users/ann/Conversations/{}", sid(&c))).await);
    assert_eq!(app.made(&format!("{by_name}/Webhooks/{}", sid(&webhook)), &[]).await, webhook);
    assert_eq!(app.delete(&format!("{by_name}/Webhooks/{}", sid(&webhook))).await.status, 204);
}

#[tokio::test]
async fn check_16_both_trees_show_the_same_roles_lookups_webhooks_and_receipts() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    let tree = format!("/v1/Services/{service}");
    let (c, _) = conversation(&app, &[("UniqueName", "room"), ("Timers.Closed", "PT10M")]).await;
    let c = format!("/Conversations/{}", sid(&c));
    let message = say(&app, &format!("/v1{c}"), "hello").await;
    app.made(&format!("/v1{c}/Participants"), &[("Identity", "ann")]).await;
    app.made(&format!("/v1{c}/Participants"), &PAIR).await;
    let webhook = app.made(&format!("/v1{c}/Webhooks"), &WEBHOOK).await;
    let role = [("FriendlyName", "guest"), ("Type", "conversation"), ("Permission", "sendMessage")];
    let role = app.made("/v1/Roles", &role).await;
    for (below, only_in_service_tree) in [
        ("/Roles".to_owned(), false),
        (format!("/Roles/{}", sid(&role)), false),
        ("/Users/ann/Conversations".to_owned(), false),
        (format!("/Users/ann{c}"), false),
        ("/ParticipantConversations?Identity=ann".to_owned(), false),
        ("/ParticipantConversations?Address=%2B15017122661".to_owned(), false),
        (format!("{c}/Webhooks"), true),
        (format!("{c}/Webhooks/{}", sid(&webhook)), true),
        (format!("{c}/Messages/{}/Receipts", sid(&message)), true),
    ] {
        let short = app.fetched(&format!("/v1{below}")).await;
        let long = app.fetched(&format!("{tree}{below}")).await;
        assert_ne!(short, long, "the URLs differ");
        assert_eq!(in_short_tree(&long, &service, only_in_service_tree), short, "{below}");
    }
    // What is made and changed in one tree is answered in its own form.
    let made = app.made(&format!("{tree}/ConversationWithParticipants"), &[("FriendlyName", "x")]).await;
    let mut read = app.fetched(&format!("{tree}/Conversations/{}", sid(&made))).await;
    read["links"].as_object_mut().unwrap().remove("export");
    assert_eq!(made, read, "only the link to the export is not shown at first");
    for (below, form) in [
        (format!("{c}/Webhooks"), &WEBHOOK[..]),
        (format!("{c}/Webhooks/{}", sid(&webhook)), &[]),
        (format!("/Roles/{}", sid(&role)), &[("Permission", "sendMediaMessage")]),
        (format!("/Users/ann{c}"), &[("NotificationLevel", "muted")]),
    ] {
        let body = app.made(&format!("{tree}{below}"), form).await;
        assert!(text(&body, "url").starts_with(&format!("http://dwell.test{tree}/")), "{body}");
        assert_eq!(body["chat_service_sid"], json!(service));
    }
}

#[tokio::test]
async fn check_22_conversations_are_looked_up_by_identity_or_address() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    let mut sids = Vec::new();
    for i in 0..3 {
        let (c, path) = conversation(&app, &[]).await;
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
        app.made(&format!("{path}/Participants"), &PAIR).await;
        // Closing gives the pair to the next one.
        if i < 2 {
            app.made(&path, &[("State", "closed")]).await;
        }
        sids.push(sid(&c).to_owned());
    }
    sids.sort_unstable();
    let (_, beside) = conversation(&app, &[]).await;
    app.made(&format!("{beside}/Participants"), &[("Identity", "bob")]).await;

    for tree in ["/v1", &format!("/v1/Services/{service}")] {
        let lookup = format!("{tree}/ParticipantConversations");
        for filter in ["Identity=ann", "Address=%2B15017122661"] {
            for size in ["", "&PageSize=2", "&PageSize=1"] {
                let found = all_items(&app, &format!("{lookup}?{filter}{size}")).await;
                let by_sid: Vec<_> = found.iter().map(|one| text(one, "conversation_sid")).collect();
                assert_eq!(by_sid, sids, "{filter}{size}: all of them, by SID");
                let closed = found.iter().filter(|one| one["conversation_state"] == "closed").count();
                assert_eq!(closed, 2, "closed ones are found");
            }
        }
        // Exactly as written, or nothing.
        for filter in ["Identity=Ann", "Identity=an", "Address=15017122661", "Address=%2B15017122662"] {
            assert_eq!(all_items(&app, &format!("{lookup}?{filter}")).await.len(), 0, "{filter}");
        }
        let both = app.get(&format!("{lookup}?Identity=ann&Address=%2B15017122661")).await;
        assert_eq!(both.refusal(), (400, 50451));
        assert_eq!(app.get(&lookup).await.refusal(), (400, 20001), "§18 U16");
    }
    let foreign = app.new_account().await;
    let answer = app.send("GET", "/v1/ParticipantConversations?Identity=ann", &[], Some(&foreign)).await;
    assert_eq!(answer.body["conversations"], json!([]));
}

#[tokio::test]
async fn check_24_an_empty_update_of_settings_changes_nothing() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let webhook = app.made(&format!("{inside}/Webhooks"), &WEBHOOK).await;
    let service = format!("/v1/Services/{}", text(&c, "chat_service_sid"));
    let address = app.made("/v1/Configuration/Addresses", &[("Type", "sms"), ("Address", ADDRESS)]).await;
    let credential = app.made("/v1/Credentials", &[("Type", "fcm"), ("Secret", "x")]).await;
    app.made("/v1/Configuration/Webhooks", &[("Filters", "onMessageAdded"), ("Method", "GET")]).await;
    app.advance(100).await;
    let told = event_kinds(&app, &c).await;
    for path in [
        "/v1/Configuration/Webhooks".to_owned(),
        format!("{service}/Configuration"),
        format!("{service}/Configuration/Notifications"),
        format!("{service}/Configuration/Webhooks"),
        format!("/v1/Configuration/Addresses/{}", sid(&address)),
        format!("/v1/Credentials/{}", sid(&credential)),
        format!("{}/Webhooks/{}", path_of(&c), sid(&webhook)),
        format!("/v1/Users/ann/Conversations/{}", sid(&c)),
    ] {
        let shown = app.fetched(&path).await;
        let answer = app.post(&path, &[]).await;
        assert_eq!((answer.status, &answer.body), (200, &shown), "{path}");
        assert_eq!(app.fetched(&path).await, shown, "{path}");
    }
    assert_eq!(event_kinds(&app, &c).await, told);
}
