//! `dwell migrate`: the schema of the database.

use dwell_store::{MigrationStatus, Options, Store, migration_status};

use crate::console::say;
use crate::failure::Failure;
use crate::settings::{self, DatabaseFlags};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: DatabaseFlags,
    /// Show the schema version and change nothing
    #[arg(long)]
    status: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (database, _) = settings::load_database(arguments.database)?;
    let MigrationStatus { applied, known } = migration_status(&database)?;
    if !arguments.status && applied != known {
        // A newer database is refused here.
        drop(Store::open(&database, &Options::default())?);
        say(format_args!("{database}: migrated from schema version {applied} to {known}"));
        return Ok(());
    }
    let comparison = match applied.cmp(&known) {
        std::cmp::Ordering::Less => "to be migrated",
        std::cmp::Ordering::Equal => "up to date",
        std::cmp::Ordering::Greater => "newer than this Dwell",
    };
    say(format_args!("{database}: schema version {applied} of {known}, {comparison}"));
    Ok(())
}
