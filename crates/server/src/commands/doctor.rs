//! `dwell doctor`: is everything as the server needs it?

mod checks;

use std::fmt;

use crate::console::say;
use crate::failure::Failure;
use crate::settings::{Flags, MetricsListen, Settings};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    /// The server runs all the same, but somebody should look.
    Warn,
    /// The server does not start, or not rightly.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        })
    }
}

/// A verdict with what there is to say.
type Finding = (Verdict, String);

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut failed = 0;
    let mut report = |name: &str, (verdict, remark): Finding| {
        failed += usize::from(verdict == Verdict::Fail);
        say(format_args!("{verdict:<4}  {name:<9}  {remark}"));
    };
    match Settings::load(arguments.flags) {
        Err(problem) => report("settings", (Verdict::Fail, problem.to_string())),
        Ok((settings, source)) => {
            report("settings", (Verdict::Ok, source.to_string()));
            report("account", checks::environment());
            report("clock", checks::clock(&settings));
            let (directory, free) = checks::directory(&settings);
            report("directory", directory);
            if let Some(free) = free {
                report("disk", free);
            }
            let (status, finding) = checks::database(&settings);
            report("database", finding);
            if let Some(status) = status {
                report("integrity", checks::integrity(&settings, status));
                report("key file", checks::key_file(&settings, status));
            }
            report("listen", checks::listen(settings.listen));
            if let MetricsListen::At(address) = settings.metrics_listen {
                report("metrics", checks::listen(address));
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("1 check failed")),
        _ => Err(Failure::new(format_args!("{failed} checks failed"))),
    }
}
