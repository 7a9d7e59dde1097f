//! Every error that the API can answer, provoked through the API: the code, the status, and that
//! nothing was changed.

mod cases;
mod limits;
mod server_errors;

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::Reason;
use dwell_testkit::{DeliveryStatus, TestApp, Told};

use crate::support::{CONVERSATIONS, conversation, everything, say, sid, text};
use cases::{CASES, Case};

/// Names every reason there is: one that is new does not compile until it is listed here, and then
/// needs a case.
macro_rules! reasons {
    ($($name:ident)*) => {
        const REASONS: &[&str] = &[$(stringify!($name)),*];

        #[allow(dead_code, reason = "it is enough that it compiles")]
        fn is_listed(reason: &Reason) {
            match reason {
                $(Reason::$name { .. } => {})*
            }
        }
    };
}

reasons! {
    InvalidParameter DefaultServiceDelete NotATestAccount ServiceNotFound MessagePageTokenNegative DeliveryPending
    PersonExists RoleForbids SessionState KeyMayOnlyRead AccessTokenInvalid AccessTokenHeader AccessTokenIssuer AccessTokenExpired
    AccessTokenNotYetValid AccessTokenGrants AccessTokenSignature
    FriendlyNameMissing FriendlyNameTooLong UniqueNameTooLong UniqueNameLooksLikeSid UniqueNameTaken
    AttributesTooLong AttributesNotJson DateCreatedInvalid DateUpdatedInvalid MessagingServiceSidInvalid
    EndDateBeforeStartDate
    StateEmpty StateUnknown InactiveTimerTooShort ClosedTimerTooShort InactiveTimerInvalid ClosedTimerInvalid
    ConversationClosed ConversationInitializing CreatedClosed
    AuthorTooLong BodyMissing BodyTooLong SubjectTooLong MediaSidInvalid MediaNotFound MediaBodyImmutable
    MediaAttached MediaTypeInvalid MediaTooLarge MediaLinkInvalid
    ContentSidInvalid ContentVariablesInvalid ContentVariablesWithoutContent ContentVariablesTooLong
    ContentVariableKeyTooLong ContentVariableValueTooLong
    IdentityMissing IdentityTooLong IdentityLooksLikeSid IdentityNotAcceptable IdentityNotAddable
    IdentityConversationLimit UserExists RoleNotFound ConversationRoleNotFound ServiceRoleNotFound
    ParticipantInvalid TooManyParticipants
    DefaultCreatorRoleNotFound DefaultConversationRoleNotFound PermissionUnknown RoleTypeInvalid DefaultRoleDelete
    TemplateTooLong SoundTooLong BindingTypeInvalid
    ParticipantExists ChatParticipantLimit NonChatParticipantLimit AddressEmpty ProxyAddressEmpty AddressInvalid
    ProxyAddressInvalid AddressEqualsProxy AddressTypeMismatch PairInUse ProxyAddressAbsent ProxyAddressNotAddable
    ProxyAddressNotOwned WhatsappSenderNotEnabled AddressServed
    ProjectedAddressAbsent ProjectedAddressNotAddable GroupMmsNotEnabled GroupMemberWithoutAddress GroupTooSmall
    GroupTooLarge GroupMemberTwice GroupExists ProjectedAddressNotOwned GroupWithProxyAddresses ChannelWithoutGroups
    AuthorNotInGroup LastReadMessageIndexInvalid
    LastReadTimestampInvalid IdentityAndAddress NotificationLevelUnknown
    PreWebhookRejected PreWebhookUrlInvalid PostWebhookUrlInvalid WebhookLimit WebhookTargetMissing WebhookTargetInvalid WebhookUrlMissing
    WebhookUrlTooLong WebhookFilterMissing WebhookFilterInvalid WebhookTriggerMissing WebhookTriggerTooLong
    WebhookTriggerLimit FlowSidInvalid AddressConfigured InboundUnrouted
}

