//! Tools for the documentation.

use dwell_docs::{Field, Library, Operation, Parameter, errors, groups};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer;
use crate::refusal::Refusal;
use crate::tool::{Access, Tool};
use crate::visit::Visit;

/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;
/// Most hits that are looked for.
const HITS_MAX: usize = 100;
/// Longest part of a page that is shown at once, in characters.
const PART_CHARS_MAX: usize = 20_000;

fn library(visit: &Visit) -> Result<&Library, Refusal> {
    visit.server.library().ok_or_else(|| Refusal::not_found("The documentation", "Tell whoever runs the server."))
}

/// Where a page is for people.
fn url(visit: &Visit, address: &str) -> String {
    if address.is_empty() { format!("{}/docs", visit.base) } else { format!("{}/docs/{address}", visit.base) }
}

/// A part of a list that is in memory, from the place that the token names, and what asks for the next.
fn part<T>(
    all: Vec<T>,
    list: &str,
    size: Option<u16>,
    token: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let page = answer::page(list, size, token)?;
    let start = page.after.map_or(Ok(0), |text| text.parse::<usize>());
    let start = start.map_err(|_| Refusal::of_arguments("page_token is not a next_page_token of this list"))?;
    let end = start.saturating_add(page.size);
    let next = (end < all.len()).then(|| format!("{list}:{end}"));
    Ok((all.into_iter().skip(start).take(page.size).collect(), next))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchDocs {
    /// Words to look for, at most 200 characters: `inactive timer`, `50416`, `webhook signature`, `mcp_writes`.
    #[schemars(length(min = 1, max = 200))]
    query: String,
    /// Most hits at once, 1 to 100; 20 by default.
    #[schemars(range(min = 1, max = 100))]
    page_size: Option<u16>,
    /// `next_page_token` of the page before; leave it out for the first.
    page_token: Option<String>,
}

/// What was found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Hits {
    /// The hits, best first.
    hits: Vec<HitShown>,
    /// What asks for more of them; null on the last page.
    next_page_token: Option<String>,
}

/// A place in the documentation.
#[derive(Serialize, JsonSchema)]
struct HitShown {
    /// What it is: `operation`, `guide`, `error` or `setting`.
    kind: String,
    /// Its title.
    title: String,
    /// Its address, for read_page.
    page: String,
    /// Some of its text.
    excerpt: String,
}

impl Tool for SearchDocs {
    const NAME: &'static str = "search_docs";
    const TITLE: &'static str = "Search the documentation";
    const DESCRIPTION: &'static str = "Finds operations of the API, guides, error codes and settings that have every \
        word of a query, best first. Begin here; then read_page with the address of a hit.";
    const ACCESS: Access = Access::Anybody;
    type Output = Hits;

    async fn run(self, visit: &Visit) -> Result<Hits, Refusal> {
        if self.query.trim().is_empty() || self.query.chars().count() > QUERY_CHARS_MAX {
            return Err(Refusal::of_arguments(&format!("query must have 1 to {QUERY_CHARS_MAX} characters")));
        }
        let hits = library(visit)?.search(&self.query, HITS_MAX).into_iter().map(|hit| HitShown {
            kind: hit.kind.as_str().to_owned(),
            title: hit.title,
            page: hit.address,
            excerpt: hit.excerpt,
        });
        let (hits, next_page_token) = part(hits.collect(), Self::NAME, self.page_size, self.page_token.as_deref())?;
        Ok(Hits { hits, next_page_token })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadPage {
    /// The address of the page: `guides/lifecycle`, `api/conversations/create`, `errors/50416`, `settings`; empty for
    /// the start page, which lists them. What follows a # is passed over.
    page: String,
    /// Where to begin, in characters; 0 by default.
    offset: Option<usize>,
}

/// A page of the documentation.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PageShown {
    /// Its address.
    page: String,
    /// Where people find it.
    url: String,
    /// Its text, in Markdown, at most 20,000 characters at once.
    markdown: String,
    /// The `offset` at which it goes on; null at its end.
    next_offset: Option<usize>,
}

impl Tool for ReadPage {
    const NAME: &'static str = "read_page";
    const TITLE: &'static str = "Read a page of the documentation";
    const DESCRIPTION: &'static str = "Reads a page as Markdown, with examples that call this server: a guide, an \
        operation with its parameters and errors, an error code, or the settings.";
    const ACCESS: Access = Access::Anybody;
    type Output = PageShown;

