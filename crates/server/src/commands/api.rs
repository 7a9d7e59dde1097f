//! `dwell api`: one request to the API of a running server, for shells and scripts.

use reqwest::Method;

use super::remote::{self, Remote};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: remote::Flags,
    /// GET, POST or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// The path, such as /v1/Conversations
    #[arg(value_parser = path)]
    path: String,
    /// Send this JSON as the body
    #[arg(long, value_name = "JSON", conflicts_with = "parameters")]
    json: Option<String>,
    /// Parameters: of the query for GET, of the body otherwise; a list repeats its name
    #[arg(value_parser = parameter, value_name = "NAME=VALUE")]
    parameters: Vec<(String, String)>,
}

fn method(text: &str) -> Result<Method, String> {
    match text.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "DELETE" => Ok(Method::DELETE),
        _ => Err("the API knows GET, POST and DELETE".to_owned()),
    }
}

fn path(text: &str) -> Result<String, String> {
    // Credentials go to the server that is named, so that is all a path may name.
    if text.starts_with('/') && !text.starts_with("//") {
        Ok(text.to_owned())
    } else {
        Err("a path begins with /".to_owned())
    }
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Prints what is answered, as it came; a refusal is a failure.
pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { server, method, path, json, parameters } = arguments;
    let server = Remote::new(server)?;
    let answer = opening::block_on(async {
        match json {
            Some(json) => server.send_json(method, &path, json).await,
            None => server.call(method, &path, &parameters).await,
        }
    })??;
    if !answer.is_empty() {
        say(answer.trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        assert_eq!(method("get"), Ok(Method::GET));
        assert!(method("PUT").is_err());
        assert_eq!(parameter("A.B=c=d"), Ok(("A.B".to_owned(), "c=d".to_owned())));
        assert!(parameter("x").is_err());
        assert!(path("v1").is_err() && path("//elsewhere/").is_err() && path("/v1/Conversations").is_ok());
    }
}
