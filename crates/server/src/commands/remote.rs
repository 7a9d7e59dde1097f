//! A running server, talked to over HTTP as one of its accounts.

use std::time::Duration;

use dwell_core::AccountSid;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

use serde_json::Value;

use super::{JsonArray, account_sid};
use crate::console::say;
use crate::failure::Failure;

/// Longest wait for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Longest wait for an answer: turning a clock carries out all that comes due on the way.
const ANSWER_WAIT: Duration = Duration::from_secs(600);

/// Most items of a list that are asked for at once.
const PAGE_SIZE: usize = 100;

/// Which server, and as whom.
#[derive(clap::Args)]
pub(super) struct Flags {
    /// The server
    #[arg(long, global = true, env = "DWELL_URL", default_value = "http://localhost:8080")]
    url: Url,
    /// The account
    #[arg(long, global = true, env = "TWILIO_ACCOUNT_SID", value_name = "SID", value_parser = account_sid)]
    account: Option<AccountSid>,
    /// Its auth token; better given by the environment, where other users do not see it
    #[arg(long, global = true, visible_alias = "auth-token", env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Flags {
    /// The auth token, for a command that needs nothing else.
    pub(super) fn into_token(self) -> Option<String> {
        self.token
    }
}

/// How a list is printed.
#[derive(Clone, Copy)]
pub(super) enum Shown {
    /// As a JSON array.
    Json,
    /// Each item in a line.
    Lines(fn(&Value) -> String),
}

impl Shown {
    /// As JSON, or with `line` for each item.
    pub(super) fn new(as_json: bool, line: fn(&Value) -> String) -> Self {
        if as_json { Shown::Json } else { Shown::Lines(line) }
    }
}

/// A server and the credentials for it.
pub(super) struct Remote {
    client: Client,
    url: String,
    account: AccountSid,
    token: String,
}

impl Remote {
    pub(super) fn new(flags: Flags) -> Result<Self, Failure> {
        let missing =
            |what: &str, flag: &str, variable: &str| Failure::new(format_args!("{what}: give {flag} or {variable}"));
        Ok(Remote {
            client: client(&flags.url)?,
            url: flags.url.as_str().trim_end_matches('/').to_owned(),
            account: flags.account.ok_or_else(|| missing("no account", "--account", "TWILIO_ACCOUNT_SID"))?,
            token: flags.token.ok_or_else(|| missing("no auth token", "--token", "TWILIO_AUTH_TOKEN"))?,
        })
    }

    /// What is at a path, as its JSON text.
    pub(super) async fn get(&self, path: &str) -> Result<String, Failure> {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// Posts a form and returns the answer, as its JSON text.
    pub(super) async fn post(&self, path: &str, form: &[(&str, String)]) -> Result<String, Failure> {
        let request = self.client.post(format!("{}{path}", self.url));
        self.send(if form.is_empty() { request } else { request.form(form) }).await
    }

    /// Deletes what is at a path.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Failure> {
        self.send(self.client.delete(format!("{}{path}", self.url))).await.map(|_| ())
    }

    /// Prints the first items of a list; `limit` 0 stands for every one. `filters` choose among them, by name.
    pub(super) async fn print_list(
        &self,
        path: &str,
        filters: &[(&str, Option<String>)],
        limit: usize,
        shown: Shown,
    ) -> Result<(), Failure> {
        let most = if limit == 0 { usize::MAX } else { limit };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("PageSize", &PAGE_SIZE.min(most).to_string());
        for (name, value) in filters {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let mut array = JsonArray::begin();
        let mut left = most;
        let mut next = Some(query.finish());
        while let Some(query) = next.filter(|_| left > 0) {
            let page = parse(&self.get(&format!("{path}?{query}")).await?)?;
            let key = page["meta"]["key"].as_str().unwrap_or_default();
            for item in page[key].as_array().into_iter().flatten().take(left) {
                left -= 1;
                match shown {
                    Shown::Json => array.item(item),
                    Shown::Lines(line) => say(line(item)),
                }
            }
            // The server may know itself by another name.
            let url = page["meta"]["next_page_url"].as_str();
            next = url.and_then(|url| url.split_once('?')).map(|(_, query)| query.to_owned());
        }
        if let Shown::Json = shown {
            array.end();
        }
        Ok(())
    }

    /// Calls a path with parameters, in the query of a GET and in the body otherwise, and returns the answer.
    pub(super) async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        parameters: &[(String, String)],
    ) -> Result<String, Failure> {
        let mut address = format!("{}{path}", self.url);
        let is_query = method == reqwest::Method::GET && !parameters.is_empty();
        if is_query {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
            address.push(if path.contains('?') { '&' } else { '?' });
            address.push_str(&query);
        }
        let request = self.client.request(method, address);
        self.send(if is_query || parameters.is_empty() { request } else { request.form(parameters) }).await
    }

    /// Sends a body of JSON, and returns what is answered.
    pub(super) async fn send_json(&self, method: reqwest::Method, path: &str, json: String) -> Result<String, Failure> {
        let request = self.client.request(method, format!("{}{path}", self.url));
        self.send(request.header(reqwest::header::CONTENT_TYPE, "application/json").body(json)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<String, Failure> {
        let url = &self.url;
        let request = request.basic_auth(self.account, Some(&self.token));
        let response = request.send().await.map_err(|error| unreachable(url, &error))?;
        let status = response.status();
        let body = response.text().await.map_err(|error| unreachable(url, &error))?;
        if status.is_success() {
            return Ok(body);
        }
        // The API's errors say what is wrong; anything else came from another server.
        let error = serde_json::from_str::<Value>(&body).unwrap_or_default();
        Err(match (error["message"].as_str(), error["code"].as_i64()) {
            (Some(message), Some(code)) => {
                Failure::new(format_args!("{message} (code {code}, status {})", status.as_u16()))
            }
            _ => Failure::new(format_args!("{url} answered with status {}; is that a Dwell server?", status.as_u16())),
        })
    }
}

/// Reads an answer.
pub(super) fn parse(body: &str) -> Result<Value, Failure> {
    serde_json::from_str(body).map_err(|error| Failure::new(format_args!("the answer is not JSON: {error}")))
}

/// A client for one's own server: no proxy between, no redirect followed with the credentials.
pub(super) fn client(url: &Url) -> Result<Client, Failure> {
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

/// What reqwest says, down to the cause.
pub(super) fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::new(format_args!("no answer from {url}: {cause}"))
}
