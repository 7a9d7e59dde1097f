//! `/console/session` and `/console/password`: people sign in, stay signed in for a time, and sign out.

use axum::body::Body;
use axum::http::{Request, header};
use dwell_core::{AccountSid, PersonRole};
use dwell_testkit::{Answer, HttpOptions, PASSWORD, SignedIn, TestApp};

use crate::support::text;

const SESSION: &str = "/console/session";
const HOUR: i64 = 3_600;

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.send("POST", SESSION, &[("Email", email), ("Password", password)], None).await
}

async fn is_signed_in(person: &SignedIn) -> bool {
    let answer = person.get("/v1/Conversations").await;
    assert!(matches!(answer.status, 200 | 401), "{}", answer.text);
    answer.status == 200
}

#[tokio::test]
async fn whoever_signs_in_learns_who_and_where_it_is() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let shown = ada.fetched(SESSION).await;
    assert_eq!(shown["person"]["sid"], ada.sid());
    assert_eq!(shown["person"]["role"], "agent");
    assert_eq!(shown["account"]["sid"], app.account.sid);
    assert_eq!(shown["account"]["is_test"], false);
    assert!(text(&shown["account"], "default_service_sid").starts_with("IS"));
    let permissions = serde_json::json!({
        "can_inactivate": true, "can_end": true, "can_end_others": false, "can_bulk": false,
    });
    assert_eq!(shown["permissions"], permissions);
    assert_eq!(shown["csrf_token"], ada.csrf.as_str());
    assert!(!shown.to_string().contains("argon2"));
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let cookie = |answer: &Answer| answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    let answer = sign_in(&app, ada.email(), PASSWORD).await;
    let (name_and_value, rest) = cookie(&answer).split_once(';').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(rest, " Path=/; HttpOnly; SameSite=Strict");
    let token = name_and_value.strip_prefix("dwell_session=").unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!answer.text.contains(token), "the page itself never sees it");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");

    let options = HttpOptions { public_base_url: Some("https://chat.example.com".to_owned()), ..Default::default() };
    let app = app.with_options(options);
    let answer = sign_in(&app, ada.email(), PASSWORD).await;
    assert!(cookie(&answer).ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
}

#[tokio::test]
async fn the_store_does_not_know_what_the_browser_shows() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let token = ada.cookie.strip_prefix("dwell_session=").unwrap().as_bytes();
    let path = app.database_path().unwrap();
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for secret in [token, ada.csrf.as_bytes(), PASSWORD.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
        }
    }
}

