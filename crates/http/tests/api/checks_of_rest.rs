//! The numbered black-box checks of the contract: names, errors, trees, lists and updates.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{
    CONVERSATIONS, all_items, at, conversation, event_kinds, everything, path, path_of, raw, say, sid, sids, text,
};

#[tokio::test]
async fn check_13_a_unique_name_is_as_good_as_the_sid() {
    let app = TestApp::new().await;
    let (c, by_sid) = conversation(&app, &[("UniqueName", "room-1")]).await;
    let by_name = format!("{CONVERSATIONS}/room-1");
    let message = say(&app, &by_name, "one").await;
    let participant = app.made(&format!("{by_name}/Participants"), &[("Identity", "ann")]).await;
    assert_eq!(message["conversation_sid"], c["sid"]);
    for below in [
        String::new(),
        "/Messages".to_owned(),
        format!("/Messages/{}", sid(&message)),
        "/Participants".to_owned(),
        format!("/Participants/{}", sid(&participant)),
        "/Participants/ann".to_owned(),
    ] {
        let named = app.fetched(&format!("{by_name}{below}")).await;
        assert_eq!(named, app.fetched(&format!("{by_sid}{below}")).await, "{below}");
        assert!(!named.to_string().contains("room-1/"), "URLs carry the SID: {named}");
    }
    let life = app.fetched("/dwell/v1/Conversations/room-1/Lifecycle").await;
    assert_eq!(life, app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c))).await);
    let renamed = app.made(&by_name, &[("UniqueName", "room-2")]).await;
    assert_eq!(renamed["sid"], c["sid"]);
    assert_eq!(app.get(&by_name).await.refusal(), (404, 20404), "the old name is gone");
    let message_path = format!("{CONVERSATIONS}/room-2/Messages/{}", sid(&message));
    assert_eq!(app.made(&message_path, &[("Body", "two")]).await["body"], "two");
    assert_eq!(app.delete(&message_path).await.status, 204);
    assert_eq!(app.delete(&format!("{CONVERSATIONS}/room-2/Participants/ann")).await.status, 204);
    assert_eq!(app.delete(&format!("{CONVERSATIONS}/room-2")).await.status, 204);
    assert_eq!(app.get(&by_sid).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn check_14_the_404_names_the_path_without_the_version() {
    let app = TestApp::new().await;
    let service = app.fetched("/v1/Configuration").await["default_chat_service_sid"].as_str().unwrap().to_owned();
    let gone = format!("CH{}", "0".repeat(32));
    for (method, asked, named) in [
        ("GET", format!("/v1/Conversations/{gone}"), format!("/Conversations/{gone}")),
        ("POST", format!("/v1/Conversations/{gone}"), format!("/Conversations/{gone}")),
        ("DELETE", format!("/v1/Conversations/{gone}"), format!("/Conversations/{gone}")),
        ("GET", format!("/v1/Conversations/{gone}/Messages?Order=desc"), format!("/Conversations/{gone}/Messages")),
        ("GET", "/v1/Conversations/a%20b".to_owned(), "/Conversations/a%20b".to_owned()),
        ("GET", format!("/v1/Services/{service}/Conversations/x"), format!("/Services/{service}/Conversations/x")),
        ("GET", "/v1/Users/nobody".to_owned(), "/Users/nobody".to_owned()),
        ("GET", "/v1/Nothing".to_owned(), "/Nothing".to_owned()),
        ("GET", "/v1".to_owned(), "/v1".to_owned()),
        ("GET", "/v11/Conversations".to_owned(), "/v11/Conversations".to_owned()),
        ("GET", "/".to_owned(), "/".to_owned()),
        (
            "GET",
            format!("/dwell/v1/Conversations/{gone}/Lifecycle"),
            format!("/dwell/v1/Conversations/{gone}/Lifecycle"),
        ),
    ] {
        let answer = app.send(method, &asked, &[], Some(&app.account)).await;
        assert_eq!(answer.refusal(), (404, 20404), "{method} {asked}");
        assert_eq!(text(&answer.body, "message"), format!("The requested resource {named} was not found"));
    }
}

#[tokio::test]
async fn check_15_bad_credentials() {
    let app = TestApp::new().await;
    let wrong = dwell_testkit::Account { token: "wrong".to_owned(), ..app.account.clone() };
    let refused = [
        app.send("GET", CONVERSATIONS, &[], None).await,
        app.send("GET", CONVERSATIONS, &[], Some(&wrong)).await,
        app.send("POST", CONVERSATIONS, &[("FriendlyName", "x")], Some(&wrong)).await,
        raw(&app, "GET", CONVERSATIONS, &[("authorization", "Bearer x")], "").await,
    ];
    for answer in refused {
        let expected = json!({
            "code": 20003,
            "message": "Authenticate",
            "more_info": "https://www.twilio.com/docs/errors/20003",
            "status": 401,
        });
        assert_eq!((answer.status, answer.body), (401, expected));
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    }
    assert_eq!(app.get(CONVERSATIONS).await.body["conversations"], json!([]), "nothing was made");
}

/// The body in the short tree that a body in the service tree stands for.
pub(crate) fn in_short_tree(body: &Value, service: &str, drop_service: bool) -> Value {
    let body = body.to_string().replace(&format!("/v1/Services/{service}/"), "/v1/");
    let mut body: Value = serde_json::from_str(&body).unwrap();
    let strip = |item: &mut Value| {
        if drop_service {
            let removed = item.as_object_mut().unwrap().remove("chat_service_sid");
            assert_eq!(removed, Some(json!(service)), "{item}");
        }
    };
    match body["meta"]["key"].as_str().map(str::to_owned) {
        Some(key) => body[&key].as_array_mut().unwrap().iter_mut().for_each(strip),
        None => strip(&mut body),
    }
    body
}

#[tokio::test]
async fn check_16_both_trees_show_the_same() {
    let app = TestApp::new().await;
    let service = app.fetched("/v1/Configuration").await["default_chat_service_sid"].as_str().unwrap().to_owned();
    let tree = format!("/v1/Services/{service}");
    let (c, _) = conversation(&app, &[("UniqueName", "room"), ("Timers.Closed", "PT10M")]).await;
    let c = format!("/Conversations/{}", sid(&c));
    let message = say(&app, &format!("/v1{c}"), "hello").await;
    let participants = format!("/v1{c}/Participants");
    let chat = app.made(&participants, &[("Identity", "ann")]).await;
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    app.made(&participants, &pair).await;
    for (below, only_in_service_tree) in [
        ("/Conversations".to_owned(), false),
        (c.clone(), false),
        ("/Conversations/room".to_owned(), false),
        ("/Users".to_owned(), false),
        ("/Users/ann".to_owned(), false),
        ("/Roles".to_owned(), false),
        (format!("/Roles/{}", text(&chat, "role_sid")), false),
        (format!("{c}/Messages"), true),
        (format!("{c}/Messages/{}", sid(&message)), true),
        (format!("{c}/Participants"), true),
        (format!("{c}/Participants/{}", sid(&chat)), true),
    ] {
        let short = app.fetched(&format!("/v1{below}")).await;
        let long = app.fetched(&format!("{tree}{below}")).await;
        assert_ne!(short, long, "the URLs differ");
        assert_eq!(in_short_tree(&long, &service, only_in_service_tree), short, "{below}");
    }
    // What is made and changed in one tree is answered in its own form.
    for (below, form) in [
        ("/Conversations", ("FriendlyName", "x")),
        (c.as_str(), ("FriendlyName", "x")),
        ("/Users", ("Identity", "bob")),
        ("/Users/bob", ("FriendlyName", "Bob")),
    ] {
        let body = app.made(&format!("{tree}{below}"), &[form]).await;
        assert!(text(&body, "url").starts_with(&format!("http://dwell.test{tree}/")), "{body}");
        assert_eq!(body["chat_service_sid"], json!(service));
    }
    let message = app.made(&format!("{tree}{c}/Messages"), &[("Body", "x")]).await;
    assert_eq!(message["chat_service_sid"], json!(service));
    for link in ["delivery_receipts", "channel_metadata"] {
        assert!(text(&message["links"], link).starts_with(text(&message, "url")), "{message}");
    }
}

#[tokio::test]
async fn check_17_a_next_page_is_followed_verbatim() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[]).await;
    let (messages, participants) = (format!("{inside}/Messages"), format!("{inside}/Participants"));
    for i in 0..3 {
        let name = format!("n{i}");
        if i > 0 {
            conversation(&app, &[]).await;
            app.made("/v1/Services", &[("FriendlyName", &name)]).await;
        }
        say(&app, &inside, &name).await;
        app.made(&participants, &[("Identity", &name)]).await;
    }
    let in_service = format!("/v1/Services/{}/Users", text(&c, "chat_service_sid"));
    for list in [CONVERSATIONS, "/v1/Services", "/v1/Users", &in_service, &messages, &participants] {
        let whole = app.fetched(list).await;
        assert_eq!(whole["meta"]["next_page_url"], json!(null), "{list}");
        let first = app.fetched(&format!("{list}?PageSize=2")).await;
        let second = app.fetched(path(&first["meta"]["next_page_url"])).await;
        assert_eq!((sids(&first).len(), sids(&second).len()), (2, 1), "{list}");
        assert_eq!([sids(&first), sids(&second)].concat(), sids(&whole), "{list}");
        assert_eq!(second["meta"]["next_page_url"], json!(null), "{list}");
        assert_eq!(app.fetched(path(&second["meta"]["url"])).await, second, "a page answers to its own URL");
        assert_eq!(app.fetched(path(&second["meta"]["first_page_url"])).await, first, "{list}");
    }
    let exact = app.fetched(&format!("{messages}?PageSize=3")).await;
    assert_eq!(exact["meta"]["next_page_url"], json!(null), "a full last page has no next one");
}

