//! Requests that are refused, with the reason and its code on the wire.

pub(super) struct Case {
    pub(super) reason: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) form: &'static [(&'static str, &'static str)],
    pub(super) status: u16,
    pub(super) code: i64,
}

const fn post(
    reason: &'static str,
    path: &'static str,
    form: &'static [(&'static str, &'static str)],
    status: u16,
    code: i64,
) -> Case {
    Case { reason, method: "POST", path, form, status, code }
}

const fn get(reason: &'static str, path: &'static str, code: i64) -> Case {
    Case { reason, method: "GET", path, form: &[], status: 400, code }
}

const fn delete(reason: &'static str, path: &'static str, status: u16, code: i64) -> Case {
    Case { reason, method: "DELETE", path, form: &[], status, code }
}

const CREATE: &str = "/v1/Conversations";
const UPDATE: &str = "/v1/Conversations/{c}";
const CONFIGURATION: &str = "/v1/Configuration";
const SERVICES: &str = "/v1/Services";
const MESSAGES: &str = "/v1/Conversations/{c}/Messages";
const MESSAGE: &str = "/v1/Conversations/{c}/Messages/{message}";
const PARTICIPANTS: &str = "/v1/Conversations/{c}/Participants";
const ANN: &str = "/v1/Conversations/{c}/Participants/ann";
const ANNS: &str = "/v1/Users/ann/Conversations/{c}";
const PHONE: &str = "/v1/Conversations/{c}/Participants/{phone}";
const BARE: &str = "/v1/Conversations/{c}/Participants/{bare}";
const USERS: &str = "/v1/Users";
const USER: &str = "/v1/Users/ann";
const CREATE_WITH: &str = "/v1/ConversationWithParticipants";
const PARTICIPANT: &str = "Participant";
const BOB: &str = "{\"identity\": \"bob\"}";
const NEW: &str = "/v1/Conversations/{new}";
const ROLES: &str = "/v1/Roles";
const ROLE: &str = "/v1/Roles/{service role}";
const SETTINGS: &str = "/v1/Services/{service}/Configuration";
const NOTIFICATIONS: &str = "/v1/Services/{service}/Configuration/Notifications";
const CREDENTIALS: &str = "/v1/Credentials";
const CREDENTIAL: &str = "/v1/Credentials/{credential}";
const CLOSED: &str = "/v1/Conversations/{closed}";
const ACCOUNT_WEBHOOKS: &str = "/v1/Configuration/Webhooks";
const SERVICE_WEBHOOKS: &str = "/v1/Services/{service}/Configuration/Webhooks";
const WEBHOOKS: &str = "/v1/Conversations/{other}/Webhooks";
const WEBHOOK: &str = "/v1/Conversations/{other}/Webhooks/{hook}";
const TRIGGER: &str = "/v1/Conversations/{other}/Webhooks/{trigger}";
const STUDIO: &str = "/v1/Conversations/{c}/Webhooks/{studio}";
const INBOUND: &str = "/dwell/v1/Inbound";
const FROM_OUTSIDE: (&str, &str) = ("From", "+15017122669");
const TO_DESK: (&str, &str) = ("To", "+15017122699");
const BODY: (&str, &str) = ("Body", "x");
const TO_WEBHOOK: (&str, &str) = ("Target", "webhook");
const TO_TRIGGER: (&str, &str) = ("Target", "trigger");
const TO_STUDIO: (&str, &str) = ("Target", "studio");
const URL: (&str, &str) = ("Configuration.Url", "https://example.com/hook");
const FILTER: (&str, &str) = ("Configuration.Filters", "onMessageAdded");
const KEYWORD: (&str, &str) = ("Configuration.Triggers", "help");
const FLOW: (&str, &str) = ("Configuration.FlowSid", "FW00000000000000000000000000000000");
const ADDRESSES: &str = "/v1/Configuration/Addresses";
const CONFIGURED: &str = "/v1/Configuration/Addresses/{address}";
const POLICIES: &str = "/dwell/v1/LifecyclePolicies";
const NAMED: (&str, &str) = ("FriendlyName", "x");
const CHANNELS: &str = "/dwell/v1/Channels";
const CHANNEL: &str = "/dwell/v1/Channels/{channel}";
const LOOPBACK: (&str, &str) = ("Provider", "loopback");
const FREE: (&str, &str) = ("Addresses", "+15017122691");
const SMS: (&str, &str) = ("Type", "sms");
const NEW_NUMBER: (&str, &str) = ("Address", "+15017122698");
const AUTO_WEBHOOK: (&str, &str) = ("AutoCreation.Type", "webhook");
const AUTO_STUDIO: (&str, &str) = ("AutoCreation.Type", "studio");
const AUTO_URL: (&str, &str) = ("AutoCreation.WebhookUrl", "https://example.com/hook");
const AUTO_FILTER: (&str, &str) = ("AutoCreation.WebhookFilters", "onMessageAdded");
const AUTO_FLOW: (&str, &str) = ("AutoCreation.StudioFlowSid", "FW00000000000000000000000000000000");
const ADDRESS: &str = "MessagingBinding.Address";
const PROXY: &str = "MessagingBinding.ProxyAddress";
const PROJECTED: &str = "MessagingBinding.ProjectedAddress";
const CONTENT: (&str, &str) = ("ContentSid", "HX00000000000000000000000000000000");

