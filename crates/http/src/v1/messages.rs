//! `/Conversations/{ConversationSid}/Messages` (contract §5.4, §7).

use axum::Json;
use axum::extract::State;
use dwell_core::media::Attachment;
use dwell_core::{ConversationSid, receipt};
use dwell_engine::{Engine, messages};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Parameters, Query, WebhookHeader, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "messages", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to; in the service tree only.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_service_sid: Option<String>,
    /// The conversation that it is in.
    conversation_sid: String,
    /// Its place in the conversation: counted from 0 and never used again.
    index: i64,
    /// Who wrote it: an identity, an address or any label; `system` when none was given.
    author: String,
    /// What it says; null when it has no text.
    body: Option<String>,
    /// The files that came with it; null when none did.
    media: Option<Vec<MessageMedia>>,
    /// Your own data: a JSON document as a text; `{}` when none was given.
    attributes: String,
    /// The author, when that is a participant; otherwise null.
    participant_sid: Option<String>,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When it was last edited, in whole seconds of UTC.
    date_updated: String,
    /// What became of it outside the chat; null while it has no receipts.
    delivery: Option<Delivery>,
    /// The content template that it was made from; null when none was.
    content_sid: Option<String>,
    /// Where it is found, in the tree of the request.
    url: String,
    /// Where what belongs to it is found.
    links: MessageLinks,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
struct MessageMedia {
    /// Its name for ever, in the media service.
    sid: String,
    /// How long it is, in bytes.
    size: i64,
    /// Its MIME type.
    content_type: String,
    /// Its name; null when it has none.
    filename: Option<String>,
    /// What it is to the message: `media`, or of an e-mail `body` or `history`.
    category: &'static str,
}

impl MessageMedia {
    fn show(media: Attachment) -> Self {
        MessageMedia {
            sid: media.sid.to_string(),
            size: media.size,
            content_type: media.content_type,
            filename: media.filename,
            category: media.category.as_str(),
        }
    }
}

/// What became of a message, over all its receipts. Statuses accumulate: what was read was delivered,
/// and what was delivered was sent.
#[derive(Debug, Serialize, ToSchema)]
struct Delivery {
    /// How many participants outside the chat the message goes to.
    total: i64,
    /// To which of them it was sent: `all`, `some` or `none`.
    sent: &'static str,
    /// To which of them it was delivered: `all`, `some` or `none`.
    delivered: &'static str,
    /// Which of them read it: `all`, `some` or `none`.
    read: &'static str,
    /// To which of them it never left: `all`, `some` or `none`.
    failed: &'static str,
    /// For which of them the carrier refused it: `all`, `some` or `none`.
    undelivered: &'static str,
}

