//! One call of a webhook over HTTP (contract §10.3).

mod request;

use std::sync::Arc;

use dwell_engine::hooks::{Call, CallError, Calling, Reply, Transport};
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};

use crate::client::{HttpClient, Unusable};
use crate::guard::{Guard, Lookup, SystemLookup};
use request::Request;

/// What receivers know the sender by.
const USER_AGENT: &str = "TwilioProxy/1.1";

/// Calls webhooks. One for the whole process: it holds the connections.
pub struct HttpTransport {
    http: HttpClient,
}

impl HttpTransport {
    /// A transport that calls what `guard` allows and asks the system for addresses.
    ///
    /// # Errors
    ///
    /// [`Unusable`] if TLS cannot be set up. A system without root certificates is no error: then https
    /// URLs fail, each with a TLS error, and a warning is logged here.
    pub fn new(guard: Guard) -> Result<Self, Unusable> {
        Self::with_lookup(guard, Arc::new(SystemLookup))
    }

    /// A transport that asks `lookup` for addresses.
    ///
    /// # Errors
    ///
    /// As [`HttpTransport::new`].
    pub fn with_lookup(guard: Guard, lookup: Arc<dyn Lookup>) -> Result<Self, Unusable> {
        Ok(HttpTransport { http: HttpClient::new(Arc::new(guard), lookup, USER_AGENT)? })
    }

    async fn attempt(&self, call: Call) -> Result<Reply, CallError> {
        let request = Request::of(self.http.target(&call.url)?, &call)?;
        self.http.exchange(self.ready(request, &call), call.timeout_millis, call.body_bytes_max).await
    }

    fn ready(&self, request: Request, call: &Call) -> RequestBuilder {
        let builder = match request.form {
            Some(form) => self
                .http
                .post(request.url, request.credentials)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
                // An empty form would go without, and some receivers insist.
                .header(CONTENT_LENGTH, form.len())
                .body(form),
            None => self.http.get(request.url, request.credentials),
        };
        builder
            .header(ACCEPT, "*/*")
            .header("X-Twilio-Signature", request.signature)
            .header("I-Twilio-Idempotency-Token", &call.idempotency_token)
    }
}

impl Transport for HttpTransport {
    fn call(&self, call: Call) -> Calling<'_> {
        Box::pin(self.attempt(call))
    }
}
