//! What the documentation says, without HTTP and HTML: operations from the OpenAPI document, guides from
//! docs/, error codes, settings, and search over all of it.
//!
//! Addresses are below `/docs`: `""` is the start page, `guides/webhooks`, `api/conversations/create`,
//! `errors/50353`. Whoever shows a page says where the server is (`base`, such as `https://chat.example.com`),
//! and examples speak to it.

mod document;
mod examples;
mod languages;
mod markdown;
mod names;
mod operation;
mod plain;
mod reading;
mod requests;
mod search;

pub mod errors;
pub mod groups;
pub mod guides;
pub mod settings;

pub use errors::ErrorCode;
pub use examples::{EXAMPLE_URL, Example};
pub use groups::Group;
pub use guides::Guide;
pub use languages::{Language, example, variables};
pub use operation::{Answer, Field, Operation, Parameter, Place, Shape};
pub use plain::{OPTIONS, anchor, text};
pub use search::{Hit, Kind};
pub use settings::Setting;

use search::{Entry, Index};

/// The OpenAPI document is none.
#[derive(Debug, thiserror::Error)]
#[error("the OpenAPI document cannot be read: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// Everything that the documentation says.
pub struct Library {
    version: String,
    operations: Vec<Operation>,
    index: Index,
}

/// A page: what it is called and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its address below /docs; empty for the start page.
    pub address: String,
    /// Its title.
    pub title: String,
    /// What it is about, in a line.
    pub summary: String,
}

impl Library {
    /// Reads the OpenAPI document of a server of this version, as JSON.
    ///
    /// # Errors
    /// When the text is no OpenAPI document.
    pub fn new(openapi: &str, version: &str) -> Result<Self, Unreadable> {
        let mut operations = reading::operations(&serde_json::from_str(openapi)?);
        let order = |tag: &str| groups::ALL.iter().position(|group| group.tag == tag).unwrap_or(groups::ALL.len());
        operations.sort_by_key(|operation| order(&operation.tag));
        let index = Index::new(entries(&operations));
        Ok(Library { version: version.to_owned(), operations, index })
    }

    /// The version of the server.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every operation, group by group.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// An operation by its name (`conversations/create`), by a name that the OpenAPI document gives it
    /// (`postV1Conversations`), or by method and path (`POST /v1/Conversations`).
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let name = name.trim();
        let is_path = |operation: &Operation| {
            name.split_once(' ').is_some_and(|(method, path)| {
                operation.method.eq_ignore_ascii_case(method)
                    && operation.paths.iter().any(|known| known == path.trim())
            })
        };
        self.operations.iter().find(|one| one.slug == name || one.ids.iter().any(|id| id == name) || is_path(one))
    }

    /// Every page, the start page first.
    pub fn pages(&self) -> Vec<Page> {
        let page = |address: &str, title: &str, summary: &str| Page {
            address: address.to_owned(),
            title: title.to_owned(),
            summary: summary.to_owned(),
        };
        let mut pages = vec![page("", "Dwell", "Where to begin")];
        pages.extend(guides::ALL.iter().map(|guide| page(&guide.address(), &guide.title(), guide.summary)));
        pages.push(page("api", "API reference", "Every operation, by resource"));
        let operations = self.operations.iter();
        pages.extend(operations.map(|one| page(&one.address(), &one.title, &format!("{} {}", one.method, one.path()))));
        pages.push(page("errors", "Errors", "Every code, with cause and cure"));
        pages.extend(errors::ALL.iter().map(|error| page(&error.address(), &error.code.to_string(), error.title)));
        pages.push(page("settings", "Settings", "Every setting of the server"));
        pages
    }

    /// A page as Markdown, with examples that speak to the server at `base`.
    pub fn markdown(&self, address: &str, base: &str) -> Option<String> {
        match address.split_once('/') {
            None => Some(match address {
                "" => markdown::start(self, base),
                "api" => markdown::operation_index(self, base),
                "errors" => markdown::error_index(base),
                "settings" => markdown::settings(),
                _ => return None,
            }),
            Some(("guides", name)) => {
                let guide = guides::ALL.iter().find(|guide| guide.name == name)?;
                Some(markdown::guide(guide, base))
            }
            Some(("api", slug)) => {
                let operation = self.operations.iter().find(|operation| operation.slug == slug)?;
                Some(markdown::operation(self, operation, base))
            }
            Some(("errors", code)) => Some(markdown::error(self, errors::find(code.parse().ok()?)?, base)),
            Some(_) => None,
        }
    }

    /// `/llms.txt`: an index of all pages for programs.
    pub fn llms(&self, base: &str) -> String {
        markdown::llms(self, base)
    }

    /// What has every word of the query, the best first.
    pub fn search(&self, query: &str, most: usize) -> Vec<Hit> {
        self.index.search(query, most)
    }

    /// The operation that a variable of another one's examples is had from: the list of what the segment before
    /// it names, and for one of a form the operation that makes it.
    pub fn source_of(&self, operation: &Operation, segment: &str, variable: &str) -> Option<&Operation> {
        if segment.is_empty() {
            let slug = match variable {
                "ACCESS_TOKEN" => "dwell/access-tokens/create",
                "CONVERSATION_SID" => "conversations/list",
                _ => return None,
            };
            return self.operation(slug);
        }
        let end = format!("/{segment}/{{");
        let before = operation.path().find(&end).and_then(|at| operation.path().get(..at + segment.len() + 1))?;
        let is_list = |one: &&Operation| one.verb == "list" && one.paths.iter().any(|path| path == before);
        let list = self.operations.iter().find(is_list);
        // Dwell's own resources speak of conversations too.
        list.or_else(|| self.operations.iter().find(|one| one.verb == "list" && one.path() == format!("/v1/{segment}")))
    }
}

