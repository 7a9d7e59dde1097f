//! Files of messages: uploaded, fetched, given to messages, removed.

use std::sync::Arc;

use axum::body::Body;
use dwell_engine::media::Options;
use dwell_testkit::{Answer, TestApp};
use object_store::memory::InMemory;
use serde_json::{Value, json};

use crate::support::{CONVERSATIONS, Pieces, conversation, default_service, raw, sid, text};

/// The reasons that are provoked here.
pub(crate) const REASONS: &[&str] = &["MediaAttached", "MediaTypeInvalid", "MediaTooLarge", "MediaLinkInvalid"];

const PNG: &str = "image/png";

async fn service(app: &TestApp) -> String {
    format!("/v1/Services/{}", default_service(app).await)
}

async fn upload(app: &TestApp, query: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let authorization = app.account.authorization();
    let headers = [&[("host", "dwell.test"), ("authorization", &*authorization)], headers].concat();
    raw(app, "POST", &format!("{}/Media{query}", service(app).await), &headers, body).await
}

async fn fetch(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let authorization = app.account.authorization();
    raw(app, "GET", path, &[&[("authorization", &*authorization)], headers].concat(), "").await
}

async fn content_path(app: &TestApp, media: &Value) -> String {
    format!("{}/Media/{}/Content", service(app).await, sid(media))
}

/// Path and query of a URL of this server.
fn below(url: &Value) -> &str {
    url.as_str().unwrap().strip_prefix("http://dwell.test").unwrap()
}

