//! People at the test server: signed in, each with a cookie.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use dwell_core::{AccountSid, PersonRole};
use dwell_engine::people;
use serde_json::Value;
use tower::ServiceExt;

use crate::app::{Answer, TestApp, form_body, send};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in to the first account.
#[derive(Clone)]
pub struct SignedIn {
    /// The person, as the API shows it. Its identity is that of its role, with a number from the second on: `agent`,
    /// `agent-2` …
    pub person: Value,
    /// The `Cookie` header.
    pub cookie: String,
    /// The `X-Dwell-CSRF` header of every write.
    pub csrf: String,
    router: Router,
}

impl TestApp {
    /// Makes a person in the first account and signs it in.
    pub async fn person(&self, role: PersonRole) -> SignedIn {
        let account = AccountSid::parse(&self.account.sid).expect("an account SID");
        let people = self.engine.list_people(account, dwell_engine::PageRequest { size: 1_000, after: None }).await;
        let others = people.expect("people are listed").items;
        let number = others.iter().filter(|person| person.role == role).count() + 1;
        let identity = if number == 1 { role.as_str().to_owned() } else { format!("{}-{number}", role.as_str()) };
        let request = people::Request {
            email: Some(format!("{identity}@{account}.example")),
            identity: Some(identity.clone()),
            friendly_name: Some(identity),
            role: Some(role.as_str().to_owned()),
            password: Some(PASSWORD.to_owned()),
            disabled: None,
        };
        let person = self.engine.create_person(account, request).await.expect("a person");
        self.signed_in(&person.email).await
    }

    /// Signs in whoever has the e-mail address and [`PASSWORD`].
    pub async fn signed_in(&self, email: &str) -> SignedIn {
        let answer = self.send("POST", "/console/session", &[("Email", email), ("Password", PASSWORD)], None).await;
        assert_eq!(answer.status, 200, "{email} cannot sign in: {}", answer.text);
        let cookie = answer.headers[header::SET_COOKIE].to_str().expect("a cookie of ASCII");
        SignedIn {
            person: answer.body["person"].clone(),
            cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
            csrf: answer.body["csrf_token"].as_str().expect("a token").to_owned(),
            router: self.router(),
        }
    }
}

impl SignedIn {
    /// Sends a request as this person.
    pub async fn send(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        send(&self.router, self.request(method, path, form)).await
    }

    fn request(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "dwell.test")
            .header(header::COOKIE, &self.cookie)
            .header("X-Dwell-CSRF", &self.csrf);
        if method == "POST" {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Body::from(form_body(form))).expect("a request")
    }

    /// The status alone of an answer to a request without a form: for streams, which have no end.
    pub async fn status(&self, method: &str, path: &str) -> u16 {
        let response = self.router.clone().oneshot(self.request(method, path, &[])).await;
        response.expect("the router always answers").status().as_u16()
    }

    /// Gets as this person.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[]).await
    }

    /// Posts a form as this person.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send("POST", path, form).await
    }

    /// Deletes as this person.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[]).await
    }

    /// Posts a form that must succeed, and returns the body.
    pub async fn made(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.post(path, form).await;
        assert!((200..300).contains(&answer.status), "POST {path} {form:?}: {} {}", answer.status, answer.text);
        answer.body
    }

    /// Fetches what must be there, and returns the body.
    pub async fn fetched(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
        answer.body
    }

    /// The same with another `X-Dwell-CSRF` header.
    #[must_use]
    pub fn with_csrf(&self, csrf: &str) -> Self {
        SignedIn { csrf: csrf.to_owned(), ..self.clone() }
    }

    /// The SID of the person.
    pub fn sid(&self) -> &str {
        self.text("sid")
    }

    /// Under which it writes.
    pub fn identity(&self) -> &str {
        self.text("identity")
    }

    /// What it signs in with, beside [`PASSWORD`].
    pub fn email(&self) -> &str {
        self.text("email")
    }

    fn text(&self, name: &str) -> &str {
        self.person[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.person))
    }
}
