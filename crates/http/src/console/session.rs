//! `/console/session` and `/console/password`.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use dwell_core::Reason;
use dwell_engine::sign_in::Token;
use dwell_engine::{Caller, Engine, Error};
use serde::Serialize;
use serde_json::json;

use crate::dwell::people::Person;
use crate::dwell::role_permissions::Permissions;
use crate::errors::Failure;
use crate::form::{self, Form, check_content_type, form, read_body};
use crate::reply::{Answer, Deleted};
use crate::tree::BaseUrl;
use crate::visitors::{self, act, count_attempt, forgive_attempt, is_from_elsewhere};
use crate::{Options, cookies};

/// Where one signs in with OpenID Connect.
const OPENID: &str = "/console/openid/start";

/// Who is signed in, where, and what the page must know to act as that person.
#[derive(Debug, Serialize)]
struct Session {
    person: Person,
    account: Account,
    permissions: Permissions,
    csrf_token: String,
}

#[derive(Debug, Serialize)]
struct Account {
    sid: String,
    friendly_name: String,
    is_test: bool,
    default_service_sid: String,
}

/// A request of somebody who is signed in.
pub(super) struct Visit {
    caller: Caller,
    token: Token,
    person: Arc<dwell_core::Person>,
    base: BaseUrl,
}

impl FromRequestParts<Engine> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self, Failure> {
        let (caller, token) = visitors::signed_in(parts, engine).await?;
        let person = caller.person.clone().ok_or(Failure::Unauthorized)?;
        visitors::admit(parts, engine, &caller, &person, None).await?;
        Ok(Visit { caller, token, person, base: base_of(parts) })
    }
}

/// What somebody shows to sign in.
#[derive(Clone, Default)]
pub(super) struct Proof {
    email: Option<String>,
    password: Option<String>,
}

/// A password and the one that takes its place.
#[derive(Clone, Default)]
pub(super) struct Change {
    current: Option<String>,
    new: Option<String>,
}

/// Passwords are not shown.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof")
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change")
    }
}

form! {
    /// The body of `POST /console/session`.
    SignIn => Proof {
        /// The e-mail address.
        email = "Email" required,
        /// The password.
        password = "Password" required,
    }
}

form! {
    /// The body of `POST /console/password`.
    ChangePassword => Change {
        /// The password.
        current = "Current" required,
        /// Another, of 12 characters at least.
        new = "New" required,
    }
}

fn base_of(parts: &Parts) -> BaseUrl {
    parts.extensions.get::<BaseUrl>().cloned().unwrap_or_else(|| BaseUrl(String::new()))
}

/// Who is signed in; with 401 how one signs in.
pub(super) async fn show(State(engine): State<Engine>, request: Request) -> Answer<Response> {
    let (mut parts, _) = request.into_parts();
    match Visit::from_request_parts(&mut parts, &engine).await {
        Ok(visit) => session(&engine, &visit.caller, &visit.token, &visit.base).await,
        Err(Failure::Unauthorized) => Ok(signed_out(&parts)),
        Err(failure) => Err(failure),
    }
}

/// Signs in with a password.
pub(super) async fn begin(State(engine): State<Engine>, request: Request) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    if is_from_elsewhere(&parts.headers) {
        return Err(Failure::Forged);
    }
    let bytes = read_body(&parts, body, &engine).await?;
    check_content_type(&parts.headers)?;
    let SignIn(Proof { email, password }) = form::read(&bytes)?;
    let (email, password) = (email.unwrap_or_default(), password.unwrap_or_default());
    count_attempt(&parts, &engine, &email)?;
    let admitted = engine.sign_in(&email, password, act(&parts, &engine)).await?;
    let (caller, token) = admitted.ok_or(Failure::Unauthorized)?;
    forgive_attempt(&parts, &email);
    let base = base_of(&parts);
    let mut response = session(&engine, &caller, &token, &base).await?;
    response.headers_mut().extend(cookies::sign_in(&token, &base).map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// Signs out.
pub(super) async fn end(State(engine): State<Engine>, visit: Visit) -> Answer<Response> {
    engine.sign_out(&visit.token).await?;
    let mut response = Deleted.into_response();
    response.headers_mut().extend(cookies::sign_out(&visit.base).map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// Changes the password of who is signed in.
pub(super) async fn change_password(
    State(engine): State<Engine>,
    parts: Parts,
    visit: Visit,
    Form(ChangePassword(Change { current, new })): Form<ChangePassword>,
) -> Answer<Deleted> {
    let person = &visit.person;
    // Whoever finds somebody else's browser open can guess here, too.
    count_attempt(&parts, &engine, &person.email)?;
    let changed = engine.change_password(person, &visit.token, current, new).await;
    if !matches!(changed, Err(Error::Refused(Reason::InvalidParameter { name: "Current", .. }))) {
        forgive_attempt(&parts, &person.email);
    }
    changed?;
    Ok(Deleted)
}

async fn session(engine: &Engine, caller: &Caller, token: &Token, base: &BaseUrl) -> Answer<Response> {
    let person = caller.person.as_deref().ok_or(Failure::Unauthorized)?;
    let session = Session {
        person: Person::show(person.clone(), &base.0),
        account: Account {
            sid: caller.account.sid.to_string(),
            friendly_name: caller.account.friendly_name.clone(),
            is_test: caller.account.test_clock.is_some(),
            default_service_sid: caller.account.default_service_sid.to_string(),
        },
        permissions: Permissions::show(engine.switches(caller).await?),
        csrf_token: token.csrf(),
    };
    let mut response = Json(session).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// 401 as everywhere, and how one signs in.
fn signed_out(parts: &Parts) -> Response {
    let options = parts.extensions.get::<Arc<Options>>().cloned().unwrap_or_default();
    let base = base_of(parts);
    let openid = options.openid.as_ref();
    let openid = openid.map(|provider| json!({"name": provider.name(), "url": format!("{}{OPENID}", base.0)}));
    let (status, body) = Failure::Unauthorized.to_body(parts.uri.path(), &options.error_docs, &base.0);
    let body = json!({
        "code": body.code,
        "message": body.message,
        "more_info": body.more_info,
        "status": body.status,
        "sign_in": {"password": true, "openid_connect": openid},
    });
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
