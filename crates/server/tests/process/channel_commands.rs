//! `dwell channels`: channels of an account of a running server.

use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::server::{Ended, Home};

fn channels(home: &Home, api: &Api, arguments: &[&str]) -> Ended {
    let environment = [
        ("DWELL_URL", api.url.as_str()),
        ("TWILIO_ACCOUNT_SID", api.user.as_str()),
        ("TWILIO_AUTH_TOKEN", api.password.as_str()),
    ];
    home.run_with(&[&["channels"], arguments].concat(), &environment)
}

#[test]
fn channels_are_made_changed_and_deleted() {
    let home = Home::new();
    let server = home.start();
    let api = server.new_account(&home, &[]);
    let said = |arguments: &[&str]| {
        let ended = channels(&home, &api, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stdout.contains("hush"), "{}", ended.stdout);
        ended.stdout
    };
    let parsed = |arguments: &[&str]| serde_json::from_str::<Value>(&said(arguments)).unwrap();
    assert_eq!((said(&["list"]).as_str(), parsed(&["list", "--json"])), ("", json!([])));

    let file = home.path("smsc.json");
    std::fs::write(&file, r#"{"host": "smsc.example", "system_id": "dwell", "password": "hush"}"#).unwrap();
    let file = format!("@{}", file.display());
    let numbers = ["--address", "+15017122661", "--address", "+15017122662"];
    let create = [&["create", "--provider", "SMPP", "--settings", &file, "--json"], &numbers[..]].concat();
    let made = parsed(&create);
    assert_eq!((text(&made, "provider"), &made["addresses"]), ("smpp", &json!(["+15017122661", "+15017122662"])));
    assert_eq!(text(&made["settings"], "password"), "********");
    let sid = text(&made, "sid");
    let line = said(&["create", "--provider", "loopback", "--address", "a@example.com", "--friendly-name", "Desk"]);
    assert!(line.ends_with("  loopback  on   a@example.com  Desk  {}\n"), "{line}");
    let lines = said(&["list"]);
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines[0], format!("{sid}  smpp      on   +15017122661,+15017122662"));
    assert_eq!(lines.len(), 2);
    assert_eq!(parsed(&["list", "--limit", "1", "--json"]), json!([made]));

    let changed = parsed(&["update", sid, "--enabled", "false", "--address", "+15017122662", "--json"]);
    assert_eq!((&changed["enabled"], &changed["addresses"]), (&json!(false), &json!(["+15017122662"])));
    assert_eq!(parsed(&["show", sid, "--json"]), changed);
    let update = ["update", sid, "--settings", r#"{"host": "smsc.example", "system_id": "other"}"#];
    assert!(said(&update).contains("other"));
    assert_eq!(said(&["delete", sid]), format!("{sid} is deleted\n"));

    let short = r#"{"host": "smsc.example", "system_id": "dwell", "password": "hush hush"}"#;
    let create = ["create", "--provider", "smpp", "--address", "+15017122661", "--settings"];
    for (arguments, problem) in [
        (&["show", sid] as &[&str], "code 20404"),
        (&["delete", sid], "code 20404"),
        (&[&create[..], &[short]].concat(), "password: must be at most 8 printable ASCII characters (code 20001"),
        (&[&create[..], &["@missing.json"]].concat(), "settings file missing.json: "),
    ] {
        let ended = channels(&home, &api, arguments);
        assert_eq!(ended.code, Some(1), "{arguments:?}");
        assert!(ended.stderr.contains(problem) && !ended.stderr.contains("hush"), "{}", ended.stderr);
    }
    for wrong in [&["show"] as &[&str], &["show", "x"], &["create"], &["create", "--provider", "fax"]] {
        assert_eq!(channels(&home, &api, wrong).code, Some(2), "{wrong:?}");
    }
}
