//! `/console/openid`: out to a provider of identities and back. What is believed of one is tested in `dwell-delivery`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use dwell_core::{PersonRole, Timestamp};
use dwell_engine::openid::{Asking, Attempt, OpenIdError, Provider};
use dwell_testkit::{Answer, HttpOptions, TestApp};

const START: &str = "/console/openid/start";
const CALLBACK: &str = "/console/openid/callback";

/// Says that everybody is `email`, if they bring the code.
#[derive(Debug)]
struct Scripted {
    email: String,
}

impl Provider for Scripted {
    fn name(&self) -> &str {
        "Example Login"
    }

    fn address<'a>(&'a self, attempt: &'a Attempt, redirect_uri: &'a str, _: Timestamp) -> Asking<'a, String> {
        Box::pin(async move { Ok(format!("https://login.example.com/?state={}&to={redirect_uri}", attempt.state)) })
    }

    fn email<'a>(&'a self, _: &'a Attempt, code: &'a str, redirect_uri: &'a str, _: Timestamp) -> Asking<'a, String> {
        assert_eq!(redirect_uri, format!("http://dwell.test{CALLBACK}"));
        Box::pin(async move {
            let refused = || OpenIdError::Refused("another code".to_owned());
            (code == "the code").then(|| self.email.clone()).ok_or_else(refused)
        })
    }
}

fn with(app: TestApp, email: &str) -> TestApp {
    let openid: Arc<dyn Provider> = Arc::new(Scripted { email: email.to_owned() });
    app.with_options(HttpOptions { openid: Some(openid), ..HttpOptions::default() })
}

async fn get(app: &TestApp, path: &str, cookie: &str) -> Answer {
    let request = Request::builder().uri(path).header(header::HOST, "dwell.test").header(header::COOKIE, cookie);
    app.send_raw(request.body(Body::empty()).unwrap()).await
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// Goes out: the cookie and the state.
async fn go_out(app: &TestApp) -> (String, String) {
    let answer = get(app, START, "").await;
    assert_eq!(answer.status, 302);
    let location = answer.headers[header::LOCATION].to_str().unwrap();
    let (state, to) = location.strip_prefix("https://login.example.com/?state=").unwrap().split_once("&to=").unwrap();
    assert_eq!(to, format!("http://dwell.test{CALLBACK}"));
    let [cookie] = &cookies(&answer)[..] else { panic!("one cookie") };
    let (cookie, rest) = cookie.split_once(';').unwrap();
    assert_eq!(rest, " Path=/console/openid; Max-Age=600; HttpOnly; SameSite=Lax");
    (cookie.to_owned(), state.to_owned())
}

#[tokio::test]
async fn whom_the_provider_knows_is_signed_in() {
    let app = TestApp::new().await;
    let ada = app.made("/dwell/v1/People", &[("Email", "ada@example.com"), ("Role", "agent")]).await;
    let app = with(app, "Ada@Example.com");
    let (cookie, state) = go_out(&app).await;
    let answer = get(&app, &format!("{CALLBACK}?code=the+code&state={state}"), &cookie).await;
    assert_eq!(answer.status, 200, "a page of ours, which may bring the cookie along: {}", answer.text);
    assert!(answer.text.contains("url=/console"));
    let set = cookies(&answer);
    let session = set.iter().find(|cookie| cookie.starts_with("dwell_session=")).unwrap();
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Strict"));
    assert!(set.iter().any(|cookie| cookie.starts_with("dwell_openid=;") && cookie.contains("Max-Age=0")));
    let shown = get(&app, "/console/session", session.split(';').next().unwrap()).await;
    assert_eq!(shown.body["person"]["sid"], ada["sid"]);
    let log = app.fetched("/dwell/v1/AuditLog").await;
    assert_eq!(log["audit_log"][0]["act"], "GET /console/openid/callback");
    assert_eq!(log["audit_log"][0]["status"], 200);
}

#[tokio::test]
async fn nobody_else_is_let_in_and_nobody_is_made() {
    let app = TestApp::new().await;
    let eve = app.person(PersonRole::Agent).await;
    app.made(&format!("/dwell/v1/People/{}", eve.sid()), &[("Disabled", "true")]).await;
    let app = with(app, "nobody@example.com");
    let (cookie, state) = go_out(&app).await;
    let (other_cookie, other_state) = go_out(&app).await;
    for (case, query, cookie) in [
        ("unknown here", format!("code=the+code&state={state}"), &cookie),
        ("another code", format!("code=other&state={state}"), &cookie),
        ("no code", format!("state={state}&error=access_denied"), &cookie),
        ("another attempt", format!("code=the+code&state={other_state}"), &cookie),
        ("another browser", format!("code=the+code&state={state}"), &other_cookie),
        ("no cookie", format!("code=the+code&state={state}"), &String::new()),
        ("a broken cookie", format!("code=the+code&state={state}"), &format!("{cookie}x")),
        ("nothing", String::new(), &cookie),
    ] {
        let answer = get(&app, &format!("{CALLBACK}?{query}"), cookie).await;
        assert_eq!(answer.status, 403, "{case}");
        assert!(!cookies(&answer).iter().any(|cookie| cookie.starts_with("dwell_session")), "{case}");
    }
    assert_eq!(app.fetched("/dwell/v1/People").await["people"].as_array().unwrap().len(), 1);
    let app = with(app, eve.email());
    let (cookie, state) = go_out(&app).await;
    let answer = get(&app, &format!("{CALLBACK}?code=the+code&state={state}"), &cookie).await;
    assert_eq!(answer.status, 403, "disabled");
}

#[tokio::test]
async fn the_page_is_told_of_the_provider_if_there_is_one() {
    let app = TestApp::new().await;
    for path in [START, CALLBACK] {
        assert_eq!(app.send("GET", path, &[], None).await.refusal(), (404, 20404));
    }
    let app = with(app, "ada@example.com");
    let shown = app.send("GET", "/console/session", &[], None).await;
    let expected = serde_json::json!({"name": "Example Login", "url": format!("http://dwell.test{START}")});
    assert_eq!(shown.body["sign_in"]["openid_connect"], expected);
}
