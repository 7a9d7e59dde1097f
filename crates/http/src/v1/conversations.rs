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
    /// Its name for ever.
    pub(super) sid: String,
    /// The account that it belongs to.
    pub(super) account_sid: String,
    /// The conversation service that it belongs to.
    pub(super) chat_service_sid: String,
    /// The messaging service for participants outside the chat; the account's default when none was given.
    pub(super) messaging_service_sid: String,
    /// A name for people; null when none was given.
    pub(super) friendly_name: Option<String>,
    /// A name that stands for the SID in paths, unique within the service; null when none was given.
    pub(super) unique_name: Option<String>,
    /// Your own data: a JSON document as a text; `{}` when none was given.
    pub(super) attributes: String,
    /// `active`, `inactive` or `closed`; `initializing` while it is being set up.
    pub(super) state: &'static str,
    /// When it was created, in whole seconds of UTC.
    pub(super) date_created: String,
    /// When it was last changed, in whole seconds of UTC; messages do not count.
    pub(super) date_updated: String,
    /// When its state will change by itself, or did.
    pub(super) timers: Timers,
    /// What connects it to other channels.
    pub(super) bindings: Bindings,
    /// Where it is found, in the tree of the request.
    pub(super) url: String,
    /// Where what belongs to it is found.
    pub(super) links: ConversationLinks,
}

/// When the conversation will become inactive or closed, or did; a timer that is not configured or
/// will no longer fire has no key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timers {
    /// When the conversation becomes inactive, or did, in whole seconds of UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    date_inactive: Option<String>,
    /// When the conversation will be closed, or was, in whole seconds of UTC.
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
    /// The e-mail address; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailBinding>,
}

#[derive(Debug, Serialize, ToSchema)]
struct EmailBinding {
    /// The address that mails come from.
    projected_address: Option<String>,
    /// The name that goes with it.
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationLinks {
    /// Its participants.
    pub(super) participants: String,
    /// Its messages.
    pub(super) messages: String,
    /// Its own webhooks.
    pub(super) webhooks: String,
    /// The export of the conversation; named by the contract, not served.
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
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The conversations of the page.
    conversations: Vec<Conversation>,
}

form! {
    /// The body of `POST /Conversations`.
    CreateConversation => conversations::Create {
        /// A name for people, at most 256 characters; need not be unique. None by default.
        friendly_name = "FriendlyName",
        /// A name that stands for the SID in paths: unique within the service, at most 256 characters, not in the
        /// form of a SID.
        unique_name = "UniqueName",
        /// When it is to count as created, for history that is imported: an ISO 8601 date and time. The moment of the
        /// call by default.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed, for history that is imported: an ISO 8601 date and time. The moment
        /// of the call by default.
        date_updated = "DateUpdated" date_time,
        /// The messaging service for participants outside the chat. The account's default by default.
        messaging_service_sid = "MessagingServiceSid",
        /// Your own data: a JSON document as a text, at most 16 KB. `{}` by default.
        attributes = "Attributes",
        /// `active` or `inactive`; a conversation is not created closed. `active` by default.
        state = "State" one_of["active", "inactive", "closed"],
        /// How long without a message until it becomes inactive: an ISO 8601 duration of days, hours, minutes and
        /// seconds, at least `PT1M`; `PT0S` turns the timer off. The account's default timer by default.
        timers_inactive = "Timers.Inactive",
        /// How long it stays inactive, or without an inactive timer how long from its creation, until it is closed:
        /// an ISO 8601 duration of days, hours, minutes and seconds, at least `PT10M`; `PT0S` turns the timer off.
        /// The account's default timer by default.
        timers_closed = "Timers.Closed",
        /// The e-mail address that its mails come from.
        bindings_email_address = "Bindings.Email.Address",
        /// The name that goes with the e-mail address.
        bindings_email_name = "Bindings.Email.Name",
    }
}

form! {
    /// The body of `POST /Conversations/{Sid}`.
    UpdateConversation => conversations::Update {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// A name that stands for the SID in paths: unique within the service, at most 256 characters, not in the
        /// form of a SID. Blank takes it away.
        unique_name = "UniqueName",
        /// When it is to count as created: an ISO 8601 date and time.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed: an ISO 8601 date and time. The moment of the call by default.
        date_updated = "DateUpdated" date_time,
        /// The messaging service for participants outside the chat; blank changes nothing.
        messaging_service_sid = "MessagingServiceSid",
        /// Your own data, all of it anew: a JSON document as a text, at most 16 KB.
        attributes = "Attributes",
        /// The state from now on. `closed` is for ever. Both timers start anew.
        state = "State" one_of["active", "inactive", "closed"],
        /// How long without a message from now until it becomes inactive: an ISO 8601 duration of days, hours,
        /// minutes and seconds, at least `PT1M`; `PT0S` turns the timer off.
        timers_inactive = "Timers.Inactive",
        /// How long it stays inactive, or without an inactive timer how long from now, until it is closed: an ISO
        /// 8601 duration of days, hours, minutes and seconds, at least `PT10M`; `PT0S` turns the timer off.
        timers_closed = "Timers.Closed",
        /// The e-mail address that its mails come from.
        bindings_email_address = "Bindings.Email.Address",
        /// The name that goes with the e-mail address.
        bindings_email_name = "Bindings.Email.Name",
    }
}

form! {
    /// The filters of `GET /Conversations`.
    ListConversations => conversations::List {
        /// Only conversations created at this ISO 8601 date and time or later.
        start_date = "StartDate" date_time,
        /// Only conversations created in this second or earlier: an ISO 8601 date and time, not before `StartDate`.
        end_date = "EndDate" date_time,
        /// Only conversations in this state.
        state = "State" one_of["active", "inactive", "closed", "initializing"],
    }
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