#[tokio::test]
async fn check_18_order_and_indexes() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let messages = format!("{inside}/Messages");
    for body in ["zero", "one", "two"] {
        say(&app, &inside, body).await;
    }
    let indexes = |items: &[Value]| items.iter().map(|m| m["index"].as_i64().unwrap()).collect::<Vec<_>>();
    let rising = all_items(&app, &messages).await;
    assert_eq!(indexes(&rising), [0, 1, 2]);
    for order in ["desc", "DESC", "Desc"] {
        let mut falling = all_items(&app, &format!("{messages}?Order={order}&PageSize=2")).await;
        falling.reverse();
        assert_eq!(falling, rising, "{order}");
    }
    assert_eq!(all_items(&app, &format!("{messages}?Order=asc&PageSize=1")).await, rising);
    // Neither the last index nor one in the middle comes back.
    for (gone, expected) in [(2, vec![0, 1, 3]), (1, vec![0, 3, 4])] {
        let all = all_items(&app, &messages).await;
        let message = all.iter().find(|m| m["index"] == gone).unwrap();
        assert_eq!(app.delete(&format!("{messages}/{}", sid(message))).await.status, 204);
        say(&app, &inside, "next").await;
        assert_eq!(indexes(&all_items(&app, &messages).await), expected);
    }
}

