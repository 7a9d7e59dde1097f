//! `/dwell/v1/WebhookDeliveries`: what webhooks were told, newest first, and how it went.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use dwell_core::{AccountSid, ServiceSid, UserSid};
use dwell_engine::hooks::idempotency_token;
use dwell_engine::{Engine, deliveries};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "webhook_deliveries", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(resend_failed))
        .routes(routes!(fetch))
        .routes(routes!(resend))
}

/// An event that a webhook is to be told, or was.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDelivery {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// Who is told: the SID of the account or of the service whose configuration it is, or of the
    /// conversation's own webhook.
    hook_sid: String,
    /// Where that webhook is set up: `account`, `service` or `conversation`.
    hook_level: &'static str,
    /// The conversation that the event is about; null when it is about a user.
    conversation_sid: Option<String>,
    /// The user that the event is about; null when it is about a conversation.
    user_sid: Option<String>,
    /// The event, such as `onMessageAdded`.
    event_type: String,
    /// Where to, with `***` in the place of a user and a password.
    webhook_url: String,
    /// How: `GET` or `POST`.
    method: &'static str,
    /// What is sent, by name, but for `RetryCount`, which counts the attempts.
    parameters: BTreeMap<String, String>,
    /// What every attempt carries in the header `I-Twilio-Idempotency-Token`.
    idempotency_token: String,
    /// How far it is: `pending`, `delivered` or `failed`.
    status: &'static str,
    /// How often it was tried.
    attempts_count: i64,
    /// The HTTP status of the last attempt; null when there was no answer, or no attempt yet.
    last_status: Option<i64>,
    /// Why the last attempt had no answer.
    last_error: Option<String>,
    /// When the event was written or, if later, it was asked to be sent again; in real time, also for test
    /// accounts.
    date_created: String,
    /// When it was delivered or given up; null until then.
    date_finished: Option<String>,
    /// How its attempts went, oldest first, at most the newest hundred; only in the answer to a request for
    /// this one delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<WebhookAttempt>>,
    /// The URL of this resource.
    url: String,
    /// Where what belongs to it is found.
    links: WebhookDeliveryLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct WebhookDeliveryLinks {
    /// To be posted to: sends it again.
    resend: String,
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookAttempt {
    /// Its number, from 1.
    number: i64,
    /// When it began.
    at: String,
    /// How long it took, in milliseconds.
    milliseconds: i64,
    /// The HTTP status; null when there was no answer.
    status: Option<i64>,
    /// Why there was no answer.
    error: Option<String>,
    /// The beginning of the answer's body.
    excerpt: Option<String>,
}

/// A page of deliveries. It may hold fewer than `page_size` and still have a next one.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDeliveryList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The deliveries of the page.
    webhook_deliveries: Vec<WebhookDelivery>,
}

/// How many deliveries are sent again.
#[derive(Debug, Serialize, ToSchema)]
struct ResentDeliveries {
    /// How many failed deliveries wait again.
    resent: u64,
    /// Whether those were all; when not, the same call goes on with the rest.
    complete: bool,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/WebhookDeliveries", request.tree.base)
}

fn show(d: deliveries::Delivery, root: &str) -> WebhookDelivery {
    let hook_level = match d.hook_sid.get(..2) {
        Some(AccountSid::PREFIX) => "account",
        Some(ServiceSid::PREFIX) => "service",
        _ => "conversation",
    };
    let is_user = d.stream_sid.starts_with(UserSid::PREFIX);
    let url = format!("{root}/{}", d.sid);
    WebhookDelivery {
        sid: d.sid.to_string(),
        account_sid: d.account_sid.to_string(),
        hook_sid: d.hook_sid,
        hook_level,
        conversation_sid: Some(d.stream_sid.clone()).filter(|_| !is_user),
        user_sid: Some(d.stream_sid).filter(|_| is_user),
        event_type: d.event,
        webhook_url: d.url,
        method: d.method.as_str(),
        parameters: d.parameters,
        idempotency_token: idempotency_token(&d.sid),
        status: d.status.as_str(),
        attempts_count: d.attempts,
        last_status: d.last_status,
        last_error: d.last_error,
        date_created: d.created_at.to_rfc3339_micros(),
        date_finished: d.finished_at.map(dwell_core::Timestamp::to_rfc3339_micros),
        attempts: None,
        links: WebhookDeliveryLinks { resend: format!("{url}/Resend") },
        url,
    }
}