#[test]
fn every_reason_has_a_case() {
    let elsewhere = [
        limits::REASONS,
        crate::access_tokens::REASONS,
        crate::channels::REASONS,
        crate::groups::REASONS,
        crate::key_rights::REASONS,
        crate::media::REASONS,
        crate::people::REASONS,
        crate::pre_hooks::REASONS,
        crate::sessions::REASONS,
    ]
    .concat();
    let cased: BTreeSet<_> = CASES.iter().map(|case| case.reason).chain(elsewhere).collect();
    let missing: Vec<_> = REASONS.iter().filter(|reason| !cased.contains(*reason)).collect();
    assert!(missing.is_empty(), "no case provokes {missing:?}");
    let unknown: Vec<_> = cased.iter().filter(|reason| !REASONS.contains(reason)).collect();
    assert!(unknown.is_empty(), "cases name {unknown:?}, which are no reasons");
    let codes = |case: &Case| (case.status, case.code);
    for reason in REASONS {
        let of: BTreeSet<_> = CASES.iter().filter(|case| case.reason == *reason).map(codes).collect();
        assert!(of.len() <= 1, "{reason} has one code, not {of:?}");
    }
}

#[tokio::test]
async fn each_is_answered_with_its_code_and_changes_nothing() {
    let app = TestApp::new().await;
    let names = furnish(&app).await;
    let before = everything(&app).await;
    // Time goes on between the requests: what they change would show in `date_updated` too.
    app.clock.advance(1);
    let mut wrong = Vec::new();
    for Case { reason, method, path, form, status, code } in CASES {
        let path = expand(path, &names);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, expand(value, &names))).collect();
        let borrowed: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = app.send(method, &path, &borrowed, Some(&app.account)).await;
        let shown = answer.text.chars().take(200).collect::<String>();
        if answer.status < 400 || answer.refusal() != (*status, *code) {
            wrong.push(format!("{reason}: {method} {path} is not {status}/{code} but {} {shown}", answer.status));
        }
        if everything(&app).await != before {
            wrong.push(format!("{reason}: {method} {path} changed something"));
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every case is what the page of its operation says: the code is among its errors.
#[test]
fn the_documentation_names_the_errors_of_each_operation() {
    let library = dwell_docs::Library::new(&dwell_http::openapi_json(), "").unwrap();
    let is_at = |template: &str, path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        let (known, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        known.len() == asked.len() && known.iter().zip(&asked).all(|(k, a)| k.starts_with('{') || k == a)
    };
    let mut wrong = Vec::new();
    for Case { reason, method, path, code, .. } in CASES {
        // A fixed segment counts more than a variable.
        let mut found: Vec<_> = library
            .operations()
            .iter()
            .filter(|one| one.method == *method && one.paths.iter().any(|template| is_at(template, path)))
            .collect();
        found.sort_by_key(|one| one.path().matches('{').count());
        let operation = found.first().unwrap_or_else(|| panic!("{method} {path} is no operation"));
        if !operation.codes.iter().any(|known| i64::from(*known) == *code) {
            wrong.push(format!("{} answers {code} ({reason})", operation.slug));
        }
    }
    assert!(wrong.is_empty(), "say so in dwell-docs/src/errors/table.rs:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_refusal_says_what_programs_read_in_it() {
    let app = TestApp::new().await;
    let names = furnish(&app).await;
    for (reason, message) in [
        ("AttributesNotJson", "Attributes not valid JSON"),
        ("UniqueNameTaken", "Conversation with provided unique name already exists"),
        ("InactiveTimerTooShort", "TimeToInactive should be greater or equal to 1 minute"),
        ("ClosedTimerTooShort", "TimeToClosed should be greater or equal to 10 minutes"),
        ("ConversationClosed", "Can't update conversation as it's in final closed state"),
        ("AddressInvalid", "Invalid messaging binding address"),
        ("PairInUse", "A binding for this participant and proxy address already exists in Conversation {c}"),
        ("ParticipantExists", "Participant already exists"),
        ("AddressConfigured", "The address has a configuration already, {address}"),
        ("AddressServed", "The address +15017122690 is served by a channel already, {channel}"),
        (
            "InboundUnrouted",
            "No conversation holds the message, and no address configuration makes one for +15017122699",
        ),
        ("InvalidParameter", "Invalid parameter By: exactly one of By and To is required"),
    ] {
        let case = CASES.iter().find(|case| case.reason == reason).unwrap();
        let form: Vec<_> = case.form.iter().map(|(name, value)| (*name, expand(value, &names))).collect();
        let borrowed: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = app.send(case.method, &expand(case.path, &names), &borrowed, Some(&app.account)).await;
        assert_eq!(text(&answer.body, "message"), expand(message, &names), "{reason}");
    }
}

/// Makes what the cases speak of, and says what their names stand for.
async fn furnish(app: &TestApp) -> BTreeMap<&'static str, String> {
    let timers = ("Timers.Inactive", "PT1H");
    let (c, path) = conversation(app, &[("UniqueName", "taken"), timers, ("Timers.Closed", "P1D")]).await;
    let (other, _) = conversation(app, &[("State", "inactive"), timers]).await;
    let (closed, closed_path) = conversation(app, &[("UniqueName", "over")]).await;
    let participants = format!("{path}/Participants");
    let message = say(app, &path, "text").await;
    let content = [("ContentSid", "HX00000000000000000000000000000000")];
    let content = app.made(&format!("{path}/Messages"), &content).await;
    let ann = app.made(&participants, &[("Identity", "ann")]).await;
    let pair = |address| [("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", "+15017122660")];
    let phone = app.made(&participants, &pair("+15017122661")).await;
    let bare = app.made(&participants, &pair("+15017122662")).await;
    app.made(&format!("{participants}/{}", sid(&bare)), &[("MessagingBinding.ProxyAddress", "null")]).await;
    let late = say(app, &closed_path, "text").await;
    app.made(&format!("{closed_path}/Participants"), &[("Identity", "ann")]).await;
    app.made(&closed_path, &[("State", "closed")]).await;
    let user = app.fetched("/v1/Users/ann").await;
    let new = app.made("/v1/ConversationWithParticipants", &[("Participant", "{\"identity\": \"zoe\"}")]).await;
    let credential = app.made("/v1/Credentials", &[("Type", "fcm")]).await;
    let flow = ("Configuration.FlowSid", "FW00000000000000000000000000000000");
    let mut studio = app.made(&format!("{path}/Webhooks"), &[("Target", "studio"), flow]).await;
    for _ in 0..4 {
        studio = app.made(&format!("{path}/Webhooks"), &[("Target", "studio"), flow]).await;
    }
    let url = ("Configuration.Url", "https://example.com");
    let hook = [("Target", "webhook"), url, ("Configuration.Filters", "onMessageAdded")];
    let hook = app.made(&format!("{CONVERSATIONS}/{}/Webhooks", sid(&other)), &hook).await;
    let trigger = [("Target", "trigger"), url, ("Configuration.Triggers", "help")];
    let trigger = app.made(&format!("{CONVERSATIONS}/{}/Webhooks", sid(&other)), &trigger).await;
    let told =
        Told { hook_sid: sid(&hook), stream_sid: sid(&c), event: "onMessageAdded", status: DeliveryStatus::Pending };
    let delivery = app.keep_delivery(&app.account, told).await;
    let address = [("Type", "sms"), ("Address", "+15017122699"), ("AutoCreation.Type", "default")];
    let address = app.made("/v1/Configuration/Addresses", &address).await;
    let channel = [("Provider", "loopback"), ("Addresses", "+15017122690")];
    let channel = app.made("/dwell/v1/Channels", &channel).await;
    BTreeMap::from([
        ("{channel}", sid(&channel).to_owned()),
        ("{c}", sid(&c).to_owned()),
        ("{other}", sid(&other).to_owned()),
        ("{new}", sid(&new).to_owned()),
        ("{closed}", sid(&closed).to_owned()),
        ("{message}", sid(&message).to_owned()),
        ("{content}", sid(&content).to_owned()),
        ("{late}", sid(&late).to_owned()),
        ("{phone}", sid(&phone).to_owned()),
        ("{bare}", sid(&bare).to_owned()),
        ("{studio}", sid(&studio).to_owned()),
        ("{hook}", sid(&hook).to_owned()),
        ("{trigger}", sid(&trigger).to_owned()),
        ("{delivery}", delivery),
        ("{address}", sid(&address).to_owned()),
        ("{service}", text(&c, "chat_service_sid").to_owned()),
        ("{service role}", text(&user, "role_sid").to_owned()),
        ("{conversation role}", text(&ann, "role_sid").to_owned()),
        ("{credential}", sid(&credential).to_owned()),
        ("{0}", "0".repeat(32)),
    ])
}

/// Puts what the names in braces stand for in their place; `{x9}` is nine times the letter.
fn expand(template: &str, names: &BTreeMap<&str, String>) -> String {
    let mut text = names.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value));
    while let Some((before, rest)) = text.split_once("{x") {
        let (count, after) = rest.split_once('}').unwrap();
        text = format!("{before}{}{after}", "x".repeat(count.parse().unwrap()));
    }
    text
}
