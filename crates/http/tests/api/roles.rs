//! Roles (contract §5.10, §18 U19, U21).

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{all_items, at, conversation, default_service, sid, sids, text};

/// A role of a type with one permission.
async fn role(app: &TestApp, tree: &str, kind: &str) -> Value {
    let form = [("FriendlyName", "Guest"), ("Type", kind), ("Permission", "addParticipant")];
    app.made(&format!("{tree}/Roles"), &form).await
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted_in_both_trees() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    for tree in ["/v1".to_owned(), format!("/v1/Services/{service}")] {
        let form = [
            ("FriendlyName", "Conversation Role"),
            ("Type", "Conversation"),
            ("Permission", "sendMessage"),
            ("Permission", "leaveConversation"),
            ("Permission", "sendMessage"),
        ];
        let start = app.engine.now().to_rfc3339_seconds();
        let made = app.post(&format!("{tree}/Roles"), &form).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let mut expected = json!({
            "sid": sid(&made.body),
            "account_sid": app.account.sid,
            "chat_service_sid": service,
            "friendly_name": "Conversation Role",
            "type": "conversation",
            "permissions": ["sendMessage", "leaveConversation"],
            "date_created": start,
            "date_updated": start,
            "url": format!("http://dwell.test{tree}/Roles/{}", sid(&made.body)),
        });
        assert_eq!(made.body, expected);
        let path = format!("{tree}/Roles/{}", sid(&made.body));
        assert_eq!(app.fetched(&path).await, expected);

        app.clock.advance(5);
        let updated = app.made(&path, &[("Permission", "editOwnMessage"), ("Permission", "deleteOwnMessage")]).await;
        expected["permissions"] = json!(["editOwnMessage", "deleteOwnMessage"]);
        expected["date_updated"] = json!(app.engine.now().to_rfc3339_seconds());
        assert_eq!(updated, expected, "the new set replaces the old one");
        assert_eq!(app.fetched(&path).await, expected);

        assert_eq!(sids(&app.fetched(&format!("{tree}/Roles")).await).len(), 5);
        assert_eq!(app.delete(&path).await.status, 204);
        for method in ["GET", "POST", "DELETE"] {
            let again = app.send(method, &path, &[("Permission", "sendMessage")], Some(&app.account)).await;
            assert_eq!(again.refusal(), (404, 20404), "{method}");
        }
        assert_eq!(sids(&app.fetched(&format!("{tree}/Roles")).await).len(), 4);
    }
}

#[tokio::test]
async fn a_new_service_has_four_roles_of_which_three_are_defaults() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&service));
    let settings = app.fetched(&format!("{tree}/Configuration")).await;
    let roles = all_items(&app, &format!("{tree}/Roles?PageSize=3")).await;
    let names: Vec<_> = roles.iter().map(|role| (text(role, "friendly_name"), text(role, "type"))).collect();
    let expected = [
        ("service user", "service"),
        ("service admin", "service"),
        ("channel user", "conversation"),
        ("channel admin", "conversation"),
    ];
    assert_eq!(names, expected);
    let defaults = [
        Some("default_chat_service_role_sid"),
        None,
        Some("default_conversation_role_sid"),
        Some("default_conversation_creator_role_sid"),
    ];
    for (role, default) in roles.iter().zip(defaults) {
        if let Some(default) = default {
            assert_eq!(settings[default], role["sid"]);
            let refused = app.delete(&format!("{tree}/Roles/{}", sid(role))).await;
            assert_eq!(refused.refusal(), (409, 20409), "{default}");
        } else {
            assert_eq!(app.delete(&format!("{tree}/Roles/{}", sid(role))).await.status, 204, "it is no default");
        }
        let permissions = role["permissions"].as_array().unwrap();
        let holds = |name: &str| permissions.contains(&json!(name));
        let is_admin = text(role, "friendly_name").ends_with("admin");
        assert_eq!((holds("editAnyMessage"), holds("deleteConversation")), (is_admin, is_admin));
        assert!(holds("editOwnMessage"));
    }
    assert_eq!(sids(&app.fetched(&format!("{tree}/Roles")).await).len(), 3);
}

#[tokio::test]
async fn a_role_that_is_a_default_no_more_may_go_and_one_that_becomes_it_may_not() {
    let app = TestApp::new().await;
    let settings = format!("/v1/Services/{}/Configuration", default_service(&app).await);
    for (kind, default) in [
        ("conversation", "DefaultConversationCreatorRoleSid"),
        ("conversation", "DefaultConversationRoleSid"),
        ("service", "DefaultChatServiceRoleSid"),
    ] {
        let (old, new) = (role(&app, "/v1", kind).await, role(&app, "/v1", kind).await);
        let [old_path, new_path] = [&old, &new].map(|role| format!("/v1/Roles/{}", sid(role)));
        app.made(&settings, &[(default, sid(&old))]).await;
        assert_eq!(app.delete(&old_path).await.refusal(), (409, 20409));
        app.made(&settings, &[(default, sid(&new))]).await;
        assert_eq!(app.delete(&old_path).await.status, 204);
        assert_eq!(app.delete(&new_path).await.refusal(), (409, 20409));
    }
}

