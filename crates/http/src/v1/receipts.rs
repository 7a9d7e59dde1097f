//! `/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts` (contract §5.5).

use axum::Json;
use axum::extract::State;
use dwell_core::receipt::Status;
use dwell_core::{ConversationSid, MessageSid};
use dwell_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::Query;
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "delivery_receipts", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch))
}

/// What became of a message on its way to one participant outside the chat.
#[derive(Debug, Serialize, ToSchema)]
struct Receipt {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// In the tree of a service alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_service_sid: Option<String>,
    /// The conversation.
    conversation_sid: String,
    /// The message.
    message_sid: String,
    /// The channel's own name for the message.
    channel_message_sid: Option<String>,
    /// The participant that the message goes to; it may have left since.
    participant_sid: String,
    /// The latest: `sent`, `delivered`, `read`, `failed` or `undelivered`; null until the channel has
    /// said anything.
    status: Option<&'static str>,
    /// Why it failed, as the channel numbers its errors; 0 when it did not.
    error_code: i64,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When the status last changed.
    date_updated: String,
    /// Where it is found, in the tree of the request.
    url: String,
}

fn list_url(tree: &Tree, conversation: &ConversationSid, message: &MessageSid) -> String {
    tree.url(&format!("/Conversations/{conversation}/Messages/{message}/Receipts"))
}

impl Receipt {
    fn show(r: dwell_core::Receipt, tree: &Tree) -> Self {
        Receipt {
            url: format!("{}/{}", list_url(tree, &r.conversation_sid, &r.message_sid), r.sid),
            sid: r.sid.to_string(),
            account_sid: r.account_sid.to_string(),
            chat_service_sid: tree.service.map(|sid| sid.to_string()),
            conversation_sid: r.conversation_sid.to_string(),
            message_sid: r.message_sid.to_string(),
            channel_message_sid: r.channel_message_sid,
            participant_sid: r.participant_sid.to_string(),
            status: r.status.map(Status::as_str),
            error_code: r.error_code.unwrap_or_default(),
            date_created: date(r.date_created),
            date_updated: date(r.date_updated),
        }
    }
}

/// A page of receipts.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptList {
    meta: Meta,
    /// The receipts of the page.
    delivery_receipts: Vec<Receipt>,
}

/// List the receipts of a message in order of creation.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts",
    tag = "Receipt",
    params(PageQuery),
    responses((status = 200, body = ReceiptList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ReceiptList>> {
    let paging = page.read(LISTING)?;
    let (conversation, message) = (request.segment("ConversationSid"), request.segment("MessageSid"));
    let (message, page) = engine.list_receipts(&request.scope, conversation, message, paging.request.clone()).await?;
    Ok(Json(ReceiptList {
        meta: paging.meta(&list_url(&request.tree, &message.conversation_sid, &message.sid), &[], &page),
        delivery_receipts: page.items.into_iter().map(|r| Receipt::show(r, &request.tree)).collect(),
    }))
}

/// Fetch a receipt of a message.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts/{Sid}",
    tag = "Receipt",
    responses((status = 200, body = Receipt))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Receipt>> {
    let (conversation, message) = (request.segment("ConversationSid"), request.segment("MessageSid"));
    let receipt = engine.fetch_receipt(&request.scope, conversation, message, request.segment("Sid")).await?;
    Ok(Json(Receipt::show(receipt, &request.tree)))
}
