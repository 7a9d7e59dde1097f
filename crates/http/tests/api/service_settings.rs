//! What a service is set to: its configuration and its notifications (contract §5.12, §5.15).

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{conversation, default_service, sid, text};

async fn configuration(app: &TestApp) -> String {
    format!("/v1/Services/{}/Configuration", default_service(app).await)
}

async fn role(app: &TestApp, kind: &str) -> String {
    let form = [("FriendlyName", "x"), ("Type", kind), ("Permission", "addParticipant")];
    sid(&app.made("/v1/Roles", &form).await).to_owned()
}

#[tokio::test]
async fn a_fresh_configuration_has_exactly_the_members_of_the_contract() {
    let app = TestApp::new().await;
    let path = configuration(&app).await;
    let settings = app.fetched(&path).await;
    let url = format!("http://dwell.test{path}");
    let expected = json!({
        "chat_service_sid": default_service(&app).await,
        "default_conversation_creator_role_sid": settings["default_conversation_creator_role_sid"],
        "default_conversation_role_sid": settings["default_conversation_role_sid"],
        "default_chat_service_role_sid": settings["default_chat_service_role_sid"],
        "reachability_enabled": false,
        "url": url,
        "links": {"notifications": format!("{url}/Notifications"), "webhooks": format!("{url}/Webhooks")},
    });
    assert_eq!(settings, expected);
    let account = app.fetched("/v1/Configuration").await;
    assert_eq!(account["links"]["service"], settings["url"], "the account's configuration leads here");
}

#[tokio::test]
async fn new_default_roles_hold_for_those_who_come_later() {
    let app = TestApp::new().await;
    let path = configuration(&app).await;
    let (_, inside) = conversation(&app, &[]).await;
    let participants = format!("{inside}/Participants");
    let old = app.made(&participants, &[("Identity", "old")]).await;
    let old_user = app.fetched("/v1/Users/old").await;
    let before = app.fetched(&path).await;
    let [creator, participant, user] =
        [role(&app, "conversation").await, role(&app, "conversation").await, role(&app, "service").await];
    let form = [
        ("DefaultConversationCreatorRoleSid", creator.as_str()),
        ("DefaultConversationRoleSid", &participant),
        ("DefaultChatServiceRoleSid", &user),
    ];
    app.clock.advance(3);
    let updated = app.made(&path, &form).await;
    let mut expected = before;
    expected["default_conversation_creator_role_sid"] = json!(creator);
    expected["default_conversation_role_sid"] = json!(participant);
    expected["default_chat_service_role_sid"] = json!(user);
    assert_eq!(updated, expected);

    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await, expected);
    assert_eq!(app.made(&participants, &[("Identity", "new")]).await["role_sid"], json!(participant));
    assert_eq!(app.fetched("/v1/Users/new").await["role_sid"], json!(user), "made with the participant");
    assert_eq!(app.made("/v1/Users", &[("Identity", "newer")]).await["role_sid"], json!(user));
    assert_eq!(app.fetched(&format!("{participants}/old")).await, old);
    assert_eq!(app.fetched("/v1/Users/old").await, old_user);
}