#[tokio::test]
async fn who_holds_a_deleted_role_keeps_its_sid_and_nobody_else_gets_it() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let (service_role, role) = (role(&app, "/v1", "service").await, role(&app, "/v1", "conversation").await);
    app.made("/v1/Users", &[("Identity", "ann"), ("RoleSid", sid(&service_role))]).await;
    let participants = format!("{inside}/Participants");
    app.made(&participants, &[("Identity", "ann"), ("RoleSid", sid(&role))]).await;
    for role in [&service_role, &role] {
        assert_eq!(app.delete(&format!("/v1/Roles/{}", sid(role))).await.status, 204);
    }
    let app = app.restart().await;
    let ann = app.fetched(&format!("{participants}/ann")).await;
    let user = app.fetched("/v1/Users/ann").await;
    assert_eq!((&ann["role_sid"], &user["role_sid"]), (&role["sid"], &service_role["sid"]));
    app.made("/v1/Users/ann", &[("FriendlyName", "Ann")]).await;
    for path in ["/v1/Users/ann", "/v1/Users"] {
        let form = [("Identity", "bob"), ("RoleSid", sid(&service_role))];
        assert_eq!(app.post(path, &form).await.refusal(), (400, 50100), "{path}");
    }
    let form = [("Identity", "bob"), ("RoleSid", sid(&role))];
    assert_eq!(app.post(&participants, &form).await.refusal(), (400, 50100));
}

#[tokio::test]
async fn names_types_and_permissions_at_their_bounds() {
    let app = TestApp::new().await;
    let roles = async |form: &[(&str, &str)]| app.post("/v1/Roles", form).await;
    let (kind, permission) = (("Type", "SERVICE"), ("Permission", "joinConversation"));
    let longest = "ü".repeat(64);
    let made = roles(&[("FriendlyName", &longest), kind, permission]).await;
    assert_eq!((made.status, text(&made.body, "type")), (201, "service"));
    let path = format!("/v1/Roles/{}", sid(&made.body));
    for (form, code) in [
        (&[kind, permission][..], 50000),
        (&[("FriendlyName", ""), kind, permission], 50000),
        (&[("FriendlyName", &format!("{longest}x")), kind, permission], 50003),
        (&[("FriendlyName", "x"), permission], 50105),
        (&[("FriendlyName", "x"), ("Type", ""), permission], 50105),
        (&[("FriendlyName", "x"), ("Type", "deployment"), permission], 50105),
        (&[("FriendlyName", "x"), kind], 20001),
        (&[("FriendlyName", "x"), kind, ("Permission", "joinconversation")], 50104),
        (&[("FriendlyName", "x"), kind, permission, ("Permission", "sendMessage")], 50104),
        (&[("FriendlyName", "x"), kind, ("Permission", "")], 50104),
    ] {
        assert_eq!(roles(form).await.refusal(), (400, code), "{form:?}");
    }
    let missing = app.post(&path, &[("FriendlyName", "y")]).await;
    assert_eq!(missing.refusal(), (400, 20001));
    assert!(text(&missing.body, "message").contains("Permission"), "{}", missing.text);
    for wrong in ["", "leaveConversation", "Joinconversation"] {
        let answer = app.post(&path, &[permission, ("Permission", wrong)]).await;
        assert_eq!(answer.refusal(), (400, 50104), "{wrong}");
    }
    app.clock.advance(9);
    let unchanged = app.fetched(&path).await;
    assert_eq!((&unchanged, &unchanged["date_updated"]), (&made.body, &json!(at(0))));
    assert_eq!(app.made(&path, &[permission, ("FriendlyName", "y")]).await["friendly_name"], json!(longest));
}

#[tokio::test]
async fn roles_are_apart_by_service_and_account() {
    let app = TestApp::new().await;
    let mine = role(&app, "/v1", "conversation").await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let other = format!("/v1/Services/{}", sid(&service));
    let stranger = app.new_account().await;
    let form = [("FriendlyName", "x"), ("Type", "service"), ("Permission", "addParticipant")];
    for (path, account) in [
        (format!("{other}/Roles/{}", sid(&mine)), &app.account),
        (format!("/v1/Roles/{}", sid(&mine)), &stranger),
        (format!("{other}/Roles/{}", sid(&mine)), &stranger),
        (format!("/v1/Services/{}/Roles/{}", text(&mine, "chat_service_sid"), sid(&mine)), &stranger),
        ("/v1/Roles/RL".to_owned(), &app.account),
        (format!("/v1/Services/IS{0}/Roles/{1}", "0".repeat(32), sid(&mine)), &app.account),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(app.send(method, &path, &form, Some(account)).await.refusal(), (404, 20404), "{method} {path}");
        }
    }
    for method in ["GET", "POST"] {
        let roles = format!("{other}/Roles");
        assert_eq!(app.send(method, &roles, &form, Some(&stranger)).await.refusal(), (404, 20404), "{method}");
    }
    assert_eq!(app.fetched(&format!("/v1/Roles/{}", sid(&mine))).await, mine);
    assert_eq!(app.delete(&other).await.status, 204);
    assert_eq!(app.get(&format!("{other}/Roles")).await.refusal(), (404, 20404));
}