fn link(media: &Value) -> &str {
    below(&media["links"]["content_direct_temporary"])
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_in() {
    let app = TestApp::new().await;
    let answer = upload(&app, "?Filename=car.png&Category=media", &[("content-type", PNG)], "bytes").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let media = answer.body;
    let url = format!("http://dwell.test{}/Media/{}", service(&app).await, sid(&media));
    let shown = json!({
        "sid": sid(&media),
        "service_sid": default_service(&app).await,
        "channel_sid": null,
        "message_sid": null,
        "date_created": "2026-01-01T00:00:00Z",
        "date_upload_updated": "2026-01-01T00:00:00Z",
        "date_updated": "2026-01-01T00:00:00Z",
        "size": 5,
        "content_type": PNG,
        "filename": "car.png",
        "category": "media",
        "author": "system",
        "is_multipart_upstream": false,
        "url": url,
        "links": {"content": format!("{url}/Content"), "content_direct_temporary": media["links"]["content_direct_temporary"]},
    });
    assert_eq!(media, shown);
    assert_eq!(fetch(&app, below(&media["url"]), &[("host", "dwell.test")]).await.body, shown);
    let content = fetch(&app, below(&media["links"]["content"]), &[("origin", "https://page.example")]).await;
    assert_eq!((content.status, content.text.as_str()), (200, "bytes"));
    for (name, value) in [
        ("content-type", PNG),
        ("content-length", "5"),
        ("content-disposition", "inline; filename=\"car.png\"; filename*=UTF-8''car.png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ("accept-ranges", "bytes"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(content.headers[name], value, "{name}");
    }
    let direct = raw(&app, "GET", link(&media), &[], "").await;
    assert_eq!((direct.status, direct.text.as_str()), (200, "bytes"));
    let head = raw(&app, "HEAD", link(&media), &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.headers["content-length"], "5");
}

#[tokio::test]
async fn what_a_browser_could_run_is_only_saved() {
    let app = TestApp::new().await;
    for (content_type, filename, disposition) in [
        ("text/html", "a.html", "attachment; filename=\"a.html\"; filename*=UTF-8''a.html"),
        ("image/svg+xml", "a.svg", "attachment; filename=\"a.svg\"; filename*=UTF-8''a.svg"),
        ("application/pdf", "", "attachment"),
        (PNG, "%C3%A9%22%0b.png", ""),
        (PNG, "%C3%A9%22%20x.png", "inline; filename=\"__ x.png\"; filename*=UTF-8''%C3%A9%22%20x.png"),
    ] {
        let answer = upload(&app, &format!("?Filename={filename}"), &[("content-type", content_type)], "x").await;
        if disposition.is_empty() {
            assert_eq!(answer.refusal(), (400, 20001), "{filename}");
            continue;
        }
        let content = fetch(&app, &content_path(&app, &answer.body).await, &[]).await;
        assert_eq!(content.headers["content-disposition"], disposition);
        assert_eq!(content.headers["content-type"], content_type);
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_served() {
    let app = TestApp::new().await;
    let media = app.uploaded(PNG, "a", "0123456789").await;
    for (range, status, content, said) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=0-99", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=1-2,4-5", 200, "0123456789", ""),
    ] {
        let answer = fetch(&app, link(&media), &[("range", range)]).await;
        assert_eq!((answer.status, answer.text.as_str()), (status, content), "{range}");
        let found = answer.headers.get("content-range").map_or("", |value| value.to_str().unwrap());
        assert_eq!(found, said, "{range}");
    }
    let answer = fetch(&app, link(&media), &[("range", "bytes=2-4"), ("if-range", "\"x\"")]).await;
    assert_eq!(answer.status, 200, "nobody was given anything to compare with");
}

const BOUNDARY: (&str, &str) = ("content-type", "multipart/form-data; boundary=XX");

#[tokio::test]
async fn the_part_of_a_form_is_the_file() {
    let app = TestApp::new().await;
    let form = |head: &str| format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\nby--tes\r\n--XX--\r\n");
    for (head, query, content_type, filename) in [
        ("name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png", "", PNG, "a.png"),
        ("name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png", "?Filename=b.png", PNG, "b.png"),
        ("name=\"c.bin\"", "", "application/octet-stream", "c.bin"),
    ] {
        let answer = upload(&app, query, &[BOUNDARY], form(head)).await;
        assert_eq!(answer.status, 201, "{head}: {}", answer.text);
        let media = answer.body;
        assert_eq!((text(&media, "content_type"), text(&media, "filename")), (content_type, filename), "{head}");
        assert_eq!(media["size"], 7);
        assert_eq!(raw(&app, "GET", link(&media), &[], "").await.text, "by--tes");
    }
    let one = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    for (name, bad) in [
        ("no part", "--XX--\r\n".to_owned()),
        ("two parts", format!("{one}{one}--XX--\r\n")),
        ("no end", one.to_owned()),
        ("no form", "bytes".to_owned()),
        ("a long head", format!("--XX\r\nX: {}\r\n\r\n1\r\n--XX--\r\n", "x".repeat(100_000))),
    ] {
        assert_eq!(upload(&app, "", &[BOUNDARY], bad).await.refusal(), (400, 20001), "{name}");
    }
    let empty = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--XX--\r\n";
    assert_eq!(upload(&app, "", &[BOUNDARY], empty).await.refusal(), (400, 20001), "an empty file");
}

#[tokio::test]
async fn a_large_file_goes_through_in_pieces() {
    let app = TestApp::new().await;
    let piece = bytes_of(1_000_000);
    let (sender, body) = Pieces::channel();
    let sending = tokio::spawn(async move {
        for _ in 0..12 {
            sender.send(piece.clone().into()).await.unwrap();
        }
    });
    let answer = upload(&app, "", &[("content-type", "video/mp4")], body).await;
    sending.await.unwrap();
    assert_eq!((answer.status, &answer.body["size"]), (201, &json!(12_000_000)));
    let content = fetch(&app, link(&answer.body), &[]).await;
    assert_eq!(content.text.len(), 12_000_000);
    assert!(content.text.as_bytes().chunks(1_000_000).all(|chunk| chunk == bytes_of(1_000_000)));
}

fn bytes_of(count: usize) -> Vec<u8> {
    (0..count).map(|i| b'a' + (i % 23) as u8).collect()
}

#[tokio::test]
async fn uploads_have_limits() {
    let media = Options { bytes_max: 10, uploads_max: 1, ..Options::new(Arc::new(InMemory::new())) };
    let app = TestApp::keeping(media).await;
    let png = ("content-type", PNG);
    assert_eq!(upload(&app, "", &[png], "0123456789").await.status, 201);
    assert_eq!(upload(&app, "", &[png], "0123456789a").await.refusal(), (413, 50512));
    assert_eq!(upload(&app, "", &[png, ("content-length", "999999")], "").await.refusal(), (413, 50512), "announced");
    let form = format!("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--XX--\r\n", "x".repeat(11));
    assert_eq!(upload(&app, "", &[BOUNDARY], form).await.refusal(), (413, 50512));
    assert_eq!(upload(&app, "", &[png], "").await.refusal(), (400, 20001), "empty");
    assert_eq!(upload(&app, "", &[], "x").await.refusal(), (400, 50511), "no type");
    assert_eq!(upload(&app, "", &[("content-type", "png")], "x").await.refusal(), (400, 50511));
    assert_eq!(upload(&app, "?Category=x", &[png], "x").await.refusal(), (400, 20001));
    assert_eq!(app.engine.collect_media().await.unwrap(), 3, "what was given up goes at once");

    let app = Arc::new(app);
    let (sender, body) = Pieces::channel();
    let slow = tokio::spawn({
        let app = app.clone();
        async move { upload(&app, "", &[("content-type", PNG)], body).await }
    });
    sender.send("x".into()).await.unwrap();
    sender.send("y".into()).await.unwrap();
    let answer = upload(&app, "", &[png], "x").await;
    assert_eq!(answer.refusal(), (503, 20503), "one at a time");
    assert!(answer.headers.contains_key("retry-after"));
    app.clock.advance(75);
    assert_eq!(slow.await.unwrap().refusal(), (408, 20408), "too slow");
    assert_eq!(upload(&app, "", &[png], "x").await.status, 201, "its place is free");
}

#[tokio::test]
async fn whoever_may_not_see_a_file_does_not() {
    let app = TestApp::new().await;
    let media = app.uploaded(PNG, "a", "x").await;
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let stranger = app.new_account().await;
    let paths = [below(&media["url"]).to_owned(), content_path(&app, &media).await];
    for path in &paths {
        assert_eq!(app.send("GET", path, &[], None).await.refusal(), (401, 20003));
        assert_eq!(app.send("GET", path, &[], Some(&stranger)).await.refusal(), (404, 20404));
        let elsewhere = path.replace(&default_service(&app).await, sid(&other));
        assert_eq!(app.get(&elsewhere).await.refusal(), (404, 20404));
        assert_eq!(app.get(path).await.status, 200);
    }
    let (_, room) = conversation(&app, &[]).await;
    let there = app.made(&format!("/v1/Services/{}/Conversations", sid(&other)), &[]).await;
    let messages = format!("{}/Messages", below(&there["url"]));
    assert_eq!(app.post(&messages, &[("MediaSid", sid(&media))]).await.refusal(), (400, 50507), "of another service");
    let foreign = app.send("POST", CONVERSATIONS, &[], Some(&stranger)).await.body;
    let messages = format!("{CONVERSATIONS}/{}/Messages", sid(&foreign));
    let answer = app.send("POST", &messages, &[("MediaSid", sid(&media))], Some(&stranger)).await;
    assert_eq!(answer.refusal(), (400, 50507), "of another account");
    assert_eq!(app.post(&format!("{room}/Messages"), &[("MediaSid", sid(&media))]).await.status, 201);
}

#[tokio::test]
async fn a_link_is_good_for_five_minutes_and_as_it_is() {
    let app = TestApp::new().await;
    let media = app.uploaded(PNG, "a", "x").await;
    let other = app.uploaded(PNG, "a", "y").await;
    let (_, room) = conversation(&app, &[]).await;
    for media in [&media, &other] {
        app.made(&format!("{room}/Messages"), &[("MediaSid", sid(media))]).await;
    }
    let good = link(&media).to_owned();
    let expires = good.split_once("Expires=").unwrap().1.split('&').next().unwrap();
    let later = (expires.parse::<i64>().unwrap() + 1).to_string();
    for (name, bad) in [
        ("another file", good.replace(sid(&media), sid(&other))),
        ("another account", good.replace(&app.account.sid, &app.new_account().await.sid)),
        ("longer", good.replace(expires, &later)),
        ("no signature", good.split("&Signature").next().unwrap().to_owned()),
        ("another signature", format!("{}A", &good[..good.len() - 1])),
        ("no query", good.split('?').next().unwrap().to_owned()),
    ] {
        assert_eq!(raw(&app, "GET", &bad, &[], "").await.refusal(), (403, 20403), "{name}");
    }
    app.clock.advance(299);
    assert_eq!(raw(&app, "GET", &good, &[], "").await.status, 200);
    app.clock.advance(1);
    assert_eq!(raw(&app, "GET", &good, &[], "").await.refusal(), (403, 20403));
    let fresh = app.fetched(below(&media["url"])).await;
    let app = app.restart().await;
    assert_eq!(raw(&app, "GET", link(&fresh).trim_start_matches("http://dwell.test"), &[], "").await.status, 200);
}

#[tokio::test]
async fn a_message_has_its_file() {
    let app = TestApp::new().await;
    let (c, room) = conversation(&app, &[]).await;
    let messages = format!("{room}/Messages");
    let media = app.uploaded(PNG, "car.png", "bytes").await;
    app.clock.advance(1);
    let message = app.made(&messages, &[("MediaSid", sid(&media)), ("Author", "ann")]).await;
    let shown =
        json!([{"sid": sid(&media), "size": 5, "content_type": PNG, "filename": "car.png", "category": "media"}]);
    assert_eq!((&message["media"], &message["body"]), (&shown, &Value::Null));
    let one = format!("{messages}/{}", sid(&message));
    let plain = app.made(&messages, &[("Body", "x")]).await;
    assert_eq!(plain["media"], Value::Null);
    let listed = app.fetched(&messages).await;
    assert_eq!((&listed["messages"][0]["media"], &listed["messages"][1]["media"]), (&shown, &Value::Null));
    assert_eq!(app.fetched(&one).await["media"], shown);

    let held = app.fetched(below(&media["url"])).await;
    assert_eq!((text(&held, "channel_sid"), text(&held, "message_sid")), (sid(&c), sid(&message)));
    assert_eq!(text(&held, "date_updated"), "2026-01-01T00:00:01Z");
    assert_eq!(app.post(&messages, &[("MediaSid", sid(&media))]).await.refusal(), (400, 50508));
    assert_eq!(app.post(&one, &[("Body", "x")]).await.refusal(), (400, 50509));
    assert_eq!(app.made(&one, &[("Attributes", "{\"a\":1}")]).await["media"], shown);

    let second = app.uploaded(PNG, "b", "b").await;
    let both = app.made(&messages, &[("MediaSid", sid(&second)), ("Body", "look")]).await;
    assert_eq!((text(&both, "body"), sid(&both["media"][0])), ("look", sid(&second)));
    let content = [("ContentSid", "HX00000000000000000000000000000000"), ("MediaSid", "ME1")];
    assert_eq!(app.made(&messages, &content).await["media"], Value::Null, "content takes its place");
}

#[tokio::test]
async fn media_reactivates_a_conversation() {
    let app = TestApp::new().await;
    let (_, room) = conversation(&app, &[("State", "inactive")]).await;
    let media = app.uploaded(PNG, "a", "x").await;
    app.made(&format!("{room}/Messages"), &[("MediaSid", sid(&media))]).await;
    assert_eq!(text(&app.fetched(&room).await, "state"), "active");
}

#[tokio::test]
async fn a_file_without_a_message_lasts_five_minutes() {
    let app = TestApp::new().await;
    let (_, room) = conversation(&app, &[]).await;
    let (kept, lost) = (app.uploaded(PNG, "a", "kept").await, app.uploaded(PNG, "a", "lost").await);
    app.made(&format!("{room}/Messages"), &[("MediaSid", sid(&kept))]).await;
    app.clock.advance(299);
    assert_eq!(app.engine.collect_media().await.unwrap(), 0);
    assert_eq!(app.get(below(&lost["url"])).await.status, 200);
    app.clock.advance(1);
    assert_eq!(app.get(below(&lost["url"])).await.status, 404, "also before it is removed");
    assert_eq!(app.post(&format!("{room}/Messages"), &[("MediaSid", sid(&lost))]).await.refusal(), (400, 50507));
    assert_eq!(app.engine.collect_media().await.unwrap(), 1);
    assert_eq!(app.engine.collect_media().await.unwrap(), 0);
    assert_eq!(app.get(&content_path(&app, &kept).await).await.text, "kept");
}

/// Objects that are in the store.
async fn objects(store: &InMemory) -> usize {
    use object_store::ObjectStore;
    store.list_with_delimiter(None).await.unwrap();
    let mut found = store.list(None);
    let mut count = 0;
    while let Some(object) = std::future::poll_fn(|context| found.as_mut().poll_next(context)).await {
        object.unwrap();
        count += 1;
    }
    count
}

#[tokio::test]
async fn a_file_goes_with_its_message_its_conversation_and_its_service() {
    let store = Arc::new(InMemory::new());
    let app = TestApp::keeping(Options::new(store.clone())).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let (_, room) = conversation(&app, &[]).await;
    let (_, second) = conversation(&app, &[]).await;
    let mut files = Vec::new();
    for room in [&room, &room, &second] {
        let media = app.uploaded(PNG, "a", "x").await;
        let message = app.made(&format!("{room}/Messages"), &[("MediaSid", sid(&media))]).await;
        files.push((media, format!("{room}/Messages/{}", sid(&message))));
    }
    let authorization = app.account.authorization();
    let headers = [("authorization", &*authorization), ("content-type", PNG)];
    let there = format!("/v1/Services/{}", sid(&service));
    let media = raw(&app, "POST", &format!("{there}/Media"), &headers, "x").await.body;
    let inside = app.made(&format!("{there}/Conversations"), &[]).await;
    app.made(&format!("{there}/Conversations/{}/Messages", sid(&inside)), &[("MediaSid", sid(&media))]).await;
    assert_eq!(objects(&store).await, 4);

    assert_eq!(app.delete(&files[0].1).await.status, 204);
    assert_eq!(app.get(below(&files[0].0["url"])).await.status, 404);
    assert_eq!((app.engine.collect_media().await.unwrap(), objects(&store).await), (1, 3));
    assert_eq!(app.delete(&room).await.status, 204);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!((app.engine.collect_media().await.unwrap(), objects(&store).await), (1, 2));
    assert_eq!(app.delete(&there).await.status, 204);
    assert_eq!(app.get(&format!("{there}/Media/{}", sid(&media))).await.status, 404);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!((app.engine.collect_media().await.unwrap(), objects(&store).await), (1, 1));
    assert_eq!(app.get(&content_path(&app, &files[2].0).await).await.text, "x");
}

#[tokio::test]
async fn webhooks_hear_of_files() {
    let app = TestApp::new().await;
    let (c, room) = conversation(&app, &[]).await;
    let media = app.uploaded(PNG, "car.png", "bytes").await;
    let sent = app.send_told("POST", &format!("{room}/Messages"), &[("MediaSid", sid(&media))]).await;
    assert_eq!(sent.status, 201);
    app.send_told("DELETE", &format!("{room}/Messages/{}", sid(&sent.body)), &[]).await;
    let events = app.events(sid(&c)).await;
    let told = json!([{"Category": "media", "Filename": "car.png", "ContentType": PNG, "Sid": sid(&media), "Size": 5}]);
    let of = |kind: &str| {
        let event = events.iter().find(|event| event.kind == kind).unwrap();
        serde_json::from_str::<Value>(&event.payload).unwrap()
    };
    for kind in ["onMessageAdded", "onMessageRemoved"] {
        assert_eq!((&of(kind)["Media"], of(kind).get("Body")), (&told, None), "{kind}");
    }
}

#[tokio::test]
async fn several_files_are_looked_up_at_once() {
    let app = TestApp::new().await;
    let (first, second) = (app.uploaded(PNG, "a", "x").await, app.uploaded(PNG, "b", "y").await);
    let path = format!("{}/MediaSet", service(&app).await);
    let authorization = app.account.authorization();
    let headers = [("host", "dwell.test"), ("authorization", &*authorization), ("content-type", "application/json")];
    let missing = format!("ME{}", "0".repeat(32));
    let names = [sid(&second), &missing, "nonsense", sid(&first)].map(|sid| json!({"media_sid": sid}));
    let asked = json!({"command": "get", "list": names}).to_string();
    let answer = raw(&app, "POST", &path, &headers, asked).await;
    let nothing = json!({"code": 404, "media_record": null});
    let found = |media: &Value| json!({"code": 200, "media_record": media});
    assert_eq!(answer.body, json!([found(&second), nothing, nothing, found(&first)]), "{}", answer.text);
    for bad in ["", "{}", "[]", "{\"command\":\"delete\",\"list\":[]}"] {
        assert_eq!(raw(&app, "POST", &path, &headers, bad.to_owned()).await.refusal(), (400, 20001), "{bad}");
    }
}

#[tokio::test]
async fn files_leave_with_a_link_that_holds_for_a_day_from_then_on() {
    const DESK: &str = "+15550001000";
    let app = TestApp::new().await;
    app.new_channel(&app.account, &[DESK]).await;
    let (_, room) = conversation(&app, &[]).await;
    let pair = [("MessagingBinding.Address", "+15550002000"), ("MessagingBinding.ProxyAddress", DESK)];
    app.made(&format!("{room}/Participants"), &pair).await;
    let media = app.uploaded(PNG, "car.png", "bytes").await;
    app.made(&format!("{room}/Messages"), &[("MediaSid", sid(&media))]).await;
    app.clock.advance(60);
    app.deliver().await;
    let parcel = app.carriers.take_parcels().pop().unwrap();
    let file = &parcel.media[0];
    assert_eq!((parcel.body, file.sid.as_str(), file.size), (None, sid(&media), 5));
    assert_eq!((file.content_type.as_str(), file.filename.as_deref()), (PNG, Some("car.png")));
    app.clock.advance(24 * 3_600 - 1);
    assert_eq!(raw(&app, "GET", &file.link, &[], "").await.text, "bytes");
    app.clock.advance(1);
    assert_eq!(raw(&app, "GET", &file.link, &[], "").await.refusal(), (403, 20403));
    let (_, bytes) = app.engine.media_bytes(&parcel.channel.account_sid, &file.sid, 5).await.unwrap();
    assert_eq!(bytes.as_ref(), b"bytes");
    assert!(app.engine.media_bytes(&parcel.channel.account_sid, &file.sid, 4).await.is_err());
}
