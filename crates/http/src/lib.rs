//! The REST API: routes, parameters, representations, errors, and the OpenAPI document, each
//! operation registered once for all of them.
//!
//! Handlers hold no rules: they read parameters, call one command of the engine and show its
//! result. Adding a resource means a form or query in terms of a command's input, a body, and a
//! handler with its `#[utoipa::path]`; see `v1/services.rs` for the smallest one.

mod door;
mod dwell;
mod errors;
mod form;
mod health;
mod lists;
mod openapi;
mod reply;
mod request;
mod routes;
mod tree;
mod v1;

pub use errors::ErrorBody;
pub use openapi::openapi_json;
pub use routes::{router, serve};

use std::net::IpAddr;

/// How the API is to be served.
#[derive(Debug, Clone)]
pub struct Options {
    /// What URLs in answers begin with, such as `https://chat.example.com`; `None` takes it from
    /// each request.
    pub public_base_url: Option<String>,
    /// Largest request body, in bytes.
    pub body_bytes_max: usize,
    /// Proxies whose `X-Forwarded-Proto` and `X-Forwarded-Host` are believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Options { public_base_url: None, body_bytes_max: 256 * 1024, trusted_proxies: Vec::new() }
    }
}
