//! Why a command failed.

use std::fmt;

/// One line for the person who gave the command; the process then exits with code 1.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure with this message.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        // Engines and libraries sometimes answer in several lines.
        let message = message.to_string();
        Failure(message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Failure::new(error)
            }
        }
    )*};
}

failures!(
    dwell_delivery::Unusable,
    dwell_engine::Error,
    dwell_engine::secrets::SecretKeyError,
    dwell_store::OpenError,
    dwell_store::StoreError
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        assert_eq!(Failure::new("first\n  second\n\nthird\n").to_string(), "first second third");
    }
}
