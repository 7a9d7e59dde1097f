//! The dispatcher: what each outcome of a call leads to, and what happens in between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use dwell_core::webhook::Method;
use dwell_core::{AccountSid, DeliverySid, Timestamp};
use dwell_engine::hooks::Call;
use dwell_engine::{Clock, Dispatcher, DispatcherOptions};
use dwell_store::StoreError;
use dwell_store::deliveries::{self, Delivery, Status, Way};
use dwell_testkit::{Behaviour, TestApp};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[path = "dispatcher/crashes.rs"]
mod crashes;
#[path = "dispatcher/endpoints.rs"]
mod endpoints;
#[path = "dispatcher/messages.rs"]
mod messages;
#[path = "dispatcher/outcomes.rs"]
mod outcomes;

/// Looks into the store within which a dispatcher does what is due.
const LOOKS: usize = 60;
const URL: &str = "https://hooks.example/a";

fn answer(status: u16) -> Behaviour {
    Behaviour::Answer(status, format!("said {status}"))
}

fn account_of(app: &TestApp) -> AccountSid {
    AccountSid::parse(&app.account.sid).unwrap()
}

fn delivery(app: &TestApp, hook: &str, stream: &str, seq: i64, url: &str) -> Delivery {
    Delivery {
        sid: DeliverySid::new(app.engine.sid()),
        account_sid: account_of(app),
        hook_sid: hook.to_owned(),
        stream_sid: stream.to_owned(),
        seq,
        event: "onMessageAdded".to_owned(),
        url: url.to_owned(),
        way: Way::Call(Method::Post),
        params: format!(r#"{{"EventType": "onMessageAdded", "Index": "{stream}/{seq}"}}"#),
        status: Status::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        created_at: app.clock.now(),
        finished_at: None,
    }
}

/// Writes deliveries as a command would.
async fn enqueue(app: &TestApp, deliveries: Vec<Delivery>) {
    let written = app.engine.store().write(move |tx| deliveries::enqueue(tx, &deliveries));
    written.await.unwrap_or_else(|error: StoreError| panic!("{error}"));
}

/// One delivery to `url`, in a queue of its own.
async fn enqueue_one(app: &TestApp, url: &str) -> DeliverySid {
    let one = delivery(app, "WH1", url, 1, url);
    let sid = one.sid;
    enqueue(app, vec![one]).await;
    sid
}

async fn waiting(app: &TestApp) -> bool {
    let next = app.engine.store().read(deliveries::next_at).await;
    next.unwrap_or_else(|error: StoreError| panic!("{error}")).is_some()
}

/// When the next queue is to be looked at.
async fn next_at(app: &TestApp) -> Timestamp {
    let next = app.engine.store().read(deliveries::next_at).await;
    next.unwrap_or_else(|error: StoreError| panic!("{error}")).unwrap()
}

/// How many deliveries there are for which this holds.
async fn count(app: &TestApp, condition: &'static str) -> u64 {
    let sql = format!("UPDATE webhook_deliveries SET seq = seq WHERE {condition}");
    app.sql(Box::leak(sql.into_boxed_str())).await
}

fn param<'a>(call: &'a Call, name: &str) -> &'a str {
    let found = call.params.iter().find(|(key, _)| key == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

/// What came in, in order.
fn heard(app: &TestApp) -> Vec<String> {
    app.receivers.take_calls().iter().map(|call| param(call, "Index").to_owned()).collect()
}

/// A dispatcher's task.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(app: &TestApp, options: DispatcherOptions) -> Self {
        let (stop, stopped) = oneshot::channel();
        let dispatcher = Dispatcher::new(app.engine.clone(), options);
        let task = tokio::spawn(dispatcher.run(async move {
            let _ = stopped.await;
        }));
        Running { stop, task }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// Turns the clock second by second until `is_so`, for a running dispatcher.
async fn pass_until(app: &TestApp, seconds_max: i64, mut is_so: impl AsyncFnMut() -> bool, what: &str) {
    for _ in 0..seconds_max {
        // What it asked of the store, its writer included, is answered before what is asked of it here.
        for _ in 0..LOOKS {
            if is_so().await {
                return;
            }
            count(app, "seq < 0").await;
            app.engine.store().write(|_| Ok::<_, StoreError>(())).await.unwrap();
        }
        app.clock.advance(1);
    }
    panic!("{what}");
}
