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
    sid: String,
    account_sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_service_sid: Option<String>,
    conversation_sid: String,
    identity: Option<String>,
    attributes: String,
    messaging_binding: Option<MessagingBinding>,
    role_sid: Option<String>,
    last_read_message_index: Option<i64>,
    last_read_timestamp: Option<String>,
    date_created: String,
    date_updated: String,
    url: String,
}

/// How a participant outside the chat is reached.
#[derive(Debug, Serialize, ToSchema)]
struct MessagingBinding {
    r#type: String,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_address: Option<String>,
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
    meta: Meta,
    participants: Vec<Participant>,
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Participants`.
    CreateParticipant => participants::Create {
        identity = "Identity",
        messaging_binding_address = "MessagingBinding.Address",
        messaging_binding_proxy_address = "MessagingBinding.ProxyAddress",
        messaging_binding_projected_address = "MessagingBinding.ProjectedAddress",
        date_created = "DateCreated" date_time,
        date_updated = "DateUpdated" date_time,
        attributes = "Attributes",
        role_sid = "RoleSid",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Participants/{Sid}`.
    UpdateParticipant => participants::Update {
        date_created = "DateCreated" date_time,
        date_updated = "DateUpdated" date_time,
        attributes = "Attributes",
        role_sid = "RoleSid",
        messaging_binding_proxy_address = "MessagingBinding.ProxyAddress",
        messaging_binding_projected_address = "MessagingBinding.ProjectedAddress",
        identity = "Identity",
        last_read_message_index = "LastReadMessageIndex" integer,
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