#[tokio::test]
async fn nobody_learns_why_a_sign_in_is_refused() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let bob = app.person(PersonRole::Agent).await;
    app.made(&format!("/dwell/v1/People/{}", bob.sid()), &[("Disabled", "true")]).await;
    let eve = app.made("/dwell/v1/People", &[("Email", "eve@example.com"), ("Role", "agent")]).await;
    assert_eq!(eve["has_password"], false);
    let mut answers = Vec::new();
    for (email, password) in [
        (ada.email(), "wrong horse battery"),
        (ada.email(), ""),
        (bob.email(), PASSWORD),
        ("eve@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("not an address", PASSWORD),
    ] {
        let answer = sign_in(&app, email, password).await;
        assert_eq!(answer.refusal(), (401, 20003), "{email}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn an_address_is_signed_in_with_in_any_spelling() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let spelt = format!(" {} ", ada.email().to_uppercase());
    assert_eq!(sign_in(&app, &spelt, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn whoever_is_signed_out_is_told_how_to_sign_in_and_sees_no_window_of_the_browser() {
    let app = TestApp::new().await;
    let answer = app.send("GET", SESSION, &[], None).await;
    assert_eq!((answer.status, &answer.body["code"], &answer.body["status"]), (401, &20003.into(), &401.into()));
    assert_eq!(answer.body["sign_in"], serde_json::json!({"password": true, "openid_connect": null}));
    assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));

    let get = |name: &'static str, value: &'static str| {
        Request::builder().uri("/v1/Conversations").header(name, value).body(Body::empty()).unwrap()
    };
    for (name, value, asks) in [
        ("x-other", "1", true),
        ("sec-fetch-mode", "navigate", true),
        ("sec-fetch-mode", "cors", false),
        ("x-dwell-csrf", "x", false),
        ("cookie", "dwell_session=over", false),
    ] {
        let answer = app.send_raw(get(name, value)).await;
        assert_eq!(answer.refusal(), (401, 20003));
        assert_eq!(answer.headers.contains_key(header::WWW_AUTHENTICATE), asks, "{name}: {value}");
    }
}

#[tokio::test]
async fn credentials_count_more_than_a_cookie() {
    let app = TestApp::new().await;
    let viewer = app.person(PersonRole::Viewer).await;
    let post = |authorization: String| {
        Request::builder()
            .method("POST")
            .uri("/v1/Conversations")
            .header(header::AUTHORIZATION, authorization)
            .header(header::COOKIE, &viewer.cookie)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(app.send_raw(post(app.account.authorization())).await.status, 201);
    assert_eq!(app.send_raw(post("Basic nonsense".to_owned())).await.status, 401);
}

#[tokio::test]
async fn a_sign_in_ends_after_a_shift_without_a_request() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person(PersonRole::Agent).await, app.person(PersonRole::Agent).await);
    for _ in 0..3 {
        app.clock.advance(8 * HOUR);
        assert!(is_signed_in(&ada).await, "each request counts");
    }
    assert!(!is_signed_in(&bob).await);
    app.clock.advance(12 * HOUR - 60);
    assert!(is_signed_in(&ada).await);
    app.clock.advance(12 * HOUR);
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn a_sign_in_ends_after_a_week_whatever_happens() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    for _ in 0..7 * 24 / 8 - 1 {
        app.clock.advance(8 * HOUR);
        assert!(is_signed_in(&ada).await);
    }
    app.clock.advance(8 * HOUR);
    assert!(!is_signed_in(&ada).await);
}

#[tokio::test]
async fn sign_ins_that_are_over_leave_the_store() {
    let app = TestApp::new().await;
    app.person(PersonRole::Agent).await;
    app.clock.advance(12 * HOUR + 1);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("DELETE FROM sign_ins").await, 0);
}

#[tokio::test]
async fn signing_out_ends_this_sign_in_alone() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let elsewhere = app.signed_in(ada.email()).await;
    let answer = ada.delete(SESSION).await;
    assert_eq!(answer.status, 204);
    assert!(answer.headers[header::SET_COOKIE].to_str().unwrap().starts_with("dwell_session=; Path=/; Max-Age=0"));
    assert!(!is_signed_in(&ada).await);
    assert!(is_signed_in(&elsewhere).await);
    let forged = elsewhere.with_csrf("");
    assert_eq!(forged.delete(SESSION).await.refusal(), (403, 20403));
    assert!(is_signed_in(&elsewhere).await);
}

#[tokio::test]
async fn of_many_sign_ins_of_one_person_the_oldest_end() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    for _ in 0..20 {
        app.clock.advance(60);
        app.signed_in(ada.email()).await;
    }
    assert!(!is_signed_in(&ada).await);
    assert_eq!(app.sql("DELETE FROM sign_ins").await, 20);
}

#[tokio::test]
async fn what_changes_about_a_person_signs_it_out() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let path = format!("/dwell/v1/People/{}", ada.sid());
    for (name, value, stays) in [
        ("FriendlyName", "Ada of parcels", true),
        ("Role", "agent", true),
        ("Role", "viewer", false),
        ("Password", PASSWORD, false),
        ("Disabled", "true", false),
    ] {
        let person = app.signed_in(ada.email()).await;
        app.made(&path, &[(name, value)]).await;
        assert_eq!(is_signed_in(&person).await, stays, "{name}");
        app.clock.advance(60);
    }
    app.made(&path, &[("Disabled", "false")]).await;
    let person = app.signed_in(ada.email()).await;
    assert_eq!(app.delete(&path).await.status, 204);
    assert!(!is_signed_in(&person).await);
}