    async fn run(self, visit: &Visit) -> Result<PageShown, Refusal> {
        let address = self.page.split('#').next().unwrap_or_default().trim_matches('/');
        let address = address.strip_prefix("docs/").unwrap_or(address);
        let text = library(visit)?.markdown(address, &visit.base);
        let text =
            text.ok_or_else(|| Refusal::not_found("The page", "search_docs finds pages and their addresses."))?;
        let offset = self.offset.unwrap_or(0);
        let markdown: String = text.chars().skip(offset).take(PART_CHARS_MAX).collect();
        let end = offset.saturating_add(PART_CHARS_MAX);
        let next_offset = (end < text.chars().count()).then_some(end);
        Ok(PageShown { page: address.to_owned(), url: url(visit, address), markdown, next_offset })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListOperations {
    /// Only operations of this group, such as `Message`: the `group` of one in the list.
    group: Option<String>,
    /// Most operations at once, 1 to 100; 20 by default.
    #[schemars(range(min = 1, max = 100))]
    page_size: Option<u16>,
    /// `next_page_token` of the page before; leave it out for the first.
    page_token: Option<String>,
}

/// Operations of the API.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Operations {
    /// The operations, by group.
    operations: Vec<OperationShown>,
    /// The names of all groups.
    groups: Vec<String>,
    /// What asks for more of them; null on the last page.
    next_page_token: Option<String>,
}

/// An operation of the API, in short.
#[derive(Serialize, JsonSchema)]
struct OperationShown {
    /// Its name, for describe_operation.
    operation: String,
    /// Its group.
    group: String,
    /// Its HTTP method.
    method: String,
    /// Its path, with variables in braces.
    path: String,
    /// What it does.
    title: String,
}

impl OperationShown {
    fn of(one: &Operation) -> Self {
        OperationShown {
            operation: one.slug.clone(),
            group: one.tag.clone(),
            method: one.method.clone(),
            path: one.path().to_owned(),
            title: one.title.clone(),
        }
    }
}

impl Tool for ListOperations {
    const NAME: &'static str = "list_operations";
    const TITLE: &'static str = "List the operations of the API";
    const DESCRIPTION: &'static str = "Lists the operations of the REST API, of one group or of all. \
        describe_operation tells more about one.";
    const ACCESS: Access = Access::Anybody;
    type Output = Operations;

