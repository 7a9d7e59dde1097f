//! The commands, one file each.

mod account;
mod api;
mod channels;
mod clock;
mod config;
mod doctor;
mod key;
mod mcp;
mod migrate;
mod openapi;
mod person;
mod remote;
mod serve;
mod token;
mod version;
mod webhooks;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Self-hosted conversations that know when they end: the Twilio Conversations API in one binary
#[derive(Parser)]
#[command(name = "dwell", version, propagate_version = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(Box<serve::Arguments>),
    /// Create, list and change accounts, in the database and also while the server runs
    Account(account::Arguments),
    /// Create, list and delete API keys, in the database and also while the server runs
    Key(key::Arguments),
    /// Create, list and change people who sign in to the console, in the database and also while the server runs
    Person(person::Arguments),
    /// Make and look at access tokens for client SDKs
    Token(token::Arguments),
    /// Show and turn the clock of a test account of a running server
    Clock(clock::Arguments),
    /// Call the API of a running server: one request, its answer printed
    Api(api::Arguments),
    /// Create, list, change and delete channels of an account of a running server
    Channels(channels::Arguments),
    /// Serve MCP over standard input and output, from a running server: for AI tools that start a program
    Mcp(mcp::Arguments),
    /// Look at the deliveries of webhooks, send them again, receive them for development
    Webhooks(webhooks::Arguments),
    /// Bring the database to the schema of this version
    Migrate(migrate::Arguments),
    /// Check settings, files, database, disk, clock and ports
    Doctor(Box<doctor::Arguments>),
    /// Print or check settings
    Config(config::Arguments),
    /// Print the OpenAPI document
    Openapi,
    /// Print the version and the database engines
    Version,
}

impl Command {
    /// Carries the command out.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Command::Serve(arguments) => serve::run(*arguments),
            Command::Account(arguments) => account::run(arguments),
            Command::Key(arguments) => key::run(arguments),
            Command::Person(arguments) => person::run(arguments),
            Command::Token(arguments) => token::run(arguments),
            Command::Clock(arguments) => clock::run(arguments),
            Command::Api(arguments) => api::run(arguments),
            Command::Channels(arguments) => channels::run(arguments),
            Command::Mcp(arguments) => mcp::run(arguments),
            Command::Webhooks(arguments) => webhooks::run(arguments),
            Command::Migrate(arguments) => migrate::run(arguments),
            Command::Doctor(arguments) => doctor::run(*arguments),
            Command::Config(arguments) => config::run(arguments),
            Command::Openapi => openapi::run(),
            Command::Version => version::run(),
        }
    }
}

/// Longest name of an account or a key, in characters.
const NAME_LEN_MAX: usize = 64;

/// Reads a friendly name.
fn friendly_name(text: &str) -> Result<String, String> {
    if text.chars().count() > NAME_LEN_MAX || text.chars().any(char::is_control) {
        return Err(format!("a name is one line of at most {NAME_LEN_MAX} characters"));
    }
    Ok(text.to_owned())
}

/// Reads an account SID.
fn account_sid(text: &str) -> Result<dwell_core::AccountSid, String> {
    dwell_core::AccountSid::parse(text).ok_or_else(|| "an account SID is AC and 32 hexadecimal digits".to_owned())
}

/// Reads the SID of an API key.
fn key_sid(text: &str) -> Result<dwell_core::KeySid, String> {
    dwell_core::KeySid::parse(text).ok_or_else(|| "the SID of an API key is SK and 32 hexadecimal digits".to_owned())
}

/// Prints the members of a JSON array, one a line.
struct JsonArray {
    is_empty: bool,
}

impl JsonArray {
    fn begin() -> Self {
        JsonArray { is_empty: true }
    }

    fn item(&mut self, item: &impl serde::Serialize) {
        let mark = if self.is_empty { "[" } else { "," };
        self.is_empty = false;
        crate::console::say(format_args!("{mark}{}", json(item)));
    }

    fn end(self) {
        crate::console::say(if self.is_empty { "[]" } else { "]" });
    }
}

/// A value as JSON in one line.
fn json(value: &impl serde::Serialize) -> String {
    // Views hold texts and flags only, which JSON can always say.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
