//! The whole server but its sockets: the real router, engine and database on a clock that tests
//! turn.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::{AccountSid, PushBinding, Timestamp};
use dwell_engine::media;
use dwell_engine::{Dispatcher, DispatcherOptions, Engine, LastCaller, Parts, SecretKey, accounts};
use dwell_http::beside;
use dwell_store::events::{self, Event};
use dwell_store::{DatabaseUrl, Options, Stmt, Store, StoreError, bindings};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::carriers::Carriers;
use crate::clock::ManualClock;
use crate::random::SeededRandom;
use crate::receivers::Receivers;

/// When the clock of every test starts: 2026-01-01T00:00:00Z.
pub const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Looks into the store after which something that was to happen is missing.
const LOOKS_MAX: usize = 20_000;

/// A server without sockets.
pub struct TestApp {
    /// Its clock.
    pub clock: ManualClock,
    /// Who its webhooks reach.
    pub receivers: Receivers,
    /// Who takes its messages for addresses outside.
    pub carriers: Carriers,
    /// Its engine, for what the API cannot do.
    pub engine: Engine,
    /// Its first account, which requests are made with.
    pub account: Account,
    router: Router,
    /// What it knows of endpoints is lost with a restart.
    dispatcher: Dispatcher,
    seed: u64,
    mode: Mode,
    database: DatabaseUrl,
    /// Where its media is, which outlives restarts.
    media: media::Options,
    /// Removed with the app.
    directory: Option<TempDir>,
}

/// How much is taken that is not set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Any proxy address.
    Lenient,
    /// Only the account's addresses.
    Strict,
    /// Any proxy address; those that no channel serves lead to simulated phones.
    Development,
}

