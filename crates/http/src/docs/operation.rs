//! The page of an operation.

use dwell_docs::{ErrorCode, Field, Language, Operation, Parameter, Place, Shape, errors, example, groups, variables};
use maud::{Markup, html};

use super::layout::{Page, Site, render};
use super::{code, text};

pub(super) fn page(site: &Site<'_>, one: &Operation) -> Markup {
    let group = groups::find(&one.tag);
    let main = html! {
        article.operation data-method=(one.method) {
            div.head {
                p.crumb {
                    a href=(site.link("api")) { "API" }
                    @if let Some(group) = group {
                        " / " a href=(site.link(&format!("api#{}", dwell_docs::anchor(group.title)))) { (group.title) }
                    }
                }
                h1 { (one.title) }
                ul.paths aria-label="Paths" {
                    @for path in &one.paths { li { (method(&one.method)) " " code { (segments(path)) } } }
                }
                @if one.description != format!("{}.", one.title) { (text::prose(&one.description)) }
            }
            div.side { (examples(site, one)) (answer_example(site, one)) }
            div.body {
                (parameters(one))
                section #try aria-labelledby="try-title" hidden { h2 #try-title { "Try it" } }
                (answer(one))
                (refusals(site, one))
            }
        }
    };
    render(site, &Page { title: &one.title, address: Some(&one.address()), tag: &one.tag, main, query: "" })
}

/// A method as a mark.
pub(super) fn method(name: &str) -> Markup {
    html! { span class={ "method " (name.to_lowercase()) } { (name) } }
}

/// A path that may break before its slashes.
pub(super) fn segments(path: &str) -> Markup {
    html! { @for segment in path.split('/').skip(1) { wbr; "/" (segment) } }
}

fn shape(shape: &Shape) -> Markup {
    html! { span.type { (shape.text()) } }
}

fn values(values: &[String]) -> Markup {
    html! {
        @if !values.is_empty() {
            p.values { "One of " @for (place, value) in values.iter().enumerate() { @if place > 0 { ", " } code { (value) } } }
        }
    }
}

fn parameters(one: &Operation) -> Markup {
    let sets = [
        (Place::Path, "In the path"),
        (Place::Query, "In the query"),
        (Place::Form, "In the form"),
        (Place::Header, "Headers"),
    ];
    html! {
        section aria-labelledby="parameters" {
            h2 #parameters { "Parameters" }
            @if one.parameters.is_empty() { p { "None." } }
            @for (place, title) in sets {
                @let inside: Vec<_> = one.parameters.iter().filter(|parameter| parameter.place == place).collect();
                @if !inside.is_empty() {
                    h3 { (title) }
                    ul.fields { @for parameter in inside { (parameter_row(one, parameter)) } }
                }
            }
        }
    }
}

fn parameter_row(one: &Operation, parameter: &Parameter) -> Markup {
    let name = &parameter.name;
    let example = one.request.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    let words = (!parameter.shape.values.is_empty()).then(|| parameter.shape.values.join(","));
    html! {
        li data-name=(name) data-in=(parameter.place.as_str()) data-kind=(parameter.shape.kind)
            data-required[parameter.is_required] data-example=[example] data-values=[words] {
            code.name { (name) } " " (shape(&parameter.shape))
            @if parameter.is_required { " " span.must { "required" } }
            @if let Some(default) = &parameter.default { " " span.default { "default: " (text::line(default)) } }
            p { (text::line(&parameter.description)) }
            (values(&parameter.shape.values))
        }
    }
}

fn examples(site: &Site<'_>, one: &Operation) -> Markup {
    html! {
        section.examples aria-labelledby="examples" {
            h2 #examples { "Request" }
            @for language in Language::ALL {
                div.example data-title=(language.title()) {
                    h3 { (language.title()) }
                    (code::block(language.name(), &example(one, language, site.base)))
                }
            }
            details.needs {
                summary { "What the examples need" }
                p {
                    "They run as they stand with these in the environment. The account’s two are printed by "
                    code { "dwell serve --dev" } " and " code { "dwell account create" } "."
                }
                ul {
                    @for (segment, name) in variables(one) {
                        li {
                            code { (name) }
                            @if let Some(source) = site.library.source_of(one, &segment, &name) {
                                ": from " a href=(site.link(&source.address())) { (source.title) }
                            } @else if name == "API_KEY_SID" { ": from " code { "dwell key create" } }
                        }
                    }
                }
                (code::block("sh", &exports(one)))
            }
        }
    }
}

/// The lines that set what the examples read.
fn exports(one: &Operation) -> String {
    let mut lines = "export TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=…".to_owned();
    for (_, name) in variables(one) {
        lines.push_str(&format!("\nexport {name}=…"));
    }
    lines
}

fn answer_example(site: &Site<'_>, one: &Operation) -> Markup {
    html! {
        @if let Some(example) = &one.answer.example {
            section aria-labelledby="body" {
                h2 #body { "Answer " span.status { (one.answer.status) } }
                (code::block("json", &example.json(site.base)))
            }
        }
    }
}

fn answer(one: &Operation) -> Markup {
    html! {
        section aria-labelledby="answer" {
            h2 #answer { "Answer" }
            @for (status, description) in &one.answer.statuses {
                p { span.status.success { (status) } " " (text::line(description)) }
            }
            @if !one.answer.fields.is_empty() {
                ul.fields { @for field in &one.answer.fields { (field_row(field)) } }
            }
        }
    }
}

fn field_row(field: &Field) -> Markup {
    let (around, name) = field.name.rsplit_once('.').unwrap_or(("", &field.name));
    html! {
        li {
            code.name { @if !around.is_empty() { span.around { (around) "." } } (name) } " " (shape(&field.shape))
            p { (text::line(&field.description)) }
            (values(&field.shape.values))
        }
    }
}

/// Errors of this operation with cause and cure; those of every one are named only.
fn refusals(site: &Site<'_>, one: &Operation) -> Markup {
    let all = one.codes.iter().filter_map(|code| errors::find(*code));
    let (common, own): (Vec<&ErrorCode>, Vec<_>) = all.partition(|error| error.is_common());
    html! {
        section aria-labelledby="refusals" {
            h2 #refusals { "Errors" }
            @for error in own {
                details.error {
                    summary { code { (error.code) } " " span.status { (error.status) } " " (error.title) }
                    p { (text::line(error.cause)) }
                    p.cure { (text::line(error.cure)) " " a href=(site.link(&error.address())) { "All about " (error.code) } }
                }
            }
            p.common {
                "As every operation of its kind: "
                @for (place, error) in common.iter().enumerate() {
                    @if place > 0 { ", " }
                    a href=(site.link(&error.address())) title=(error.title) { (error.code) }
                }
                "."
            }
        }
    }
}
