//! Credentials for push services, and the bindings of devices (contract §5.16).

use dwell_core::PushType;
use dwell_testkit::TestApp;
use serde_json::json;

use crate::support::{all_items, at, bind, default_service, path, sid, sids, text};

#[tokio::test]
async fn a_credential_is_made_changed_and_deleted() {
    let app = TestApp::new().await;
    for (kind, sandbox, shown) in
        [("apn", None, "False"), ("GCM", Some("false"), "False"), ("Fcm", Some("True"), "True")]
    {
        let mut form = vec![("Type", kind), ("FriendlyName", "Test slow create")];
        form.extend(sandbox.map(|value| ("Sandbox", value)));
        let start = app.engine.now().to_rfc3339_seconds();
        let made = app.post("/v1/Credentials", &form).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = format!("/v1/Credentials/{}", sid(&made.body));
        let mut expected = json!({
            "sid": sid(&made.body),
            "account_sid": app.account.sid,
            "friendly_name": "Test slow create",
            "type": kind.to_lowercase(),
            "sandbox": shown,
            "date_created": start,
            "date_updated": start,
            "url": format!("http://dwell.test{path}"),
        });
        assert_eq!(made.body, expected);
        app.clock.advance(2);
        assert_eq!(app.made(&path, &[]).await, expected, "an empty update changes nothing");
        let changes = [("Type", "apn"), ("Sandbox", "true"), ("FriendlyName", "Renamed"), ("Certificate", "c")];
        expected["type"] = json!("apn");
        expected["sandbox"] = json!("True");
        expected["friendly_name"] = json!("Renamed");
        expected["date_updated"] = json!(app.engine.now().to_rfc3339_seconds());
        assert_eq!(app.made(&path, &changes).await, expected);
        assert_eq!(app.made(&path, &[("FriendlyName", "")]).await, expected, "blank says nothing");
        assert_eq!(app.fetched(&path).await, expected);
        assert_eq!(app.delete(&path).await.status, 204);
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(app.send(method, &path, &[("Sandbox", "x")], Some(&app.account)).await.refusal(), (404, 20404));
        }
    }
    assert_eq!(app.made("/v1/Credentials", &[("Type", "apn")]).await["friendly_name"], json!(null));
}

#[tokio::test]
async fn parameters_of_a_credential_at_their_bounds() {
    let app = TestApp::new().await;
    let (name, secret) = ("ü".repeat(64), "s".repeat(16 * 1024));
    let secrets = ["Certificate", "PrivateKey", "ApiKey", "Secret"];
    let mut form = vec![("Type", "apn"), ("FriendlyName", name.as_str())];
    form.extend(secrets.map(|kind| (kind, secret.as_str())));
    let made = app.made("/v1/Credentials", &form).await;
    let path = format!("/v1/Credentials/{}", sid(&made));
    let (long_name, long_secret) = (format!("{name}x"), format!("{secret}x"));
    let mut wrong = vec![("FriendlyName", long_name.as_str(), 50003), ("Type", "", 20001), ("Type", "sms", 20001)];
    wrong.extend([("Type", "twilsock", 20001), ("Sandbox", "", 20001), ("Sandbox", "1", 20001)]);
    wrong.extend(secrets.map(|kind| (kind, long_secret.as_str(), 20001)));
    app.clock.advance(2);
    for (name, value, code) in wrong {
        let mut form = vec![(name, value)];
        assert_eq!(app.post(&path, &form).await.refusal(), (400, code), "{name}");
        if name != "Type" {
            form.push(("Type", "fcm"));
        }
        let answer = app.post("/v1/Credentials", &form).await;
        assert_eq!(answer.refusal(), (400, code), "{name}");
        assert!(answer.text.len() < 300, "the value is not repeated");
    }
    assert_eq!(app.post("/v1/Credentials", &[("FriendlyName", "x")]).await.refusal(), (400, 20001));
    assert_eq!(all_items(&app, "/v1/Credentials").await, [made]);
}

