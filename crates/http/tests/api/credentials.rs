//! Who may ask what: credentials of every kind of wrong, and what belongs to somebody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::{AccountSid, Rights};
use dwell_testkit::{Account, TestApp};

use crate::support::{CONVERSATIONS, conversation, everything, path_of, raw, say, sid, text};

#[tokio::test]
async fn garbled_credentials_are_refused() {
    let app = TestApp::new().await;
    let Account { sid, token } = app.account.clone();
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let good = basic(&format!("{sid}:{token}"));
    let refused = [
        String::new(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        "Basic AAAA".to_owned(),
        format!("Bearer {}", STANDARD.encode(format!("{sid}:{token}"))),
        format!("Basic {sid}:{token}"),
        format!("{good}\t{good}"),
        good[..good.len() - 4].to_owned(),
        basic(""),
        basic(":"),
        basic(&sid),
        basic(&format!("{sid}:")),
        basic(&format!(":{token}")),
        basic(&format!("{token}:{sid}")),
        basic(&format!("{sid}:{token}x")),
        basic(&format!("{sid}:{}", token.to_uppercase())),
        basic(&format!("{sid}:{token}\0")),
        basic(&format!(" {sid}:{token}")),
        basic(&format!("{}:{token}", sid.to_lowercase())),
        basic(&format!("AC{}:{token}", "0".repeat(32))),
        basic(&format!("SK{}:{token}", "0".repeat(32))),
        basic("' OR 1=1 --:x"),
        basic(&format!("{}:x", "A".repeat(10_000))),
        format!("Basic {}", STANDARD.encode([0xff, 0xfe, b':', 0xff])),
    ];
    for header in &refused {
        for path in [CONVERSATIONS, "/dwell/v1/Timers", "/v1/Conversations/x/Messages?PageSize=0"] {
            let answer = raw(&app, "GET", path, &[("authorization", header)], "").await;
            assert_eq!(answer.refusal(), (401, 20003), "{header}");
            assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"Twilio API\"");
        }
    }
    let accepted = [good.clone(), good.replace("Basic", "basic"), good.replace("Basic ", "BASIC  ")];
    for header in &accepted {
        assert_eq!(raw(&app, "GET", CONVERSATIONS, &[("authorization", header)], "").await.status, 200, "{header}");
    }
}

#[tokio::test]
async fn keys_are_as_good_as_the_account_until_they_are_gone() {
    let app = TestApp::new().await;
    let account = AccountSid::parse(&app.account.sid).unwrap();
    let (key, secret) = app.engine.create_key(account, "Test".to_owned(), Rights::All).await.unwrap();
    let key_account = Account { sid: key.sid.to_string(), token: secret };
    let made = app.send("POST", CONVERSATIONS, &[], Some(&key_account)).await;
    assert_eq!((made.status, text(&made.body, "account_sid")), (201, app.account.sid.as_str()));
    assert_eq!(app.get(&path_of(&made.body)).await.status, 200, "it is the account's");
    let event = &app.events(sid(&made.body)).await[0];
    assert_eq!(event.actor, key_account.sid, "but the log knows the key");

    let wrong = Account { token: app.account.token.clone(), ..key_account.clone() };
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&wrong)).await.refusal(), (401, 20003));
    app.engine.delete_key(account, key.sid).await.unwrap();
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&key_account)).await.refusal(), (401, 20003));
    assert_eq!(app.get(CONVERSATIONS).await.status, 200);
}

