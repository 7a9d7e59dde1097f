//! Why a tool did not do what it was asked, in words that say what to do next.

use dwell_docs::errors;
use dwell_engine::Error;

use crate::Server;

/// A refusal. The code is that of the API's errors.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: u32,
    message: String,
    /// What to do, where more is known than the documentation of the code says.
    advice: Option<String>,
}

impl Refusal {
    /// Arguments that are not as the tool's schema has them, or name what is not there.
    pub(crate) fn of_arguments(problem: &str) -> Self {
        Refusal {
            code: 20001,
            message: format!("Invalid arguments: {problem}"),
            advice: Some("Call the tool again with arguments as its input schema says.".to_owned()),
        }
    }

    /// What is asked for is not there; `advice` says how to find what is.
    pub(crate) fn not_found(what: &str, advice: &str) -> Self {
        Refusal { code: 20404, message: format!("{what} was not found"), advice: Some(advice.to_owned()) }
    }

    pub(crate) fn no_service() -> Self {
        Refusal::not_found("The service", "`service` is IS and 32 hexadecimal digits; leave it out for the default.")
    }

    pub(crate) fn no_credentials() -> Self {
        let advice = "This tool works on an account. Ask the user to add credentials to the configuration of this MCP \
                      server: the header `Authorization: Basic …` or `Authorization: Bearer SID:SECRET`, with an \
                      account SID and its auth token or an API key and its secret; or --account and --token of \
                      `dwell mcp`. See read_page guides/mcp. Tools for documentation need none.";
        Refusal { code: 20003, message: "No credentials".to_owned(), advice: Some(advice.to_owned()) }
    }

    pub(crate) fn key_may_only_read() -> Self {
        let advice = "Do not try again: ask the user for an API key with all rights if this is to be changed.";
        Refusal { code: 20403, message: "The API key may only read".to_owned(), advice: Some(advice.to_owned()) }
    }

    pub(crate) fn writes_are_off() -> Self {
        let advice = "Do not try again. Whoever runs the server can allow it with the setting mcp_writes, or the user \
                      can give this MCP server an API key with all rights instead of the account's auth token.";
        let message = "Tools may not write with an account's own credentials on this server".to_owned();
        Refusal { code: 20403, message, advice: Some(advice.to_owned()) }
    }

    pub(crate) fn not_a_test_account() -> Self {
        let advice = "Only the clock of a test account can be turned (`dwell account create --test`).";
        Refusal {
            code: 20403,
            message: "The account is not a test account".to_owned(),
            advice: Some(advice.to_owned()),
        }
    }

    pub(crate) fn too_many(retry_after_seconds: i64) -> Self {
        let advice = format!("Wait {retry_after_seconds} s, then call the tool again with the same arguments.");
        Refusal { code: 20429, message: "Too many writes".to_owned(), advice: Some(advice) }
    }

    /// A refusal of the engine to whoever asked for what is at a path.
    pub(crate) fn of_engine(server: &Server, error: &Error, path: &str) -> Self {
        match error {
            Error::Internal(problem) => tracing::error!(problem, "internal error"),
            Error::Unavailable(problem) => tracing::warn!(problem, "store unavailable"),
            _ => {}
        }
        let (code, message) = (server.house.tell)(error, path);
        let advice = (matches!(error, Error::NotFound) && !path.is_empty()).then(|| {
            "list_conversations shows what there is; one of another service needs `service` beside its name.".to_owned()
        });
        Refusal { code, message, advice }
    }

    /// All of it, for a model to read.
    pub(crate) fn text(&self, base: &str) -> String {
        let known = errors::find(self.code);
        let mut text = format!("Refused, nothing was changed. Error {}: {}", self.code, self.message);
        if let Some(error) = known.filter(|_| self.advice.is_none()) {
            text = format!("{text}\nCause: {}", error.cause);
        }
        if let Some(next) = self.advice.as_deref().or(known.map(|error| error.cure)) {
            text = format!("{text}\nWhat to do: {next}");
        }
        match known {
            Some(error) => {
                format!("{text}\nMore: explain_error with code {}, or {base}/docs/{}", self.code, error.address())
            }
            None => text,
        }
    }
}