#[tokio::test]
async fn secrets_are_kept_encrypted_and_never_shown() {
    let app = TestApp::new().await;
    let form = [("Type", "apn"), ("Certificate", "hidden-certificate"), ("PrivateKey", "hidden-key")];
    let credential = app.made("/v1/Credentials", &form).await;
    let path = format!("/v1/Credentials/{}", sid(&credential));
    app.made(&path, &[("ApiKey", "hidden-api-key"), ("Secret", "hidden-secret"), ("PrivateKey", "")]).await;
    for shown in [&path, "/v1/Credentials"] {
        assert!(!app.get(shown).await.text.contains("hidden"));
    }
    let sealed = "DELETE FROM credentials WHERE certificate NOT LIKE '%hidden%' AND private_key NOT LIKE '%hidden%'
        AND api_key NOT LIKE '%hidden%' AND secret NOT LIKE '%hidden%'";
    assert_eq!(app.sql(sealed).await, 1, "each is there, in no form that can be read");
}

#[tokio::test]
async fn credentials_are_the_account_s_own() {
    let app = TestApp::new().await;
    let mine = app.made("/v1/Credentials", &[("Type", "fcm")]).await;
    let stranger = app.new_account().await;
    let path = format!("/v1/Credentials/{}", sid(&mine));
    for method in ["GET", "POST", "DELETE"] {
        let form = [("FriendlyName", "theirs")];
        assert_eq!(app.send(method, &path, &form, Some(&stranger)).await.refusal(), (404, 20404), "{method}");
    }
    let theirs = app.send("GET", "/v1/Credentials", &[], Some(&stranger)).await.body;
    assert_eq!(theirs["credentials"], json!([]));
    assert_eq!(app.fetched(&path).await, mine);
    let in_service = format!("/v1/Services/{}/Credentials", default_service(&app).await);
    assert_eq!(app.get(&in_service).await.refusal(), (404, 20404), "only in the short tree");
}

#[tokio::test]
async fn a_binding_is_shown_and_deleted() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    let credential = app.made("/v1/Credentials", &[("Type", "gcm")]).await;
    let made = bind(&app, &service, "TestUser", PushType::Gcm, Some(sid(&credential))).await;
    bind(&app, &service, "TestUser", PushType::Twilsock, None).await;
    let list = format!("/v1/Services/{service}/Bindings");
    let path = format!("{list}/{made}");
    let shown = app.fetched(&path).await;
    let expected = json!({
        "sid": made,
        "account_sid": app.account.sid,
        "chat_service_sid": service,
        "date_created": at(0),
        "date_updated": at(0),
        "endpoint": "TestUser-endpoint",
        "identity": "TestUser",
        "binding_type": "gcm",
        "credential_sid": credential["sid"],
        "message_types": ["removed_from_conversation", "new_message", "added_to_conversation"],
        "url": format!("http://dwell.test{path}"),
    });
    assert_eq!(shown, expected);
    let items = all_items(&app, &list).await;
    assert_eq!((&items[0], &items[1]["credential_sid"], items.len()), (&expected, &json!(null), 2));
    let stranger = app.new_account().await;
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let elsewhere = format!("/v1/Services/{}/Bindings/{made}", sid(&other));
    for method in ["GET", "DELETE"] {
        assert_eq!(app.send(method, &path, &[], Some(&stranger)).await.refusal(), (404, 20404), "{method}");
        assert_eq!(app.send(method, &elsewhere, &[], Some(&app.account)).await.refusal(), (404, 20404), "{method}");
    }
    assert_eq!(app.send("GET", &list, &[], Some(&stranger)).await.refusal(), (404, 20404));
    assert_eq!(app.get("/v1/Bindings").await.refusal(), (404, 20404), "only in the service tree");
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.delete(&path).await.refusal(), (404, 20404));
    assert_eq!(app.get(&path).await.refusal(), (404, 20404));
    assert_eq!(all_items(&app, &list).await.len(), 1);
}