impl Library {
    /// What is not documented: an operation, a parameter, a field, an error or a setting without a description,
    /// a group without a row, a write without an example. Tests want none.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = requests::mistakes(&self.operations);
        for one in &self.operations {
            let mut want = |is_there: bool, what: &str| {
                if !is_there {
                    gaps.push(format!("{}: {what}", one.slug));
                }
            };
            want(!one.title.is_empty() && !one.description.is_empty(), "no description");
            want(groups::find(&one.tag).is_some(), &format!("its tag {} is not in groups.rs", one.tag));
            for parameter in &one.parameters {
                want(!parameter.description.is_empty(), &format!("parameter {} is not described", parameter.name));
            }
            for field in &one.answer.fields {
                want(!field.description.is_empty(), &format!("field {} is not described", field.name));
            }
        }
        let errors = errors::ALL.iter().filter(|error| [error.title, error.cause, error.cure].contains(&""));
        gaps.extend(errors.map(|error| format!("error {}: a part is empty", error.code)));
        let settings = settings::all().into_iter().filter(|setting| setting.description.is_empty());
        gaps.extend(settings.map(|setting| format!("setting {}: no comment in default.toml", setting.name)));
        gaps
    }
}

fn entries(operations: &[Operation]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = operations
        .iter()
        .map(|one| {
            let parameters =
                one.parameters.iter().map(|parameter| format!("{}: {}", parameter.name, parameter.description));
            let fields = one.answer.fields.iter().map(|field| field.name.clone());
            let text = parameters.chain(fields).collect::<Vec<_>>().join(" ");
            Entry {
                kind: Kind::Operation,
                address: one.address(),
                title: one.title.clone(),
                names: format!("{} {} {}", one.paths.join(" "), one.method, one.ids.join(" ")),
                text: format!("{} {text}", one.description),
            }
        })
        .collect();
    entries.extend(errors::ALL.iter().map(|error| Entry {
        kind: Kind::Error,
        address: error.address(),
        title: format!("{}: {}", error.code, error.title),
        names: error.status.to_string(),
        text: format!("{} {}", error.cause, error.cure),
    }));
    entries.extend(settings::all().into_iter().map(|setting| Entry {
        kind: Kind::Setting,
        address: format!("settings#{}", setting.name),
        names: format!("{} {}", setting.flag(), setting.variable()),
        title: setting.name,
        text: setting.description,
    }));
    for guide in guides::ALL {
        for (title, anchor, body) in plain::sections(&guide.markdown()) {
            let (title, address) = match title.is_empty() {
                true => (guide.title(), guide.address()),
                false => (format!("{}: {title}", guide.title()), format!("{}#{anchor}", guide.address())),
            };
            entries.push(Entry { kind: Kind::Guide, address, title, names: String::new(), text: plain::text(&body) });
        }
    }
    entries
}

#[cfg(test)]
mod tests;
