//! Refusals on the wire: one table from our reasons to code, status and message (contract §4).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dwell_core::Reason;
use dwell_engine::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every answer that is not a success (contract §4.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The number by which programs know the error.
    pub code: u32,
    /// What went wrong.
    pub message: String,
    /// Where to read more.
    pub more_info: String,
    /// The HTTP status, again.
    pub status: u16,
}

/// Where `more_info` of errors leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ErrorDocs {
    /// To Twilio's dictionary of errors, as the contract has it.
    #[default]
    Twilio,
    /// To the documentation of this server.
    Own,
    /// To what begins so, such as `https://example.com/errors`; the code follows after a slash.
    At(String),
}

impl ErrorDocs {
    /// The address of an error, told by the server at `base`.
    pub(crate) fn address(&self, code: u32, base: &str) -> String {
        match self {
            ErrorDocs::Twilio => format!("https://www.twilio.com/docs/errors/{code}"),
            ErrorDocs::Own => format!("{base}/docs/errors/{code}"),
            ErrorDocs::At(place) => format!("{}/{code}", place.trim_end_matches('/')),
        }
    }
}

/// Anything that ends a request without success. It becomes a body only at the door, which knows
/// the path that was asked for.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// A command failed.
    Engine(Error),
    /// Credentials are missing, wrong or foreign.
    Unauthorized,
    /// A write of somebody who is signed in, but not from a page of ours.
    Forged,
    /// The path names nothing.
    UnknownPath,
    /// The path knows other methods.
    MethodNotAllowed,
    /// The body is larger than allowed.
    BodyTooLarge,
    /// The body does not come to its end.
    BodyTooSlow,
    /// The request cannot be read; the message says why.
    Malformed(String),
    /// More writes than allowed; one more may be made after so many seconds.
    TooManyRequests {
        /// Until then.
        retry_after_seconds: i64,
    },
    /// A mistake of ours.
    Panic,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Engine(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

struct Wire {
    code: u32,
    status: StatusCode,
    message: String,
}

impl Failure {
    /// The status and the body for a request of `path` to the server at `base`.
    pub(crate) fn to_body(&self, path: &str, docs: &ErrorDocs, base: &str) -> (StatusCode, ErrorBody) {
        let Wire { code, status, message } = self.wire(path);
        let more_info = docs.address(code, base);
        (status, ErrorBody { code, message, more_info, status: status.as_u16() })
    }

    /// The status alone.
    pub(crate) fn status(&self) -> StatusCode {
        self.wire("").status
    }

    fn wire(&self, path: &str) -> Wire {
        let wire = |code, status, message: &str| Wire { code, status, message: message.to_owned() };
        match self {
            Failure::Unauthorized => wire(20003, StatusCode::UNAUTHORIZED, "Authenticate"),
            Failure::Forged => {
                wire(20403, StatusCode::FORBIDDEN, "X-Dwell-CSRF is missing, or not that of your session")
            }
            Failure::UnknownPath | Failure::Engine(Error::NotFound) => {
                let path = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
                let message = format!("The requested resource {path} was not found");
                wire(20404, StatusCode::NOT_FOUND, &message)
            }
            Failure::MethodNotAllowed => wire(20004, StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
            Failure::BodyTooLarge => wire(20413, StatusCode::PAYLOAD_TOO_LARGE, "Request body too large"),
            // The dictionary has no code for it; this one follows its rule of 20 and the status.
            Failure::BodyTooSlow => wire(20408, StatusCode::REQUEST_TIMEOUT, "The request body took too long"),
            Failure::TooManyRequests { .. } | Failure::Engine(Error::TooManyRequests) => {
                wire(20429, StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
            }
            Failure::Malformed(message) => wire(20001, StatusCode::BAD_REQUEST, message),
            Failure::Engine(Error::Conflict) => {
                wire(20409, StatusCode::CONFLICT, "The resource was changed by somebody else at the same time")
            }
            Failure::Engine(Error::Overloaded | Error::Unavailable(_)) => {
                wire(20503, StatusCode::SERVICE_UNAVAILABLE, "Service unavailable, try again")
            }
            Failure::Engine(Error::Internal(_)) | Failure::Panic => {
                wire(20500, StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
            Failure::Engine(Error::Refused(reason)) => {
                let (code, status, message) = refusal(reason);
                Wire { code, status, message }
            }
        }
    }
}

/// The table. Codes are the dictionary's (contract §4.3); texts are those seen on the wire where
/// any were (§4.2).
fn refusal(reason: &Reason) -> (u32, StatusCode, String) {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const CONFLICT: StatusCode = StatusCode::CONFLICT;
    const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
    let (code, status, message) = match reason {
        Reason::InvalidParameter { name, problem } => {
            return (20001, BAD, format!("Invalid parameter {name}: {problem}"));
        }
        Reason::AttributesTooLong { bytes_max } => {
            return (50303, BAD, format!("Attributes too long, at most {bytes_max} bytes"));
        }
        Reason::MediaTooLarge { bytes_max } => {
            return (50512, StatusCode::PAYLOAD_TOO_LARGE, format!("Media too large, at most {bytes_max} bytes"));
        }
        // Programs read the conversation's SID out of this text (contract §4.2).
        Reason::PairInUse { holder } => {
            let text = "A binding for this participant and proxy address already exists in Conversation";
            return (50416, CONFLICT, format!("{text} {holder}"));
        }
        Reason::GroupExists { holder } => {
            let text = "Group conversation with given participant list already exists as Conversation";
            return (50438, CONFLICT, format!("{text} {holder}"));
        }
        Reason::AddressConfigured { holder } => {
            return (20409, CONFLICT, format!("The address has a configuration already, {holder}"));
        }
        Reason::AddressServed { address, holder } => {
            return (20409, CONFLICT, format!("The address {address} is served by a channel already, {holder}"));
        }
        Reason::InboundUnrouted { address } => {
            let text = "No conversation holds the message, and no address configuration makes one for";
            return (20404, StatusCode::NOT_FOUND, format!("{text} {address}"));
        }
        Reason::PersonExists { name } => {
            return (20409, CONFLICT, format!("Another person has the {name} already"));
        }
        Reason::AccessTokenGrants { problem } => {
            return (20106, UNAUTHORIZED, format!("Invalid Access Token grants: {problem}"));
        }
        Reason::DefaultServiceDelete => (20409, CONFLICT, "The default service cannot be deleted"),
        Reason::DeliveryPending => (20409, CONFLICT, "The delivery waits already, or is on its way"),
        Reason::NotATestAccount => (20403, StatusCode::FORBIDDEN, "The account is not a test account"),
        Reason::ServiceNotFound => (50050, BAD, "Service not found"),
        Reason::MessagePageTokenNegative => (19038, BAD, "Message page token must not be negative"),

        Reason::SessionState { problem } => (20409, CONFLICT, *problem),
        Reason::RoleForbids => (20403, StatusCode::FORBIDDEN, "Your role may not do this"),
        Reason::KeyMayOnlyRead => (20403, StatusCode::FORBIDDEN, "The API key may only read"),
        Reason::AccessTokenInvalid => (20101, UNAUTHORIZED, "Invalid Access Token"),
        Reason::AccessTokenHeader => (20102, UNAUTHORIZED, "Invalid Access Token header"),
        Reason::AccessTokenIssuer => (20103, UNAUTHORIZED, "Invalid Access Token issuer/subject"),
        Reason::AccessTokenExpired => (20104, UNAUTHORIZED, "Access Token expired or expiration date invalid"),
        Reason::AccessTokenNotYetValid => (20105, UNAUTHORIZED, "Access Token not yet valid"),
        Reason::AccessTokenSignature => (20107, UNAUTHORIZED, "Invalid Access Token signature"),

        Reason::FriendlyNameMissing => (50000, BAD, "Friendly name is missing"),
        Reason::FriendlyNameTooLong => (50003, BAD, "Friendly name too long"),
        Reason::UniqueNameTooLong => (50004, BAD, "Unique name too long"),
        Reason::UniqueNameLooksLikeSid => (50390, BAD, "Unique name must not look like a Conversation SID"),
        Reason::UniqueNameTaken => (50353, CONFLICT, "Conversation with provided unique name already exists"),
        Reason::AttributesNotJson => (50304, BAD, "Attributes not valid JSON"),
        Reason::DateCreatedInvalid => (50308, BAD, "DateCreated is not a valid ISO 8601 date and time"),
        Reason::DateUpdatedInvalid => (50309, BAD, "DateUpdated is not a valid ISO 8601 date and time"),
        Reason::MessagingServiceSidInvalid => (50341, BAD, "Messaging service SID is invalid"),
        Reason::EndDateBeforeStartDate => (50396, BAD, "EndDate must not be before StartDate"),

        Reason::StateEmpty => (50374, BAD, "State must not be empty"),
        Reason::StateUnknown => (50378, BAD, "State must be one of active, inactive, closed"),
        Reason::InactiveTimerTooShort => (50375, BAD, "TimeToInactive should be greater or equal to 1 minute"),
        Reason::ClosedTimerTooShort => (50376, BAD, "TimeToClosed should be greater or equal to 10 minutes"),
        Reason::InactiveTimerInvalid => (50379, BAD, "Timers.Inactive is not a valid ISO 8601 duration"),
        Reason::ClosedTimerInvalid => (50380, BAD, "Timers.Closed is not a valid ISO 8601 duration"),
        Reason::ConversationClosed => (50377, BAD, "Can't update conversation as it's in final closed state"),
        Reason::ConversationInitializing => {
            (50386, BAD, "Conversation in initializing state can't be updated or used for sending messages")
        }
        Reason::CreatedClosed => (50384, BAD, "Conversation can't be created in closed state"),

        Reason::AuthorTooLong => (50310, BAD, "Author too long"),
        Reason::BodyMissing => (50503, BAD, "Message body is missing"),
        Reason::BodyTooLong => (50504, BAD, "Message body too long"),
        Reason::SubjectTooLong => (20001, BAD, "Invalid parameter Subject: too long"),
        Reason::MediaSidInvalid => (50510, BAD, "Media SID is invalid"),
        Reason::MediaNotFound => (50507, BAD, "Media not found"),
        Reason::MediaAttached => (50508, BAD, "Media is attached to another message already"),
        Reason::MediaTypeInvalid => (50511, BAD, "Media type is missing or invalid"),
        Reason::MediaLinkInvalid => (20403, StatusCode::FORBIDDEN, "The link has expired, or is not as it was given"),
        Reason::MediaBodyImmutable => (50509, BAD, "The body of a media or content message can't be edited"),
        Reason::ContentSidInvalid => (50526, BAD, "Content SID is invalid"),
        Reason::ContentVariablesInvalid => (50527, BAD, "Content variables are not a JSON object of strings"),
        Reason::ContentVariablesWithoutContent => (50528, BAD, "Content variables need a content SID"),
        Reason::ContentVariablesTooLong => (50529, BAD, "Content variables too long"),
        Reason::ContentVariableKeyTooLong => (50540, BAD, "Name of a content variable too long"),
        Reason::ContentVariableValueTooLong => (50541, BAD, "Value of a content variable too long"),

        Reason::IdentityMissing => (50205, BAD, "Identity is missing"),
        Reason::IdentityTooLong => (50207, BAD, "Identity too long"),
        Reason::IdentityLooksLikeSid => (50206, BAD, "Identity must not look like a User SID"),
        Reason::IdentityNotAcceptable => (50211, BAD, "Identity can't be combined with a messaging binding"),
        Reason::IdentityNotAddable => (50444, BAD, "Identity can't be changed for this participant"),
        Reason::IdentityConversationLimit => (50214, BAD, "User conversations limit reached"),
        Reason::UserExists => (50201, CONFLICT, "User already exists"),
        Reason::RoleNotFound => (50100, BAD, "Role not found"),
        Reason::ConversationRoleNotFound => (50101, BAD, "Role not found at conversation level"),
        Reason::ServiceRoleNotFound => (50102, BAD, "Role not found at service level"),
        Reason::DefaultCreatorRoleNotFound => (50106, BAD, "Creator role not found"),
        Reason::DefaultConversationRoleNotFound => (50109, BAD, "Conversation role not found"),
        Reason::PermissionUnknown => (50104, BAD, "Permission unknown for this type of role"),
        Reason::RoleTypeInvalid => (50105, BAD, "Role type must be one of conversation, service"),
        Reason::DefaultRoleDelete => (20409, CONFLICT, "A default role of the service cannot be deleted"),
        Reason::TemplateTooLong => (50058, BAD, "Notification template too long"),
        Reason::SoundTooLong => (50059, BAD, "Notification sound too long"),
        Reason::BindingTypeInvalid => (50209, BAD, "Binding type must be one of apn, gcm, fcm, twilsock"),

        Reason::ParticipantInvalid => (50424, BAD, "One of the participants is not a valid JSON object"),
        Reason::TooManyParticipants => (50426, BAD, "Request contains too many participants"),
        Reason::ParticipantExists => (50433, CONFLICT, "Participant already exists"),
        Reason::ChatParticipantLimit => (50417, BAD, "Participants limit of the conversation reached"),
        Reason::NonChatParticipantLimit => (50418, BAD, "Non-chat participants limit of the conversation reached"),
        Reason::AddressEmpty => (50411, BAD, "Messaging binding address is empty"),
        Reason::ProxyAddressEmpty => (50412, BAD, "Messaging binding proxy address is empty"),
        Reason::AddressInvalid => (50407, BAD, "Invalid messaging binding address"),
        Reason::ProxyAddressInvalid => (50408, BAD, "Invalid messaging binding proxy address"),
        Reason::AddressEqualsProxy => (50409, BAD, "Messaging binding address equals its proxy address"),
        Reason::ProxyAddressNotOwned => {
            (50413, BAD, "Messaging binding proxy address is not owned by the Account: no channel serves it")
        }
        Reason::WhatsappSenderNotEnabled => {
            (50415, BAD, "Messaging binding proxy address is not an enabled WhatsApp sender")
        }
        Reason::AddressTypeMismatch => (50414, BAD, "Messaging binding address and proxy address differ in type"),
        Reason::ProxyAddressAbsent => (50440, BAD, "Participant has no proxy address to remove"),
        Reason::ProxyAddressNotAddable => (50441, BAD, "A proxy address can't be added without an address"),
        Reason::ProjectedAddressAbsent => (50442, BAD, "Participant has no projected address to remove"),
        Reason::ProjectedAddressNotAddable => (50443, BAD, "A projected address can't be added to a binding"),
        Reason::GroupMmsNotEnabled => (50452, BAD, "Group MMS is not enabled for this Account"),
        Reason::GroupMemberWithoutAddress => {
            (50434, BAD, "A participant of a group text has neither a telephone number nor a projected address")
        }
        Reason::GroupTooSmall => (50435, BAD, "Group conversation needs at least 3 bound participants"),
        Reason::GroupTooLarge => (50436, BAD, "Group conversation has too many participants"),
        Reason::GroupMemberTwice => (50437, BAD, "Group conversation has duplicate participants"),
        Reason::ProjectedAddressNotOwned => {
            (50439, BAD, "Projected address is not owned by the Account: no channel serves it")
        }
        Reason::GroupWithProxyAddresses => {
            (50443, BAD, "A group text and participants with proxy addresses can't be in one conversation")
        }
        Reason::ChannelWithoutGroups => (50453, BAD, "The channel of the projected address takes no group texts"),
        Reason::AuthorNotInGroup => (50513, BAD, "Author must be one of the participants of the group text"),
        Reason::IdentityAndAddress => (50451, BAD, "Only one of Identity and Address can be given"),
        Reason::NotificationLevelUnknown => (50210, BAD, "Notification level must be one of default, muted"),
        Reason::LastReadMessageIndexInvalid => (50421, BAD, "Last read message index is not a number"),
        Reason::LastReadTimestampInvalid => (50405, BAD, "Last read timestamp is not a valid ISO 8601 date and time"),

        Reason::PreWebhookRejected => {
            let text = "Pre-event webhook responded with HTTP status code other than 200 and blocked the command";
            (50056, StatusCode::FORBIDDEN, text)
        }
        Reason::PreWebhookUrlInvalid => (50077, BAD, "Pre-event webhook URL is invalid"),
        Reason::PostWebhookUrlInvalid => (50078, BAD, "Post-event webhook URL is invalid"),
        Reason::WebhookLimit => (50361, BAD, "Webhooks limit of the conversation reached"),
        Reason::WebhookTriggerLimit => (50362, BAD, "Triggers limit of the webhook reached"),
        Reason::WebhookTargetInvalid => (50364, BAD, "Webhook target must be one of webhook, trigger, studio"),
        Reason::WebhookFilterInvalid => (50365, BAD, "Webhook filter is invalid"),
        Reason::WebhookTriggerTooLong => (50366, BAD, "Webhook trigger too long"),
        Reason::FlowSidInvalid => (50367, BAD, "Studio flow SID is missing or invalid"),
        Reason::WebhookTargetMissing => (50368, BAD, "Webhook target is missing"),
        Reason::WebhookUrlMissing => (50369, BAD, "Webhook URL is missing"),
        Reason::WebhookFilterMissing => (50370, BAD, "Webhook filter is missing"),
        Reason::WebhookTriggerMissing => (50371, BAD, "Webhook trigger is missing"),
        Reason::WebhookUrlTooLong => (50372, BAD, "Webhook URL too long"),
    };
    (code, status, message.to_owned())
}
