//! The door: the first and last thing that every request meets. It reads the clock once, names the
//! request, turns failures into bodies, and measures.

use std::sync::Arc;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dwell_core::RequestSid;
use dwell_engine::{Engine, Error};
use tracing::Instrument;

use crate::Options;
use crate::errors::Failure;
use crate::request::ReceivedAt;

const REQUEST_ID: HeaderName = HeaderName::from_static("twilio-request-id");
const REQUEST_DURATION: HeaderName = HeaderName::from_static("twilio-request-duration");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Seconds after which a client may try again when the store cannot keep up.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// What the door needs.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) engine: Engine,
    pub(crate) options: Arc<Options>,
}

pub(crate) async fn through(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let received_at = door.engine.now();
    let request_sid = RequestSid::new(door.engine.sid());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    request.extensions_mut().insert(ReceivedAt(received_at));
    request.extensions_mut().insert(door.options.clone());

    let span =
        tracing::info_span!("request", id = request_sid.as_str(), %method, path, account = tracing::field::Empty);
    // In a task of its own a panic ends the request and nothing else, and a client that goes away
    // does not stop a command half-way.
    let handled = tokio::spawn(next.run(request).instrument(span.clone())).await;
    let mut response = handled.unwrap_or_else(|_| Failure::Panic.into_response());

    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        span.in_scope(|| log(&failure));
        response = render(&failure, &path);
    }
    let seconds = door.engine.now().micros_since(received_at) as f64 / 1e6;
    let status = response.status();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), seconds, "answered"));
    metrics::histogram!("dwell_http_request_seconds", "method" => method_label(&method), "route" => route, "status" => status.as_u16().to_string())
        .record(seconds);

    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(CONTENT_TYPE, JSON);
    }
    if let Ok(value) = HeaderValue::from_str(&request_sid) {
        headers.insert(REQUEST_ID, value);
    }
    if let Ok(value) = HeaderValue::from_str(&format!("{seconds:.3}")) {
        headers.insert(REQUEST_DURATION, value);
    }
    response
}

/// A label of a bounded number of values, whatever clients send.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

fn log(failure: &Failure) {
    match failure {
        Failure::Engine(Error::Internal(problem)) => tracing::error!(problem, "internal error"),
        Failure::Engine(Error::Unavailable(problem)) => tracing::warn!(problem, "store unavailable"),
        Failure::Engine(Error::Overloaded) => tracing::warn!("overloaded"),
        Failure::Panic => tracing::error!("a handler panicked"),
        _ => tracing::debug!(?failure, "refused"),
    }
}

fn render(failure: &Failure, path: &str) -> Response {
    let (status, body) = failure.to_body(path);
    let mut response = (status, Json(body)).into_response();
    match failure {
        Failure::Unauthorized => {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Twilio API\""));
        }
        Failure::Engine(Error::Overloaded | Error::Unavailable(_)) => {
            response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        _ => {}
    }
    response
}
