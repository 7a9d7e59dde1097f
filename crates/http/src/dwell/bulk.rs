//! `/dwell/v1/Bulk`: one act on many conversations, with a result for each; and `/dwell/v1/DefaultTimers/Apply`, which
//! is one of them.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use dwell_core::bulk::{Job, Outcome};
use dwell_engine::bulk::{self, Bulk, Candidate};
use dwell_engine::{Engine, Error};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::beside;
use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created};
use crate::request::ForAccount;

const JOBS: Listing = Listing { key: "bulk_jobs", size_default: 50, size_max: 100 };
const RESULTS: Listing = Listing { key: "results", size_default: 50, size_max: 1_000 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fetch))
        .routes(routes!(results))
        .routes(routes!(stop))
        .routes(routes!(resume))
        .routes(routes!(apply_default_timers))
        .routes(routes!(apply_policy))
}

/// A bulk job: one act on many conversations.
#[derive(Debug, Serialize, ToSchema)]
struct BulkJob {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// What it does to each conversation: an act on its session, such as `inactivate`, or `apply_policy` or
    /// `apply_default_timers`.
    act: &'static str,
    /// Where it stands: `running`, `done` or `stopped`.
    state: &'static str,
    /// How many conversations it goes through.
    total: i64,
    /// To how many it was done.
    done: i64,
    /// For how many a rule refused it.
    refused: i64,
    /// The credential or person that asked for it, whose rights it acts with.
    created_by: String,
    /// When it was created.
    date_created: String,
    /// When it last got on.
    date_updated: String,
    /// The URL of this resource.
    url: String,
    /// Where what belongs to it is found.
    links: BulkLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct BulkLinks {
    /// What became of each conversation.
    results: String,
}

/// A page of bulk jobs.
#[derive(Debug, Serialize, ToSchema)]
struct BulkJobList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The jobs on it.
    bulk_jobs: Vec<BulkJob>,
}

/// What a job would go through.
#[derive(Debug, Serialize, ToSchema)]
struct BulkPreview {
    /// What it would do to each conversation.
    act: &'static str,
    /// How many conversations.
    count: usize,
    /// The first of them, at most 20.
    sample: Vec<BulkCandidate>,
}

/// A conversation that a job would go through.
#[derive(Debug, Serialize, ToSchema)]
struct BulkCandidate {
    /// The conversation.
    conversation_sid: String,
    /// Its name for people.
    friendly_name: Option<String>,
    /// Its name for programs.
    unique_name: Option<String>,
    /// Its state.
    state: &'static str,
}

/// What became of one conversation of a job.
#[derive(Debug, Serialize, ToSchema)]
struct BulkResult {
    /// The conversation.
    conversation_sid: String,
    /// `done` or `refused`.
    outcome: &'static str,
    /// Why it was refused: the number of the error that a request would have met.
    code: Option<i64>,
    /// The same in words.
    message: Option<String>,
}

/// A page of results.
#[derive(Debug, Serialize, ToSchema)]
struct BulkResultList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The results on it.
    results: Vec<BulkResult>,
}

/// Why something is refused, as the API says it of a request.
pub(crate) fn tell(error: &Error) -> (u32, String) {
    beside::tell(error, "/dwell/v1/Bulk")
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/Bulk", request.tree.base)
}

fn show(job: Job, root: &str) -> BulkJob {
    let url = format!("{root}/{}", job.sid);
    BulkJob {
        sid: job.sid.to_string(),
        account_sid: job.account_sid.to_string(),
        act: job.act.as_str(),
        state: job.state.as_str(),
        total: job.total,
        done: job.done,
        refused: job.refused,
        created_by: job.created_by,
        date_created: job.date_created.to_rfc3339_micros(),
        date_updated: job.date_updated.to_rfc3339_micros(),
        links: BulkLinks { results: format!("{url}/Results") },
        url,
    }
}

