//! Who asks: the credentials of a request, and what they allow.

use axum::extract::Request;
use axum::http::{HeaderMap, header, request::Parts};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::{AccountSid, Rights, ServiceSid};
use dwell_engine::{Caller, Scope};

use crate::refusal::Refusal;
use crate::tool::Access;
use crate::{Server, Write};

/// A request on its way to a tool.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) server: Server,
    /// What URLs of this server begin with.
    pub(crate) base: String,
    /// Who asks; `None` without credentials.
    caller: Option<Caller>,
    /// The head of the request, which its limits are found by.
    parts: Parts,
}

/// Lets a request in with what its credentials are worth. One with wrong credentials is refused, one without
/// any is not.
pub(crate) async fn enter(server: &Server, request: Request) -> Result<Request, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let caller = match credentials(&parts.headers) {
        Credentials::None => None,
        Credentials::Unreadable => return Err(Box::new((server.house.unauthorized)())),
        Credentials::Given { username, password } => {
            let at = (server.house.received_at)(&parts, &server.engine);
            let found = server.engine.authenticate(&username, &password, at).await;
            let found = found.map_err(|error| Box::new((server.house.failed)(error)))?;
            Some(found.ok_or_else(|| Box::new((server.house.unauthorized)()))?)
        }
    };
    if let Some(caller) = &caller {
        tracing::Span::current().record("account", caller.account.sid.as_str());
    }
    let base = (server.house.base_url)(&parts);
    let visit = Visit { server: server.clone(), base, caller, parts: parts.clone() };
    parts.extensions.insert(visit);
    Ok(Request::from_parts(parts, body))
}

#[derive(Debug, PartialEq, Eq)]
enum Credentials {
    None,
    Unreadable,
    Given { username: String, password: String },
}

/// `Basic` as in the API, or `Bearer` with the same text, encoded or as it is: a colon tells which.
fn credentials(headers: &HeaderMap) -> Credentials {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Credentials::None };
    let read = || {
        let (scheme, rest) = value.to_str().ok()?.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        let text = match rest.trim() {
            plain if is_bearer && plain.contains(':') => plain.to_owned(),
            encoded if is_bearer || scheme.eq_ignore_ascii_case("basic") => {
                String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?
            }
            _ => return None,
        };
        let (username, password) = text.split_once(':')?;
        Some(Credentials::Given { username: username.to_owned(), password: password.to_owned() })
    };
    read().unwrap_or(Credentials::Unreadable)
}

impl Visit {
    /// Why a tool with this access is closed to the caller; `None` when it is open.
    pub(crate) fn why_not(&self, access: Access) -> Option<Refusal> {
        let caller = match (&self.caller, access) {
            (_, Access::Anybody) => return None,
            (None, _) => return Some(Refusal::no_credentials()),
            (Some(caller), _) => caller,
        };
        if access == Access::Reader {
            return None;
        }
        if caller.rights != Rights::All {
            return Some(Refusal::key_may_only_read());
        }
        let is_own = AccountSid::parse(&caller.credential).is_some();
        if is_own && !self.server.options.writes {
            return Some(Refusal::writes_are_off());
        }
        (access == Access::TestClock && caller.account.test_clock.is_none()).then(Refusal::not_a_test_account)
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::no_credentials)
    }

    /// Who asks, in the service that was named, or in the account's default.
    pub(crate) fn scope(&self, service: Option<&str>) -> Result<Scope, Refusal> {
        let caller = self.caller()?.clone();
        let service_sid = match service {
            None => caller.account.default_service_sid,
            Some(text) => ServiceSid::parse(text).ok_or_else(Refusal::no_service)?,
        };
        Ok(Scope { caller, service_sid })
    }

    /// The same for a write that webhooks are to hear of, or not.
    pub(crate) fn writing(&self, service: Option<&str>, notify_webhooks: Option<bool>) -> Result<Scope, Refusal> {
        let mut scope = self.scope(service)?;
        scope.caller.webhooks = notify_webhooks.unwrap_or(true);
        Ok(scope)
    }

    /// Counts a write as the API would.
    pub(crate) fn count(&self, operation: &str, service: Option<&str>, conversation: &str) -> Result<(), Refusal> {
        let scope = self.scope(service)?;
        let write = Write { operation, service: scope.service_sid, conversation };
        (self.server.house.count)(&self.parts, &scope.caller, write).map_err(Refusal::too_many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Credentials {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        credentials(&headers)
    }

    #[test]
    fn credentials_come_in_three_forms() {
        let given = Credentials::Given { username: "SK1".to_owned(), password: "a:b".to_owned() };
        for value in ["Basic U0sxOmE6Yg==", "bearer U0sxOmE6Yg==", "Bearer SK1:a:b", "BASIC  U0sxOmE6Yg=="] {
            assert_eq!(read(value), given, "{value}");
        }
        for value in ["Basic SK1:a:b", "Bearer ", "Digest a:b", "U0sxOmE6Yg==", "Bearer U0sx"] {
            assert_eq!(read(value), Credentials::Unreadable, "{value}");
        }
        assert_eq!(credentials(&HeaderMap::new()), Credentials::None);
    }
}
