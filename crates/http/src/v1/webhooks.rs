//! `/Conversations/{ConversationSid}/Webhooks` (contract §5.6).

use axum::Json;
use axum::extract::State;
use dwell_core::ConversationSid;
use dwell_core::webhook::{Action, Hook};
use dwell_engine::{Engine, webhooks};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "webhooks", size_default: 5, size_max: 5 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A webhook of one conversation. It hears of what happens there in addition to those of the account or
/// the service.
#[derive(Debug, Serialize, ToSchema)]
struct Webhook {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// The service; only in answers to requests that name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_service_sid: Option<String>,
    /// The conversation.
    conversation_sid: String,
    /// What it does: `webhook`, `trigger` or `studio`.
    target: &'static str,
    /// How it does it; only what belongs to its target is there.
    configuration: WebhookConfiguration,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// How a webhook of one conversation does what it does.
#[derive(Debug, Default, Serialize, ToSchema)]
struct WebhookConfiguration {
    /// For the targets `webhook` and `trigger`: who is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// For the targets `webhook` and `trigger`: how the URL is called, `get` or `post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    /// For the targets `webhook` and `trigger`: the events that are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Vec<String>>,
    /// For the target `trigger`: the keywords, one of which a message must contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    triggers: Option<Vec<String>>,
    /// For the target `studio`: the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_sid: Option<String>,
}

impl WebhookConfiguration {
    fn show(action: Action) -> Self {
        let of = |Hook { url, method, filters }| WebhookConfiguration {
            url: Some(url),
            method: Some(method.as_lower_str()),
            filters: Some(filters),
            ..Self::default()
        };
        match action {
            Action::Webhook(hook) => of(hook),
            Action::Trigger { hook, triggers } => WebhookConfiguration { triggers: Some(triggers), ..of(hook) },
            Action::Studio { flow_sid } => {
                WebhookConfiguration { flow_sid: Some(flow_sid.to_string()), ..Self::default() }
            }
        }
    }
}

fn list_url(tree: &Tree, conversation: &ConversationSid) -> String {
    tree.url(&format!("/Conversations/{conversation}/Webhooks"))
}

impl Webhook {
    fn show(w: dwell_core::Webhook, tree: &Tree) -> Self {
        Webhook {
            url: format!("{}/{}", list_url(tree, &w.conversation_sid), w.sid),
            sid: w.sid.to_string(),
            account_sid: w.account_sid.to_string(),
            chat_service_sid: tree.service.map(|sid| sid.to_string()),
            conversation_sid: w.conversation_sid.to_string(),
            target: w.action.target().as_str(),
            configuration: WebhookConfiguration::show(w.action),
            date_created: date(w.date_created),
            date_updated: date(w.date_updated),
        }
    }
}

/// A page of webhooks.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The webhooks on it.
    webhooks: Vec<Webhook>,
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Webhooks`.
    CreateWebhook => webhooks::Request {
        /// What the webhook does: tell a program of events, tell it of messages that contain a keyword, or
        /// start a Studio flow. It never changes.
        target = "Target" required one_of["webhook", "trigger", "studio"],
        /// For `webhook` and `trigger`, required: the absolute http or https URL that is told, at most 512
        /// characters.
        configuration_url = "Configuration.Url",
        /// For `webhook` and `trigger`: how the URL is called. POST when not given.
        configuration_method = "Configuration.Method" one_of["get", "post"],
        /// For `webhook`, required: an event that is told after it happened, such as `onMessageAdded`;
        /// repeated for each. For `trigger`: the same, `onMessageAdded` when none is given.
        configuration_filters = "Configuration.Filters" list,
        /// For `trigger`, required: a keyword, at most 248 characters; repeated for each, at most five. A
        /// message is told when its body contains one of them, in upper or lower case.
        configuration_triggers = "Configuration.Triggers" list,
        /// For `studio`, required: the SID of the flow.
        configuration_flow_sid = "Configuration.FlowSid",
        /// The index of a message, from 0: the messages after it are told from the start, though they were
        /// there before the webhook. Without it none of them is.
        configuration_replay_after = "Configuration.ReplayAfter" integer,
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Webhooks/{Sid}`.
    UpdateWebhook => webhooks::Request {
        /// For `webhook` and `trigger`: the absolute http or https URL that is told, at most 512 characters.
        configuration_url = "Configuration.Url",
        /// For `webhook` and `trigger`: how the URL is called.
        configuration_method = "Configuration.Method" one_of["get", "post"],
        /// For `webhook` and `trigger`: an event that is told; repeated for each. The list takes the place
        /// of the one before.
        configuration_filters = "Configuration.Filters" list,
        /// For `trigger`: a keyword, at most 248 characters; repeated for each, at most five. The list takes
        /// the place of the one before.
        configuration_triggers = "Configuration.Triggers" list,
        /// For `studio`: the SID of the flow.
        configuration_flow_sid = "Configuration.FlowSid",
    }
}

/// Add a webhook to a conversation; it may have five.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Webhooks",
    tag = "Webhook",
    request_body(content = CreateWebhook, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Webhook))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateWebhook(input)): Form<CreateWebhook>,
) -> Answer<Created<Webhook>> {
    let webhook = engine.create_webhook(&request.scope, request.segment("ConversationSid"), input).await?;
    Ok(Created(Webhook::show(webhook, &request.tree)))
}

/// List the webhooks of a conversation in order of creation.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Webhooks",
    tag = "Webhook",
    params(PageQuery),
    responses((status = 200, body = WebhookList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<WebhookList>> {
    let paging = page.read(LISTING)?;
    let conversation = request.segment("ConversationSid");
    let (sid, page) = engine.list_webhooks(&request.scope, conversation, paging.request.clone()).await?;
    Ok(Json(WebhookList {
        meta: paging.meta(&list_url(&request.tree, &sid), &[], &page),
        webhooks: page.items.into_iter().map(|webhook| Webhook::show(webhook, &request.tree)).collect(),
    }))
}

/// Fetch a webhook of a conversation.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Webhooks/{Sid}",
    tag = "Webhook",
    responses((status = 200, body = Webhook))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Webhook>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let webhook = engine.fetch_webhook(&request.scope, conversation, sid).await?;
    Ok(Json(Webhook::show(webhook, &request.tree)))
}

/// Update a webhook of a conversation. What does not belong to its target is passed over.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Webhooks/{Sid}",
    tag = "Webhook",
    request_body(content = UpdateWebhook, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Webhook))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateWebhook(input)): Form<UpdateWebhook>,
) -> Answer<Json<Webhook>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let webhook = engine.update_webhook(&request.scope, conversation, sid, input).await?;
    Ok(Json(Webhook::show(webhook, &request.tree)))
}

/// Remove a webhook of a conversation.
#[utoipa::path(
    delete,
    path = "/Conversations/{ConversationSid}/Webhooks/{Sid}",
    tag = "Webhook",
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    engine.delete_webhook(&request.scope, conversation, sid).await?;
    Ok(Deleted)
}
