//! The pages beside those of operations: start, guides, indexes, errors, settings, search.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_docs::{EXAMPLE_URL, ErrorCode, Guide, Hit, errors, groups, guides, settings};
use maud::{Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::layout::{Page, Site, render};
use super::operation::{self, method, segments};
use super::{code, text};

/// The guide to the MCP server.
const MCP: &str = "mcp";

/// The page at an address.
pub(super) fn page(site: &Site<'_>, address: &str) -> Option<Markup> {
    let (kind, rest) = address.split_once('/').unwrap_or((address, ""));
    match (kind, rest) {
        ("", "") => Some(start(site)),
        ("api", "") if address == kind => Some(index(site)),
        ("api", slug) => {
            site.library.operations().iter().find(|one| one.slug == slug).map(|one| operation::page(site, one))
        }
        ("errors", "") if address == kind => Some(error_index(site)),
        ("errors", code) => errors::find(code.parse().ok()?).map(|error| error_page(site, error)),
        ("settings", "") if address == kind => Some(setting_page(site)),
        ("guides", name) => guides::ALL.iter().find(|guide| guide.name == name).map(|guide| guide_page(site, guide)),
        _ => None,
    }
}

fn plain(site: &Site<'_>, title: &str, address: Option<&str>, main: Markup) -> Markup {
    render(site, &Page { title, address, tag: "", main, query: "" })
}

fn start(site: &Site<'_>) -> Markup {
    let first = format!(
        "curl -fsS -X POST \"{}/v1/Conversations\" \\\n  -u \"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\" \\\n  \
         --data-urlencode 'FriendlyName=Parcel 4711' \\\n  --data-urlencode 'Timers.Inactive=PT5M'",
        site.base
    );
    let main = html! {
        article.start {
            h1 { "Dwell" }
            p.lead {
                "A conversation server that you run yourself. It speaks the Twilio Conversations (classic) v1 API, and makes "
                "the life of a conversation something you can see and test. This documentation is that of the server at "
                code { (site.base) } ", version " (site.library.version()) "."
            }
            section aria-labelledby="first" {
                h2 #first { "A first conversation" }
                p { "With the account that " code { "dwell serve --dev" } " printed:" }
                (code::block("sh", &first))
                p { a href=(site.link("guides/quick-start")) { "Five minutes" } " show the rest: participants, messages, timers, and a clock that you turn." }
            }
            h2 #guides { "Guides" }
            ul.cards {
                @for guide in guides::ALL { li { a href=(site.link(&guide.address())) { (guide.title()) } p { (guide.summary) } } }
            }
            h2 #reference { "Reference" }
            ul.cards {
                @for (address, title, about) in [
                    ("api", "All operations", "Parameters, examples, answers and errors of each"),
                    ("errors", "Errors", "Every code, with cause and cure"),
                    ("settings", "Settings", "Every setting of the server"),
                ] { li { a href=(site.link(address)) { (title) } p { (about) } } }
            }
            h2 #resources { "Resources" }
            ul.cards.small {
                @for group in groups::ALL {
                    li { a href=(site.link(&format!("api#{}", dwell_docs::anchor(group.title)))) { (group.title) } p { (group.summary) } }
                }
            }
        }
    };
    plain(site, "Dwell", Some(""), main)
}

fn index(site: &Site<'_>) -> Markup {
    let main = html! {
        article {
            h1 { "All operations" }
            p.lead { "By resource. Every path begins with " code { (site.base) } "; those below a service exist for each service too." }
            @for group in groups::ALL {
                section aria-labelledby=(dwell_docs::anchor(group.title)) {
                    h2 id=(dwell_docs::anchor(group.title)) { (group.title) }
                    p { (group.summary) }
                    ul.operations {
                        @for one in site.library.operations().iter().filter(|one| one.tag == group.tag) {
                            li { a href=(site.link(&one.address())) { (one.title) } span.where { (method(&one.method)) " " code { (segments(one.path())) } } }
                        }
                    }
                }
            }
        }
    };
    plain(site, "All operations", Some("api"), main)
}

fn guide_page(site: &Site<'_>, guide: &Guide) -> Markup {
    let address = guide.address();
    // Links of the page lead to where the reader is.
    let markdown = site.library.markdown(&address, site.root).unwrap_or_default();
    let rendered = text::page(&markdown.replace(EXAMPLE_URL, site.base));
    let (lead, rest) = rendered.body.0.split_at(rendered.body.0.find("<h2").unwrap_or_default());
    let main = html! {
        article.guide {
            @if rendered.parts.len() > 2 {
                nav.parts aria-label="On this page" {
                    h2 { "On this page" }
                    ul { @for (anchor, title) in &rendered.parts { li { a href={ "#" (anchor) } { (title) } } } }
                }
            }
            div.prose {
                (PreEscaped(lead))
                @if guide.name == MCP { (install(site)) }
                (PreEscaped(rest))
            }
        }
    };
    plain(site, &guide.title(), Some(&address), main)
}

/// Links that tools take the address of the MCP server from.
fn install(site: &Site<'_>) -> Markup {
    let url = format!("{}/mcp", site.base);
    let for_code = json!({"name": "dwell", "type": "http", "url": url}).to_string();
    let for_cursor = STANDARD.encode(json!({"url": url}).to_string());
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let links = [
        ("VS Code", format!("vscode:mcp/install?{}", encoded(&for_code))),
        (
            "Cursor",
            format!("cursor://anysphere.cursor-deeplink/mcp/install?name=dwell&config={}", encoded(&for_cursor)),
        ),
    ];
    html! {
        p { "Add the documentation of this server to "
            @for (n, (tool, link)) in links.iter().enumerate() { @if n > 0 { " or " } a href=(link) { (tool) } }
            " with one click, or copy what your tool needs from below."
        }
    }
}

fn error_index(site: &Site<'_>) -> Markup {
    let main = html! {
        article {
            h1 { "Errors" }
            p.lead { "Every code that the API answers with. A refusal changes nothing." }
            ul.errors {
                @for error in errors::ALL {
                    li { a href=(site.link(&error.address())) { (error.code) } " " span.status { (error.status) } " " (error.title) }
                }
            }
        }
    };
    plain(site, "Errors", Some("errors"), main)
}

fn error_page(site: &Site<'_>, error: &ErrorCode) -> Markup {
    let title = format!("{} {}", error.code, error.title);
    let answered: Vec<_> = site.library.operations().iter().filter(|one| error.is_answered_by(one)).collect();
    let body = format!(
        "{{\n  \"code\": {0},\n  \"message\": \"{1}\",\n  \"more_info\": \"{2}/docs/errors/{0}\",\n  \"status\": {3}\n}}",
        error.code, error.title, site.base, error.status
    );
    let main = html! {
        article.error-page {
            p.crumb { a href=(site.link("errors")) { "Errors" } }
            h1 { span.number { (error.code) } " " (error.title) }
            p { "HTTP status " span.status { (error.status) } "." }
            h2 { "Cause" }
            p { (text::line(error.cause)) }
            h2 { "Cure" }
            p { (text::line(error.cure)) }
            h2 { "What is answered" }
            p { "Programs read " code { "code" } "; the message may say more." }
            (code::block("json", &body))
            h2 { "Where" }
            @if answered.is_empty() {
                p { "Not as the answer of an operation." }
            } @else if answered.len() == site.library.operations().len() {
                p { "Every operation can answer with it." }
            } @else {
                ul.operations {
                    @for one in answered {
                        li { a href=(site.link(&one.address())) { (one.title) } span.where { (method(&one.method)) " " code { (segments(one.path())) } } }
                    }
                }
            }
        }
    };
    plain(site, &title, Some(&error.address()), main)
}

fn setting_page(site: &Site<'_>) -> Markup {
    let main = html! {
        article {
            h1 { "Settings" }
            p.lead {
                "Each has one name in three spellings. A flag counts more than the environment, that more than the file, and "
                "the file more than the default. " a href=(site.link("guides/configuration")) { "Configuration" } " tells the rest."
            }
            ul.fields.settings {
                @for setting in settings::all() {
                    li id=(setting.name) {
                        code.name { (setting.name) } " "
                        span.default { @if setting.has_default { "default: " } @else { "for example: " } code { (setting.value) } }
                        p { (text::line(&setting.description)) }
                        p.values { code { (setting.flag()) } " · " code { (setting.variable()) } }
                    }
                }
            }
        }
    };
    plain(site, "Settings", Some("settings"), main)
}

/// What a search found.
pub(super) fn search(site: &Site<'_>, query: &str, hits: &[Hit]) -> Markup {
    let main = html! {
        article {
            h1 { "Search" }
            @if query.trim().is_empty() {
                p { "Give a word: the name of an operation, a parameter, a setting or the number of an error." }
            } @else {
                p role="status" {
                    @match hits.len() { 0 => "Nothing has all of these words", 1 => "One place has", many => { (many) " places have" } }
                    ": " b { (query) }
                }
            }
            ol.hits {
                @for hit in hits {
                    li { a href=(site.link(&hit.address)) { (hit.title) } " " span.kind { (hit.kind.as_str()) } p { (hit.excerpt) } }
                }
            }
        }
    };
    render(site, &Page { title: "Search", address: None, tag: "", main, query })
}

/// There is no such page.
pub(super) fn unknown(site: &Site<'_>) -> Markup {
    let main = html! {
        article {
            h1 { "No such page" }
            p { "Search above, or begin at the " a href=(site.link("")) { "first page" } "." }
        }
    };
    plain(site, "No such page", None, main)
}