fn show_attempt(a: deliveries::Attempt) -> WebhookAttempt {
    WebhookAttempt {
        number: a.number,
        at: a.at.to_rfc3339_micros(),
        milliseconds: a.micros / 1_000,
        status: a.status,
        error: a.error,
        excerpt: a.excerpt,
    }
}

form! {
    /// The filters of `GET /WebhookDeliveries`.
    ListDeliveries => deliveries::List {
        /// Only deliveries to this webhook: the SID of the account, of a service, or of a conversation's own
        /// webhook.
        hook_sid = "HookSid",
        /// Only deliveries about this conversation, by its SID.
        conversation_sid = "ConversationSid",
        /// Only deliveries that are this far.
        status = "Status" one_of["pending", "delivered", "failed"],
        /// Only deliveries of this event, such as `onMessageAdded`.
        event_type = "EventType",
    }
}

form! {
    /// The body of `POST /WebhookDeliveries/Resend`.
    ResendFailedDeliveries => deliveries::ResendFailed {
        /// Only failed deliveries to this webhook: the SID of the account, of a service, or of a
        /// conversation's own webhook. Those of every webhook when not given.
        hook_sid = "HookSid",
        /// Only failed deliveries about this conversation, by its SID. Those about everything when not given.
        conversation_sid = "ConversationSid",
    }
}

/// List what webhooks are to be told, or were, newest first.
#[utoipa::path(
    get,
    path = "/WebhookDeliveries",
    tag = "WebhookDelivery",
    params(ListDeliveries, PageQuery),
    responses((status = 200, body = WebhookDeliveryList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListDeliveries>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<WebhookDeliveryList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_deliveries(&request.caller, filters.0.clone(), paging.request.clone()).await?;
    let root = root(&request);
    Ok(Json(WebhookDeliveryList {
        meta: paging.meta(&root, &filters.given(), &page),
        webhook_deliveries: page.items.into_iter().map(|delivery| show(delivery, &root)).collect(),
    }))
}

/// Fetch a delivery with its attempts.
#[utoipa::path(
    get,
    path = "/WebhookDeliveries/{Sid}",
    tag = "WebhookDelivery",
    responses((status = 200, body = WebhookDelivery))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<WebhookDelivery>> {
    let (delivery, attempts) = engine.fetch_delivery(&request.caller, request.segment("Sid")).await?;
    let attempts = attempts.into_iter().map(show_attempt).collect();
    Ok(Json(WebhookDelivery { attempts: Some(attempts), ..show(delivery, &root(&request)) }))
}

/// Send a delivery again, whether it failed or arrived: it waits in its old place, as patiently as a new
/// one, and keeps its idempotency token. One that waits already is left as it is (409).
#[utoipa::path(
    post,
    path = "/WebhookDeliveries/{Sid}/Resend",
    tag = "WebhookDelivery",
    responses((status = 200, body = WebhookDelivery))
)]
async fn resend(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<WebhookDelivery>> {
    let delivery = engine.resend_delivery(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(delivery, &root(&request))))
}

/// Send the failed deliveries again, oldest first: all of them, or those that the filters choose.
#[utoipa::path(
    post,
    path = "/WebhookDeliveries/Resend",
    tag = "WebhookDelivery",
    request_body(content = ResendFailedDeliveries, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = ResentDeliveries))
)]
async fn resend_failed(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ResendFailedDeliveries(filters)): Form<ResendFailedDeliveries>,
) -> Answer<Json<ResentDeliveries>> {
    let resent = engine.resend_failed_deliveries(&request.caller, filters).await?;
    Ok(Json(ResentDeliveries { resent: resent.count, complete: resent.is_complete }))
}
