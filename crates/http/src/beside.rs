//! What is served beside the API on the same listener, and what it may know of the API: behind the same door,
//! within the same limits, with the same errors.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dwell_core::{ServiceSid, Timestamp};
use dwell_engine::{Caller, Engine, Error};

use crate::errors::Failure;
use crate::form::read_body;
use crate::rates::Rates;
use crate::tree::BaseUrl;
use crate::{request, writes};

/// Routes that find the bodies of their requests read to the end: in time, and no larger than allowed.
pub(crate) fn whole_bodies(routes: Router, engine: Engine) -> Router<Engine> {
    routes.layer(axum::middleware::from_fn_with_state(engine, read)).with_state(())
}

async fn read(State(engine): State<Engine>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match read_body(&parts, body, &engine).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(failure) => failure.into_response(),
    }
}

/// What URLs in answers to a request begin with.
pub fn base_url(parts: &Parts) -> String {
    parts.extensions.get::<BaseUrl>().map_or_else(String::new, |base| base.0.clone())
}

/// When a request came in, in real time.
pub fn received_at(parts: &Parts, engine: &Engine) -> Timestamp {
    request::received_at(parts, engine)
}

/// Counts a write as if the caller had made it by an operation of the API, `POST /v1/Conversations/{}/Messages`, in a
/// service and in a conversation, as it was named.
///
/// # Errors
/// The seconds to wait when there is no room for it (contract §12).
pub fn count(
    parts: &Parts,
    caller: &Caller,
    operation: &str,
    service: ServiceSid,
    conversation: &str,
) -> Result<(), i64> {
    let (method, path) = operation.split_once(' ').unwrap_or(("POST", operation));
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST);
    let Some(kind) = writes::kind(&method, path) else { return Ok(()) };
    let bucket = kind.bucket(caller.account.sid, Some(service), conversation);
    let Some(rates) = parts.extensions.get::<Arc<Rates>>() else { return Ok(()) };
    rates.take(bucket, caller.received_at)
}

/// Code and message of an error of the engine, for a request of a path.
pub fn tell(error: &Error, path: &str) -> (u32, String) {
    let (_, body) = Failure::Engine(error.clone()).to_body(path, &crate::ErrorDocs::Own, "");
    (body.code, body.message)
}

/// The same for what a bulk job does by itself.
pub fn tell_of_bulk(error: &Error) -> (u32, String) {
    crate::dwell::tell_of_bulk(error)
}

/// The answer to a request whose credentials are wrong.
pub fn unauthorized() -> Response {
    Failure::Unauthorized.into_response()
}

/// The answer to a request that the engine failed at.
pub fn failed(error: Error) -> Response {
    Failure::Engine(error).into_response()
}
