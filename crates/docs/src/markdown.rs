//! Pages as Markdown, for those who read them without a browser.

use std::fmt::Write as _;

use crate::errors::ErrorCode;
use crate::examples::EXAMPLE_URL;
use crate::languages::{self, Language};
use crate::operation::Operation;
use crate::{Library, errors, groups, guides, settings};

/// The page of an operation.
pub(crate) fn operation(library: &Library, operation: &Operation, base: &str) -> String {
    let mut text = format!("# {}\n\n{}\n\n", operation.title, operation.description);
    for path in &operation.paths {
        let _ = writeln!(text, "    {} {base}{path}", operation.method);
    }
    if !operation.parameters.is_empty() {
        text.push_str(
            "\n## Parameters\n\n| name | in | type | required | default | meaning |\n|---|---|---|---|---|---|\n",
        );
        for one in &operation.parameters {
            let values = match one.shape.values.is_empty() {
                true => String::new(),
                false => format!(" One of: {}.", one.shape.values.join(", ")),
            };
            let cells = [
                format!("`{}`", one.name),
                one.place.as_str().to_owned(),
                one.shape.text(),
                if one.is_required { "yes" } else { "" }.to_owned(),
                one.default.clone().unwrap_or_default(),
                format!("{}{values}", one.description),
            ];
            let _ = writeln!(text, "{}", row(&cells));
        }
    }
    text.push_str("\n## Examples\n\n");
    let _ = writeln!(text, "{}", needs(library, operation, base));
    for language in Language::ALL {
        let mark = match language {
            Language::Curl | Language::Cli => "sh",
            Language::Python => "python",
            Language::Node => "js",
        };
        let example = languages::example(operation, language, base);
        let _ = writeln!(text, "\n{}:\n\n```{mark}\n{example}\n```", language.title());
    }
    text.push_str("\n## Answer\n\n");
    for (status, description) in &operation.answer.statuses {
        let _ = writeln!(text, "- {status}: {description}");
    }
    if let Some(example) = &operation.answer.example {
        let _ = writeln!(text, "\n```json\n{}\n```\n\n| field | type | meaning |\n|---|---|---|", example.json(base));
        for field in &operation.answer.fields {
            let cells = [format!("`{}`", field.name), field.shape.text(), field.description.clone()];
            let _ = writeln!(text, "{}", row(&cells));
        }
    }
    text.push_str("\n## Errors\n\n");
    for error in operation.codes.iter().filter_map(|code| errors::find(*code)) {
        let address = url(base, &error.address());
        let _ = writeln!(
            text,
            "- [{}]({address}) ({}): {}. {} {}",
            error.code, error.status, error.title, error.cause, error.cure
        );
    }
    text
}

/// What the examples of an operation need in the environment, in a sentence or two.
pub(crate) fn needs(library: &Library, operation: &Operation, base: &str) -> String {
    let mut text = "They read `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN` from the environment".to_owned();
    for (segment, name) in languages::variables(operation) {
        let _ = write!(text, ", and `{name}`");
        if let Some(source) = library.source_of(operation, &segment, &name) {
            let _ = write!(text, " ([{}]({}))", source.title, url(base, &source.address()));
        }
    }
    text + "."
}

