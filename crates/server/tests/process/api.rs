//! The API, as a client sees it.

use dwell_core::Timestamp;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// An answer: its status and its body.
pub(crate) type Answer = (u16, Value);

/// A client with credentials.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) password: String,
    webhooks: bool,
}

impl Api {
    pub(crate) fn new(url: &str, user: &str, password: &str) -> Self {
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Api { client, url: url.to_owned(), user: user.to_owned(), password: password.to_owned(), webhooks: false }
    }

    /// The same client at another server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Api { url: url.to_owned(), ..self.clone() }
    }

    /// The same client, which has webhooks hear of what it does.
    pub(crate) fn with_webhooks(&self) -> Self {
        Api { webhooks: true, ..self.clone() }
    }

    /// Sends a request; an error is a connection that broke.
    pub(crate) async fn try_post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<Answer> {
        self.send(self.client.post(format!("{}{path}", self.url)).form(form)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url))).await.unwrap()
    }

    /// What is at `path`, which must be there.
    pub(crate) async fn fetch(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Everything in a list, page by page; `path` may have a query.
    pub(crate) async fn all(&self, path: &str, key: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = format!("{path}{}PageSize=100", if path.contains('?') { '&' } else { '?' });
        loop {
            let page = self.fetch(&next).await;
            items.extend(page[key].as_array().unwrap().iter().cloned());
            match page["meta"]["next_page_url"].as_str() {
                Some(url) => next = url.strip_prefix(&self.url).unwrap().to_owned(),
                None => return items,
            }
        }
    }

    /// Posts what must be accepted.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let (status, body) = self.try_post(path, form).await.unwrap();
        assert!((200..300).contains(&status), "{path} {form:?}: {status} {body}");
        body
    }

    /// Sends a write of which webhooks are to hear.
    pub(crate) async fn try_post_told(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self.client.post(format!("{}{path}", self.url)).form(form);
        self.send(request.header("X-Twilio-Webhook-Enabled", "true")).await
    }

    async fn send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.header("x-twilio-webhook-enabled", self.webhooks.to_string());
        let response = request.basic_auth(&self.user, Some(&self.password)).send().await?;
        let status = response.status().as_u16();
        let body = response.bytes().await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

/// A text of an answer.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// An instant of an answer.
pub(crate) fn instant(value: &Value, name: &str) -> Timestamp {
    let written = text(value, name);
    Timestamp::parse(written).unwrap_or_else(|| panic!("{name} in {value}"))
}

/// A page without credentials.
pub(crate) async fn page(url: &str) -> String {
    let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    client.get(url).send().await.unwrap().text().await.unwrap()
}
