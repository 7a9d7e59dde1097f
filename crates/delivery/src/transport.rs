//! One call of a webhook over HTTP (contract §10.3).

mod failure;
mod request;

use std::sync::Arc;
use std::time::Duration;

use dwell_engine::Stopwatch;
use dwell_engine::hooks::{Call, CallError, Calling, Reply, Transport};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use tokio::time::timeout;

use crate::guard::{Guard, Lookup, Resolver, SystemLookup};
use request::Request;

/// What receivers know the sender by.
const USER_AGENT: &str = "TwilioProxy/1.1";
/// Most idle connections that are kept per host.
const IDLE_PER_HOST_MAX: usize = 4;
/// Longest time for which an idle connection is kept: less than the 5 s after which Node, uvicorn and
/// Apache hang up, so that a call does not meet a connection that is just being closed.
const IDLE_TIME_MAX: Duration = Duration::from_secs(4);
/// Longest `Content-Type` that is taken over; real ones are far shorter.
const CONTENT_TYPE_BYTES_MAX: usize = 256;

/// Calls webhooks. One for the whole process: it holds the connections.
pub struct HttpTransport {
    client: Client,
    guard: Arc<Guard>,
}

/// The transport cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be called: {0}")]
pub struct Unusable(String);

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
        let guard = Arc::new(guard);
        let builder = || builder(Resolver::new(Arc::clone(&guard), Arc::clone(&lookup)));
        let client = builder().build().or_else(|error| {
            let what = failure::cause(&error);
            tracing::warn!(error = %what, "no root certificates: webhooks with https URLs will fail");
            builder().tls_certs_only([]).build()
        });
        let client = client.map_err(|error| Unusable(failure::cause(&error)))?;
        Ok(HttpTransport { client, guard })
    }

    async fn attempt(&self, call: Call) -> Result<Reply, CallError> {
        let stopwatch = Stopwatch::start();
        let request = Request::of(&call, &self.guard)?;
        let limit = Duration::from_millis(call.timeout_millis);
        let exchange = async {
            let response = self.ready(request, &call).send().await?;
            read(response, call.body_bytes_max).await
        };
        let mut reply = timeout(limit, exchange)
            .await
            .map_err(|_| CallError::Timeout { millis: call.timeout_millis })?
            .map_err(|error| failure::of(&error))?;
        reply.micros = i64::try_from(stopwatch.elapsed().as_micros()).unwrap_or(i64::MAX);
        Ok(reply)
    }

    fn ready(&self, request: Request, call: &Call) -> RequestBuilder {
        let mut builder = match request.form {
            Some(form) => self
                .client
                .post(request.url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
                // An empty form would go without, and some receivers insist.
                .header(CONTENT_LENGTH, form.len())
                .body(form),
            None => self.client.get(request.url),
        };
        if let Some((user, password)) = request.credentials {
            builder = builder.basic_auth(user, password);
        }
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

/// The client, up to its certificates: nothing between it and the receiver, nothing done twice.
fn builder(resolver: Resolver) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
        .http1_title_case_headers()
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .pool_idle_timeout(IDLE_TIME_MAX)
        .dns_resolver(Arc::new(resolver))
}

/// The answer with at most `bytes_max` of its body. What is left unread goes with the connection.
async fn read(mut response: Response, bytes_max: usize) -> reqwest::Result<Reply> {
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.filter(|value| value.len() <= CONTENT_TYPE_BYTES_MAX);
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let mut body = Vec::new();
    let mut is_cut = false;
    while let Some(chunk) = response.chunk().await? {
        let room = bytes_max - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            is_cut = true;
            break;
        }
    }
    Ok(Reply { status, body, is_cut, content_type, micros: 0 })
}
