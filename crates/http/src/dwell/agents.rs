//! `/dwell/v1/Agents`: who works on sessions, and how much they have room for.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, agents};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "agents", size_default: 50, size_max: 1_000 };
const IDENTITY: &str = "Identity";

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(update)).routes(routes!(capacity))
}

/// Somebody who works on sessions.
#[derive(Debug, Serialize, ToSchema)]
struct Agent {
    /// Under which they write messages and have sessions.
    identity: String,
    /// The person.
    person_sid: String,
    /// Their name.
    friendly_name: String,
    /// `agent`, `supervisor` or `admin`.
    role: &'static str,
    /// Whether they may be given work.
    available: bool,
    /// The queues that they serve, beside the one that everybody serves.
    queues: Vec<String>,
    /// How many sessions they have room for.
    limit: i64,
    /// How many active sessions they have.
    used: i64,
    /// How many parked ones.
    inactive: i64,
    /// How many more they have room for; negative when they were given too many.
    free: i64,
    /// Where it is found.
    url: String,
}

/// A page of those who work on sessions.
#[derive(Debug, Serialize, ToSchema)]
struct AgentList {
    /// The page, and where its neighbours are. It may hold fewer than `page_size` and still have a next one.
    meta: Meta,
    /// Those of the page.
    agents: Vec<Agent>,
}

/// How much somebody has room for.
#[derive(Debug, Serialize, ToSchema)]
struct Capacity {
    /// Who it is.
    identity: String,
    /// How many sessions they have room for.
    limit: i64,
    /// How many active sessions they have.
    used: i64,
    /// How many parked ones.
    inactive: i64,
    /// Whether parked ones take room as well.
    counts_inactive: bool,
    /// How many more they have room for; negative when they were given too many.
    free: i64,
    /// Whether they may be given work.
    available: bool,
    /// Where it is found.
    url: String,
}

impl Agent {
    fn show(agent: agents::Agent, request: &ForAccount) -> Self {
        let agents::Agent { person, desk, settings } = agent;
        Agent {
            url: root(request, &person.identity),
            limit: desk.limit(&settings),
            free: desk.free(&settings),
            person_sid: person.sid.to_string(),
            friendly_name: person.friendly_name,
            role: person.role.as_str(),
            available: desk.available,
            queues: desk.queues,
            used: desk.used,
            inactive: desk.inactive,
            identity: person.identity,
        }
    }
}

/// Where somebody is found; identities may have anything in them.
fn root(request: &ForAccount, identity: &str) -> String {
    let identity: String = form_urlencoded::byte_serialize(identity.as_bytes()).collect();
    format!("{}/dwell/v1/Agents/{}", request.tree.base, identity.replace('+', "%20"))
}

form! {
    /// The body of `POST /Agents/{Identity}`.
    UpdateAgent => agents::Update {
        /// Whether they may be given work.
        available = "Available" boolean,
        /// How many sessions they have room for, up to 1,000; blank for as many as anybody. Supervisors only.
        limit = "Limit" integer,
        /// A queue that they serve beside the one that everybody serves, at most 64 characters; repeated for each, at
        /// most 50. The list takes the place of the one before; a single blank one empties it. Supervisors only.
        queues = "Queues" list,
    }
}

/// List those who work on sessions, in the order in which they were created: 50 a page, up to 1,000.
#[utoipa::path(get, path = "/Agents", tag = "Agents", params(PageQuery), responses((status = 200, body = AgentList)))]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<AgentList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_agents(&request.caller, paging.request.clone()).await?;
    let meta = paging.meta(&format!("{}/dwell/v1/Agents", request.tree.base), &[], &page);
    Ok(Json(AgentList { meta, agents: page.items.into_iter().map(|agent| Agent::show(agent, &request)).collect() }))
}

/// Say whether somebody is available, for how much and for what.
#[utoipa::path(
    post,
    path = "/Agents/{Identity}",
    tag = "Agents",
    request_body(content = UpdateAgent, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Agent))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateAgent(input)): Form<UpdateAgent>,
) -> Answer<Json<Agent>> {
    let agent = engine.update_agent(&request.caller, request.segment(IDENTITY), input).await?;
    Ok(Json(Agent::show(agent, &request)))
}

/// Read how much somebody has room for.
#[utoipa::path(get, path = "/Agents/{Identity}/Capacity", tag = "Agents", responses((status = 200, body = Capacity)))]
async fn capacity(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Capacity>> {
    let agents::Agent { person, desk, settings } =
        engine.fetch_agent(&request.caller, request.segment(IDENTITY)).await?;
    Ok(Json(Capacity {
        url: format!("{}/Capacity", root(&request, &person.identity)),
        identity: person.identity,
        limit: desk.limit(&settings),
        used: desk.used,
        inactive: desk.inactive,
        counts_inactive: settings.count_inactive,
        free: desk.free(&settings),
        available: desk.available,
    }))
}
