//! What a configured URL leads to, found out before anything is opened.

use std::net::IpAddr;

use dwell_engine::hooks::CallError;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::guard::Guard;

/// User and password for basic authentication.
pub(crate) type Credentials = (String, Option<String>);

/// A URL that may be called.
pub(crate) struct Target {
    /// The URL that is requested: without user, password, fragment and empty query, as receivers rebuild it.
    pub(crate) url: Url,
    /// User and password, taken out of it: they are sent in `Authorization` and, as receivers do not see
    /// them in the URL, not signed.
    pub(crate) credentials: Option<Credentials>,
}

impl Target {
    /// The target of `url`, refused if it is none or names an address that may not be called. Names are
    /// judged when they are resolved.
    pub(crate) fn of(url: &str, guard: &Guard) -> Result<Self, CallError> {
        let mut url = Url::parse(url).map_err(|error| refuse(format!("the URL is not valid: {error}")))?;
        check(&url, guard)?;
        let credentials = credentials(&mut url);
        url.set_fragment(None);
        if url.query() == Some("") {
            // Receivers see no difference between this and no query, and validate without.
            url.set_query(None);
        }
        Ok(Target { url, credentials })
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

fn credentials(url: &mut Url) -> Option<Credentials> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(url.username());
    let password = url.password().map(decoded);
    // Neither fails on a URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    (!user.is_empty() || password.is_some()).then_some((user, password))
}
