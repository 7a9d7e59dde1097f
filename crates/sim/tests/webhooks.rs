//! A model of webhooks as a whole: random conversations, messages, timers and hooks of every level, receivers
//! that fail and heal, servers that are killed at any moment, and a clock that jumps. What is to be told
//! follows from the event log and from the hooks in force when each event came about. At the end every
//! receiver has taken exactly that, in order, some of it more than once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use std::collections::{BTreeMap, BTreeSet};

use dwell_engine::hooks::Call;
use dwell_engine::{Clock, Dispatcher, DispatcherOptions};
use dwell_store::StoreError;
use dwell_store::deliveries;
use dwell_store::events::Event;
use dwell_testkit::{Behaviour, SeededRandom, TestApp};
use serde_json::Value;
use tokio::task::JoinHandle;

const SEEDS: u64 = 16;
const STEPS: usize = 150;
const CONVERSATIONS_MAX: usize = 5;
/// Seconds within which everything arrives once all receivers are well.
const HEALED_SECONDS: i64 = 3_600;
/// Looks into the store within which a running dispatcher does what is due.
const LOOKS: usize = 25;
const FILTERS: [&str; 8] = [
    "onConversationAdded",
    "onConversationUpdated",
    "onConversationRemoved",
    "onConversationStateUpdated",
    "onMessageAdded",
    "onMessageUpdated",
    "onParticipantAdded",
    "onParticipantRemoved",
];
/// What a trigger listens for.
const KEYWORD: &str = "help";
/// Where receivers are; each hook has a page of its own there.
const HOSTS: usize = 4;

/// Somebody who is to be told.
#[derive(Debug, Clone)]
struct Hook {
    url: String,
    filters: Vec<&'static str>,
    /// Whether messages must hold [`KEYWORD`].
    is_trigger: bool,
}

struct Conversation {
    sid: String,
    /// With the service's tree before it.
    path: String,
    service: usize,
    hooks: Vec<Hook>,
    messages: Vec<String>,
    participants: Vec<String>,
    /// The number of the last event that was looked at.
    seen: i64,
    is_deleted: bool,
}

/// An event as its receivers can tell it from others: its name, and what else there is of these.
type Telling = (String, Vec<String>);
/// Tellings by URL and conversation.
type Told = BTreeMap<(String, String), Vec<Telling>>;
const MARKS: [&str; 5] = ["MessageSid", "Index", "ParticipantSid", "StateFrom", "StateTo"];

struct World {
    app: TestApp,
    dice: SeededRandom,
    /// The trees of the default service and of another.
    services: [String; 2],
    account_hook: Option<Hook>,
    service_hooks: [Option<Hook>; 2],
    conversations: Vec<Conversation>,
    expected: Told,
    urls: Vec<String>,
    servers: Vec<JoinHandle<()>>,
    count: usize,
}

impl World {
    async fn new(seed: u64) -> Self {
        let app = TestApp::new().await;
        let own = app.made("/v1/Services", &[("FriendlyName", "Other")]).await["sid"].as_str().unwrap().to_owned();
        World {
            app,
            dice: SeededRandom::new(seed),
            services: ["/v1".to_owned(), format!("/v1/Services/{own}")],
            account_hook: None,
            service_hooks: [None, None],
            conversations: Vec::new(),
            expected: BTreeMap::new(),
            urls: Vec::new(),
            servers: Vec::new(),
            count: 0,
        }
    }

    fn roll(&self, sides: usize) -> usize {
        usize::try_from(self.dice.below(u64::try_from(sides).unwrap())).unwrap()
    }

