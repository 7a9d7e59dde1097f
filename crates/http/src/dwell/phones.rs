//! `/dwell/v1/Phones`: simulated telephones, for development.

use axum::Json;
use axum::extract::State;
use dwell_core::phone::{PhoneFile, Way};
use dwell_engine::{Engine, phones};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "phone_messages", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, send)).routes(routes!(fetch, report))
}

/// A message that a simulated phone received or sent.
#[derive(Debug, Serialize, ToSchema)]
struct PhoneMessage {
    /// Its SID, the channel's own name for the message.
    sid: String,
    /// The account.
    account_sid: String,
    /// The channel that serves the account's address; null where none does, in development.
    channel_sid: Option<String>,
    /// Which way it went, as the phone sees it: `received` or `sent`.
    direction: &'static str,
    /// The address that it came from.
    from: String,
    /// The address that it went to.
    to: String,
    /// Who wrote what was received.
    author: Option<String>,
    /// The subject.
    subject: Option<String>,
    /// The text.
    body: Option<String>,
    /// What came with it; null when nothing did.
    media: Option<Vec<PhoneMedia>>,
    /// What the phone reported of what it received: `delivered` at first.
    status: Option<&'static str>,
    /// The error that it reported with it.
    error_code: Option<i64>,
    /// What became of what was sent: `appended`, `created` or `rejected`; only in the answer to sending it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// The conversation; null when what was sent was rejected.
    conversation_sid: Option<String>,
    /// The message there.
    message_sid: Option<String>,
    /// When it came or went.
    date_created: String,
    /// When the phone last reported.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// A file that a simulated phone received.
#[derive(Debug, Serialize, ToSchema)]
struct PhoneMedia {
    /// Its SID.
    sid: String,
    /// Its MIME type.
    content_type: String,
    /// Its name.
    filename: Option<String>,
    /// How long it is, in bytes.
    size: i64,
    /// Where it can be fetched, for some time.
    url: String,
}

/// A page of what a simulated phone received and sent.
#[derive(Debug, Serialize, ToSchema)]
struct PhoneMessageList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The messages of the page.
    phone_messages: Vec<PhoneMessage>,
}

/// What an address needs not have encoded in a path.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'+').remove(b':').remove(b'-').remove(b'_').remove(b'.').remove(b'@');

/// The URL of a phone's messages.
fn root(request: &ForAccount, phone: &str) -> String {
    let phone = utf8_percent_encode(phone, PLAIN);
    format!("{}/dwell/v1/Phones/{phone}/Messages", request.tree.base)
}

fn show(m: dwell_core::PhoneMessage, request: &ForAccount) -> PhoneMessage {
    let url = format!("{}/{}", root(request, &m.phone), m.sid);
    let (from, to) = match m.way {
        Way::Received => (m.other, m.phone),
        Way::Sent => (m.phone, m.other),
    };
    let file = |file: PhoneFile| PhoneMedia {
        sid: file.sid,
        content_type: file.content_type,
        filename: file.filename,
        size: file.size,
        url: format!("{}{}", request.tree.base, file.link),
    };
    let media: Vec<_> = m.files.into_iter().map(file).collect();
    PhoneMessage {
        sid: m.sid.to_string(),
        account_sid: m.account_sid.to_string(),
        channel_sid: m.channel_sid.map(|sid| sid.to_string()),
        direction: m.way.as_str(),
        from,
        to,
        author: m.author,
        subject: m.subject,
        body: m.body,
        media: Some(media).filter(|media| !media.is_empty()),
        status: m.status.map(dwell_core::receipt::Status::as_str),
        error_code: m.error_code,
        outcome: None,
        conversation_sid: m.conversation_sid.map(|sid| sid.to_string()),
        message_sid: m.message_sid.map(|sid| sid.to_string()),
        date_created: m.date_created.to_rfc3339_micros(),
        date_updated: m.date_updated.to_rfc3339_micros(),
        url,
    }
}

form! {
    /// The body of `POST /Phones/{Address}/Messages`.
    SendPhoneMessage => phones::Send {
        /// The account's address that the phone texts.
        to = "To" required,
        /// The other addresses that it texts, once for each: a group text.
        others = "Others" list,
        /// The text.
        body = "Body",
    }
}

form! {
    /// The body of `POST /Phones/{Address}/Messages/{Sid}`.
    ReportPhoneMessage => phones::Report {
        /// What became of the message.
        status = "Status" required one_of["delivered", "read", "failed", "undelivered"],
        /// The number of the error, with the last two.
        error_code = "ErrorCode" integer,
    }
}

/// List what a simulated phone received and sent, newest first. The newest 1,000 messages of an account are kept.
#[utoipa::path(
    get,
    path = "/Phones/{Address}/Messages",
    tag = "Phone",
    params(PageQuery),
    responses((status = 200, body = PhoneMessageList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<PhoneMessageList>> {
    let paging = page.read(LISTING)?;
    let phone = request.segment("Address");
    let page = engine.list_phone_messages(&request.caller, phone, paging.request.clone()).await?;
    Ok(Json(PhoneMessageList {
        meta: paging.meta(&root(&request, phone), &[], &page),
        phone_messages: page.items.into_iter().map(|message| show(message, &request)).collect(),
    }))
}

/// Have a simulated phone send a message to an address of the account.
#[utoipa::path(
    post,
    path = "/Phones/{Address}/Messages",
    tag = "Phone",
    request_body(content = SendPhoneMessage, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = PhoneMessage))
)]
async fn send(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(SendPhoneMessage(input)): Form<SendPhoneMessage>,
) -> Answer<Created<PhoneMessage>> {
    let sent = engine.send_from_phone(&request.caller, request.segment("Address"), input).await?;
    let outcome = Some(sent.received.outcome.as_str());
    Ok(Created(PhoneMessage { outcome, ..show(sent.message, &request) }))
}

/// Fetch a message of a simulated phone.
#[utoipa::path(
    get,
    path = "/Phones/{Address}/Messages/{Sid}",
    tag = "Phone",
    responses((status = 200, body = PhoneMessage))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<PhoneMessage>> {
    let (phone, sid) = (request.segment("Address"), request.segment("Sid"));
    let message = engine.fetch_phone_message(&request.caller, phone, sid).await?;
    Ok(Json(show(message, &request)))
}

/// Have a simulated phone report what became of a message that it received. What is no news to the receipt, such as
/// `delivered` after `read`, changes nothing there.
#[utoipa::path(
    post,
    path = "/Phones/{Address}/Messages/{Sid}",
    tag = "Phone",
    request_body(content = ReportPhoneMessage, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = PhoneMessage))
)]
async fn report(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ReportPhoneMessage(input)): Form<ReportPhoneMessage>,
) -> Answer<Json<PhoneMessage>> {
    let (phone, sid) = (request.segment("Address"), request.segment("Sid"));
    let message = engine.report_from_phone(&request.caller, phone, sid, input).await?;
    Ok(Json(show(message, &request)))
}
