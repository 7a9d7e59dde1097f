//! A model of messages on their way out: carriers that fail and heal, channels that speak early, late or twice,
//! servers that are killed at any moment, and a clock that jumps. At the end everybody outside has got every
//! message, in order, and every receipt says the furthest that was said of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::receipt::Status;
use dwell_engine::receipts::Named;
use dwell_engine::{Dispatcher, DispatcherOptions};
use dwell_store::{StoreError, deliveries};
use dwell_testkit::{Carrying, SeededRandom, TestApp};
use tokio::task::JoinHandle;

const SEEDS: u64 = 8;
const STEPS: usize = 60;
const DESKS: [&str; 2] = ["+15550001000", "+15550001001"];
/// Telephones: each faces a desk, and two of each are in one conversation.
const PHONES: usize = 4;
/// Seconds within which everything arrives once all is well: longer than the longest wait and pause.
const HEALED_SECONDS: i64 = 3_600;
/// Looks into the store within which a running dispatcher does what is due.
const LOOKS: usize = 25;

fn phone(n: usize) -> String {
    format!("+1555000200{n}")
}

/// A history under way.
struct World {
    app: TestApp,
    dice: SeededRandom,
    rooms: Vec<String>,
    /// What each telephone is to get.
    expected: BTreeMap<String, Vec<String>>,
    /// What it got, with everything that came twice.
    got: BTreeMap<String, Vec<String>>,
    servers: Vec<JoinHandle<()>>,
}

impl World {
    async fn new(seed: u64) -> Self {
        let app = TestApp::new().await;
        for desk in DESKS {
            app.new_channel(&app.account, &[desk]).await;
        }
        let mut rooms = Vec::new();
        for room in 0..PHONES / 2 {
            let c = app.made("/v1/Conversations", &[]).await;
            let inside = format!("/v1/Conversations/{}", c["sid"].as_str().unwrap());
            for n in [2 * room, 2 * room + 1] {
                let (address, proxy) = (phone(n), DESKS[n % 2]);
                let pair = [("MessagingBinding.Address", address.as_str()), ("MessagingBinding.ProxyAddress", proxy)];
                app.made(&format!("{inside}/Participants"), &pair).await;
            }
            rooms.push(inside);
        }
        let (expected, got) = (BTreeMap::new(), BTreeMap::new());
        World { app, dice: SeededRandom::new(seed), rooms, expected, got, servers: Vec::new() }
    }

    fn start(&mut self) {
        let options = DispatcherOptions { calls_max: 8, calls_per_endpoint_max: 2, ..DispatcherOptions::default() };
        let dispatcher = Dispatcher::new(self.app.engine.clone(), options);
        self.servers.push(tokio::spawn(dispatcher.run(std::future::pending())));
    }

    /// Ends every server at whatever it is doing, and opens the database again.
    async fn crash(mut self) -> Self {
        for server in std::mem::take(&mut self.servers) {
            server.abort();
            let _ = server.await;
        }
        let app = self.app.restart().await;
        World { app, ..self }
    }

    async fn say(&mut self) {
        let room = usize::try_from(self.dice.below(2)).unwrap();
        let message = self.app.made(&format!("{}/Messages", self.rooms[room]), &[("Body", "x")]).await;
        for n in [2 * room, 2 * room + 1] {
            let sid = message["sid"].as_str().unwrap().to_owned();
            self.expected.entry(phone(n)).or_default().push(sid);
        }
    }

    /// Remembers what was taken.
    fn listen(&mut self) {
        self.app.carriers.take_parcels();
        for parcel in self.app.carriers.take_accepted() {
            self.got.entry(parcel.to[0].clone()).or_default().push(parcel.message_sid.to_string());
        }
    }

