//! `POST /dwell/v1/Conversations/{Sid}/…`: what people do with the session of a conversation.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, sessions};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Session;
use crate::form::{Form, form};
use crate::reply::{Answer, Deleted};
use crate::request::ForAccount;
use crate::v1::messages::Message;

const CONVERSATION: &str = "ConversationSid";

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(accept))
        .routes(routes!(assign))
        .routes(routes!(transfer))
        .routes(routes!(inactivate))
        .routes(routes!(end))
        .routes(routes!(reopen))
        .routes(routes!(hold))
        .routes(routes!(release))
        .routes(routes!(extend))
        .routes(routes!(reply))
        .routes(routes!(typing))
        .routes(routes!(read))
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Assign`.
    AssignSession => sessions::Assign {
        /// The identity of who is to have it.
        to = "To" required,
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Transfer`: exactly one of the two.
    TransferSession => sessions::Transfer {
        /// The identity of who is to have it.
        to = "To",
        /// The queue that it is to wait in, at most 64 characters; blank for the one that everybody serves.
        queue = "Queue",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Inactivate`.
    InactivateSession => sessions::Inactivate {
        /// Why, for colleagues: at most 500 characters.
        reason = "Reason",
        /// What the customer is told first: at most 1,600 characters. It counts as no activity.
        farewell = "Farewell",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/End`.
    EndSession => sessions::End {
        /// Who ends it. By default `agent` for a person and `bot` for a program.
        ended_by = "EndedBy" one_of["agent", "bot", "end_user", "system"],
        /// Why, for colleagues: at most 500 characters.
        reason = "Reason",
        /// What the customer is told first: at most 1,600 characters. It counts as no activity.
        farewell = "Farewell",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Extend`.
    ExtendSession => sessions::Extend {
        /// By how long: an ISO 8601 duration, up to 30 days.
        by = "By" required,
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Reply`.
    ReplyInSession => sessions::Reply {
        /// What it says, at most 32 KB. Wanted unless there is a `MediaSid`.
        body = "Body",
        /// A file that was uploaded before, at most five minutes ago, and that no other message has.
        media_sid = "MediaSid",
        /// Your own data: a JSON document as a text, at most 4 KB. `{}` by default.
        attributes = "Attributes",
    }
}

form! {
    /// The body of `POST /Conversations/{ConversationSid}/Read`.
    ReadInSession => sessions::Read {
        /// The index of the newest message that was read; blank for none.
        last_read_message_index = "LastReadMessageIndex" integer,
    }
}

/// A reply, and the session after it.
#[derive(Debug, Serialize, ToSchema)]
struct Replied {
    /// The session.
    session: Session,
    /// The message.
    message: Message,
}

/// Take a conversation that waits, or that nobody works on.
#[utoipa::path(post, path = "/Conversations/{ConversationSid}/Accept", tag = "Sessions", responses((status = 200, body = Session)))]
async fn accept(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    let shown = engine.accept_session(&request.caller, request.segment(CONVERSATION)).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Give a conversation to somebody, over their limit or not.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Assign",
    tag = "Sessions",
    request_body(content = AssignSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn assign(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(AssignSession(input)): Form<AssignSession>,
) -> Answer<Json<Session>> {
    let shown = engine.assign_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Hand a session on, to somebody or into a queue.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Transfer",
    tag = "Sessions",
    request_body(content = TransferSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn transfer(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(TransferSession(input)): Form<TransferSession>,
) -> Answer<Json<Session>> {
    let shown = engine.transfer_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Park an active session, so that its owner has room for another.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Inactivate",
    tag = "Sessions",
    request_body(content = InactivateSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn inactivate(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(InactivateSession(input)): Form<InactivateSession>,
) -> Answer<Json<Session>> {
    let shown = engine.inactivate_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// End a session, and close its conversation unless the policy keeps it for the next one.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/End",
    tag = "Sessions",
    request_body(content = EndSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn end(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(EndSession(input)): Form<EndSession>,
) -> Answer<Json<Session>> {
    let shown = engine.end_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Take a parked session up again.
#[utoipa::path(post, path = "/Conversations/{ConversationSid}/Reopen", tag = "Sessions", responses((status = 200, body = Session)))]
async fn reopen(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    let shown = engine.reopen_session(&request.caller, request.segment(CONVERSATION)).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Stop the clocks of a conversation.
#[utoipa::path(post, path = "/Conversations/{ConversationSid}/Hold", tag = "Sessions", responses((status = 200, body = Session)))]
async fn hold(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    let shown = engine.hold_session(&request.caller, request.segment(CONVERSATION)).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Let the clocks of a conversation go on with what was left of them.
#[utoipa::path(post, path = "/Conversations/{ConversationSid}/Release", tag = "Sessions", responses((status = 200, body = Session)))]
async fn release(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    let shown = engine.release_session(&request.caller, request.segment(CONVERSATION)).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Give the running or held timer of a conversation more time.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Extend",
    tag = "Sessions",
    request_body(content = ExtendSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn extend(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ExtendSession(input)): Form<ExtendSession>,
) -> Answer<Json<Session>> {
    let shown = engine.extend_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Write to the customer, as the person who is signed in, or as the owner of the session.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Reply",
    tag = "Sessions",
    request_body(content = ReplyInSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Replied))
)]
async fn reply(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ReplyInSession(input)): Form<ReplyInSession>,
) -> Answer<Json<Replied>> {
    let (shown, message) = engine.reply(&request.caller, request.segment(CONVERSATION), input).await?;
    let message = Message::show(message, &request.tree);
    Ok(Json(Replied { session: Session::show(shown, &request), message }))
}

/// Tell those who watch that somebody is writing.
#[utoipa::path(post, path = "/Conversations/{ConversationSid}/Typing", tag = "Sessions", responses((status = 204)))]
async fn typing(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.note_typing(&request.caller, request.segment(CONVERSATION)).await?;
    Ok(Deleted)
}

/// Say how far the person who is signed in has read.
#[utoipa::path(
    post,
    path = "/Conversations/{ConversationSid}/Read",
    tag = "Sessions",
    request_body(content = ReadInSession, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Session))
)]
async fn read(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ReadInSession(input)): Form<ReadInSession>,
) -> Answer<Json<Session>> {
    let shown = engine.read_session(&request.caller, request.segment(CONVERSATION), input).await?;
    Ok(Json(Session::show(shown, &request)))
}