    fn start(&mut self) {
        let options = DispatcherOptions {
            calls_max: 8,
            calls_per_endpoint_max: 2,
            retry_hours_max: 720,
            ..DispatcherOptions::default()
        };
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

    /// A new hook.
    fn hook(&mut self, is_scoped: bool) -> Hook {
        // A conversation's own is not there yet when the conversation is added.
        let choice = if is_scoped { &FILTERS[1..] } else { &FILTERS[..] };
        let mut filters: Vec<&str> = choice.iter().copied().filter(|_| self.roll(2) == 0).collect();
        if filters.is_empty() {
            filters.push("onMessageAdded");
        }
        let is_trigger = is_scoped && self.roll(3) == 0;
        if is_trigger {
            filters = vec!["onMessageAdded"];
        }
        let url = format!("https://{}.example/{}", self.roll(HOSTS), self.urls.len());
        self.urls.push(url.clone());
        Hook { url, filters, is_trigger }
    }

    /// Sets up the hook of the account or of the second service.
    async fn configure(&mut self) {
        let hook = self.hook(false);
        let mut form = vec![("PostWebhookUrl", hook.url.as_str()), ("Method", "POST")];
        form.extend(hook.filters.iter().map(|filter| ("Filters", *filter)));
        let of_service = self.roll(2) == 1;
        let tree = &self.services[usize::from(of_service)];
        self.app.made(&format!("{tree}/Configuration/Webhooks"), &form).await;
        if of_service { self.service_hooks[1] = Some(hook) } else { self.account_hook = Some(hook) }
    }

    async fn add_hook(&mut self, c: usize) {
        let hook = self.hook(true);
        if self.conversations[c].hooks.len() >= 5 {
            return;
        }
        let mut form = vec![("Configuration.Url", hook.url.as_str()), ("Configuration.Method", "POST")];
        if hook.is_trigger {
            form.extend([("Target", "trigger"), ("Configuration.Triggers", KEYWORD)]);
        } else {
            form.push(("Target", "webhook"));
            form.extend(hook.filters.iter().map(|filter| ("Configuration.Filters", *filter)));
        }
        let path = format!("{}/Webhooks", self.conversations[c].path);
        if self.app.post(&path, &form).await.status == 201 {
            self.conversations[c].hooks.push(hook);
        }
    }

    /// Sends a write, of which webhooks are to hear or not. What is refused changes nothing.
    async fn write(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Option<Value> {
        let answer = if self.roll(4) == 0 {
            self.app.send(method, path, form, Some(&self.app.account)).await
        } else {
            self.app.send_told(method, path, form).await
        };
        assert!(answer.status < 500, "{method} {path}: {}", answer.text);
        (answer.status < 300).then_some(answer.body)
    }

    async fn create(&mut self) {
        let service = self.roll(2);
        let mut form = vec![("FriendlyName", "F")];
        if self.roll(2) == 0 {
            form.extend([("Timers.Inactive", "PT60S"), ("Timers.Closed", "PT600S")]);
        }
        let tree = self.services[service].clone();
        let Some(made) = self.write("POST", &format!("{tree}/Conversations"), &form).await else { return };
        let sid = made["sid"].as_str().unwrap().to_owned();
        self.conversations.push(Conversation {
            path: format!("{tree}/Conversations/{sid}"),
            sid,
            service,
            hooks: Vec::new(),
            messages: Vec::new(),
            participants: Vec::new(),
            seen: 0,
            is_deleted: false,
        });
    }

    async fn change(&mut self, c: usize) {
        let path = self.conversations[c].path.clone();
        self.count += 1;
        let text = format!("{} {}", if self.roll(2) == 0 { KEYWORD } else { "hello" }, self.count);
        match self.roll(10) {
            0..=4 => {
                if let Some(made) = self.write("POST", &format!("{path}/Messages"), &[("Body", &text)]).await {
                    self.conversations[c].messages.push(made["sid"].as_str().unwrap().to_owned());
                }
            }
            5 => {
                if let Some(sid) = self.conversations[c].messages.last() {
                    self.write("POST", &format!("{path}/Messages/{sid}"), &[("Body", &text)]).await;
                }
            }
            6 => {
                let made = self.write("POST", &format!("{path}/Participants"), &[("Identity", &text)]).await;
                let sids = made.map(|made| made["sid"].as_str().unwrap().to_owned());
                self.conversations[c].participants.extend(sids);
            }
            7 => {
                if let Some(sid) = self.conversations[c].participants.pop() {
                    self.write("DELETE", &format!("{path}/Participants/{sid}"), &[]).await;
                }
            }
            8 => {
                let state = ["active", "inactive", "closed"][self.roll(3)];
                self.write("POST", &path, &[("State", state), ("FriendlyName", &text)]).await;
            }
            _ if self.roll(4) == 0 => {
                if self.write("DELETE", &path, &[]).await.is_some() {
                    self.conversations[c].is_deleted = true;
                }
            }
            _ => {
                self.write("POST", &path, &[("FriendlyName", &text)]).await;
            }
        }
    }

    /// What follows from the events that are new in the log, for the hooks that are in force.
    async fn look(&mut self) {
        for c in 0..self.conversations.len() {
            let (sid, seen) = (self.conversations[c].sid.clone(), self.conversations[c].seen);
            let events = self.app.events(&sid).await;
            for event in events.into_iter().filter(|event| event.seq > seen) {
                self.expect(c, &event);
                self.conversations[c].seen = event.seq;
            }
        }
    }

    fn expect(&mut self, c: usize, event: &Event) {
        let payload: Value = serde_json::from_str(&event.payload).unwrap();
        // What a timer or a message brings about is told always.
        let is_told = event.notify || matches!(payload["Reason"].as_str(), Some("TIMER" | "EVENT"));
        let conversation = &self.conversations[c];
        let above = self.service_hooks[conversation.service].as_ref().or(self.account_hook.as_ref());
        let marks = MARKS.iter().map(|name| match &payload[*name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let telling = (event.kind.clone(), marks.collect());
        for hook in above.into_iter().chain(&conversation.hooks).filter(|_| is_told) {
            let is_heard = !hook.is_trigger || payload["Body"].as_str().is_some_and(|body| body.contains(KEYWORD));
            if is_heard && hook.filters.contains(&event.kind.as_str()) {
                let key = (hook.url.clone(), conversation.sid.clone());
                self.expected.entry(key).or_default().push(telling.clone());
            }
        }
    }

    fn behave(&self) {
        let behaviour = match self.roll(6) {
            0 => Behaviour::Answer(500, String::new()),
            1 => Behaviour::Answer(429, String::new()),
            2 => Behaviour::Silent,
            3 => Behaviour::Unreachable,
            _ => Behaviour::Answer(200, String::new()),
        };
        let host = format!("https://{}.", self.roll(HOSTS));
        for url in self.urls.iter().filter(|url| url.starts_with(&host)) {
            self.app.receivers.behave(url, behaviour.clone());
        }
    }

    async fn pending(&self) -> bool {
        let next = self.app.engine.store().read(deliveries::next_at).await;
        next.unwrap_or_else(|error: StoreError| panic!("{error}")).is_some()
    }

    /// Lets the servers do something, and sometimes all that they can do at this instant.
    async fn settle(&self, looks: usize) {
        for _ in 0..looks {
            self.app.sql("UPDATE webhook_deliveries SET seq = seq WHERE sid = ''").await;
        }
    }

    async fn step(mut self) -> Self {
        let living: Vec<usize> = (0..self.conversations.len()).filter(|c| !self.conversations[*c].is_deleted).collect();
        let one = (!living.is_empty()).then(|| living[self.roll(living.len())]);
        match (self.roll(20), one) {
            (0..=1, _) if living.len() < CONVERSATIONS_MAX => self.create().await,
            (2..=9, Some(c)) => self.change(c).await,
            (10..=11, Some(c)) => self.add_hook(c).await,
            (12, _) => self.configure().await,
            (13..=14, _) => self.behave(),
            (15, _) => return self.crash().await,
            (16, _) if self.servers.len() < 2 => self.start(),
            (17, _) => {
                self.app.clock.advance(i64::try_from(1 + self.roll(700)).unwrap());
                self.app.fire_due().await;
            }
            _ => {
                let micros = i64::try_from(self.roll(3_000_000)).unwrap();
                self.app.clock.set(self.app.clock.now().plus_micros(micros));
            }
        }
        self.look().await;
        self.settle(self.roll(6)).await;
        self
    }

    async fn finish(mut self) {
        self = self.crash().await;
        for url in &self.urls {
            self.app.receivers.behave(url, Behaviour::Answer(200, String::new()));
        }
        self.app.fire_due().await;
        self.look().await;
        self.start();
        let end = self.app.clock.now().plus_seconds(HEALED_SECONDS);
        while self.pending().await {
            assert!(self.app.clock.now() < end, "something still waits");
            self.settle(LOOKS).await;
            self.app.clock.advance(5);
        }
        assert_eq!(told(&self.app.receivers.take_accepted()), self.expected);
    }
}

/// What was taken, without repetitions, by receiver and conversation.
fn told(calls: &[Call]) -> Told {
    let (mut seen, mut told) = (BTreeSet::new(), Told::new());
    for call in calls.iter().filter(|call| seen.insert(&call.idempotency_token)) {
        let param = |name: &str| {
            call.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let telling = (param("EventType"), MARKS.iter().map(|name| param(name)).collect());
        told.entry((call.url.clone(), param("ConversationSid"))).or_default().push(telling);
    }
    told
}

async fn play(seed: u64) -> usize {
    let mut world = World::new(seed).await;
    for _ in 0..STEPS {
        world = world.step().await;
    }
    let expected = world.expected.values().map(Vec::len).sum();
    world.finish().await;
    expected
}

#[tokio::test]
async fn every_event_reaches_whom_it_is_for_in_order_and_nobody_else() {
    let mut expected = 0;
    for seed in 1..=SEEDS {
        expected += tokio::spawn(play(seed)).await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    assert!(expected > 500, "there was something to tell: {expected}");
}
