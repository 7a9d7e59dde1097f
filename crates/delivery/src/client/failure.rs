//! What went wrong, in the engine's terms.

use std::error::Error;
use std::io;

use dwell_engine::hooks::CallError;

use crate::guard::Unresolved;

/// The failure that `error` stands for.
pub(super) fn of(error: &reqwest::Error) -> CallError {
    if let Some(unresolved) = find::<Unresolved>(error) {
        let what = unresolved.to_string();
        return match unresolved {
            Unresolved::Closed(_) => CallError::Refused { what },
            Unresolved::Unknown(_) => CallError::Dns { what },
        };
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return CallError::Tls { what: tls.to_string() };
    }
    let what = cause(error);
    if error.is_connect() { CallError::Connect { what } } else { CallError::Protocol { what } }
}

/// The deepest cause. The outermost text would hold the URL.
pub(super) fn cause(error: &reqwest::Error) -> String {
    match chain(error).skip(1).last() {
        Some(deepest) => deepest.to_string(),
        None => "the request could not be made".to_owned(),
    }
}

fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// `error`, then each error that it wraps.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An I/O error does not name what it wraps as its source.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
