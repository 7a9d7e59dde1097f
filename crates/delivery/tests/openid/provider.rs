//! A small provider of identities: its answers are as the tests want them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dwell_core::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// When everything happens: 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);
/// The secret of the client; of such characters as are encoded in a form.
pub(crate) const SECRET: &str = "a secret: +100%";

/// What the provider says.
pub(crate) struct Answers {
    pub(crate) discovery: Value,
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// The name of its key.
    pub(crate) kid: &'static str,
    /// The code that it gave.
    pub(crate) code: &'static str,
    pub(crate) is_public: bool,
    pub(crate) takes_post: bool,
    pub(crate) is_tampered: bool,
    pub(crate) redirects: bool,
}

struct Inner {
    answers: Mutex<Answers>,
    key: KeyPair,
    asked_for_keys: AtomicUsize,
}

/// A provider that runs until the test ends.
pub(crate) struct Issuer {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Issuer {
    pub(crate) async fn start(change: impl FnOnce(&mut Answers)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut answers = Answers {
            discovery: json!({
                "issuer": url,
                "authorization_endpoint": format!("{url}/authorize"),
                "token_endpoint": format!("{url}/token"),
                "jwks_uri": format!("{url}/keys"),
            }),
            header: json!({"alg": "RS256", "kid": "first"}),
            claims: json!({
                "iss": url,
                "aud": "dwell",
                "sub": "ada",
                "exp": NOW.as_micros() / 1_000_000 + 300,
                "nonce": "n".repeat(43),
                "email": "ada@example.com",
                "email_verified": true,
            }),
            kid: "first",
            code: "the-code",
            is_public: false,
            takes_post: false,
            is_tampered: false,
            redirects: false,
        };
        change(&mut answers);
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let inner = Arc::new(Inner { answers: Mutex::new(answers), key, asked_for_keys: AtomicUsize::new(0) });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Issuer { url, inner }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.inner.answers.lock());
    }

    pub(crate) fn asked_for_keys(&self) -> usize {
        self.inner.asked_for_keys.load(Ordering::SeqCst)
    }
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Response {
    let answers = inner.answers.lock();
    if answers.redirects {
        Redirect::temporary("/keys").into_response()
    } else {
        Json(answers.discovery.clone()).into_response()
    }
}

async fn keys(State(inner): State<Arc<Inner>>) -> Json<Value> {
    inner.asked_for_keys.fetch_add(1, Ordering::SeqCst);
    // An RSAPublicKey of 2048 bits: the modulus follows nine bytes of lengths and a zero, the exponent is 65537.
    let modulus = URL_SAFE_NO_PAD.encode(&inner.key.public_key().as_ref()[9..265]);
    let kid = inner.answers.lock().kid;
    Json(json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": "AQAB"}]}))
}

async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: String) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let given = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let answers = inner.answers.lock();
    let encoded = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", STANDARD.encode(format!("dwell:{encoded}")));
    let shown = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
    let is_known = match (answers.is_public, answers.takes_post) {
        (true, _) => shown.is_none() && given("client_secret").is_none() && given("client_id") == Some("dwell"),
        (_, true) => shown.is_none() && given("client_secret") == Some(SECRET) && given("client_id") == Some("dwell"),
        _ => shown == Some(&basic) && given("client_secret").is_none(),
    };
    let is_right = given("grant_type") == Some("authorization_code")
        && given("code") == Some(answers.code)
        && given("redirect_uri") == Some(super::REDIRECT_URI)
        && given("code_verifier") == Some(&"v".repeat(43));
    if !is_known || !is_right {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    Json(json!({"access_token": "x", "token_type": "Bearer", "id_token": id_token(&inner.key, &answers)}))
        .into_response()
}

fn id_token(key: &KeyPair, answers: &Answers) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&answers.header), part(&answers.claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    if answers.is_tampered {
        signature[7] ^= 1;
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
