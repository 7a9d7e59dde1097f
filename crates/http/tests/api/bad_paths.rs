//! Paths and methods that nothing answers to.

use std::collections::BTreeSet;

use dwell_testkit::TestApp;

use crate::support::{CONVERSATIONS, conversation, everything, raw, say, sid, text};

#[tokio::test]
async fn unknown_paths() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("UniqueName", "room")]).await;
    let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
    let service = text(&c, "chat_service_sid").to_owned();
    let mut paths: Vec<String> =
        ["/", "//", "/v1", "/v1/", "/v2/Conversations", "/V1/Conversations", "/v1/conversations", "/v1/Conversation"]
            .map(str::to_owned)
            .into();
    paths.extend(
        ["/dwell", "/dwell/v1", "/dwell/v2/Timers", "/dwell/v1/timers", "/health", "/healthz/x"].map(str::to_owned),
    );
    paths.extend(["/v1//Conversations", "/v1/./Conversations", "/v1/../v1/Conversations"].map(str::to_owned));
    // A slash at the end makes it another path, with nothing behind it.
    for known in [CONVERSATIONS, "/v1/Users", "/v1/Services", "/v1/Configuration", "/dwell/v1/Timers", &path, &message]
    {
        paths.push(format!("{known}/"));
    }
    for below in ["Webhooks/x/y", "Messages/x/y", "Nothing", "Messages//", "/Messages", "messages"] {
        paths.push(format!("{path}/{below}"));
    }
    for below in ["Configuration/x", "Nothing", "Services/x/y/z"] {
        paths.push(format!("/v1/{below}"));
        paths.push(format!("/v1/Services/{service}/{below}"));
    }
    let before = everything(&app).await;
    for path in &paths {
        for method in ["GET", "POST", "DELETE"] {
            let answer = app.send(method, path, &[("FriendlyName", "x")], Some(&app.account)).await;
            assert_eq!(answer.refusal(), (404, 20404), "{method} {path}");
        }
    }
    for service in ["", "IS", "IS1", &service[..33], &format!("{service}0"), &service.to_uppercase(), "CH0", "x"] {
        for list in ["Conversations", "Users"] {
            let path = format!("/v1/Services/{service}/{list}");
            assert_eq!(app.get(&path).await.refusal(), (404, 20404), "{path}");
            assert_eq!(app.post(&path, &[("Identity", "ann")]).await.refusal(), (404, 20404), "{path}");
        }
    }
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn wrong_methods() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    let tree = format!("/v1/Services/{}", text(&c, "chat_service_sid"));
    let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let before = everything(&app).await;
    for (path, allowed) in [
        ("/v1/Configuration".to_owned(), "GET POST"),
        ("/v1/Services".to_owned(), "GET POST"),
        (tree.clone(), "DELETE GET"),
        (CONVERSATIONS.to_owned(), "GET POST"),
        (path.clone(), "DELETE GET POST"),
        (format!("{tree}/Conversations"), "GET POST"),
        (format!("{tree}/Conversations/{}", sid(&c)), "DELETE GET POST"),
        (format!("{path}/Messages"), "GET POST"),
        (message.clone(), "DELETE GET POST"),
        (format!("{path}/Participants"), "GET POST"),
        (format!("{path}/Participants/ann"), "DELETE GET POST"),
        ("/v1/Users".to_owned(), "GET POST"),
        ("/v1/Roles".to_owned(), "GET POST"),
        (format!("{tree}/Roles/RL{0}", "0".repeat(32)), "DELETE GET POST"),
        ("/v1/Credentials".to_owned(), "GET POST"),
        (format!("/v1/Credentials/CR{}", "0".repeat(32)), "DELETE GET POST"),
        (format!("{tree}/Bindings"), "GET"),
        (format!("{tree}/Bindings/BS{}", "0".repeat(32)), "DELETE GET"),
        (format!("{tree}/Configuration"), "GET POST"),
        (format!("{tree}/Configuration/Notifications"), "GET POST"),
        ("/v1/Users/ann".to_owned(), "DELETE GET POST"),
        ("/v1/Users/ann/Conversations".to_owned(), "GET"),
        (format!("/v1/Users/ann/Conversations/{}", sid(&c)), "DELETE GET POST"),
        ("/v1/ParticipantConversations".to_owned(), "GET"),
        (format!("{message}/Receipts"), "GET"),
        (format!("{message}/Receipts/DY00000000000000000000000000000000"), "GET"),
        ("/dwell/v1/Timers".to_owned(), "GET"),
        ("/dwell/v1/LastCall".to_owned(), "GET POST"),
        ("/dwell/v1/Channels".to_owned(), "GET POST"),
        (format!("/dwell/v1/Channels/CN{}", "0".repeat(32)), "DELETE GET POST"),
        (format!("/dwell/v1/Channels/CN{}/Status", "0".repeat(32)), "POST"),
        ("/dwell/v1/Phones/+15552223333/Messages".to_owned(), "GET POST"),
        (format!("/dwell/v1/Phones/+15552223333/Messages/SM{}", "0".repeat(32)), "GET POST"),
        ("/dwell/v1/TestClock".to_owned(), "GET"),
        ("/dwell/v1/TestClock/Advance".to_owned(), "POST"),
        ("/dwell/v1/TestClock/Freeze".to_owned(), "POST"),
        ("/dwell/v1/TestClock/Resume".to_owned(), "POST"),
        (format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c)), "GET"),
        ("/healthz".to_owned(), "GET"),
        ("/readyz".to_owned(), "GET"),
        ("/openapi.json".to_owned(), "GET"),
    ] {
        let allowed: BTreeSet<_> = allowed.split(' ').collect();
        for method in ["GET", "POST", "DELETE", "PUT", "PATCH", "TRACE", "BREW"] {
            if allowed.contains(method) {
                continue;
            }
            let answer = app.send(method, &path, &[], Some(&app.account)).await;
            assert_eq!(answer.refusal(), (405, 20004), "{method} {path}");
            let told = answer.headers["allow"].to_str().unwrap();
            let told: BTreeSet<_> = told.split(',').map(str::trim).filter(|method| *method != "HEAD").collect();
            assert_eq!(told, allowed, "{method} {path}");
        }
    }
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[]).await;
    for (path, status) in [(path.as_str(), 200), ("/v1/Conversations/none", 404), ("/healthz", 200)] {
        let answer = app.send("HEAD", path, &[], Some(&app.account)).await;
        assert_eq!((answer.status, answer.text.as_str()), (status, ""), "{path}");
    }
}