/// 201 with a job, or 200 with what it would go through.
fn answer(act: &'static str, bulk: Bulk, root: &str) -> Response {
    match bulk {
        Bulk::Begun(job) => Created(show(*job, root)).into_response(),
        Bulk::Preview { count, sample } => {
            let sample = sample.into_iter().map(candidate).collect();
            Json(BulkPreview { act, count, sample }).into_response()
        }
    }
}

fn candidate(found: Candidate) -> BulkCandidate {
    BulkCandidate {
        conversation_sid: found.sid.to_string(),
        friendly_name: found.friendly_name,
        unique_name: found.unique_name,
        state: found.state.as_str(),
    }
}

fn result(outcome: Outcome) -> BulkResult {
    let (code, message) = outcome.refusal.map(|refusal| (refusal.code, refusal.message)).unzip();
    BulkResult {
        conversation_sid: outcome.conversation_sid.to_string(),
        outcome: if code.is_none() { "done" } else { "refused" },
        code,
        message,
    }
}

form! {
    /// The body of `POST /Bulk`.
    CreateBulkJob => bulk::Request {
        /// What to do to each conversation.
        act = "Act" required one_of["inactivate", "end", "reopen", "hold", "release", "extend", "assign", "transfer"],
        /// A conversation; repeated for each, at most 1,000.
        conversation_sid = "ConversationSid" list,
        /// Instead: all in this state.
        state = "State" one_of["active", "inactive", "closed"],
        /// Instead: all whose session is in this status; repeated for each. Open ones when only an owner or a queue is
        /// given.
        status = "Status" list,
        /// All whose session is of this identity.
        owner = "Owner",
        /// All whose session is in this queue.
        queue = "Queue",
        /// Of those only the ones of this conversation service.
        chat_service_sid = "ChatServiceSid",
        /// Who gets it: an identity, for `assign` and `transfer`.
        to = "To",
        /// Which queue gets it, for `transfer`; blank for the one that everybody serves.
        to_queue = "Queue.To",
        /// How much more time, for `extend`: an ISO 8601 duration, from `PT1S` to `P30D`.
        by = "By",
        /// Why, for colleagues; for `inactivate` and `end`.
        reason = "Reason",
        /// What the customer is told first, for `inactivate` and `end`.
        farewell = "Farewell",
        /// Who ends it, for `end`: by default the agent for a person, the bot for a program.
        ended_by = "EndedBy" one_of["agent", "bot", "end_user", "system"],
        /// Only say how many conversations it would go through, and which.
        dry_run = "DryRun" boolean,
    }
}

/// The parameters of `POST /DefaultTimers/Apply`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ApplyRequest {
    chat_service_sid: Option<String>,
    dry_run: Option<String>,
}

/// The parameters of `POST /LifecyclePolicies/{Sid}/Apply`.
#[derive(Debug, Clone, Default)]
pub(crate) struct DryRequest {
    dry_run: Option<String>,
}

form! {
    /// The body of `POST /DefaultTimers/Apply`.
    ApplyDefaultTimers => ApplyRequest {
        /// Only conversations of this conversation service.
        chat_service_sid = "ChatServiceSid",
        /// Only say how many conversations it would go through, and which.
        dry_run = "DryRun" boolean,
    }
}

form! {
    /// The body of `POST /LifecyclePolicies/{Sid}/Apply`.
    ApplyPolicy => DryRequest {
        /// Only say how many conversations it would go through, and which.
        dry_run = "DryRun" boolean,
    }
}

/// Do something to many conversations.
///
/// Which those are is settled now: at most 100,000. The first hundred are done before this answers; a worker goes on
/// with the others, each exactly once, also after a crash. `DryRun` answers with their number and some of them.
///
/// Acts are those on sessions; `inactivate`, `end` and `reopen` set the state of conversations that never had one.
#[utoipa::path(
    post,
    path = "/Bulk",
    tag = "Bulk",
    request_body(content = CreateBulkJob, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A dry run", body = BulkPreview), (status = 201, body = BulkJob))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateBulkJob(input)): Form<CreateBulkJob>,
) -> Answer<Response> {
    let act = input.act.as_deref().and_then(dwell_core::bulk::Act::parse).map_or("", dwell_core::bulk::Act::as_str);
    let bulk = engine.bulk(&request.caller, input, tell).await?;
    Ok(answer(act, bulk, &root(&request)))
}

