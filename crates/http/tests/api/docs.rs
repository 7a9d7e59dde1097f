//! The portal at /docs: whole without scripts, small, complete, and true of this server.

use std::collections::{BTreeMap, BTreeSet};

use dwell_docs::{Library, errors};
use dwell_http::{ErrorDocs, Options};
use dwell_testkit::TestApp;
use serde_json::Value;

use crate::support::{CONVERSATIONS, raw, text};

/// Largest page before images, in bytes.
const PAGE_BYTES_MAX: usize = 50_000;

fn library() -> Library {
    Library::new(&dwell_http::openapi_json(), "0.0.0").unwrap()
}

/// The values of an attribute in a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    page.split(mark.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn everything_is_described() {
    let gaps = library().gaps();
    assert!(gaps.is_empty(), "describe these:\n{}", gaps.join("\n"));
}

#[test]
fn every_row_of_the_table_of_errors_has_a_cause_and_a_cure() {
    // Rows are written `code, status`, behind a parenthesis.
    let source = include_str!("../../src/errors.rs");
    let mut found = BTreeSet::new();
    for row in source.split('(').skip(1) {
        let Some((code, rest)) = row.split_once(", ") else { continue };
        let Ok(code) = code.parse::<u32>() else { continue };
        let status = match rest.split([',', ' ']).next().unwrap_or_default() {
            "BAD" | "StatusCode::BAD_REQUEST" => 400,
            "UNAUTHORIZED" | "StatusCode::UNAUTHORIZED" => 401,
            "StatusCode::FORBIDDEN" => 403,
            "StatusCode::NOT_FOUND" => 404,
            "StatusCode::METHOD_NOT_ALLOWED" => 405,
            "StatusCode::REQUEST_TIMEOUT" => 408,
            "CONFLICT" | "StatusCode::CONFLICT" => 409,
            "StatusCode::PAYLOAD_TOO_LARGE" => 413,
            "StatusCode::TOO_MANY_REQUESTS" => 429,
            "StatusCode::INTERNAL_SERVER_ERROR" => 500,
            "StatusCode::SERVICE_UNAVAILABLE" => 503,
            other => panic!("{code}: say here what {other} is"),
        };
        let documented =
            errors::find(code).unwrap_or_else(|| panic!("{code} is not in dwell-docs/src/errors/table.rs"));
        assert_eq!(documented.status, status, "{code}");
        found.insert(code);
    }
    assert!(found.len() > 100, "{found:?}");
    // 50427 stands in histories only.
    let idle: Vec<_> = errors::ALL.iter().map(|error| error.code).filter(|code| !found.contains(code)).collect();
    assert_eq!(idle, [50427], "codes that nothing answers with");
}

