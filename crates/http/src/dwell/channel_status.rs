//! `/dwell/v1/Channels/{Sid}/Status`: what became of messages, as Twilio's status callback tells it, and in a form of
//! our own for channels of one's own (contract §7.5).

use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, ReceiptSid, limits};
use dwell_engine::Engine;
use dwell_engine::receipts::{Named, News};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::errors::Failure;
use crate::form::{self, check_content_type, form, is_of_type, read_body};
use crate::reply::{Answer, Deleted};
use crate::request::ForAccount;
use crate::signed;
use crate::visitors::shows_credentials;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(tell))
}

/// The parameters that are read, as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    message_sid: Option<String>,
    message_status: Option<String>,
    sms_status: Option<String>,
    error_code: Option<String>,
    account_sid: Option<String>,
}

form! {
    /// What became of a message, as Twilio's status callback tells it. Other parameters are passed over.
    StatusForm => Given {
        /// The channel's own name for the message.
        message_sid = "MessageSid",
        /// What became of it: `sent`, `delivered`, `read`, `failed` or `undelivered`. Other words, such as
        /// `queued`, are no news.
        message_status = "MessageStatus",
        /// The same, where it has no `MessageStatus`.
        sms_status = "SmsStatus",
        /// The number of the error, with the last two.
        error_code = "ErrorCode",
        /// The account at Twilio; needed where only the signature says whose message it is.
        account_sid = "AccountSid",
    }
}

/// What became of a message, which is named either by the channel's own name or by the place of its receipt. Unknown
/// members are refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageStatus {
    /// The channel's own name for the message, at most 1,000 bytes.
    message_id: Option<String>,
    /// The conversation, as the channel was told it.
    conversation_sid: Option<String>,
    /// The message, as the channel was told it.
    message_sid: Option<String>,
    /// The receipt, as the channel was told it.
    receipt_sid: Option<String>,
    /// What became of it: `sent`, `delivered`, `read`, `failed` or `undelivered`. Other words, such as `queued`, are
    /// no news.
    status: String,
    /// The number of the error, with the last two.
    error_code: Option<i64>,
}

/// A status for the OpenAPI document.
fn example() -> Value {
    serde_json::json!({"message_id": "b-1", "status": "delivered"})
}

/// What is told of a message. Without a status that a receipt knows there is no news.
struct Told {
    named: Named,
    status: Option<Status>,
    error_code: Option<i64>,
}

/// What is told, and by whose channel.
struct Said {
    account_sid: AccountSid,
    channel_sid: ChannelSid,
    told: Told,
}

impl FromRequest<Engine> for Said {
    type Rejection = Failure;

    async fn from_request(request: Request, engine: &Engine) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let is_json = is_of_type(&parts.headers, "application/json");
        if is_json || shows_credentials(&parts.headers) {
            let request = ForAccount::from_request_parts(&mut parts, engine).await?;
            let (channel, _) = engine.fetch_channel(&request.caller, request.segment("Sid")).await?;
            let bytes = read_body(&parts, body, engine).await?;
            let told = if is_json { in_json(&bytes)? } else { in_form(&parts, &bytes)? };
            return Ok(Said { account_sid: channel.account_sid, channel_sid: channel.sid, told });
        }
        if !parts.headers.contains_key(signed::SIGNATURE) {
            return Err(Failure::Unauthorized);
        }
        let sid = Path::<String>::from_request_parts(&mut parts, engine).await.map_err(|_| Failure::UnknownPath)?;
        let bytes = read_body(&parts, body, engine).await?;
        let signed = signed::form(&parts, &bytes).ok_or(Failure::Unauthorized)?;
        let owner = engine.owner_of_signed_status(&sid, &signed).await?.ok_or(Failure::Unauthorized)?;
        tracing::Span::current().record("account", owner.account_sid.as_str());
        let told = in_form(&parts, &bytes)?;
        Ok(Said { account_sid: owner.account_sid, channel_sid: owner.channel_sid, told })
    }
}

fn in_json(bytes: &[u8]) -> Result<Told, Failure> {
    let malformed = |problem: String| Failure::Malformed(format!("The status: {problem}"));
    let given: MessageStatus = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
    let place = place([&given.conversation_sid, &given.message_sid, &given.receipt_sid].map(Option::as_deref));
    let named = place.map_or_else(|| by_name(given.message_id, "message_id"), Ok)?;
    Ok(Told { named, status: Status::parse(&given.status), error_code: given.error_code })
}

fn in_form(parts: &Parts, bytes: &[u8]) -> Result<Told, Failure> {
    check_content_type(&parts.headers)?;
    let StatusForm(given) = form::read(bytes)?;
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let param = |wanted: &str| form_urlencoded::parse(query).find(|(name, _)| name == wanted).map(|(_, value)| value);
    let [conversation, message, receipt] = ["Conversation", "Message", "Receipt"].map(param);
    let named = place([conversation.as_deref(), message.as_deref(), receipt.as_deref()]);
    let named = named.map_or_else(|| by_name(given.message_sid, "MessageSid"), Ok)?;
    let status = given.message_status.or(given.sms_status);
    let status = status.ok_or_else(|| Failure::Malformed("MessageStatus is missing".to_owned()))?;
    let error_code = given.error_code.and_then(|code| code.parse().ok());
    Ok(Told { named, status: Status::parse(&status), error_code })
}

/// The place of a receipt, by its conversation, message and own SID.
fn place([conversation, message, receipt]: [Option<&str>; 3]) -> Option<Named> {
    Some(Named::ByReceipt {
        conversation_sid: ConversationSid::parse(conversation?)?,
        message_sid: MessageSid::parse(message?)?,
        receipt_sid: ReceiptSid::parse(receipt?)?,
    })
}

fn by_name(name: Option<String>, parameter: &str) -> Result<Named, Failure> {
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Failure::Malformed(format!("{parameter} is missing")))?;
    let most = limits::CHANNEL_MESSAGE_SID_BYTES_MAX;
    if name.len() > most || name.contains(char::is_control) {
        return Err(Failure::Malformed(format!(
            "{parameter} is longer than {most} bytes or contains control characters"
        )));
    }
    Ok(Named::ByChannel(name))
}

/// Tell what became of a message that went out through the channel. A receipt never goes backwards: what is no news,
/// or told of a message that is gone, changes nothing.
///
/// As a form it is what Twilio's status callback sends, with a signature by the channel's auth token or with the
/// credentials of the account; every message carries a callback that leads here. As JSON, with credentials, it is for
/// channels of one's own.
#[utoipa::path(
    post,
    path = "/Channels/{Sid}/Status",
    tag = "Channel",
    request_body(content(
        (MessageStatus = "application/json", example = example),
        (StatusForm = "application/x-www-form-urlencoded"),
    )),
    responses((status = 204))
)]
async fn tell(State(engine): State<Engine>, said: Said) -> Answer<Deleted> {
    let Said { account_sid, channel_sid, told: Told { named, status, error_code } } = said;
    if let Some(status) = status {
        engine.note_status(&account_sid, News { channel_sid, named, status, error_code }).await?;
    }
    Ok(Deleted)
}
