//! From the OpenAPI document to operations: both path trees become one, and each gets a name.

use std::collections::BTreeMap;

use crate::document::{Components, Document, Operation as Told, Response, Schema};
use crate::examples;
use crate::operation::{Answer, Field, Operation, Parameter, Place, Shape};
use crate::{errors, names, requests};

/// How the paths of the service tree begin.
const SERVICE_TREE: &str = "/v1/Services/{ChatServiceSid}/";

/// Every operation of the document, in its order.
pub(crate) fn operations(document: &Document) -> Vec<Operation> {
    let listed = || document.paths.iter().flat_map(|(path, item)| item.iter().map(move |(m, o)| (path, m, o)));
    let twins: BTreeMap<(String, &String), (&String, &String)> = listed()
        .filter_map(|(path, method, told)| {
            Some(((format!("/v1/{}", path.strip_prefix(SERVICE_TREE)?), method), (path, &told.operation_id)))
        })
        .collect();
    let mut found: Vec<Operation> = Vec::new();
    for (path, method, told) in listed() {
        let short = path.strip_prefix(SERVICE_TREE).map(|below| format!("/v1/{below}"));
        let is_twin = short.is_some_and(|short| is_same(document, &short, method, told));
        if is_twin {
            continue;
        }
        let has_get = document.paths[path].contains_key("get");
        let mut operation = operation(&document.components, path, method, told, has_get);
        if let Some((twin, id)) = twins.get(&(path.clone(), method))
            && is_same(document, path, method, &document.paths[*twin][method.as_str()])
        {
            operation.paths.push((*twin).clone());
            operation.ids.push((*id).clone());
        }
        found.push(operation);
    }
    let slugs: Vec<_> = found.iter().map(|operation| operation.slug.clone()).collect();
    for operation in &mut found {
        if slugs.iter().filter(|slug| **slug == operation.slug).count() > 1 {
            // Of two that are named alike the one without a variable is about all of them.
            operation.slug.push_str(if operation.path().contains('{') { "-one" } else { "-all" });
        }
        operation.request = requests::of(operation);
        operation.request_json = requests::json_of(operation);
        operation.codes = errors::codes_of(operation);
    }
    found
}

/// Whether the short tree has the operation too. What is called alike and has another form is another.
fn is_same(document: &Document, short: &str, method: &str, told: &Told) -> bool {
    document.paths.get(short).and_then(|item| item.get(method)).is_some_and(|other| {
        let form = |told: &Told| form_of(&document.components, told).map(|form| form.properties.len());
        other.tags == told.tags && other.summary == told.summary && form(other) == form(told)
    })
}

fn operation(components: &Components, path: &str, method: &str, told: &Told, has_get: bool) -> Operation {
    let successes = told.responses.iter().filter_map(|(status, response)| Some((status.parse().ok()?, response)));
    let successes: Vec<(u16, _)> = successes.filter(|(status, _)| (200..300).contains(status)).collect();
    // The body that is described is JSON; of several answers the one that has it.
    let json = |response: &Response| response.content.get("application/json").and_then(|one| one.schema.clone());
    let with_body = successes.iter().find_map(|(status, answer)| Some((*status, json(answer)?)));
    let status =
        with_body.as_ref().map(|(status, _)| *status).or(successes.first().map(|(status, _)| *status)).unwrap_or(200);
    let schema = with_body.as_ref().map(|(_, schema)| schema);
    let is_list = schema.is_some_and(|schema| components.resolve(schema).schema.properties.contains_key("meta"));
    let verb = names::verb(method, path, status, is_list, has_get);
    let mut fields = Vec::new();
    if let Some(schema) = schema {
        add_fields(components, schema, "", 0, &mut fields);
    }
    Operation {
        slug: names::slug(path, &verb),
        ids: vec![told.operation_id.clone()],
        tag: told.tags.first().cloned().unwrap_or_default(),
        method: method.to_uppercase(),
        paths: vec![path.to_owned()],
        title: names::title(&told.summary),
        description: names::unwrapped(&format!("{}\n\n{}", told.summary, told.description)),
        verb,
        parameters: parameters(components, told),
        answer: Answer {
            status,
            statuses: successes.iter().map(|(status, answer)| (*status, answer.description.clone())).collect(),
            fields,
            example: schema.map(|schema| examples::body(components, schema, path)),
        },
        codes: Vec::new(),
        request: Vec::new(),
        request_json: None,
    }
}

fn form_of<'a>(components: &'a Components, told: &'a Told) -> Option<&'a Schema> {
    let content = &told.request_body.as_ref()?.content;
    // What is taken in several forms is told in that of all others.
    let content = content.get("application/x-www-form-urlencoded").or_else(|| content.values().next())?;
    Some(components.resolve(content.schema.as_ref()?).schema)
}

fn parameters(components: &Components, told: &Told) -> Vec<Parameter> {
    let place = |place: &str| match place {
        "path" => Place::Path,
        "header" => Place::Header,
        _ => Place::Query,
    };
    let outside = told.parameters.iter().map(|parameter| {
        let Described { description, default } = Described::from(parameter.description.as_str());
        Parameter {
            name: parameter.name.clone(),
            place: place(&parameter.place),
            shape: Shape::of(&parameter.schema, components),
            is_required: parameter.required,
            description,
            default,
        }
    });
    let form = form_of(components, told);
    let inside = form.into_iter().flat_map(|form| {
        form.properties.iter().map(|(name, schema)| {
            let Described { description, default } = Described::from(components.resolve(schema).description);
            Parameter {
                name: name.clone(),
                place: Place::Form,
                shape: Shape::of(schema, components),
                is_required: form.required.contains(name),
                description,
                default,
            }
        })
    });
    let mut all: Vec<_> = outside.chain(inside).collect();
    all.sort_by_key(|parameter| (parameter.place, !parameter.is_required));
    all
}

/// A description, and the default that it speaks of: "`active` by default."
struct Described {
    description: String,
    default: Option<String>,
}

impl From<&str> for Described {
    fn from(text: &str) -> Self {
        let description = names::unwrapped(text);
        let before = description.split_once(" by default.").map(|(before, _)| before);
        let default = before.map(|before| before.rsplit(". ").next().unwrap_or(before).to_owned());
        Described { description, default }
    }
}

/// The fields of a schema, each before those within it.
fn add_fields(components: &Components, schema: &Schema, before: &str, depth: usize, fields: &mut Vec<Field>) {
    // Bodies are at most four deep; a schema within itself ends there.
    if depth > 4 {
        return;
    }
    for (name, property) in &components.resolve(schema).schema.properties {
        let found = components.resolve(property);
        let name = format!("{before}{name}");
        fields.push(Field {
            name: name.clone(),
            shape: Shape::of(property, components),
            description: names::unwrapped(found.description),
        });
        match &found.schema.items {
            Some(items) => add_fields(components, items, &format!("{name}[]."), depth + 1, fields),
            None => add_fields(components, found.schema, &format!("{name}."), depth + 1, fields),
        }
    }
}
