//! Access tokens (contract §2): made here or by the official libraries, and why they are refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dwell_core::{AccountSid, KeySid, Rights};
use dwell_testkit::{Account, Answer, START, TestApp};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::key_rights::{key, key_of};
use crate::support::{at, sid, text};

/// The reasons that are provoked here.
pub(crate) const REASONS: &[&str] = &[
    "AccessTokenInvalid",
    "AccessTokenHeader",
    "AccessTokenIssuer",
    "AccessTokenExpired",
    "AccessTokenNotYetValid",
    "AccessTokenGrants",
    "AccessTokenSignature",
];

const TOKENS: &str = "/dwell/v1/AccessTokens";
const VERIFY: &str = "/dwell/v1/AccessTokens/Verify";

/// Seconds since the epoch, so many after the start.
fn epoch(seconds: i64) -> i64 {
    START.plus_seconds(seconds).as_micros() / 1_000_000
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"})
}

/// What the official libraries say, with the whole of an hour to go.
fn claims(app: &TestApp, key: &Account) -> Value {
    json!({
        "jti": format!("{}-{}", key.sid, epoch(0)),
        "iss": key.sid,
        "sub": app.account.sid,
        "iat": epoch(0),
        "exp": epoch(3_600),
        "grants": {"identity": "ann", "chat": {}},
    })
}

/// The same claims with one of them changed; null takes it away.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    let members = claims.as_object_mut().unwrap();
    members.remove(name);
    if !value.is_null() {
        members.insert(name.to_owned(), value);
    }
    claims
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token with any header, signed as HS256 does.
fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    signed_as(Algorithm::HS256, header, claims, secret)
}

fn signed_as(algorithm: Algorithm, header: &Value, claims: &Value, secret: &str) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

async fn verify(app: &TestApp, token: &str) -> Answer {
    app.post(VERIFY, &[("Token", token)]).await
}

async fn create_as(app: &TestApp, account: &Account, form: &[(&str, &str)]) -> Answer {
    app.send("POST", TOKENS, form, Some(account)).await
}

