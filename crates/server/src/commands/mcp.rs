//! `dwell mcp`: the MCP server over standard input and output, for tools that start a program. It brings each
//! message to a running server and its answer back, so both transports serve the same tools.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_core::{AccountSid, KeySid};
use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

use super::{account_sid, key_sid, remote};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

/// Most messages under way at once; more wait.
const MESSAGES_MAX: u32 = 8;
/// Longest message, in bytes: as large as any server may take.
const MESSAGE_BYTES_MAX: u64 = 64 << 20;
/// JSON-RPC's code for an error of the server's own.
const SERVER_ERROR: i64 = -32_000;
/// JSON-RPC's code for what is no message.
const PARSE_ERROR: i64 = -32_700;
/// Where requests of the stateless protocol name their revision.
const REVISION: &str = "io.modelcontextprotocol/protocolVersion";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The server
    #[arg(long, env = "DWELL_URL", default_value = "http://localhost:8080")]
    url: Url,
    /// The account; without any credentials only the documentation is served
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID", value_parser = account_sid)]
    account: Option<AccountSid>,
    /// Its auth token; better given by the environment, where other users do not see it
    #[arg(long, visible_alias = "auth-token", env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// An API key, which counts more than an account
    #[arg(long, env = "TWILIO_API_KEY", value_name = "SID", value_parser = key_sid)]
    key: Option<KeySid>,
    /// Its secret; better given by the environment
    #[arg(long, env = "TWILIO_API_SECRET", hide_env_values = true)]
    secret: Option<String>,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let bridge = Arc::new(Bridge::new(arguments)?);
    opening::block_on(carry(bridge))
}

/// Carries messages until standard input ends and the last answer is back.
async fn carry(bridge: Arc<Bridge>) {
    let (sender, mut lines) = mpsc::channel(1);
    // Standard input has no way to be read but by waiting in a thread.
    std::thread::spawn(move || read_lines(&sender));
    let places = Arc::new(Semaphore::new(MESSAGES_MAX as usize));
    while let Some(line) = lines.recv().await {
        // Nobody ever closes the semaphore, so there is always a permit.
        let place = places.clone().acquire_owned().await.ok();
        let bridge = bridge.clone();
        tokio::spawn(async move {
            if let Some(answer) = bridge.answer(line).await {
                say(answer);
            }
            drop(place);
        });
    }
    let _ = places.acquire_many(MESSAGES_MAX).await;
}

fn read_lines(sender: &mpsc::Sender<Vec<u8>>) {
    let mut input = BufReader::new(std::io::stdin());
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(MESSAGE_BYTES_MAX).read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) || sender.blocking_send(line).is_err() {
            return;
        }
    }
}

/// The way to a server.
struct Bridge {
    client: reqwest::Client,
    url: String,
    credentials: Option<(String, String)>,
    /// The revision of the protocol that was agreed on, if it was by a handshake.
    agreed: Mutex<Option<String>>,
}

impl Bridge {
    fn new(arguments: Arguments) -> Result<Self, Failure> {
        let Arguments { url, account, token, key, secret } = arguments;
        let credentials = match (key, account) {
            (Some(key), _) => {
                let secret = secret.ok_or_else(|| Failure::new("no secret: give --secret or TWILIO_API_SECRET"))?;
                Some((key.to_string(), secret))
            }
            (None, Some(account)) => {
                let token = token.ok_or_else(|| Failure::new("no auth token: give --token or TWILIO_AUTH_TOKEN"))?;
                Some((account.to_string(), token))
            }
            (None, None) => None,
        };
        Ok(Bridge {
            client: remote::client(&url)?,
            url: format!("{}/mcp", url.as_str().trim_end_matches('/')),
            credentials,
            agreed: Mutex::default(),
        })
    }

    /// The answer to a message; none to a notification.
    async fn answer(&self, line: Vec<u8>) -> Option<Value> {
        if line.trim_ascii().is_empty() {
            return None;
        }
        let Ok(message) = serde_json::from_slice::<Value>(&line) else {
            return Some(refusal(&Value::Null, PARSE_ERROR, "not JSON"));
        };
        let id = message.get("id").filter(|_| message.get("method").is_some());
        match self.forward(&message, line).await {
            Ok(answer) if message["method"] == "initialize" => {
                self.agree(&answer);
                Some(answer)
            }
            Ok(answer) => id.map(|_| answer),
            Err(problem) => id.map(|id| refusal(id, SERVER_ERROR, &problem.to_string())),
        }
    }

    fn agree(&self, answer: &Value) {
        let revision = answer["result"]["protocolVersion"].as_str().map(str::to_owned);
        if let Ok(mut agreed) = self.agreed.lock() {
            *agreed = revision;
        }
    }

    async fn forward(&self, message: &Value, line: Vec<u8>) -> Result<Value, Failure> {
        let mut request = self
            .client
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        if let Some((username, password)) = &self.credentials {
            request = request.basic_auth(username, Some(password));
        }
        let request = self.with_headers(request, message).body(line);
        let response = request.send().await.map_err(|error| remote::unreachable(&self.url, &error))?;
        let status = response.status().as_u16();
        let body = response.text().await.map_err(|error| remote::unreachable(&self.url, &error))?;
        let answer = serde_json::from_str::<Value>(&body).unwrap_or_default();
        if status == 202 || answer.get("jsonrpc").is_some() {
            return Ok(answer);
        }
        Err(match (status, answer["message"].as_str()) {
            (401, _) => Failure::new("the server refuses the credentials that `dwell mcp` was given"),
            (_, Some(message)) => Failure::new(format_args!("{message} (status {status})")),
            (_, None) => Failure::new(format_args!("{} answered with status {status}: {body}", self.url)),
        })
    }

    /// What the transport over HTTP says of a message in headers.
    fn with_headers(&self, mut request: RequestBuilder, message: &Value) -> RequestBuilder {
        let params = &message["params"];
        let method = message["method"].as_str().unwrap_or_default();
        if method != "initialize" {
            let agreed = self.agreed.lock().ok().and_then(|agreed| agreed.clone());
            let revision = params["_meta"][REVISION].as_str().map(str::to_owned).or(agreed);
            if let Some(revision) = revision {
                request = request.header("MCP-Protocol-Version", as_header(&revision));
            }
            request = request.header("Mcp-Method", as_header(method));
            let name = if method.starts_with("resources/") { &params["uri"] } else { &params["name"] };
            if let Some(name) = name.as_str() {
                request = request.header("Mcp-Name", as_header(name));
            }
        }
        request
    }
}

/// A text as the protocol puts it into a header: encoded when it could not stand there as it is.
fn as_header(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && text.trim() == text;
    if is_plain && !text.starts_with("=?base64?") {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(text))
    }
}

fn refusal(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_headers_as_the_protocol_has_them() {
        for (text, header) in [
            ("search_docs", "search_docs"),
            ("dwell://docs/errors/50416", "dwell://docs/errors/50416"),
            ("Zoë", "=?base64?Wm/Dqw==?="),
            (" x", "=?base64?IHg=?="),
            ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
        ] {
            assert_eq!(as_header(text), header);
        }
    }
}
