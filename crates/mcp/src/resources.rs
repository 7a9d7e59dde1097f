//! The pages of the documentation as resources: `dwell://docs/guides/lifecycle`.

use rmcp::ErrorData;
use rmcp::model::{
    ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
};

use crate::Server;
use crate::visit::Visit;

/// What the URIs of pages begin with.
const DOCS: &str = "dwell://docs/";
const MARKDOWN: &str = "text/markdown";
/// Most pages listed at once.
const LISTED_MAX: usize = 100;

/// Pages from the one that the cursor counts to.
pub(crate) fn list(server: &Server, cursor: Option<&str>) -> Result<ListResourcesResult, ErrorData> {
    let library = server.library().ok_or_else(no_documentation)?;
    let start = match cursor {
        None => 0,
        Some(text) => text.parse().map_err(|_| ErrorData::invalid_params("not a cursor of this list", None))?,
    };
    let pages = library.pages();
    let end = pages.len().min(LISTED_MAX.saturating_add(start));
    let listed = pages.get(start..end).unwrap_or_default().iter().map(|page| {
        let name = if page.address.is_empty() { "start" } else { &page.address };
        Resource::new(format!("{DOCS}{}", page.address), name)
            .with_title(&page.title)
            .with_description(&page.summary)
            .with_mime_type(MARKDOWN)
    });
    let mut result = ListResourcesResult::with_all_items(listed.collect());
    result.next_cursor = (end < pages.len()).then(|| end.to_string());
    Ok(result)
}

/// How the URI of a page is made.
pub(crate) fn templates() -> ListResourceTemplatesResult {
    let template = |path: &str, name: &str, description: &str| {
        ResourceTemplate::new(format!("{DOCS}{path}"), name).with_description(description).with_mime_type(MARKDOWN)
    };
    ListResourceTemplatesResult::with_all_items(vec![
        template("guides/{name}", "guide", "A guide, such as lifecycle or webhooks"),
        template("api/{+operation}", "operation", "An operation of the API, such as conversations/messages/create"),
        template("errors/{code}", "error", "An error code with cause and cure, such as 50416"),
    ])
}

/// A page.
pub(crate) fn read(visit: &Visit, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let library = visit.server.library().ok_or_else(no_documentation)?;
    let text = uri.strip_prefix(DOCS).and_then(|address| library.markdown(address, &visit.base));
    let text = text.ok_or_else(|| ErrorData::resource_not_found(format!("there is no page {uri}"), None))?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(MARKDOWN)]))
}

fn no_documentation() -> ErrorData {
    ErrorData::internal_error("the documentation cannot be read", None)
}
