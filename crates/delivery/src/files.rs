//! Fetches the files of messages from outside.

use std::sync::Arc;

use dwell_engine::hooks::Calling;
use dwell_engine::media::{Fetcher, Wanted};

use crate::client::{HttpClient, Unusable};
use crate::guard::{Guard, Lookup, SystemLookup};

/// What those who keep files know the caller by.
const USER_AGENT: &str = concat!("Dwell/", env!("CARGO_PKG_VERSION"));

/// Fetches files. One for the whole process: it holds the connections.
pub struct Files {
    http: HttpClient,
}

impl Files {
    /// A fetcher that connects to what `guard` allows and asks the system for addresses.
    ///
    /// # Errors
    ///
    /// [`Unusable`] if TLS cannot be set up, as for webhooks.
    pub fn new(guard: Guard) -> Result<Self, Unusable> {
        Self::with_lookup(guard, Arc::new(SystemLookup))
    }

    /// A fetcher that asks `lookup` for addresses.
    ///
    /// # Errors
    ///
    /// As [`Files::new`].
    pub fn with_lookup(guard: Guard, lookup: Arc<dyn Lookup>) -> Result<Self, Unusable> {
        Ok(Files { http: HttpClient::new(Arc::new(guard), lookup, USER_AGENT)? })
    }
}

impl Fetcher for Files {
    fn fetch(&self, wanted: Wanted) -> Calling<'_> {
        Box::pin(async move {
            let credentials = wanted.credentials.map(|(user, password)| (user, Some(password)));
            self.http.download(&wanted.url, credentials, wanted.timeout_millis, wanted.bytes_max).await
        })
    }
}