    async fn run(self, visit: &Visit) -> Result<Operations, Refusal> {
        let is_wanted = |one: &&Operation| self.group.as_ref().is_none_or(|group| one.tag.eq_ignore_ascii_case(group));
        let found: Vec<_> = library(visit)?.operations().iter().filter(is_wanted).map(OperationShown::of).collect();
        if found.is_empty() {
            return Err(Refusal::not_found("The group", "Without `group` the answer names every group."));
        }
        let (operations, next_page_token) = part(found, Self::NAME, self.page_size, self.page_token.as_deref())?;
        let groups = groups::ALL.iter().map(|group| group.tag.to_owned()).collect();
        Ok(Operations { operations, groups, next_page_token })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribeOperation {
    /// The operation: its name (`conversations/create`), method and path (`POST /v1/Conversations`), or its
    /// `operationId` in the OpenAPI document.
    operation: String,
}

/// An operation of the API.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OperationDescribed {
    /// What it is called and where it is.
    #[serde(flatten)]
    operation: OperationShown,
    /// Every path that it has, in the trees with and without a service.
    paths: Vec<String>,
    /// All that is to be said about it.
    description: String,
    /// What it takes.
    parameters: Vec<ParameterShown>,
    /// The HTTP status when it succeeds.
    status: u16,
    /// The fields of its answer, outer before inner.
    fields: Vec<FieldShown>,
    /// Codes of the errors that it can answer with, for explain_error.
    error_codes: Vec<u32>,
    /// The address of its page with examples, for read_page.
    page: String,
}

/// A parameter of an operation.
#[derive(Serialize, JsonSchema)]
struct ParameterShown {
    /// Its name.
    name: String,
    /// Where it is given: `path`, `query`, `form` or `header`.
    place: String,
    /// What it may hold.
    kind: String,
    /// The only values there are; empty for any.
    values: Vec<String>,
    /// Whether nothing goes without it.
    is_required: bool,
    /// What holds without it; null when the description says so or nothing does.
    default: Option<String>,
    /// What it means, with its limits.
    description: String,
}

/// A field of an answer.
#[derive(Serialize, JsonSchema)]
struct FieldShown {
    /// Its name, with those of the fields around it.
    name: String,
    /// What it may hold.
    kind: String,
    /// What it means.
    description: String,
}

fn parameter(one: &Parameter) -> ParameterShown {
    ParameterShown {
        name: one.name.clone(),
        place: one.place.as_str().to_owned(),
        kind: one.shape.text(),
        values: one.shape.values.clone(),
        is_required: one.is_required,
        default: one.default.clone(),
        description: one.description.clone(),
    }
}

fn field(one: &Field) -> FieldShown {
    FieldShown { name: one.name.clone(), kind: one.shape.text(), description: one.description.clone() }
}

impl Tool for DescribeOperation {
    const NAME: &'static str = "describe_operation";
    const TITLE: &'static str = "Describe an operation of the API";
    const DESCRIPTION: &'static str = "Tells everything about one operation of the REST API: parameters with limits and \
        defaults, the fields of the answer, and the errors.";
    const ACCESS: Access = Access::Anybody;
    type Output = OperationDescribed;

    async fn run(self, visit: &Visit) -> Result<OperationDescribed, Refusal> {
        let unknown = || Refusal::not_found("The operation", "list_operations and search_docs find operations.");
        let one = library(visit)?.operation(&self.operation).ok_or_else(unknown)?;
        Ok(OperationDescribed {
            operation: OperationShown::of(one),
            paths: one.paths.clone(),
            description: one.description.clone(),
            parameters: one.parameters.iter().map(parameter).collect(),
            status: one.answer.status,
            fields: one.answer.fields.iter().map(field).collect(),
            error_codes: one.codes.clone(),
            page: one.address(),
        })
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainError {
    /// The code, such as 50416: `code` in the body of a refusal.
    code: u32,
}

/// An error of the API.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErrorExplained {
    /// Its number.
    code: u32,
    /// The HTTP status that comes with it.
    status: u16,
    /// What went wrong.
    title: String,
    /// Why it comes.
    cause: String,
    /// What to do about it.
    cure: String,
    /// The operations that answer with it; empty when every operation of a kind does.
    operations: Vec<String>,
    /// Where people read about it.
    url: String,
}

impl Tool for ExplainError {
    const NAME: &'static str = "explain_error";
    const TITLE: &'static str = "Explain an error code";
    const DESCRIPTION: &'static str =
        "Tells what an error code of the API means, why it comes and what to do about it.";
    const ACCESS: Access = Access::Anybody;
    type Output = ErrorExplained;

    async fn run(self, visit: &Visit) -> Result<ErrorExplained, Refusal> {
        let unknown = || Refusal::not_found("The error code", "read_page errors lists every code.");
        let error = errors::find(self.code).ok_or_else(unknown)?;
        let answers = library(visit)?.operations().iter().filter(|one| !error.is_common() && error.is_answered_by(one));
        Ok(ErrorExplained {
            code: error.code,
            status: error.status,
            title: error.title.to_owned(),
            cause: error.cause.to_owned(),
            cure: error.cure.to_owned(),
            operations: answers.map(|one| one.slug.clone()).collect(),
            url: url(visit, &error.address()),
        })
    }
}
