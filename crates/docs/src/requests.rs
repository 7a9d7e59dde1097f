//! The forms of example requests: one row for each operation that takes any. A value that begins with `$`
//! is a variable of the environment.

use crate::operation::Operation;

/// An operation's name, and what its example sends.
type Row = (&'static str, &'static [(&'static str, &'static str)]);

#[rustfmt::skip] // A table: one operation a line.
const TABLE: &[Row] = &[
    ("configuration/update", &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "P30D")]),
    ("configuration/addresses/create", &[("Type", "sms"), ("Address", "+15017122690"), ("FriendlyName", "Support")]),
    ("configuration/addresses/update", &[("FriendlyName", "Support"), ("AutoCreation.Enabled", "false")]),
    ("configuration/webhooks/update", &[("PostWebhookUrl", "https://hooks.example.com/dwell"), ("Filters", "onMessageAdded")]),
    ("conversations/create", &[("FriendlyName", "Parcel 4711"), ("Timers.Inactive", "PT5M"), ("Timers.Closed", "P30D")]),
    ("conversations/update", &[("FriendlyName", "Parcel 4711, found"), ("State", "inactive")]),
    ("conversation-with-participants/create", &[("FriendlyName", "Parcel 4711"), ("Participant", r#"{"identity": "agent-ada"}"#)]),
    ("conversations/messages/create", &[("Author", "agent-ada"), ("Body", "Your parcel is on its way.")]),
    ("conversations/messages/update", &[("Body", "Your parcel arrives tomorrow.")]),
    ("conversations/participants/create", &[("Identity", "agent-ada")]),
    ("conversations/participants/update", &[("Attributes", r#"{"team": "parcels"}"#)]),
    ("conversations/webhooks/create", &[("Target", "webhook"), ("Configuration.Url", "https://hooks.example.com/dwell"), ("Configuration.Filters", "onMessageAdded")]),
    ("conversations/webhooks/update", &[("Configuration.Filters", "onMessageUpdated")]),
    ("credentials/create", &[("Type", "fcm"), ("FriendlyName", "Android"), ("Secret", "a-key-of-your-project")]),
    ("credentials/update", &[("FriendlyName", "Android, new")]),
    ("participant-conversations/list", &[("Identity", "agent-ada")]),
    ("roles/create", &[("FriendlyName", "reader"), ("Type", "conversation"), ("Permission", "editOwnMessage")]),
    ("roles/update", &[("Permission", "sendMessage")]),
    ("services/create", &[("FriendlyName", "Support")]),
    ("services/configuration/update", &[("ReachabilityEnabled", "true")]),
    ("services/configuration/notifications/update", &[("NewMessage.Enabled", "true"), ("NewMessage.Template", "New message")]),
    ("services/configuration/webhooks/update", &[("PostWebhookUrl", "https://hooks.example.com/dwell"), ("Filters", "onMessageAdded")]),
    ("services/media/create", &[("Filename", "parcel.json")]),
    ("users/create", &[("Identity", "agent-grace"), ("FriendlyName", "Grace")]),
    ("users/update", &[("FriendlyName", "Ada of parcels")]),
    ("users/conversations/update", &[("NotificationLevel", "muted")]),
    ("dwell/access-tokens/create", &[("Identity", "agent-ada"), ("KeySid", "$API_KEY_SID")]),
    ("dwell/access-tokens/verify", &[("Token", "$ACCESS_TOKEN")]),
    ("dwell/bulk/update", &[("Act", "inactivate"), ("State", "active"), ("DryRun", "true")]),
    ("dwell/default-timers/apply", &[("DryRun", "true")]),
    ("dwell/lifecycle-policies/apply", &[("DryRun", "true")]),
    ("dwell/channels/create", &[("Provider", "loopback"), ("Addresses", "+15017122690"), ("FriendlyName", "Simulated")]),
    ("dwell/channels/update", &[("FriendlyName", "Simulated, off"), ("Enabled", "false")]),
    ("dwell/channels/status", &[("MessageSid", "SM00000000000000000000000000000001"), ("MessageStatus", "delivered")]),
    ("dwell/agents/update", &[("Available", "true"), ("Limit", "4"), ("Queues", "parcels")]),
    ("dwell/conversations/assign", &[("To", "agent-ada")]),
    ("dwell/conversations/end", &[("Reason", "The parcel has arrived"), ("Farewell", "Thank you for waiting!")]),
    ("dwell/conversations/extend", &[("By", "PT10M")]),
    ("dwell/conversations/inactivate", &[("Reason", "Went quiet"), ("Farewell", "I am here when you are.")]),
    ("dwell/conversations/read", &[("LastReadMessageIndex", "0")]),
    ("dwell/conversations/reply", &[("Body", "Your parcel is on its way.")]),
    ("dwell/conversations/transfer", &[("Queue", "parcels")]),
    ("dwell/desk/update", &[("Routing", "automatic"), ("LimitDefault", "4")]),
    ("dwell/inbound/create", &[("From", "+15017122661"), ("To", "+15017122690"), ("Body", "Where is my parcel?")]),
    ("dwell/keys/create", &[("FriendlyName", "reports"), ("Rights", "read")]),
    ("dwell/people/create", &[("Email", "ada@example.com"), ("FriendlyName", "Ada"), ("Identity", "agent-ada"), ("Role", "agent"), ("Password", "correct horse battery")]),
    ("dwell/people/update", &[("Role", "supervisor")]),
    ("dwell/role-permissions/update", &[("CanBulk", "true")]),
    ("dwell/last-call/update", &[("WebhookUrl", "https://hooks.example.com/last-call"), ("LeadSeconds", "20")]),
    ("dwell/lifecycle-policies/create", &[("FriendlyName", "Desk"), ("Preset", "rep_desk"), ("Warnings", r#"[{"before": "PT1M", "body": "Are you still there?"}]"#), ("Farewell", "Write again whenever you like.")]),
    ("dwell/lifecycle-policies/update", &[("IdleAfter", "PT10M")]),
    ("dwell/lifecycle-policies/preview", &[("Preset", "rep_desk"), ("Warnings", r#"[{"before": "PT1M", "body": "Are you still there?"}]"#)]),
    ("dwell/phones/messages/create", &[("To", "+15017122690"), ("Body", "Where is my parcel?")]),
    ("dwell/phones/messages/update", &[("Status", "read")]),
    ("dwell/test-clock/advance", &[("By", "PT5M")]),
    ("dwell/views/create", &[("FriendlyName", "Waiting parcels"), ("Filter", r#"{"Status": ["waiting"], "Queue": "parcels"}"#)]),
    ("dwell/views/update", &[("FriendlyName", "Waiting, parcels")]),
    ("dwell/webhook-deliveries/resend-all", &[("ConversationSid", "$CONVERSATION_SID")]),
];

/// Operations that are called without any parameter: what they take, if anything, is optional.
const BARE: &[&str] = &[
    "dwell/conversations/accept",
    "dwell/desk/next",
    "dwell/conversations/hold",
    "dwell/conversations/release",
    "dwell/conversations/reopen",
    "dwell/conversations/typing",
    "dwell/bulk/resume",
    "dwell/bulk/stop",
    "dwell/test-clock/freeze",
    "dwell/test-clock/resume",
    "dwell/webhook-deliveries/resend-one",
];

/// Operations that take no form: the JSON that their examples send.
const JSON: &[(&str, &str)] =
    &[("services/media/create", r#"{"parcel": 4711}"#), ("services/media-set", r#"{"command": "get", "list": []}"#)];

/// The JSON that the examples of an operation send, if any.
pub(crate) fn json_of(operation: &Operation) -> Option<&'static str> {
    JSON.iter().find(|(name, _)| *name == operation.slug).map(|(_, json)| *json)
}

/// What the examples of an operation send.
pub(crate) fn of(operation: &Operation) -> Vec<(String, String)> {
    let row = TABLE.iter().find(|(name, _)| *name == operation.slug).map(|(_, form)| *form);
    let form = match row {
        Some(form) => form,
        None if operation.verb == "list" => &[("PageSize", "20")],
        None => &[],
    };
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The operations whose examples lack a row, and the rows of no operation, or with parameters that it has not.
pub(crate) fn mistakes(operations: &[Operation]) -> Vec<String> {
    let has_row = |slug: &str| {
        let named = TABLE.iter().map(|(name, _)| name).chain(JSON.iter().map(|(name, _)| name)).chain(BARE);
        named.into_iter().any(|name| *name == slug)
    };
    let missing = operations.iter().filter(|one| one.method == "POST" && !has_row(&one.slug));
    let mut wrong: Vec<_> = missing.map(|one| format!("{}: no example request", one.slug)).collect();
    for (name, form) in TABLE {
        match operations.iter().find(|one| one.slug == *name) {
            None => wrong.push(format!("{name}: no such operation")),
            Some(one) => wrong.extend(
                form.iter()
                    .filter(|(parameter, _)| one.parameter(parameter).is_none())
                    .map(|(parameter, _)| format!("{name} has no {parameter}")),
            ),
        }
    }
    wrong
}
