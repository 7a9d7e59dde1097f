//! Every operation as every role, over the real router.

use dwell_core::PersonRole;
use dwell_testkit::{Answer, SignedIn, TestApp};
use serde_json::Value;

const FORBIDDEN: &str = "Your role may not do this";
/// Answers with a stream, which has no end.
const LIVE: &str = "/dwell/v1/Live";

/// An operation of the OpenAPI document, with a path that names nothing that is there.
struct Operation {
    method: String,
    path: String,
    least: PersonRole,
    is_bulk: bool,
}

/// The path of the short tree without the names of its variables.
fn short(template: &str) -> String {
    let nameless = template.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    let path = nameless.collect::<Vec<_>>().join("/");
    path.strip_prefix("/v1/Services/{}/").map_or(path.clone(), |below| format!("/v1/{below}"))
}

/// Puts SIDs of nothing in the place of variables.
fn filled(template: &str) -> String {
    let filled = template.split('/').map(|segment| match segment {
        "{ChatServiceSid}" => "IS00000000000000000000000000000000",
        "{ConversationSid}" => "CH00000000000000000000000000000000",
        variable if variable.starts_with('{') => "nothing",
        fixed => fixed,
    });
    filled.collect::<Vec<_>>().join("/")
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&dwell_http::openapi_json()).unwrap();
    let mut all = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "delete"].iter().filter(|method| item[**method].is_object()) {
            let (method, path) = (method.to_uppercase(), short(template));
            let row = dwell_http::permits().find(|(known, at, ..)| *known == method && *at == path);
            let (.., least, is_bulk) = row.unwrap_or_else(|| panic!("{method} {template} is not in the table"));
            all.push(Operation { method, path: filled(template), least, is_bulk });
        }
    }
    assert!(all.len() > 100);
    all
}

/// Whether the role was what an answer was refused for.
fn is_forbidden(answer: &Answer) -> bool {
    let is_forbidden = answer.body["message"] == FORBIDDEN;
    if is_forbidden {
        assert_eq!(answer.refusal(), (403, 20403));
    }
    is_forbidden
}

async fn wrong_for(person: &SignedIn, role: PersonRole, may_bulk: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for Operation { method, path, least, is_bulk } in operations() {
        let is_allowed = role >= least && (!is_bulk || may_bulk);
        if path == LIVE {
            let status = person.status(&method, &path).await;
            assert_eq!(status == 403, !is_allowed, "{path} as {role:?}: {status}");
            continue;
        }
        let answer = person.send(&method, &path, &[]).await;
        if is_forbidden(&answer) == is_allowed || answer.status == 401 || answer.status >= 500 {
            wrong.push(format!("{method} {path} as {role:?}: {} {}", answer.status, answer.text));
        }
    }
    wrong
}

#[tokio::test]
async fn every_endpoint_in_every_role_is_forbidden_exactly_where_the_table_says_so() {
    let app = TestApp::new().await;
    let mut wrong = Vec::new();
    for role in PersonRole::ALL {
        let person = app.person(role).await;
        wrong.extend(wrong_for(&person, role, role >= PersonRole::Supervisor).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not for everybody, as the guide has it.
fn table() -> String {
    let mut lines = vec!["| Operation | Least role |".to_owned(), "|---|---|".to_owned()];
    for (method, path, least, is_bulk) in dwell_http::permits() {
        if (method, least) != ("GET", PersonRole::Viewer) {
            let switch = if is_bulk { " with `CanBulk`" } else { "" };
            lines.push(format!("| {method} `{path}` | {}{switch} |", least.as_str()));
        }
    }
    lines.join("\n")
}

#[test]
fn the_guide_has_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/people.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let (_, rest) = guide.split_once("<!-- permits -->\n").unwrap();
    let (shown, _) = rest.split_once("\n<!-- /permits -->").unwrap();
    assert!(shown == table(), "put this into docs/people.md between the marks:\n{}", table());
}

#[tokio::test]
async fn a_switch_opens_and_shuts_the_acts_on_many_conversations() {
    let app = TestApp::new().await;
    app.made("/dwell/v1/RolePermissions/agent", &[("CanBulk", "true")]).await;
    app.made("/dwell/v1/RolePermissions/supervisor", &[("CanBulk", "false")]).await;
    let mut wrong = Vec::new();
    for (role, may_bulk) in [(PersonRole::Agent, true), (PersonRole::Supervisor, false)] {
        let person = app.person(role).await;
        wrong.extend(wrong_for(&person, role, may_bulk).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_write_goes_through_without_the_token_of_a_page_of_ours() {
    let app = TestApp::new().await;
    let admin = app.person(PersonRole::Admin).await;
    let forged = ["".to_owned(), "x".repeat(43)].map(|csrf| admin.with_csrf(&csrf));
    for Operation { method, path, .. } in operations().into_iter().filter(|operation| operation.method != "GET") {
        for person in &forged {
            let answer = person.send(&method, &path, &[]).await;
            assert_eq!(answer.refusal(), (403, 20403), "{method} {path}");
            assert_eq!(answer.body["message"], "X-Dwell-CSRF is missing, or not that of your session");
        }
    }
}