#[tokio::test]
async fn odd_segments_name_nothing() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("UniqueName", "room")]).await;
    say(&app, &path, "x").await;
    app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let before = everything(&app).await;
    let long = "x".repeat(20_000);
    let (sid, upper) = (sid(&c), sid(&c).to_uppercase());
    let (short, long_sid) = (&sid[..33], format!("{sid}0"));
    let odd = [
        "room%2F",
        "%2Froom",
        "room%00",
        "%00",
        "%",
        "%zz",
        "%2",
        "room%zz",
        "%FF",
        "%C3%28",
        "%ED%A0%80",
        "%2E%2E",
        "..",
        "ROOM",
        "Room",
        "room%20",
        "%20",
        "+",
        "room+",
        "*",
        "%25",
        "%27%20OR%201=1",
        "null",
        "{sid}",
        "😀",
        "%F0%9F%98%80",
        "ü",
        "room%0A",
        "room;x=1",
        "room%3F",
        "room%23",
        "-1",
        "0",
        "ＲＯＯＭ",
        &long,
        short,
        &long_sid,
        &upper,
    ];
    for segment in odd {
        for path in [
            format!("{CONVERSATIONS}/{segment}"),
            format!("{CONVERSATIONS}/{segment}/Messages"),
            format!("{CONVERSATIONS}/{segment}/Participants"),
            format!("{path}/Messages/{segment}"),
            format!("{path}/Participants/{segment}"),
            format!("/v1/Users/{segment}"),
            format!("/v1/Services/{segment}"),
            format!("/v1/Services/{segment}/Conversations"),
            format!("/v1/Services/{segment}/Conversations/room"),
            format!("/dwell/v1/Conversations/{segment}/Lifecycle"),
        ] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = app.send(method, &path, &[("Body", "x")], Some(&app.account)).await;
                let refusal = answer.refusal();
                let shown: String = path.chars().take(120).collect();
                assert!(matches!(refusal, (404, 20404) | (405, 20004)), "{method} {shown}: {refusal:?}");
            }
        }
    }
    assert_eq!(everything(&app).await, before);
    // Percent signs that hide nothing are as good as none.
    assert_eq!(app.fetched("/v1/Conversations/%72oom").await, app.fetched(&path).await);
}

#[tokio::test]
async fn bytes_that_are_no_text_in_a_path() {
    let app = TestApp::new().await;
    for path in [&b"/v1/Conversations/\xff\xfe"[..], b"/v1/Conversations/\xc3", b"/\xff", b"/v1/Users?PageSize=\xff"] {
        // Most never get past the reader of requests; what does is answered.
        let Ok(uri) = axum::http::Uri::try_from(path) else { continue };
        let answer = raw(&app, "GET", &uri.to_string(), &[("authorization", &app.account.authorization())], "").await;
        assert!((400..500).contains(&answer.refusal().0), "{uri}");
    }
}
