//! Why a request is refused. The code, status and wording of each on the wire are one table in the
//! HTTP crate.

use crate::sid::{AddressSid, ChannelSid, ConversationSid};

/// A refusal of the domain. Nothing is changed by a refused request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is said by its message")]
pub enum Reason {
    #[error("{name}: {problem}")]
    InvalidParameter { name: &'static str, problem: String },
    #[error("the pre-event webhook rejected it")]
    PreWebhookRejected,
    #[error("the default service cannot be deleted")]
    DefaultServiceDelete,
    #[error("the account is not a test account")]
    NotATestAccount,
    #[error("the delivery waits already, or is on its way")]
    DeliveryPending,
    #[error("service not found")]
    ServiceNotFound,
    #[error("negative message page token")]
    MessagePageTokenNegative,

    #[error("another person has the {name}")]
    PersonExists { name: &'static str },
    #[error("the role may not do this")]
    RoleForbids,
    #[error("{problem}")]
    SessionState { problem: &'static str },
    #[error("the API key may only read")]
    KeyMayOnlyRead,
    #[error("the access token cannot be read")]
    AccessTokenInvalid,
    #[error("the header of the access token is not that of an access token")]
    AccessTokenHeader,
    #[error("the access token was not issued by an API key of its account")]
    AccessTokenIssuer,
    #[error("the access token has expired, or lives longer than it may")]
    AccessTokenExpired,
    #[error("the access token is not valid yet")]
    AccessTokenNotYetValid,
    #[error("the access token grants nothing here: {problem}")]
    AccessTokenGrants { problem: &'static str },
    #[error("the signature of the access token is wrong")]
    AccessTokenSignature,

    #[error("friendly name missing")]
    FriendlyNameMissing,
    #[error("friendly name too long")]
    FriendlyNameTooLong,
    #[error("unique name too long")]
    UniqueNameTooLong,
    #[error("unique name looks like a conversation SID")]
    UniqueNameLooksLikeSid,
    #[error("unique name taken")]
    UniqueNameTaken,
    #[error("attributes over {bytes_max} bytes")]
    AttributesTooLong { bytes_max: usize },
    #[error("attributes are not JSON")]
    AttributesNotJson,
    #[error("DateCreated malformed")]
    DateCreatedInvalid,
    #[error("DateUpdated malformed")]
    DateUpdatedInvalid,
    #[error("messaging service SID malformed")]
    MessagingServiceSidInvalid,
    #[error("end date before start date")]
    EndDateBeforeStartDate,

    #[error("state empty")]
    StateEmpty,
    #[error("state unknown")]
    StateUnknown,
    #[error("inactive timer below its minimum")]
    InactiveTimerTooShort,
    #[error("closed timer below its minimum")]
    ClosedTimerTooShort,
    #[error("inactive timer malformed")]
    InactiveTimerInvalid,
    #[error("closed timer malformed")]
    ClosedTimerInvalid,
    #[error("the conversation is closed")]
    ConversationClosed,
    #[error("the conversation is initializing")]
    ConversationInitializing,
    #[error("a conversation cannot be created closed")]
    CreatedClosed,

    #[error("author too long")]
    AuthorTooLong,
    #[error("body missing")]
    BodyMissing,
    #[error("body too long")]
    BodyTooLong,
    #[error("subject too long")]
    SubjectTooLong,
    #[error("media SID malformed")]
    MediaSidInvalid,
    #[error("media not found")]
    MediaNotFound,
    #[error("the media belongs to another message")]
    MediaAttached,
    #[error("media type missing or malformed")]
    MediaTypeInvalid,
    #[error("media larger than {bytes_max} bytes")]
    MediaTooLarge { bytes_max: u64 },
    #[error("the link to the media has expired, or was altered")]
    MediaLinkInvalid,
    #[error("the body of a media message cannot be edited")]
    MediaBodyImmutable,
    #[error("content SID malformed")]
    ContentSidInvalid,
    #[error("content variables are not a JSON object of strings")]
    ContentVariablesInvalid,
    #[error("content variables without content SID")]
    ContentVariablesWithoutContent,
    #[error("content variables too long")]
    ContentVariablesTooLong,
    #[error("content variable name too long")]
    ContentVariableKeyTooLong,
    #[error("content variable value too long")]
    ContentVariableValueTooLong,

    #[error("identity missing")]
    IdentityMissing,
    #[error("identity too long")]
    IdentityTooLong,
    #[error("identity looks like a user SID")]
    IdentityLooksLikeSid,
    #[error("identity not acceptable for this participant")]
    IdentityNotAcceptable,
    #[error("a participant's identity cannot be changed")]
    IdentityNotAddable,
    #[error("the identity holds too many conversations")]
    IdentityConversationLimit,
    #[error("user exists")]
    UserExists,
    #[error("role not found")]
    RoleNotFound,
    #[error("role not found at conversation level")]
    ConversationRoleNotFound,
    #[error("role not found at service level")]
    ServiceRoleNotFound,
    #[error("default role of a conversation's creator not found")]
    DefaultCreatorRoleNotFound,
    #[error("default role of participants not found")]
    DefaultConversationRoleNotFound,
    #[error("permission unknown, or of the other type of role")]
    PermissionUnknown,
    #[error("role type unknown")]
    RoleTypeInvalid,
    #[error("a default role cannot be deleted")]
    DefaultRoleDelete,
    #[error("notification template too long")]
    TemplateTooLong,
    #[error("notification sound too long")]
    SoundTooLong,
    #[error("binding type unknown")]
    BindingTypeInvalid,

    #[error("participant not a JSON object of the known keys")]
    ParticipantInvalid,
    #[error("too many participants at once")]
    TooManyParticipants,
    #[error("participant exists")]
    ParticipantExists,
    #[error("too many chat participants")]
    ChatParticipantLimit,
    #[error("too many non-chat participants")]
    NonChatParticipantLimit,
    #[error("address empty")]
    AddressEmpty,
    #[error("proxy address empty")]
    ProxyAddressEmpty,
    #[error("address malformed")]
    AddressInvalid,
    #[error("proxy address malformed")]
    ProxyAddressInvalid,
    #[error("address equals proxy address")]
    AddressEqualsProxy,
    #[error("proxy address of no channel and no address configuration of the account")]
    ProxyAddressNotOwned,
    #[error("proxy address of a WhatsApp channel that is not enabled")]
    WhatsappSenderNotEnabled,
    #[error("address and proxy address of different types")]
    AddressTypeMismatch,
    #[error("pair in use in {holder}")]
    PairInUse { holder: ConversationSid },
    #[error("no proxy address to remove")]
    ProxyAddressAbsent,
    #[error("a proxy address needs an address")]
    ProxyAddressNotAddable,
    #[error("no projected address to remove")]
    ProjectedAddressAbsent,
    #[error("a projected address cannot be added to a binding")]
    ProjectedAddressNotAddable,
    #[error("group MMS is not enabled")]
    GroupMmsNotEnabled,
    #[error("a participant of a group text has neither a telephone number nor a projected address")]
    GroupMemberWithoutAddress,
    #[error("fewer than three participants in a group text")]
    GroupTooSmall,
    #[error("too many participants in a group text")]
    GroupTooLarge,
    #[error("an address is twice in a group text")]
    GroupMemberTwice,
    #[error("a group text with the same participants is open, {holder}")]
    GroupExists { holder: ConversationSid },
    #[error("projected address of no channel of the account")]
    ProjectedAddressNotOwned,
    #[error("a group text and proxy addresses in one conversation")]
    GroupWithProxyAddresses,
    #[error("the channel of the projected address takes no group texts")]
    ChannelWithoutGroups,
    #[error("the author is not in the group text")]
    AuthorNotInGroup,
    #[error("identity and address both given")]
    IdentityAndAddress,
    #[error("notification level unknown")]
    NotificationLevelUnknown,
    #[error("last-read message index malformed")]
    LastReadMessageIndexInvalid,
    #[error("last-read timestamp malformed")]
    LastReadTimestampInvalid,

    #[error("pre-event webhook URL malformed")]
    PreWebhookUrlInvalid,
    #[error("post-event webhook URL malformed")]
    PostWebhookUrlInvalid,
    #[error("the conversation has too many webhooks")]
    WebhookLimit,
    #[error("webhook target missing")]
    WebhookTargetMissing,
    #[error("webhook target unknown")]
    WebhookTargetInvalid,
    #[error("webhook URL missing")]
    WebhookUrlMissing,
    #[error("webhook URL too long")]
    WebhookUrlTooLong,
    #[error("webhook filter missing")]
    WebhookFilterMissing,
    #[error("webhook filter is no event of its level")]
    WebhookFilterInvalid,
    #[error("webhook trigger missing")]
    WebhookTriggerMissing,
    #[error("webhook trigger too long")]
    WebhookTriggerTooLong,
    #[error("too many webhook triggers")]
    WebhookTriggerLimit,
    #[error("flow SID missing or malformed")]
    FlowSidInvalid,
    #[error("the address is configured in {holder}")]
    AddressConfigured { holder: AddressSid },
    #[error("{address} is served by {holder}")]
    AddressServed { address: String, holder: ChannelSid },
    #[error("nothing makes a conversation for messages to {address}")]
    InboundUnrouted { address: String },
}

impl From<crate::lifecycle::LifecycleError> for Reason {
    fn from(error: crate::lifecycle::LifecycleError) -> Self {
        match error {
            crate::lifecycle::LifecycleError::Closed => Reason::ConversationClosed,
            crate::lifecycle::LifecycleError::Initializing => Reason::ConversationInitializing,
            crate::lifecycle::LifecycleError::CreatedClosed => Reason::CreatedClosed,
        }
    }
}
