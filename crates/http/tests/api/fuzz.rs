//! Random requests: whatever comes, no answer is a failure of the server, and every refusal has the
//! body that clients expect. The seed is in the name of a failure, and one seed gives one run.

use axum::body::Body;
use axum::http::Request;
use dwell_testkit::{SeededRandom, TestApp};

use crate::support::{FORM_TYPE, conversation, say, sid, text};

const REQUESTS: usize = 1_500;
const SEEDS: u64 = 4;

const NAMES: &[&str] = &[
    "FriendlyName",
    "UniqueName",
    "DateCreated",
    "DateUpdated",
    "MessagingServiceSid",
    "Attributes",
    "State",
    "Timers.Inactive",
    "Timers.Closed",
    "Bindings.Email.Address",
    "Bindings.Email.Name",
    "Author",
    "Body",
    "MediaSid",
    "ContentSid",
    "ContentVariables",
    "Subject",
    "Identity",
    "MessagingBinding.Address",
    "MessagingBinding.ProxyAddress",
    "MessagingBinding.ProjectedAddress",
    "RoleSid",
    "LastReadMessageIndex",
    "LastReadTimestamp",
    "NotificationLevel",
    "Address",
    "DefaultChatServiceSid",
    "DefaultMessagingServiceSid",
    "DefaultInactiveTimer",
    "DefaultClosedTimer",
    "Type",
    "Type",
    "Permission",
    "Permission",
    "DefaultConversationCreatorRoleSid",
    "DefaultConversationRoleSid",
    "DefaultChatServiceRoleSid",
    "ReachabilityEnabled",
    "LogEnabled",
    "NewMessage.Template",
    "AddedToConversation.Sound",
    "Sandbox",
    "Secret",
    "BindingType",
    "Method",
    "Filters",
    "PreWebhookUrl",
    "PostWebhookUrl",
    "Target",
    "Configuration.Url",
    "Configuration.Method",
    "Configuration.Filters",
    "Configuration.Triggers",
    "Configuration.FlowSid",
    "Configuration.ReplayAfter",
    "Type",
    "Address",
    "AddressCountry",
    "AutoCreation.Enabled",
    "AutoCreation.Type",
    "AutoCreation.ConversationServiceSid",
    "AutoCreation.WebhookUrl",
    "AutoCreation.WebhookMethod",
    "AutoCreation.WebhookFilters",
    "AutoCreation.StudioFlowSid",
    "AutoCreation.StudioRetryCount",
    "PageSize",
    "Page",
    "PageToken",
    "Order",
    "StartDate",
    "EndDate",
    "DueAfter",
    "DueBefore",
    "ChatServiceSid",
    "By",
    "To",
    "",
    "Unknown",
];

const VALUES: &[&str] = &[
    "",
    "x",
    "null",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "true",
    "{}",
    "[]",
    "{\"a\":1}",
    "{",
    "active",
    "inactive",
    "closed",
    "initializing",
    "PT0S",
    "PT1M",
    "PT10M",
    "P30D",
    "P36525D",
    "P1M",
    "PT",
    "2026-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "-000001-01-01T00:00:00Z",
    "service",
    "fcm",
    "editOwnMessage",
    "next",
    "asc",
    "desc",
    "+15017122661",
    "+15017122662",
    "whatsapp:+15017122661",
    "a@example.com",
    "ann",
    "room",
    "system",
    "😀",
    "\u{0}",
    "\u{202e}",
    "%",
    "a b",
    "PTbWVzc2FnZXMgMA",
    "PTbWVzc2FnZXMgLTE",
    "muted",
    // Pages of lists of the key `conversations` before and after a conversation, and after a participant in it.
    "PTY29udmVyc2F0aW9ucyBDSDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw",
    "PTY29udmVyc2F0aW9ucyA8Q0gwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
    "PTY29udmVyc2F0aW9ucyBDSDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIE1CMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA",
    "PTY29udmVyc2F0aW9ucyA5OTk5OTk5OTk5OTk5OTk5OTk6Q0g",
    "PTY29udmVyc2F0aW9ucyA5MjIzMzcyMDM2ODU0Nzc1ODA3OkNI",
    "PTdGltZXJzIC05MjIzMzcyMDM2ODU0Nzc1ODA4OkNI",
    "HX00000000000000000000000000000000",
    "ME00000000000000000000000000000000",
    "CH00000000000000000000000000000000",
    "FW00000000000000000000000000000000",
    "https://example.com/hook",
    "https://[::1",
    "post",
    "onMessageAdded",
    "onMessageAdd",
    "webhook",
    "trigger",
    "studio",
    "sms",
    "chat",
    "EE",
];

