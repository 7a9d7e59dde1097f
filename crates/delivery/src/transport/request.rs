//! What is sent, put together before anything is opened.

use std::net::IpAddr;

use dwell_engine::hooks::{Call, CallError, Method};
use form_urlencoded::Serializer;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::guard::Guard;
use crate::signature::signature;

/// Longest URL that the HTTP library can send. Only the parameters of a GET come near it.
const URL_BYTES_MAX: usize = 65_534;

/// A request.
pub(super) struct Request {
    /// The URL that is requested: without user, password and fragment.
    pub(super) url: Url,
    /// User and password for basic authentication.
    pub(super) credentials: Option<(String, Option<String>)>,
    /// The body of a POST.
    pub(super) form: Option<String>,
    /// The signature over all of it.
    pub(super) signature: String,
}

impl Request {
    /// The request for `call`, refused if its URL is none or names an address that may not be called.
    /// Names are judged when they are resolved.
    pub(super) fn of(call: &Call, guard: &Guard) -> Result<Self, CallError> {
        let mut url = Url::parse(&call.url).map_err(|error| refuse(format!("the URL is not valid: {error}")))?;
        check(&url, guard)?;
        let credentials = credentials(&mut url);
        url.set_fragment(None);
        if url.query() == Some("") {
            // Receivers see no difference between this and no query, and validate without.
            url.set_query(None);
        }
        let (form, signature) = match call.method {
            Method::Post => {
                let form = encoded(String::new(), call);
                (Some(form), signature(call.auth_token.reveal(), url.as_str(), &call.params))
            }
            Method::Get => {
                let query = encoded(url.query().unwrap_or_default().to_owned(), call);
                url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
                (None, signature(call.auth_token.reveal(), url.as_str(), &[]))
            }
        };
        if url.as_str().len() > URL_BYTES_MAX {
            return Err(refuse(format!("the URL with its parameters is longer than {URL_BYTES_MAX} bytes; use POST")));
        }
        Ok(Request { url, credentials, form, signature })
    }
}

/// The parser has made one form of all spellings of an address by now (`http://0x7f.1/`), and of those
/// the connection will not ask the resolver.
fn check(url: &Url, guard: &Guard) -> Result<(), CallError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("only http and https URLs are called".to_owned()));
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(refuse("the URL has no host".to_owned())),
    };
    guard.check(literal).map_err(|closed| refuse(closed.to_string()))
}

fn refuse(what: String) -> CallError {
    CallError::Refused { what }
}

/// Takes user and password out of the URL: they are sent in `Authorization` and, as receivers do not
/// see them in the URL, not signed.
fn credentials(url: &mut Url) -> Option<(String, Option<String>)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(url.username());
    let password = url.password().map(decoded);
    // Neither fails on a URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    (!user.is_empty() || password.is_some()).then_some((user, password))
}

/// `start` with the parameters appended.
fn encoded(start: String, call: &Call) -> String {
    Serializer::new(start).extend_pairs(&call.params).finish()
}

#[cfg(test)]
mod tests;
