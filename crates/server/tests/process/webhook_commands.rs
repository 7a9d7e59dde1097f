//! `dwell webhooks`: deliveries on a running server, and the receiver for development.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use dwell_core::webhook::Method;
use dwell_core::{AccountSid, DeliverySid, SidBytes, Timestamp};
use dwell_delivery::{Guard, HttpTransport};
use dwell_engine::hooks::{AuthToken, Call, Reply, Transport};
use dwell_store::deliveries::{self, Delivery, Status, Way};
use dwell_store::{DatabaseUrl, Options, Store, StoreError};
use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::server::{Ended, Home, Server};

const HOOK: &str = "WH00000000000000000000000000000001";

/// Writes failed deliveries beside the server, the first to a hook of its own.
fn write_failed(home: &Home, account: &str, count: i64) -> Vec<String> {
    let store = Store::open(&DatabaseUrl::Sqlite(home.path("dwell-data/dwell.db")), &Options::default()).unwrap();
    let account_sid = AccountSid::parse(account).unwrap();
    let all: Vec<_> = (1..=count)
        .map(|n| Delivery {
            sid: DeliverySid::new(SidBytes::new(n, 0, [7; 8])),
            account_sid,
            hook_sid: if n == 1 { HOOK.to_owned() } else { account.to_owned() },
            stream_sid: "US00000000000000000000000000000001".to_owned(),
            seq: n,
            event: "onUserAdded".to_owned(),
            url: "http://jo:hush@127.0.0.1:1/hook".to_owned(),
            way: Way::Call(Method::Post),
            params: "{}".to_owned(),
            status: Status::Failed,
            attempts: 4,
            last_status: Some(503),
            last_error: None,
            created_at: Timestamp::from_seconds(n),
            finished_at: Some(Timestamp::from_seconds(4_000_000_000)),
        })
        .collect();
    let sids = all.iter().map(|d| d.sid.to_string()).collect();
    let written = store.write_blocking(move |tx| -> Result<(), StoreError> {
        deliveries::enqueue(tx, &all)?;
        for d in &all {
            deliveries::update(tx, d)?;
            deliveries::take_out(tx, &d.hook_sid, &d.stream_sid)?;
        }
        Ok(())
    });
    written.unwrap();
    sids
}

fn webhooks(home: &Home, api: &Api, arguments: &[&str]) -> Ended {
    let environment = [
        ("DWELL_URL", api.url.as_str()),
        ("TWILIO_ACCOUNT_SID", api.user.as_str()),
        ("TWILIO_AUTH_TOKEN", api.password.as_str()),
    ];
    home.run_with(&[&["webhooks"], arguments].concat(), &environment)
}

