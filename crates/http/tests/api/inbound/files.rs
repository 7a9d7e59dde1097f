//! Files that come with messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use dwell_engine::hooks::{CallError, Calling, Reply};
use dwell_engine::inbound::InboundMedia;
use dwell_engine::media::{Fetcher, Options, Wanted};
use parking_lot::Mutex;
use serde_json::json;

use super::*;
use crate::support::{raw, sid, text};

/// A URL, and user and password.
type Asked = (String, Option<(String, String)>);

/// Files by URL; the rest cannot be had. It remembers what it was asked for.
#[derive(Default)]
struct Shelf {
    files: BTreeMap<&'static str, Reply>,
    asked: Mutex<Vec<Asked>>,
}

impl Fetcher for Shelf {
    fn fetch(&self, wanted: Wanted) -> Calling<'_> {
        self.asked.lock().push((wanted.url.clone(), wanted.credentials.clone()));
        let refused = || CallError::Connect { what: "connection refused".to_owned() };
        let reply = self.files.get(wanted.url.as_str()).cloned().ok_or_else(refused);
        Box::pin(std::future::ready(reply))
    }
}

fn reply(status: u16, content_type: &str, body: &str, is_cut: bool) -> Reply {
    Reply { status, body: body.into(), is_cut, content_type: Some(content_type.to_owned()), micros: 0 }
}

fn remote(url: &str) -> InboundMedia {
    let credentials = Some(("AC1".to_owned(), "secret".to_owned()));
    InboundMedia::Remote { url: url.to_owned(), content_type: Some("image/jpeg".to_owned()), credentials }
}

fn here(body: &str) -> InboundMedia {
    InboundMedia::Here { bytes: body.into(), content_type: "image/png".to_owned(), filename: Some("a.png".to_owned()) }
}

async fn app() -> (TestApp, Arc<Shelf>) {
    let files = BTreeMap::from([
        ("https://m.example/car", reply(200, "image/webp", "car", false)),
        ("https://m.example/gone", reply(404, "text/html", "gone", false)),
        ("https://m.example/huge", reply(200, "image/webp", "hu", true)),
    ]);
    let shelf = Arc::new(Shelf { files, ..Shelf::default() });
    let app = TestApp::keeping(Options { fetcher: shelf.clone(), ..Options::in_memory() }).await;
    configure(&app, &[]).await;
    (app, shelf)
}

/// What a file of a message holds.
async fn content(app: &TestApp, message: &Value, place: usize) -> String {
    let service = text(&app.fetched("/v1/Configuration").await, "default_chat_service_sid").to_owned();
    let path = format!("/v1/Services/{service}/Media/{}/Content", sid(&message["media"][place]));
    raw(app, "GET", &path, &[("authorization", &app.account.authorization())], "").await.text
}

async fn first_message(app: &TestApp, media: Vec<InboundMedia>, body: Option<&str>) -> Value {
    let message = Inbound { media, body: body.map(str::to_owned), ..text_of("") };
    let received = receive(app, message).await;
    app.fetched(&format!("{}/Messages/{}", place(&received), received.message_sid.unwrap())).await
}

#[tokio::test]
async fn files_come_in_order_and_without_a_text_too() {
    let (app, shelf) = app().await;
    let message = first_message(&app, vec![here("one"), remote("https://m.example/car"), here("three")], None).await;
    assert_eq!(message["body"], Value::Null);
    let shown: Vec<_> =
        message["media"].as_array().unwrap().iter().map(|m| (text(m, "content_type"), m["filename"].clone())).collect();
    let named = json!("a.png");
    assert_eq!(shown, [("image/png", named.clone()), ("image/webp", Value::Null), ("image/png", named)]);
    assert_eq!(content(&app, &message, 1).await, "car");
    assert_eq!(content(&app, &message, 2).await, "three");
    let credentials = Some(("AC1".to_owned(), "secret".to_owned()));
    assert_eq!(*shelf.asked.lock(), [("https://m.example/car".to_owned(), credentials)]);
    let second = first_message(&app, vec![here("more")], Some("look")).await;
    assert_eq!((&second["index"], &second["body"]), (&json!(1), &json!("look")), "into the same conversation");
    assert_eq!(app.engine.collect_media().await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_had_is_missed_but_not_the_message() {
    let (app, shelf) = app().await;
    let urls = ["https://m.example/gone", "https://m.example/huge", "https://dead.example/"];
    let mut media: Vec<_> = urls.map(remote).into();
    media.extend([here(""), here("kept")]);
    let message = first_message(&app, media, None).await;
    assert_eq!(message["media"].as_array().unwrap().len(), 2);
    assert_eq!(content(&app, &message, 0).await, "kept");
    assert_eq!(text(&message["media"][1], "filename"), "missing-files.txt");
    let note = content(&app, &message, 1).await;
    for said in
        ["4 of 5 files", "File 1: its server answered 404.", "File 2: it is larger", "File 3: ", "File 4: it is empty"]
    {
        assert!(note.contains(said), "{said}: {note}");
    }
    assert!(!note.contains("m.example/gone"), "a URL is as good as the file");
    assert_eq!(shelf.asked.lock().len(), 5, "what may get better is asked for twice");
}

#[tokio::test]
async fn files_of_a_message_that_came_before_are_not_fetched_again() {
    let (app, shelf) = app().await;
    for is_repeated in [false, true] {
        let message = Inbound { media: vec![remote("https://m.example/car")], ..named("SM1", text_of("x")) };
        assert_eq!(receive(&app, message).await.is_repeated, is_repeated);
    }
    assert_eq!(shelf.asked.lock().len(), 1);
}