#[rustfmt::skip] // A table: one request a line.
pub(super) static CASES: &[Case] = &[
    post("InvalidParameter", "/dwell/v1/TestClock/Advance", &[], 400, 20001),
    post("InvalidParameter", "/dwell/v1/TestClock/Advance", &[("By", "PT1H"), ("To", "next")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/TestClock/Advance", &[("By", "one hour")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/TestClock/Advance", &[("To", "soon")], 400, 20001),
    post("InvalidParameter", PARTICIPANTS, &[], 400, 20001),
    post("InvalidParameter", PARTICIPANTS, &[("Identity", "")], 400, 20001),
    post("InvalidParameter", CREATE, &[("Bindings.Email.Address", "{x257}")], 400, 20001),
    post("InvalidParameter", UPDATE, &[("Bindings.Email.Name", "{x257}")], 400, 20001),
    get("InvalidParameter", "/v1/Conversations/{c}/Messages?Order=up", 20001),
    get("MessagePageTokenNegative", "/v1/Conversations/{c}/Messages?PageToken=-1", 19038),
    get("MessagePageTokenNegative", "/v1/Conversations/{c}/Messages?PageSize=5&PageToken=PTbWVzc2FnZXMgLTE", 19038),
    get("InvalidParameter", "/v1/Conversations/{c}/Messages?PageToken=-", 20001),
    get("InvalidParameter", "/v1/Conversations/{c}/Participants?PageToken=-1", 20001),
    get("InvalidParameter", "/v1/Conversations?StartDate=yesterday", 20001),
    get("InvalidParameter", "/v1/Conversations?EndDate=2026-13-01T00:00:00Z", 20001),
    get("InvalidParameter", "/dwell/v1/Timers?DueAfter=x", 20001),
    get("InvalidParameter", "/dwell/v1/Timers?DueBefore=x", 20001),
    get("InvalidParameter", "/dwell/v1/Timers?ChatServiceSid=x", 20001),
    post("InvalidParameter", "/dwell/v1/Bulk", &[("State", "active")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/Bulk", &[("Act", "end")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/DefaultTimers/Apply", &[("ChatServiceSid", "x")], 400, 20001),
    get("InvalidParameter", "/dwell/v1/Statistics?From=x", 20001),
    get("InvalidParameter", "/dwell/v1/Statistics?To=x", 20001),
    get("InvalidParameter", "/dwell/v1/Statistics?Step=week", 20001),
    get("InvalidParameter", "/dwell/v1/Conversations/{c}/Events?After=x", 20001),
    post("InvalidParameter", "/dwell/v1/Views", &[("Filter", "{}")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/Views", &[("FriendlyName", "x")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/Views", &[("FriendlyName", "x"), ("Filter", "[]")], 400, 20001),

    post("InvalidParameter", POLICIES, &[("Preset", "rep_desk")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Preset", "desk")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Preset", "")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Counts", "somebody")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("StartsOn", "never")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Action", "close")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("OnReturn", "x")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("EndCloses", "perhaps")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Enabled", "x")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("IdleAfter", "PT59S")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("IdleAfter", "5 minutes")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("IdleAfter", "")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("EndInactiveAfter", "PT599S")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("ChannelType", "pigeon")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Address", "desk")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Queue", "{x65}")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Farewell", " ")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Warnings", "{0}")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Warnings", "[1]")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Hours", "[]")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Hours", r#"{"time_zone": "Mars", "week": {}}"#)], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("IdleAfter", "PT5M"), ("Action", "inactivate_and_end")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Address", "+15017122690"), ("ChannelType", "email")], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Preset", "rep_desk"), ("Warnings", r#"[{"before": "PT5M", "body": "x"}]"#)], 400, 20001),
    post("InvalidParameter", POLICIES, &[NAMED, ("Preset", "rep_desk"), ("Warnings", r#"[{"before": "PT1M", "body": ""}]"#)], 400, 20001),
    post("InvalidParameter", "/dwell/v1/LifecyclePolicies/Preview", &[("IdleAfter", "PT1S")], 400, 20001),
    post("ServiceNotFound", POLICIES, &[NAMED, ("ChatServiceSid", "x")], 400, 50050),
    get("InvalidParameter", "/dwell/v1/OutboundMessages?ConversationSid=x", 20001),
    get("InvalidParameter", "/dwell/v1/OutboundMessages?Status=delivered", 20001),
    get("InvalidParameter", "/dwell/v1/WebhookDeliveries?HookSid=x", 20001),
    get("InvalidParameter", "/dwell/v1/WebhookDeliveries?ConversationSid=x", 20001),
    get("InvalidParameter", "/dwell/v1/WebhookDeliveries?Status=lost", 20001),
    get("InvalidParameter", "/dwell/v1/WebhookDeliveries?EventType=onMessageAdd", 20001),
    post("InvalidParameter", "/dwell/v1/WebhookDeliveries/Resend", &[("HookSid", "x")], 400, 20001),
    post("InvalidParameter", "/dwell/v1/WebhookDeliveries/Resend", &[("ConversationSid", "x")], 400, 20001),

    post("DeliveryPending", "/dwell/v1/WebhookDeliveries/{delivery}/Resend", &[], 409, 20409),
    delete("DefaultServiceDelete", "/v1/Services/{service}", 409, 20409),
    get("NotATestAccount", "/dwell/v1/TestClock", 20403).with_status(403),
    post("NotATestAccount", "/dwell/v1/TestClock/Advance", &[("By", "PT1H")], 403, 20403),
    post("NotATestAccount", "/dwell/v1/TestClock/Freeze", &[], 403, 20403),
    post("NotATestAccount", "/dwell/v1/TestClock/Resume", &[], 403, 20403),
    post("ServiceNotFound", CONFIGURATION, &[("DefaultChatServiceSid", "x")], 400, 50050),
    post("ServiceNotFound", CONFIGURATION, &[("DefaultChatServiceSid", "IS{0}"), ("DefaultInactiveTimer", "PT1M")], 400, 50050),

    post("FriendlyNameMissing", SERVICES, &[], 400, 50000),
    post("FriendlyNameMissing", SERVICES, &[("FriendlyName", "")], 400, 50000),
    post("FriendlyNameTooLong", SERVICES, &[("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", CREATE, &[("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", UPDATE, &[("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", USERS, &[("Identity", "bob"), ("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", USER, &[("FriendlyName", "{x257}")], 400, 50003),
    post("UniqueNameTooLong", CREATE, &[("UniqueName", "{x257}")], 400, 50004),
    post("UniqueNameTooLong", UPDATE, &[("UniqueName", "{x257}")], 400, 50004),
    post("UniqueNameLooksLikeSid", CREATE, &[("UniqueName", "CH{0}")], 400, 50390),
    post("UniqueNameLooksLikeSid", CREATE, &[("UniqueName", "CHABCDEFabcdef01234567890123456789")], 400, 50390),
    post("UniqueNameLooksLikeSid", UPDATE, &[("UniqueName", "CH{0}")], 400, 50390),
    post("UniqueNameTaken", CREATE, &[("UniqueName", "taken")], 409, 50353),
    post("UniqueNameTaken", CREATE, &[("UniqueName", "over")], 409, 50353),
    post("UniqueNameTaken", "/v1/Conversations/{other}", &[("UniqueName", "taken"), ("State", "active")], 409, 50353),
    post("AttributesTooLong", CREATE, &[("Attributes", "\"{x16383}\"")], 400, 50303),
    post("AttributesTooLong", UPDATE, &[("Attributes", "\"{x16383}\"")], 400, 50303),
    post("AttributesTooLong", MESSAGES, &[("Body", "x"), ("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesTooLong", MESSAGE, &[("Body", "x"), ("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesTooLong", PARTICIPANTS, &[("Identity", "bob"), ("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesTooLong", ANN, &[("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesTooLong", USERS, &[("Identity", "bob"), ("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesTooLong", USER, &[("Attributes", "\"{x4095}\"")], 400, 50303),
    post("AttributesNotJson", CREATE, &[("Attributes", "{")], 400, 50304),
    post("AttributesNotJson", UPDATE, &[("Attributes", "")], 400, 50304),
    post("AttributesNotJson", PHONE, &[("Attributes", "x")], 400, 50304),
    post("DateCreatedInvalid", CREATE, &[("DateCreated", "2026-01-01")], 400, 50308),
    post("DateCreatedInvalid", UPDATE, &[("DateCreated", "")], 400, 50308),
    post("DateCreatedInvalid", MESSAGES, &[("Body", "x"), ("DateCreated", "x")], 400, 50308),
    post("DateCreatedInvalid", MESSAGE, &[("Body", "x"), ("DateCreated", "x")], 400, 50308),
    post("DateCreatedInvalid", PARTICIPANTS, &[("Identity", "bob"), ("DateCreated", "x")], 400, 50308),
    post("DateCreatedInvalid", ANN, &[("DateCreated", "x")], 400, 50308),
    post("DateUpdatedInvalid", CREATE, &[("DateUpdated", "2026-02-30T00:00:00Z")], 400, 50309),
    post("DateUpdatedInvalid", UPDATE, &[("DateUpdated", "x"), ("State", "inactive")], 400, 50309),
    post("DateUpdatedInvalid", MESSAGES, &[("Body", "x"), ("DateUpdated", "x")], 400, 50309),
    post("DateUpdatedInvalid", MESSAGE, &[("Body", "x"), ("DateUpdated", "x")], 400, 50309),
    post("DateUpdatedInvalid", PARTICIPANTS, &[("Identity", "bob"), ("DateUpdated", "x")], 400, 50309),
    post("DateUpdatedInvalid", ANN, &[("DateUpdated", "x")], 400, 50309),
    post("MessagingServiceSidInvalid", CREATE, &[("MessagingServiceSid", "MG1")], 400, 50341),
    post("MessagingServiceSidInvalid", UPDATE, &[("MessagingServiceSid", "CH{0}")], 400, 50341),
    post("MessagingServiceSidInvalid", CONFIGURATION, &[("DefaultMessagingServiceSid", "x"), ("DefaultClosedTimer", "PT1H")], 400, 50341),
    get("EndDateBeforeStartDate", "/v1/Conversations?StartDate=2026-01-02T00:00:00Z&EndDate=2026-01-01T23:59:59Z", 50396),

    post("StateEmpty", UPDATE, &[("State", "")], 400, 50374),
    post("StateUnknown", CREATE, &[("State", "foo")], 400, 50378),
    post("StateUnknown", CREATE, &[("State", "")], 400, 50378),
    post("StateUnknown", UPDATE, &[("State", "initializing")], 400, 50378),
    get("StateUnknown", "/v1/Conversations?State=open", 50378),
    get("StateUnknown", "/dwell/v1/Timers?State=open", 50378),
    post("InactiveTimerTooShort", CREATE, &[("Timers.Inactive", "PT30S")], 400, 50375),
    post("InactiveTimerTooShort", UPDATE, &[("Timers.Inactive", "PT59S"), ("Timers.Closed", "PT2H")], 400, 50375),
    post("InactiveTimerTooShort", CONFIGURATION, &[("DefaultInactiveTimer", "PT59S"), ("DefaultClosedTimer", "PT2H")], 400, 50375),
    post("ClosedTimerTooShort", CREATE, &[("Timers.Closed", "PT5M30S")], 400, 50376),
    post("ClosedTimerTooShort", UPDATE, &[("Timers.Inactive", "PT2H"), ("Timers.Closed", "PT599S")], 400, 50376),
    post("ClosedTimerTooShort", CONFIGURATION, &[("DefaultInactiveTimer", "PT2H"), ("DefaultClosedTimer", "PT599S")], 400, 50376),
    post("InactiveTimerInvalid", CREATE, &[("Timers.Inactive", "P1M")], 400, 50379),
    post("InactiveTimerInvalid", UPDATE, &[("Timers.Inactive", "")], 400, 50379),
    post("InactiveTimerInvalid", CONFIGURATION, &[("DefaultInactiveTimer", "5 minutes")], 400, 50379),
    post("InactiveTimerInvalid", CREATE, &[("Timers.Inactive", "P36526D")], 400, 50379),
    post("ClosedTimerInvalid", CREATE, &[("Timers.Closed", "P1Y")], 400, 50380),
    post("ClosedTimerInvalid", UPDATE, &[("Timers.Closed", ""), ("State", "inactive")], 400, 50380),
    post("ClosedTimerInvalid", CONFIGURATION, &[("DefaultClosedTimer", "")], 400, 50380),
    post("ConversationClosed", CLOSED, &[], 400, 50377),
    post("ConversationClosed", CLOSED, &[("State", "closed")], 400, 50377),
    post("ConversationClosed", "/v1/Conversations/over", &[("UniqueName", "")], 400, 50377),
    post("ConversationClosed", "/v1/Conversations/{closed}/Messages", &[("Body", "x")], 400, 50377),
    post("ConversationClosed", "/v1/Conversations/{closed}/Messages/{late}", &[("Body", "x")], 400, 50377),
    delete("ConversationClosed", "/v1/Conversations/{closed}/Messages/{late}", 400, 50377),
    post("ConversationClosed", "/v1/Conversations/{closed}/Participants", &[("Identity", "bob")], 400, 50377),
    post("ConversationClosed", "/v1/Conversations/{closed}/Participants/ann", &[("LastReadMessageIndex", "0")], 400, 50377),
    delete("ConversationClosed", "/v1/Conversations/{closed}/Participants/ann", 400, 50377),
    post("ConversationInitializing", NEW, &[], 400, 50386),
    post("ConversationInitializing", NEW, &[("State", "sleeping")], 400, 50386),
    post("ConversationInitializing", "/v1/Conversations/{new}/Messages", &[("Body", "x")], 400, 50386),
    post("ConversationInitializing", "/v1/Conversations/{new}/Participants", &[("Identity", "bob")], 400, 50386),
    post("CreatedClosed", CREATE, &[("State", "closed")], 400, 50384),

    post("AuthorTooLong", MESSAGES, &[("Body", "x"), ("Author", "{x257}")], 400, 50310),
    post("AuthorTooLong", MESSAGE, &[("Body", "x"), ("Author", "{x257}")], 400, 50310),
    post("BodyMissing", MESSAGES, &[], 400, 50503),
    post("BodyMissing", MESSAGES, &[("Body", ""), ("Author", "ann"), ("Attributes", "{}")], 400, 50503),
    post("BodyMissing", MESSAGE, &[("Body", ""), ("Author", "ann")], 400, 50503),
    post("BodyTooLong", MESSAGES, &[("Body", "{x32769}")], 400, 50504),
    post("BodyTooLong", MESSAGE, &[("Body", "{x32769}"), ("Author", "ann")], 400, 50504),
    post("SubjectTooLong", MESSAGES, &[("Body", "x"), ("Subject", "{x257}")], 400, 20001),
    post("SubjectTooLong", MESSAGE, &[("Body", "x"), ("Subject", "{x257}")], 400, 20001),
    post("MediaSidInvalid", MESSAGES, &[("MediaSid", "ME1")], 400, 50510),
    post("MediaNotFound", MESSAGES, &[("MediaSid", "ME{0}"), ("Body", "x")], 400, 50507),
    post("MediaBodyImmutable", "/v1/Conversations/{c}/Messages/{content}", &[("Body", "x"), ("Author", "ann")], 400, 50509),
    post("ContentSidInvalid", MESSAGES, &[("ContentSid", "HX1"), ("Body", "x")], 400, 50526),
    post("ContentVariablesInvalid", MESSAGES, &[CONTENT, ("ContentVariables", "[]")], 400, 50527),
    post("ContentVariablesInvalid", MESSAGES, &[CONTENT, ("ContentVariables", "{\"1\":2}")], 400, 50527),
    post("ContentVariablesWithoutContent", MESSAGES, &[("Body", "x"), ("ContentVariables", "{}")], 400, 50528),
    post("ContentVariablesTooLong", MESSAGES, &[CONTENT, ("ContentVariables", "{x27802}")], 400, 50529),
    post("ContentVariableKeyTooLong", MESSAGES, &[CONTENT, ("ContentVariables", "{\"12345678901234567\":\"\"}")], 400, 50540),
    post("ContentVariableValueTooLong", MESSAGES, &[CONTENT, ("ContentVariables", "{\"1\":\"{x257}\"}")], 400, 50541),

    post("IdentityMissing", USERS, &[], 400, 50205),
    post("IdentityMissing", USERS, &[("Identity", ""), ("FriendlyName", "x")], 400, 50205),
    post("IdentityTooLong", USERS, &[("Identity", "{x257}")], 400, 50207),
    post("IdentityTooLong", PARTICIPANTS, &[("Identity", "{x257}")], 400, 50207),
    post("IdentityLooksLikeSid", USERS, &[("Identity", "US{0}")], 400, 50206),
    post("IdentityLooksLikeSid", PARTICIPANTS, &[("Identity", "US{0}")], 400, 50206),
    post("IdentityNotAcceptable", PARTICIPANTS, &[("Identity", "bob"), (ADDRESS, "+15017122669")], 400, 50211),
    post("IdentityNotAcceptable", PARTICIPANTS, &[("Identity", "bob"), (PROXY, "+15017122660")], 400, 50211),
    post("IdentityNotAddable", ANN, &[("Identity", "bob"), ("Attributes", "[]")], 400, 50444),
    post("IdentityNotAddable", PHONE, &[("Identity", "bob")], 400, 50444),
    post("UserExists", USERS, &[("Identity", "ann"), ("FriendlyName", "x")], 409, 50201),
    post("RoleNotFound", USERS, &[("Identity", "bob"), ("RoleSid", "x")], 400, 50100),
    post("RoleNotFound", USER, &[("FriendlyName", "x"), ("RoleSid", "RL{0}")], 400, 50100),
    post("RoleNotFound", PARTICIPANTS, &[("Identity", "bob"), ("RoleSid", "RL{0}")], 400, 50100),
    post("RoleNotFound", ANN, &[("Attributes", "[]"), ("RoleSid", "RL{0}")], 400, 50100),
    post("ConversationRoleNotFound", PARTICIPANTS, &[("Identity", "bob"), ("RoleSid", "{service role}")], 400, 50101),
    post("ConversationRoleNotFound", ANN, &[("RoleSid", "{service role}")], 400, 50101),
    post("ServiceRoleNotFound", USERS, &[("Identity", "bob"), ("RoleSid", "{conversation role}")], 400, 50102),
    post("ServiceRoleNotFound", USER, &[("RoleSid", "{conversation role}")], 400, 50102),
    post("RoleNotFound", SETTINGS, &[("DefaultChatServiceRoleSid", "RL{0}"), ("ReachabilityEnabled", "true")], 400, 50100),
    post("ServiceRoleNotFound", SETTINGS, &[("DefaultChatServiceRoleSid", "{conversation role}")], 400, 50102),
    post("DefaultCreatorRoleNotFound", SETTINGS, &[("DefaultConversationCreatorRoleSid", "RL{0}")], 400, 50106),
    post("DefaultCreatorRoleNotFound", SETTINGS, &[("DefaultConversationCreatorRoleSid", "{service role}")], 400, 50106),
    post("DefaultConversationRoleNotFound", SETTINGS, &[("DefaultConversationRoleSid", "x")], 400, 50109),
    post("DefaultConversationRoleNotFound", SETTINGS, &[("DefaultConversationRoleSid", "{service role}")], 400, 50109),
    post("InvalidParameter", SETTINGS, &[("ReachabilityEnabled", "yes")], 400, 20001),
    post("FriendlyNameMissing", ROLES, &[("Type", "service"), ("Permission", "joinConversation")], 400, 50000),
    post("FriendlyNameTooLong", ROLES, &[("FriendlyName", "{x65}"), ("Type", "service"), ("Permission", "joinConversation")], 400, 50003),
    post("RoleTypeInvalid", ROLES, &[("FriendlyName", "x"), ("Type", "channel"), ("Permission", "joinConversation")], 400, 50105),
    post("RoleTypeInvalid", ROLES, &[("FriendlyName", "x"), ("Permission", "joinConversation")], 400, 50105),
    post("PermissionUnknown", ROLES, &[("FriendlyName", "x"), ("Type", "service"), ("Permission", "sendMessage")], 400, 50104),
    post("PermissionUnknown", ROLE, &[("Permission", "joinConversation"), ("Permission", "fly")], 400, 50104),
    post("PermissionUnknown", ROLE, &[("Permission", "")], 400, 50104),
    post("InvalidParameter", ROLES, &[("FriendlyName", "x"), ("Type", "service")], 400, 20001),
    post("InvalidParameter", ROLE, &[], 400, 20001),
    delete("DefaultRoleDelete", ROLE, 409, 20409),
    delete("DefaultRoleDelete", "/v1/Services/{service}/Roles/{conversation role}", 409, 20409),
    post("TemplateTooLong", NOTIFICATIONS, &[("NewMessage.WithMedia.Template", "{x2049}"), ("LogEnabled", "true")], 400, 50058),
    post("SoundTooLong", NOTIFICATIONS, &[("AddedToConversation.Sound", "{x257}"), ("LogEnabled", "true")], 400, 50059),
    post("InvalidParameter", NOTIFICATIONS, &[("NewMessage.Template", "x"), ("NewMessage.Enabled", "1")], 400, 20001),
    post("InvalidParameter", CREDENTIALS, &[("FriendlyName", "x")], 400, 20001),
    post("InvalidParameter", CREDENTIALS, &[("Type", "twilsock")], 400, 20001),
    post("InvalidParameter", CREDENTIALS, &[("Type", "apn"), ("Sandbox", "")], 400, 20001),
    post("InvalidParameter", CREDENTIAL, &[("FriendlyName", "x"), ("Secret", "{x16385}")], 400, 20001),
    post("FriendlyNameTooLong", CREDENTIALS, &[("Type", "apn"), ("FriendlyName", "{x65}")], 400, 50003),
    post("FriendlyNameTooLong", CREDENTIAL, &[("Type", "apn"), ("FriendlyName", "{x65}")], 400, 50003),
    get("BindingTypeInvalid", "/v1/Services/{service}/Bindings?BindingType=apn&BindingType=sms", 50209),

    post("ParticipantInvalid", CREATE_WITH, &[(PARTICIPANT, "")], 400, 50424),
    post("ParticipantInvalid", CREATE_WITH, &[(PARTICIPANT, BOB), (PARTICIPANT, "bob")], 400, 50424),
    post("TooManyParticipants", CREATE_WITH, &[(PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB), (PARTICIPANT, BOB)], 400, 50426),
    post("ParticipantExists", PARTICIPANTS, &[("Identity", "ann"), ("Attributes", "[]")], 409, 50433),
    post("AddressEmpty", PARTICIPANTS, &[(ADDRESS, ""), (PROXY, "+15017122660")], 400, 50411),
    post("AddressEmpty", PARTICIPANTS, &[(PROXY, "+15017122660")], 400, 50411),
    post("ProxyAddressEmpty", PARTICIPANTS, &[(ADDRESS, "+15017122669"), (PROXY, "")], 400, 50412),
    post("ProxyAddressEmpty", PARTICIPANTS, &[(ADDRESS, "whatsapp:+15017122669")], 400, 50412),
    post("AddressInvalid", PARTICIPANTS, &[(ADDRESS, "+447700900123")], 400, 50407),
    post("AddressInvalid", PARTICIPANTS, &[(ADDRESS, "5017122669")], 400, 50407),
    post("ProxyAddressInvalid", PARTICIPANTS, &[("Identity", "bob"), (PROJECTED, "+447700900123")], 400, 50408),
    post("ProxyAddressInvalid", ANN, &[(PROJECTED, "+18005550100")], 400, 50408),
    post("GroupWithProxyAddresses", PARTICIPANTS, &[(ADDRESS, "+15017122669")], 400, 50443),
    post("AddressInvalid", PARTICIPANTS, &[(ADDRESS, "5017122669"), (PROXY, "+15017122660")], 400, 50407),
    post("AddressInvalid", PARTICIPANTS, &[(ADDRESS, "whatsapp:ann"), (PROXY, "whatsapp:+15017122660")], 400, 50407),
    post("ProxyAddressInvalid", PARTICIPANTS, &[(ADDRESS, "+15017122669"), (PROXY, "5017122660")], 400, 50408),
    post("ProxyAddressInvalid", PHONE, &[(PROXY, "5017122660")], 400, 50408),
    post("AddressEqualsProxy", PARTICIPANTS, &[(ADDRESS, "+15017122669"), (PROXY, "+15017122669")], 400, 50409),
    post("AddressEqualsProxy", PHONE, &[(PROXY, "+15017122661")], 400, 50409),
    post("AddressTypeMismatch", PARTICIPANTS, &[(ADDRESS, "whatsapp:+15017122669"), (PROXY, "+15017122660")], 400, 50414),
    post("AddressTypeMismatch", PHONE, &[(PROXY, "whatsapp:+15017122660")], 400, 50414),
    post("PairInUse", PARTICIPANTS, &[(ADDRESS, "+15017122661"), (PROXY, "+15017122660")], 409, 50416),
    post("PairInUse", "/v1/Conversations/{other}/Participants", &[(ADDRESS, "+15017122661"), (PROXY, "+15017122660")], 409, 50416),
    post("ProxyAddressAbsent", ANN, &[(PROXY, "null")], 400, 50440),
    post("ProxyAddressAbsent", BARE, &[(PROXY, "null"), ("Attributes", "[]")], 400, 50440),
    post("ProxyAddressNotAddable", ANN, &[(PROXY, "+15017122660"), ("Attributes", "[]")], 400, 50441),
    post("ProjectedAddressAbsent", ANN, &[(PROJECTED, "null")], 400, 50442),
    post("ProjectedAddressAbsent", PHONE, &[(PROJECTED, "null"), ("Attributes", "[]")], 400, 50442),
    post("ProjectedAddressNotAddable", PHONE, &[(PROJECTED, "+15017122660")], 400, 50443),
    post("ProjectedAddressNotAddable", PARTICIPANTS, &[(ADDRESS, "+15017122669"), (PROJECTED, "+15017122660")], 400, 50443),
    post("ProjectedAddressNotAddable", PARTICIPANTS, &[(PROXY, "+15017122669"), (PROJECTED, "+15017122660")], 400, 50443),
    post("GroupWithProxyAddresses", ANN, &[(PROJECTED, "+15017122660")], 400, 50443),
    post("LastReadMessageIndexInvalid", ANN, &[("LastReadMessageIndex", "one")], 400, 50421),
    post("LastReadMessageIndexInvalid", ANN, &[("LastReadMessageIndex", "-1"), ("Attributes", "[]")], 400, 50421),
    post("LastReadMessageIndexInvalid", ANN, &[("LastReadMessageIndex", "99999999999999999999")], 400, 50421),
    post("LastReadMessageIndexInvalid", ANNS, &[("LastReadMessageIndex", "1.5")], 400, 50421),
    post("LastReadTimestampInvalid", ANNS, &[("LastReadMessageIndex", "0"), ("LastReadTimestamp", "now")], 400, 50405),
    post("NotificationLevelUnknown", ANNS, &[("LastReadMessageIndex", "0"), ("NotificationLevel", "loud")], 400, 50210),
    post("NotificationLevelUnknown", ANNS, &[("NotificationLevel", "")], 400, 50210),
    post("ConversationClosed", "/v1/Users/ann/Conversations/{closed}", &[("LastReadMessageIndex", "0")], 400, 50377),
    post("ConversationClosed", "/v1/Users/ann/Conversations/{closed}", &[], 400, 50377),
    delete("ConversationClosed", "/v1/Users/ann/Conversations/{closed}", 400, 50377),
    get("IdentityAndAddress", "/v1/ParticipantConversations?Identity=ann&Address=%2B15017122661", 50451),
    get("InvalidParameter", "/v1/ParticipantConversations", 20001),
    get("InvalidParameter", "/v1/ParticipantConversations?Identity=&Address=", 20001),
    post("LastReadTimestampInvalid", ANN, &[("LastReadMessageIndex", "0"), ("LastReadTimestamp", "now")], 400, 50405),

    post("PreWebhookUrlInvalid", ACCOUNT_WEBHOOKS, &[("PreWebhookUrl", "example.com"), ("Method", "GET")], 400, 50077),
    post("PreWebhookUrlInvalid", SERVICE_WEBHOOKS, &[("PreWebhookUrl", "https://example.com/{x500}")], 400, 50077),
    post("PostWebhookUrlInvalid", ACCOUNT_WEBHOOKS, &[("PostWebhookUrl", "ftp://example.com"), ("Filters", "onMessageAdd")], 400, 50078),
    post("PostWebhookUrlInvalid", SERVICE_WEBHOOKS, &[("PreWebhookUrl", "https://example.com"), ("PostWebhookUrl", "/hook")], 400, 50078),
    post("WebhookFilterInvalid", ACCOUNT_WEBHOOKS, &[("Filters", "onMessageAdd"), ("Filters", "onMessageSend")], 400, 50365),
    post("WebhookFilterInvalid", SERVICE_WEBHOOKS, &[("Filters", "x"), ("PostWebhookUrl", "https://example.com")], 400, 50365),
    post("InvalidParameter", ACCOUNT_WEBHOOKS, &[("Method", "PUT"), ("Filters", "onMessageAdd")], 400, 20001),
    post("InvalidParameter", SERVICE_WEBHOOKS, &[("Method", "PUT")], 400, 20001),
    post("InvalidParameter", ACCOUNT_WEBHOOKS, &[("Target", "studio"), ("Method", "GET")], 400, 20001),

    post("WebhookTargetMissing", WEBHOOKS, &[URL, FILTER], 400, 50368),
    post("WebhookTargetMissing", WEBHOOKS, &[("Target", ""), URL, FILTER], 400, 50368),
    post("WebhookTargetInvalid", WEBHOOKS, &[("Target", "flex"), URL, FILTER], 400, 50364),
    post("WebhookUrlMissing", WEBHOOKS, &[TO_WEBHOOK, FILTER], 400, 50369),
    post("WebhookUrlMissing", WEBHOOKS, &[TO_TRIGGER, KEYWORD, ("Configuration.Url", "")], 400, 50369),
    post("WebhookUrlMissing", WEBHOOK, &[("Configuration.Url", ""), ("Configuration.Method", "get")], 400, 50369),
    post("WebhookUrlTooLong", WEBHOOKS, &[TO_WEBHOOK, FILTER, ("Configuration.Url", "https://example.com/{x500}")], 400, 50372),
    post("WebhookUrlTooLong", TRIGGER, &[("Configuration.Url", "https://example.com/{x500}"), ("Configuration.Method", "get")], 400, 50372),
    post("InvalidParameter", WEBHOOKS, &[TO_WEBHOOK, FILTER, ("Configuration.Url", "example.com")], 400, 20001),
    post("InvalidParameter", WEBHOOK, &[("Configuration.Url", "https://")], 400, 20001),
    post("InvalidParameter", WEBHOOKS, &[TO_WEBHOOK, URL, FILTER, ("Configuration.Method", "put")], 400, 20001),
    post("InvalidParameter", WEBHOOKS, &[TO_WEBHOOK, URL, FILTER, ("Configuration.ReplayAfter", "-1")], 400, 20001),
    post("InvalidParameter", WEBHOOKS, &[TO_STUDIO, FLOW, ("Configuration.ReplayAfter", "first")], 400, 20001),
    post("WebhookFilterMissing", WEBHOOKS, &[TO_WEBHOOK, URL], 400, 50370),
    post("WebhookFilterMissing", WEBHOOKS, &[TO_WEBHOOK, URL, ("Configuration.Filters", "")], 400, 50370),
    post("WebhookFilterMissing", WEBHOOK, &[("Configuration.Filters", ""), ("Configuration.Method", "get")], 400, 50370),
    post("WebhookFilterInvalid", WEBHOOKS, &[TO_WEBHOOK, URL, ("Configuration.Filters", "onMessageAdd")], 400, 50365),
    post("WebhookFilterInvalid", WEBHOOK, &[("Configuration.Filters", "onConversationAdded")], 400, 50365),
    post("WebhookFilterInvalid", WEBHOOKS, &[TO_TRIGGER, URL, KEYWORD, ("Configuration.Filters", "onUserAdded")], 400, 50365),
    post("WebhookTriggerMissing", WEBHOOKS, &[TO_TRIGGER, URL, FILTER], 400, 50371),
    post("WebhookTriggerMissing", TRIGGER, &[("Configuration.Triggers", "")], 400, 50371),
    post("WebhookTriggerTooLong", WEBHOOKS, &[TO_TRIGGER, URL, ("Configuration.Triggers", "{x249}")], 400, 50366),
    post("WebhookTriggerTooLong", TRIGGER, &[KEYWORD, ("Configuration.Triggers", "{x249}")], 400, 50366),
    post("WebhookTriggerLimit", WEBHOOKS, &[TO_TRIGGER, URL, KEYWORD, KEYWORD, KEYWORD, KEYWORD, KEYWORD, KEYWORD], 400, 50362),
    post("WebhookTriggerLimit", TRIGGER, &[KEYWORD, KEYWORD, KEYWORD, KEYWORD, KEYWORD, KEYWORD], 400, 50362),
    post("FlowSidInvalid", WEBHOOKS, &[TO_STUDIO], 400, 50367),
    post("FlowSidInvalid", WEBHOOKS, &[TO_STUDIO, ("Configuration.FlowSid", "FW1")], 400, 50367),
    post("FlowSidInvalid", STUDIO, &[("Configuration.FlowSid", "")], 400, 50367),
    post("WebhookLimit", "/v1/Conversations/{c}/Webhooks", &[TO_WEBHOOK, URL, FILTER], 400, 50361),
    post("ConversationClosed", "/v1/Conversations/{closed}/Webhooks", &[TO_WEBHOOK, URL, FILTER], 400, 50377),

    post("InvalidParameter", ADDRESSES, &[NEW_NUMBER], 400, 20001),
    post("InvalidParameter", ADDRESSES, &[("Type", "fax"), NEW_NUMBER], 400, 20001),
    get("InvalidParameter", "/v1/Configuration/Addresses?Type=fax", 20001),
    post("AddressInvalid", ADDRESSES, &[SMS], 400, 50407),
    post("AddressInvalid", ADDRESSES, &[SMS, ("Address", "address")], 400, 50407),
    post("AddressInvalid", ADDRESSES, &[("Type", "whatsapp"), NEW_NUMBER], 400, 50407),
    post("AddressInvalid", ADDRESSES, &[("Type", "chat"), ("Address", "{x257}")], 400, 50407),
    post("InvalidParameter", CHANNELS, &[FREE], 400, 20001),
    post("InvalidParameter", CHANNELS, &[("Provider", ""), FREE], 400, 20001),
    post("InvalidParameter", CHANNELS, &[("Provider", "fax"), FREE], 400, 20001),
    post("InvalidParameter", CHANNELS, &[LOOPBACK], 400, 20001),
    post("InvalidParameter", CHANNELS, &[LOOPBACK, ("Addresses", "911")], 400, 20001),
    post("InvalidParameter", CHANNELS, &[LOOPBACK, FREE, ("Addresses", "a@example.com")], 400, 20001),
    post("InvalidParameter", CHANNELS, &[("Provider", "email"), FREE], 400, 20001),
    post("InvalidParameter", CHANNELS, &[("Provider", "http"), FREE], 400, 20001),
    post("InvalidParameter", CHANNELS, &[LOOPBACK, FREE, ("Settings", "[]")], 400, 20001),
    post("InvalidParameter", CHANNELS, &[LOOPBACK, FREE, ("Enabled", "yes")], 400, 20001),
    post("InvalidParameter", CHANNEL, &[("Addresses", ""), ("FriendlyName", "x")], 400, 20001),
    post("InvalidParameter", CHANNEL, &[("Settings", "{\"a\": 1}"), ("FriendlyName", "x")], 400, 20001),
    post("InvalidParameter", CHANNEL, &[("Enabled", "1"), ("FriendlyName", "x")], 400, 20001),
    post("FriendlyNameTooLong", CHANNELS, &[LOOPBACK, FREE, ("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", CHANNEL, &[FREE, ("FriendlyName", "{x257}")], 400, 50003),
    post("AddressServed", CHANNELS, &[LOOPBACK, FREE, ("Addresses", "+15017122690")], 409, 20409),
    post("AddressConfigured", ADDRESSES, &[SMS, ("Address", "+15017122699")], 409, 20409),
    post("AddressConfigured", ADDRESSES, &[("Type", "chat"), ("Address", "+15017122699"), ("FriendlyName", "x")], 409, 20409),
    post("AddressInvalid", INBOUND, &[("From", "5017122669"), TO_DESK, BODY], 400, 50407),
    post("AddressEmpty", INBOUND, &[TO_DESK, BODY], 400, 50411),
    post("ProxyAddressEmpty", INBOUND, &[FROM_OUTSIDE, BODY], 400, 50412),
    post("ProxyAddressInvalid", INBOUND, &[FROM_OUTSIDE, ("To", "desk"), BODY], 400, 50408),
    post("AddressTypeMismatch", INBOUND, &[("From", "whatsapp:+15017122669"), TO_DESK, BODY], 400, 50414),
    post("AddressEqualsProxy", INBOUND, &[("From", "+15017122699"), TO_DESK, BODY], 400, 50409),
    post("AddressInvalid", INBOUND, &[FROM_OUTSIDE, TO_DESK, BODY, ("OtherRecipients0", "5017122670")], 400, 50407),
    post("BodyMissing", INBOUND, &[FROM_OUTSIDE, TO_DESK], 400, 50503),
    post("BodyTooLong", INBOUND, &[FROM_OUTSIDE, TO_DESK, ("Body", "{x32769}")], 400, 50504),
    post("InvalidParameter", INBOUND, &[FROM_OUTSIDE, TO_DESK, BODY, ("MessageSid", "{x1001}")], 400, 20001),
    // It is configured, and makes no conversations.
    post("InboundUnrouted", INBOUND, &[FROM_OUTSIDE, TO_DESK, BODY], 404, 20404),
    post("FriendlyNameTooLong", ADDRESSES, &[SMS, NEW_NUMBER, ("FriendlyName", "{x257}")], 400, 50003),
    post("FriendlyNameTooLong", CONFIGURED, &[("FriendlyName", "{x257}"), ("AutoCreation.Enabled", "true")], 400, 50003),
    post("InvalidParameter", ADDRESSES, &[SMS, NEW_NUMBER, ("AddressCountry", "XX")], 400, 20001),
    post("InvalidParameter", ADDRESSES, &[SMS, NEW_NUMBER, ("AutoCreation.Enabled", "yes")], 400, 20001),
    post("InvalidParameter", CONFIGURED, &[("AutoCreation.Enabled", "1"), ("FriendlyName", "x")], 400, 20001),
    post("InvalidParameter", ADDRESSES, &[SMS, NEW_NUMBER, ("AutoCreation.Type", "flex")], 400, 20001),
    post("InvalidParameter", CONFIGURED, &[AUTO_WEBHOOK, AUTO_FILTER, ("AutoCreation.WebhookUrl", "x")], 400, 20001),
    post("InvalidParameter", CONFIGURED, &[AUTO_WEBHOOK, AUTO_FILTER, AUTO_URL, ("AutoCreation.WebhookMethod", "put")], 400, 20001),
    post("InvalidParameter", CONFIGURED, &[AUTO_STUDIO, AUTO_FLOW, ("AutoCreation.StudioRetryCount", "4")], 400, 20001),
    post("ServiceNotFound", ADDRESSES, &[SMS, NEW_NUMBER, ("AutoCreation.ConversationServiceSid", "IS{0}")], 400, 50050),
    post("ServiceNotFound", CONFIGURED, &[("FriendlyName", "x"), ("AutoCreation.ConversationServiceSid", "x")], 400, 50050),
    post("WebhookUrlMissing", ADDRESSES, &[SMS, NEW_NUMBER, AUTO_WEBHOOK, AUTO_FILTER], 400, 50369),
    post("WebhookUrlMissing", CONFIGURED, &[AUTO_WEBHOOK], 400, 50369),
    post("WebhookUrlTooLong", CONFIGURED, &[AUTO_WEBHOOK, AUTO_FILTER, ("AutoCreation.WebhookUrl", "https://example.com/{x500}")], 400, 50372),
    post("WebhookFilterMissing", ADDRESSES, &[SMS, NEW_NUMBER, AUTO_WEBHOOK, AUTO_URL], 400, 50370),
    post("WebhookFilterInvalid", CONFIGURED, &[AUTO_WEBHOOK, AUTO_URL, ("AutoCreation.WebhookFilters", "onConversationAdded")], 400, 50365),
    post("FlowSidInvalid", ADDRESSES, &[SMS, NEW_NUMBER, AUTO_STUDIO], 400, 50367),
    post("FlowSidInvalid", CONFIGURED, &[AUTO_STUDIO, ("AutoCreation.StudioFlowSid", "x")], 400, 50367),
];

impl Case {
    const fn with_status(self, status: u16) -> Self {
        Case { status, ..self }
    }
}