    fn behave(&self) {
        let carrying = match self.dice.below(5) {
            0 => Carrying::Later,
            1 => Carrying::Silent,
            2 => Carrying::Accept(None),
            _ => Carrying::Accept(Some(Status::Sent)),
        };
        let n = usize::try_from(self.dice.below(PHONES as u64 + 2)).unwrap();
        let address = DESKS.get(n).map_or_else(|| phone(n - DESKS.len()), |desk| (*desk).to_owned());
        self.app.carriers.behave(&address, carrying);
    }

    /// The oldest channel speaks of a message that it took or is about to take, if it is one of its own.
    async fn speak(&self) {
        let name = match self.dice.below(3) {
            0 => self.app.carriers.next_name(),
            _ => format!("SM{:032x}", self.dice.below(40)),
        };
        let status = [Status::Sent, Status::Delivered, Status::Read][usize::try_from(self.dice.below(3)).unwrap()];
        self.app.note(Named::ByChannel(name), status, None).await;
    }

    async fn pending(&self) -> bool {
        let next = self.app.engine.store().read(deliveries::next_at).await;
        next.unwrap_or_else(|error: StoreError| panic!("{error}")).is_some()
    }

    /// Lets the servers do something, and sometimes all that they can do at this instant.
    async fn settle(&self, looks: usize) {
        for _ in 0..looks {
            assert_eq!(self.app.sql("UPDATE webhook_deliveries SET seq = seq WHERE sid = ''").await, 0);
        }
    }

    async fn step(mut self) -> Self {
        match self.dice.below(14) {
            0..=3 => self.say().await,
            4..=5 => self.behave(),
            6 => return self.crash().await,
            7 if self.servers.len() < 2 => self.start(),
            8 => self.app.clock.advance(i64::try_from(1 + self.dice.below(60)).unwrap()),
            9..=10 => self.speak().await,
            _ => {
                let micros = i64::try_from(self.dice.below(3_000_000)).unwrap();
                self.app.clock.set(self.app.engine.now().plus_micros(micros));
            }
        }
        self.settle(usize::try_from(self.dice.below(8)).unwrap()).await;
        self
    }

    async fn finish(mut self) {
        self = self.crash().await;
        for address in DESKS.map(str::to_owned).into_iter().chain((0..PHONES).map(phone)) {
            self.app.carriers.behave(&address, Carrying::Accept(Some(Status::Sent)));
        }
        self.start();
        let end = self.app.engine.now().plus_seconds(HEALED_SECONDS);
        while self.pending().await {
            assert!(self.app.engine.now() < end, "something still waits");
            self.settle(LOOKS).await;
            self.app.clock.advance(5);
        }
        self.listen();
        let first: BTreeMap<_, Vec<String>> = self.got.iter().map(|(key, got)| (key.clone(), firsts(got))).collect();
        assert_eq!(first, self.expected);
        let messages: usize = self.expected.values().map(Vec::len).sum();
        let sent = "UPDATE receipts SET sid = sid WHERE channel_message_sid IS NOT NULL OR status IS NOT NULL";
        assert_eq!(self.app.sql(sent).await, messages as u64, "every receipt knows what its channel calls it");
        // What was kept early of a name that was noted later is applied: none of them is known and kept.
        let kept = "UPDATE early_statuses SET status = status WHERE EXISTS
            (SELECT 1 FROM receipts r WHERE r.channel_sid = early_statuses.channel_sid
                AND r.channel_message_sid = early_statuses.channel_message_sid)";
        assert_eq!(self.app.sql(kept).await, 0);
    }
}

/// What was got, without what had been got before.
fn firsts(got: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    got.iter().filter(|sid| seen.insert((*sid).clone())).cloned().collect()
}

async fn play(seed: u64) {
    let mut world = World::new(seed).await;
    for _ in 0..STEPS {
        world = world.step().await;
    }
    world.finish().await;
}

#[tokio::test]
async fn everybody_outside_gets_everything_in_order_whatever_happens() {
    for seed in 1..=SEEDS {
        tokio::spawn(play(seed)).await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}
