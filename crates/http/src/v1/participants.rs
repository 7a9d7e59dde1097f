//! `/Conversations/{ConversationSid}/Participants` (contract §5.3).

use axum::Json;
use axum::extract::State;
use dwell_core::ConversationSid;
use dwell_engine::{Engine, participants};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, WebhookHeader, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "participants", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A participant.
#[derive(Debug, Serialize, ToSchema)]
struct Participant {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to; in the service tree only.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_service_sid: Option<String>,
    /// The conversation that it is in.
    conversation_sid: String,
    /// Who it is in the chat; null for one that is reached at an address only.
    identity: Option<String>,
    /// Your own data: a JSON document as a text; `{}` when none was given.
    attributes: String,
    /// How it is reached outside the chat; null for a plain chat participant.
    messaging_binding: Option<MessagingBinding>,
    /// Its role in the conversation; null for one outside the chat.
    role_sid: Option<String>,
    /// The index of the last message that it has read; null while that is not known.
    last_read_message_index: Option<i64>,
    /// When it read that message, in whole seconds of UTC; null while that is not known.
    last_read_timestamp: Option<String>,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When it was last changed, in whole seconds of UTC.
    date_updated: String,
    /// Where it is found, in the tree of the request.
    url: String,
}

/// How a participant outside the chat is reached.
#[derive(Debug, Serialize, ToSchema)]
struct MessagingBinding {
    /// The channel: `sms`, `whatsapp` and so on.
    r#type: String,
    /// Where the participant is reached; left out for a chat participant of a group text.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The address of yours that it talks to; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_address: Option<String>,
    /// The name beside an e-mail address; left out when none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How an e-mail participant is addressed: `to`; left out on other channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    /// The address of yours under which it takes part in a group text; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    projected_address: Option<String>,
}

fn list_url(tree: &Tree, conversation: &ConversationSid) -> String {
    tree.url(&format!("/Conversations/{conversation}/Participants"))
}

impl Participant {
    fn show(p: dwell_core::Participant, tree: &Tree) -> Self {
        Participant {
            url: format!("{}/{}", list_url(tree, &p.conversation_sid), p.sid),
            sid: p.sid.to_string(),
            account_sid: p.account_sid.to_string(),
            chat_service_sid: tree.service.map(|sid| sid.to_string()),
            conversation_sid: p.conversation_sid.to_string(),
            identity: p.identity,
            attributes: p.attributes,
            messaging_binding: p.binding.map(|binding| MessagingBinding {
                r#type: binding.binding_type,
                address: binding.address,
                proxy_address: binding.proxy_address,
                name: binding.name,
                level: binding.level,
                projected_address: binding.projected_address,
            }),
            role_sid: p.role_sid.map(|sid| sid.to_string()),
            last_read_message_index: p.last_read_message_index,
            last_read_timestamp: p.last_read_timestamp.map(date),
            date_created: date(p.date_created),
            date_updated: date(p.date_updated),
        }
    }
}

/// A page of participants.
#[derive(Debug, Serialize, ToSchema)]
struct ParticipantList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The participants of the page.
    participants: Vec<Participant>,
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Participants`.
    CreateParticipant => participants::Create {
        /// Who it is in the chat, at most 256 characters, not in the form of a user SID. Its user is created when
        /// there is none. Not together with an address.
        identity = "Identity",
        /// Where it is reached outside the chat: `+15017122661`, or with the channel before it,
        /// `whatsapp:+15017122661`; at most 256 characters. A telephone number alone, without a proxy address, is one
        /// of a group text.
        messaging_binding_address = "MessagingBinding.Address",
        /// The address of yours that it talks to, of the same channel. A pair of both is in one open conversation at
        /// most.
        messaging_binding_proxy_address = "MessagingBinding.ProxyAddress",
        /// The address of yours under which a chat participant takes part in a group text: a number of the form
        /// `+15017122662`, which a channel serves that takes group texts.
        messaging_binding_projected_address = "MessagingBinding.ProjectedAddress",
        /// When it is to count as created, for history that is imported: an ISO 8601 date and time. The moment of the
        /// call by default.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed, for history that is imported: an ISO 8601 date and time. The moment
        /// of the call by default.
        date_updated = "DateUpdated" date_time,
        /// Your own data: a JSON document as a text, at most 4 KB. `{}` by default.
        attributes = "Attributes",
        /// A role of conversations. The service's default by default.
        role_sid = "RoleSid",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Participants/{Sid}`.
    UpdateParticipant => participants::Update {
        /// When it is to count as created: an ISO 8601 date and time.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed: an ISO 8601 date and time. The moment of the call by default.
        date_updated = "DateUpdated" date_time,
        /// Your own data, all of it anew: a JSON document as a text, at most 4 KB.
        attributes = "Attributes",
        /// A role of conversations.
        role_sid = "RoleSid",
        /// The address of yours that it talks to; `null` takes it away.
        messaging_binding_proxy_address = "MessagingBinding.ProxyAddress",
        /// The address of yours under which a chat participant takes part in a group text; `null` takes it away.
        messaging_binding_projected_address = "MessagingBinding.ProjectedAddress",
        /// Who it is in the chat, at most 256 characters; only for those who take part in a group text under a
        /// projected address. `null` takes it away.
        identity = "Identity",
        /// The index of the last message that it has read, from 0.
        last_read_message_index = "LastReadMessageIndex" integer,
        /// When it read that message: an ISO 8601 date and time.
        last_read_timestamp = "LastReadTimestamp" date_time,
    }
}

/// Add a participant.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Participants",
    tag = "Participant",
    params(WebhookHeader),
    request_body(content = CreateParticipant, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Participant))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateParticipant(input)): Form<CreateParticipant>,
) -> Answer<Created<Participant>> {
    let participant = engine.create_participant(&request.scope, request.segment("ConversationSid"), input).await?;
    Ok(Created(Participant::show(participant, &request.tree)))
}

/// List participants in order of creation.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Participants",
    tag = "Participant",
    params(PageQuery),
    responses((status = 200, body = ParticipantList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ParticipantList>> {
    let paging = page.read(LISTING)?;
    let segment = request.segment("ConversationSid");
    let (sid, page) = engine.list_participants(&request.scope, segment, paging.request.clone()).await?;
    Ok(Json(ParticipantList {
        meta: paging.meta(&list_url(&request.tree, &sid), &[], &page),
        participants: page.items.into_iter().map(|p| Participant::show(p, &request.tree)).collect(),
    }))
}

/// Fetch a participant, by SID or identity.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Participants/{Sid}",
    tag = "Participant",
    responses((status = 200, body = Participant))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Participant>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let participant = engine.fetch_participant(&request.scope, conversation, sid).await?;
    Ok(Json(Participant::show(participant, &request.tree)))
}

/// Update a participant.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Participants/{Sid}",
    tag = "Participant",
    params(WebhookHeader),
    request_body(content = UpdateParticipant, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Participant))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateParticipant(input)): Form<UpdateParticipant>,
) -> Answer<Json<Participant>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let participant = engine.update_participant(&request.scope, conversation, sid, input).await?;
    Ok(Json(Participant::show(participant, &request.tree)))
}

/// Remove a participant.
#[utoipa::path(
    delete,
    path = "/Conversations/{ConversationSid}/Participants/{Sid}",
    tag = "Participant",
    params(WebhookHeader),
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    engine.delete_participant(&request.scope, conversation, sid).await?;
    Ok(Deleted)
}