/// Have conversations live by the account's present default timers.
///
/// Goes through the open conversations that began under other defaults and have neither timers of their own nor a
/// lifecycle policy, at most 100,000 at a time; their clocks start anew.
#[utoipa::path(
    post,
    path = "/DefaultTimers/Apply",
    tag = "Bulk",
    request_body(content = ApplyDefaultTimers, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A dry run", body = BulkPreview), (status = 201, body = BulkJob))
)]
async fn apply_default_timers(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ApplyDefaultTimers(input)): Form<ApplyDefaultTimers>,
) -> Answer<Response> {
    let ApplyRequest { chat_service_sid, dry_run } = input;
    let bulk = engine.apply_default_timers(&request.caller, chat_service_sid, dry_run, tell).await?;
    Ok(answer(dwell_core::bulk::Act::ApplyDefaultTimers.as_str(), bulk, &root(&request)))
}

/// Have conversations live by a lifecycle policy as it is now.
///
/// Goes through the open conversations that the policy is for and that do not live by its present version, at most
/// 100,000 at a time; their clocks start anew.
#[utoipa::path(
    post,
    path = "/LifecyclePolicies/{Sid}/Apply",
    tag = "Bulk",
    request_body(content = ApplyPolicy, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A dry run", body = BulkPreview), (status = 201, body = BulkJob))
)]
async fn apply_policy(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(ApplyPolicy(input)): Form<ApplyPolicy>,
) -> Answer<Response> {
    let bulk = engine.apply_policy(&request.caller, request.segment("Sid"), input.dry_run, tell).await?;
    Ok(answer(dwell_core::bulk::Act::ApplyPolicy.as_str(), bulk, &root(&request)))
}

/// List the bulk jobs of the account, newest first. Those that have been over for 30 days are gone.
#[utoipa::path(get, path = "/Bulk", tag = "Bulk", params(PageQuery), responses((status = 200, body = BulkJobList)))]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<BulkJobList>> {
    let paging = page.read(JOBS)?;
    let page = engine.list_bulk_jobs(&request.caller, paging.request.clone()).await?;
    let root = root(&request);
    let meta = paging.meta(&root, &[], &page);
    Ok(Json(BulkJobList { meta, bulk_jobs: page.items.into_iter().map(|job| show(job, &root)).collect() }))
}

/// Fetch a bulk job.
#[utoipa::path(get, path = "/Bulk/{Sid}", tag = "Bulk", responses((status = 200, body = BulkJob)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<BulkJob>> {
    let job = engine.fetch_bulk_job(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(job, &root(&request))))
}

/// List what became of the conversations of a bulk job so far, in order of their SIDs.
#[utoipa::path(
    get,
    path = "/Bulk/{Sid}/Results",
    tag = "Bulk",
    params(PageQuery),
    responses((status = 200, body = BulkResultList))
)]
async fn results(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<BulkResultList>> {
    let paging = page.read(RESULTS)?;
    let (job, page) = engine.bulk_results(&request.caller, request.segment("Sid"), paging.request.clone()).await?;
    let meta = paging.meta(&format!("{}/{}/Results", root(&request), job.sid), &[], &page);
    Ok(Json(BulkResultList { meta, results: page.items.into_iter().map(result).collect() }))
}

/// Stop a running bulk job where it is. One that is over stays as it is.
#[utoipa::path(post, path = "/Bulk/{Sid}/Stop", tag = "Bulk", responses((status = 200, body = BulkJob)))]
async fn stop(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<BulkJob>> {
    let job = engine.stop_bulk_job(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(job, &root(&request))))
}

/// Let a stopped bulk job go on where it was.
#[utoipa::path(post, path = "/Bulk/{Sid}/Resume", tag = "Bulk", responses((status = 200, body = BulkJob)))]
async fn resume(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<BulkJob>> {
    let job = engine.resume_bulk_job(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(job, &root(&request))))
}
