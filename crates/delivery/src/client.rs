//! HTTP as every part of this crate makes it: guarded, bounded, once.

mod failure;
mod target;

use std::sync::Arc;
use std::time::Duration;

use dwell_engine::Stopwatch;
use dwell_engine::hooks::{CallError, Reply};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use tokio::time::timeout;
use url::Url;

use crate::guard::{Guard, Lookup, Resolver};
pub(crate) use target::{Credentials, Target};

/// Longest URL that the HTTP library can send.
pub(crate) const URL_BYTES_MAX: usize = 65_534;
/// Most redirects that a download follows.
const REDIRECTS_MAX: usize = 3;
/// Most idle connections that are kept per host.
const IDLE_PER_HOST_MAX: usize = 4;
/// Longest time for which an idle connection is kept: less than the 5 s after which Node, uvicorn and
/// Apache hang up, so that a call does not meet a connection that is just being closed.
const IDLE_TIME_MAX: Duration = Duration::from_secs(4);
/// Longest `Content-Type` that is taken over; real ones are far shorter.
const CONTENT_TYPE_BYTES_MAX: usize = 256;

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("nobody can be called over HTTP: {0}")]
pub struct Unusable(pub(crate) String);

/// Holds the connections.
pub(crate) struct HttpClient {
    client: Client,
    guard: Arc<Guard>,
}

impl HttpClient {
    /// A client that calls what `guard` allows, asks `lookup` for addresses and is known as `user_agent`.
    ///
    /// # Errors
    ///
    /// [`Unusable`] if TLS cannot be set up. A system without root certificates is no error: then https
    /// URLs fail, each with a TLS error, and a warning is logged here.
    pub(crate) fn new(guard: Arc<Guard>, lookup: Arc<dyn Lookup>, user_agent: &str) -> Result<Self, Unusable> {
        let builder = || builder(Resolver::new(Arc::clone(&guard), Arc::clone(&lookup)), user_agent);
        let client = builder().build().or_else(|error| {
            let what = failure::cause(&error);
            tracing::warn!(error = %what, "no root certificates: https URLs will fail");
            builder().tls_certs_only([]).build()
        });
        let client = client.map_err(|error| Unusable(failure::cause(&error)))?;
        Ok(HttpClient { client, guard })
    }

    /// What `url` leads to, refused if it is none or names an address that may not be called.
    pub(crate) fn target(&self, url: &str) -> Result<Target, CallError> {
        Target::of(url, &self.guard)
    }

    /// A POST, to be completed.
    pub(crate) fn post(&self, url: Url, credentials: Option<Credentials>) -> RequestBuilder {
        authorized(self.client.post(url), credentials)
    }

    /// A GET, to be completed.
    pub(crate) fn get(&self, url: Url, credentials: Option<Credentials>) -> RequestBuilder {
        authorized(self.client.get(url), credentials)
    }

    /// Gets what is at `url`, at most `body_bytes_max` bytes of it, for at most `timeout_millis` altogether. A few
    /// redirects are followed, each judged like a URL of its own; credentials go to where they are for alone.
    pub(crate) async fn download(
        &self,
        url: &str,
        credentials: Option<Credentials>,
        timeout_millis: u64,
        body_bytes_max: usize,
    ) -> Result<Reply, CallError> {
        let download = self.follow(url, credentials, body_bytes_max);
        let limit = Duration::from_millis(timeout_millis);
        timeout(limit, download).await.map_err(|_| CallError::Timeout { millis: timeout_millis })?
    }

    async fn follow(
        &self,
        url: &str,
        credentials: Option<Credentials>,
        body_bytes_max: usize,
    ) -> Result<Reply, CallError> {
        let Target { mut url, credentials: own } = self.target(url)?;
        let mut credentials = credentials.or(own);
        for _ in 0..=REDIRECTS_MAX {
            let request = self.get(url.clone(), credentials.clone());
            let response = request.send().await.map_err(|error| failure::of(&error))?;
            let Some(next) = redirect(&response) else {
                return read(response, body_bytes_max).await.map_err(|error| failure::of(&error));
            };
            let next = url.join(&next).map_err(|error| CallError::Protocol { what: format!("a redirect: {error}") })?;
            let next = self.target(next.as_str())?.url;
            if next.origin() != url.origin() {
                credentials = None;
            }
            url = next;
        }
        Err(CallError::Protocol { what: format!("more than {REDIRECTS_MAX} redirects") })
    }

    /// Makes the request, once, and reads the answer: at most `body_bytes_max` of its body, for at most
    /// `timeout_millis` from start to end.
    pub(crate) async fn exchange(
        &self,
        request: RequestBuilder,
        timeout_millis: u64,
        body_bytes_max: usize,
    ) -> Result<Reply, CallError> {
        let stopwatch = Stopwatch::start();
        let exchange = async { read(request.send().await?, body_bytes_max).await };
        let mut reply = timeout(Duration::from_millis(timeout_millis), exchange)
            .await
            .map_err(|_| CallError::Timeout { millis: timeout_millis })?
            .map_err(|error| failure::of(&error))?;
        reply.micros = i64::try_from(stopwatch.elapsed().as_micros()).unwrap_or(i64::MAX);
        Ok(reply)
    }
}

/// Where an answer sends its reader instead.
fn redirect(response: &Response) -> Option<String> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let place = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    place.to_str().ok().map(str::to_owned)
}

fn authorized(request: RequestBuilder, credentials: Option<Credentials>) -> RequestBuilder {
    match credentials {
        Some((user, password)) => request.basic_auth(user, password),
        None => request,
    }
}

/// The client, up to its certificates: nothing between it and the receiver, nothing done twice.
fn builder(resolver: Resolver, user_agent: &str) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(user_agent)
        .http1_title_case_headers()
        // Whoever else in the process wants HTTP/2: receivers are called as the real service calls them.
        .http1_only()
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
