//! Commands beside the server.

use crate::api::text;
use crate::server::{Home, eventually};

#[tokio::test]
async fn accounts_are_made_and_changed_while_the_server_runs() {
    let home = Home::new();
    let server = home.start_with(&["--dev"], &[]);
    let api = server.new_account(&home, &["--name", "Jo's shop"]);
    assert_eq!(api.get("/v1/Conversations").await.0, 200);

    let list = home.json(&["account", "list", "--json"]);
    let names: Vec<_> = list.as_array().unwrap().iter().map(|a| text(a, "friendly_name")).collect();
    assert_eq!(names, ["Development", "Jo's shop"]);
    assert!(!list.to_string().contains("auth_token"));
    let shown = home.run(&["account", "show", &api.user]);
    assert!(shown.stdout.contains("Name: Jo's shop") && !shown.stdout.contains(&api.password), "{}", shown.stdout);
    assert_eq!(text(&home.json(&["account", "show", &api.user, "--reveal", "--json"]), "auth_token"), api.password);

    let rotated = home.json(&["account", "rotate-token", &api.user, "--json"]);
    let rotated = server.api(&api.user, text(&rotated, "auth_token"));
    assert_eq!(rotated.get("/v1/Conversations").await.0, 200, "the new token counts at once");
    eventually(async || (api.get("/v1/Conversations").await.0 == 401).then_some(())).await;

    assert_eq!(home.json(&["account", "disable", &api.user, "--json"])["disabled"], true);
    eventually(async || (rotated.get("/v1/Conversations").await.0 == 401).then_some(())).await;
    assert!(home.run(&["account", "list"]).stdout.contains("live, disabled"));
    assert_eq!(home.json(&["account", "enable", &api.user, "--json"])["disabled"], false);
    assert_eq!(rotated.get("/v1/Conversations").await.0, 200);

    let stranger = "AC00000000000000000000000000000000";
    let ended = home.run(&["account", "show", stranger]);
    assert_eq!((ended.code, ended.stderr), (Some(1), format!("dwell: there is no account {stranger}\n")));
    assert_eq!(home.run(&["account", "show", "AC1"]).code, Some(2));
    assert_eq!(home.run(&["account", "create", "--name", &"x".repeat(65)]).code, Some(2));
}

#[tokio::test]
async fn api_keys_are_credentials() {
    let home = Home::new();
    let server = home.start();
    let api = server.new_account(&home, &[]);
    let key = home.json(&["key", "create", "--account", &api.user, "--name", "app", "--json"]);
    let with_key = server.api(text(&key, "key_sid"), text(&key, "key_secret"));
    assert_eq!(with_key.get("/v1/Conversations").await.0, 200);
    assert_eq!(server.api(text(&key, "key_sid"), "wrong").get("/v1/Conversations").await.0, 401);

    let list = home.json(&["key", "list", "--account", &api.user, "--json"]);
    assert_eq!(text(&list[0], "friendly_name"), "app");
    assert!(!list.to_string().contains(text(&key, "key_secret")));
    let delete = ["key", "delete", text(&key, "key_sid"), "--account", &api.user];
    assert_eq!(home.run(&delete).code, Some(0));
    eventually(async || (with_key.get("/v1/Conversations").await.0 == 401).then_some(())).await;
    let again = home.run(&delete);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("has no key"), "{}", again.stderr);
}

