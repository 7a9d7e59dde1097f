//! A model of the dispatcher alone: deliveries that the test writes itself, receivers that fail and heal,
//! servers that are killed at any moment, and a clock that jumps. At the end everybody has heard everything
//! that was for them, in order, and nobody anything else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::webhook::Method;
use dwell_core::{AccountSid, DeliverySid};
use dwell_engine::{Clock, Dispatcher, DispatcherOptions};
use dwell_store::StoreError;
use dwell_store::deliveries::{self, Delivery, Status, Way};
use dwell_testkit::{Behaviour, SeededRandom, TestApp};
use tokio::task::JoinHandle;

const SEEDS: u64 = 8;
const STEPS: usize = 60;
const HOOKS: u64 = 4;
const STREAMS: u64 = 3;
/// Seconds within which everything arrives once all receivers are well: less than the first retry is late,
/// longer than the longest wait and the longest pause.
const HEALED_SECONDS: i64 = 3_600;
/// Looks into the store within which a running dispatcher does what is due.
const LOOKS: usize = 25;

/// A history under way.
struct World {
    app: TestApp,
    dice: SeededRandom,
    /// What every hook is to hear of every stream.
    expected: BTreeMap<(String, String), Vec<i64>>,
    /// What was taken, with everything that came twice.
    heard: BTreeMap<(String, String), Vec<i64>>,
    servers: Vec<JoinHandle<()>>,
}

fn url(hook: u64) -> String {
    // Two hooks share an endpoint.
    format!("https://hooks{}.example/{hook}", hook / 2)
}

impl World {
    async fn new(seed: u64) -> Self {
        let app = TestApp::new().await;
        let (expected, heard) = (BTreeMap::new(), BTreeMap::new());
        World { app, dice: SeededRandom::new(seed), expected, heard, servers: Vec::new() }
    }

    fn start(&mut self) {
        let options = DispatcherOptions { calls_max: 8, calls_per_endpoint_max: 2, ..DispatcherOptions::default() };
        let dispatcher = Dispatcher::new(self.app.engine.clone(), options);
        self.servers.push(tokio::spawn(dispatcher.run(std::future::pending())));
    }

    /// Ends every server at whatever it is doing, and opens the database again.
    async fn crash(mut self) -> Self {
        self.listen();
        for server in std::mem::take(&mut self.servers) {
            server.abort();
            let _ = server.await;
        }
        let app = self.app.restart().await;
        World { app, ..self }
    }

    async fn happen(&mut self) {
        let count = 1 + self.dice.below(6);
        let mut written = Vec::new();
        for _ in 0..count {
            let (hook, stream) = (self.dice.below(HOOKS), format!("CH{}", self.dice.below(STREAMS)));
            let name = format!("WH{hook}");
            let numbers = self.expected.entry((name.clone(), stream.clone())).or_default();
            let seq = i64::try_from(numbers.len()).unwrap() + 1;
            numbers.push(seq);
            written.push(Delivery {
                sid: DeliverySid::new(self.app.engine.sid()),
                account_sid: AccountSid::parse(&self.app.account.sid).unwrap(),
                params: format!(r#"{{"Hook": "{name}", "Stream": "{stream}", "Seq": "{seq}"}}"#),
                hook_sid: name,
                stream_sid: stream,
                seq,
                event: "onMessageAdded".to_owned(),
                url: url(hook),
                way: Way::Call(Method::Post),
                status: Status::Pending,
                attempts: 0,
                last_status: None,
                last_error: None,
                created_at: self.app.clock.now(),
                finished_at: None,
            });
        }
        let write = self.app.engine.store().write(move |tx| deliveries::enqueue(tx, &written));
        write.await.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }

    /// Remembers what was taken.
    fn listen(&mut self) {
        self.app.receivers.take_calls();
        for call in self.app.receivers.take_accepted() {
            let param = |name: &str| call.params.iter().find(|(key, _)| key == name).unwrap().1.clone();
            let seq = param("Seq").parse().unwrap();
            self.heard.entry((param("Hook"), param("Stream"))).or_default().push(seq);
        }
    }

    fn behave(&self, hook: u64) {
        let behaviour = match self.dice.below(6) {
            0 => Behaviour::Answer(500, String::new()),
            1 => Behaviour::Answer(429, String::new()),
            2 => Behaviour::Silent,
            3 => Behaviour::Unreachable,
            _ => Behaviour::Answer(200, String::new()),
        };
        self.app.receivers.behave(&url(hook), behaviour);
    }

    async fn pending(&self) -> bool {
        let next = self.app.engine.store().read(deliveries::next_at).await;
        next.unwrap_or_else(|error: StoreError| panic!("{error}")).is_some()
    }

    /// Lets the servers do something, and sometimes all that they can do at this instant.
    async fn settle(&self, looks: usize) {
        for _ in 0..looks {
            let found = self.app.sql("UPDATE webhook_deliveries SET seq = seq WHERE sid = ''").await;
            assert_eq!(found, 0);
        }
    }

    async fn step(mut self) -> Self {
        match self.dice.below(12) {
            0..=3 => self.happen().await,
            4..=5 => self.behave(self.dice.below(HOOKS)),
            6 => return self.crash().await,
            7 if self.servers.len() < 2 => self.start(),
            8 => self.app.clock.advance(i64::try_from(1 + self.dice.below(60)).unwrap()),
            _ => {
                let micros = i64::try_from(self.dice.below(3_000_000)).unwrap();
                self.app.clock.set(self.app.clock.now().plus_micros(micros));
            }
        }
        self.settle(usize::try_from(self.dice.below(8)).unwrap()).await;
        self
    }

    async fn finish(mut self) {
        self = self.crash().await;
        for hook in 0..HOOKS {
            self.app.receivers.behave(&url(hook), Behaviour::Answer(200, String::new()));
        }
        self.start();
        let end = self.app.clock.now().plus_seconds(HEALED_SECONDS);
        while self.pending().await {
            assert!(self.app.clock.now() < end, "something still waits");
            self.settle(LOOKS).await;
            self.app.clock.advance(5);
        }
        self.listen();
        let first: BTreeMap<_, Vec<i64>> = self.heard.iter().map(|(key, heard)| (key.clone(), firsts(heard))).collect();
        assert_eq!(first, self.expected);
    }
}

/// What was heard, without what had been heard before.
fn firsts(heard: &[i64]) -> Vec<i64> {
    let mut seen = BTreeSet::new();
    heard.iter().copied().filter(|seq| seen.insert(*seq)).collect()
}

async fn play(seed: u64) {
    let mut world = World::new(seed).await;
    for _ in 0..STEPS {
        world = world.step().await;
    }
    world.finish().await;
}

#[tokio::test]
async fn everything_arrives_in_order_whatever_happens() {
    for seed in 1..=SEEDS {
        tokio::spawn(play(seed)).await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}