#[tokio::test]
async fn a_disabled_account_lets_nobody_in() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Admin).await;
    let account = AccountSid::parse(&app.account.sid).unwrap();
    app.engine.set_account_disabled(account, true).await.unwrap();
    assert!(!is_signed_in(&ada).await);
    assert_eq!(sign_in(&app, ada.email(), PASSWORD).await.refusal(), (401, 20003));
}

#[tokio::test]
async fn people_change_their_own_password_and_stay_signed_in_here_alone() {
    const NEW: &str = "another horse battery";
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Viewer).await;
    let elsewhere = app.signed_in(ada.email()).await;
    let change =
        async |current: &str, new: &str| ada.post("/console/password", &[("Current", current), ("New", new)]).await;
    assert_eq!(change("wrong horse battery", NEW).await.refusal(), (400, 20001));
    assert_eq!(change(PASSWORD, "short").await.refusal(), (400, 20001));
    assert_eq!(change(PASSWORD, NEW).await.status, 204);
    assert!(is_signed_in(&ada).await);
    assert!(!is_signed_in(&elsewhere).await);
    assert_eq!(sign_in(&app, ada.email(), PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, ada.email(), NEW).await.status, 200);
}

#[tokio::test]
async fn attempts_are_limited_for_each_address() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person(PersonRole::Agent).await, app.person(PersonRole::Agent).await);
    app.clock.advance(300);
    for _ in 0..10 {
        assert_eq!(sign_in(&app, ada.email(), "wrong horse battery").await.status, 401);
    }
    let answer = sign_in(&app, ada.email(), PASSWORD).await;
    assert_eq!(answer.refusal(), (429, 20429));
    assert_eq!(answer.headers[header::RETRY_AFTER], "30");
    assert_eq!(sign_in(&app, &ada.email().to_uppercase(), PASSWORD).await.status, 429);
    assert_eq!(sign_in(&app, bob.email(), PASSWORD).await.status, 200);
    app.clock.advance(30);
    for _ in 0..12 {
        assert_eq!(sign_in(&app, ada.email(), PASSWORD).await.status, 200, "who knows the password is not limited");
    }
    assert_eq!(sign_in(&app, ada.email(), "wrong horse battery").await.status, 401);
    assert_eq!(sign_in(&app, ada.email(), PASSWORD).await.status, 429);
}

#[tokio::test]
async fn guesses_of_who_is_signed_in_already_are_limited_as_well() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let change =
        async |current: &str, new: &str| ada.post("/console/password", &[("Current", current), ("New", new)]).await;
    for _ in 0..12 {
        assert_eq!(change(PASSWORD, "short").await.refusal(), (400, 20001), "no guess");
    }
    for _ in 0..10 {
        assert_eq!(change("wrong horse battery", "another horse battery").await.refusal(), (400, 20001));
    }
    assert_eq!(change(PASSWORD, "another horse battery").await.refusal(), (429, 20429));
    assert_eq!(sign_in(&app, ada.email(), PASSWORD).await.status, 429);
    app.clock.advance(30);
    assert_eq!(change(PASSWORD, "another horse battery").await.status, 204);
}

#[tokio::test]
async fn other_sites_cannot_sign_anybody_in() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        let form = format!("Email={}&Password={}", ada.email(), PASSWORD.replace(' ', "+"));
        let request = Request::builder()
            .method("POST")
            .uri(SESSION)
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(app.send_raw(request.body(Body::from(form)).unwrap()).await.status, status, "{site}");
    }
}

#[tokio::test]
async fn somebody_who_is_signed_in_stays_so_over_a_restart() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Agent).await;
    let cookie = ada.cookie.clone();
    drop(ada);
    let app = app.restart().await;
    let request = Request::builder().uri(SESSION).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    assert_eq!(app.send_raw(request).await.status, 200);
}
