//! Access tokens: what client SDKs connect with in the place of credentials (contract §2). A token
//! is a JWT, signed with the secret of an API key by whoever has it: this server, or a program with
//! one of the official libraries.
//!
//! Its instants are real time, for test accounts too: tokens are made by machines that know nothing
//! of a test clock, and turning one must not throw everybody out.

use dwell_core::{AccountSid, KeySid, Reason, Rights, ServiceSid, Timestamp};
use dwell_store::accounts::{self, Key, SealedSecret};
use dwell_store::{Tx, services};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// How long a token is valid when nobody says, in seconds.
pub const TTL_SECONDS: i64 = 3_600;
/// Longest that a token may be valid, in seconds (contract §12).
pub const TTL_SECONDS_MAX: i64 = 86_400;
/// How far the clock of whoever signs a token may be ahead of this server's, in seconds: libraries
/// put their present into `nbf`.
const SKEW_SECONDS: i64 = 5;
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The content type in the header of every access token.
const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// The parameters of a new token, as sent.
#[derive(Debug, Clone, Default)]
pub struct Create {
    /// Whom the token stands for.
    pub identity: Option<String>,
    /// The service that it is for; the account's default one when absent.
    pub chat_service_sid: Option<String>,
    /// How long it is valid, in seconds.
    pub ttl: Option<String>,
    /// The API key that signs it; the caller's own when absent.
    pub key_sid: Option<String>,
}

/// The parameter of a check, as sent.
#[derive(Debug, Clone, Default)]
pub struct Verify {
    /// The token.
    pub token: Option<String>,
}

/// What a token allows, to whom, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The account that it was issued for.
    pub account_sid: AccountSid,
    /// The API key that signed it.
    pub key_sid: KeySid,
    /// Whom it stands for.
    pub identity: String,
    /// The service that it is for.
    pub service_sid: ServiceSid,
    /// The device that it is for, when it names one.
    pub endpoint_id: Option<String>,
    /// The role that its user is to have, when it names one.
    pub deployment_role_sid: Option<String>,
    /// The credential for push notifications, when it names one.
    pub push_credential_sid: Option<String>,
    /// From when on it is valid, when it says so.
    pub not_before: Option<Timestamp>,
    /// Until when it is valid.
    pub expires_at: Timestamp,
}

/// What a token says. Everything may be missing or odd: each has its own refusal.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    iss: Option<String>,
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: Option<i64>,
    #[serde(default)]
    grants: serde_json::Value,
}

#[derive(Debug, Serialize, Deserialize)]
struct Grants {
    identity: Option<String>,
    chat: Option<ChatGrant>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct ChatGrant {
    service_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_role_sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_credential_sid: Option<String>,
}

impl Engine {
    /// Makes a token and says what it grants. Nothing is stored.
    ///
    /// # Errors
    /// [`Reason::IdentityMissing`] and the other reasons of an identity; [`Reason::ServiceNotFound`];
    /// [`Reason::KeyMayOnlyRead`]; [`Reason::InvalidParameter`].
    pub async fn create_access_token(&self, caller: &Caller, request: Create) -> Result<(String, Grant), Error> {
        let identity = present(request.identity.as_deref()).ok_or(Reason::IdentityMissing)?;
        let identity = input::identity(identity)?.to_owned();
        let ttl = ttl(request.ttl.as_deref())?;
        let issued_at = seconds(caller.received_at);
        let signing = signing_key(caller, request.key_sid.as_deref())?;
        let caller = caller.clone();
        let (key, sealed, service_sid) = self
            .inner
            .store
            .read(move |tx| {
                let service = request.chat_service_sid.as_deref();
                let (key, sealed) = key_of(tx, &caller.account.sid, &signing)?.ok_or_else(foreign_key)?;
                let service_sid = service_of(tx, &caller.account.sid, service)?.ok_or(Reason::ServiceNotFound)?;
                Ok::<_, Error>((key, sealed, service_sid))
            })
            .await?;
        if key.rights == Rights::Read {
            return Err(Reason::KeyMayOnlyRead.into());
        }
        let grant = Grant {
            account_sid: key.account_sid,
            key_sid: key.sid,
            identity,
            service_sid,
            endpoint_id: None,
            deployment_role_sid: None,
            push_credential_sid: None,
            not_before: None,
            expires_at: Timestamp::from_seconds(issued_at + ttl),
        };
        let secret = self.open_secret(&sealed)?;
        Ok((sign(&grant, issued_at, &secret)?, grant))
    }

