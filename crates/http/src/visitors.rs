//! People at the door: who is signed in, whether the page that asks is ours, what the role allows, and the entry in
//! the audit log before anything is done.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, MatchedPath, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use dwell_core::{AuditSid, Person, Reason};
use dwell_engine::audit::Act;
use dwell_engine::sign_in::Token;
use dwell_engine::{Caller, Engine};

use crate::errors::Failure;
use crate::permits::Needs;
use crate::rates::Rates;
use crate::request::received_at;
use crate::{Options, cookies, tree};

/// What a page of ours sends with every write, and no other can.
const CSRF: HeaderName = HeaderName::from_static("x-dwell-csrf");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Somebody writes: no act, and not in the audit log.
const TYPING: &str = "/dwell/v1/Conversations/{ConversationSid}/Typing";

/// In how many seconds the attempts to sign in are counted.
const ATTEMPTS_SECONDS: i64 = 300;
/// Most attempts for one e-mail address in that time.
const ATTEMPTS_PER_EMAIL_MAX: u32 = 10;
/// Most attempts from one remote address in that time: many people may sit behind it.
const ATTEMPTS_PER_REMOTE_MAX: u32 = 100;

/// How often somebody may try to sign in.
pub(crate) struct Attempts {
    per_email: Rates,
    per_remote: Rates,
}

impl Attempts {
    /// Attempts as these options limit them: a server that limits no rates, as for development, lets one remote
    /// address try for as many people as it likes.
    pub(crate) fn new(options: &Options) -> Self {
        let per_remote = if options.writes_per_second_max == 0 { 0 } else { ATTEMPTS_PER_REMOTE_MAX };
        Attempts {
            per_email: Rates::within(ATTEMPTS_PER_EMAIL_MAX, ATTEMPTS_SECONDS),
            per_remote: Rates::within(per_remote, ATTEMPTS_SECONDS),
        }
    }
}

/// Counts an attempt to show the password of an e-mail address.
///
/// # Errors
/// [`Failure::TooManyRequests`].
pub(crate) fn count_attempt(parts: &Parts, engine: &Engine, email: &str) -> Result<(), Failure> {
    count_remote_attempt(parts, engine)?;
    let Some(attempts) = parts.extensions.get::<Arc<Attempts>>() else { return Ok(()) };
    let taken = attempts.per_email.take(bucket_of(email), received_at(parts, engine));
    taken.map_err(|retry_after_seconds| Failure::TooManyRequests { retry_after_seconds })
}

/// An attempt that succeeded does not count for its e-mail address: only guesses are limited. For the remote address
/// it does, as each costs the server a hash.
pub(crate) fn forgive_attempt(parts: &Parts, email: &str) {
    if let Some(attempts) = parts.extensions.get::<Arc<Attempts>>() {
        attempts.per_email.give_back(bucket_of(email));
    }
}

fn bucket_of(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Counts an attempt to sign in elsewhere.
///
/// # Errors
/// [`Failure::TooManyRequests`].
pub(crate) fn count_remote_attempt(parts: &Parts, engine: &Engine) -> Result<(), Failure> {
    let Some(attempts) = parts.extensions.get::<Arc<Attempts>>() else { return Ok(()) };
    let taken = attempts.per_remote.take(remote_address(parts), received_at(parts, engine));
    taken.map_err(|retry_after_seconds| Failure::TooManyRequests { retry_after_seconds })
}

/// The entry of the audit log that a request has, if it has one.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<OnceLock<AuditSid>>);

impl Noted {
    /// Notes how the request was answered.
    pub(crate) async fn answered(&self, engine: &Engine, status: StatusCode) {
        if let Some(sid) = self.0.get() {
            engine.end_act(*sid, status.as_u16()).await;
        }
    }
}

/// Whether the request shows who makes it, be it a credential or a person.
pub(crate) fn shows_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || cookies::token(headers).is_some()
}

/// Whether a page asks, which shows its own form for signing in where a browser would open a window.
pub(crate) fn is_page(headers: &HeaderMap) -> bool {
    let mode = headers.get(FETCH_MODE).is_some_and(|mode| mode != "navigate");
    mode || headers.contains_key(CSRF) || cookies::find(headers, cookies::SESSION).is_some()
}

/// Whether a browser says that the page of another site asks.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// Who is signed in, by the cookie.
///
/// # Errors
/// [`Failure::Unauthorized`] when nobody is, or not any more.
pub(crate) async fn signed_in(parts: &Parts, engine: &Engine) -> Result<(Caller, Token), Failure> {
    let token = cookies::token(&parts.headers).ok_or(Failure::Unauthorized)?;
    let caller = engine.signed_in(&token, received_at(parts, engine)).await?.ok_or(Failure::Unauthorized)?;
    tracing::Span::current().record("account", caller.account.sid.as_str());
    Ok((caller, token))
}

/// Whether a person may make this request. What it writes, and what it may not do, is in the audit log then.
///
/// # Errors
/// [`Failure::Forged`] for a write without the token of a page of ours; [`Reason::RoleForbids`].
pub(crate) async fn admit(
    parts: &Parts,
    engine: &Engine,
    caller: &Caller,
    person: &Person,
    needs: Option<Needs>,
) -> Result<(), Failure> {
    let is_allowed = match needs {
        Some(needs) => needs.are_met(person.role, async || engine.switches(caller).await).await?,
        None => true,
    };
    let is_write = !matches!(parts.method, Method::GET | Method::HEAD);
    if is_write && !is_passing(parts) || !is_allowed {
        let sid = engine.begin_act(caller, act(parts, engine)).await?;
        if let (Some(noted), Some(sid)) = (parts.extensions.get::<Noted>(), sid) {
            // A request is let in once.
            let _ = noted.0.set(sid);
        }
    }
    if is_write && !has_csrf(&parts.headers) {
        return Err(Failure::Forged);
    }
    if is_allowed { Ok(()) } else { Err(Failure::Engine(Reason::RoleForbids.into())) }
}

/// Whether the request is one that leaves nothing behind and comes with every few keystrokes.
fn is_passing(parts: &Parts) -> bool {
    let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    template == TYPING
}

fn has_csrf(headers: &HeaderMap) -> bool {
    let sent = headers.get(CSRF).and_then(|value| value.to_str().ok());
    cookies::token(headers).zip(sent).is_some_and(|(token, sent)| token.has_csrf(sent))
}

/// What the audit log says of a request.
pub(crate) fn act(parts: &Parts, engine: &Engine) -> Act {
    let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    Act {
        at: received_at(parts, engine),
        act: format!("{} {template}", parts.method),
        target: parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path().to_owned(),
        remote_address: remote_address(parts).map(|ip| ip.to_string()),
    }
}

/// From where the request comes; proxies that are trusted say it of others.
fn remote_address(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
    let options = parts.extensions.get::<Arc<Options>>()?;
    Some(tree::remote_address(peer, &parts.headers, &options.trusted_proxies))
}
