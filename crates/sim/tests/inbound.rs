//! Messages from outside against everybody who moves the pairs of addresses that they go by: many tasks on real
//! threads bring messages, some of them twice, close conversations, and give pairs to conversations of their
//! own. Whoever wins, no pair is ever held by two open conversations, and each message that was taken is in the
//! conversation that was named, once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dwell_core::AccountSid;
use dwell_engine::Error;
use dwell_engine::inbound::{Inbound, Outcome};
use dwell_testkit::{SeededRandom, TestApp, postgres};
use serde_json::Value;
use tokio::sync::Barrier;

const TASKS: u64 = 8;
const ROUNDS: u64 = 4;
const STEPS: u64 = 6;
const CUSTOMERS: u64 = 2;
/// Names under which messages come more than once.
const NAMES: u64 = 12;
const DESK: &str = "+15017122660";

fn customer(number: u64) -> String {
    format!("+1501712000{number}")
}

/// The texts that were taken, each with the conversation that was named.
type Taken = BTreeMap<String, BTreeSet<String>>;

struct Task {
    app: Arc<TestApp>,
    dice: SeededRandom,
    number: u64,
    brought: u64,
    taken: Taken,
}

impl Task {
    async fn step(&mut self, round: u64) {
        match self.dice.below(10) {
            0..5 => {
                self.brought += 1;
                let name = format!("{}-{}", self.number, self.brought);
                let customer = self.dice.below(CUSTOMERS);
                self.bring(name, customer).await;
            }
            5..7 => {
                let (name, customer) = (self.dice.below(NAMES), self.dice.below(CUSTOMERS));
                // The same message of the same customer, whoever brings it.
                self.bring(format!("shared-{round}-{customer}-{name}"), customer).await;
            }
            7 | 8 => self.close().await,
            _ => self.take_pair().await,
        }
    }

    async fn bring(&mut self, name: String, from: u64) {
        let message = Inbound {
            channel_sid: None,
            channel_message_sid: Some(name.clone()),
            from: customer(from),
            to: DESK.to_owned(),
            others: Vec::new(),
            body: Some(name.clone()),
            subject: None,
            references: Vec::new(),
            attributes: None,
            from_name: None,
            media: Vec::new(),
        };
        let account = AccountSid::parse(&self.app.account.sid).unwrap();
        match self.app.engine.receive(&account, message).await {
            Ok(received) => {
                assert_ne!(received.outcome, Outcome::Rejected);
                self.taken.entry(name).or_default().insert(received.conversation_sid.unwrap().to_string());
            }
            // Not taken: it must be nowhere, unless somebody else brings it.
            Err(Error::Unavailable(_) | Error::Overloaded) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }

    /// Closes an open conversation, if nobody else does.
    async fn close(&mut self) {
        let open = self.app.fetched("/v1/Conversations?State=active").await;
        let open = open["conversations"].as_array().unwrap();
        let Some(last) = u64::try_from(open.len()).unwrap().checked_sub(1) else { return };
        let chosen = usize::try_from(self.dice.below(last + 1)).unwrap();
        let path = format!("/v1/Conversations/{}", open[chosen]["sid"].as_str().unwrap());
        let answer = self.app.post(&path, &[("State", "closed")]).await;
        assert!(matches!(answer.status, 200 | 400 | 409), "{}", answer.text);
    }

    /// Gives a pair to a conversation of one's own, if nobody holds it.
    async fn take_pair(&mut self) {
        let made = self.app.made("/v1/Conversations", &[]).await;
        let address = customer(self.dice.below(CUSTOMERS));
        let pair = [("MessagingBinding.Address", &*address), ("MessagingBinding.ProxyAddress", DESK)];
        let participants = format!("/v1/Conversations/{}/Participants", made["sid"].as_str().unwrap());
        let answer = self.app.post(&participants, &pair).await;
        // Somebody else may have closed it already.
        assert!(matches!(answer.status, 201 | 400 | 409), "{}", answer.text);
    }
}

async fn items(app: &TestApp, first: &str) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(path) = next {
        let page = app.fetched(&path).await;
        found.extend(page[page["meta"]["key"].as_str().unwrap()].as_array().unwrap().iter().cloned());
        let url = page["meta"]["next_page_url"].as_str();
        next = url.map(|url| url.strip_prefix("http://dwell.test").unwrap().to_owned());
    }
    found
}

/// Compares what is there with what was taken.
async fn check(app: &TestApp, taken: &Taken, told: &str) {
    let (mut held, mut there) = (BTreeMap::new(), Taken::new());
    for conversation in items(app, "/v1/Conversations?PageSize=100").await {
        let sid = conversation["sid"].as_str().unwrap();
        let path = format!("/v1/Conversations/{sid}");
        for participant in items(app, &format!("{path}/Participants?PageSize=100")).await {
            if conversation["state"] != "closed" {
                let binding = participant["messaging_binding"].to_string();
                let other = held.insert(binding, sid.to_owned());
                assert_eq!(other, None, "{told}: two open conversations hold one pair");
            }
        }
        for message in items(app, &format!("{path}/Messages?PageSize=100")).await {
            let body = message["body"].as_str().unwrap().to_owned();
            assert!(message["participant_sid"].is_string(), "{told}: {body} has no sender");
            assert!(there.entry(body.clone()).or_default().insert(sid.to_owned()), "{told}: {body} is there twice");
        }
    }
    assert!(there.values().all(|places| places.len() == 1), "{told}: a message is in two places");
    assert_eq!(&there, taken, "{told}");
}

async fn race(app: TestApp, seed: u64) {
    let app = Arc::new(app);
    let address = [("Type", "sms"), ("Address", DESK), ("AutoCreation.Enabled", "true")];
    app.made("/v1/Configuration/Addresses", &[&address[..], &[("AutoCreation.Type", "default")]].concat()).await;
    let mut taken = Taken::new();
    let dice = SeededRandom::new(seed);
    for round in 0..ROUNDS {
        let start = Arc::new(Barrier::new(usize::try_from(TASKS).unwrap()));
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| {
                let number = round * TASKS + number;
                let dice = SeededRandom::new(dice.below(u64::MAX));
                let mut task = Task { app: app.clone(), dice, number, brought: 0, taken: Taken::new() };
                let start = start.clone();
                tokio::spawn(async move {
                    start.wait().await;
                    for _ in 0..STEPS {
                        task.step(round).await;
                    }
                    task.taken
                })
            })
            .collect();
        for task in tasks {
            for (name, places) in task.await.unwrap() {
                taken.entry(name).or_default().extend(places);
            }
        }
        let told = format!("{} seed {seed} round {round}", app.engine.store().engine_name());
        check(&app, &taken, &told).await;
    }
    let repeated = taken.keys().filter(|name| name.starts_with("shared")).count();
    assert!(repeated > 0 && taken.len() > repeated, "the race was run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_messages_closes_and_pairs_leave_one_open_conversation_on_sqlite() {
    for seed in 0..4 {
        race(TestApp::new().await, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_messages_closes_and_pairs_leave_one_open_conversation_on_postgres() {
    for seed in 4..6 {
        let database = tokio::task::spawn_blocking(|| postgres::Database::create().unwrap()).await.unwrap();
        race(TestApp::on(database.url().parse().unwrap()).await, seed).await;
    }
}
