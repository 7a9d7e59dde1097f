//! `/dwell/v1/Conversations/{Sid}/Events`: the log of a conversation, numbered without gaps.

use axum::Json;
use axum::extract::State;
use dwell_engine::conversations::LogEvent;
use dwell_engine::{Engine, Error};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "events", size_default: 50, size_max: 1_000 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that happened to a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct Event {
    /// Its number; the first of a conversation is 1, and none is missing.
    seq: i64,
    /// What happened, by the name that webhooks know it by, such as `onMessageAdded`.
    kind: String,
    /// When, on the account's clock.
    at: String,
    /// What it came through: `API`, `SDK`, `SMS` and the like, or `TIMER`.
    source: String,
    /// Who caused it: the SID of a credential or person, an address outside, or `system`.
    actor: String,
    /// What the event tells: the parameters of its own that webhooks are told.
    #[schema(value_type = Object)]
    payload: Value,
}

/// A page of the log of a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct EventList {
    /// Which page it is, and where the next one is.
    meta: Meta,
    /// The events on it, oldest first.
    events: Vec<Event>,
}

/// Where in the log to begin.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogStart {
    after: Option<String>,
}

form! {
    /// The parameters of `GET /Conversations/{ConversationSid}/Events`.
    ListEvents => LogStart {
        /// Only events after the one of this number. The whole log when not given.
        after = "After" integer,
    }
}

/// List what happened to a conversation, oldest first; by SID, or by unique name in the default service.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Events",
    tag = "Lifecycle",
    params(ListEvents, PageQuery),
    responses((status = 200, body = EventList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListEvents>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<EventList>> {
    let paging = page.read(LISTING)?;
    let segment = request.segment("ConversationSid");
    let after = filters.0.after.clone();
    let log = engine.conversation_log(&request.caller, segment, after, paging.request.clone()).await?;
    let url = format!("{}/dwell/v1/Conversations/{}/Events", request.tree.base, log.conversation_sid);
    let meta = paging.meta(&url, &filters.given(), &log.events);
    let events = log.events.items.into_iter().map(show).collect::<Result<_, _>>()?;
    Ok(Json(EventList { meta, events }))
}

fn show(event: LogEvent) -> Answer<Event> {
    let unreadable = |error: serde_json::Error| Error::Internal(format!("payload of event {}: {error}", event.seq));
    Ok(Event {
        payload: serde_json::from_str(&event.payload).map_err(unreadable)?,
        seq: event.seq,
        kind: event.kind,
        at: event.at.to_rfc3339_micros(),
        source: event.source,
        actor: event.actor,
    })
}