#[test]
fn deliveries_are_listed_and_sent_again() {
    let home = Home::new();
    let server: Server = home.start_with(&[], &[]);
    let api = server.new_account(&home, &[]);
    let said = |arguments: &[&str]| {
        let ended = webhooks(&home, &api, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        ended.stdout
    };
    let parsed = |arguments: &[&str]| serde_json::from_str::<Value>(&said(arguments)).unwrap();
    assert_eq!((said(&["deliveries"]).as_str(), parsed(&["deliveries", "--json"])), ("", json!([])));

    let sids = write_failed(&home, &api.user, 150);
    let line = said(&["deliveries", "--limit", "1"]);
    let start =
        format!("{}  1970-01-01T00:02:30.000000Z  failed     onUserAdded  http://***@127.0.0.1:1/hook", sids[149]);
    assert_eq!(line, format!("{start}  attempts 4  503\n"));
    let all = parsed(&["deliveries", "--status", "failed", "--limit", "0", "--json"]);
    let listed: Vec<_> = all.as_array().unwrap().iter().map(|d| text(d, "sid").to_owned()).collect();
    assert_eq!(listed, sids.iter().rev().cloned().collect::<Vec<_>>(), "over several pages");
    assert_eq!(parsed(&["deliveries", "--json"]).as_array().unwrap().len(), 100);
    let of_hook = said(&["deliveries", "--hook", HOOK, "--event", "onUserAdded"]);
    assert!(of_hook.starts_with(&sids[0]) && of_hook.lines().count() == 1, "{of_hook}");
    let conversation = "CH00000000000000000000000000000001";
    assert_eq!(said(&["deliveries", "--conversation", conversation]), "");

    assert_eq!(said(&["resend", &sids[1]]), format!("{} waits again\n", sids[1]));
    assert_eq!(text(&parsed(&["resend", &sids[2], "--json"]), "sid"), sids[2]);
    assert_eq!(said(&["resend", "--all-failed", "--hook", HOOK]), "1 failed deliveries wait again\n");
    assert_eq!(parsed(&["resend", "--all-failed", "--conversation", conversation, "--json"]), json!({"resent": 0}));
    assert!(parsed(&["resend", "--all-failed", "--json"])["resent"].as_i64().unwrap() >= 147);

    let refused = webhooks(&home, &api, &["resend", "WD00000000000000000000000000000000"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("code 20404"), "{}", refused.stderr);
    for wrong in [
        &["resend"] as &[&str],
        &["resend", "x"],
        &["resend", &sids[0], "--all-failed"],
        &["resend", &sids[0], "--hook", HOOK],
        &["listen", "--status", "99"],
        &["listen", "--answer", "{"],
    ] {
        assert_eq!(webhooks(&home, &api, wrong).code, Some(2), "{wrong:?}");
    }
}

/// A receiver of a test's own; killed when dropped.
struct Listener {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Listener {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut command = home.command(&[&["webhooks", "listen", "--port", "0"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let port = first.trim_end_matches(['"', '}']).rsplit(':').next().unwrap().parse().unwrap();
        Listener { child, lines, port }
    }

    fn next(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn call(url: String, method: Method, token: &str) -> Reply {
    let transport = HttpTransport::new(Guard::from_allow_list(&["127.0.0.0/8".to_owned()]).unwrap()).unwrap();
    let params = [("EventType", "onMessageAdded"), ("Body", "é & \"\u{1b}[31m\"\nx")];
    let call = Call {
        url,
        method,
        params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        auth_token: AuthToken::new(token),
        idempotency_token: "9c4f".to_owned(),
        timeout_millis: 5_000,
        body_bytes_max: 1_024,
    };
    transport.call(call).await.unwrap()
}

#[tokio::test]
async fn the_receiver_prints_what_arrives() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &["--auth-token", "secret", "--answer", "{\"body\":\"x\"}"]);
    let url = format!("http://127.0.0.1:{}/hook?a=b", listener.port);
    for (method, name) in [(Method::Post, "POST"), (Method::Get, "GET")] {
        for (token, verdict) in [("secret", "valid"), ("other", "invalid")] {
            let reply = call(url.clone(), method, token).await;
            assert_eq!((reply.status, reply.body.as_slice()), (200, b"{\"body\":\"x\"}".as_slice()));
            assert_eq!(reply.content_type.as_deref(), Some("application/json"));
            let head = listener.next();
            assert!(head.contains(&format!("  onMessageAdded  {name} {url}")), "{head}");
            assert!(head.ends_with(&format!("  signature {verdict}")), "{head}");
            let rest = [listener.next(), listener.next(), listener.next()];
            let expected = ["    a: b", "    EventType: onMessageAdded", "    Body: é & \"\\u{1b}[31m\"\\nx"];
            assert_eq!(rest, expected);
        }
    }
}

#[tokio::test]
async fn the_receiver_prints_json_and_checks_nothing_without_a_token() {
    let home = Home::new();
    let mut listener = Listener::start(&home, &["--json", "--status", "503"]);
    let url = format!("http://127.0.0.1:{}/", listener.port);
    let reply = call(url.clone(), Method::Post, "secret").await;
    assert_eq!((reply.status, reply.body.len()), (503, 0));
    let mut event: Value = serde_json::from_str(&listener.next()).unwrap();
    assert!(event["at"].take().is_string());
    let parameters = json!([["EventType", "onMessageAdded"], ["Body", "é & \"\u{1b}[31m\"\nx"]]);
    let expected = json!({
        "at": null,
        "event_type": "onMessageAdded",
        "method": "POST",
        "url": url,
        "signature": "unchecked",
        "idempotency_token": "9c4f",
        "parameters": parameters,
    });
    assert_eq!(event, expected);
}
