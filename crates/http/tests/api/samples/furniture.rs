//! What a sample request needs, made through the API, or in the store where the API has no way.

use std::collections::BTreeMap;

use dwell_core::PushType;
use dwell_core::receipt::Status;
use dwell_testkit::TestApp;
use serde_json::Value;

use crate::fixtures;
use crate::support::bind;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIBCgKCAQEA\n-----END CERTIFICATE-----";
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIBCgKCAQEA\n-----END PRIVATE KEY-----";

/// What was made, by what it is.
pub(super) struct Furniture {
    /// Where paths begin: the short tree, or that of the service that was made.
    tree: String,
    sids: BTreeMap<String, String>,
    /// What `{Sid}` stands for.
    last: String,
}

impl Furniture {
    /// Makes what a sample needs, in its order.
    pub(super) async fn make(app: &TestApp, sample: &Value) -> Result<Self, String> {
        let mut made = Furniture { tree: "/v1".to_owned(), sids: BTreeMap::new(), last: String::new() };
        for need in fixtures::items(&sample["needs"]).filter_map(Value::as_str) {
            made.last = made.one(app, need).await.map_err(|problem| format!("no {need}: {problem}"))?;
            made.sids.insert(need.to_owned(), made.last.clone());
            if need == "service" {
                made.tree = format!("/v1/Services/{}", made.last);
            }
        }
        Ok(made)
    }

    /// A path with its variables filled in.
    pub(super) fn path(&self, template: &str) -> String {
        let segment = |segment| match segment {
            "{ChatServiceSid}" => self.sid("service"),
            "{ConversationSid}" => self.sid("conversation"),
            "{MessageSid}" => self.sid("message"),
            "{UserSid}" => self.sid("user"),
            "{Sid}" => &self.last,
            fixed => fixed,
        };
        template.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    fn sid(&self, what: &str) -> &str {
        &self.sids[what]
    }

    async fn one(&mut self, app: &TestApp, what: &str) -> Result<String, String> {
        let list = |name: &str| format!("{}/{name}", self.tree);
        let inside = |name: &str| format!("{}/Conversations/{}/{name}", self.tree, self.sid("conversation"));
        let identity = [("Identity", "ann")];
        let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
        match what {
            "service" => made(app, "/v1/Services", &[("FriendlyName", "Other")]).await,
            "conversation" => {
                let timers = [("Timers.Inactive", "PT5M"), ("Timers.Closed", "PT1H")];
                let rest = [("UniqueName", "room"), ("Bindings.Email.Address", "a@example.com")];
                made(app, &list("Conversations"), &[timers, rest].concat()).await
            }
            "user" => made(app, &list("Users"), &identity).await,
            "membership" => made(app, &inside("Participants"), &identity).await,
            "participant" => {
                made(app, &inside("Participants"), &pair).await?;
                made(app, &inside("Participants"), &identity).await
            }
            "message" => made(app, &inside("Messages"), &[("Body", "x"), ("Author", "ann")]).await,
            "receipt" => {
                let participant = made(app, &inside("Participants"), &pair).await?;
                app.new_channel(&app.account, &["+15017122662"]).await;
                // One that was there before has none for this participant.
                let message = made(app, &inside("Messages"), &[("Body", "y")]).await?;
                self.sids.insert("message".to_owned(), message);
                Ok(receipt(app, self, &participant).await)
            }
            "webhook" => {
                let url = [("Target", "webhook"), ("Configuration.Url", "https://example.com/hook")];
                let rest = [("Configuration.Method", "post"), ("Configuration.Filters", "onMessageAdded")];
                made(app, &inside("Webhooks"), &[url, rest].concat()).await
            }
            "role" => {
                let form = [("FriendlyName", "reader"), ("Type", "conversation"), ("Permission", "sendMessage")];
                made(app, &list("Roles"), &form).await
            }
            "address" => {
                made(app, "/v1/Configuration/Addresses", &[("Type", "sms"), ("Address", "+15017122663")]).await
            }
            "credential" => credential(app).await,
            "binding" => {
                let credential = credential(app).await?;
                Ok(bind(app, self.sid("service"), "ann", PushType::Apn, Some(&credential)).await)
            }
            _ => Err("nobody knows what that is".to_owned()),
        }
    }
}

/// Posts a form, and returns the SID of what it made.
async fn made(app: &TestApp, path: &str, form: &[(&str, &str)]) -> Result<String, String> {
    let answer = app.post(path, form).await;
    let sid = answer.body["sid"].as_str().filter(|_| answer.status == 201);
    sid.map(str::to_owned).ok_or_else(|| format!("POST {path}: {} {}", answer.status, answer.text))
}

async fn credential(app: &TestApp) -> Result<String, String> {
    let form = [("Type", "apn"), ("Certificate", CERTIFICATE), ("PrivateKey", PRIVATE_KEY)];
    made(app, "/v1/Credentials", &form).await
}

/// The delivery receipt of the message for a participant, of which a channel has spoken. Returns its SID.
async fn receipt(app: &TestApp, furniture: &Furniture, participant: &str) -> String {
    let path = format!("{}/Conversations/{}/Messages", furniture.tree, furniture.sid("conversation"));
    let message = app.fetched(&format!("{path}/{}", furniture.sid("message"))).await;
    app.told(&message, participant, Some(Status::Delivered)).await
}
