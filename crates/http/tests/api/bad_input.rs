//! Bodies, queries and headers that cannot be understood.

use std::sync::Arc;

use dwell_testkit::{Answer, TestApp};

use crate::support::{CONVERSATIONS, FORM_TYPE, Pieces, conversation, everything, path, post_with, raw, say, text};

async fn post_body(app: &TestApp, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let authorization = app.account.authorization();
    let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
    raw(app, "POST", path, &headers[..if content_type.is_empty() { 1 } else { 2 }], body.into()).await
}

#[tokio::test]
async fn bodies_that_are_no_forms() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let messages = format!("{inside}/Messages");
    let before = everything(&app).await;
    for (content_type, body) in [
        ("application/json", &b"{\"Body\": \"x\"}"[..]),
        ("", b"Body=x"),
        ("text/plain", b"Body=x"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
        ("application/x-www-form-urlencoded-not", b"Body=x"),
        ("garbage", b"Body=x"),
        (FORM_TYPE, b"Body=%FF"),
        (FORM_TYPE, b"Body=\xff"),
        (FORM_TYPE, b"Body=x&Author=%C3%28"),
        (FORM_TYPE, b"Body=x&Unknown=%FF"),
        (FORM_TYPE, b"%FF=x&Body=x"),
        (FORM_TYPE, b"Body=%ED%A0%80"),
        (FORM_TYPE, b"Body=a%00b"),
        (FORM_TYPE, b"Body=\0"),
        (FORM_TYPE, b"Body=x&Author=%00"),
        (FORM_TYPE, b"Body=x&Body=y"),
        (FORM_TYPE, b"Body=x&Body=x"),
        (FORM_TYPE, b"Body=x&Author=a&Author="),
        (FORM_TYPE, b"Body=x&%42ody=y"),
    ] {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(
            post_body(&app, &messages, content_type, body).await.refusal(),
            (400, 20001),
            "{content_type} {shown}"
        );
    }
    assert_eq!(everything(&app).await, before);
    let json = post_body(&app, &messages, "application/json", "{}").await;
    let told = "Send the parameters as a body of type application/x-www-form-urlencoded; this one is application/json";
    assert_eq!(text(&json.body, "message"), told);
    let both = post_body(&app, &messages, FORM_TYPE, "Body=a&Body=b&Author=x%00y").await;
    assert_eq!(text(&both.body, "message"), "Body is given more than once; Author contains a null character");
    for (content_type, body) in [
        ("application/x-www-form-urlencoded; charset=UTF-8", "Body=x"),
        ("Application/X-WWW-Form-Urlencoded", "Body=x&&=&=y&x=1&x=2"),
        (FORM_TYPE, "Body=%zz"),
        (FORM_TYPE, "Body=%F0%9F%98%80+%C3%BC"),
    ] {
        assert_eq!(post_body(&app, &messages, content_type, body).await.status, 201, "{content_type} {body}");
    }
    // An update without a body needs no type.
    assert_eq!(post_body(&app, &inside, "", "").await.status, 200);
    assert_eq!(post_body(&app, &inside, "application/json", "").await.status, 200);
}

#[tokio::test]
async fn bodies_over_the_limit() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let messages = format!("{inside}/Messages");
    let limit = dwell_http::Options::default().body_bytes_max;
    let before = everything(&app).await;
    for size in [limit + 1, limit * 4] {
        let mut body = b"Body=x&Unknown=".to_vec();
        body.resize(size, b'x');
        for path in [&messages, CONVERSATIONS, "/v1/Configuration", "/dwell/v1/TestClock/Advance"] {
            assert_eq!(post_body(&app, path, FORM_TYPE, body.clone()).await.refusal(), (413, 20413), "{path} {size}");
        }
        let answer = raw(&app, "POST", &messages, &[("content-type", FORM_TYPE)], body).await;
        assert_eq!(answer.refusal(), (401, 20003), "a stranger's body is not read");
    }
    assert_eq!(everything(&app).await, before);
    let mut body = b"Body=x&Unknown=".to_vec();
    body.resize(limit, b'x');
    assert_eq!(post_body(&app, &messages, FORM_TYPE, body).await.status, 201, "at the limit");

    let small = TestApp::new().await.with_options(dwell_http::Options { body_bytes_max: 10, ..Default::default() });
    assert_eq!(post_body(&small, CONVERSATIONS, FORM_TYPE, "State=inactive").await.refusal(), (413, 20413));
    assert_eq!(post_body(&small, CONVERSATIONS, FORM_TYPE, "Unknown=12").await.status, 201);
}

