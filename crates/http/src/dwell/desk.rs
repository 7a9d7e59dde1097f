//! `/dwell/v1/Desk`: how the account hands out its work, and how much of it there is.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use dwell_core::Timestamp;
use dwell_engine::{Engine, agents};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::Session;
use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update)).routes(routes!(counts)).routes(routes!(next))
}

/// How the account hands out its work.
#[derive(Debug, Serialize, ToSchema)]
struct Desk {
    /// `automatic` when waiting sessions are given out, `manual` when they are taken.
    routing: &'static str,
    /// Whether parked sessions take room as active ones do.
    count_inactive: bool,
    /// How many sessions somebody has room for who has no limit of their own.
    limit_default: i64,
    /// Where it is found.
    url: String,
}

/// How much there is to do, and who does it.
#[derive(Debug, Serialize, ToSchema)]
struct DeskCounts {
    /// Active sessions of the person who asks.
    mine_active: i64,
    /// Parked sessions of the person who asks.
    mine_inactive: i64,
    /// Sessions that wait.
    queue: i64,
    /// When the first of them began to wait; null when none does.
    waiting_longest_since: Option<String>,
    /// Open sessions by status.
    by_status: BTreeMap<&'static str, i64>,
    /// Waiting sessions by queue.
    by_queue: Vec<CountOfQueue>,
    /// Open sessions by who has them.
    by_owner: Vec<CountOfOwner>,
}

/// How many sessions wait in a queue.
#[derive(Debug, Serialize, ToSchema)]
struct CountOfQueue {
    /// The queue; null for the one that everybody serves.
    queue: Option<String>,
    /// How many.
    waiting: i64,
}

/// How many sessions somebody has.
#[derive(Debug, Serialize, ToSchema)]
struct CountOfOwner {
    /// Who it is.
    owner: String,
    /// Active ones.
    active: i64,
    /// Parked ones.
    inactive: i64,
}

form! {
    /// The body of `POST /Desk`.
    UpdateDesk => agents::UpdateSettings {
        /// Whether waiting sessions are given out, or taken.
        routing = "Routing" one_of["automatic", "manual"],
        /// Whether parked sessions take room as active ones do.
        count_inactive = "CountInactive" boolean,
        /// How many sessions somebody has room for who has no limit of their own, up to 1,000.
        limit_default = "LimitDefault" integer,
    }
}

impl Desk {
    fn show(settings: agents::DeskSettings, request: &ForAccount) -> Json<Self> {
        Json(Desk {
            routing: settings.routing.as_str(),
            count_inactive: settings.count_inactive,
            limit_default: settings.limit_default,
            url: format!("{}/dwell/v1/Desk", request.tree.base),
        })
    }
}

/// Read how the account hands out its work.
#[utoipa::path(get, path = "/Desk", tag = "Desk", responses((status = 200, body = Desk)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Desk>> {
    Ok(Desk::show(engine.fetch_desk(&request.caller).await?, &request))
}

/// Change how the account hands out its work. What is without a parameter stays.
#[utoipa::path(
    post,
    path = "/Desk",
    tag = "Desk",
    request_body(content = UpdateDesk, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Desk))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateDesk(input)): Form<UpdateDesk>,
) -> Answer<Json<Desk>> {
    Ok(Desk::show(engine.update_desk(&request.caller, input).await?, &request))
}

/// Take the session that waits longest in a queue that one serves, for people.
///
/// It is theirs, and active, also when they had no room. 404 when nobody waits there.
#[utoipa::path(post, path = "/Desk/Next", tag = "Desk", responses((status = 200, body = Session)))]
async fn next(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    Ok(Json(Session::show(engine.accept_next(&request.caller).await?, &request)))
}

/// Count open sessions: one's own, those that wait, and everybody's.
#[utoipa::path(get, path = "/Desk/Counts", tag = "Desk", responses((status = 200, body = DeskCounts)))]
async fn counts(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<DeskCounts>> {
    let counts = engine.count_sessions(&request.caller).await?;
    let by_queue = counts.by_queue.into_iter().map(|(queue, waiting)| CountOfQueue { queue, waiting });
    let by_owner = counts.by_owner.into_iter();
    Ok(Json(DeskCounts {
        mine_active: counts.mine_active,
        mine_inactive: counts.mine_inactive,
        queue: counts.queue,
        waiting_longest_since: counts.waiting_longest_since.map(Timestamp::to_rfc3339_micros),
        by_status: counts.by_status,
        by_queue: by_queue.collect(),
        by_owner: by_owner.map(|(owner, (active, inactive))| CountOfOwner { owner, active, inactive }).collect(),
    }))
}