#[tokio::test]
async fn a_default_must_be_a_role_of_the_service_and_of_the_right_type() {
    let app = TestApp::new().await;
    let path = configuration(&app).await;
    let before = app.fetched(&path).await;
    let (conversation_role, service_role) = (role(&app, "conversation").await, role(&app, "service").await);
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let foreign = app.fetched(&format!("/v1/Services/{}/Configuration", sid(&other))).await;
    let gone = role(&app, "conversation").await;
    assert_eq!(app.delete(&format!("/v1/Roles/{gone}")).await.status, 204);
    for (name, wrong, missing_code, type_code) in [
        ("DefaultConversationCreatorRoleSid", &service_role, 50106, 50106),
        ("DefaultConversationRoleSid", &service_role, 50109, 50109),
        ("DefaultChatServiceRoleSid", &conversation_role, 50100, 50102),
    ] {
        assert_eq!(app.post(&path, &[(name, wrong)]).await.refusal(), (400, type_code), "{name}");
        let foreign = ["default_conversation_role_sid", "default_chat_service_role_sid"].map(|of| text(&foreign, of));
        for missing in foreign.into_iter().chain(["x", "RL", gone.as_str(), &"0".repeat(34)]) {
            let form = [(name, missing), ("ReachabilityEnabled", "true")];
            assert_eq!(app.post(&path, &form).await.refusal(), (400, missing_code), "{name} {missing}");
        }
        assert_eq!(app.made(&path, &[(name, "")]).await, before, "blank says nothing");
    }
    assert_eq!(app.fetched(&path).await, before, "nothing was changed");
}

#[tokio::test]
async fn reachability_is_true_or_false_and_nobody_is_online_yet() {
    let app = TestApp::new().await;
    let path = configuration(&app).await;
    let ann = app.made("/v1/Users", &[("Identity", "ann")]).await;
    for (value, expected) in [("true", true), ("False", false), ("TRUE", true)] {
        assert_eq!(app.made(&path, &[("ReachabilityEnabled", value)]).await["reachability_enabled"], json!(expected));
    }
    for wrong in ["", "1", "yes", " true", "null"] {
        assert_eq!(app.post(&path, &[("ReachabilityEnabled", wrong)]).await.refusal(), (400, 20001), "{wrong}");
    }
    assert_eq!(app.made(&path, &[]).await["reachability_enabled"], json!(true), "an empty update changes nothing");
    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await["reachability_enabled"], json!(true));
    let shown = app.fetched("/v1/Users/ann").await;
    assert_eq!((&shown, &shown["is_online"], &shown["is_notifiable"]), (&ann, &json!(null), &json!(null)));
}

/// The settings without SIDs and URL.
fn bare(mut settings: Value) -> Value {
    for name in ["account_sid", "chat_service_sid", "url"] {
        settings.as_object_mut().unwrap().remove(name);
    }
    settings
}

#[tokio::test]
async fn notifications_are_off_and_empty_until_they_are_set() {
    let app = TestApp::new().await;
    let path = format!("{}/Notifications", configuration(&app).await);
    let fresh = app.fetched(&path).await;
    let notice = json!({"enabled": false, "template": "", "sound": ""});
    let expected = json!({
        "account_sid": app.account.sid,
        "chat_service_sid": default_service(&app).await,
        "log_enabled": false,
        "added_to_conversation": notice,
        "new_message": {
            "enabled": false,
            "template": "",
            "badge_count_enabled": false,
            "sound": "",
            "with_media": {"enabled": false, "template": ""},
        },
        "removed_from_conversation": notice,
        "url": format!("http://dwell.test{path}"),
    });
    assert_eq!(fresh, expected);
    assert_eq!(app.made(&path, &[]).await, expected, "an empty update changes nothing");
}