#[tokio::test]
async fn a_token_is_made_with_a_key_and_says_what_it_grants() {
    let app = TestApp::new().await;
    let key = key(&app, Rights::All).await;
    let made = create_as(&app, &key, &[("Identity", "ann")]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let service = app.fetched("/v1/Configuration").await["default_chat_service_sid"].clone();
    let token = text(&made.body, "token");
    let granted = json!({
        "account_sid": app.account.sid,
        "key_sid": key.sid,
        "identity": "ann",
        "chat_service_sid": service,
        "endpoint_id": null,
        "deployment_role_sid": null,
        "push_credential_sid": null,
        "date_valid_from": null,
        "date_expires": at(3_600),
    });
    assert_eq!(verify(&app, token).await.body, granted);
    assert_eq!(with(made.body.clone(), "token", Value::Null), granted);

    let parts: Vec<_> = token.split('.').collect();
    let decoded = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(decoded(parts[0]), header());
    let expected = with(claims(&app, &key), "grants", json!({"identity": "ann", "chat": {"service_sid": service}}));
    assert_eq!(decoded(parts[1]), expected);

    // With the account's own credentials a key has to be named; another service and time may be.
    let other = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let form = [("Identity", "bob"), ("KeySid", &key.sid), ("ChatServiceSid", sid(&other)), ("Ttl", "86400")];
    let made = app.made(TOKENS, &form).await;
    assert_eq!(text(&made, "chat_service_sid"), sid(&other));
    assert_eq!(text(&made, "date_expires"), at(86_400));
    assert_eq!(verify(&app, text(&made, "token")).await.body["identity"], "bob");
}

#[tokio::test]
async fn a_token_is_not_made_of_nonsense() {
    let app = TestApp::new().await;
    let key = key(&app, Rights::All).await;
    let reader = crate::key_rights::key(&app, Rights::Read).await;
    let foreign = key_of(&app, &app.new_account().await, Rights::All).await;
    let long = "x".repeat(257);
    for (form, status, code) in [
        (vec![], 400, 50205),
        (vec![("Identity", "")], 400, 50205),
        (vec![("Identity", long.as_str())], 400, 50207),
        (vec![("Identity", "US00000000000000000000000000000000")], 400, 50206),
        (vec![("Identity", "ann"), ("Ttl", "0")], 400, 20001),
        (vec![("Identity", "ann"), ("Ttl", "86401")], 400, 20001),
        (vec![("Identity", "ann"), ("Ttl", "-1")], 400, 20001),
        (vec![("Identity", "ann"), ("Ttl", "+60")], 400, 20001),
        (vec![("Identity", "ann"), ("Ttl", "")], 400, 20001),
        (vec![("Identity", "ann"), ("Ttl", "99999999999999999999")], 400, 20001),
        (vec![("Identity", "ann"), ("ChatServiceSid", "IS00000000000000000000000000000000")], 400, 50050),
        (vec![("Identity", "ann"), ("ChatServiceSid", "IS1")], 400, 50050),
        (vec![("Identity", "ann"), ("KeySid", "SK00000000000000000000000000000000")], 400, 20001),
        (vec![("Identity", "ann"), ("KeySid", "SK1")], 400, 20001),
        (vec![("Identity", "ann"), ("KeySid", foreign.sid.as_str())], 400, 20001),
        (vec![("Identity", "ann"), ("KeySid", reader.sid.as_str())], 403, 20403),
    ] {
        assert_eq!(create_as(&app, &key, &form).await.refusal(), (status, code), "{form:?}");
    }
    assert_eq!(app.post(TOKENS, &[("Identity", "ann")]).await.refusal(), (400, 20001), "which key?");
    assert_eq!(app.post(VERIFY, &[]).await.refusal(), (400, 20001));
    assert_eq!(app.send("POST", VERIFY, &[("Token", "x")], None).await.refusal(), (401, 20003));
}

#[tokio::test]
async fn tokens_of_the_official_libraries_are_taken() {
    let app = TestApp::new().await;
    let key = key(&app, Rights::All).await;
    let good = claims(&app, &key);
    let service = app.fetched("/v1/Configuration").await["default_chat_service_sid"].clone();
    let chat = json!({"service_sid": service, "endpoint_id": "phone", "push_credential_sid": "CR1", "more": 1});
    let whole = json!({"identity": "ann", "chat": chat, "video": {"room": "x"}});
    for (header, claims) in [
        (header(), good.clone()),
        (with(header(), "twr", json!("us1")), with(good.clone(), "grants", whole)),
        (with(header(), "typ", Value::Null), with(good.clone(), "iat", Value::Null)),
        (header(), with(with(good.clone(), "iat", Value::Null), "nbf", json!(epoch(0)))),
        (header(), with(good.clone(), "nbf", json!(epoch(5)))),
        (header(), with(good.clone(), "nbf", json!(i64::MIN))),
        (header(), with(good.clone(), "exp", json!(epoch(1)))),
        (header(), with(good.clone(), "exp", json!(epoch(86_400)))),
        (header(), with(good.clone(), "jti", Value::Null)),
    ] {
        let answer = verify(&app, &signed(&header, &claims, &key.token)).await;
        assert_eq!(answer.status, 200, "{header} {claims}: {}", answer.text);
        assert_eq!(text(&answer.body, "chat_service_sid"), service.as_str().unwrap());
    }
}

#[tokio::test]
async fn every_fault_has_its_code() {
    let app = TestApp::new().await;
    let key = key(&app, Rights::All).await;
    let good = claims(&app, &key);
    let token = signed(&header(), &good, &key.token);
    let sign = |header: &Value, claims: &Value| signed(header, claims, &key.token);
    let grants = |value: Value| sign(&header(), &with(good.clone(), "grants", value));
    let claim = |name: &str, value: Value| sign(&header(), &with(good.clone(), name, value));
    let head = |name: &str, value: Value| sign(&with(header(), name, value), &good);
    let unsigned = format!("{}.{}.", part(&with(header(), "alg", json!("none"))), part(&good));
    let stranger = key_of(&app, &app.new_account().await, Rights::All).await;
    let reader = crate::key_rights::key(&app, Rights::Read).await;
    let foreign_service = app.new_account().await;
    let foreign_service = app.send("GET", "/v1/Configuration", &[], Some(&foreign_service)).await.body;
    let foreign_service = text(&foreign_service, "default_chat_service_sid").to_owned();
    let parts: Vec<_> = token.split('.').collect();
    let swapped = format!("{}.{}.{}", parts[0], part(&with(good.clone(), "exp", json!(epoch(7_200)))), parts[2]);
    let faults = [
        (20101, "x".to_owned()),
        (20101, "..".to_owned()),
        (20101, "a.b".to_owned()),
        (20101, format!("{token}.x")),
        (20101, "é.é.é".to_owned()),
        (20101, format!("{}.!.{}", parts[0], parts[2])),
        (20101, format!("{}.{}.{}", parts[0], part(&json!([])), parts[2])),
        (20101, claim("exp", json!("tomorrow"))),
        (20101, format!("{token}{}", "x".repeat(10_000))),
        (20102, head("cty", json!("twilio-fpa;v=2"))),
        (20102, head("cty", Value::Null)),
        (20102, head("typ", json!("JWE"))),
        (20102, head("alg", json!("HS512"))),
        (20102, head("alg", json!("RS256"))),
        (20102, head("alg", json!("HS0"))),
        (20102, head("alg", Value::Null)),
        (20102, unsigned.clone()),
        (20102, format!("{unsigned}{}", parts[2])),
        (20102, signed_as(Algorithm::HS512, &with(header(), "alg", json!("HS512")), &good, &key.token)),
        (20103, claim("iss", Value::Null)),
        (20103, claim("iss", json!("SK00000000000000000000000000000000"))),
        (20103, claim("iss", json!(app.account.sid))),
        (20103, claim("sub", Value::Null)),
        (20103, claim("sub", json!("AC00000000000000000000000000000000"))),
        (20103, signed(&header(), &with(good.clone(), "iss", json!(stranger.sid)), &stranger.token)),
        (20103, signed(&header(), &with(good.clone(), "iss", json!(reader.sid)), &reader.token)),
        (20104, claim("exp", Value::Null)),
        (20104, claim("exp", json!(epoch(0)))),
        (20104, claim("exp", json!(epoch(86_401)))),
        (20104, claim("exp", json!(i64::MAX))),
        (20104, claim("exp", json!(i64::MIN))),
        (20104, claim("iat", json!(epoch(-86_400)))),
        (20104, sign(&header(), &with(claims(&app, &key), "exp", json!(epoch(90_000))))),
        (20105, claim("nbf", json!(epoch(6)))),
        (20105, claim("nbf", json!(i64::MAX))),
        (20106, grants(Value::Null)),
        (20106, grants(json!([]))),
        (20106, grants(json!({}))),
        (20106, grants(json!({"identity": "ann"}))),
        (20106, grants(json!({"chat": {}}))),
        (20106, grants(json!({"identity": "", "chat": {}}))),
        (20106, grants(json!({"identity": 1, "chat": {}}))),
        (20106, grants(json!({"identity": "x".repeat(257), "chat": {}}))),
        (20106, grants(json!({"identity": "ann", "chat": "all"}))),
        (20106, grants(json!({"identity": "ann", "chat": {"service_sid": "IS1"}}))),
        (20106, grants(json!({"identity": "ann", "chat": {"service_sid": foreign_service}}))),
        (20107, signed(&header(), &good, "another secret")),
        (20107, signed(&header(), &good, &app.account.token)),
        (20107, signed_as(Algorithm::HS512, &header(), &good, &key.token)),
        (20107, format!("{}.{}.", parts[0], parts[1])),
        (20107, format!("{}.{}.!", parts[0], parts[1])),
        (20107, swapped),
    ];
    for (code, token) in faults {
        let answer = verify(&app, &token).await;
        assert_eq!(answer.refusal(), (401, code), "{} {token}", answer.text);
    }
    assert_eq!(verify(&app, &token).await.status, 200);
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_its_key() {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    let account = AccountSid::parse(&app.account.sid).unwrap();
    let key = key(&app, Rights::All).await;
    let token = text(&create_as(&app, &key, &[("Identity", "ann"), ("Ttl", "60")]).await.body, "token").to_owned();
    app.made("/dwell/v1/TestClock/Advance", &[("By", "P30D")]).await;
    assert_eq!(verify(&app, &token).await.status, 200, "a turned clock is not real time");
    app.made("/dwell/v1/TestClock/Freeze", &[]).await;
    app.clock.advance(59);
    assert_eq!(verify(&app, &token).await.status, 200);
    app.clock.advance(1);
    assert_eq!(verify(&app, &token).await.refusal(), (401, 20104), "nor does a frozen one keep it");

    let token = text(&create_as(&app, &key, &[("Identity", "ann")]).await.body, "token").to_owned();
    let now = app.engine.now();
    let granted = app.engine.verify_access_token(&token, now).await.unwrap();
    assert_eq!((granted.account_sid, granted.identity.as_str()), (account, "ann"));
    app.engine.set_account_disabled(account, true).await.unwrap();
    assert!(app.engine.verify_access_token(&token, now).await.is_err());
    app.engine.set_account_disabled(account, false).await.unwrap();
    let app = app.restart().await;
    assert_eq!(verify(&app, &token).await.status, 200);
    app.engine.delete_key(account, KeySid::parse(&key.sid).unwrap()).await.unwrap();
    assert_eq!(verify(&app, &token).await.refusal(), (401, 20103));
}

#[tokio::test]
async fn tokens_of_another_account_have_no_issuer() {
    let app = TestApp::new().await;
    let key = key(&app, Rights::All).await;
    let token = text(&create_as(&app, &key, &[("Identity", "ann")]).await.body, "token").to_owned();
    let stranger = app.new_account().await;
    let seen = app.send("POST", VERIFY, &[("Token", &token)], Some(&stranger)).await;
    assert_eq!(seen.refusal(), (401, 20103));
    let reader = crate::key_rights::key(&app, Rights::Read).await;
    let seen = app.send("POST", VERIFY, &[("Token", &token)], Some(&reader)).await;
    assert_eq!(seen.status, 200, "looking is reading");
}