/// The credentials of an account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user name.
    pub sid: String,
    /// The password.
    pub token: String,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, when it is JSON; null otherwise.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl TestApp {
    /// A server on a new SQLite database, whose participants may have any proxy address.
    pub async fn new() -> Self {
        Self::in_a_directory(Mode::Lenient, media::Options::in_memory()).await
    }

    /// The same, but for proxy addresses, which have to be the account's.
    pub async fn strict() -> Self {
        Self::in_a_directory(Mode::Strict, media::Options::in_memory()).await
    }

    /// The same, as for development: any proxy address, and those that no channel serves lead to simulated phones.
    pub async fn in_development() -> Self {
        Self::in_a_directory(Mode::Development, media::Options::in_memory()).await
    }

    /// The same as [`Self::new`], but for media, which is kept as these options say.
    pub async fn keeping(media: media::Options) -> Self {
        Self::in_a_directory(Mode::Lenient, media).await
    }

    async fn in_a_directory(mode: Mode, media: media::Options) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = DatabaseUrl::Sqlite(directory.path().join("dwell.db"));
        let mut app = Self::start(database, mode, media).await;
        app.directory = Some(directory);
        app
    }

    /// A server on a database, whose participants may have any proxy address.
    pub async fn on(database: DatabaseUrl) -> Self {
        Self::start(database, Mode::Lenient, media::Options::in_memory()).await
    }

    async fn start(database: DatabaseUrl, mode: Mode, media: media::Options) -> Self {
        let clock = ManualClock::new(START);
        let receivers = Receivers::new(clock.clone());
        let carriers = Carriers::new(clock.clone());
        let engine = engine(&database, (&receivers, &carriers), &clock, 1, mode, media.clone());
        let account = create_account(&engine, false).await;
        let router = dwell_http::router(engine.clone(), dwell_http::Options::default());
        let dispatcher = Dispatcher::new(engine.clone(), DispatcherOptions::default());
        TestApp {
            clock,
            receivers,
            carriers,
            engine,
            account,
            router,
            dispatcher,
            seed: 1,
            mode,
            database,
            media,
            directory: None,
        }
    }

    /// Where its SQLite database is.
    pub fn database_path(&self) -> Option<PathBuf> {
        match &self.database {
            DatabaseUrl::Sqlite(path) => Some(path.clone()),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// Stops the server and starts it again on the same database; the clock goes on.
    pub async fn restart(self) -> Self {
        let TestApp { router, dispatcher, engine, .. } = self;
        drop((router, dispatcher, engine));
        let (seed, sides, media) = (self.seed + 1, (&self.receivers, &self.carriers), self.media.clone());
        let engine = self::engine(&self.database, sides, &self.clock, seed, self.mode, media);
        let router = dwell_http::router(engine.clone(), dwell_http::Options::default());
        let dispatcher = Dispatcher::new(engine.clone(), DispatcherOptions::default());
        TestApp { engine, router, dispatcher, seed, ..self }
    }

    /// Serves with other options from now on.
    #[must_use]
    pub fn with_options(mut self, options: dwell_http::Options) -> Self {
        self.router = dwell_http::router(self.engine.clone(), options);
        self
    }

    /// Serves with the MCP server beside the API from now on.
    #[must_use]
    pub fn with_mcp(mut self, options: dwell_http::Options, mcp: dwell_mcp::Options) -> Self {
        let house = dwell_mcp::House {
            document: dwell_http::openapi_json,
            version: env!("CARGO_PKG_VERSION"),
            base_url: beside::base_url,
            received_at: beside::received_at,
            count: |parts, caller, write| {
                beside::count(parts, caller, write.operation, write.service, write.conversation)
            },
            tell: beside::tell,
            unauthorized: beside::unauthorized,
            failed: beside::failed,
        };
        let routes = dwell_mcp::router(self.engine.clone(), house, mcp);
        self.router = dwell_http::router_with(self.engine.clone(), options, routes);
        self
    }

    /// Another account.
    pub async fn new_account(&self) -> Account {
        create_account(&self.engine, false).await
    }

    /// Another account, with a test clock.
    pub async fn new_test_account(&self) -> Account {
        create_account(&self.engine, true).await
    }

    /// What the clock shows.
    pub fn clock_now(&self) -> Timestamp {
        self.engine.now()
    }

    /// Turns the clock on by whole seconds and carries out what is due, as the scheduler would.
    pub async fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.fire_due().await;
    }

    /// Carries out what is due now.
    pub async fn fire_due(&self) {
        self.engine.fire_due().await.expect("timers are carried out");
    }

    /// Carries out the deliveries to webhooks that are due now, one queue after another. A receiver that is
    /// silent keeps it until somebody else turns the clock.
    pub async fn deliver(&self) {
        self.dispatcher.deliver_due().await.expect("deliveries are carried out");
    }

    /// Asks about the timers that are due soon, as the last caller would, and waits for the answers.
    pub async fn last_calls(&self) {
        let mut caller = LastCaller::new(self.engine.clone());
        while caller.ask().await.expect("questions are asked") {
            caller.finish().await;
        }
        caller.finish().await;
    }

    /// Adds the participants that conversations were created with, as the initializer would.
    pub async fn initialize(&self) {
        self.engine.initialize_conversations().await.expect("participants are added or given up");
    }

    /// Goes on with bulk jobs by a batch of each, as the worker would; `true` when there is more to do.
    pub async fn work_on_bulk_jobs(&self) -> bool {
        self.engine.work_on_bulk_jobs(beside::tell_of_bulk).await.expect("bulk jobs go on")
    }

    /// Counts what has happened, as the tally keeper would.
    pub async fn keep_tallies(&self) {
        self.engine.keep_tallies().await.expect("tallies are kept");
    }

    /// Lets tasks work until `is_so`, while the clock stands still. Every look waits for the store's writer as
    /// the tasks do, so that a slow machine or disk is given as many as a fast one.
    pub async fn until(&self, mut is_so: impl AsyncFnMut() -> bool, what: &str) {
        for _ in 0..LOOKS_MAX {
            if is_so().await {
                return;
            }
            let looked = self.engine.store().write(|_| Ok::<_, StoreError>(()));
            looked.await.expect("the store answers");
        }
        panic!("{what}");
    }

    /// The events of a conversation or user of the first account, oldest first, as the log keeps them.
    pub async fn events(&self, stream_sid: &str) -> Vec<Event> {
        let account = AccountSid::parse(&self.account.sid).expect("an account SID");
        let stream_sid = stream_sid.to_owned();
        let events = self.engine.store().read(move |tx| events::list(tx, &account, &stream_sid, 0, i64::MAX));
        events.await.expect("the event log is read")
    }

    /// Adds a device's binding, as client SDKs do.
    pub async fn bind(&self, binding: PushBinding) {
        let inserted = self.engine.store().write(move |tx| bindings::insert(tx, &binding));
        inserted.await.unwrap_or_else(|error: StoreError| panic!("no binding: {error}"));
    }

    /// Runs a statement on the database and says how many rows it changed, for what no request can
    /// bring about.
    pub async fn sql(&self, sql: &'static str) -> u64 {
        let statement: &'static Stmt = Box::leak(Box::new(Stmt { name: "test", sql, row: &[] }));
        let changed = self.engine.store().write(move |tx| tx.exec(statement, &[]));
        changed.await.unwrap_or_else(|error: StoreError| panic!("{sql}: {error}"))
    }

    /// Carries out a request as the first account.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Some(&self.account)).await
    }

    /// Uploads a file to the default service of the first account, and returns the body.
    pub async fn uploaded(&self, content_type: &str, filename: &str, bytes: impl Into<Body>) -> Value {
        let sid = AccountSid::parse(&self.account.sid).expect("an account SID");
        let service = self.engine.reveal_account(sid).await.expect("an account").0.default_service_sid;
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1/Services/{service}/Media?Filename={filename}"))
            .header(header::HOST, "dwell.test")
            .header(header::AUTHORIZATION, self.account.authorization())
            .header(header::CONTENT_TYPE, content_type);
        let answer = self.send_raw(request.body(bytes.into()).expect("a request")).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body
    }

    /// Posts a form as the first account.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send("POST", path, form, Some(&self.account)).await
    }

    /// Deletes as the first account.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Some(&self.account)).await
    }

    /// Posts a form that must succeed, and returns the body.
    pub async fn made(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.post(path, form).await;
        assert!((200..300).contains(&answer.status), "POST {path} {form:?}: {} {}", answer.status, answer.text);
        answer.body
    }

    /// Fetches what must be there, and returns the body.
    pub async fn fetched(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
        answer.body
    }

    /// Sends a request with a form.
    pub async fn send(&self, method: &str, path: &str, form: &[(&str, &str)], account: Option<&Account>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "dwell.test");
        if let Some(account) = account {
            request = request.header(header::AUTHORIZATION, account.authorization());
        }
        let body = form_body(form);
        if method == "POST" {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        self.send_raw(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends a write of which webhooks are to hear, as the first account.
    pub async fn send_told(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_body(form);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "dwell.test")
            .header(header::AUTHORIZATION, self.account.authorization())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("X-Twilio-Webhook-Enabled", "true");
        self.send_raw(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends any request.
    pub async fn send_raw(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    /// What answers its requests.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }
}

/// Sends a request to a router.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("the router always answers");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a complete body").to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
}

/// A form, encoded.
pub(crate) fn form_body(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

impl Account {
    /// The value of an `Authorization` header.
    pub fn authorization(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.sid, self.token)))
    }
}

