//! OpenID Connect 1.0: the authorization code flow with PKCE and nonce, against one provider.
//!
//! The flow is three requests and a signature, which `jsonwebtoken` checks with the cryptography that TLS brings along.
//! The crate `openidconnect` would bring RSA, elliptic curves and random numbers of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::Timestamp;
use dwell_engine::openid::{Asking, Attempt, OpenIdError, Provider};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use parking_lot::Mutex;
use reqwest::header::AUTHORIZATION;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use url::Url;

use crate::client::Unusable;

/// Longest wait for one answer of the provider, in seconds.
const ANSWER_SECONDS_MAX: u64 = 10;
/// Longest answer of the provider, in bytes.
const ANSWER_BYTES_MAX: usize = 512 * 1_024;
/// How long what the provider says of itself, and its keys, are believed, in seconds.
const KNOWN_SECONDS: i64 = 3_600;
/// How long keys are believed in any case, in seconds: a token with a key that is not among them asks for them again.
const KEYS_SECONDS_MIN: i64 = 60;
/// How far the clocks of provider and server may be apart, in seconds.
const SKEW_SECONDS: i64 = 60;
/// Signatures that are believed: those that need no secret to be checked.
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// Which provider, and as whom it knows this server.
#[derive(Clone)]
pub struct Options {
    /// The issuer, to the letter as its ID tokens say it.
    pub issuer: String,
    /// As whom the provider knows this server.
    pub client_id: String,
    /// The secret of that; a public client has none.
    pub client_secret: Option<String>,
    /// What people know the provider by.
    pub name: String,
}

/// Without the secret.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// What the provider says of itself.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What is known of the provider since when.
struct Known<T> {
    what: Arc<T>,
    since: Timestamp,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// What an ID token says.
#[derive(Deserialize)]
struct Claims {
    exp: i64,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<serde_json::Value>,
}

/// One provider of identities.
pub struct OpenId {
    options: Options,
    client: Client,
    discovery: Mutex<Option<Known<Discovery>>>,
    keys: Mutex<Option<Known<JwkSet>>>,
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenId").field("options", &self.options).finish_non_exhaustive()
    }
}

fn unusable(what: impl fmt::Display) -> OpenIdError {
    OpenIdError::Unusable(what.to_string())
}

fn refused(what: impl fmt::Display) -> OpenIdError {
    OpenIdError::Refused(what.to_string())
}

impl OpenId {
    /// A client of a provider; it is asked at the first sign-in.
    ///
    /// # Errors
    /// [`Unusable`] if TLS cannot be set up.
    pub fn new(options: Options) -> Result<Self, Unusable> {
        let client = Client::builder()
            // Whoever redirects could lead the secret elsewhere.
            .redirect(Policy::none())
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .build()
            .map_err(|error| Unusable(error.to_string()))?;
        Ok(OpenId { options, client, discovery: Mutex::new(None), keys: Mutex::new(None) })
    }

    async fn discovery(&self, now: Timestamp) -> Result<Arc<Discovery>, OpenIdError> {
        if let Some(found) = fresh(&self.discovery, now, KNOWN_SECONDS) {
            return Ok(found);
        }
        let issuer = &self.options.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found: Discovery = ask(self.client.get(address)).await?;
        if found.issuer != *issuer {
            return Err(unusable(format_args!("its issuer is {}, not {issuer}", found.issuer)));
        }
        Ok(keep(&self.discovery, found, now))
    }

    /// The keys of the provider, asked for again when `kid` is not among those that are known.
    async fn keys(&self, discovery: &Discovery, kid: Option<&str>, now: Timestamp) -> Result<Arc<JwkSet>, OpenIdError> {
        let known = fresh(&self.keys, now, KNOWN_SECONDS);
        if let Some(keys) = known.filter(|keys| kid.is_none_or(|kid| keys.find(kid).is_some())) {
            return Ok(keys);
        }
        if let Some(keys) = fresh(&self.keys, now, KEYS_SECONDS_MIN) {
            return Ok(keys);
        }
        let keys = ask(self.client.get(&discovery.jwks_uri)).await?;
        Ok(keep(&self.keys, keys, now))
    }

