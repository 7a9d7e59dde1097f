//! `/console/openid`: out to the provider of identities and back.
//!
//! The cookie of whoever is signed in stays away from requests that another site causes, so the browser could not bring
//! it along if it were led on from the provider in one go: what it gets is a page of ours that leads on.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use dwell_engine::Engine;
use dwell_engine::openid::{Attempt, OpenIdError, Provider};

use crate::errors::Failure;
use crate::reply::Answer;
use crate::request::received_at;
use crate::tree::BaseUrl;
use crate::visitors::{act, count_remote_attempt};
use crate::{Options, cookies};

/// The cookie of an attempt under way.
const COOKIE: &str = "dwell_openid";
/// How long an attempt may take, in seconds.
const ATTEMPT_SECONDS_MAX: i64 = 600;
/// Where the provider leads back to.
const CALLBACK: &str = "/console/openid/callback";

const IN: &str = "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url=/console\">\
    <title>Signed in</title><p>Signed in. <a href=\"/console\">Go on</a>";
const NOT_IN: &str = "<!doctype html><meta charset=\"utf-8\"><title>Not signed in</title>\
    <p>You could not be signed in. Perhaps your e-mail address is not known here, or it took too long. \
    <a href=\"/console\">Try again</a>";

/// The provider; there may be none.
fn provider(options: &Options) -> Answer<Arc<dyn Provider>> {
    options.openid.clone().ok_or(Failure::UnknownPath)
}

fn cookie(value: &str, seconds: i64, base: &BaseUrl) -> Option<HeaderValue> {
    let secure = cookies::secure(base);
    let line = format!("{COOKIE}={value}; Path=/console/openid; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).ok()
}

/// Leads to the provider.
pub(super) async fn start(
    State(engine): State<Engine>,
    Extension(options): Extension<Arc<Options>>,
    Extension(base): Extension<BaseUrl>,
    request: Request,
) -> Answer<Response> {
    let provider = provider(&options)?;
    let (parts, _) = request.into_parts();
    let attempt = engine.openid_attempt();
    let redirect_uri = format!("{}{CALLBACK}", base.0);
    let address = match provider.address(&attempt, &redirect_uri, received_at(&parts, &engine)).await {
        Ok(address) => HeaderValue::from_str(&address).map_err(|_| Failure::UnknownPath)?,
        Err(error) => return Ok(not_signed_in(&error, &base)),
    };
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, address);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(cookie(&attempt.to_text(), ATTEMPT_SECONDS_MAX, &base).map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// Signs in whom the provider sends back.
pub(super) async fn finish(
    State(engine): State<Engine>,
    Extension(options): Extension<Arc<Options>>,
    Extension(base): Extension<BaseUrl>,
    request: Request,
) -> Answer<Response> {
    let provider = provider(&options)?;
    let (parts, _) = request.into_parts();
    count_remote_attempt(&parts, &engine)?;
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let given = |wanted: &str| form_urlencoded::parse(query).find(|(name, _)| name == wanted).map(|(_, value)| value);
    let attempt = cookies::find(&parts.headers, COOKIE).and_then(Attempt::parse);
    let attempt = attempt.filter(|attempt| given("state").is_some_and(|state| attempt.is_of(&state)));
    let Some((attempt, code)) = attempt.zip(given("code")) else {
        return Ok(not_signed_in(&OpenIdError::Refused("nobody who went out comes back".to_owned()), &base));
    };
    let redirect_uri = format!("{}{CALLBACK}", base.0);
    let email = match provider.email(&attempt, &code, &redirect_uri, received_at(&parts, &engine)).await {
        Ok(email) => email,
        Err(error) => return Ok(not_signed_in(&error, &base)),
    };
    let Some((_, token)) = engine.sign_in_verified(&email, act(&parts, &engine)).await? else {
        return Ok(not_signed_in(&OpenIdError::Refused("nobody here has the address".to_owned()), &base));
    };
    let mut response = page(StatusCode::OK, IN, &base);
    response.headers_mut().extend(cookies::sign_in(&token, &base).map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

fn not_signed_in(error: &OpenIdError, base: &BaseUrl) -> Response {
    tracing::warn!(%error, "a sign-in with OpenID Connect failed");
    page(StatusCode::FORBIDDEN, NOT_IN, base)
}

/// A page that ends the attempt.
fn page(status: StatusCode, text: &'static str, base: &BaseUrl) -> Response {
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.extend(cookie("", 0, base).map(|cookie| (SET_COOKIE, cookie)));
    response
}
