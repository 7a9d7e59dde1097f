//! The real process: started, talked to over HTTP and the command line, stopped and killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod api;
mod channel_commands;
mod command_line;
mod connections;
mod crash;
mod crash_of_a_desk;
mod dice;
mod initializing;
mod pre_hooks;
mod running;
mod server;
mod starting;
mod stopping;
mod webhook_commands;
mod webhooks;