#[tokio::test]
async fn bodies_that_do_not_end() {
    let app = Arc::new(TestApp::new().await);
    let before = everything(&app).await;
    let (piece, body) = Pieces::channel();
    let request = tokio::spawn({
        let app = app.clone();
        async move {
            let authorization = app.account.authorization();
            let headers = [("authorization", authorization.as_str()), ("content-type", FORM_TYPE)];
            raw(&app, "POST", CONVERSATIONS, &headers, body).await
        }
    });
    // The second piece is taken when the first was read.
    for text in ["Friendly", "Na"] {
        piece.send(text.into()).await.unwrap();
    }
    app.clock.advance(74);
    tokio::task::yield_now().await;
    assert!(!request.is_finished());
    app.clock.advance(1);
    assert_eq!(request.await.unwrap().refusal(), (408, 20408));
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn the_webhook_header_means_nothing_where_nothing_hears_of_it() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let authorization = app.account.authorization();
    let garbled = [("authorization", authorization.as_str()), ("x-twilio-webhook-enabled", "maybe")];
    for path in [CONVERSATIONS, &inside, "/v1/Configuration", "/v1/Users", "/dwell/v1/Timers"] {
        assert_eq!(raw(&app, "GET", path, &garbled, "").await.status, 200, "{path}");
    }
    let form = [("FriendlyName", "x")];
    for path in ["/v1/Configuration", "/v1/Services"] {
        assert!(post_with(&app, path, &form, garbled[1]).await.status < 300, "{path}");
    }
}

#[tokio::test]
async fn the_webhook_header_is_true_or_false() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[]).await;
    let before = everything(&app).await;
    let header = |value| ("x-twilio-webhook-enabled", value);
    for bad in ["", "1", "yes", "true,false", "True False", "tru", "\u{ff}"] {
        for path in [CONVERSATIONS, &inside, "/v1/Users"] {
            let answer = post_with(&app, path, &[("FriendlyName", "x"), ("Identity", "ann")], header(bad)).await;
            assert_eq!(answer.refusal(), (400, 20001), "{path} {bad:?}");
        }
    }
    assert_eq!(everything(&app).await, before);
    for (value, notify) in [("true", true), ("TRUE", true), ("True", true), ("false", false), ("False", false)] {
        assert_eq!(post_with(&app, &inside, &[("FriendlyName", value)], header(value)).await.status, 200);
        let last = app.events(c["sid"].as_str().unwrap()).await.pop().unwrap();
        assert_eq!((last.kind.as_str(), last.notify), ("onConversationUpdated", notify), "{value}");
    }
}

#[tokio::test]
async fn dates() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let before = everything(&app).await;
    for bad in [
        "",
        " ",
        "now",
        "0",
        "1767225600",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00+99:00",
        "99999-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\u{0}",
        "2026-01-01T00:00:00Zx",
        "٢٠٢٦-01-01T00:00:00Z",
    ] {
        for (name, code) in [("DateCreated", 50308), ("DateUpdated", 50309)] {
            let expected = if bad.contains('\0') { 20001 } else { code };
            assert_eq!(app.post(&inside, &[(name, bad)]).await.refusal(), (400, expected), "{name}={bad:?}");
        }
    }
    assert_eq!(everything(&app).await, before);
    for (sent, shown) in [
        ("2015-12-16T22:18:37Z", "2015-12-16T22:18:37Z"),
        ("2015-12-16T22:18:37.999Z", "2015-12-16T22:18:37Z"),
        ("2015-12-16T23:18:37+01:00", "2015-12-16T22:18:37Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z"),
    ] {
        let updated = app.made(&inside, &[("DateCreated", sent), ("DateUpdated", sent)]).await;
        assert_eq!((text(&updated, "date_created"), text(&updated, "date_updated")), (shown, shown), "{sent}");
        let made = app.made(&format!("{inside}/Messages"), &[("Body", "x"), ("DateCreated", sent)]).await;
        assert_eq!((text(&made, "date_created"), text(&made, "date_updated")), (shown, shown), "{sent}");
        let (c, _) = conversation(&app, &[("DateCreated", sent), ("Timers.Closed", "PT10M")]).await;
        assert_eq!(text(&c, "date_created"), shown);
        assert_eq!(c["timers"]["date_closed"], "2026-01-01T00:10:00Z", "clocks run from the real moment");
    }
}

