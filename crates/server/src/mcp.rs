//! The MCP server, put beside the API.

use axum::Router;
use dwell_engine::Engine;
use dwell_http::beside;
use dwell_mcp::{House, Options};

use crate::settings::Settings;

/// Its routes.
pub(crate) fn routes(engine: Engine, settings: &Settings) -> Router {
    let house = House {
        document: dwell_http::openapi_json,
        version: env!("CARGO_PKG_VERSION"),
        base_url: beside::base_url,
        received_at: beside::received_at,
        count: |parts, caller, write| beside::count(parts, caller, write.operation, write.service, write.conversation),
        tell: beside::tell,
        unauthorized: beside::unauthorized,
        failed: beside::failed,
    };
    let options =
        Options { writes: settings.mcp_writes, hosts: hosts(settings), body_bytes_max: settings.body_bytes_max };
    dwell_mcp::router(engine, house, options)
}

/// Under which names it may be called: those that are given, and those that the settings speak of.
fn hosts(settings: &Settings) -> Vec<String> {
    let mut hosts = settings.mcp_hosts.clone();
    let public = settings.public_base_url.as_deref().and_then(|url| reqwest::Url::parse(url).ok());
    hosts.extend(public.and_then(|url| Some(url.host_str()?.trim_matches(['[', ']']).to_owned())));
    if !settings.listen.ip().is_unspecified() {
        hosts.push(settings.listen.ip().to_string());
    }
    hosts
}
