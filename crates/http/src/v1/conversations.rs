//! `/Conversations` (contract §5.1, §6).

use axum::Json;
use axum::extract::State;
use dwell_core::Lifecycle;
use dwell_engine::{Engine, conversations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Parameters, Query, WebhookHeader, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "conversations", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Conversation {
    pub(super) sid: String,
    pub(super) account_sid: String,
    pub(super) chat_service_sid: String,
    pub(super) messaging_service_sid: String,
    pub(super) friendly_name: Option<String>,
    pub(super) unique_name: Option<String>,
    pub(super) attributes: String,
    pub(super) state: &'static str,
    pub(super) date_created: String,
    pub(super) date_updated: String,
    pub(super) timers: Timers,
    pub(super) bindings: Bindings,
    pub(super) url: String,
    pub(super) links: ConversationLinks,
}

/// When the conversation will become inactive or closed, or did; a timer that is not configured or
/// will no longer fire has no key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timers {
    #[serde(skip_serializing_if = "Option::is_none")]
    date_inactive: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_closed: Option<String>,
}

impl Timers {
    pub(crate) fn show(lifecycle: &Lifecycle) -> Self {
        let dates = lifecycle.dates();
        Timers { date_inactive: dates.inactive.map(date), date_closed: dates.closed.map(date) }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Bindings {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailBinding>,
}

#[derive(Debug, Serialize, ToSchema)]
struct EmailBinding {
    projected_address: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationLinks {
    pub(super) participants: String,
    pub(super) messages: String,
    pub(super) webhooks: String,
    pub(super) export: String,
}

impl Conversation {
    pub(super) fn show(c: dwell_core::Conversation, tree: &Tree) -> Self {
        let url = tree.url(&format!("/Conversations/{}", c.sid));
        let below = |name: &str| format!("{url}/{name}");
        let has_email = c.email_address.is_some() || c.email_name.is_some();
        Conversation {
            sid: c.sid.to_string(),
            account_sid: c.account_sid.to_string(),
            chat_service_sid: c.service_sid.to_string(),
            messaging_service_sid: c.messaging_service_sid.to_string(),
            friendly_name: c.friendly_name,
            unique_name: c.unique_name,
            attributes: c.attributes,
            state: c.lifecycle.state.as_str(),
            date_created: date(c.date_created),
            date_updated: date(c.date_updated),
            timers: Timers::show(&c.lifecycle),
            bindings: Bindings {
                email: has_email.then_some(EmailBinding { projected_address: c.email_address, name: c.email_name }),
            },
            links: ConversationLinks {
                participants: below("Participants"),
                messages: below("Messages"),
                webhooks: below("Webhooks"),
                export: below("Export"),
            },
            url,
        }
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationList {
    meta: Meta,
    conversations: Vec<Conversation>,
}

form! {
    /// The body of `POST /Conversations`.
    CreateConversation => conversations::Create {
        friendly_name = "FriendlyName",
        unique_name = "UniqueName",
        date_created = "DateCreated" date_time,
        date_updated = "DateUpdated" date_time,
        messaging_service_sid = "MessagingServiceSid",
        attributes = "Attributes",
        state = "State" one_of["active", "inactive", "closed"],
        timers_inactive = "Timers.Inactive",
        timers_closed = "Timers.Closed",
        bindings_email_address = "Bindings.Email.Address",
        bindings_email_name = "Bindings.Email.Name",
    }
}

form! {
    /// The body of `POST /Conversations/{Sid}`.
    UpdateConversation => conversations::Update {
        friendly_name = "FriendlyName",
        unique_name = "UniqueName",
        date_created = "DateCreated" date_time,
        date_updated = "DateUpdated" date_time,
        messaging_service_sid = "MessagingServiceSid",
        attributes = "Attributes",
        state = "State" one_of["active", "inactive", "closed"],
        timers_inactive = "Timers.Inactive",
        timers_closed = "Timers.Closed",
        bindings_email_address = "Bindings.Email.Address",
        bindings_email_name = "Bindings.Email.Name",
    }
}

form! {
    /// The filters of `GET /Conversations`.
    ListConversations => conversations::List { start_date = "StartDate" date_time, end_date = "EndDate" date_time, state = "State" one_of["active", "inactive", "closed", "initializing"] }
}

/// Create a conversation.
#[utoipa::path(
    post,
    path = "/Conversations",
    tag = "Conversation",
    params(WebhookHeader),
    request_body(content = CreateConversation, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Conversation))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateConversation(input)): Form<CreateConversation>,
) -> Answer<Created<Conversation>> {
    let conversation = engine.create_conversation(&request.scope, input).await?;
    Ok(Created(Conversation::show(conversation, &request.tree)))
}

/// List conversations: most recent message activity first, or newest first when a date filters
/// them.
#[utoipa::path(
    get,
    path = "/Conversations",
    tag = "Conversation",
    params(ListConversations, PageQuery),
    responses((status = 200, body = ConversationList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(filters): Query<ListConversations>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ConversationList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_conversations(&request.scope, filters.0.clone(), paging.request.clone()).await?;
    Ok(Json(ConversationList {
        meta: paging.meta(&request.tree.url("/Conversations"), &filters.given(), &page),
        conversations: page.items.into_iter().map(|c| Conversation::show(c, &request.tree)).collect(),
    }))
}

/// Fetch a conversation.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}",
    tag = "Conversation",
    responses((status = 200, body = Conversation))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Conversation>> {
    let conversation = engine.fetch_conversation(&request.scope, request.segment("ConversationSid")).await?;
    Ok(Json(Conversation::show(conversation, &request.tree)))
}

/// Update a conversation.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}",
    tag = "Conversation",
    params(WebhookHeader),
    request_body(content = UpdateConversation, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Conversation))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateConversation(input)): Form<UpdateConversation>,
) -> Answer<Json<Conversation>> {
    let conversation = engine.update_conversation(&request.scope, request.segment("ConversationSid"), input).await?;
    Ok(Json(Conversation::show(conversation, &request.tree)))
}

/// Delete a conversation with everything in it.
#[utoipa::path(
    delete,
    path = "/Conversations/{ConversationSid}",
    tag = "Conversation",
    params(WebhookHeader),
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    engine.delete_conversation(&request.scope, request.segment("ConversationSid")).await?;
    Ok(Deleted)
}
