//! `dwell`: the server in one binary, and the commands of those who run it.
//!
//! A command is one file of [`commands`]. It gets its settings from [`settings`], opens the database
//! through [`opening`], and ends with nothing or with a [`failure::Failure`]: one line on stderr.

mod commands;
mod console;
mod failure;
mod first_account;
mod log;
mod mcp;
mod media_store;
mod meters;
mod opening;
mod settings;
mod signals;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Wrong usage never comes back from here: it exits with code 2.
    match commands::Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console::complain(&failure);
            ExitCode::FAILURE
        }
    }
}
