//! Crashes: the process is killed again and again while it is busy, and started again on the
//! same data. What was acknowledged is there, nothing is there twice, and every timer was carried out
//! once, at the microsecond at which it was due.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use dwell_core::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::api::{Api, instant, text};
use crate::dice::Dice;
use crate::server::Home;

const ROUNDS: usize = 6;
const WRITERS: u64 = 4;
/// Timers that do not end by themselves while the test runs, each with its seconds.
const TIMERS: [(&str, i64, &str, i64); 3] =
    [("PT10M", 600, "PT10M", 600), ("PT20M", 1_200, "PT15M", 900), ("PT1H", 3_600, "P1D", 86_400)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    survive(Home::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres() {
    survive(Home::on_postgres()).await;
}

/// A message that was acknowledged.
struct Message {
    sid: String,
    index: u64,
    body: String,
}

/// What was acknowledged: conversations with the place of their timers in [`TIMERS`], and messages.
#[derive(Default)]
struct Ledger {
    conversations: BTreeMap<String, usize>,
    messages: HashMap<String, Vec<Message>>,
    acknowledged: usize,
}

/// What the clients of a round share.
#[derive(Clone)]
struct Book {
    ledger: Arc<Mutex<Ledger>>,
    count: watch::Sender<usize>,
}

impl Book {
    fn note(&self, write: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.ledger.lock().unwrap();
        write(&mut ledger);
        ledger.acknowledged += 1;
        self.count.send_replace(ledger.acknowledged);
    }

    fn pick(&self, dice: &mut Dice) -> Option<String> {
        let ledger = self.ledger.lock().unwrap();
        let nth = dice.roll(ledger.conversations.len().max(1) as u64) as usize;
        ledger.conversations.keys().nth(nth).cloned()
    }
}

async fn survive(home: Home) {
    let mut dice = Dice::new();
    let book = Book { ledger: Arc::default(), count: watch::Sender::new(0) };
    let mut accounts: Option<(Api, Api)> = None;
    for round in 0..ROUNDS {
        let mut server = home.start();
        let (chat, timed) = accounts
            .take()
            .unwrap_or_else(|| (server.new_account(&home, &["--test"]), server.new_account(&home, &["--test"])));
        let (chat, timed) = (chat.at(&server.url), timed.at(&server.url));
        let mut clients = Vec::new();
        for writer in 0..WRITERS {
            let name = format!("round {round} writer {writer}");
            clients.push(tokio::spawn(write(chat.clone(), book.clone(), dice.another(), name)));
        }
        clients.push(tokio::spawn(turn(timed.clone())));
        let target = *book.count.borrow() + 10 + dice.roll(150) as usize;
        let mut count = book.count.subscribe();
        count.wait_for(|count| *count >= target).await.unwrap();
        for _ in 0..dice.roll(3_000) {
            tokio::task::yield_now().await;
        }
        server.kill();
        for client in clients {
            client.await.unwrap();
        }
        accounts = Some((chat, timed));
    }
    let server = home.start();
    let (chat, timed) = accounts.unwrap();
    let ledger = std::mem::take(&mut *book.ledger.lock().unwrap());
    let messages: usize = ledger.messages.values().map(Vec::len).sum();
    println!("{} conversations and {messages} messages acknowledged", ledger.conversations.len());
    check_messages(&chat.at(&server.url), &ledger).await;
    check_timers(&chat.at(&server.url), &ledger).await;
    check_turned(&timed.at(&server.url)).await;
}

/// Creates conversations and posts messages until the connection breaks. Nothing is tried twice.
async fn write(api: Api, book: Book, mut dice: Dice, name: String) {
    for number in 0.. {
        let known = book.pick(&mut dice);
        let sent = match known.filter(|_| dice.roll(5) > 0) {
            Some(conversation) => {
                let body = format!("{name} number {number}");
                let path = format!("/v1/Conversations/{conversation}/Messages");
                let sent = api.try_post(&path, &[("Author", "crash"), ("Body", &body)]).await;
                sent.map(|(status, answer)| {
                    if status == 201 {
                        let (sid, index) = (text(&answer, "sid").to_owned(), answer["index"].as_u64().unwrap());
                        let message = Message { sid, index, body };
                        book.note(|ledger| ledger.messages.entry(conversation).or_default().push(message));
                    }
                    (status, answer)
                })
            }
            None => {
                let kind = dice.roll(TIMERS.len() as u64) as usize;
                let (inactive, _, closed, _) = TIMERS[kind];
                let form = [("Timers.Inactive", inactive), ("Timers.Closed", closed)];
                let sent = api.try_post("/v1/Conversations", &form).await;
                sent.inspect(|(status, answer)| {
                    if *status == 201 {
                        let sid = text(answer, "sid").to_owned();
                        book.note(|ledger| _ = ledger.conversations.insert(sid, kind));
                    }
                })
            }
        };
        match sent {
            Ok((201, _)) => {}
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => return,
        }
    }
}

/// Creates conversations and turns the clock over their timers until the connection breaks.
async fn turn(api: Api) {
    loop {
        for _ in 0..4 {
            let form = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
            if api.try_post("/v1/Conversations", &form).await.is_err() {
                return;
            }
        }
        match api.try_post("/dwell/v1/TestClock/Advance", &[("By", "PT61S")]).await {
            Ok((200, _)) => {}
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => return,
        }
    }
}

/// Every acknowledged message is there, under its index, and no index or message is there twice.
async fn check_messages(api: &Api, ledger: &Ledger) {
    assert!(ledger.messages.len() > 1 && ledger.acknowledged > ROUNDS * 10);
    for (conversation, acknowledged) in &ledger.messages {
        let stored = api.all(&format!("/v1/Conversations/{conversation}/Messages"), "messages").await;
        for (place, message) in stored.iter().enumerate() {
            assert_eq!(message["index"], place, "{conversation}: {stored:?}");
        }
        let bodies: BTreeSet<_> = stored.iter().map(|message| text(message, "body")).collect();
        assert_eq!(bodies.len(), stored.len(), "{conversation}: a message came twice: {stored:?}");
        for message in acknowledged {
            let found =
                stored.get(message.index as usize).unwrap_or_else(|| panic!("{conversation}: lost {message:?}"));
            assert_eq!((text(found, "sid"), text(found, "body")), (&*message.sid, &*message.body));
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.index, self.sid, self.body)
    }
}

/// The entries after the creation as `(to, reason, at)`, and the instant of the creation.
fn history(life: &Value) -> (Timestamp, Vec<(&str, &str, Timestamp)>) {
    let mut entries =
        life["history"].as_array().unwrap().iter().map(|e| (text(e, "to"), text(e, "reason"), instant(e, "at")));
    let (_, _, created) = entries.next().unwrap();
    (created, entries.collect())
}

async fn life(api: &Api, conversation: &str) -> Value {
    api.fetch(&format!("/dwell/v1/Conversations/{conversation}/Lifecycle")).await
}

/// Every acknowledged conversation is there with its timers armed from its last message; a year later
/// each has ended once.
async fn check_timers(api: &Api, ledger: &Ledger) {
    let listed = api.all("/v1/Conversations", "conversations").await;
    let listed: BTreeSet<_> = listed.iter().map(|conversation| text(conversation, "sid").to_owned()).collect();
    let mut expected = BTreeMap::new();
    for conversation in &listed {
        let before = life(api, conversation).await;
        let (created, happened) = history(&before);
        assert_eq!(happened, [], "{before}");
        let messages = api.all(&format!("/v1/Conversations/{conversation}/Messages"), "messages").await;
        let quiet_since = instant(&before["armed"], "started");
        match messages.last() {
            // The contract's dates have whole seconds.
            Some(message) => assert_eq!(quiet_since.to_rfc3339_seconds(), text(message, "date_created"), "{before}"),
            None => assert_eq!(quiet_since, created, "{before}"),
        }
        let timers = (text(&before["timers"], "inactive"), text(&before["timers"], "closed"));
        let (_, inactive, _, closed) = *TIMERS.iter().find(|(i, _, c, _)| (*i, *c) == timers).unwrap();
        let inactive_at = quiet_since.plus_seconds(inactive);
        let ends = [("inactive", "TIMER", inactive_at), ("closed", "TIMER", inactive_at.plus_seconds(closed))];
        expected.insert(conversation.clone(), ends);
        if let Some(kind) = ledger.conversations.get(conversation) {
            assert_eq!((TIMERS[*kind].0, TIMERS[*kind].2), timers);
        }
    }
    for conversation in ledger.conversations.keys() {
        assert!(listed.contains(conversation), "lost {conversation}");
    }
    let reading = api.post("/dwell/v1/TestClock/Advance", &[("By", "P365D")]).await;
    assert_eq!(reading["transitions"], expected.len() * 2);
    for (conversation, ends) in &expected {
        let after = life(api, conversation).await;
        assert_eq!(history(&after).1, ends, "{after}");
    }
}

/// Timers over which the clock was turned while the process was killed ended once, too.
async fn check_turned(api: &Api) {
    api.post("/dwell/v1/TestClock/Advance", &[("By", "P365D")]).await;
    let listed = api.all("/v1/Conversations", "conversations").await;
    assert!(listed.len() > ROUNDS, "the clock was turned: {}", listed.len());
    for conversation in listed {
        let after = life(api, text(&conversation, "sid")).await;
        let (created, happened) = history(&after);
        let inactive_at = created.plus_seconds(60);
        let ends = [("inactive", "TIMER", inactive_at), ("closed", "TIMER", inactive_at.plus_seconds(600))];
        assert_eq!(happened, ends, "{after}");
    }
}
