//! `dwell version`.

use crate::console::say;
use crate::failure::Failure;

pub(super) fn run() -> Result<(), Failure> {
    say(concat!("dwell ", env!("CARGO_PKG_VERSION")));
    say(format_args!("databases: SQLite {} (built in), PostgreSQL", rusqlite::version()));
    Ok(())
}
