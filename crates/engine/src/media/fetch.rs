//! What fetches files that came with messages from outside. The fetcher itself is in `dwell-delivery`: the
//! engine opens no connections.

use std::fmt;

use crate::hooks::{CallError, Calling, Unconnected};

/// Something that can fetch a file.
pub trait Fetcher: Send + Sync + 'static {
    /// Fetches it, once. Redirects are followed; credentials go to the first host alone.
    fn fetch(&self, wanted: Wanted) -> Calling<'_>;
}

/// The fetcher of a process that fetches nothing, such as a command beside the server.
impl Fetcher for Unconnected {
    fn fetch(&self, _: Wanted) -> Calling<'_> {
        Box::pin(std::future::ready(Err(CallError::Refused { what: "this process fetches no files".to_owned() })))
    }
}

/// A file to be fetched.
#[derive(Clone)]
pub struct Wanted {
    /// From where.
    pub url: String,
    /// User name and password for those who keep it, if they ask for some.
    pub credentials: Option<(String, String)>,
    /// Longest time from start to end, in milliseconds.
    pub timeout_millis: u64,
    /// Largest file that is read as a whole, in bytes.
    pub bytes_max: usize,
}

/// URLs of files are as good as the files.
impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted")
            .field("timeout_millis", &self.timeout_millis)
            .field("bytes_max", &self.bytes_max)
            .finish_non_exhaustive()
    }
}
