//! What a tool is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rmcp::handler::server::tool::{schema_for_input, schema_for_output};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::visit::Visit;

/// Who may call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Anybody,
    /// Whoever has credentials.
    Reader,
    /// Whoever may write.
    Writer,
    /// Whoever may write, on a test account.
    TestClock,
}

/// What calling a tool does, beside what it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// It changes something.
    Writes {
        /// The operation of the API that counts it: `POST /v1/Conversations/{}`.
        operation: &'static str,
        /// Whether what was there before may be lost.
        is_destructive: bool,
        /// Whether doing it again changes nothing more.
        is_idempotent: bool,
        /// Whether somebody outside hears of it.
        is_open: bool,
    },
}

/// A tool; its fields are its parameters, and their comments what models read.
pub(crate) trait Tool: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// What it does and when to use it.
    const DESCRIPTION: &'static str;
    /// Who may call it.
    const ACCESS: Access = Access::Reader;
    /// What it changes.
    const EFFECT: Effect = Effect::None;
    /// What it answers.
    type Output: Serialize + JsonSchema + Send + 'static;

    /// Does it.
    fn run(self, visit: &Visit) -> impl Future<Output = Result<Self::Output, Refusal>> + Send;

    /// The service and the conversation that it works in, as the caller named them.
    fn place(&self) -> (Option<&str>, &str) {
        (None, "")
    }

    /// The SIDs of what it changed, for the audit.
    fn changed(_: &Self::Output) -> Vec<String> {
        Vec::new()
    }
}

type Called<'a> = Pin<Box<dyn Future<Output = CallToolResult> + Send + 'a>>;

/// A tool in the list.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) describe: fn() -> rmcp::model::Tool,
    call: for<'a> fn(&'a Visit, JsonObject) -> Called<'a>,
}

impl Entry {
    pub(crate) const fn of<T: Tool>() -> Self {
        Entry {
            name: T::NAME,
            access: T::ACCESS,
            describe: describe::<T>,
            call: |visit, arguments| Box::pin(call::<T>(visit, arguments)),
        }
    }

    /// Calls the tool. Whatever goes wrong is an answer that says so.
    pub(crate) fn call<'a>(&self, visit: &'a Visit, arguments: JsonObject) -> Called<'a> {
        (self.call)(visit, arguments)
    }
}

fn describe<T: Tool>() -> rmcp::model::Tool {
    // Parameters are structs with named fields, so there always is a schema; a test looks at each.
    let input = plain(schema_for_input::<T>().unwrap_or_default());
    let annotations = ToolAnnotations::with_title(T::TITLE);
    let annotations = match T::EFFECT {
        Effect::None => annotations.read_only(true).destructive(false).idempotent(true).open_world(false),
        Effect::Writes { is_destructive, is_idempotent, is_open, .. } => {
            annotations.read_only(false).destructive(is_destructive).idempotent(is_idempotent).open_world(is_open)
        }
    };
    rmcp::model::Tool::new(T::NAME, T::DESCRIPTION, input)
        .with_title(T::TITLE)
        .with_raw_output_schema(plain(schema_for_output::<T::Output>()))
        .with_annotations(annotations)
}

/// A schema without the names that integers have in Rust, which clients complain of.
fn plain(schema: Arc<JsonObject>) -> Arc<JsonObject> {
    let mut schema = Arc::unwrap_or_clone(schema);
    schema.values_mut().for_each(drop_formats);
    Arc::new(schema)
}

fn drop_formats(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with(['u', 'i'])) {
                members.remove("format");
            }
            members.values_mut().for_each(drop_formats);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_formats),
        _ => {}
    }
}

async fn call<T: Tool>(visit: &Visit, arguments: JsonObject) -> CallToolResult {
    match perform::<T>(visit, arguments).await {
        Ok(output) => CallToolResult::structured(output),
        Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.text(&visit.base))]),
    }
}

async fn perform<T: Tool>(visit: &Visit, arguments: JsonObject) -> Result<Value, Refusal> {
    if let Some(refusal) = visit.why_not(T::ACCESS) {
        return Err(refusal);
    }
    let arguments = Value::Object(arguments);
    // No name or text may hold one, and PostgreSQL does not take it.
    if has_null_character(&arguments) {
        return Err(Refusal::of_arguments("a text contains a null character"));
    }
    let tool: T = serde_json::from_value(arguments).map_err(|error| Refusal::of_arguments(&error.to_string()))?;
    if let Effect::Writes { operation, .. } = T::EFFECT {
        let (service, conversation) = tool.place();
        visit.count(operation, service, conversation)?;
    }
    let output = tool.run(visit).await?;
    if let Effect::Writes { .. } = T::EFFECT {
        let caller = visit.caller()?;
        let (account, credential) = (caller.account.sid.as_str(), caller.credential.as_str());
        let objects = T::changed(&output).join(",");
        tracing::info!(target: "dwell::audit", account, credential, tool = T::NAME, objects, "changed by a tool");
    }
    serde_json::to_value(output).map_err(|error| Refusal::of_arguments(&error.to_string()))
}

fn has_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_null_character),
        Value::Object(members) => members.values().any(has_null_character),
        _ => false,
    }
}