#[tokio::test]
async fn every_page_is_small_and_whole_and_its_links_lead_somewhere() {
    let app = TestApp::new().await;
    let mut pages = BTreeMap::new();
    for page in library().pages() {
        let path = format!("/docs/{}", page.address).trim_end_matches('/').to_owned();
        let answer = raw(&app, "GET", &path, &[], "").await;
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
        assert!(answer.text.len() < PAGE_BYTES_MAX, "{path} has {} bytes", answer.text.len());
        for part in ["<main id=\"main\"", "<nav id=\"nav\"", "Skip to content", "<h1", "lang=\"en\""] {
            assert!(answer.text.contains(part), "{path} lacks {part}");
        }
        assert_eq!(answer.text.matches("<h1").count(), 1, "{path}");
        for forbidden in ["<script>", " style=\"", " onclick=", "src=\"http", "href=\"javascript"] {
            assert!(!answer.text.contains(forbidden), "{path} has {forbidden}");
        }
        for (end, kind) in [("md", "text/markdown; charset=utf-8"), ("txt", "text/plain; charset=utf-8")] {
            let twin = raw(&app, "GET", &format!("{path}.{end}"), &[], "").await;
            assert_eq!((twin.status, twin.headers["content-type"].to_str().unwrap()), (200, kind), "{path}.{end}");
            assert!(twin.text.len() > 40, "{path}.{end}");
        }
        pages.insert(path, answer.text);
    }
    assert!(pages.len() > 180, "{}", pages.len());
    let mut wrong = BTreeSet::new();
    let mut others = BTreeSet::new();
    for (path, page) in &pages {
        for link in attributes(page, "href") {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { path } else { target };
            match pages.get(target) {
                Some(found) if anchor.is_empty() || attributes(found, "id").contains(&anchor) => {}
                Some(_) => _ = wrong.insert(format!("{path}: {link}")),
                None if target.starts_with('/') => _ = others.insert(target.to_owned()),
                // The last two open programs: see docs/mcp.md.
                None => {
                    let is_known = ["https://", "vscode:", "cursor:"].iter().any(|scheme| target.starts_with(scheme));
                    assert!(is_known, "{path}: {link}");
                }
            }
        }
    }
    for target in others {
        if raw(&app, "GET", &target, &[], "").await.status != 200 {
            wrong.insert(target);
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere: {wrong:#?}");
}

#[tokio::test]
async fn pages_may_load_only_what_is_ours() {
    let app = TestApp::new().await;
    let page = raw(&app, "GET", "/docs", &[], "").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let tag = page.headers["etag"].to_str().unwrap().to_owned();
    let again = raw(&app, "GET", "/docs", &[("if-none-match", &tag)], "").await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let script = attributes(&page.text, "src").into_iter().find(|src| src.contains("docs.js")).unwrap().to_owned();
    let script = raw(&app, "GET", &script, &[], "").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(raw(&app, "GET", "/docs/assets/none.js", &[], "").await.status, 404);
    let unknown = raw(&app, "GET", "/docs/none", &[], "").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.text.contains("No such page"));
}

#[tokio::test]
async fn examples_and_twins_speak_to_the_server_that_was_asked() {
    let app = TestApp::new().await;
    for path in ["/docs/api/conversations/create", "/docs/api/conversations/create.md", "/docs/errors/50353.md"] {
        let page = raw(&app, "GET", path, &[("host", "chat.example:99")], "").await;
        assert!(page.text.contains("http://chat.example:99/"), "{path}");
        assert!(!page.text.contains("localhost"), "{path}");
    }
    let below = Options { public_base_url: Some("https://example.com/chat".to_owned()), ..Options::default() };
    let app = app.with_options(below);
    let page = raw(&app, "GET", "/docs/api/conversations/create", &[], "").await.text;
    assert!(
        page.contains("https://example.com/chat/v1/Conversations") && page.contains("href=\"/chat/docs/errors/50353\"")
    );
}

#[tokio::test]
async fn search_works_without_scripts_and_takes_any_text() {
    let app = TestApp::new().await;
    let page = raw(&app, "GET", "/docs/search?q=unique+name", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("href=\"/docs/errors/50353\""));
    let hits = raw(&app, "GET", "/docs/search.json?q=add+message", &[], "").await.body;
    assert_eq!(text(&hits[0], "address"), "api/conversations/messages/create");
    let long = "x".repeat(5_000);
    for query in ["", "q=", "q=%00%FF", "q=%3Cscript%3Ealert(1)%3C/script%3E", &format!("q={long}")] {
        let page = raw(&app, "GET", &format!("/docs/search?{query}"), &[], "").await;
        assert_eq!(page.status, 200, "{query}");
        assert!(!page.text.contains("<script>") && page.text.len() < PAGE_BYTES_MAX, "{query}");
    }
}

#[tokio::test]
async fn programs_find_their_way() {
    let app = TestApp::new().await;
    let index = raw(&app, "GET", "/llms.txt", &[], "").await.text;
    assert!(index.starts_with("# Dwell\n\n> ") && index.contains("/docs/api/conversations/create.md"), "{index}");
    let yaml = raw(&app, "GET", "/openapi.yaml", &[], "").await;
    assert_eq!(yaml.headers["content-type"], "application/yaml; charset=utf-8");
    assert!(yaml.text.contains("\"/v1/Conversations\":\n"));
}

#[tokio::test]
async fn errors_lead_to_where_the_setting_says() {
    for (error_docs, told) in [
        (ErrorDocs::Twilio, "https://www.twilio.com/docs/errors/50384"),
        (ErrorDocs::Own, "https://chat.example/docs/errors/50384"),
        (ErrorDocs::At("https://example.com/e/".to_owned()), "https://example.com/e/50384"),
    ] {
        let options =
            Options { error_docs, public_base_url: Some("https://chat.example".to_owned()), ..Options::default() };
        let app = TestApp::new().await.with_options(options);
        let refused = app.post(CONVERSATIONS, &[("State", "closed")]).await;
        assert_eq!(text(&refused.body, "more_info"), told);
    }
}

#[test]
fn example_bodies_are_as_the_schemas_have_them() {
    let document: Value = serde_json::from_str(&dwell_http::openapi_json()).unwrap();
    for operation in library().operations() {
        let method = operation.method.to_lowercase();
        let response = &document["paths"][operation.path()][method]["responses"][operation.answer.status.to_string()];
        let schema = &response["content"]["application/json"]["schema"];
        match &operation.answer.example {
            None => assert!(schema.is_null(), "{}", operation.slug),
            Some(example) => {
                let body: Value = serde_json::from_str(&example.json("https://a.example")).unwrap();
                crate::openapi::check(&document, schema, "", &body, &operation.slug);
                check_forms(&document, schema, &body, &operation.slug);
            }
        }
    }
}

/// Checks what texts and numbers must look like, all the way down.
fn check_forms(document: &Value, schema: &Value, value: &Value, told: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = &document["components"]["schemas"][reference.rsplit('/').next().unwrap()];
        return check_forms(document, target, value, told);
    }
    if let Some(choice) =
        schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|one| one["type"] != "null"))
    {
        if !value.is_null() {
            check_forms(document, choice, value, told);
        }
        return;
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{told}: {value} is none of {values:?}");
    }
    if let (Some(minimum), Some(number)) = (schema["minimum"].as_i64(), value.as_i64()) {
        assert!(number >= minimum, "{told}: {value}");
    }
    if let Some(text) = value.as_str() {
        match schema["format"].as_str() {
            Some("uri") => assert!(text.starts_with("https://"), "{told}: {text}"),
            Some("date-time") => assert!(text.ends_with('Z') && text.len() == 20, "{told}: {text}"),
            _ => {}
        }
        if let Some(prefix) =
            schema["pattern"].as_str().and_then(|pattern| pattern.strip_prefix('^')?.strip_suffix("[0-9a-fA-F]{32}$"))
        {
            assert!(
                text.len() == 34 && (text.starts_with(prefix) || prefix.len() != 2),
                "{told}: {text} is not {prefix}…"
            );
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check_forms(document, &schema["items"], item, told);
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        check_forms(document, &schema["properties"][name], member, told);
    }
}

#[tokio::test]
async fn guides_speak_of_the_server_that_shows_them() {
    let app = TestApp::new().await;
    for path in ["/docs/guides/mcp", "/docs/guides/mcp.md", "/docs/guides/channels"] {
        let page = raw(&app, "GET", path, &[], "").await.text;
        assert!(page.contains("http://localhost") && !page.contains("localhost:8080"), "{path}");
    }
    let page = raw(&app, "GET", "/docs/guides/mcp", &[], "").await.text;
    let (lead, _) = page.split_once("<h2 id").unwrap();
    assert!(lead.contains("vscode:mcp/install"), "links that install come first");
}