    /// What a token grants at the instant `now` of real time.
    ///
    /// # Errors
    /// [`Reason::AccessTokenInvalid`] and the other reasons of access tokens.
    pub async fn verify_access_token(&self, token: &str, now: Timestamp) -> Result<Grant, Error> {
        let (key_sid, account_sid) = issuer(token)?;
        let found = self.inner.store.read(move |tx| {
            let account = accounts::fetch(tx, &account_sid)?.map(|(account, _)| account);
            let key = key_of(tx, &account_sid, &key_sid)?;
            Ok::<_, Error>(account.filter(|account| account.disabled_at.is_none()).zip(key))
        });
        // A key that may not write may not let others write either.
        let (account, (key, sealed)) =
            found.await?.filter(|(_, (key, _))| key.rights == Rights::All).ok_or(Reason::AccessTokenIssuer)?;
        let secret = self.open_secret(&sealed)?;
        let claims = verified(token, &secret)?;
        let (not_before, expires_at) = validity(&claims, seconds(now))?;
        let grants: Grants =
            serde_json::from_value(claims.grants).map_err(|_| ungranted("grants is not as it must be"))?;
        let identity =
            grants.identity.filter(|text| !text.is_empty()).ok_or_else(|| ungranted("it has no identity"))?;
        input::identity(&identity).map_err(|_| ungranted("its identity is too long or looks like a User SID"))?;
        let chat = grants.chat.ok_or_else(|| ungranted("it has no chat grant"))?;
        let asked = chat.service_sid;
        let service_sid = self.inner.store.read(move |tx| {
            Ok::<_, Error>(match present(asked.as_deref()) {
                None => Some(account.default_service_sid),
                named => service_of(tx, &account_sid, named)?,
            })
        });
        Ok(Grant {
            account_sid,
            key_sid: key.sid,
            identity,
            service_sid: service_sid.await?.ok_or_else(|| ungranted("its service is not there"))?,
            endpoint_id: chat.endpoint_id,
            deployment_role_sid: chat.deployment_role_sid,
            push_credential_sid: chat.push_credential_sid,
            not_before,
            expires_at,
        })
    }

