//! Markdown as plain text: the same words without the marks.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What the documentation uses of Markdown beyond its core.
pub const OPTIONS: Options = Options::ENABLE_TABLES;

/// The text of a page. Links are followed by their target, headings are underlined.
pub fn text(markdown: &str) -> String {
    let mut out = String::new();
    let mut indents: Vec<String> = Vec::new();
    let mut targets = Vec::new();
    let mut heading = None;
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                gap(&mut out);
                heading = Some(out.len());
            }
            Event::End(TagEnd::Heading(level)) => {
                let len = heading.take().and_then(|from| out.get(from..)).map_or(0, |title| title.chars().count());
                let mark = if level as usize == 1 { "=" } else { "-" };
                out.push_str(&format!("\n{}\n", mark.repeat(len)));
            }
            Event::Start(Tag::Paragraph) if indents.is_empty() => gap(&mut out),
            Event::Start(Tag::CodeBlock(_)) => {
                gap(&mut out);
                indents.push("    ".to_owned());
                out.push_str("    ");
            }
            Event::Start(Tag::List(_)) if indents.is_empty() => gap(&mut out),
            Event::Start(Tag::Item) => {
                line(&mut out);
                out.push_str(&"  ".repeat(indents.len()));
                out.push_str("- ");
                indents.push("  ".repeat(indents.len() + 1));
            }
            Event::End(TagEnd::Item | TagEnd::CodeBlock) => {
                indents.pop();
                line(&mut out);
            }
            Event::Start(Tag::Table(_)) => gap(&mut out),
            Event::End(TagEnd::TableRow | TagEnd::TableHead | TagEnd::Paragraph) => line(&mut out),
            Event::End(TagEnd::TableCell) => out.push_str("  "),
            Event::Start(Tag::Link { dest_url, .. }) => targets.push(dest_url.into_string()),
            Event::End(TagEnd::Link) => {
                if let Some(target) = targets.pop().filter(|target| !target.starts_with('#')) {
                    out.push_str(&format!(" <{target}>"));
                }
            }
            Event::Text(text) => out.push_str(&text.replace('\n', &format!("\n{}", indents.concat()))),
            Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak => {
                out.push('\n');
                out.push_str(&indents.concat());
            }
            _ => {}
        }
    }
    let lines = out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    lines.trim_start().to_owned() + "\n"
}

/// Ends the line.
fn line(out: &mut String) {
    if !out.trim_end_matches(' ').ends_with('\n') {
        out.push('\n');
    }
}

/// Leaves a line empty.
fn gap(out: &mut String) {
    line(out);
    if !out.trim_end_matches(' ').ends_with("\n\n") {
        out.push('\n');
    }
}

/// The anchor of a heading, as GitHub makes it: guides link to each other with those.
pub fn anchor(title: &str) -> String {
    let kept = title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// The parts of a page: the title of each, its anchor and its text. The first is what is before any heading
/// but the page's own.
pub(crate) fn sections(markdown: &str) -> Vec<(String, String, String)> {
    let mut parts = vec![(String::new(), String::new(), String::new())];
    let mut inside_fence = false;
    for line in markdown.lines() {
        inside_fence ^= line.starts_with("```");
        let title = line.strip_prefix("## ").or_else(|| line.strip_prefix("### "));
        match title.filter(|_| !inside_fence) {
            Some(title) => parts.push((title.replace('`', ""), anchor(title), String::new())),
            None => {
                if let Some((.., body)) = parts.last_mut() {
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_gone_and_words_stay() {
        let page = "# Title\n\nOne *two* [three](https://a.example) `four`.\n\n- a\n- b\n\n```sh\nx <y>\nz\n```\n\n| h | i |\n|---|---|\n| 1 | 2 |\n";
        let told = text(page);
        for part in
            ["Title\n=====\n", "One two three <https://a.example> four.", "- a\n- b\n", "    x <y>\n    z\n", "1  2"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn anchors_are_those_of_the_guides() {
        assert_eq!(anchor("Order, at least once"), "order-at-least-once");
        assert_eq!(anchor("`dwell key`"), "dwell-key");
    }

    #[test]
    fn a_page_has_parts() {
        let parts = sections("# T\nintro\n## A b\none\n```\n## no\n```\n### C\ntwo\n");
        let names: Vec<_> = parts.iter().map(|(title, anchor, _)| (title.as_str(), anchor.as_str())).collect();
        assert_eq!(names, [("", ""), ("A b", "a-b"), ("C", "c")]);
    }
}
