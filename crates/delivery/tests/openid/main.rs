//! Sign-in with OpenID Connect against a provider on this machine, over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod provider;

use dwell_core::Timestamp;
use dwell_delivery::{OpenId, OpenIdOptions};
use dwell_engine::openid::{Attempt, OpenIdError, Provider};
use provider::{Answers, Issuer, NOW, SECRET};
use serde_json::json;

const REDIRECT_URI: &str = "https://chat.example.com/console/openid/callback";

fn client(issuer: &Issuer, secret: Option<&str>) -> OpenId {
    let options = OpenIdOptions {
        issuer: issuer.url.clone(),
        client_id: "dwell".to_owned(),
        client_secret: secret.map(str::to_owned),
        name: "Example Login".to_owned(),
    };
    OpenId::new(options).unwrap()
}

fn attempt() -> Attempt {
    let secret = |letter: &str| letter.repeat(43);
    Attempt { state: secret("s"), nonce: secret("n"), verifier: secret("v") }
}

/// What comes of a sign-in with a provider that answers so.
async fn email(change: impl FnOnce(&mut Answers)) -> Result<String, OpenIdError> {
    let issuer = Issuer::start(change).await;
    client(&issuer, Some(SECRET)).email(&attempt(), "the-code", REDIRECT_URI, NOW).await
}

#[tokio::test]
async fn the_browser_is_led_to_the_provider_with_what_the_flow_asks_for() {
    let issuer = Issuer::start(|_| {}).await;
    let address = client(&issuer, Some(SECRET)).address(&attempt(), REDIRECT_URI, NOW).await.unwrap();
    let address = url::Url::parse(&address).unwrap();
    assert_eq!(address.path(), "/authorize");
    let pairs: Vec<_> = address.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = [
        "response_type=code".to_owned(),
        "client_id=dwell".to_owned(),
        format!("redirect_uri={REDIRECT_URI}"),
        "scope=openid email".to_owned(),
        format!("state={}", attempt().state),
        format!("nonce={}", attempt().nonce),
        format!("code_challenge={}", attempt().challenge()),
        "code_challenge_method=S256".to_owned(),
    ];
    assert_eq!(pairs, expected);
    assert!(!address.as_str().contains(&attempt().verifier));
}

#[tokio::test]
async fn a_verified_address_is_believed() {
    assert_eq!(email(|_| {}).await.unwrap(), "ada@example.com");
    assert_eq!(email(|answers| answers.claims["email_verified"] = json!("true")).await.unwrap(), "ada@example.com");
    assert_eq!(email(|answers| answers.claims["aud"] = json!(["dwell", "other"])).await.unwrap(), "ada@example.com");
}

#[tokio::test]
async fn the_code_is_redeemed_with_the_verifier_and_the_secret() {
    for (methods, secret) in [
        (None, Some(SECRET)),
        (Some("client_secret_basic"), Some(SECRET)),
        (Some("client_secret_post"), Some(SECRET)),
        (None, None),
    ] {
        let issuer = Issuer::start(|answers| {
            answers.is_public = secret.is_none();
            if let Some(method) = methods {
                answers.discovery["token_endpoint_auth_methods_supported"] = json!([method]);
                answers.takes_post = method == "client_secret_post";
            }
        });
        let found = client(&issuer.await, secret).email(&attempt(), "the-code", REDIRECT_URI, NOW).await;
        assert_eq!(found.as_deref(), Ok("ada@example.com"), "{methods:?} {secret:?}");
    }
}

#[tokio::test]
async fn nothing_else_is_believed() {
    type Change = fn(&mut Answers);
    let cases: &[(&str, Change)] = &[
        ("another's issuer", |answers| answers.claims["iss"] = json!("https://other.example.com")),
        ("another's audience", |answers| answers.claims["aud"] = json!("other")),
        ("no audience", |answers| answers.claims["aud"] = json!([])),
        ("another's party", |answers| answers.claims["azp"] = json!("other")),
        ("another attempt", |answers| answers.claims["nonce"] = json!("x".repeat(43))),
        ("no attempt", |answers| _ = answers.claims.as_object_mut().unwrap().remove("nonce")),
        ("an old token", |answers| answers.claims["exp"] = json!(NOW.as_micros() / 1_000_000 - 60)),
        ("no end", |answers| _ = answers.claims.as_object_mut().unwrap().remove("exp")),
        ("an address that is not verified", |answers| answers.claims["email_verified"] = json!(false)),
        ("an address of which nothing is said", |answers| {
            answers.claims.as_object_mut().unwrap().remove("email_verified");
        }),
        ("no address", |answers| _ = answers.claims.as_object_mut().unwrap().remove("email")),
        ("a signature with a secret", |answers| answers.header["alg"] = json!("HS256")),
        ("no signature", |answers| answers.header["alg"] = json!("none")),
        ("a key that nobody has", |answers| answers.header["kid"] = json!("other")),
        ("a changed token", |answers| answers.is_tampered = true),
    ];
    for (case, change) in cases {
        let found = email(change).await;
        assert!(matches!(found, Err(OpenIdError::Refused(_))), "{case}: {found:?}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_as_it_should_cannot_be_asked() {
    type Change = fn(&mut Answers);
    let cases: &[(&str, Change)] = &[
        ("another issuer", |answers| answers.discovery["issuer"] = json!("https://other.example.com")),
        ("no endpoints", |answers| _ = answers.discovery.as_object_mut().unwrap().remove("token_endpoint")),
        ("a code that it does not know", |answers| answers.code = "other"),
        ("a redirect", |answers| answers.redirects = true),
        ("more than anybody reads", |answers| answers.discovery["more"] = json!("x".repeat(600_000))),
    ];
    for (case, change) in cases {
        let found = email(change).await;
        assert!(matches!(found, Err(OpenIdError::Unusable(_))), "{case}: {found:?}");
        assert!(!format!("{found:?}").contains(SECRET), "{case}");
    }
}

#[tokio::test]
async fn keys_that_changed_are_asked_for_again_but_not_all_the_time() {
    let issuer = Issuer::start(|_| {}).await;
    let client = client(&issuer, Some(SECRET));
    let email = async |now: Timestamp| client.email(&attempt(), "the-code", REDIRECT_URI, now).await;
    assert!(email(NOW).await.is_ok());
    issuer.change(|answers| answers.header["kid"] = json!("second"));
    issuer.change(|answers| answers.kid = "second");
    assert!(email(NOW.plus_seconds(59)).await.is_err());
    assert!(email(NOW.plus_seconds(60)).await.is_ok());
    assert_eq!(issuer.asked_for_keys(), 2);
}
