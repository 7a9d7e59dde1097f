//! Channels, and the proxy addresses that are the account's because of them.

use dwell_core::channel::Provider;
use dwell_core::{AccountSid, Rights};
use dwell_testkit::{START, TestApp};
use serde_json::{Value, json};

use crate::key_rights::key;
use crate::support::{CONVERSATIONS, all_items, all_items_of, both_ways, conversation, event_kinds, sid, text};

/// The reasons that are provoked here: most tests run on a server that takes any proxy address.
pub(crate) const REASONS: &[&str] = &["ProxyAddressNotOwned", "WhatsappSenderNotEnabled"];

const CHANNELS: &str = "/dwell/v1/Channels";
const MAIL: &str = r#"{"smtp_url": "smtps://mail.example", "smtp_username": "desk", "smtp_password": "hush",
    "imap_url": "imaps://mail.example", "imap_username": "desk", "imap_password": "hush"}"#;

/// Each provider with an address, settings that are right, and what is shown of them.
fn each_provider() -> [(&'static str, &'static str, &'static str, Value); 5] {
    [
        (
            "twilio",
            "whatsapp:+15017122661",
            r#"{"account_sid": "AC1", "auth_token": "hush"}"#,
            json!({"url": "https://api.twilio.com", "account_sid": "AC1", "auth_token": "********"}),
        ),
        (
            "SMPP",
            "+15017122661",
            r#"{"host": "smsc.example", "tls": true, "system_id": "dwell", "password": "hush"}"#,
            json!({
                "host": "smsc.example", "port": 2775, "tls": true, "system_id": "dwell", "password": "********",
                "system_type": "", "messages_per_second_max": 0,
            }),
        ),
        (
            "email",
            "desk@example.com",
            MAIL,
            json!({
                "smtp_url": "smtps://mail.example", "smtp_username": "desk", "smtp_password": "********",
                "imap_url": "imaps://mail.example", "imap_username": "desk", "imap_password": "********",
                "imap_folder": "INBOX",
            }),
        ),
        (
            "http",
            "messenger:1234",
            r#"{"url": "https://example.com/hook"}"#,
            json!({"url": "https://example.com/hook", "groups": false}),
        ),
        ("loopback", "rcs:brand_agent", "", json!({})),
    ]
}

fn one(channel: &Value) -> String {
    format!("{CHANNELS}/{}", sid(channel))
}

async fn loopback(app: &TestApp, address: &str) -> Value {
    app.made(CHANNELS, &[("Provider", "loopback"), ("Addresses", address)]).await
}

#[tokio::test]
async fn a_channel_of_every_provider_is_kept_and_shows_no_secret() {
    let app = TestApp::new().await;
    for (provider, address, settings, shown) in each_provider() {
        let form = [("Provider", provider), ("Addresses", address), ("Settings", settings), ("FriendlyName", "Desk")];
        let answer = app.post(CHANNELS, &form).await;
        assert_eq!(answer.status, 201, "{provider}: {}", answer.text);
        let made = answer.body;
        let expected = json!({
            "sid": made["sid"],
            "account_sid": app.account.sid,
            "provider": provider.to_lowercase(),
            "friendly_name": "Desk",
            "addresses": [address],
            "enabled": true,
            "settings": shown,
            "date_created": START.to_rfc3339_micros(),
            "date_updated": START.to_rfc3339_micros(),
            "url": format!("http://dwell.test{}", one(&made)),
        });
        assert_eq!(made, expected);
        assert_eq!(app.fetched(&one(&made)).await, made);
    }
    let before = all_items(&app, CHANNELS).await;
    assert_eq!(before.len(), 5);
    let app = app.restart().await;
    assert_eq!(all_items(&app, CHANNELS).await, before);
    for channel in &before {
        assert_eq!(app.delete(&one(channel)).await.status, 204);
        assert_eq!(app.get(&one(channel)).await.refusal(), (404, 20404));
        assert_eq!(app.delete(&one(channel)).await.refusal(), (404, 20404));
    }
    assert!(all_items(&app, CHANNELS).await.is_empty());
}

#[tokio::test]
async fn bad_settings_are_refused_by_the_name_of_the_member() {
    let app = TestApp::new().await;
    let address = |provider: &str| match provider {
        "email" => "desk@example.com",
        _ => "+15017122661",
    };
    for (provider, settings, problem) in [
        ("twilio", "", "missing field `account_sid`"),
        ("twilio", r#"{"account_sid": "AC1"}"#, "missing field `auth_token`"),
        ("twilio", r#"{"account_sid": "AC1", "auth_token": ""}"#, "auth_token: must not be blank"),
        (
            "twilio",
            r#"{"account_sid": "AC1", "auth_token": "********"}"#,
            "auth_token: ******** keeps what is there, and there is nothing",
        ),
        ("smpp", r#"{"host": "hush"}"#, "missing field `system_id`"),
        (
            "smpp",
            r#"{"host": "smsc", "system_id": "dwell", "password": "hush hush"}"#,
            "password: must be at most 8 printable ASCII characters",
        ),
        ("smpp", r#"{"host": "smsc", "system_id": "dwell", "password": 7001}"#, "password: not of the expected type"),
        ("email", r#"{"smtp_url": "hush"}"#, "smtp_url: must be smtps:// or smtp:// and a host, perhaps with a port"),
        (
            "email",
            r#"{"smtp_url": "smtps://mail.example", "smtp_password": "hush"}"#,
            "smtp_username: must be given with smtp_password, or neither of them",
        ),
        ("http", r#"{"url": "https://me:hush@example.com"}"#, "url: must hold no user and no password"),
        ("http", r#"{"url": "hush"}"#, "url: must be an absolute http or https URL of at most 512 characters"),
        ("loopback", r#"{"hush": 1}"#, "unknown field `hush`, there are no fields"),
        ("loopback", "hush", "not JSON, at line 1, column 1"),
    ] {
        let form = [("Provider", provider), ("Addresses", address(provider)), ("Settings", settings)];
        let answer = app.post(CHANNELS, &form).await;
        assert_eq!(answer.refusal(), (400, 20001), "{provider} {settings}");
        assert_eq!(text(&answer.body, "message"), format!("Invalid parameter Settings: {problem}"));
    }
    assert!(all_items(&app, CHANNELS).await.is_empty());
}

/// The reference, and what it says of each provider.
fn reference() -> Vec<(&'static str, &'static str)> {
    let whole = include_str!("../../../../docs/channels-reference.md");
    let sections = whole.split("\n### `").skip(1).map(|rest| rest.split_once('`').unwrap());
    sections.map(|(provider, text)| (provider, text.split("\n## ").next().unwrap())).collect()
}

#[tokio::test]
async fn the_reference_knows_every_member_and_its_examples_are_taken() {
    let app = TestApp::new().await;
    let reference = reference();
    assert_eq!(
        reference.iter().map(|(provider, _)| *provider).collect::<Vec<_>>(),
        Provider::ALL.map(Provider::as_str)
    );
    for (provider, section) in reference {
        let address =
            if provider == "email" { "a@example.com".to_owned() } else { format!("+1501712{:04}", section.len()) };
        let example = section.split("```").nth(1).unwrap().strip_prefix("json").unwrap();
        let form = [("Provider", provider), ("Addresses", &address), ("Settings", example)];
        app.made(CHANNELS, &form).await;
        let refused = app.post(CHANNELS, &[form[0], form[1], ("Settings", r#"{"x": 1}"#)]).await;
        let (_, known) = text(&refused.body, "message").split_once("`x`, ").unwrap();
        let mut known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut rows: Vec<_> = rows.collect();
        known.sort_unstable();
        rows.sort_unstable();
        assert_eq!(rows, known, "{provider}");
    }
}

/// The auth token that a channel of the first account has.
async fn token(app: &TestApp, address: &str) -> String {
    let account = AccountSid::parse(&app.account.sid).unwrap();
    let (_, settings) = app.engine.channel_serving(&account, address).await.unwrap().unwrap();
    let stored: Value = serde_json::from_str(&settings.to_json()).unwrap();
    text(&stored, "auth_token").to_owned()
}

#[tokio::test]
async fn an_update_replaces_settings_and_keeps_secrets() {
    let app = TestApp::new().await;
    let number = "+15017122661";
    let settings = ("Settings", r#"{"url": "https://sms.example", "account_sid": "AC1", "auth_token": "first"}"#);
    let made = app.made(CHANNELS, &[("Provider", "twilio"), ("Addresses", number), settings]).await;
    let path = one(&made);
    let given_back = made["settings"].to_string();
    for (settings, expected, url) in [
        (given_back.as_str(), "first", "https://sms.example"),
        (r#"{"account_sid": "AC2", "url": "https://sms.example"}"#, "first", "https://sms.example"),
        (r#"{"account_sid": "AC1", "auth_token": "second"}"#, "second", "https://api.twilio.com"),
        ("", "second", "https://api.twilio.com"),
    ] {
        let updated = app.made(&path, &[("Settings", settings)]).await;
        assert_eq!(text(&updated["settings"], "url"), url, "{settings}");
        assert_eq!(text(&updated["settings"], "auth_token"), "********");
        assert_eq!(token(&app, number).await, expected, "{settings}");
    }
    let refused = app.post(&path, &[("Settings", r#"{"account_sid": "AC1", "auth_token": ""}"#)]).await;
    assert_eq!(refused.refusal(), (400, 20001));
    assert_eq!(token(&app, number).await, "second");
}

#[tokio::test]
async fn what_an_update_does_not_name_stays() {
    let app = TestApp::new().await;
    let made =
        app.made(CHANNELS, &[("Provider", "loopback"), ("Addresses", "+15017122661"), ("FriendlyName", "Desk")]).await;
    let path = one(&made);
    app.clock.advance(1);
    assert_eq!(app.made(&path, &[]).await, made, "without a parameter nothing changes");
    assert_eq!(app.made(&path, &[("Provider", "smpp")]).await, made, "nor does the provider");
    let off = app.made(&path, &[("Enabled", "FALSE"), ("FriendlyName", "")]).await;
    assert_eq!((&off["enabled"], text(&off, "friendly_name")), (&json!(false), "Desk"));
    assert_eq!(off["addresses"], made["addresses"]);
    assert_eq!(text(&off, "date_updated"), START.plus_seconds(1).to_rfc3339_micros());
    // Of another type than before, and in the order given.
    let addresses = [("Addresses", "b@example.com"), ("Addresses", ""), ("Addresses", "a@example.com")];
    let moved = app.made(&path, &[&addresses[..], &[("FriendlyName", "Mail")]].concat()).await;
    assert_eq!(moved["addresses"], json!(["b@example.com", "a@example.com"]));
    assert_eq!((&moved["enabled"], text(&moved, "friendly_name")), (&json!(false), "Mail"));
    loopback(&app, "+15017122661").await;
}

#[tokio::test]
async fn an_address_has_one_channel_in_an_account() {
    let app = TestApp::new().await;
    let [first, second] = [loopback(&app, "+15017122661").await, loopback(&app, "+15017122662").await];
    let clash = |holder: &Value| {
        let (holder, number) = (sid(holder), text(&json!({"n": holder["addresses"][0]}), "n").to_owned());
        format!("The address {number} is served by a channel already, {holder}")
    };
    let both = [("Addresses", "+15017122669"), ("Addresses", "+15017122661")];
    let form = [&[("Provider", "loopback")], &both[..]].concat();
    for (path, form) in [(CHANNELS.to_owned(), form), (one(&second), both.to_vec())] {
        let answer = app.post(&path, &form).await;
        assert_eq!(answer.refusal(), (409, 20409), "{path}");
        assert_eq!(text(&answer.body, "message"), clash(&first));
    }
    // Nothing of the refused ones is left, and a channel may give its own addresses again.
    assert_eq!(app.fetched(&one(&second)).await, second);
    let more = [("Addresses", "+15017122669"), ("Addresses", "+15017122662")];
    app.made(&one(&second), &more).await;
    app.delete(&one(&first)).await;
    loopback(&app, "+15017122661").await;
}

#[tokio::test]
async fn accounts_know_nothing_of_each_others_channels() {
    let app = TestApp::new().await;
    let made = loopback(&app, "+15017122661").await;
    let stranger = app.new_account().await;
    for (method, form) in [("GET", &[][..]), ("POST", &[("Enabled", "false")]), ("DELETE", &[])] {
        let answer = app.send(method, &one(&made), form, Some(&stranger)).await;
        assert_eq!(answer.refusal(), (404, 20404), "{method}");
    }
    assert!(all_items_of(&app, &stranger, CHANNELS).await.is_empty());
    let form = [("Provider", "loopback"), ("Addresses", "+15017122661")];
    let theirs = app.send("POST", CHANNELS, &form, Some(&stranger)).await;
    assert_eq!(theirs.status, 201, "the same address in another account: {}", theirs.text);
    assert_eq!(app.fetched(&one(&made)).await, made);
    assert_eq!(app.send("GET", &one(&made), &[], None).await.refusal(), (401, 20003));
    let reader = key(&app, Rights::Read).await;
    assert_eq!(app.send("DELETE", &one(&made), &[], Some(&reader)).await.refusal(), (403, 20403));
}

#[tokio::test]
async fn lists_are_read_both_ways() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(sid(&loopback(&app, &format!("+1501712266{n}")).await).to_owned());
    }
    for size in [1, 2, 5] {
        assert_eq!(both_ways(&app, &format!("{CHANNELS}?PageSize={size}"), "sid").await, made);
    }
    let foreign = app.fetched("/v1/Services").await["services"][0]["sid"].clone();
    let path = format!("{CHANNELS}?PageToken={}", foreign.as_str().unwrap());
    assert_eq!(app.get(&path).await.refusal(), (400, 20001));
}

#[tokio::test]
async fn those_who_carry_messages_find_enabled_channels_of_every_account() {
    let app = TestApp::new().await;
    let stranger = app.new_account().await;
    let mine = loopback(&app, "+15017122661").await;
    let off = loopback(&app, "+15017122662").await;
    app.made(&one(&off), &[("Enabled", "false")]).await;
    let http = [("Provider", "http"), ("Addresses", "+15017122663"), ("Settings", r#"{"url": "https://x.example"}"#)];
    app.made(CHANNELS, &http).await;
    let form = [("Provider", "loopback"), ("Addresses", "+15017122661")];
    let theirs = app.send("POST", CHANNELS, &form, Some(&stranger)).await.body;
    let found = app.engine.channels_of(Provider::Loopback).await.unwrap();
    let found: Vec<_> = found.iter().map(|(channel, _)| channel.sid.to_string()).collect();
    assert_eq!(found, [sid(&mine), sid(&theirs)]);

    let account = AccountSid::parse(&app.account.sid).unwrap();
    let serving = async |address: &str| app.engine.channel_serving(&account, address).await.unwrap();
    let (channel, _) = serving("+15017122662").await.expect("also one that is off");
    assert_eq!((channel.sid.to_string().as_str(), channel.enabled), (sid(&off), false));
    assert!(serving("+15017122669").await.is_none());

    app.sql("UPDATE channels SET settings = 'x'").await;
    assert!(app.engine.channels_of(Provider::Loopback).await.unwrap().is_empty(), "those are passed over");
    assert_eq!(app.get(CHANNELS).await.refusal(), (500, 20500));
}

/// The form of a participant behind a proxy address of the same type.
fn behind(proxy: &str) -> [(&'static str, String); 2] {
    let address = match proxy.split_once(':') {
        Some((kind, _)) => format!("{kind}:+15550000001"),
        None if proxy.contains('@') => "customer@example.com".to_owned(),
        None => "+15550000001".to_owned(),
    };
    [("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", proxy.to_owned())]
}

#[tokio::test]
async fn a_proxy_address_is_the_accounts_by_a_channel_or_an_address_configuration() {
    let app = TestApp::strict().await;
    let stranger = app.new_account().await;
    for address in ["+15017122661", "+15017122662", "whatsapp:+15017122661", "whatsapp:+15017122662"] {
        loopback(&app, address).await;
    }
    for channel in all_items(&app, CHANNELS).await.iter().skip(1).step_by(2) {
        app.made(&one(channel), &[("Enabled", "false")]).await;
    }
    for (kind, address) in [
        ("sms", "+15017122663"),
        ("whatsapp", "whatsapp:+15017122663"),
        ("email", "desk@example.com"),
        ("chat", "+15017122664"),
    ] {
        app.made("/v1/Configuration/Addresses", &[("Type", kind), ("Address", address)]).await;
    }
    let foreign = [("Provider", "loopback"), ("Addresses", "+15017122665")];
    assert_eq!(app.send("POST", CHANNELS, &foreign, Some(&stranger)).await.status, 201);
    for (proxy, refused) in [
        ("+15017122661", None),
        ("+15017122662", None),
        ("+15017122663", None),
        ("desk@example.com", None),
        ("whatsapp:+15017122661", None),
        ("whatsapp:+15017122662", Some(50415)),
        ("whatsapp:+15017122663", None),
        // That is an identity, not a number.
        ("+15017122664", Some(50413)),
        ("+15017122665", Some(50413)),
        ("+15017122666", Some(50413)),
        ("whatsapp:+15017122666", Some(50413)),
        ("DESK@example.com", Some(50413)),
    ] {
        let (c, path) = conversation(&app, &[]).await;
        let form = behind(proxy);
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = app.post(&format!("{path}/Participants"), &form).await;
        let status = if answer.status == 201 { None } else { Some(answer.refusal()) };
        assert_eq!(status, refused.map(|code| (400, code)), "{proxy}");
        let added = event_kinds(&app, &c).await.contains(&"onParticipantAdded".to_owned());
        assert_eq!(added, refused.is_none(), "{proxy}");
        app.delete(&path).await;
    }
}

#[tokio::test]
async fn a_proxy_address_is_changed_only_to_one_of_the_accounts() {
    let app = TestApp::strict().await;
    let first = loopback(&app, "+15017122661").await;
    let (_, path) = conversation(&app, &[]).await;
    let form = behind("+15017122661");
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let phone = app.made(&format!("{path}/Participants"), &form).await;
    let phone = format!("{path}/Participants/{}", sid(&phone));
    let proxy = |address| [("MessagingBinding.ProxyAddress", address)];
    let refused = app.post(&phone, &proxy("+15017122662")).await;
    assert_eq!(refused.refusal(), (400, 50413));
    assert_eq!(
        text(&refused.body, "message"),
        "Messaging binding proxy address is not owned by the Account: no channel serves it"
    );
    loopback(&app, "+15017122662").await;
    let moved = app.made(&phone, &proxy("+15017122662")).await;
    assert_eq!(moved["messaging_binding"]["proxy_address"], "+15017122662");
    // What a participant has already is not asked about again.
    app.delete(&one(&all_items(&app, CHANNELS).await[1])).await;
    app.made(&phone, &proxy("+15017122662")).await;
    app.delete(&one(&first)).await;
    assert_eq!(app.post(&phone, &proxy("+15017122661")).await.refusal(), (400, 50413));
    app.made(&phone, &proxy("null")).await;
    // A restart changes nothing of it.
    let app = app.restart().await;
    assert_eq!(app.post(&phone, &proxy("+15017122661")).await.refusal(), (400, 50413));
}

#[tokio::test]
async fn a_conversation_created_with_a_foreign_proxy_address_is_closed() {
    for (app, state) in [(TestApp::new().await, "active"), (TestApp::strict().await, "closed")] {
        let phone = r#"{"messaging_binding": {"address": "+15550000001", "proxy_address": "+15017122661"}}"#;
        let made = app.made("/v1/ConversationWithParticipants", &[("Participant", phone)]).await;
        app.initialize().await;
        let path = format!("{CONVERSATIONS}/{}", sid(&made));
        assert_eq!(app.fetched(&path).await["state"], state);
    }
    let app = TestApp::strict().await;
    loopback(&app, "+15017122661").await;
    let phone = r#"{"messaging_binding": {"address": "+15550000001", "proxy_address": "+15017122661"}}"#;
    let made = app.made("/v1/ConversationWithParticipants", &[("Participant", phone)]).await;
    app.initialize().await;
    assert_eq!(app.fetched(&format!("{CONVERSATIONS}/{}", sid(&made))).await["state"], "active");
}
