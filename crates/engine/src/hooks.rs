//! Calls to webhooks: what is asked of a transport and what comes back (contract §10.3).
//!
//! The transport itself is in `dwell-delivery`: the engine opens no connections. A transport does one
//! call and tells what happened; [`should_retry`] judges it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use dwell_core::DeliverySid;

pub use dwell_core::webhook::Method;

/// What a transport returns: the call under way.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Reply, CallError>> + Send + 'a>>;

/// Something that can call a webhook.
pub trait Transport: Send + Sync + 'static {
    /// Makes the call, once: neither retries nor redirects are followed. Dropping the future gives it up.
    fn call(&self, call: Call) -> Calling<'_>;
}

/// The transport of a process that calls no webhooks, such as a command beside the server: it refuses
/// every call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unconnected;

impl Transport for Unconnected {
    fn call(&self, _: Call) -> Calling<'_> {
        Box::pin(std::future::ready(Err(CallError::Refused { what: "this process calls no webhooks".to_owned() })))
    }
}

/// One call of a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The URL as it was configured: http or https, perhaps with `user:password@`, a query, a fragment.
    pub url: String,
    /// The method.
    pub method: Method,
    /// Parameters in the order in which they are sent; names may repeat.
    pub params: Vec<(String, String)>,
    /// The account's primary auth token, which signs the call (contract §10.4).
    pub auth_token: AuthToken,
    /// A UUID, the same for every attempt to deliver the same event.
    pub idempotency_token: String,
    /// Longest time from start to the end of the answer, in milliseconds.
    pub timeout_millis: u64,
    /// Longest part of the answer's body that is read, in bytes.
    pub body_bytes_max: usize,
}

/// URLs hold passwords and parameters what people wrote: neither belongs into a log.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("params", &self.params.len())
            .field("idempotency_token", &self.idempotency_token)
            .field("timeout_millis", &self.timeout_millis)
            .field("body_bytes_max", &self.body_bytes_max)
            .finish_non_exhaustive()
    }
}

/// An auth token that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthToken(String);

impl AuthToken {
    /// Wraps the token.
    pub fn new(token: impl Into<String>) -> Self {
        AuthToken(token.into())
    }

    /// The token itself, to sign with.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(…)")
    }
}

/// What the other side answered. A redirect is an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`Call::body_bytes_max`] of it.
    pub body: Vec<u8>,
    /// Whether there was more of the body than that. What was left is not known.
    pub is_cut: bool,
    /// The `Content-Type` as sent, if its length is sensible.
    pub content_type: Option<String>,
    /// Time from the start of the call to the end of the answer, in microseconds.
    pub micros: i64,
}

impl Reply {
    /// The body, for readers to whom a part of it is of no use.
    ///
    /// # Errors
    ///
    /// [`CallError::BodyTooLarge`] if only the beginning was read.
    pub fn whole_body(&self) -> Result<&[u8], CallError> {
        if self.is_cut { Err(CallError::BodyTooLarge { bytes_max: self.body.len() }) } else { Ok(&self.body) }
    }
}

/// Why there is no answer. The texts are for operators and for the list of failed deliveries: they may
/// name a host or an address, never a URL, a password or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The URL may not be called: not http(s), too long, or in a network that is not open to webhooks.
    #[error("refused: {what}")]
    Refused {
        /// What is refused, and why.
        what: String,
    },
    /// The host's name has no address, or the name service did not answer.
    #[error("name resolution: {what}")]
    Dns {
        /// What the resolver said.
        what: String,
    },
    /// No connection.
    #[error("connection: {what}")]
    Connect {
        /// What the system said.
        what: String,
    },
    /// A connection, but no encryption that can be trusted.
    #[error("TLS: {what}")]
    Tls {
        /// What is wrong with it.
        what: String,
    },
    /// The time for the call is over. Whether the other side acted on it is not known.
    #[error("no complete answer within {millis} ms")]
    Timeout {
        /// The limit, in milliseconds.
        millis: u64,
    },
    /// The connection broke, or what came over it is not HTTP.
    #[error("no valid answer: {what}")]
    Protocol {
        /// What came instead.
        what: String,
    },
    /// The answer's body is longer than what is read of it. Made by [`Reply::whole_body`] only.
    #[error("the answer is longer than {bytes_max} bytes")]
    BodyTooLarge {
        /// The limit, in bytes.
        bytes_max: usize,
    },
}

