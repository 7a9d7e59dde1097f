//! What is sent, put together before anything is opened.

use dwell_engine::hooks::{Call, CallError, Method};
use dwell_engine::signature::signature;
use form_urlencoded::Serializer;
use url::Url;

use crate::client::{Credentials, Target, URL_BYTES_MAX};

/// A request.
pub(super) struct Request {
    /// The URL that is requested.
    pub(super) url: Url,
    /// User and password for basic authentication.
    pub(super) credentials: Option<Credentials>,
    /// The body of a POST.
    pub(super) form: Option<String>,
    /// The signature over all of it.
    pub(super) signature: String,
}

impl Request {
    /// The request for `call`, whose URL leads to `target`.
    pub(super) fn of(target: Target, call: &Call) -> Result<Self, CallError> {
        let Target { mut url, credentials } = target;
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
        // Only the parameters of a GET come near it.
        if url.as_str().len() > URL_BYTES_MAX {
            let what = format!("the URL with its parameters is longer than {URL_BYTES_MAX} bytes; use POST");
            return Err(CallError::Refused { what });
        }
        Ok(Request { url, credentials, form, signature })
    }
}

/// `start` with the parameters appended.
fn encoded(start: String, call: &Call) -> String {
    Serializer::new(start).extend_pairs(&call.params).finish()
}

#[cfg(test)]
mod tests;
