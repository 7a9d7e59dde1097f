//! What an operation is to its readers.

use crate::document;
use crate::examples::Example;

/// One operation of the API, in every path tree that has it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name: `conversations/messages/create`.
    pub slug: String,
    /// The names that the OpenAPI document gives it, one for each path.
    pub ids: Vec<String>,
    /// The name of its group in the OpenAPI document, such as `Message`.
    pub tag: String,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Its paths with variables in braces, that of the short tree first.
    pub paths: Vec<String>,
    /// What it does, in a few words.
    pub title: String,
    /// All that is to be said about it.
    pub description: String,
    /// What it does: `list`, `create`, `fetch`, `update`, `delete`, or the last word of its path.
    pub verb: String,
    /// Variables of the path, then query, form and headers.
    pub parameters: Vec<Parameter>,
    /// What it answers with when it succeeds.
    pub answer: Answer,
    /// Codes of the errors that it can answer with, ascending; see [`crate::errors`].
    pub codes: Vec<u32>,
    /// The form or query of its examples; a value of a `$VARIABLE` is taken from the environment.
    pub request: Vec<(String, String)>,
    /// The JSON that its example sends; what [`Self::request`] has goes into the query then.
    pub request_json: Option<&'static str>,
}

/// Where a parameter is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// As a segment of the path.
    Path,
    /// After the question mark.
    Query,
    /// In the body, URL-encoded.
    Form,
    /// As a header.
    Header,
}

impl Place {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Form => "form",
        }
    }
}

/// What values look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// `string`, `integer`, `boolean`, `object`, `string[]`…
    pub kind: String,
    /// A form that texts have: `date-time`, `uri`, `SID (CH…)`.
    pub format: Option<String>,
    /// The only values there are; empty for any.
    pub values: Vec<String>,
    /// The smallest number.
    pub minimum: Option<i64>,
    /// Whether it may be null.
    pub is_nullable: bool,
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Where it is given.
    pub place: Place,
    /// What it may hold.
    pub shape: Shape,
    /// Whether nothing goes without it.
    pub is_required: bool,
    /// What it means, with its limits.
    pub description: String,
    /// What holds without it, when the description says so.
    pub default: Option<String>,
}

/// What an operation answers with when it succeeds.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The HTTP status; of several the one that comes without any special case.
    pub status: u16,
    /// Every status of success, and what it means.
    pub statuses: Vec<(u16, String)>,
    /// The fields of the body, outer before inner; none without a body.
    pub fields: Vec<Field>,
    /// A body that it might have.
    pub example: Option<Example>,
}

/// A field of an answer.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name, with those of the fields around it: `timers.date_inactive`, `messages[].sid`.
    pub name: String,
    /// What it may hold.
    pub shape: Shape,
    /// What it means.
    pub description: String,
}

impl Operation {
    /// The address of its page: `api/conversations/messages/create`.
    pub fn address(&self) -> String {
        format!("api/{}", self.slug)
    }

    /// Whether it is Dwell's own, beside Twilio's.
    pub fn is_own(&self) -> bool {
        self.path().starts_with("/dwell/")
    }

    /// Whether the official libraries know it. They have nothing for media, which Twilio keeps elsewhere.
    pub fn is_in_libraries(&self) -> bool {
        !self.is_own() && !self.path().contains("/Media")
    }

    /// Its path in the short tree, or the only one.
    pub fn path(&self) -> &str {
        self.paths.first().map_or("", String::as_str)
    }

    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl Shape {
    pub(crate) fn of(schema: &document::Schema, components: &document::Components) -> Self {
        let found = components.resolve(schema);
        let (schema, is_nullable) = (found.schema, found.allows_null);
        if let (Some("array"), Some(items)) = (schema.types.name(), &schema.items) {
            let inner = Shape::of(items, components);
            return Shape { kind: format!("{}[]", inner.kind), is_nullable, ..inner };
        }
        let values = schema.values.iter().filter_map(serde_json::Value::as_str).map(str::to_owned).collect();
        let sid = schema.pattern.as_deref().and_then(sid_prefix).map(|prefix| format!("SID ({prefix}…)"));
        let format = schema.format.clone().filter(|format| !format.starts_with("int"));
        Shape {
            kind: schema.types.name().unwrap_or("object").to_owned(),
            format: sid.or(format),
            values,
            minimum: schema.minimum,
            is_nullable,
        }
    }

    /// In one line: `string, SID (CH…) or null`.
    pub fn text(&self) -> String {
        let mut text = self.kind.clone();
        if let Some(format) = &self.format {
            text = format!("{text}, {format}");
        }
        if let Some(minimum) = self.minimum {
            text = format!("{text}, {minimum} or more");
        }
        if self.is_nullable { format!("{text} or null") } else { text }
    }
}

/// What SIDs of a pattern begin with: `CH` of `^CH[0-9a-fA-F]{32}$`.
pub(crate) fn sid_prefix(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('^')?.strip_suffix("[0-9a-fA-F]{32}$")?;
    // Any two letters stand for a message of some channel.
    Some(if rest.len() == 2 { rest } else { "SM" })
}