impl CallError {
    /// Whether the same call may go better later. A refusal stands until somebody changes the URL or the
    /// settings, which nobody does within the minutes of a back-off; an over-long answer is an answer.
    /// A certificate, a name or a broken server may well be mended in that time.
    pub fn is_retryable(&self) -> bool {
        match self {
            CallError::Refused { .. } | CallError::BodyTooLarge { .. } => false,
            CallError::Dns { .. }
            | CallError::Connect { .. }
            | CallError::Tls { .. }
            | CallError::Timeout { .. }
            | CallError::Protocol { .. } => true,
        }
    }
}

/// The idempotency token of a delivery: its SID's digits as a UUID (contract §10.3).
pub fn idempotency_token(sid: &DeliverySid) -> String {
    let mut token = String::with_capacity(36);
    for (i, digit) in sid.as_str().chars().skip(2).enumerate() {
        if matches!(i, 8 | 12 | 16 | 20) {
            token.push('-');
        }
        token.push(digit);
    }
    token
}

/// Whether a post-event is sent again after this outcome: when there was no answer but might be one
/// later ([`CallError::is_retryable`]), and after the statuses that say "not now": 408, 429 and 5xx.
/// Redirects and every other 4xx are answers that a repetition does not change.
pub fn should_retry(outcome: &Result<Reply, CallError>) -> bool {
    match outcome {
        Ok(reply) => matches!(reply.status, 408 | 429 | 500..=599),
        Err(error) => error.is_retryable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16) -> Reply {
        Reply { status, body: b"{}".to_vec(), is_cut: false, content_type: None, micros: 1_000 }
    }

    #[test]
    fn statuses_that_say_not_now_are_retried() {
        for status in [408, 429, 500, 501, 502, 503, 504, 599] {
            assert!(should_retry(&Ok(reply(status))), "{status}");
        }
        for status in [200, 201, 204, 299, 300, 301, 302, 304, 307, 400, 401, 403, 404, 409, 410, 422, 451, 600, 999] {
            assert!(!should_retry(&Ok(reply(status))), "{status}");
        }
    }

    #[test]
    fn failures_are_retried_unless_they_stand() {
        let what = || "it".to_owned();
        let cases = [
            (CallError::Refused { what: what() }, false),
            (CallError::Dns { what: what() }, true),
            (CallError::Connect { what: what() }, true),
            (CallError::Tls { what: what() }, true),
            (CallError::Timeout { millis: 5_000 }, true),
            (CallError::Protocol { what: what() }, true),
            (CallError::BodyTooLarge { bytes_max: 1 }, false),
        ];
        for (error, expected) in cases {
            assert_eq!(should_retry(&Err(error.clone())), expected, "{error}");
        }
    }

    #[test]
    fn a_token_is_a_uuid() {
        let sid = DeliverySid::parse("WD0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(idempotency_token(&sid), "01234567-89ab-cdef-0123-456789abcdef");
    }

    #[test]
    fn a_cut_body_is_not_taken_for_a_whole_one() {
        assert_eq!(reply(200).whole_body(), Ok(b"{}".as_slice()));
        let cut = Reply { is_cut: true, ..reply(200) };
        assert_eq!(cut.whole_body(), Err(CallError::BodyTooLarge { bytes_max: 2 }));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let call = Call {
            url: "https://user:hush@example.com/?key=hush".to_owned(),
            method: Method::Post,
            params: vec![("Body".to_owned(), "hush".to_owned())],
            auth_token: AuthToken::new("hush"),
            idempotency_token: "9c4f".to_owned(),
            timeout_millis: 5_000,
            body_bytes_max: 1_024,
        };
        let shown = format!("{call:?} {:?}", call.auth_token);
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("9c4f"), "{shown}");
    }
}