    async fn redeem(
        &self,
        discovery: &Discovery,
        attempt: &Attempt,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Tokens, OpenIdError> {
        let Options { client_id, client_secret, .. } = &self.options;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        let mut request = self.client.post(&discovery.token_endpoint);
        let methods = discovery.token_endpoint_auth_methods_supported.as_deref();
        // Without a word of the provider's it is Basic.
        let takes_basic = methods.is_none_or(|all| all.iter().any(|method| method == "client_secret_basic"));
        match client_secret {
            Some(secret) if takes_basic => request = request.header(AUTHORIZATION, basic(client_id, secret)),
            Some(secret) => form.extend([("client_id", client_id.as_str()), ("client_secret", secret)]),
            None => form.push(("client_id", client_id)),
        }
        ask(request.form(&form)).await
    }

    fn verified(&self, keys: &JwkSet, token: &str) -> Result<Claims, OpenIdError> {
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(refused(format_args!("an ID token signed with {:?}", header.alg)));
        }
        let key = match &header.kid {
            Some(kid) => keys.find(kid),
            None => keys.keys.first().filter(|_| keys.keys.len() == 1),
        };
        let key = DecodingKey::from_jwk(key.ok_or_else(|| refused("an ID token of no key of its own"))?);
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.options.issuer]);
        validation.set_audience(&[&self.options.client_id]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        // By our clock, below.
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.map_err(refused)?, &validation);
        Ok(decoded.map_err(refused)?.claims)
    }

    async fn find_email(
        &self,
        attempt: &Attempt,
        code: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<String, OpenIdError> {
        let discovery = self.discovery(now).await?;
        let Tokens { id_token } = self.redeem(&discovery, attempt, code, redirect_uri).await?;
        let kid = jsonwebtoken::decode_header(&id_token).map_err(refused)?.kid;
        let keys = self.keys(&discovery, kid.as_deref(), now).await?;
        let claims = self.verified(&keys, &id_token)?;
        if Timestamp::from_seconds(claims.exp).plus_seconds(SKEW_SECONDS) <= now {
            return Err(refused("an ID token that has expired"));
        }
        if !bool::from(claims.nonce.as_bytes().ct_eq(attempt.nonce.as_bytes())) {
            return Err(refused("an ID token for another sign-in"));
        }
        if claims.azp.is_some_and(|azp| azp != self.options.client_id) {
            return Err(refused("an ID token for somebody else"));
        }
        // Some say it as a text.
        let is_verified = claims.email_verified.is_some_and(|said| said == true || said == "true");
        claims.email.filter(|_| is_verified).ok_or_else(|| refused("no verified e-mail address"))
    }
}

impl Provider for OpenId {
    fn name(&self) -> &str {
        &self.options.name
    }

    fn address<'a>(&'a self, attempt: &'a Attempt, redirect_uri: &'a str, now: Timestamp) -> Asking<'a, String> {
        Box::pin(async move {
            let mut address = Url::parse(&self.discovery(now).await?.authorization_endpoint).map_err(unusable)?;
            address
                .query_pairs_mut()
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.options.client_id)
                .append_pair("redirect_uri", redirect_uri)
                .append_pair("scope", "openid email")
                .append_pair("state", &attempt.state)
                .append_pair("nonce", &attempt.nonce)
                .append_pair("code_challenge", &attempt.challenge())
                .append_pair("code_challenge_method", "S256");
            Ok(address.into())
        })
    }

    fn email<'a>(
        &'a self,
        attempt: &'a Attempt,
        code: &'a str,
        redirect_uri: &'a str,
        now: Timestamp,
    ) -> Asking<'a, String> {
        Box::pin(self.find_email(attempt, code, redirect_uri, now))
    }
}

fn fresh<T>(known: &Mutex<Option<Known<T>>>, now: Timestamp, seconds: i64) -> Option<Arc<T>> {
    let known = known.lock();
    known.as_ref().filter(|known| now < known.since.plus_seconds(seconds)).map(|known| known.what.clone())
}

fn keep<T>(known: &Mutex<Option<Known<T>>>, what: T, since: Timestamp) -> Arc<T> {
    let what = Arc::new(what);
    *known.lock() = Some(Known { what: what.clone(), since });
    what
}

/// RFC 6749, 2.3.1: both are encoded as in a form first.
fn basic(user: &str, password: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(user), encoded(password))))
}

/// The JSON that a request is answered with. What else it is answered with is not told on: it may name people.
async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, OpenIdError> {
    let mut response = request.send().await.map_err(|error| unusable(error.without_url()))?;
    if !response.status().is_success() {
        return Err(unusable(format_args!("it answers {}", response.status())));
    }
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|error| unusable(error.without_url()))? {
        if body.len() + bytes.len() > ANSWER_BYTES_MAX {
            return Err(unusable(format_args!("its answer is longer than {ANSWER_BYTES_MAX} bytes")));
        }
        body.extend_from_slice(&bytes);
    }
    serde_json::from_slice(&body).map_err(|_| unusable("its answer is not the JSON that it should be"))
}