impl Delivery {
    fn show(delivery: receipt::Delivery) -> Self {
        Delivery {
            total: delivery.total,
            sent: delivery.sent.as_str(),
            delivered: delivery.delivered.as_str(),
            read: delivery.read.as_str(),
            failed: delivery.failed.as_str(),
            undelivered: delivery.undelivered.as_str(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct MessageLinks {
    /// Its delivery receipts.
    delivery_receipts: String,
    /// What the channel says of it; named by the contract, not served.
    channel_metadata: String,
}

fn list_url(tree: &Tree, conversation: &ConversationSid) -> String {
    tree.url(&format!("/Conversations/{conversation}/Messages"))
}

impl Message {
    pub(crate) fn show(m: dwell_core::Message, tree: &Tree) -> Self {
        let url = format!("{}/{}", list_url(tree, &m.conversation_sid), m.sid);
        let below = |name: &str| format!("{url}/{name}");
        Message {
            sid: m.sid.to_string(),
            account_sid: m.account_sid.to_string(),
            chat_service_sid: tree.service.map(|sid| sid.to_string()),
            conversation_sid: m.conversation_sid.to_string(),
            index: m.index,
            author: m.author,
            body: m.body,
            media: (!m.media.is_empty()).then(|| m.media.into_iter().map(MessageMedia::show).collect()),
            attributes: m.attributes,
            participant_sid: m.participant_sid.map(|sid| sid.to_string()),
            date_created: date(m.date_created),
            date_updated: date(m.date_updated),
            delivery: m.delivery.map(Delivery::show),
            content_sid: m.content_sid,
            links: MessageLinks { delivery_receipts: below("Receipts"), channel_metadata: below("ChannelMetadata") },
            url,
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
struct MessageList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The messages of the page.
    messages: Vec<Message>,
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Messages`.
    CreateMessage => messages::Create {
        /// Who writes: an identity, an address or any label, at most 256 characters. `system` by default.
        author = "Author",
        /// What it says, at most 32 KB. Wanted unless there is a `MediaSid`, or a `ContentSid`, which takes its place.
        body = "Body",
        /// When it is to count as created, for history that is imported: an ISO 8601 date and time. The moment of the
        /// call by default.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed, for history that is imported: an ISO 8601 date and time. The moment
        /// of the call by default.
        date_updated = "DateUpdated" date_time,
        /// Your own data: a JSON document as a text, at most 4 KB. `{}` by default.
        attributes = "Attributes",
        /// A file that was uploaded before, at most five minutes ago, and that no other message has.
        media_sid = "MediaSid",
        /// A content template to make the message from.
        content_sid = "ContentSid",
        /// What to fill into the template: a JSON object of texts, as a text; at most 100 names of 16 characters with
        /// values of 256, and 27,801 characters in all.
        content_variables = "ContentVariables",
        /// The subject of an e-mail, at most 256 characters; it is not shown again.
        subject = "Subject",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Messages/{Sid}`.
    UpdateMessage => messages::Update {
        /// Who wrote it, at most 256 characters.
        author = "Author",
        /// What it says from now on, at most 32 KB. Those outside the chat keep what they got.
        body = "Body",
        /// When it is to count as created: an ISO 8601 date and time.
        date_created = "DateCreated" date_time,
        /// When it is to count as last changed: an ISO 8601 date and time. The moment of the call by default.
        date_updated = "DateUpdated" date_time,
        /// Your own data, all of it anew: a JSON document as a text, at most 4 KB.
        attributes = "Attributes",
        /// The subject of an e-mail, at most 256 characters; it is not shown again.
        subject = "Subject",
    }
}

/// The order of a list of messages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ordering {
    order: Option<String>,
}

form! {
    /// The order in `GET /Conversations/{ConversationSid}/Messages`.
    ListMessages => Ordering {
        /// By index: `asc` the oldest first, `desc` the newest first. `asc` by default.
        order = "Order" one_of["asc", "desc"],
    }
}

/// Add a message; it reactivates an inactive conversation.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Messages",
    tag = "Message",
    params(WebhookHeader),
    request_body(content = CreateMessage, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Message))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateMessage(input)): Form<CreateMessage>,
) -> Answer<Created<Message>> {
    let message = engine.create_message(&request.scope, request.segment("ConversationSid"), input).await?;
    Ok(Created(Message::show(message, &request.tree)))
}

/// List messages by index.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Messages",
    tag = "Message",
    params(ListMessages, PageQuery),
    responses((status = 200, body = MessageList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(ordering): Query<ListMessages>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<MessageList>> {
    let paging = page.read(LISTING)?;
    let segment = request.segment("ConversationSid");
    let order = ordering.0.order.clone();
    let (sid, page) = engine.list_messages(&request.scope, segment, order, paging.request.clone()).await?;
    Ok(Json(MessageList {
        meta: paging.meta(&list_url(&request.tree, &sid), &ordering.given(), &page),
        messages: page.items.into_iter().map(|m| Message::show(m, &request.tree)).collect(),
    }))
}

/// Fetch a message.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Messages/{Sid}",
    tag = "Message",
    responses((status = 200, body = Message))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Message>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let message = engine.fetch_message(&request.scope, conversation, sid).await?;
    Ok(Json(Message::show(message, &request.tree)))
}

/// Edit a message.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Messages/{Sid}",
    tag = "Message",
    params(WebhookHeader),
    request_body(content = UpdateMessage, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Message))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateMessage(input)): Form<UpdateMessage>,
) -> Answer<Json<Message>> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    let message = engine.update_message(&request.scope, conversation, sid, input).await?;
    Ok(Json(Message::show(message, &request.tree)))
}

/// Delete a message. Its index is not used again.
#[utoipa::path(
    delete,
    path = "/Conversations/{ConversationSid}/Messages/{Sid}",
    tag = "Message",
    params(WebhookHeader),
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    let (conversation, sid) = (request.segment("ConversationSid"), request.segment("Sid"));
    engine.delete_message(&request.scope, conversation, sid).await?;
    Ok(Deleted)
}