    /// What a token of the caller's own account grants, for whoever wants to know why an SDK refuses it.
    ///
    /// # Errors
    /// As [`Self::verify_access_token`]; the tokens of other accounts have no issuer here.
    pub async fn inspect_access_token(&self, caller: &Caller, request: Verify) -> Result<Grant, Error> {
        let token = present(request.token.as_deref()).ok_or_else(|| Reason::InvalidParameter {
            name: "Token",
            problem: "the token to look at is required".to_owned(),
        })?;
        if issuer(token)?.1 != caller.account.sid {
            return Err(Reason::AccessTokenIssuer.into());
        }
        self.verify_access_token(token, caller.received_at).await
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}

fn ungranted(problem: &'static str) -> Reason {
    Reason::AccessTokenGrants { problem }
}

fn foreign_key() -> Reason {
    Reason::InvalidParameter { name: "KeySid", problem: "not an API key of the account".to_owned() }
}

fn ttl(text: Option<&str>) -> Result<i64, Reason> {
    let Some(text) = text else { return Ok(TTL_SECONDS) };
    let digits = text.bytes().all(|c| c.is_ascii_digit());
    let seconds = text.parse().ok().filter(|seconds| digits && (1..=TTL_SECONDS_MAX).contains(seconds));
    let problem = || format!("not a whole number of seconds from 1 to {TTL_SECONDS_MAX}");
    seconds.ok_or_else(|| Reason::InvalidParameter { name: "Ttl", problem: problem() })
}

fn signing_key(caller: &Caller, asked: Option<&str>) -> Result<KeySid, Reason> {
    match present(asked) {
        Some(text) => KeySid::parse(text).ok_or_else(foreign_key),
        None => KeySid::parse(&caller.credential).ok_or_else(|| Reason::InvalidParameter {
            name: "KeySid",
            problem: "required, unless the request itself is made with an API key".to_owned(),
        }),
    }
}

fn key_of(tx: &mut dyn Tx, account: &AccountSid, key: &KeySid) -> Result<Option<(Key, SealedSecret)>, Error> {
    Ok(accounts::fetch_key(tx, key)?.filter(|(key, _)| key.account_sid == *account))
}

/// The account's service of this SID, or its default one. The default is read anew: that of a caller
/// may be some seconds old.
fn service_of(tx: &mut dyn Tx, account: &AccountSid, asked: Option<&str>) -> Result<Option<ServiceSid>, Error> {
    match present(asked) {
        None => Ok(accounts::fetch(tx, account)?.map(|(account, _)| account.default_service_sid)),
        Some(text) => {
            let Some(sid) = ServiceSid::parse(text) else { return Ok(None) };
            Ok(services::fetch(tx, account, &sid)?.map(|service| service.sid))
        }
    }
}

fn sign(grant: &Grant, issued_at: i64, secret: &str) -> Result<String, Error> {
    let header = Header { cty: Some(CONTENT_TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
    let chat = ChatGrant { service_sid: Some(grant.service_sid.to_string()), ..ChatGrant::default() };
    let grants = Grants { identity: Some(grant.identity.clone()), chat: Some(chat) };
    let internal = |error: &dyn std::error::Error| Error::Internal(format!("an access token: {error}"));
    let claims = Claims {
        jti: Some(format!("{}-{issued_at}", grant.key_sid)),
        iss: Some(grant.key_sid.to_string()),
        sub: Some(grant.account_sid.to_string()),
        iat: Some(issued_at),
        nbf: None,
        exp: Some(seconds(grant.expires_at)),
        grants: serde_json::to_value(grants).map_err(|error| internal(&error))?,
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes()))
        .map_err(|error| internal(&error))
}

/// Who is said to have issued a token, and for which account: nothing is verified but the header.
fn issuer(token: &str) -> Result<(KeySid, AccountSid), Reason> {
    if token.len() > TOKEN_BYTES_MAX || token.bytes().filter(|c| *c == b'.').count() != 2 {
        return Err(Reason::AccessTokenInvalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|error| match error.kind() {
        // It is JSON, but no such header.
        ErrorKind::Json(error) if error.is_data() => Reason::AccessTokenHeader,
        _ => Reason::AccessTokenInvalid,
    })?;
    let is_jwt = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    if header.alg != Algorithm::HS256 || !is_jwt || header.cty.as_deref() != Some(CONTENT_TYPE) {
        return Err(Reason::AccessTokenHeader);
    }
    let claims: Claims =
        jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| Reason::AccessTokenInvalid)?;
    let key = claims.iss.as_deref().and_then(KeySid::parse);
    let account = claims.sub.as_deref().and_then(AccountSid::parse);
    key.zip(account).ok_or(Reason::AccessTokenIssuer)
}

/// What a token says, if this secret signed it. The library compares signatures in constant time and
/// takes no algorithm but the one it is told; the times are ours to check, by our clock.
fn verified(token: &str, secret: &str) -> Result<Claims, Reason> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let decoded = jsonwebtoken::decode(token, &key, &validation).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::Base64(_) => Reason::AccessTokenSignature,
        _ => Reason::AccessTokenInvalid,
    });
    Ok(decoded?.claims)
}

/// From when and until when a token is valid, if `now` lies between.
fn validity(claims: &Claims, now: i64) -> Result<(Option<Timestamp>, Timestamp), Reason> {
    let expires_at = claims.exp.ok_or(Reason::AccessTokenExpired)?;
    // Without `iat`, which not every library writes, its life begins at `nbf`.
    let begins_at = claims.iat.or(claims.nbf).unwrap_or(now);
    let is_too_long = expires_at.saturating_sub(begins_at) > TTL_SECONDS_MAX
        || expires_at.saturating_sub(now) > TTL_SECONDS_MAX + SKEW_SECONDS;
    if expires_at <= now || is_too_long {
        return Err(Reason::AccessTokenExpired);
    }
    if claims.nbf.is_some_and(|from| from > now.saturating_add(SKEW_SECONDS)) {
        return Err(Reason::AccessTokenNotYetValid);
    }
    // An `nbf` before the times that can be shown is as good as none.
    let not_before = claims.nbf.filter(|from| *from >= 0).map(Timestamp::from_seconds);
    Ok((not_before, Timestamp::from_seconds(expires_at)))
}