#[tokio::test]
async fn page_numbers_and_sizes() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("Timers.Closed", "PT1H")]).await;
    for _ in 0..3 {
        say(&app, &inside, "x").await;
    }
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let life = format!("/dwell/v1/Conversations/{}/Lifecycle", c["sid"].as_str().unwrap());
    for (list, max) in [
        (CONVERSATIONS, 100),
        (&format!("{inside}/Messages"), 100),
        (&format!("{inside}/Participants"), 100),
        ("/v1/Services", 100),
        ("/v1/Users", 50),
        ("/dwell/v1/Timers", 1_000),
        ("/dwell/v1/Channels", 100),
        ("/dwell/v1/Phones/+15552223333/Messages", 100),
        (&life, 1_000),
    ] {
        for bad in ["0", "-1", "", "x", "1.5", "1e1", "+1", "0x10", "%201", "1%20", "00", "%D9%A3", "1%00", "NaN"] {
            assert_eq!(app.get(&format!("{list}?PageSize={bad}")).await.refusal(), (400, 20001), "{list} {bad}");
        }
        for bad in ["-1", "", "x", "1.5", "+1"] {
            assert_eq!(app.get(&format!("{list}?Page={bad}")).await.refusal(), (400, 20001), "{list} {bad}");
        }
        for twice in ["PageSize=1&PageSize=1", "Page=0&Page=0", "PageSize=1&%50ageSize=2"] {
            assert_eq!(app.get(&format!("{list}?{twice}")).await.refusal(), (400, 20001), "{list} {twice}");
        }
        assert_eq!(app.get(&format!("{list}?PageSize=%FF")).await.refusal(), (400, 20001));
        for (size, used) in [
            ("1", 1),
            ("007", 7),
            (&(max + 1).to_string(), max),
            ("18446744073709551616", max),
            (&"9".repeat(500), max),
        ] {
            let page = app.fetched(&format!("{list}?PageSize={size}")).await;
            assert_eq!(page["meta"]["page_size"], used, "{list} {size}");
        }
        // The number of a page is the client's own bookkeeping, but it must not break anything.
        for page in ["7", "18446744073709551615", "18446744073709551616"] {
            assert_eq!(app.get(&format!("{list}?PageSize=1&Page={page}")).await.status, 200, "{list} {page}");
        }
    }
}

#[tokio::test]
async fn page_tokens_of_other_lists_and_of_none() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("Timers.Closed", "PT1H")]).await;
    for (i, state) in [(1, "inactive"), (1, "active"), (2, "inactive")] {
        conversation(&app, &[("Timers.Closed", "PT1H")]).await;
        say(&app, &inside, "x").await;
        app.made("/v1/Services", &[("FriendlyName", state)]).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", &state.repeat(i))]).await;
        app.made(&inside, &[("State", state)]).await;
    }
    let life = format!("/dwell/v1/Conversations/{}/Lifecycle", c["sid"].as_str().unwrap());
    let (messages, participants) = (format!("{inside}/Messages"), format!("{inside}/Participants"));
    let lists = [CONVERSATIONS, &messages, &participants, "/v1/Services", "/v1/Users", "/dwell/v1/Timers", &life];
    let mut tokens = Vec::new();
    for list in lists {
        let page = app.fetched(&format!("{list}?PageSize=1")).await;
        let next = path(&page["meta"]["next_page_url"]).to_owned();
        assert_eq!(app.get(&next).await.status, 200);
        tokens.push((list, next.split_once("PageToken=").unwrap().1.to_owned()));
    }
    for list in lists {
        for (of, token) in &tokens {
            let answer = app.get(&format!("{list}?PageToken={token}")).await;
            if *of == list {
                assert_eq!(answer.status, 200, "{list}");
            } else {
                assert_eq!(answer.refusal(), (400, 20001), "{list} with the token of {of}");
            }
        }
        let good = &tokens.iter().find(|(of, _)| *of == list).unwrap().1;
        for bad in [
            "",
            "PT",
            "x",
            "PT!!!",
            "PT%00",
            "PTAAAA",
            "PT_____w",
            "PAIM0",
            "null",
            &good[2..],
            &good.to_lowercase(),
            &"P".repeat(10_000),
            "PT%FF",
        ] {
            let answer = app.get(&format!("{list}?PageToken={bad}")).await;
            assert_eq!(answer.refusal(), (400, 20001), "{list} {}", &bad[..bad.len().min(80)]);
        }
    }
}

#[tokio::test]
async fn orders_and_filters() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    for (query, code) in [
        ("/Messages?Order=", 20001),
        ("/Messages?Order=up", 20001),
        ("/Messages?Order=asc%20", 20001),
        ("/Messages?Order=asc,desc", 20001),
        ("/Messages?Order=asc&Order=desc", 20001),
        ("/Messages?Order=%00", 20001),
    ] {
        assert_eq!(app.get(&format!("{inside}{query}")).await.refusal(), (400, code), "{query}");
    }
    for (query, code) in [
        ("State=", 50378),
        ("State=starting", 50378),
        ("State=active&State=closed", 20001),
        ("StartDate=", 20001),
        ("StartDate=2026-01-01", 20001),
        ("EndDate=tomorrow", 20001),
        ("EndDate=2026-01-01T00:00:00Z&EndDate=2026-01-01T00:00:00Z", 20001),
        ("StartDate=2026-01-01T00:00:01Z&EndDate=2026-01-01T00:00:00Z", 50396),
    ] {
        assert_eq!(app.get(&format!("{CONVERSATIONS}?{query}")).await.refusal(), (400, code), "{query}");
    }
    assert_eq!(
        app.get(&format!("{CONVERSATIONS}?Unknown=x&state=foo&=&&")).await.status,
        200,
        "unknown names are passed over"
    );
}
