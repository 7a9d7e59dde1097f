//! What commands say to the person at the terminal.

use std::fmt::Display;
use std::io::Write;

/// Prints a line on stdout. A reader that has gone away, as in `dwell config default | head`, is no
/// reason to panic.
pub(crate) fn say(line: impl Display) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Prints why a command failed on stderr.
pub(crate) fn complain(problem: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "dwell: {problem}");
}
