//! `dwell channels`: how messages of an account leave for addresses outside, over HTTP.

use dwell_core::ChannelSid;
use dwell_core::channel::Provider;
use serde_json::Value;

use super::remote::{self, Remote, Shown, parse};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

const CHANNELS: &str = "/dwell/v1/Channels";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: remote::Flags,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List channels, oldest first
    List {
        /// Most to print; 0 for all
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show a channel with its settings, but for secrets
    Show {
        /// The channel
        #[arg(value_parser = channel_sid)]
        sid: ChannelSid,
    },
    /// Create a channel
    Create {
        /// Through whom messages go: twilio, smpp, email, http or loopback
        #[arg(long, value_parser = provider)]
        provider: Provider,
        #[command(flatten)]
        change: Change,
    },
    /// Change a channel; what is not given stays
    Update {
        /// The channel
        #[arg(value_parser = channel_sid)]
        sid: ChannelSid,
        #[command(flatten)]
        change: Change,
    },
    /// Delete a channel
    Delete {
        /// The channel
        #[arg(value_parser = channel_sid)]
        sid: ChannelSid,
    },
}

#[derive(clap::Args)]
struct Change {
    /// An address of the account that the channel serves; repeated for each
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// What the provider needs to know: a JSON object, or @ and the name of a file that holds it, where other
    /// users do not see passwords
    #[arg(long, value_name = "JSON|@FILE")]
    settings: Option<String>,
    /// A name for people
    #[arg(long, value_name = "NAME")]
    friendly_name: Option<String>,
    /// Whether messages go out and come in through it
    #[arg(long, value_name = "BOOL")]
    enabled: Option<bool>,
}

/// Reads the SID of a channel.
fn channel_sid(text: &str) -> Result<ChannelSid, String> {
    ChannelSid::parse(text).ok_or_else(|| "the SID of a channel is CN and 32 hexadecimal digits".to_owned())
}

/// Reads the name of a provider.
fn provider(text: &str) -> Result<Provider, String> {
    Provider::parse(text).ok_or_else(|| format!("one of {}", Provider::ALL.map(Provider::as_str).join(", ")))
}

impl Change {
    /// The parameters that are given.
    fn form(self) -> Result<Vec<(&'static str, String)>, Failure> {
        let mut form: Vec<_> = self.addresses.into_iter().map(|address| ("Addresses", address)).collect();
        if let Some(text) = self.settings {
            form.push(("Settings", read(text)?));
        }
        form.extend(self.friendly_name.map(|name| ("FriendlyName", name)));
        form.extend(self.enabled.map(|enabled| ("Enabled", enabled.to_string())));
        Ok(form)
    }
}

/// Settings as they were given, or from the file that was named.
fn read(text: String) -> Result<String, Failure> {
    match text.strip_prefix('@') {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| Failure::new(format_args!("settings file {path}: {error}")))
        }
        None => Ok(text),
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let server = Remote::new(arguments.server)?;
    opening::block_on(act(&server, arguments.action, arguments.json))?
}

async fn act(server: &Remote, action: Action, as_json: bool) -> Result<(), Failure> {
    match action {
        Action::List { limit } => server.print_list(CHANNELS, &[], limit, Shown::new(as_json, line)).await,
        Action::Show { sid } => show(&server.get(&format!("{CHANNELS}/{sid}")).await?, as_json),
        Action::Create { provider, change } => {
            let mut form = change.form()?;
            form.push(("Provider", provider.as_str().to_owned()));
            show(&server.post(CHANNELS, &form).await?, as_json)
        }
        Action::Update { sid, change } => {
            show(&server.post(&format!("{CHANNELS}/{sid}"), &change.form()?).await?, as_json)
        }
        Action::Delete { sid } => {
            server.delete(&format!("{CHANNELS}/{sid}")).await?;
            if !as_json {
                say(format_args!("{sid} is deleted"));
            }
            Ok(())
        }
    }
}

fn show(body: &str, as_json: bool) -> Result<(), Failure> {
    if as_json {
        say(body.trim_end());
    } else {
        let channel = parse(body)?;
        say(format_args!("{}  {}", line(&channel), channel["settings"]));
    }
    Ok(())
}

/// A channel in one line, without its settings.
fn line(channel: &Value) -> String {
    let text = |name: &str| channel[name].as_str().unwrap_or_default();
    let addresses = channel["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let state = if channel["enabled"].as_bool() == Some(true) { "on" } else { "off" };
    let addresses = addresses.collect::<Vec<_>>().join(",");
    let name = channel["friendly_name"].as_str().map(|name| format!("  {name}")).unwrap_or_default();
    format!("{}  {:<8}  {state:<3}  {addresses}{name}", text("sid"), text("provider"))
}