#[tokio::test]
async fn people_are_made_and_changed_while_the_server_runs() {
    let home = Home::new();
    let server = home.start();
    let api = server.new_account(&home, &[]);
    let sign_in = async |email: &str, password: &str| {
        let form = [("Email", email), ("Password", password)];
        let request = reqwest::Client::new().post(format!("{}/console/session", server.url)).form(&form);
        request.send().await.unwrap().status().as_u16()
    };
    let account = ["--account", &api.user, "--json"];
    fn with<'a>(arguments: &[&'a str], account: &[&'a str]) -> Vec<&'a str> {
        [&["person", "create"], arguments, account].concat()
    }
    let create = |arguments| with(arguments, &account);
    let ada = home.json(&create(&["Ada@example.com", "--role", "agent", "--name", "Ada", "--identity", "agent-ada"]));
    assert_eq!(
        [text(&ada, "email"), text(&ada, "identity"), text(&ada, "role")],
        ["ada@example.com", "agent-ada", "agent"]
    );
    let password = text(&ada, "password");
    assert_eq!(sign_in("ada@example.com", password).await, 200);

    let given =
        home.run_fed(&create(&["bob@example.com", "--role", "viewer", "--password-stdin"]), "correct horse battery\n");
    assert_eq!(given.code, Some(0), "{}", given.stderr);
    assert!(!given.stdout.contains("password"), "{}", given.stdout);
    assert_eq!(sign_in("bob@example.com", "correct horse battery").await, 200);
    let none = home.json(&create(&["eve@example.com", "--role", "admin", "--no-password"]));
    assert!(none.get("password").is_none());

    let list = home.json(&["person", "list", "--account", &api.user, "--json"]);
    let emails: Vec<_> = list.as_array().unwrap().iter().map(|person| text(person, "email")).collect();
    assert_eq!(emails, ["ada@example.com", "bob@example.com", "eve@example.com"]);

    let other = home.json(&["person", "password", "ada@example.com", "--json"]);
    assert_eq!(sign_in("ada@example.com", password).await, 401);
    assert_eq!(sign_in("ada@example.com", text(&other, "password")).await, 200);
    assert_eq!(home.json(&["person", "disable", "ada@example.com", "--json"])["disabled"], true);
    assert_eq!(sign_in("ada@example.com", text(&other, "password")).await, 401);
    assert_eq!(home.json(&["person", "enable", "ada@example.com", "--json"])["disabled"], false);

    for (arguments, said) in [
        (&["person", "disable", "nobody@example.com"][..], "nobody signs in as nobody@example.com"),
        (&create(&["ada@example.com", "--role", "agent"]), "another person has the Email"),
        (&create(&["ada", "--role", "agent"]), "not an e-mail address"),
    ] {
        let ended = home.run(arguments);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    let short = home.run_fed(&create(&["x@example.com", "--role", "agent", "--password-stdin"]), "short");
    assert!(short.stderr.contains("shorter than 12 characters"), "{}", short.stderr);
    assert_eq!(home.run(&create(&["x@example.com", "--role", "owner"])).code, Some(2));
}

#[tokio::test]
async fn a_server_for_development_has_an_admin() {
    let home = Home::new();
    let server = home.start_with(&["--dev"], &[]);
    let (url, ..) = server.introduction();
    let line = |name: &str| server.next_line().strip_prefix(name).unwrap().to_owned();
    let (email, password) = (line("Console Email: "), line("Console Password: "));
    let form = [("Email", email), ("Password", password)];
    let answer = reqwest::Client::new().post(format!("{url}/console/session")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let session: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(text(&session["person"], "role"), "admin");
    assert_eq!(session["account"]["is_test"], true);
}

#[tokio::test]
async fn the_clock_of_a_test_account_is_turned() {
    let home = Home::new();
    let server = home.start();
    let test = server.new_account(&home, &["--test"]);
    let live = server.new_account(&home, &[]);
    let conversation = test.post("/v1/Conversations", &[("Timers.Inactive", "P30D")]).await;
    let path = format!("/v1/Conversations/{}", text(&conversation, "sid"));
    let clock = |account: &crate::api::Api, arguments: &[&str]| {
        let environment = [
            ("DWELL_URL", server.url.as_str()),
            ("TWILIO_ACCOUNT_SID", account.user.as_str()),
            ("TWILIO_AUTH_TOKEN", account.password.as_str()),
        ];
        home.run_with(&[&["clock"], arguments].concat(), &environment)
    };
    let reading = |arguments: &[&str]| {
        let ended = clock(&test, arguments);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        serde_json::from_str::<serde_json::Value>(&ended.stdout).unwrap()
    };
    assert_eq!(text(&reading(&["freeze"]), "status"), "frozen");
    let before = reading(&["show"]);
    assert_eq!(before, reading(&["show"]), "time stands still");
    assert_eq!(reading(&["advance", "--by", "P29D"])["transitions"], 0);
    assert_eq!(text(&test.fetch(&path).await, "state"), "active");
    assert_eq!(reading(&["advance", "--to", "next"])["transitions"], 1);
    assert_eq!(text(&test.fetch(&path).await, "state"), "inactive");
    assert_eq!(text(&reading(&["advance", "--to", "2090-01-01T00:00:00Z"]), "now"), "2090-01-01T00:00:00.000000Z");
    assert_eq!(text(&reading(&["resume"]), "status"), "running");

    let refused = clock(&test, &["advance", "--to", "2001-01-01T00:00:00Z"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("2001-01-01") && refused.stderr.contains("code "), "{}", refused.stderr);
    let refused = clock(&live, &["freeze"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.starts_with("dwell: "), "{}", refused.stderr);
    assert_eq!(clock(&test, &["advance"]).code, Some(2));
    assert_eq!(clock(&test, &["advance", "--by", "P1D", "--to", "next"]).code, Some(2));
    let nobody = clock(&test, &["show", "--url", "http://127.0.0.1:1"]);
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.stderr.contains("no answer from http://127.0.0.1:1"), "{}", nobody.stderr);
    assert_eq!(home.run(&["clock", "show"]).code, Some(1));
}

#[test]
fn commands_that_need_no_server() {
    let home = Home::new();
    let said = |arguments: &[&str]| {
        let ended = home.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        ended.stdout
    };
    assert!(said(&["version"]).starts_with(concat!("dwell ", env!("CARGO_PKG_VERSION"), "\n")));
    let document: serde_json::Value = serde_json::from_str(&said(&["openapi"])).unwrap();
    assert!(document["paths"]["/v1/Conversations"].is_object());

    // What is printed as the default is a file that can be used, found by its usual name.
    std::fs::write(home.path("dwell.toml"), said(&["config", "default"]).replace("8080", "8181")).unwrap();
    let checked = said(&["config", "check"]);
    assert!(checked.starts_with("# dwell.toml\n") && checked.contains("\"127.0.0.1:8181\""), "{checked}");
    let hidden = home.run_with(&["config", "check"], &[("DWELL_DATABASE", "postgres://a:hush@h/b")]).stdout;
    assert!(hidden.contains("postgres://a@h/b") && !hidden.contains("hush"), "{hidden}");
    assert_eq!(home.run(&["account", "list"]).code, Some(1), "looking makes no database");
    assert!(!home.path("dwell-data").exists());

    assert!(said(&["migrate", "--status"]).contains("to be migrated"));
    assert!(said(&["migrate"]).contains("migrated from schema version 0"));
    assert!(said(&["migrate"]).contains("up to date"));
    let free = ["doctor", "--listen", "127.0.0.1:0", "--metrics-listen", "off"];
    assert!(said(&free).contains("secret.key is made on first start"));
    assert!(!home.path("dwell-data/secret.key").exists(), "the doctor changes nothing");
    said(&["account", "create"]);
    let report = said(&free);
    assert!(report.contains("private and fits the database") && !report.contains("fail"), "{report}");
    std::fs::remove_file(home.path("dwell-data/secret.key")).unwrap();
    let ended = home.run(&free);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), "dwell: 1 check failed\n"));
}
