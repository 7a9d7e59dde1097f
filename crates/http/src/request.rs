//! What every handler of the API starts from: who asks, in which service, under which path.

use std::hash::Hash;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::{ServiceSid, Timestamp};
use dwell_engine::{Caller, Engine, Error, Scope};

use crate::errors::Failure;
use crate::rates::Rates;
use crate::tree::{BaseUrl, Tree};
use crate::writes::{self, Effect};
use crate::{permits, visitors};

/// When the request came in, in real time: read once, at the door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceivedAt(pub(crate) Timestamp);

/// An authenticated request to the account.
pub(crate) struct ForAccount {
    /// Who asks.
    pub(crate) caller: Caller,
    /// Where URLs in the answer begin.
    pub(crate) tree: Tree,
    segments: Segments,
}

/// An authenticated request within a service: the one in the path, or the account's default.
pub(crate) struct InService {
    /// Who asks, and the service.
    pub(crate) scope: Scope,
    /// Where URLs in the answer begin.
    pub(crate) tree: Tree,
    segments: Segments,
}

/// The decoded variable segments of the path.
struct Segments(Vec<(String, String)>);

impl Segments {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl ForAccount {
    /// A variable segment of the path, decoded.
    pub(crate) fn segment(&self, name: &str) -> &str {
        self.segments.get(name)
    }
}

impl InService {
    /// A variable segment of the path, decoded.
    pub(crate) fn segment(&self, name: &str) -> &str {
        self.segments.get(name)
    }
}

impl FromRequestParts<Engine> for ForAccount {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self, Failure> {
        let request = ForAccount::enter(parts, engine).await?;
        admit(parts, engine, &request, None).await?;
        Ok(request)
    }
}

impl ForAccount {
    async fn enter(parts: &mut Parts, engine: &Engine) -> Result<Self, Failure> {
        let caller = authenticate(parts, engine).await?;
        let raw = RawPathParams::from_request_parts(parts, engine).await;
        // A segment that is not UTF-8 names nothing, nor does an empty one, nor one with a null
        // character, which no name or identity may hold and PostgreSQL does not take.
        let raw = raw.map_err(|_| Failure::UnknownPath)?;
        let segments: Vec<_> = raw.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        if segments.iter().any(|(_, value)| value.is_empty() || value.contains('\0')) {
            return Err(Failure::UnknownPath);
        }
        let base = parts.extensions.get::<BaseUrl>().map_or_else(String::new, |base| base.0.clone());
        let tree = Tree { base, service: None };
        Ok(ForAccount { caller, tree, segments: Segments(segments) })
    }
}

impl FromRequestParts<Engine> for InService {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self, Failure> {
        let mut request = ForAccount::enter(parts, engine).await?;
        let service_sid = match request.segment("ChatServiceSid") {
            "" => request.caller.account.default_service_sid,
            text => {
                let sid = ServiceSid::parse(text).ok_or(Failure::Engine(Error::NotFound))?;
                request.tree.service = Some(sid);
                sid
            }
        };
        admit(parts, engine, &request, Some(service_sid)).await?;
        let ForAccount { caller, tree, segments } = request;
        Ok(InService { scope: Scope { caller, service_sid }, tree, segments })
    }
}

/// Whether the caller may make this request, and make it now. Nothing has been changed yet.
async fn admit(
    parts: &Parts,
    engine: &Engine,
    request: &ForAccount,
    service: Option<ServiceSid>,
) -> Result<(), Failure> {
    let effect = writes::of(parts);
    if let Some(person) = &request.caller.person {
        visitors::admit(parts, engine, &request.caller, person, Some(permits::of(parts))).await?;
    }
    if effect != Effect::Read {
        request.caller.check_may_write()?;
    }
    let Effect::Counted(kind) = effect else { return Ok(()) };
    let bucket = kind.bucket(request.caller.account.sid, service, request.segment("ConversationSid"));
    count(parts, bucket, request.caller.received_at)
}

/// Counts one write against a bucket.
///
/// # Errors
/// [`Failure::TooManyRequests`] when there is no room in it.
pub(crate) fn count(parts: &Parts, bucket: impl Hash, received_at: Timestamp) -> Result<(), Failure> {
    let Some(rates) = parts.extensions.get::<Arc<Rates>>() else { return Ok(()) };
    // Real time for test accounts too: the limit protects the server.
    rates.take(bucket, received_at).map_err(|retry_after_seconds| Failure::TooManyRequests { retry_after_seconds })
}

/// When a request came in, in real time.
pub(crate) fn received_at(parts: &Parts, engine: &Engine) -> Timestamp {
    parts.extensions.get::<ReceivedAt>().map_or_else(|| engine.now(), |at| at.0)
}

async fn authenticate(parts: &Parts, engine: &Engine) -> Result<Caller, Failure> {
    let caller = if parts.headers.contains_key(header::AUTHORIZATION) {
        let (username, password) = basic_credentials(&parts.headers).ok_or(Failure::Unauthorized)?;
        let received_at = received_at(parts, engine);
        engine.authenticate(&username, &password, received_at).await?.ok_or(Failure::Unauthorized)?
    } else {
        visitors::signed_in(parts, engine).await?.0
    };
    tracing::Span::current().record("account", caller.account.sid.as_str());
    let header = parts.headers.get("x-twilio-webhook-enabled").filter(|_| writes::of(parts).takes_webhook_header());
    Ok(Caller { webhooks: header.map_or(Ok(false), webhooks_enabled)?, ..caller })
}

fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

/// `X-Twilio-Webhook-Enabled`, which operations without webhooks do not look at (contract §1.4).
fn webhooks_enabled(value: &HeaderValue) -> Result<bool, Failure> {
    match value.to_str() {
        Ok(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Ok(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Failure::Malformed("X-Twilio-Webhook-Enabled must be true or false".to_owned())),
    }
}
