//! A desk under a policy whose process is killed again and again while customers write, agents answer and the clock
//! is turned over warnings, farewells and ends. What happened is then held against the policy, event by event, and
//! the sessions against what happened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use dwell_core::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::api::{Api, instant, text};
use crate::dice::Dice;
use crate::server::Home;

const ROUNDS: usize = 4;
const CLIENTS: usize = 3;
const AGENTS: [&str; 2] = ["ada", "bo"];
const CUSTOMER: &str = "grace";

const IDLE_SECONDS: i64 = 300;
const WARNING_SECONDS: i64 = 240;
const END_SECONDS: i64 = 3_600;
const WARNING: &str = "Are you still there?";
const FAREWELL: &str = "I am here when you are.";
const POLICY: [(&str, &str); 9] = [
    ("FriendlyName", "Desk"),
    ("Counts", "customer"),
    ("StartsOn", "last_message"),
    ("IdleAfter", "PT5M"),
    ("Warnings", r#"[{"before": "PT1M", "body": "Are you still there?"}]"#),
    ("Farewell", FAREWELL),
    ("Action", "inactivate_and_end"),
    ("EndInactiveAfter", "PT1H"),
    ("EndCloses", "true"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_breaks_no_desk_on_sqlite() {
    survive(Home::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_breaks_no_desk_on_postgres() {
    survive(Home::on_postgres()).await;
}

/// What was acknowledged: the texts of each conversation.
#[derive(Clone)]
struct Book {
    texts: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
    count: watch::Sender<usize>,
}

impl Book {
    fn note(&self, conversation: &str, body: Option<String>) {
        self.texts.lock().unwrap().entry(conversation.to_owned()).or_default().extend(body);
        self.count.send_modify(|count| *count += 1);
    }

    fn pick(&self, dice: &mut Dice) -> Option<String> {
        let texts = self.texts.lock().unwrap();
        // Mostly the newest: the others are closed before long.
        let back = dice.roll(texts.len().clamp(1, 4) as u64) as usize;
        texts.keys().rev().nth(back).cloned()
    }
}

async fn survive(home: Home) {
    let mut dice = Dice::new();
    let book = Book { texts: Arc::default(), count: watch::Sender::new(0) };
    let mut server = home.start();
    let mut api = server.new_account(&home, &["--test"]);
    // Nothing comes due between two looks.
    api.post("/dwell/v1/TestClock/Freeze", &[]).await;
    api.post("/dwell/v1/LifecyclePolicies", &POLICY).await;
    api.post("/dwell/v1/Desk", &[("Routing", "automatic"), ("LimitDefault", "3")]).await;
    for identity in AGENTS {
        let email = format!("{identity}@example.com");
        let person = [("Email", &*email), ("FriendlyName", identity), ("Identity", identity), ("Role", "agent")];
        api.post("/dwell/v1/People", &person).await;
        api.post(&format!("/dwell/v1/Agents/{identity}"), &[("Available", "true")]).await;
    }
    for round in 0..ROUNDS {
        let mut clients = Vec::new();
        for client in 0..CLIENTS {
            let name = format!("round {round} client {client}");
            clients.push(tokio::spawn(work(api.clone(), book.clone(), dice.another(), name)));
        }
        clients.push(tokio::spawn(turn(api.clone(), dice.another())));
        let target = *book.count.borrow() + 20 + dice.roll(80) as usize;
        book.count.subscribe().wait_for(|count| *count >= target).await.unwrap();
        for _ in 0..dice.roll(3_000) {
            tokio::task::yield_now().await;
        }
        server.kill();
        for client in clients {
            client.await.unwrap();
        }
        server = home.start();
        api = api.at(&server.url);
        check_desk(&api).await;
    }
    api.post("/dwell/v1/TestClock/Advance", &[("By", "P1D")]).await;
    check_desk(&api).await;
    let texts = std::mem::take(&mut *book.texts.lock().unwrap());
    let mut said = BTreeMap::new();
    for conversation in api.all("/v1/Conversations", "conversations").await {
        let sid = text(&conversation, "sid");
        let life = Life::read(&api, sid).await;
        assert_eq!(life.state, "closed", "{sid}");
        check_sessions(&api, sid, &life).await;
        for body in texts.get(sid).into_iter().flatten() {
            assert_eq!(life.texts.iter().filter(|known| *known == body).count(), 1, "{sid}: {body}");
        }
        for what in life.seen {
            *said.entry(what).or_insert(0) += 1;
        }
    }
    println!("{said:?}");
    for what in ["warned", "inactive by timer", "returned", "closed"] {
        assert!(said.contains_key(what), "it never happened that a conversation was {what}: {said:?}");
    }
}

/// Does what customers and agents do until the connection breaks. Nothing is tried twice.
async fn work(api: Api, book: Book, mut dice: Dice, name: String) {
    for number in 0.. {
        let body = format!("{name} number {number}");
        let known = book.pick(&mut dice).filter(|_| dice.roll(4) > 0);
        let sent = match &known {
            None => begin(&api, &book).await,
            Some(sid) => match dice.roll(6) {
                0 => act(&api, &format!("/dwell/v1/Conversations/{sid}/Inactivate"), &[("Reason", "quiet")]).await,
                1 | 2 => {
                    let sent = act(&api, &format!("/dwell/v1/Conversations/{sid}/Reply"), &[("Body", &body)]).await;
                    sent.inspect(|done| book.note(sid, done.then_some(body)))
                }
                _ => {
                    let form = [("Author", CUSTOMER), ("Body", &*body)];
                    let sent = act(&api, &format!("/v1/Conversations/{sid}/Messages"), &form).await;
                    sent.inspect(|done| book.note(sid, done.then_some(body)))
                }
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn begin(api: &Api, book: &Book) -> reqwest::Result<bool> {
    let (status, conversation) = api.try_post("/v1/Conversations", &[]).await?;
    assert_eq!(status, 201, "{conversation}");
    let path = format!("/v1/Conversations/{}", text(&conversation, "sid"));
    act(api, &format!("{path}/Participants"), &[("Identity", CUSTOMER)]).await?;
    book.note(text(&conversation, "sid"), None);
    Ok(true)
}

/// Whether it was done: what the state of things forbids is refused.
async fn act(api: &Api, path: &str, form: &[(&str, &str)]) -> reqwest::Result<bool> {
    let (status, answer) = api.try_post(path, form).await?;
    assert!(matches!(status, 200 | 201 | 400 | 409), "{path}: {status} {answer}");
    Ok(status < 300)
}

/// Turns the clock until the connection breaks.
async fn turn(api: Api, mut dice: Dice) {
    loop {
        let by = ["PT1S", "PT61S", "PT90S", "PT4M"][dice.roll(4) as usize];
        match api.try_post("/dwell/v1/TestClock/Advance", &[("By", by)]).await {
            Ok((200, _)) => {}
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => return,
        }
    }
}

/// Nothing waits beside somebody who has room, and everybody has what the sessions say.
async fn check_desk(api: &Api) {
    // Ends with everything carried out over which the clock was turned when the process was killed.
    api.post("/dwell/v1/TestClock/Advance", &[("By", "PT1S")]).await;
    let sessions = api.all("/dwell/v1/Sessions", "sessions").await;
    let waits = sessions.iter().filter(|session| session["status"] == "waiting").count();
    for agent in api.all("/dwell/v1/Agents", "agents").await {
        let owns = |status: &str| {
            let owned = |s: &&Value| s["status"] == status && s["owner"] == agent["identity"];
            sessions.iter().filter(owned).count()
        };
        assert_eq!(agent["used"], owns("active"), "{agent}");
        assert_eq!(agent["inactive"], owns("paused") + owns("inactive"), "{agent}");
        assert!(waits == 0 || agent["free"].as_i64().unwrap() <= 0, "{waits} wait beside {agent}");
    }
}

/// What a conversation has lived through, held against the policy.
struct Life {
    state: String,
    texts: Vec<String>,
    seen: Vec<&'static str>,
    /// Where in the log the customer first wrote, which begins the session.
    began: Option<usize>,
    /// What the session must have in its log of what came then: the act and the instant.
    acts: Vec<(&'static str, Timestamp)>,
}

impl Life {
    async fn read(api: &Api, sid: &str) -> Self {
        let lifecycle = api.fetch(&format!("/dwell/v1/Conversations/{sid}/Lifecycle")).await;
        let created = instant(&lifecycle["history"][0], "at");
        let mut life =
            Life { state: "active".to_owned(), texts: Vec::new(), seen: Vec::new(), began: None, acts: Vec::new() };
        let (mut quiet_since, mut inactive_since) = (created, None);
        let (mut is_warned, mut said_farewell) = (false, None);
        let log = api.all(&format!("/dwell/v1/Conversations/{sid}/Events"), "events").await;
        let told = |event: &Value| format!("{sid} at {event}\n{}", pretty(&log));
        for (place, event) in log.iter().enumerate() {
            assert_eq!(event["seq"], place + 1, "{}", told(event));
            let (at, payload) = (instant(event, "at"), &event["payload"]);
            match text(event, "kind") {
                "onMessageAdded" => {
                    let body = text(payload, "Body");
                    assert_ne!(life.state, "closed", "{}", told(event));
                    life.texts.push(body.to_owned());
                    if body == WARNING {
                        let due = quiet_since.plus_seconds(WARNING_SECONDS);
                        assert_eq!((at, is_warned, &*life.state), (due, false, "active"), "{}", told(event));
                        is_warned = true;
                        life.seen.push("warned");
                    } else if body == FAREWELL {
                        assert_eq!(at, quiet_since.plus_seconds(IDLE_SECONDS), "{}", told(event));
                        said_farewell = Some(at);
                    } else if text(payload, "Author") == CUSTOMER {
                        let is_late = at >= quiet_since.plus_seconds(IDLE_SECONDS);
                        assert!(life.state == "inactive" || !is_late, "overslept: {}", told(event));
                        (quiet_since, is_warned) = (at, false);
                        if life.began.is_none() {
                            life.began = Some(place);
                            life.acts.clear();
                        }
                    }
                }
                "onConversationStateUpdated" => {
                    let [from, to, why] = ["StateFrom", "StateTo", "Reason"].map(|name| text(payload, name));
                    assert_eq!(from, life.state, "{}", told(event));
                    to.clone_into(&mut life.state);
                    match (to, why) {
                        ("inactive", "TIMER") => {
                            assert_eq!(at, quiet_since.plus_seconds(IDLE_SECONDS), "{}", told(event));
                            assert_eq!((is_warned, said_farewell.take()), (true, Some(at)), "{}", told(event));
                            life.seen.push("inactive by timer");
                            life.acts.push(("inactivated", at));
                        }
                        ("inactive", "API") => {
                            life.seen.push("inactive by agent");
                            life.acts.push(("inactivated", at));
                        }
                        ("active", "EVENT") => {
                            // Also what an agent writes makes it active, and the clock starts anew.
                            (quiet_since, is_warned) = (at, false);
                            // It is the message before that made it active.
                            let before = &log[place - 1]["payload"]["Author"];
                            let act = if before == CUSTOMER { "returned" } else { "reopened" };
                            if life.began != Some(place - 1) {
                                life.seen.push(act);
                                life.acts.push((act, at));
                            }
                        }
                        ("closed", "TIMER") => {
                            assert_eq!(Some(at), inactive_since.map(|at: Timestamp| at.plus_seconds(END_SECONDS)));
                            life.seen.push("closed");
                            life.acts.push(("ended", at));
                        }
                        _ => panic!("{}", told(event)),
                    }
                    inactive_since = (to == "inactive").then_some(at);
                }
                _ => {}
            }
        }
        assert_eq!(said_farewell, None, "a farewell without leaving: {sid}");
        life
    }
}

/// Its session began once, went through what the conversation went through, and ended with it.
async fn check_sessions(api: &Api, sid: &str, life: &Life) {
    let sessions = api.all(&format!("/dwell/v1/Sessions?ConversationSid={sid}"), "sessions").await;
    if sessions.is_empty() {
        assert_eq!(life.began, None, "{sid} has no session");
        return;
    }
    assert_eq!(sessions.len(), 1, "{sid}");
    assert_eq!(sessions[0]["status"], "ended", "{sid}");
    let log = api.all(&format!("/dwell/v1/Sessions/{}/Log", text(&sessions[0], "sid")), "log").await;
    let mut status = Value::Null;
    for (place, line) in log.iter().enumerate() {
        assert_eq!((&line["seq"], &line["from"]), (&Value::from(place + 1), &status), "{sid}: {}", pretty(&log));
        status = line["to"].clone();
    }
    let lines: Vec<_> = log.iter().map(|line| (text(line, "act"), instant(line, "at"))).collect();
    assert_eq!(lines.iter().filter(|(act, _)| *act == "begun").count(), 1, "{sid}: {}", pretty(&log));
    let followed = ["inactivated", "returned", "reopened", "ended"];
    let lines: Vec<_> = lines.into_iter().filter(|(act, _)| followed.contains(act)).collect();
    assert_eq!(lines, life.acts, "{sid}: {}", pretty(&log));
}

fn pretty(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