#[tokio::test]
async fn every_notification_setting_is_set_by_itself_and_kept() {
    let app = TestApp::new().await;
    let path = format!("{}/Notifications", configuration(&app).await);
    let mut expected = bare(app.fetched(&path).await);
    let long = "ü".repeat(2_048);
    let ring = "r".repeat(256);
    for (name, value, pointer, shown) in [
        ("LogEnabled", "true", "/log_enabled", json!(true)),
        ("NewMessage.Enabled", "True", "/new_message/enabled", json!(true)),
        ("NewMessage.Template", "${MESSAGE}", "/new_message/template", json!("${MESSAGE}")),
        ("NewMessage.Sound", &ring, "/new_message/sound", json!(ring)),
        ("NewMessage.BadgeCountEnabled", "true", "/new_message/badge_count_enabled", json!(true)),
        ("NewMessage.WithMedia.Enabled", "true", "/new_message/with_media/enabled", json!(true)),
        ("NewMessage.WithMedia.Template", &long, "/new_message/with_media/template", json!(long)),
        ("AddedToConversation.Enabled", "true", "/added_to_conversation/enabled", json!(true)),
        ("AddedToConversation.Template", "a", "/added_to_conversation/template", json!("a")),
        ("AddedToConversation.Sound", "b", "/added_to_conversation/sound", json!("b")),
        ("RemovedFromConversation.Enabled", "true", "/removed_from_conversation/enabled", json!(true)),
        ("RemovedFromConversation.Template", "c", "/removed_from_conversation/template", json!("c")),
        ("RemovedFromConversation.Sound", "d", "/removed_from_conversation/sound", json!("d")),
        // And back again.
        ("LogEnabled", "false", "/log_enabled", json!(false)),
        ("NewMessage.Template", "", "/new_message/template", json!("")),
        ("RemovedFromConversation.Sound", "", "/removed_from_conversation/sound", json!("")),
    ] {
        *expected.pointer_mut(pointer).unwrap() = shown;
        assert_eq!(bare(app.made(&path, &[(name, value)]).await), expected, "{name}");
    }
    let app = app.restart().await;
    assert_eq!(bare(app.fetched(&path).await), expected);
    for flag in [
        "LogEnabled",
        "NewMessage.Enabled",
        "NewMessage.BadgeCountEnabled",
        "NewMessage.WithMedia.Enabled",
        "AddedToConversation.Enabled",
        "RemovedFromConversation.Enabled",
    ] {
        for wrong in ["", "1", "on"] {
            let answer = app.post(&path, &[("NewMessage.Sound", "x"), (flag, wrong)]).await;
            assert_eq!(answer.refusal(), (400, 20001), "{flag} {wrong}");
            assert!(text(&answer.body, "message").contains(flag), "{}", answer.text);
        }
    }
    for of in ["NewMessage", "NewMessage.WithMedia", "AddedToConversation", "RemovedFromConversation"] {
        let form = [("LogEnabled", "true"), (&*format!("{of}.Template"), &*format!("{long}x"))];
        assert_eq!(app.post(&path, &form).await.refusal(), (400, 50058), "{of}");
        if of != "NewMessage.WithMedia" {
            let form = [("LogEnabled", "true"), (&*format!("{of}.Sound"), &*format!("{ring}x"))];
            assert_eq!(app.post(&path, &form).await.refusal(), (400, 50059), "{of}");
        }
    }
    assert_eq!(bare(app.fetched(&path).await), expected, "refused updates change nothing");
}

#[tokio::test]
async fn settings_are_the_service_s_own() {
    let app = TestApp::new().await;
    let path = configuration(&app).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let other = format!("/v1/Services/{}", sid(&service));
    let form = [("ReachabilityEnabled", "true"), ("LogEnabled", "true")];
    for settings in [path.clone(), format!("{path}/Notifications")] {
        app.made(&settings, &form).await;
    }
    assert_eq!(app.fetched(&format!("{other}/Configuration")).await["reachability_enabled"], json!(false));
    assert_eq!(app.fetched(&format!("{other}/Configuration/Notifications")).await["log_enabled"], json!(false));
    let stranger = app.new_account().await;
    for settings in [path.clone(), format!("{path}/Notifications")] {
        for method in ["GET", "POST"] {
            let answer = app.send(method, &settings, &form, Some(&stranger)).await;
            assert_eq!(answer.refusal(), (404, 20404), "{method} {settings}");
        }
    }
    assert_eq!(app.get("/v1/Configuration/Notifications").await.refusal(), (404, 20404), "there is no short one");
    assert_eq!(app.delete(&other).await.status, 204);
    for below in ["Configuration", "Configuration/Notifications"] {
        assert_eq!(app.get(&format!("{other}/{below}")).await.refusal(), (404, 20404));
    }
}
