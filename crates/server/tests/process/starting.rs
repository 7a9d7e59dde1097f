//! What happens at a start: the first, the next, and those that cannot be.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::server::{Home, mode};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "00112233445566778899aabbccddeeff";
const OTHER_TOKEN: &str = "ffeeddccbbaa99887766554433221100";

#[tokio::test]
async fn the_first_start_for_development_says_all_that_one_needs() {
    let home = Home::new();
    let mut server = home.start_with(&["--dev"], &[]);
    let introduction = server.introduction();
    let (url, sid, token) = introduction.clone();
    assert_eq!(url, server.url);
    assert_eq!(mode(&home.path("dwell-data")), 0o700);
    assert_eq!(mode(&home.path("dwell-data/secret.key")), 0o600);
    assert_eq!(server.api(&sid, &token).get("/v1/Conversations").await.0, 200);
    assert_eq!(server.api(&sid, "wrong").get("/v1/Conversations").await.0, 401);
    // Its clock can be turned.
    assert_eq!(server.api(&sid, &token).get("/dwell/v1/TestClock").await.0, 200);
    let said: Vec<_> = server.stop().iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect();
    let webhooks = "Webhooks may call this machine, because of --dev";
    assert_eq!(said, ["Console Email", "Console Password", webhooks]);

    let closed = [("DWELL_WEBHOOK_NETWORKS_ALLOWED", "192.0.2.0/24")];
    let mut server = home.start_with(&["--dev"], &closed);
    let (_, same_sid, same_token) = server.introduction();
    assert_eq!((same_sid, same_token), (sid, token));
    assert!(server.stop().is_empty(), "only what was asked for is open");
    let mut server = home.start();
    assert!(server.stop().is_empty(), "without --dev nobody is told again");
}

#[tokio::test]
async fn the_first_start_prints_the_account_that_it_made() {
    let home = Home::new();
    let mut server = home.start_with(&[], &[("DWELL_PUBLIC_BASE_URL", "https://chat.example.com/")]);
    let (url, sid, token) = server.introduction();
    assert_eq!(url, "https://chat.example.com");
    let api = server.api(&sid, &token);
    assert_eq!(api.get("/v1/Conversations").await.0, 200);
    let (status, refusal) = api.get("/dwell/v1/TestClock").await;
    assert_ne!(status, 200, "a live account follows real time: {refusal}");
    assert!(server.stop().is_empty());
    assert!(!server.log_so_far.join("\n").contains(&token), "secrets are not logged");
}

#[tokio::test]
async fn credentials_of_the_environment_are_adopted() {
    let home = Home::new();
    let adopt = |token| [("TWILIO_ACCOUNT_SID", SID), ("TWILIO_AUTH_TOKEN", token)];
    let mut server = home.start_with(&[], &adopt(TOKEN));
    assert_eq!(server.api(SID, TOKEN).get("/v1/Conversations").await.0, 200);
    assert!(server.stop().is_empty());

    let mut server = home.start_with(&["--dev"], &adopt(OTHER_TOKEN));
    assert_eq!(server.introduction().1, SID);
    assert_eq!(server.api(SID, TOKEN).get("/v1/Conversations").await.0, 401);
    assert_eq!(server.api(SID, OTHER_TOKEN).get("/v1/Conversations").await.0, 200);
    server.stop();
    let log = server.log_so_far.join("\n");
    assert!(log.contains("replaced by that of TWILIO_AUTH_TOKEN"), "{log}");
    assert!(!log.contains(TOKEN) && !log.contains(OTHER_TOKEN), "{log}");
    assert_eq!(home.json(&["account", "list", "--json"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_started_says_why_in_one_line() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    std::fs::write(home.path("bad.toml"), "listen = \"127.0.0.1:0\"\nlsiten = \"\"\n").unwrap();
    std::fs::write(home.path("file"), "not a directory").unwrap();
    std::fs::write(home.path("garbage.db"), "not a database, by any means, for it is a text").unwrap();
    let nothing: &[(&str, &str)] = &[];
    for (arguments, environment, code, said) in [
        (&["--listen", &taken][..], nothing, 1, "another process listens there already"),
        (&["--metrics-listen", &taken], nothing, 1, "metrics_listen"),
        (&["--config", "absent.toml"], nothing, 1, "cannot read settings file absent.toml"),
        (&["--config", "bad.toml"], nothing, 1, "bad.toml:2: unknown field `lsiten`"),
        (&["--database", "sqlite:file/dwell.db"], nothing, 1, "cannot make the directory file"),
        (&["--database", "sqlite:garbage.db"], nothing, 1, "garbage.db"),
        (&["--database", "postgres://nobody@127.0.0.1:1/none"], nothing, 1, "postgres://nobody@127.0.0.1:1/none"),
        (&[], &[("TWILIO_ACCOUNT_SID", SID)], 1, "TWILIO_AUTH_TOKEN is not"),
        (&[], &[("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", TOKEN)], 1, "TWILIO_ACCOUNT_SID is `AC1`"),
        (&["--drain-seconds", "1000000"], nothing, 1, "drain_seconds is 1000000"),
        (&["--listen", "nowhere"], nothing, 2, "--listen"),
        (&["--no-such-flag"], nothing, 2, "--no-such-flag"),
        (&[], &[("DWELL_DRAIN_SECONDS", "soon")], 2, "soon"),
    ] {
        let fixed = ["serve", "--log-level", "off"];
        let free = [("DWELL_LISTEN", "127.0.0.1:0"), ("DWELL_METRICS_LISTEN", "127.0.0.1:0")];
        let ended = home.run_with(&[&fixed, arguments].concat(), &[&free, environment].concat());
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        if code == 1 {
            assert!(ended.stderr.starts_with("dwell: ") && ended.stderr.lines().count() == 1, "{}", ended.stderr);
        }
    }
    assert!(!home.path("dwell-data").exists(), "nothing was made by starts that failed");
}

#[test]
fn a_database_and_its_key_file_belong_together() {
    let home = Home::new();
    home.json(&["account", "create", "--json"]);
    let key = home.path("dwell-data/secret.key");
    let bytes = std::fs::read(&key).unwrap();
    let refusal = || {
        let ended = home.run(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "off"]);
        assert_eq!(ended.code, Some(1));
        ended.stderr
    };
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(refusal().contains("chmod 600"));
    std::fs::remove_file(&key).unwrap();
    assert!(refusal().contains("secret.key is missing"));
    assert!(!key.exists(), "another key would only hide the loss");
    std::fs::write(&key, [7; 32]).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(refusal().contains("is this the key file that the database was made with?"));
    std::fs::write(&key, bytes).unwrap();
    home.start().stop();
}

#[test]
fn a_newer_database_is_refused() {
    let home = Home::new();
    home.json(&["account", "create", "--json"]);
    let database = rusqlite::Connection::open(home.path("dwell-data/dwell.db")).unwrap();
    database
        .execute_batch(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')",
        )
        .unwrap();
    drop(database);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--log-level", "off"];
    for command in [&serve[..], &["migrate"], &["account", "list"]] {
        let ended = home.run(command);
        assert_eq!(ended.code, Some(1), "{command:?}");
        assert!(ended.stderr.contains("schema version 900, newer than"), "{command:?}: {}", ended.stderr);
    }
    let status = home.run(&["migrate", "--status"]);
    assert!(status.stdout.contains("schema version 900 of") && status.stdout.contains("newer"), "{}", status.stdout);
    let doctor = home.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.stdout.contains("fail  database"), "{}", doctor.stdout);
}
