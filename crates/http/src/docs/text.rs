//! Markdown as HTML. What is HTML in it already, such as comments for our tests, is left out.

use dwell_docs::anchor;
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Parser, Tag, TagEnd};

use super::code;

/// A text and the headings of its parts: their anchors and titles.
pub(super) struct Rendered {
    pub(super) body: Markup,
    pub(super) parts: Vec<(String, String)>,
}

/// A whole page.
pub(super) fn page(markdown: &str) -> Rendered {
    let mut events = Vec::new();
    let mut parts = Vec::new();
    let mut heading: Option<String> = None;
    let mut block: Option<(String, String)> = None;
    for event in Parser::new_ext(markdown, dwell_docs::OPTIONS) {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => {}
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(name) => name.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, text)) = block.take() {
                    events.push(raw(code::block(&language, text.trim_end())));
                }
            }
            Event::Text(text) => match (&mut block, &mut heading) {
                (Some((_, code)), _) => code.push_str(&text),
                (None, title) => {
                    if let Some(title) = title {
                        title.push_str(&text);
                    }
                    events.push(Event::Text(text));
                }
            },
            Event::Code(text) => {
                if let Some(title) = &mut heading {
                    title.push_str(&text);
                }
                events.push(Event::Code(text));
            }
            Event::Start(Tag::Heading { .. }) => {
                heading = Some(String::new());
                events.push(event);
            }
            Event::End(TagEnd::Heading(level)) => {
                let title = heading.take().unwrap_or_default();
                let id = anchor(&title);
                name_heading(&mut events, &id);
                if level as usize == 2 {
                    parts.push((id, title));
                }
                events.push(event);
            }
            // A wide table scrolls by itself, with the keyboard too.
            Event::Start(Tag::Table(_)) => {
                events.push(raw(PreEscaped(
                    "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">".to_owned(),
                )));
                events.push(event);
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(raw(PreEscaped("</div>".to_owned())));
            }
            other => events.push(other),
        }
    }
    let mut body = String::new();
    pulldown_cmark::html::push_html(&mut body, events.into_iter());
    Rendered { body: PreEscaped(body), parts }
}

fn raw(markup: Markup) -> Event<'static> {
    Event::Html(CowStr::from(markup.into_string()))
}

/// Gives the heading that was begun last its anchor.
fn name_heading(events: &mut [Event<'_>], name: &str) {
    for event in events.iter_mut().rev() {
        if let Event::Start(Tag::Heading { id, .. }) = event {
            *id = Some(CowStr::from(name.to_owned()));
            return;
        }
    }
}

/// A description: paragraphs of plain sentences with code in them.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n") {
            p { (line(paragraph)) }
        }
    }
}

/// A sentence with code between backticks.
pub(super) fn line(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
