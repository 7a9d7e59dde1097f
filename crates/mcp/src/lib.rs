//! The MCP server: tools, resources and prompts with which AI tools read the documentation and work the API
//! ([decision 7](../../../docs/decisions/0007-mcp-without-sessions.md)).
//!
//! Tools call the engine's commands, as handlers of the API do, and hold no rule. One is a type that
//! implements [`tool::Tool`]: its fields are the parameters, its output a type of its own, and schemas come
//! from both. Every request stands for itself: there are no sessions.

mod answer;
mod desk;
mod prompts;
mod refusal;
mod resources;
mod tool;
mod tools;
mod visit;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use dwell_core::{ServiceSid, Timestamp};
use dwell_docs::Library;
use dwell_engine::{Caller, Engine, Error};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::desk::Desk;

/// Where the server is found.
pub const PATH: &str = "/mcp";

/// Names that this machine has for itself.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How the MCP server is to be served.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether an account's own credentials may write; an API key with all rights always may.
    pub writes: bool,
    /// Host names under which the server may be called, and whose pages may call it, besides this machine's.
    pub hosts: Vec<String>,
    /// Largest request body, in bytes.
    pub body_bytes_max: usize,
}

/// A write, as the API would count it.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// Method and path of the operation with variables in braces: `POST /v1/Conversations/{}/Messages`.
    pub operation: &'a str,
    /// The service that it happens in.
    pub service: ServiceSid,
    /// The conversation, as the caller named it; empty for none.
    pub conversation: &'a str,
}

/// What the API knows and this server needs, so that both are one: its limits, errors and document.
#[derive(Clone, Copy)]
pub struct House {
    /// The OpenAPI document, as JSON.
    pub document: fn() -> String,
    /// The version of the server.
    pub version: &'static str,
    /// What URLs of this server begin with, for a request.
    pub base_url: fn(&Parts) -> String,
    /// When a request came in, in real time.
    pub received_at: fn(&Parts, &Engine) -> Timestamp,
    /// Counts a write; refused with the seconds to wait when there are too many of its kind.
    pub count: fn(&Parts, &Caller, Write<'_>) -> Result<(), i64>,
    /// Code and message of an error at a path.
    pub tell: fn(&Error, &str) -> (u32, String),
    /// Answers a request whose credentials are wrong.
    pub unauthorized: fn() -> Response,
    /// Answers a request that failed before it began.
    pub failed: fn(Error) -> Response,
}

/// What every request is answered from.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) house: House,
    pub(crate) options: Arc<Options>,
    library: Arc<OnceLock<Option<Library>>>,
}

impl Server {
    /// The documentation, read at the first request for it. That it can be read is tested.
    pub(crate) fn library(&self) -> Option<&Library> {
        let read = || {
            let library = Library::new(&(self.house.document)(), self.house.version);
            library.inspect_err(|problem| tracing::error!(%problem, "no documentation")).ok()
        };
        self.library.get_or_init(read).as_ref()
    }
}

/// The MCP server at [`PATH`], to be served behind the door of the API, which reads bodies to their end.
pub fn router(engine: Engine, house: House, options: Options) -> Router {
    let config = config(&options);
    let server = Server { engine, house, options: Arc::new(options), library: Arc::default() };
    let desk = Desk(server.clone());
    let service =
        StreamableHttpService::new(move || Ok(desk.clone()), Arc::new(NeverSessionManager::default()), config);
    let serve = move |request: Request| {
        let (server, service) = (server.clone(), service.clone());
        async move {
            match visit::enter(&server, request).await {
                Ok(request) => axum::response::IntoResponse::into_response(
                    service.handle(request).await.map(axum::body::Body::new),
                ),
                Err(refused) => *refused,
            }
        }
    };
    Router::new().route(PATH, any(serve))
}

/// Stateless, answered in JSON, open to known hosts and the pages on them only, against DNS rebinding.
fn config(options: &Options) -> StreamableHttpServerConfig {
    let hosts: Vec<&str> = LOCAL.into_iter().chain(options.hosts.iter().map(String::as_str)).collect();
    let origin = |host: &&str| {
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { (*host).to_owned() };
        ["http", "https"].map(|scheme| format!("{scheme}://{host}:*"))
    };
    let origins: Vec<String> = hosts.iter().flat_map(origin).collect();
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_keep_alive(None)
        .with_max_request_body_bytes(options.body_bytes_max)
        .with_allowed_hosts(hosts)
        .with_allowed_origins(origins)
        .enforce_origin_validation()
}
