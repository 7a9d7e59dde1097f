//! The door: the first and last thing that every request meets. It reads the clock once, names the
//! request, turns failures into bodies, and measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dwell_core::RequestSid;
use dwell_engine::{Engine, Error};
use tracing::Instrument;

use crate::errors::Failure;
use crate::rates::Rates;
use crate::request::ReceivedAt;
use crate::tree::{BaseUrl, base_url};
use crate::visitors::{self, Attempts, Noted};
use crate::{Options, cors};

const REQUEST_ID: HeaderName = HeaderName::from_static("twilio-request-id");
const REQUEST_DURATION: HeaderName = HeaderName::from_static("twilio-request-duration");
const CONCURRENT_REQUESTS: HeaderName = HeaderName::from_static("twilio-concurrent-requests");
const API_DOMAIN: HeaderName = HeaderName::from_static("x-api-domain");
const HTTPS_FOR_A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Seconds after which a client may try again when the store cannot keep up.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// What the door needs.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) engine: Engine,
    pub(crate) options: Arc<Options>,
    pub(crate) rates: Arc<Rates>,
    /// How often somebody may try to sign in.
    attempts: Arc<Attempts>,
    /// Requests that are being answered.
    in_flight: Arc<AtomicUsize>,
}

impl Door {
    pub(crate) fn new(engine: Engine, options: Options) -> Self {
        let rates = Arc::new(Rates::new(options.writes_per_second_max));
        let attempts = Arc::new(Attempts::new(&options));
        Door { engine, options: Arc::new(options), rates, attempts, in_flight: Arc::default() }
    }
}

/// A request that is being answered.
struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    /// Counts one more, and says how many there are with it.
    fn enter(count: &'a AtomicUsize) -> (Self, usize) {
        let now = count.fetch_add(1, Ordering::Relaxed) + 1;
        (InFlight(count), now)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) async fn through(State(door): State<Door>, request: Request, next: Next) -> Response {
    let received_at = door.engine.now();
    let (_in_flight, concurrent) = InFlight::enter(&door.in_flight);
    let request_sid = RequestSid::new(door.engine.sid());
    let (mut parts, body) = request.into_parts();
    let method = parts.method.clone();
    let path = parts.uri.path().to_owned();
    let route = parts.extensions.get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let has_origin = parts.headers.contains_key(header::ORIGIN);
    let base = BaseUrl(base_url(&parts, &door.options));
    parts.extensions.insert(ReceivedAt(received_at));
    parts.extensions.insert(base.clone());
    parts.extensions.insert(door.options.clone());
    parts.extensions.insert(door.rates.clone());
    parts.extensions.insert(door.attempts.clone());
    let noted = Noted::default();
    parts.extensions.insert(noted.clone());
    let asks_for_credentials = !visitors::is_page(&parts.headers);
    let request = Request::from_parts(parts, body);

    let span =
        tracing::info_span!("request", id = request_sid.as_str(), %method, path, account = tracing::field::Empty);
    let mut response = if method == Method::OPTIONS {
        // A page that asks what it may send shows no credentials yet, whatever the path.
        StatusCode::NO_CONTENT.into_response()
    } else {
        // In a task of its own a panic ends the request and nothing else, and a client that goes away
        // does not stop a command half-way.
        let engine = door.engine.clone();
        let work = async move {
            let response = next.run(request).await;
            let failure = response.extensions().get::<Failure>();
            let status = failure.map_or_else(|| response.status(), Failure::status);
            noted.answered(&engine, status).await;
            response
        };
        let handled = tokio::spawn(work.instrument(span.clone())).await;
        handled.unwrap_or_else(|_| Failure::Panic.into_response())
    };

    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        span.in_scope(|| log(&failure));
        response = render(&failure, &path, &door.options, &base.0);
        if matches!(failure, Failure::Unauthorized) && asks_for_credentials {
            let basic = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, basic);
        }
    }
    let seconds = door.engine.now().micros_since(received_at) as f64 / 1e6;
    let status = response.status();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), seconds, "answered"));
    metrics::histogram!("dwell_http_request_seconds", "method" => method_label(&method), "route" => route, "status" => status.as_u16().to_string())
        .record(seconds);

    let headers = response.headers_mut();
    cors::add(headers, has_origin);
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(CONTENT_TYPE, JSON);
    }
    insert(headers, REQUEST_ID, &request_sid);
    insert(headers, REQUEST_DURATION, &format!("{seconds:.3}"));
    insert(headers, CONCURRENT_REQUESTS, &concurrent.to_string());
    insert(headers, API_DOMAIN, base.host());
    if base.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HTTPS_FOR_A_YEAR);
    }
    response
}

/// Sets one of the headers that every answer has (contract §1.7). What the real service says besides
/// would be untrue here: `x-home-region` names a region of its own, `x-powered-by` and
/// `x-shenanigans` its software, `via` and `x-cache` the network before it. The number of concurrent
/// requests is that of this server.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
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

fn render(failure: &Failure, path: &str, options: &Options, base: &str) -> Response {
    let (status, body) = failure.to_body(path, &options.error_docs, base);
    let mut response = (status, Json(body)).into_response();
    let retry_after = match failure {
        Failure::TooManyRequests { retry_after_seconds } => Some(HeaderValue::from(*retry_after_seconds)),
        Failure::Engine(Error::TooManyRequests | Error::Overloaded | Error::Unavailable(_)) => {
            Some(RETRY_AFTER_SECONDS)
        }
        _ => None,
    };
    if let Some(value) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}