const TEMPLATES: &[&str] = &[
    "/v1/Configuration",
    "{tree}/Configuration/Webhooks",
    "/v1/Configuration/Addresses",
    "/v1/Configuration/Addresses/{}",
    "{tree}/Conversations/{}/Webhooks",
    "{tree}/Conversations/{}/Webhooks/{}",
    "/v1/Services",
    "/v1/Services/{}",
    "{tree}/Conversations",
    "{tree}/Conversations",
    "{tree}/Conversations/{}",
    "{tree}/Conversations/{}",
    "{tree}/Conversations/{}/Messages",
    "{tree}/Conversations/{}/Messages",
    "{tree}/Conversations/{}/Messages/{}",
    "{tree}/Conversations/{}/Participants",
    "{tree}/Conversations/{}/Participants",
    "{tree}/Conversations/{}/Participants/{}",
    "{tree}/ParticipantConversations",
    "{tree}/Conversations/{}/Messages/{}/Receipts",
    "{tree}/Conversations/{}/Messages/{}/Receipts/{}",
    "{tree}/Users/{}/Conversations",
    "{tree}/Users/{}/Conversations/{}",
    "{tree}/Users",
    "{tree}/Users/{}",
    "{tree}/Roles",
    "{tree}/Roles/{}",
    "{tree}/Configuration",
    "{tree}/Configuration/Notifications",
    "{tree}/Bindings",
    "{tree}/Bindings/{}",
    "/v1/Credentials",
    "/v1/Credentials/{}",
    "/dwell/v1/Timers",
    "/dwell/v1/LastCall",
    "/dwell/v1/Channels",
    "/dwell/v1/Channels/{}",
    "/dwell/v1/Channels/{}/Status",
    "/dwell/v1/Phones/{}/Messages",
    "/dwell/v1/Phones/{}/Messages/{}",
    "/dwell/v1/TestClock",
    "/dwell/v1/TestClock/Advance",
    "/dwell/v1/TestClock/Freeze",
    "/dwell/v1/TestClock/Resume",
    "/dwell/v1/Conversations/{}/Lifecycle",
    "/{}",
    "/v1/{}",
];

struct Dice {
    random: SeededRandom,
    /// SIDs and names of things that are, or were, there.
    known: Vec<String>,
}

impl Dice {
    fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(bound as u64)).unwrap()
    }

    fn one_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn value(&self) -> String {
        match self.below(10) {
            0..=1 => self.known[self.below(self.known.len())].clone(),
            2 => {
                let noise = (0..self.below(40))
                    .map(|_| char::from_u32(self.random.below(0x1_0000) as u32).unwrap_or('\u{fffd}'));
                noise.collect()
            }
            3 => self.pick(VALUES).repeat(self.below(400)),
            _ => self.pick(VALUES).to_owned(),
        }
    }

    fn segment(&self) -> String {
        if self.one_in(4) {
            let encoded: String = form_urlencoded::byte_serialize(self.value().as_bytes()).collect();
            return encoded.chars().take(5_000).collect();
        }
        if self.one_in(20) {
            let bytes: String = (0..self.below(6)).map(|_| format!("%{:02X}", self.below(256))).collect();
            return bytes;
        }
        self.known[self.below(self.known.len())].clone()
    }

    fn parameters(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for _ in 0..self.below(5) {
            form.append_pair(self.pick(NAMES), &self.value());
        }
        let mut text = form.finish();
        if self.one_in(30) {
            text.push_str("&Body=%FF");
        }
        text
    }

    fn path(&self, service: &str) -> String {
        let mut path = self.pick(TEMPLATES).to_owned();
        let tree = if self.one_in(3) { format!("/v1/Services/{service}") } else { "/v1".to_owned() };
        path = path.replace("{tree}", &tree);
        while path.contains("{}") {
            path = path.replacen("{}", &self.segment(), 1);
        }
        if self.one_in(3) { format!("{path}?{}", self.parameters()) } else { path }
    }
}

async fn play(seed: u64) {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room"), ("Timers.Inactive", "PT1M")]).await;
    let message = say(&app, &inside, "x").await;
    let participant = app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let service = text(&c, "chat_service_sid").to_owned();
    let mut known = vec!["room".to_owned(), "ann".to_owned(), service.clone()];
    known.extend([&c, &message, &participant].map(|body| sid(body).to_owned()));
    let mut dice = Dice { random: SeededRandom::new(seed), known };
    let mut succeeded = 0;
    for number in 0..REQUESTS {
        let method = dice.pick(&["GET", "GET", "POST", "POST", "POST", "POST", "DELETE", "PUT"]);
        let (path, body) = (dice.path(&service), dice.parameters());
        let content_type = if dice.one_in(30) { "application/json" } else { FORM_TYPE };
        let webhooks = dice.pick(&["true", "false", "false", "false", "perhaps"]);
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header("authorization", app.account.authorization())
            .header("content-type", content_type)
            .header("x-twilio-webhook-enabled", webhooks)
            .body(Body::from(body.clone()));
        // What is no request at all never reaches the server.
        let Ok(request) = request else { continue };
        let answer = app.send_raw(request).await;
        let told =
            format!("seed {seed}, request {number}: {method} {path} {body} -> {} {}", answer.status, answer.text);
        assert!(answer.status < 500, "{told}");
        match answer.status {
            200 | 201 => {
                succeeded += 1;
                assert!(answer.body.is_object(), "{told}");
                if let Some(sid) = answer.body["sid"].as_str() {
                    dice.known.push(sid.to_owned());
                }
            }
            204 => assert_eq!(answer.text, "", "{told}"),
            _ => {
                let (status, _) = answer.refusal();
                assert!(matches!(status, 400 | 403 | 404 | 405 | 409), "{told}");
            }
        }
        if dice.one_in(20) {
            app.advance(dice.below(1_000) as i64).await;
        }
    }
    // A run that is refused throughout would prove nothing.
    assert!(succeeded > REQUESTS / 20, "seed {seed}: only {succeeded} requests succeeded");
    assert_eq!(app.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn no_request_makes_the_server_fail() {
    for seed in 1..=SEEDS {
        play(seed).await;
    }
}
