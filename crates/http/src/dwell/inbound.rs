//! `/dwell/v1/Inbound`: messages from outside, as Twilio's messaging webhook brings them, and in a form of our
//! own for channels of one's own (contract §11).

mod form;
mod json;

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dwell_core::AccountSid;
use dwell_engine::Engine;
use dwell_engine::inbound::{Inbound, Received};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::errors::Failure;
use crate::form::{check_content_type, is_of_type, read_body};
use crate::reply::{Answer, Created};
use crate::request::{ForAccount, count, received_at};
use crate::signed::SIGNATURE;
use crate::visitors::shows_credentials;
use crate::writes::Kind;

use form::InboundForm;
use json::InboundMessage;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// What became of a message from outside.
#[derive(Debug, Serialize, ToSchema)]
struct ReceivedMessage {
    /// What was done with it: `appended` to the conversation that holds its pair of addresses, `created` one,
    /// or `rejected` by a pre-event webhook.
    outcome: &'static str,
    /// The account whose message it is.
    account_sid: String,
    /// The conversation that it is in; null when it was rejected.
    conversation_sid: Option<String>,
    /// The message that it became; null when it was rejected.
    message_sid: Option<String>,
    /// Whether it had arrived before, by its `message_id`: this is what became of it then.
    repeated: bool,
}

/// What is said to Twilio, which asks what to answer the sender: nothing.
const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// In what form a message came, which is that of the answer.
#[derive(Debug, Clone, Copy)]
enum Wording {
    Form,
    Json,
}

/// A message with whose it is.
struct Arrived {
    account_sid: AccountSid,
    message: Inbound,
    wording: Wording,
}

impl FromRequest<Engine> for Arrived {
    type Rejection = Failure;

    async fn from_request(request: Request, engine: &Engine) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let is_json = is_of_type(&parts.headers, "application/json");
        // Who shows credentials is asked for them before anything is read.
        let has_credentials = is_json || shows_credentials(&parts.headers);
        let caller = match has_credentials {
            true => Some(ForAccount::from_request_parts(&mut parts, engine).await?.caller),
            false => None,
        };
        if !is_json && !parts.headers.contains_key(SIGNATURE) && caller.is_none() {
            return Err(Failure::Unauthorized);
        }
        let bytes = read_body(&parts, body, engine).await?;
        let arrived = match caller {
            Some(caller) if is_json => {
                Arrived { account_sid: caller.account.sid, message: json::read(&bytes)?, wording: Wording::Json }
            }
            Some(caller) => {
                check_content_type(&parts.headers)?;
                let message = form::read(&bytes, None)?;
                Arrived { account_sid: caller.account.sid, message, wording: Wording::Form }
            }
            None => {
                let owner = form::owner(engine, &parts, &bytes).await?.ok_or(Failure::Unauthorized)?;
                tracing::Span::current().record("account", owner.account_sid.as_str());
                let message = form::read(&bytes, Some(&owner))?;
                Arrived { account_sid: owner.account_sid, message, wording: Wording::Form }
            }
        };
        let bucket = Kind::Inbound.bucket(arrived.account_sid, None, &arrived.message.from);
        count(&parts, bucket, received_at(&parts, engine))?;
        Ok(arrived)
    }
}

/// Take a message from outside: into the conversation that holds its pair of addresses or, where the address that
/// it was sent to is set up for it, into a new one.
///
/// As a form it is what Twilio's messaging webhook sends, and a number's webhook can point here: either with the
/// credentials of an account or API key, or with a signature by the auth token of the channel that serves the
/// number. As JSON, with credentials, it is for channels of one's own. A message with the name of one that has
/// arrived is not taken again.
#[utoipa::path(
    post,
    path = "/Inbound",
    tag = "Inbound",
    request_body(content(
        (InboundMessage = "application/json", example = json::example),
        (InboundForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 201, body = ReceivedMessage),
        (status = 200, body = String, content_type = "text/xml", description = "Taken, as a form; TwiML without an answer."),
    )
)]
async fn receive(State(engine): State<Engine>, arrived: Arrived) -> Answer<Response> {
    let Arrived { account_sid, message, wording } = arrived;
    let received = engine.receive(&account_sid, message).await?;
    Ok(match wording {
        Wording::Form => (StatusCode::OK, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], NOTHING).into_response(),
        Wording::Json => Created(show(account_sid, &received)).into_response(),
    })
}

fn show(account_sid: AccountSid, received: &Received) -> ReceivedMessage {
    ReceivedMessage {
        outcome: received.outcome.as_str(),
        account_sid: account_sid.to_string(),
        conversation_sid: received.conversation_sid.map(|sid| sid.to_string()),
        message_sid: received.message_sid.map(|sid| sid.to_string()),
        repeated: received.is_repeated,
    }
}
