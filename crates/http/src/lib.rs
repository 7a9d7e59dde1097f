//! The REST API: routes, parameters, representations, errors, and the OpenAPI document, each
//! operation registered once for all of them.
//!
//! Handlers hold no rules: they read parameters, call one command of the engine and show its
//! result. Adding a resource means a form or query in terms of a command's input, a body, and a
//! handler with its `#[utoipa::path]`; see `v1/services.rs` for the smallest one.

pub mod beside;
mod console;
mod cookies;
mod cors;
mod docs;
mod door;
mod dwell;
mod errors;
mod form;
mod health;
mod incoming;
mod lists;
mod multipart;
mod openapi;
mod outgoing;
mod permits;
mod rates;
mod reply;
mod request;
mod routes;
mod serve;
mod signed;
mod tree;
mod v1;
mod visitors;
mod writes;

pub use errors::{ErrorBody, ErrorDocs};
pub use openapi::openapi_json;
#[doc(hidden)]
pub use permits::permits;
pub use routes::{router, router_with};
pub use serve::serve;

use std::net::IpAddr;
use std::sync::Arc;

/// How the API is to be served.
#[derive(Debug, Clone)]
pub struct Options {
    /// What URLs in answers begin with, such as `https://chat.example.com`; `None` takes it from
    /// each request.
    pub public_base_url: Option<String>,
    /// Where `more_info` of errors leads.
    pub error_docs: ErrorDocs,
    /// Largest request body, in bytes.
    pub body_bytes_max: usize,
    /// Proxies whose `X-Forwarded-Proto` and `X-Forwarded-Host` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Most writes a second of each kind and in each conversation or service (contract §12); 0 for
    /// any number.
    pub writes_per_second_max: u32,
    /// Longest wait for the head of a request, and then for its body, in seconds. A connection on
    /// which no request begins is closed after as long.
    pub request_read_seconds_max: u32,
    /// Most connections open at once; more wait to be accepted.
    pub connections_max: u32,
    /// Who else says who somebody is; `None` where people sign in with passwords alone.
    pub openid: Option<Arc<dyn dwell_engine::openid::Provider>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            public_base_url: None,
            error_docs: ErrorDocs::Twilio,
            body_bytes_max: 256 * 1024,
            trusted_proxies: Vec::new(),
            writes_per_second_max: 0,
            request_read_seconds_max: 75,
            connections_max: 10_000,
            openid: None,
        }
    }
}