fn row(cells: &[String]) -> String {
    let cells = cells.iter().map(|cell| cell.replace('|', "\\|").replace("\n\n", " "));
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// The address of a page in full.
fn url(base: &str, address: &str) -> String {
    match address {
        "" => format!("{base}/docs"),
        address => format!("{base}/docs/{address}"),
    }
}

/// The page of an error.
pub(crate) fn error(library: &Library, error: &ErrorCode, base: &str) -> String {
    let mut text = format!(
        "# Error {}: {}\n\nHTTP status {}.\n\n## Cause\n\n{}\n\n## Cure\n\n{}\n\n## Where\n\n",
        error.code, error.title, error.status, error.cause, error.cure
    );
    let answered: Vec<_> = library.operations().iter().filter(|one| error.is_answered_by(one)).collect();
    match answered.len() {
        0 => text.push_str("For requests that are no operation of the API.\n"),
        many if many == library.operations().len() => text.push_str("Every operation can answer with it.\n"),
        _ => answered.iter().for_each(|one| _ = writeln!(text, "- [{}]({})", one.title, url(base, &one.address()))),
    }
    text
}

/// The index of errors.
pub(crate) fn error_index(base: &str) -> String {
    let mut text = "# Errors\n\nEvery code that the API answers with.\n\n".to_owned();
    for error in errors::ALL {
        let _ =
            writeln!(text, "- [{}]({}) ({}): {}", error.code, url(base, &error.address()), error.status, error.title);
    }
    text
}

/// The index of operations.
pub(crate) fn operation_index(library: &Library, base: &str) -> String {
    let mut text = "# API reference\n\nEvery operation, by resource.\n".to_owned();
    for group in groups::ALL {
        let _ = writeln!(text, "\n## {}\n\n{}\n", group.title, group.summary);
        for one in library.operations().iter().filter(|one| one.tag == group.tag) {
            let _ = writeln!(text, "- [{}]({}): `{} {}`", one.title, url(base, &one.address()), one.method, one.path());
        }
    }
    text
}

/// The reference of settings.
pub(crate) fn settings() -> String {
    let mut text = "# Settings\n\nEach has one name in three spellings: a flag counts more than the environment, that \
                    more than the file, and the file more than the default.\n"
        .to_owned();
    for setting in settings::all() {
        let value = if setting.has_default { "Default" } else { "No default; for example" };
        let _ = writeln!(
            text,
            "\n## {}\n\n{}\n\n{value}: `{}`. Flag: `{}`. Environment: `{}`.",
            setting.name,
            setting.description,
            setting.value,
            setting.flag(),
            setting.variable()
        );
    }
    text
}

/// The start page.
pub(crate) fn start(library: &Library, base: &str) -> String {
    let mut text = format!(
        "# Dwell {}\n\nA self-hosted conversation server that speaks the Twilio Conversations (classic) v1 API. \
         This server is {base}.\n\n## Guides\n\n",
        library.version()
    );
    for guide in guides::ALL {
        let _ = writeln!(text, "- [{}]({}): {}", guide.title(), url(base, &guide.address()), guide.summary);
    }
    text.push_str("\n## Reference\n\n");
    for (address, title, about) in [
        ("api", "API reference", "every operation"),
        ("errors", "Errors", "every code, with cause and cure"),
        ("settings", "Settings", "every setting of the server"),
    ] {
        let _ = writeln!(text, "- [{title}]({}): {about}", url(base, address));
    }
    let _ = writeln!(
        text,
        "- [OpenAPI]({base}/openapi.json): the description for programs, also as [YAML]({base}/openapi.yaml)"
    );
    text
}

/// `/llms.txt`: what there is, for programs that read texts.
pub(crate) fn llms(library: &Library, base: &str) -> String {
    let mut text = format!(
        "# Dwell\n\n> A self-hosted conversation server that speaks the Twilio Conversations (classic) v1 API, at {base}. \
         Every page has a twin in Markdown (`.md` after its address) and plain text (`.txt`).\n\n## Guides\n\n"
    );
    for guide in guides::ALL {
        let _ = writeln!(text, "- [{}]({}.md): {}", guide.title(), url(base, &guide.address()), guide.summary);
    }
    for group in groups::ALL {
        let _ = writeln!(text, "\n## {}\n", group.title);
        for one in library.operations().iter().filter(|one| one.tag == group.tag) {
            let _ =
                writeln!(text, "- [{}]({}.md): {} {}", one.title, url(base, &one.address()), one.method, one.path());
        }
    }
    let _ = writeln!(
        text,
        "\n## Reference\n\n- [API reference]({0}/docs/api.md): every operation\n- [Errors]({0}/docs/errors.md): every code, with cause and cure\n- [Settings]({0}/docs/settings.md): \
         every setting of the server\n- [OpenAPI]({0}/openapi.json): the description for programs",
        base
    );
    text
}

/// A guide, with its links leading to pages of this server, or to nothing when there is none.
pub(crate) fn guide(guide: &guides::Guide, base: &str) -> String {
    let mut source = guide.markdown();
    // Links may begin with a path alone; programs need the whole address of the server.
    if base.contains("://") {
        source = source.replace(EXAMPLE_URL, base);
    }
    let mut text = String::new();
    let mut rest = source.as_str();
    while let Some((before, after)) = rest.split_once("](") {
        let Some((target, behind)) = after.split_once(')') else { break };
        let Some(open) = before.rfind('[') else {
            text.push_str(before);
            text.push_str("](");
            rest = after;
            continue;
        };
        match guides::link(target) {
            Some(link) if link == target => _ = write!(text, "{before}]({target})"),
            Some(address) => _ = write!(text, "{before}]({})", url(base, &address)),
            None => _ = write!(text, "{}{}", &before[..open], &before[open + 1..]),
        }
        rest = behind;
    }
    text + rest
}
