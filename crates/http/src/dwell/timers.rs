//! `/dwell/v1/Timers`: what is armed, soonest first.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, timers};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "timers", size_default: 50, size_max: 1_000 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An armed timer.
#[derive(Debug, Serialize, ToSchema)]
struct Timer {
    /// The conversation.
    conversation_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// The state that the conversation is in until then.
    state: &'static str,
    /// `inactive` or `closed`: what the timer makes of the conversation. Under a policy also `warning`, when it says
    /// something, and `end`, when the session ends and the conversation stays.
    timer: &'static str,
    /// When it will.
    due: String,
    /// Where what belongs to it is found.
    links: TimerLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct TimerLinks {
    /// The life of the conversation.
    lifecycle: String,
}

/// A page of armed timers. It may hold fewer than `page_size` and still have a next one.
#[derive(Debug, Serialize, ToSchema)]
struct TimerList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The timers of the page.
    timers: Vec<Timer>,
}

form! {
    /// The filters of `GET /Timers`.
    ListTimers => timers::List {
        /// Only timers due after this ISO 8601 date and time.
        due_after = "DueAfter" date_time,
        /// Only timers due before this ISO 8601 date and time.
        due_before = "DueBefore" date_time,
        /// Only timers of conversations in this state.
        state = "State" one_of["active", "inactive", "closed"],
        /// Only timers of conversations in this service.
        chat_service_sid = "ChatServiceSid",
    }
}

/// List armed timers, soonest first.
#[utoipa::path(
    get,
    path = "/Timers",
    tag = "Timers",
    params(ListTimers, PageQuery),
    responses((status = 200, body = TimerList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListTimers>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<TimerList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_timers(&request.caller, filters.0.clone(), paging.request.clone()).await?;
    let root = format!("{}/dwell/v1", request.tree.base);
    let meta = paging.meta(&format!("{root}/Timers"), &filters.given(), &page);
    let show = |timer: &timers::Timer| {
        let armed = timer.lifecycle.armed?;
        Some(Timer {
            conversation_sid: timer.sid.to_string(),
            chat_service_sid: timer.service_sid.to_string(),
            state: timer.lifecycle.state.as_str(),
            timer: armed.kind.as_str(),
            due: armed.due.to_rfc3339_micros(),
            links: TimerLinks { lifecycle: format!("{root}/Conversations/{}/Lifecycle", timer.sid) },
        })
    };
    Ok(Json(TimerList { meta, timers: page.items.iter().filter_map(show).collect() }))
}