impl Answer {
    /// Checks that this is a refusal with Twilio's body, and returns its status and code.
    pub fn refusal(&self) -> (u16, i64) {
        let body = &self.body;
        let code = body["code"].as_i64().unwrap_or_else(|| panic!("no error body: {} {}", self.status, self.text));
        assert_eq!(body["status"], self.status, "{body}");
        assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()));
        let mut keys: Vec<_> = body.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["code", "message", "more_info", "status"]);
        (self.status, code)
    }

    /// Checks the status.
    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status.as_u16(), "{}", self.text);
        self
    }
}

/// An engine on a database, with everything about it repeatable.
fn engine(
    database: &DatabaseUrl,
    (receivers, carriers): (&Receivers, &Carriers),
    clock: &ManualClock,
    seed: u64,
    mode: Mode,
    media: media::Options,
) -> Engine {
    let store = Store::open(database, &Options::default()).expect("the database opens");
    Engine::new(Parts {
        store,
        clock: Arc::new(clock.clone()),
        random: Arc::new(SeededRandom::new(seed)),
        secret_key: SecretKey::from_bytes([7; 32]),
        transport: Arc::new(receivers.clone()),
        carrier: Arc::new(carriers.clone()),
        media,
        accepts_any_proxy: mode != Mode::Strict,
        simulates_phones: mode == Mode::Development,
    })
}

async fn create_account(engine: &Engine, is_test: bool) -> Account {
    let request = accounts::Create { friendly_name: "Test".to_owned(), is_test, adopt: None };
    let (account, token) = engine.create_account(request).await.expect("an account").expect("a new account");
    Account { sid: account.sid.to_string(), token }
}
