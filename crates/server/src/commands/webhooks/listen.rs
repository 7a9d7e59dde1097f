//! `dwell webhooks listen`: a receiver that prints what arrives. For development: it listens on
//! 127.0.0.1 only.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use dwell_engine::signature::signature;
use dwell_engine::{Clock, SystemClock};
use serde::Serialize;
use tokio::net::TcpListener;

use super::super::json;
use crate::console::{complain, say};
use crate::failure::Failure;
use crate::opening;

/// Largest body that is taken, in bytes. An event is much smaller.
const BODY_BYTES_MAX: usize = 1 << 20;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// The status of every answer
    #[arg(long, default_value = "200", value_parser = status)]
    status: StatusCode,
    /// The JSON of every answer, such as {"body":"x"}: what a pre-event hook answers
    #[arg(long, value_name = "JSON", value_parser = answer)]
    answer: Option<String>,
}

fn status(text: &str) -> Result<StatusCode, String> {
    let code = text.parse::<u16>().ok().filter(|code| (200..600).contains(code));
    code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or_else(|| "a status is 200 to 599".to_owned())
}

fn answer(text: &str) -> Result<String, String> {
    serde_json::from_str::<serde_json::Value>(text).map_err(|error| format!("not JSON: {error}"))?;
    Ok(text.to_owned())
}

/// How to receive.
struct Listener {
    arguments: Arguments,
    token: Option<String>,
    as_json: bool,
}

/// An event as it is printed.
#[derive(Serialize)]
struct View<'a> {
    at: String,
    event_type: &'a str,
    method: &'a str,
    /// What was called, as the signature has it.
    url: &'a str,
    /// `valid`, `invalid`, `missing`, or `unchecked` without an auth token.
    signature: &'static str,
    idempotency_token: Option<&'a str>,
    parameters: Vec<(&'a str, &'a str)>,
}

pub(super) fn run(arguments: Arguments, token: Option<String>, as_json: bool) -> Result<(), Failure> {
    opening::block_on(async {
        let port = arguments.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|error| Failure::new(format_args!("cannot listen on 127.0.0.1:{port}: {error}")))?;
        let url = format!("http://{}", listener.local_addr().map_err(Failure::new)?);
        if as_json {
            say(json(&serde_json::json!({ "listening": url })));
        } else {
            say(format_args!("listening at {url}"));
        }
        if token.is_none() {
            complain("no auth token: signatures are not checked; give --token or TWILIO_AUTH_TOKEN");
        }
        let router = Router::new()
            .fallback(receive)
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(Arc::new(Listener { arguments, token, as_json }));
        axum::serve(listener, router).await.map_err(Failure::new)
    })?
}

async fn receive(
    State(listener): State<Arc<Listener>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // What the caller was told to call: a tunnel in between ends TLS and says so.
    let scheme = header("x-forwarded-proto").unwrap_or("http");
    let host = header("x-forwarded-host").or_else(|| header("host")).unwrap_or_default();
    let url = format!("{scheme}://{host}{}", uri.path_and_query().map_or("/", |path| path.as_str()));
    let form = read(&body);
    let query = read(uri.query().unwrap_or_default().as_bytes());
    let verdict = match (&listener.token, header("x-twilio-signature")) {
        (None, _) => "unchecked",
        (Some(_), None) => "missing",
        (Some(token), Some(sent)) if signature(token, &url, &form) == sent => "valid",
        (Some(_), Some(_)) => "invalid",
    };
    let parameters: Vec<_> = query.iter().chain(&form).map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let event_type = parameters.iter().find(|(name, _)| *name == "EventType").map_or("", |(_, value)| value);
    let view = View {
        at: SystemClock.now().to_rfc3339_millis(),
        event_type,
        method: method.as_str(),
        url: &url,
        signature: verdict,
        idempotency_token: header("i-twilio-idempotency-token"),
        parameters,
    };
    say(if listener.as_json { json(&view) } else { lines(&view) });
    let answer = listener.arguments.answer.clone();
    let content_type = answer.is_some().then_some([(header::CONTENT_TYPE, "application/json")]);
    (listener.arguments.status, content_type, answer.unwrap_or_default()).into_response()
}

fn read(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// An event for people: a line, and one for each parameter.
fn lines(view: &View<'_>) -> String {
    let event = if view.event_type.is_empty() { "(no EventType)" } else { view.event_type };
    let mut text =
        format!("{}  {}  {} {}  signature {}", view.at, visible(event), view.method, visible(view.url), view.signature);
    for (name, value) in &view.parameters {
        let _ = write!(text, "\n    {}: {}", visible(name), visible(value));
    }
    text
}

/// A text that stays on its line and does not steer the terminal, whoever wrote it.
fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            seen.extend(c.escape_debug());
        } else {
            seen.push(c);
        }
    }
    seen
}
