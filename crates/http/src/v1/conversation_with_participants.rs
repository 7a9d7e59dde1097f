//! `/ConversationWithParticipants` (contract §5.2).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dwell_engine::{Engine, conversations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, WebhookHeader, form};
use crate::reply::Answer;
use crate::request::InService;
use crate::v1::conversations::{Bindings, Conversation, Timers};

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(create))
}

/// A conversation as it was created, maybe before its participants are in it.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationWithParticipants {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// The messaging service for participants outside the chat; the account's default when none was given.
    messaging_service_sid: String,
    /// A name for people; null when none was given.
    friendly_name: Option<String>,
    /// A name that stands for the SID in paths, unique within the service; null when none was given.
    unique_name: Option<String>,
    /// Your own data: a JSON document as a text; `{}` when none was given.
    attributes: String,
    /// `initializing` until the participants are added; then the state that was asked for, or `closed`
    /// when they cannot be.
    state: &'static str,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When it was last changed, in whole seconds of UTC.
    date_updated: String,
    /// When its state will change by itself, or did.
    timers: Timers,
    /// What connects it to other channels.
    bindings: Bindings,
    /// Where what belongs to it is found.
    links: ConversationWithParticipantsLinks,
    /// Where it is found, in the tree of the request.
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConversationWithParticipantsLinks {
    /// Its participants.
    participants: String,
    /// Its messages.
    messages: String,
    /// Its own webhooks.
    webhooks: String,
}

impl From<Conversation> for ConversationWithParticipants {
    fn from(c: Conversation) -> Self {
        let links = ConversationWithParticipantsLinks {
            participants: c.links.participants,
            messages: c.links.messages,
            webhooks: c.links.webhooks,
        };
        ConversationWithParticipants {
            sid: c.sid,
            account_sid: c.account_sid,
            chat_service_sid: c.chat_service_sid,
            messaging_service_sid: c.messaging_service_sid,
            friendly_name: c.friendly_name,
            unique_name: c.unique_name,
            attributes: c.attributes,
            state: c.state,
            date_created: c.date_created,
            date_updated: c.date_updated,
            timers: c.timers,
            bindings: c.bindings,
            links,
            url: c.url,
        }
    }
}

form! {
    /// The body of `POST /ConversationWithParticipants`.
    CreateConversationWithParticipants => conversations::Create {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// A name for programs, at most 256 characters, that no other conversation of the service has; it can
        /// stand for the SID in paths.
        unique_name = "UniqueName",
        /// The creation time to show, for imports; by default the present time.
        date_created = "DateCreated" date_time,
        /// The time of the last change to show, for imports; by default that of the creation. The addition of
        /// participants is a change.
        date_updated = "DateUpdated" date_time,
        /// The messaging service to show; by default that of the account.
        messaging_service_sid = "MessagingServiceSid",
        /// Any JSON document, at most 16 KiB; `{}` by default.
        attributes = "Attributes",
        /// The state once the participants are in it: `active`, which is the default, or `inactive`. A
        /// conversation cannot begin `closed`.
        state = "State" one_of["active", "inactive", "closed"],
        /// Silence after which the conversation becomes inactive, an ISO 8601 duration of a minute or more; by
        /// default that of the account. It counts from the addition of the participants.
        timers_inactive = "Timers.Inactive",
        /// Time after which the conversation closes, an ISO 8601 duration of ten minutes or more; by default that
        /// of the account. It counts from becoming inactive, or without an inactive timer from the creation.
        timers_closed = "Timers.Closed",
        /// The address that e-mail participants see.
        bindings_email_address = "Bindings.Email.Address",
        /// The name that e-mail participants see.
        bindings_email_name = "Bindings.Email.Name",
        /// A participant to add, a JSON object with the keys of the participant resource: `identity`, or
        /// `messaging_binding` with `address` and `proxy_address`; `attributes`, `role_sid`, `date_created` and
        /// `date_updated` if need be. Repeated for each, at most ten times.
        participant = "Participant" list,
    }
}

/// Create a conversation together with participants. With any, the answer is 202 and the conversation
/// `initializing`: it takes no change until they have been added, all of them, shortly after. If one
/// cannot be added, none is, and the conversation is `closed`.
#[utoipa::path(
    post,
    path = "/ConversationWithParticipants",
    tag = "ConversationWithParticipants",
    params(WebhookHeader),
    request_body(content = CreateConversationWithParticipants, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "Created without participants", body = ConversationWithParticipants),
        (status = 202, description = "Created; the participants follow", body = ConversationWithParticipants),
    )
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateConversationWithParticipants(input)): Form<CreateConversationWithParticipants>,
) -> Answer<(StatusCode, Json<ConversationWithParticipants>)> {
    let conversation = engine.create_conversation(&request.scope, input).await?;
    let is_done = conversation.lifecycle.state != dwell_core::State::Initializing;
    let status = if is_done { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(Conversation::show(conversation, &request.tree).into())))
}