#[tokio::test]
async fn check_23_attributes_must_be_json() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let message = say(&app, &inside, "x").await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let (messages, participants) = (format!("{inside}/Messages"), format!("{inside}/Participants"));
    let (message, participant) = (format!("{messages}/{}", sid(&message)), format!("{participants}/ann"));
    let before = everything(&app).await;
    for (path, form) in [
        (CONVERSATIONS, ("FriendlyName", "x")),
        (&inside, ("FriendlyName", "x")),
        (&messages, ("Body", "x")),
        (&message, ("Body", "y")),
        (&participants, ("Identity", "bob")),
        (&participant, ("LastReadMessageIndex", "0")),
        ("/v1/Users", ("Identity", "bob")),
        ("/v1/Users/ann", ("FriendlyName", "Ann")),
    ] {
        for bad in ["", "{", "{a:1}", "hello", "{} x"] {
            let answer = app.post(path, &[form, ("Attributes", bad)]).await;
            assert_eq!(answer.refusal(), (400, 50304), "{path} {bad:?}");
            assert_eq!(answer.body["message"], "Attributes not valid JSON");
        }
    }
    assert_eq!(everything(&app).await, before);
    for (path, form) in [(&inside, ("FriendlyName", "x")), (&message, ("Body", "y"))] {
        let kept = app.made(path, &[form, ("Attributes", r#" {"a" : [1, "ü"]}"#)]).await;
        assert_eq!(kept["attributes"], r#" {"a" : [1, "ü"]}"#, "kept as sent");
        assert_eq!(app.made(path, &[("Attributes", "{}")]).await["attributes"], "{}");
    }
}

#[tokio::test]
async fn check_24_an_empty_update_changes_nothing() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room"), ("Timers.Inactive", "PT10M")]).await;
    let message = say(&app, &inside, "x").await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let ann = app.fetched("/v1/Users/ann").await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT1H")]).await;
    app.advance(100).await;
    let (before, told) = (everything(&app).await, (event_kinds(&app, &c).await, event_kinds(&app, &ann).await));
    for path in [
        inside.clone(),
        format!("{CONVERSATIONS}/room"),
        format!("{inside}/Messages/{}", sid(&message)),
        format!("{inside}/Participants/ann"),
        "/v1/Users/ann".to_owned(),
        "/v1/Configuration".to_owned(),
    ] {
        let shown = app.fetched(&path).await;
        // Unknown parameters are none.
        for form in [&[][..], &[("Unknown", "1"), ("state", "closed"), ("friendlyName", "x")]] {
            let answer = app.post(&path, form).await;
            assert_eq!((answer.status, &answer.body), (200, &shown), "{path}");
        }
    }
    assert_eq!(everything(&app).await, before);
    assert_eq!((event_kinds(&app, &c).await, event_kinds(&app, &ann).await), told);
}

#[tokio::test]
async fn check_25_default_timers_hold_for_new_conversations_only() {
    let app = TestApp::new().await;
    let (old, old_path) = conversation(&app, &[]).await;
    let form = [("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT30000S")];
    let configuration = app.made("/v1/Configuration", &form).await;
    let shown = |c: &Value| [c["default_inactive_timer"].clone(), c["default_closed_timer"].clone()];
    assert_eq!(shown(&configuration), [json!("PT5M"), json!("PT30000S")], "echoed as sent");
    assert_eq!(app.fetched("/v1/Configuration").await, configuration);
    assert_eq!(app.fetched(&old_path).await, old);
    let (new, new_path) = conversation(&app, &[]).await;
    assert_eq!(new["timers"], json!({"date_inactive": at(300), "date_closed": at(30_300)}));
    // Other services of the account have them too.
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let elsewhere = app.made(&format!("/v1/Services/{}/Conversations", sid(&service)), &[]).await;
    assert_eq!(elsewhere["timers"], new["timers"]);
    // Later defaults leave it alone.
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT0S"), ("DefaultClosedTimer", "PT1H")]).await;
    assert_eq!(app.fetched(&new_path).await, new);
    app.advance(30_300).await;
    assert_eq!(app.fetched(&new_path).await["state"], "closed");
    assert_eq!(app.fetched(&old_path).await["state"], "active");
    assert_eq!(app.fetched(&path_of(&old)).await["timers"], json!({}));
}
