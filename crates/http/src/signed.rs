//! Forms that show no credentials but Twilio's signature (contract §10.4).

use axum::extract::OriginalUri;
use axum::http::request::Parts;
use dwell_engine::inbound::Signed;

use crate::tree::BaseUrl;

/// The header with the signature.
pub(crate) const SIGNATURE: &str = "x-twilio-signature";

/// The form of a request with its signature; `None` without one.
pub(crate) fn form(parts: &Parts, bytes: &[u8]) -> Option<Signed> {
    let signature = parts.headers.get(SIGNATURE)?.to_str().ok()?.to_owned();
    Some(Signed { url: url(parts), form: form_urlencoded::parse(bytes).into_owned().collect(), signature })
}

/// The URL of the request as its sender knows it.
fn url(parts: &Parts) -> String {
    let base = parts.extensions.get::<BaseUrl>().map_or("", |base| &base.0);
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    format!("{base}{}", uri.path_and_query().map_or("", |path| path.as_str()))
}
