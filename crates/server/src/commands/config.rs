//! `dwell config`: settings.

use crate::console::say;
use crate::failure::Failure;
use crate::first_account;
use crate::settings::{DEFAULT_FILE, Flags, Settings};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Print a settings file with every setting at its default, explained
    Default,
    /// Check the settings and print those in force, without passwords
    Check(Box<Flags>),
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.action {
        Action::Default => say(DEFAULT_FILE.trim_end()),
        Action::Check(flags) => {
            let (settings, source) = Settings::load(*flags)?;
            first_account::from_environment()?;
            say(format_args!("# {source}\n{settings}"));
        }
    }
    Ok(())
}
