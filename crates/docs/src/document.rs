//! The OpenAPI document, as far as the documentation reads it, in its own order.

use indexmap::IndexMap;
use serde::Deserialize;

/// The document.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) paths: IndexMap<String, IndexMap<String, Operation>>,
    pub(crate) components: Components,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Components {
    pub(crate) schemas: IndexMap<String, Schema>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) operation_id: String,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<Body>,
    pub(crate) responses: IndexMap<String, Response>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) schema: Schema,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Body {
    #[serde(default)]
    pub(crate) content: IndexMap<String, Content>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) content: IndexMap<String, Content>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Content {
    pub(crate) schema: Option<Schema>,
}

/// A schema, or a reference to one.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "type", default)]
    pub(crate) types: Types,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<i64>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<serde_json::Value>,
    #[serde(default)]
    pub(crate) one_of: Vec<Schema>,
    pub(crate) items: Option<Box<Schema>>,
    #[serde(default)]
    pub(crate) properties: IndexMap<String, Schema>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
}

/// One type, or several.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Types {
    One(String),
    Many(Vec<String>),
    #[default]
    Any,
}

impl Types {
    /// The type, without `null`.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Types::One(name) => Some(name),
            Types::Many(names) => names.iter().map(String::as_str).find(|name| *name != "null"),
            Types::Any => None,
        }
    }

    fn allows_null(&self) -> bool {
        matches!(self, Types::Many(names) if names.iter().any(|name| name == "null"))
    }
}

/// A schema with its references followed.
pub(crate) struct Resolved<'a> {
    pub(crate) schema: &'a Schema,
    /// The nearest description: of the reference before that of what it names.
    pub(crate) description: &'a str,
    pub(crate) allows_null: bool,
}

impl Components {
    /// Follows references, and chooses what is not null of `oneOf`.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Schema) -> Resolved<'a> {
        let mut found = Resolved { schema, description: "", allows_null: false };
        // References that lead in a circle end somewhere.
        for _ in 0..8 {
            if found.description.is_empty() {
                found.description = &found.schema.description;
            }
            found.allows_null |= found.schema.types.allows_null();
            let null = |one: &&Schema| matches!(&one.types, Types::One(name) if name == "null");
            let next = if let Some(name) = found.schema.reference.as_deref() {
                self.schemas.get(name.rsplit('/').next().unwrap_or_default())
            } else {
                found.allows_null |= found.schema.one_of.iter().any(|one| null(&one));
                found.schema.one_of.iter().find(|one| !null(one))
            };
            match next {
                Some(next) => found.schema = next,
                None => break,
            }
        }
        found
    }
}
