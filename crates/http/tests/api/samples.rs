//! The sample requests of the contract, restated in `fixtures/sample_requests.json`, each against an
//! account that has what it needs: the status is right and every object has exactly its shape.

mod furniture;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use dwell_testkit::{Answer, TestApp};
use serde_json::Value;

use self::furniture::Furniture;
use crate::support::FORM_TYPE;
use crate::{fixtures, shapes};

/// More than any list allows on a page.
const PAGE_SIZE_BEYOND: &str = "1000";

#[tokio::test]
async fn every_sample_request_is_answered_in_shape() {
    let mut app = TestApp::new().await;
    let shapes = fixtures::resource_shapes();
    let contract = fixtures::contract();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for sample in fixtures::sample_requests() {
        app.account = app.new_account().await;
        let found = match Furniture::make(&app, &sample).await {
            Ok(furniture) => replay(&app, &sample, &furniture, &contract, &shapes, &mut seen).await,
            Err(problem) => vec![problem],
        };
        let told = format!("{} {}", fixtures::text(&sample, "method"), fixtures::text(&sample, "path"));
        problems.extend(found.into_iter().map(|problem| format!("{told}: {problem}")));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    let unseen: Vec<_> = fixtures::members(&shapes).filter(|(name, _)| !seen.contains(*name)).collect();
    assert!(unseen.is_empty() && seen.len() == 30, "shapes that nothing was compared with: {unseen:?}");
}

/// Sends a sample request and says what is wrong with the answer.
async fn replay(
    app: &TestApp,
    sample: &Value,
    furniture: &Furniture,
    contract: &Value,
    shapes: &Value,
    seen: &mut BTreeSet<String>,
) -> Vec<String> {
    let path = furniture.path(fixtures::text(sample, "path"));
    let answer = send(app, sample, &path, None).await;
    let mut problems = Vec::new();
    if sample["status"] != answer.status {
        return vec![format!("{} {}", answer.status, answer.text)];
    }
    if let Some(name) = sample["shape"].as_str() {
        seen.insert(name.to_owned());
        problems.extend(shapes::problems(&shapes[name], &answer.body, ""));
        problems.extend(misplaced(&answer, &path));
    } else if let Some(name) = sample["list"].as_str() {
        seen.extend(["list".to_owned(), name.to_owned()]);
        let key = answer.body["meta"]["key"].as_str().unwrap_or_default();
        let mut shape = shapes["list"].clone();
        shape[key] = Value::Array(vec![shapes[name].clone()]);
        problems.extend(shapes::problems(&shape, &answer.body, ""));
        let operation = operation(contract, sample);
        if fixtures::items(&answer.body[key]).next().is_none() || operation["answers"]["200"]["list"] != key {
            problems.push(format!("no items in {key:?}: {}", answer.text));
        }
        let large = send(app, sample, &path, Some(("PageSize", PAGE_SIZE_BEYOND))).await;
        if large.body["meta"]["page_size"] != operation["query"]["PageSize"]["max"] {
            problems.push(format!("with PageSize={PAGE_SIZE_BEYOND}: {}", large.text));
        }
    } else if !answer.text.is_empty() {
        problems.push(format!("has a body: {}", answer.text));
    }
    problems
}

/// Whether a resource says that it is where it was asked for, in the tree of the request.
fn misplaced(answer: &Answer, path: &str) -> Option<String> {
    let place = if answer.status == 201 {
        // Created at once with its participants, a conversation is among the others.
        let list = path.replace("/ConversationWithParticipants", "/Conversations");
        format!("{list}/{}", answer.body["sid"].as_str().unwrap_or_default())
    } else {
        path.to_owned()
    };
    let wanted = format!("http://dwell.test{place}");
    (answer.body["url"] != wanted).then(|| format!("is at {}, not {wanted}", answer.body["url"]))
}

async fn send(app: &TestApp, sample: &Value, path: &str, more: Option<(&str, &str)>) -> Answer {
    let query = encoded(&sample["query"], more);
    let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut request = Request::builder().method(fixtures::text(sample, "method")).uri(uri);
    for (name, value) in fixtures::members(&sample["headers"]) {
        request = request.header(name, value.as_str().unwrap());
    }
    request = request.header("host", "dwell.test").header("authorization", app.account.authorization());
    request = request.header("content-type", FORM_TYPE);
    app.send_raw(request.body(Body::from(encoded(&sample["form"], None))).unwrap()).await
}

fn encoded(parameters: &Value, more: Option<(&str, &str)>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fixtures::members(parameters) {
        for value in value.as_str().into_iter().chain(fixtures::items(value).filter_map(Value::as_str)) {
            form.append_pair(name, value);
        }
    }
    form.extend_pairs(more).finish()
}

fn operation<'a>(contract: &'a Value, sample: &Value) -> &'a Value {
    let mut operations = fixtures::items(&contract["operations"]);
    operations.find(|operation| operation["operation"] == sample["operation"]).unwrap()
}

/// The samples are requests that the contract knows, one for each of its operations.
#[test]
fn the_samples_are_of_the_contract() {
    let contract = fixtures::contract();
    let samples = fixtures::sample_requests();
    let names: BTreeSet<_> = samples.iter().map(|sample| fixtures::text(sample, "operation")).collect();
    assert_eq!((samples.len(), names.len()), (103, 103));
    for sample in &samples {
        let operation = operation(&contract, sample);
        for name in ["method", "path"] {
            assert_eq!(sample[name], operation[name], "{sample}");
        }
        for kind in ["query", "headers", "form"] {
            for (name, _) in fixtures::members(&sample[kind]) {
                assert!(operation[kind].get(name).is_some(), "{name} is no parameter: {sample}");
            }
        }
        for (name, parameter) in fixtures::members(&operation["form"]) {
            assert!(parameter["required"] != true || sample["form"].get(name).is_some(), "no {name}: {sample}");
        }
        assert!(operation["answers"].get(sample["status"].to_string()).is_some(), "{sample}");
    }
}