#[tokio::test]
async fn a_new_token_ends_the_old_one_and_a_disabled_account_is_refused() {
    let app = TestApp::new().await;
    let account = AccountSid::parse(&app.account.sid).unwrap();
    assert_eq!(app.get(CONVERSATIONS).await.status, 200);
    let token = app.engine.rotate_auth_token(account, None).await.unwrap();
    assert_eq!(app.get(CONVERSATIONS).await.refusal(), (401, 20003));
    let renewed = Account { token, ..app.account.clone() };
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&renewed)).await.status, 200);
    app.engine.set_account_disabled(account, true).await.unwrap();
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&renewed)).await.refusal(), (401, 20003));
    app.engine.set_account_disabled(account, false).await.unwrap();
    assert_eq!(app.send("GET", CONVERSATIONS, &[], Some(&renewed)).await.status, 200);
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_there() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("UniqueName", "room"), ("Timers.Closed", "PT10M")]).await;
    let message = say(&app, &path, "private").await;
    let participant = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let user = app.fetched("/v1/Users/ann").await;
    let other_service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let before = everything(&app).await;

    let stranger = app.new_account().await;
    let as_stranger =
        async |method: &str, path: &str, form: &[(&str, &str)]| app.send(method, path, form, Some(&stranger)).await;
    let own = as_stranger("GET", "/v1/Configuration", &[]).await.body;
    let own_service = text(&own, "default_chat_service_sid").to_owned();
    let service = text(&c, "chat_service_sid");
    let mut paths = vec![format!("/v1/Services/{}", sid(&other_service)), format!("/v1/Services/{service}")];
    for tree in ["/v1".to_owned(), format!("/v1/Services/{service}"), format!("/v1/Services/{own_service}")] {
        for name in [sid(&c), "room"] {
            let c = format!("{tree}/Conversations/{name}");
            paths.push(c.clone());
            for below in ["Messages", "Participants"] {
                paths.push(format!("{c}/{below}"));
            }
            paths.push(format!("{c}/Messages/{}", sid(&message)));
            paths.push(format!("{c}/Participants/{}", sid(&participant)));
            paths.push(format!("{c}/Participants/ann"));
        }
        paths.push(format!("{tree}/Users/{}", sid(&user)));
        paths.push(format!("{tree}/Users/ann"));
    }
    let foreign_tree = format!("/v1/Services/{service}");
    paths.push(format!("{foreign_tree}/Conversations"));
    paths.push(format!("{foreign_tree}/Users"));
    paths.push(format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c)));
    paths.push("/dwell/v1/Conversations/room/Lifecycle".to_owned());
    let form = [("FriendlyName", "x"), ("Body", "x"), ("Identity", "bob")];
    for path in &paths {
        for method in ["GET", "POST", "DELETE"] {
            let answer = as_stranger(method, path, &form).await;
            assert!(matches!(answer.refusal(), (404, 20404) | (405, 20004)), "{method} {path}: {}", answer.text);
            assert!(method != "GET" || answer.status == 404, "{path}");
        }
    }
    for list in [CONVERSATIONS, "/v1/Users", "/dwell/v1/Timers"] {
        let page = as_stranger("GET", list, &[]).await.body;
        let key = text(&page["meta"], "key");
        assert_eq!(page[key].as_array().unwrap().len(), 0, "{list}");
    }
    let default = [("DefaultChatServiceSid", sid(&other_service))];
    assert_eq!(as_stranger("POST", "/v1/Configuration", &default).await.refusal(), (400, 50050));
    let role = [("Identity", "bob"), ("RoleSid", text(&user, "role_sid"))];
    assert_eq!(as_stranger("POST", "/v1/Users", &role).await.refusal(), (400, 50100));
    assert_eq!(everything(&app).await, before);
    assert_eq!(as_stranger("POST", CONVERSATIONS, &[("UniqueName", "room")]).await.status, 201, "names are its own");
}

#[tokio::test]
async fn another_service_of_the_same_account_is_apart_too() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("UniqueName", "room")]).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let user = app.fetched("/v1/Users/ann").await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&service));
    for below in [
        format!("/Conversations/{}", sid(&c)),
        "/Conversations/room".to_owned(),
        format!("/Conversations/{}/Messages", sid(&c)),
        "/Users/ann".to_owned(),
        format!("/Users/{}", sid(&user)),
    ] {
        assert_eq!(app.get(&format!("{tree}{below}")).await.refusal(), (404, 20404), "{below}");
    }
    assert_eq!(app.post(&format!("{tree}/Conversations"), &[("UniqueName", "room")]).await.status, 201);
    assert_eq!(app.post(&format!("{tree}/Users"), &[("Identity", "ann")]).await.status, 201);
    app.made("/v1/Configuration", &[("DefaultChatServiceSid", sid(&service))]).await;
    let now_default = app.fetched("/v1/Conversations/room").await;
    assert_eq!(now_default["chat_service_sid"], service["sid"], "the short tree is the default service");
    assert_eq!(app.get(&path).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn a_deleted_service_is_gone_at_once_with_everything_in_it() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let tree = format!("/v1/Services/{}", sid(&service));
    let form = [("UniqueName", "room"), ("Timers.Closed", "PT10M")];
    let c = app.made(&format!("{tree}/Conversations"), &form).await;
    let inside = format!("{tree}/Conversations/room");
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    app.made(&format!("{inside}/Participants"), &pair).await;
    app.made(&format!("{tree}/Users"), &[("Identity", "ann")]).await;
    let (_, mine) = conversation(&app, &[]).await;
    assert_eq!(app.fetched("/dwell/v1/Timers").await["timers"].as_array().unwrap().len(), 1);
    assert_eq!(app.delete(&tree).await.status, 204);
    for path in [
        tree.clone(),
        format!("{tree}/Conversations"),
        format!("{tree}/Users"),
        format!("{tree}/Users/ann"),
        inside.clone(),
        format!("{inside}/Messages"),
        format!("{inside}/Participants"),
        format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c)),
    ] {
        assert_eq!(app.get(&path).await.refusal(), (404, 20404), "{path}");
    }
    assert_eq!(app.delete(&tree).await.refusal(), (404, 20404));
    assert_eq!(app.post(&format!("{tree}/Conversations"), &[]).await.refusal(), (404, 20404));
    assert_eq!(app.fetched("/dwell/v1/Timers").await["timers"].as_array().unwrap().len(), 0, "its timers as well");
    assert_eq!(app.post(&format!("{mine}/Participants"), &pair).await.status, 201, "it holds no pair any more");
    let told = app.events(sid(&c)).await.len();
    app.advance(1_000).await;
    while app.engine.sweep().await.unwrap() {}
    assert!(app.events(sid(&c)).await.len() <= told, "no timer of it has fired");
}
