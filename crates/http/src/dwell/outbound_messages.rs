//! `/dwell/v1/OutboundMessages`: messages on their way to participants outside the chat, newest first.

use axum::Json;
use axum::extract::State;
use dwell_core::Timestamp;
use dwell_engine::hooks::idempotency_token;
use dwell_engine::{Engine, deliveries, outbound};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "outbound_messages", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch))
}

/// A message on its way to a participant outside the chat.
#[derive(Debug, Serialize, ToSchema)]
struct OutboundMessage {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// The conversation.
    conversation_sid: String,
    /// The message.
    message_sid: String,
    /// The participant whom it goes to; null when it goes to all of a group text.
    participant_sid: Option<String>,
    /// The receipts that tell what became of it once a channel had it, in the order of `to`.
    delivery_receipt_sids: Vec<String>,
    /// The account's address that it leaves from.
    from: String,
    /// The addresses that it goes to.
    to: Vec<String>,
    /// What every attempt carries, for the other side to know a repetition by.
    idempotency_token: String,
    /// How far it is: `pending`, `accepted` by its channel, or `failed`.
    status: &'static str,
    /// How often it was tried.
    attempts_count: i64,
    /// Why the last attempt failed, or why it was given up.
    last_error: Option<String>,
    /// When the message was written, in real time, also for test accounts.
    date_created: String,
    /// When the channel took it or it was given up; null until then.
    date_finished: Option<String>,
    /// How its attempts went, oldest first, at most the newest hundred; only in the answer to a request for
    /// this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<OutboundAttempt>>,
    /// The URL of this resource.
    url: String,
}

/// One attempt to hand a message over to its channel.
#[derive(Debug, Serialize, ToSchema)]
struct OutboundAttempt {
    /// Its number, from 1.
    number: i64,
    /// When it began.
    at: String,
    /// How long it took, in milliseconds.
    milliseconds: i64,
    /// Why it failed; null when the channel took the message.
    error: Option<String>,
}

/// A page of messages. It may hold fewer than `page_size` and still have a next one.
#[derive(Debug, Serialize, ToSchema)]
struct OutboundMessageList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The messages of the page.
    outbound_messages: Vec<OutboundMessage>,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/OutboundMessages", request.tree.base)
}

fn show(m: outbound::OutboundMessage, root: &str) -> OutboundMessage {
    OutboundMessage {
        url: format!("{root}/{}", m.sid),
        sid: m.sid.to_string(),
        account_sid: m.account_sid.to_string(),
        conversation_sid: m.conversation_sid.to_string(),
        message_sid: m.message_sid.to_string(),
        participant_sid: m.participant_sid.map(|sid| sid.to_string()),
        delivery_receipt_sids: m.receipts.iter().map(ToString::to_string).collect(),
        from: m.from,
        to: m.to,
        idempotency_token: idempotency_token(&m.sid),
        status: m.stage.as_str(),
        attempts_count: m.attempts,
        last_error: m.last_error,
        date_created: m.created_at.to_rfc3339_micros(),
        date_finished: m.finished_at.map(Timestamp::to_rfc3339_micros),
        attempts: None,
    }
}

fn show_attempt(a: deliveries::Attempt) -> OutboundAttempt {
    OutboundAttempt { number: a.number, at: a.at.to_rfc3339_micros(), milliseconds: a.micros / 1_000, error: a.error }
}

form! {
    /// The filters of `GET /OutboundMessages`.
    ListOutboundMessages => outbound::List {
        /// Only messages of this conversation, by its SID.
        conversation_sid = "ConversationSid",
        /// Only messages that are this far.
        status = "Status" one_of["pending", "accepted", "failed"],
    }
}

/// List messages on their way to participants outside the chat, newest first.
#[utoipa::path(
    get,
    path = "/OutboundMessages",
    tag = "OutboundMessage",
    params(ListOutboundMessages, PageQuery),
    responses((status = 200, body = OutboundMessageList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListOutboundMessages>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<OutboundMessageList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_outbound_messages(&request.caller, filters.0.clone(), paging.request.clone()).await?;
    let root = root(&request);
    Ok(Json(OutboundMessageList {
        meta: paging.meta(&root, &filters.given(), &page),
        outbound_messages: page.items.into_iter().map(|message| show(message, &root)).collect(),
    }))
}

/// Fetch a message on its way, with its attempts. One that failed is not sent again, as its receipt has said so: write
/// a new one.
#[utoipa::path(
    get,
    path = "/OutboundMessages/{Sid}",
    tag = "OutboundMessage",
    responses((status = 200, body = OutboundMessage))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<OutboundMessage>> {
    let (message, attempts) = engine.fetch_outbound_message(&request.caller, request.segment("Sid")).await?;
    let attempts = attempts.into_iter().map(show_attempt).collect();
    Ok(Json(OutboundMessage { attempts: Some(attempts), ..show(message, &root(&request)) }))
}
