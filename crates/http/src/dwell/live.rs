//! `/dwell/v1/Live`: what happens in the account as it happens, as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event as Sent, Sse};
use axum::response::{IntoResponse, Response};
use dwell_engine::Engine;
use dwell_engine::live::{Event, Told, Watch};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Query, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// Where a stream begins, as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    after: Option<String>,
}

form! {
    /// Where a stream begins.
    WatchLive => Place {
        /// The id of the last event that was seen: sessions that changed since are told first. The header
        /// `Last-Event-ID`, which browsers send of themselves, says the same and goes first.
        after = "After",
    }
}

/// Watch what happens in the account, as server-sent events.
///
/// - `hello` `{"now", "is_test"}` begins the stream.
/// - `session` `{"session_sid", "conversation_sid", "revision", "status", "owner", "queue", "moved"}` for every session
///   that changed. `moved` is false when its status, owner and queue are as before. A state may be told twice, and an
///   older one late: its revision tells.
/// - `conversation` `{"conversation_sid", "seq"}` when something happened to a conversation.
/// - `typing` `{"conversation_sid", "identity"}` when somebody is writing.
/// - `clock` `{"now", "frozen"}` when a test clock was turned.
///
/// The stream ends when the server stops or the reader is too slow; another one goes on after the last id. At most
/// 1,000 are open at a time.
#[utoipa::path(
    get,
    path = "/Live",
    tag = "Live",
    params(WatchLive),
    responses((status = 200, description = "Events, for as long as the stream lasts.", body = String, content_type = "text/event-stream"))
)]
async fn watch(
    State(engine): State<Engine>,
    request: ForAccount,
    headers: HeaderMap,
    Query(WatchLive(place)): Query<WatchLive>,
) -> Answer<Response> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let watch = engine.watch(&request.caller, last.or(place.after.as_deref())).await?;
    let events = futures_util::stream::unfold(watch, |mut watch: Watch| async move {
        let told = watch.next().await?;
        Some((Ok::<_, Infallible>(sent(told)), watch))
    });
    let mut response = Sse::new(events).into_response();
    // A proxy that collects answers would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn sent(told: Told) -> Sent {
    let (name, data) = match told.event {
        Event::KeepAlive => return Sent::default().comment(""),
        Event::Hello { now, is_test } => ("hello", json!({ "now": now.to_rfc3339_micros(), "is_test": is_test })),
        Event::Session { session_sid, conversation_sid, revision, status, owner, queue, moved } => (
            "session",
            json!({
                "session_sid": session_sid,
                "conversation_sid": conversation_sid,
                "revision": revision,
                "status": status.as_str(),
                "owner": owner,
                "queue": queue,
                "moved": moved,
            }),
        ),
        Event::Conversation { conversation_sid, seq } => {
            ("conversation", json!({ "conversation_sid": conversation_sid, "seq": seq }))
        }
        Event::Typing { conversation_sid, identity } => {
            ("typing", json!({ "conversation_sid": conversation_sid, "identity": identity }))
        }
        Event::Clock { now, frozen } => ("clock", json!({ "now": now.to_rfc3339_micros(), "frozen": frozen })),
    };
    // JSON has no line breaks, which alone an event cannot hold.
    let event = Sent::default().event(name).data(data.to_string());
    match told.place {
        Some(place) => event.id(place),
        None => event,
    }
}
