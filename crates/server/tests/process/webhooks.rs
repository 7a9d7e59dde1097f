//! Webhooks: the process is killed again and again while it tells a real receiver of messages. In the end the
//! receiver has heard of every message, in order, and of nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::Url;
use tokio::net::TcpListener;

use crate::api::{Api, text};
use crate::server::{Home, eventually, pause};

const ROUNDS: usize = 3;
const CONVERSATIONS: usize = 4;
/// Every so many calls the receiver says that it cannot at the moment.
const REFUSED: usize = 7;

/// A call, as the receiver heard it: the conversation, the message, its index and the idempotency token.
#[derive(Clone)]
struct Heard {
    conversation: String,
    message: String,
    index: usize,
    token: String,
}

/// A receiver, at work until the test is over.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    async fn start() -> Self {
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let calls = heard.clone();
        let answer = move |headers: HeaderMap, body: String| {
            let query = Url::parse(&format!("http://localhost/?{body}")).unwrap();
            let fields: BTreeMap<String, String> = query.query_pairs().into_owned().collect();
            assert!(headers.contains_key("X-Twilio-Signature"));
            let mut calls = calls.lock().unwrap();
            calls.push(Heard {
                conversation: fields["ConversationSid"].clone(),
                message: fields["MessageSid"].clone(),
                index: fields["Index"].parse().unwrap(),
                token: headers["I-Twilio-Idempotency-Token"].to_str().unwrap().to_owned(),
            });
            let is_refused = calls.len().is_multiple_of(REFUSED);
            std::future::ready(if is_refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK })
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { url, heard }
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_delivery_on_sqlite() {
    survive(Home::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_delivery_on_postgres() {
    survive(Home::on_postgres()).await;
}

async fn survive(home: Home) {
    let receiver = Receiver::start().await;
    let open = [("DWELL_WEBHOOK_NETWORKS_ALLOWED", "127.0.0.0/8")];
    let mut server = home.start_with(&[], &open);
    let mut api = server.new_account(&home, &[]);
    let set_up = [("PostWebhookUrl", receiver.url.as_str()), ("Filters", "onMessageAdded"), ("Method", "POST")];
    api.post("/v1/Configuration/Webhooks", &set_up).await;
    let mut conversations = Vec::new();
    for _ in 0..CONVERSATIONS {
        conversations.push(text(&api.post("/v1/Conversations", &[]).await, "sid").to_owned());
    }
    for _ in 0..ROUNDS {
        let before = receiver.heard().len();
        let writers: Vec<_> = conversations.iter().map(|sid| tokio::spawn(write(api.clone(), sid.clone()))).collect();
        // In the middle of it.
        eventually(async || (receiver.heard().len() > before + 5).then_some(())).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        server = home.start_with(&[], &open);
        api = api.at(&server.url);
    }

    let mut written = BTreeMap::new();
    for sid in &conversations {
        written.insert(sid.clone(), messages(&api, sid).await);
    }
    let all: BTreeSet<&String> = written.values().flatten().collect();
    assert!(all.len() > ROUNDS * 5, "something was written: {}", all.len());
    let is_complete = || {
        let heard = receiver.heard();
        let heard: BTreeSet<&String> = heard.iter().map(|heard| &heard.message).collect();
        all.iter().all(|sid| heard.contains(*sid))
    };
    eventually(async || is_complete().then_some(())).await;

    let mut tokens: BTreeMap<String, String> = BTreeMap::new();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Heard { conversation, message, index, token } in receiver.heard() {
        assert_eq!(tokens.entry(message.clone()).or_insert_with(|| token.clone()), &token, "one token for all tries");
        let sids = told.entry(conversation).or_default();
        if !sids.contains(&message) {
            assert_eq!(index, sids.len(), "in order");
            sids.push(message);
        }
    }
    assert_eq!(told, written);
}

/// Writes until the server is gone.
async fn write(api: Api, sid: String) {
    let path = format!("/v1/Conversations/{sid}/Messages");
    while let Ok((status, body)) = api.try_post_told(&path, &[("Body", "hello")]).await {
        assert_eq!(status, 201, "{body}");
        pause().await;
    }
}

/// The SIDs of a conversation's messages, in order.
async fn messages(api: &Api, sid: &str) -> Vec<String> {
    let page = api.fetch(&format!("/v1/Conversations/{sid}/Messages?PageSize=1000")).await;
    assert!(page["meta"]["next_page_url"].is_null(), "all on one page");
    page["messages"].as_array().unwrap().iter().map(|message| text(message, "sid").to_owned()).collect()
}
