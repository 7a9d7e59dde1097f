//! `dwell webhooks`: what webhooks were told and sending it again, over HTTP; and a receiver for
//! development.

mod listen;

use dwell_core::DeliverySid;
use serde_json::Value;

use super::json;
use super::remote::{self, Remote, Shown, parse};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

const DELIVERIES: &str = "/dwell/v1/WebhookDeliveries";

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
    /// List deliveries, newest first
    Deliveries(Deliveries),
    /// Send a delivery again, or all that failed
    Resend(Resend),
    /// Print the events that arrive at a local port, for development
    Listen(listen::Arguments),
}

#[derive(clap::Args)]
struct Deliveries {
    /// Only those that are this far: pending, delivered or failed
    #[arg(long)]
    status: Option<String>,
    /// Only those to this webhook: the SID of the account, of a service or of a conversation's webhook
    #[arg(long, value_name = "SID")]
    hook: Option<String>,
    /// Only those about this conversation
    #[arg(long, value_name = "SID")]
    conversation: Option<String>,
    /// Only those of this event, such as onMessageAdded
    #[arg(long)]
    event: Option<String>,
    /// Most to print; 0 for all
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

#[derive(clap::Args)]
struct Resend {
    /// The delivery
    #[arg(value_parser = delivery_sid, required_unless_present = "all_failed", conflicts_with = "all_failed")]
    sid: Option<DeliverySid>,
    /// All that failed
    #[arg(long)]
    all_failed: bool,
    /// Of all that failed, only those to this webhook
    #[arg(long, value_name = "SID", conflicts_with = "sid")]
    hook: Option<String>,
    /// Of all that failed, only those about this conversation
    #[arg(long, value_name = "SID", conflicts_with = "sid")]
    conversation: Option<String>,
}

/// Reads the SID of a delivery.
fn delivery_sid(text: &str) -> Result<DeliverySid, String> {
    DeliverySid::parse(text).ok_or_else(|| "the SID of a delivery is WD and 32 hexadecimal digits".to_owned())
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { server, json, action } = arguments;
    match action {
        Action::Deliveries(filters) => opening::block_on(list(&Remote::new(server)?, filters, json))?,
        Action::Resend(which) => opening::block_on(resend(&Remote::new(server)?, which, json))?,
        Action::Listen(arguments) => listen::run(arguments, server.into_token(), json),
    }
}

async fn list(server: &Remote, filters: Deliveries, as_json: bool) -> Result<(), Failure> {
    let Deliveries { status, hook, conversation, event, limit } = filters;
    let filters = [("Status", status), ("HookSid", hook), ("ConversationSid", conversation), ("EventType", event)];
    server.print_list(DELIVERIES, &filters, limit, Shown::new(as_json, line)).await
}

/// A delivery in one line.
fn line(delivery: &Value) -> String {
    let text = |name: &str| delivery[name].as_str().unwrap_or_default();
    let outcome = match (delivery["last_status"].as_i64(), delivery["last_error"].as_str()) {
        (Some(status), _) => format!("  {status}"),
        (None, Some(error)) => format!("  {error}"),
        (None, None) => String::new(),
    };
    format!(
        "{}  {}  {:<9}  {}  {}  attempts {}{outcome}",
        text("sid"),
        text("date_created"),
        text("status"),
        text("event_type"),
        text("webhook_url"),
        delivery["attempts_count"],
    )
}

async fn resend(server: &Remote, which: Resend, as_json: bool) -> Result<(), Failure> {
    if let Some(sid) = which.sid {
        let delivery = server.post(&format!("{DELIVERIES}/{sid}/Resend"), &[]).await?;
        if as_json {
            say(delivery.trim_end());
        } else {
            say(format_args!("{sid} waits again"));
        }
        return Ok(());
    }
    let form = [("HookSid", which.hook), ("ConversationSid", which.conversation)];
    let form: Vec<_> = form.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let mut resent = 0;
    loop {
        let answer = parse(&server.post(&format!("{DELIVERIES}/Resend"), &form).await?)?;
        resent += answer["resent"].as_u64().unwrap_or_default();
        if answer["complete"].as_bool() != Some(false) {
            break;
        }
    }
    if as_json {
        say(json(&serde_json::json!({ "resent": resent })));
    } else {
        say(format_args!("{resent} failed deliveries wait again"));
    }
    Ok(())
}
