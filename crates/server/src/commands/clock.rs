//! `dwell clock`: the clock of a test account, over HTTP.

use std::time::Duration;

use dwell_core::AccountSid;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use super::account_sid;
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

/// Longest wait for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Longest wait for an answer: turning a clock carries out all that comes due on the way.
const ANSWER_WAIT: Duration = Duration::from_secs(600);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The server
    #[arg(long, global = true, env = "DWELL_URL", default_value = "http://localhost:8080")]
    url: Url,
    /// The test account
    #[arg(long, global = true, env = "TWILIO_ACCOUNT_SID", value_name = "SID", value_parser = account_sid)]
    account: Option<AccountSid>,
    /// Its auth token; better given by the environment, where other users do not see it
    #[arg(long, global = true, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show where the clock stands
    Show,
    /// Turn the clock forward and carry out everything that comes due on the way
    Advance(Target),
    /// Stop the clock
    Freeze,
    /// Let the clock run on from where it stands
    Resume,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Target {
    /// An ISO 8601 duration, such as P30D or PT90M
    #[arg(long, value_name = "DURATION")]
    by: Option<String>,
    /// An ISO 8601 date and time, or `next` for the next transition
    #[arg(long, value_name = "INSTANT")]
    to: Option<String>,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let missing =
        |what: &str, flag: &str, variable: &str| Failure::new(format_args!("{what}: give {flag} or {variable}"));
    let account = arguments.account.ok_or_else(|| missing("no account", "--account", "TWILIO_ACCOUNT_SID"))?;
    let token = arguments.token.ok_or_else(|| missing("no auth token", "--token", "TWILIO_AUTH_TOKEN"))?;
    let url = arguments.url.as_str().trim_end_matches('/');
    let (method, path, form) = match arguments.action {
        Action::Show => (Method::GET, "", Vec::new()),
        Action::Freeze => (Method::POST, "/Freeze", Vec::new()),
        Action::Resume => (Method::POST, "/Resume", Vec::new()),
        Action::Advance(Target { by, to }) => {
            let form = [("By", by), ("To", to)].into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            (Method::POST, "/Advance", form)
        }
    };
    opening::block_on(async {
        let mut request = client(&arguments.url)?
            .request(method, format!("{url}/dwell/v1/TestClock{path}"))
            .basic_auth(account, Some(token));
        if !form.is_empty() {
            request = request.form(&form);
        }
        let response = request.send().await.map_err(|error| unreachable(url, &error))?;
        report(url, response).await
    })?
}

/// A client for one's own server: no proxy between, no redirect followed with the credentials.
fn client(url: &Url) -> Result<Client, Failure> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_WAIT)
        .timeout(ANSWER_WAIT)
        .user_agent(concat!("dwell/", env!("CARGO_PKG_VERSION")));
    if url.scheme() == "http" {
        // A small container without any certificate can do without them here.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(Failure::new)
}

async fn report(url: &str, response: Response) -> Result<(), Failure> {
    let status = response.status();
    let body = response.text().await.map_err(|error| unreachable(url, &error))?;
    if status.is_success() {
        say(body.trim_end());
        return Ok(());
    }
    // The API's errors say what is wrong; anything else came from another server.
    let error = serde_json::from_str::<serde_json::Value>(&body).unwrap_or_default();
    Err(match (error["message"].as_str(), error["code"].as_i64()) {
        (Some(message), Some(code)) => {
            Failure::new(format_args!("{message} (code {code}, status {})", status.as_u16()))
        }
        _ => Failure::new(format_args!("{url} answered with status {}; is that a Dwell server?", status.as_u16())),
    })
}

/// What reqwest says, down to the cause.
fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::new(format_args!("no answer from {url}: {cause}"))
}
