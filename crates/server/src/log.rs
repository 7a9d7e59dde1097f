//! Logs, on stderr: plain lines or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::failure::Failure;
use crate::settings::LogFormat;

/// Libraries whose everyday remarks are of no use to anybody here. A level given for one of them
/// comes later and wins.
const QUIET: &str = "tokio_postgres=warn,refinery=warn,refinery_core=warn,hyper=warn,rustls=warn,rmcp=warn";

/// Reads a log level: `info`, or levels by target such as `warn,dwell_http=debug`.
pub(crate) fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    // An unreadable level is to be told apart from what is added here.
    EnvFilter::builder().parse(level)?;
    EnvFilter::builder().parse(format!("{QUIET},{level}"))
}

/// Sends logs of this level and above to stderr.
pub(crate) fn start(level: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = filter(level).map_err(Failure::new)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Pretty => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    started.map_err(Failure::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_levels_and_targets() {
        for (level, good) in [("info", true), ("warn,dwell_http=debug", true), ("off", true), ("a=b=c", false)] {
            assert_eq!(filter(level).is_ok(), good, "{level}");
        }
    }
}