#[tokio::test]
async fn bindings_are_listed_by_type_and_identity_page_by_page() {
    let app = TestApp::new().await;
    let service = default_service(&app).await;
    let credential = app.made("/v1/Credentials", &[("Type", "fcm")]).await;
    let kinds = [PushType::Apn, PushType::Gcm, PushType::Fcm];
    let mut all = Vec::new();
    for number in 0..12 {
        let identity = ["ann b", "bob+", "cy"][number / 4];
        let kind = kinds[number % 3];
        all.push(bind(&app, &service, identity, kind, Some(sid(&credential))).await);
    }
    let list = format!("/v1/Services/{service}/Bindings");
    for (query, expected) in [
        ("", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11][..]),
        ("BindingType=apn", &[0, 3, 6, 9]),
        ("BindingType=FCM&BindingType=Gcm", &[1, 2, 4, 5, 7, 8, 10, 11]),
        ("BindingType=twilsock", &[]),
        ("Identity=ann+b", &[0, 1, 2, 3]),
        ("Identity=cy&Identity=ann+b&Identity=cy", &[0, 1, 2, 3, 8, 9, 10, 11]),
        ("BindingType=apn&Identity=cy&Identity=bob%2B", &[6, 9]),
        ("Identity=Cy", &[]),
        ("Identity=", &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|&n: &usize| all[n].clone()).collect();
        for size in [1, 3, 50] {
            let first = format!("{list}?{query}&PageSize={size}");
            let found: Vec<_> = all_items(&app, &first).await.iter().map(|item| sid(item).to_owned()).collect();
            assert_eq!(found, expected, "{query} {size}");
        }
    }
    let page = app.fetched(&format!("{list}?Identity=cy&BindingType=apn&Identity=bob%2B&PageSize=1")).await;
    let echoed = format!("http://dwell.test{list}?BindingType=apn&Identity=cy&Identity=bob%2B&PageSize=1&Page=");
    assert_eq!(page["meta"]["url"], json!(format!("{echoed}0")));
    let second = app.fetched(path(&page["meta"]["next_page_url"])).await;
    assert!(text(&second["meta"], "previous_page_url").starts_with(&format!("{echoed}0&PageToken=PT")));
    let back = app.fetched(path(&second["meta"]["previous_page_url"])).await;
    assert_eq!((sids(&second), sids(&back)), (vec![all[9].clone()], vec![all[6].clone()]));

    let identities = |count: usize| (0..count).map(|n| format!("&Identity=u{n}")).collect::<String>();
    assert_eq!(app.get(&format!("{list}?{}", identities(50))).await.status, 200);
    assert_eq!(app.get(&format!("{list}?{}", identities(51))).await.refusal(), (400, 20001));
    for wrong in ["", "sms", "apn,gcm"] {
        let answer = app.get(&format!("{list}?BindingType=apn&BindingType={wrong}")).await;
        assert_eq!(answer.refusal(), (400, 50209), "{wrong}");
    }
}

#[tokio::test]
async fn bindings_go_with_their_credential_user_and_service() {
    let app = TestApp::new().await;
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let (service, other) = (default_service(&app).await, sid(&other).to_owned());
    let [first, second] =
        [app.made("/v1/Credentials", &[("Type", "fcm")]).await, app.made("/v1/Credentials", &[("Type", "fcm")]).await];
    app.made("/v1/Users", &[("Identity", "ann")]).await;
    app.made(&format!("/v1/Services/{other}/Configuration/Notifications"), &[("LogEnabled", "true")]).await;
    for service in [&service, &other] {
        for identity in ["ann", "bob"] {
            for credential in [&first, &second] {
                bind(&app, service, identity, PushType::Fcm, Some(sid(credential))).await;
            }
        }
    }
    let count = async |service: &str| all_items(&app, &format!("/v1/Services/{service}/Bindings")).await.len();
    assert_eq!((count(&service).await, count(&other).await), (4, 4));
    assert_eq!(app.delete(&format!("/v1/Credentials/{}", sid(&first))).await.status, 204);
    assert_eq!((count(&service).await, count(&other).await), (2, 2), "at once");
    assert_eq!(app.delete("/v1/Users/ann").await.status, 204);
    assert_eq!((count(&service).await, count(&other).await), (1, 2), "the same identity elsewhere is another user");
    assert_eq!(app.delete(&format!("/v1/Services/{other}")).await.status, 204);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("DELETE FROM bindings").await, 1, "the rows as well");
    assert_eq!(app.sql("DELETE FROM credentials").await, 1);
    assert_eq!(app.sql("DELETE FROM roles").await, 4, "of the service that is left");
    assert_eq!(app.sql("DELETE FROM notifications").await, 0);
}
