//! `/dwell/v1/Statistics`: what has happened over time, and how things are.

use axum::Json;
use axum::extract::State;
use dwell_core::Timestamp;
use dwell_core::limits::CONVERSATIONS_PER_IDENTITY_MAX;
use dwell_core::statistics::{Spread, StateCounts};
use dwell_engine::{Engine, statistics};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Query, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch))
}

/// The statistics of the account, in UTC on its own clock.
#[derive(Debug, Serialize, ToSchema)]
struct Statistics {
    /// Where they begin.
    from: String,
    /// Where they end: at most now.
    to: String,
    /// What one figure of a series is about: `hour` or `day`.
    step: &'static str,
    /// Up to where everything is counted: `to`, or an instant before it while a very busy server is behind.
    complete_until: String,
    /// How many conversations there were in each state when each step began, and now when that is the end. Steps
    /// before the account was counted first are missing.
    states: Vec<States>,
    /// Changes of state in each step, by what brought them about.
    transitions: Vec<Transitions>,
    /// How long after their due time timers were carried out, in real time; only steps with any.
    lateness: Vec<Lateness>,
    /// How long it took, from the beginning of a session, to its first reply; only steps in which there was one.
    first_reply: Vec<Durations>,
    /// How long conversations had been active when they ceased to be; only steps in which one did.
    time_active: Vec<Durations>,
    /// How long conversations had been inactive when a message brought them back; only steps in which one did.
    time_to_return: Vec<Durations>,
    /// The identities that are in most active and inactive conversations of a service, at most 20.
    identities: Vec<IdentityUse>,
    /// How things are now.
    now: Now,
}

/// How many conversations were in each state.
#[derive(Debug, Serialize, ToSchema)]
struct States {
    /// When.
    at: String,
    /// Active ones.
    active: i64,
    /// Inactive ones.
    inactive: i64,
    /// Closed ones that are not deleted.
    closed: i64,
}

/// Changes of state in one step.
#[derive(Debug, Serialize, ToSchema)]
struct Transitions {
    /// When the step begins.
    at: String,
    /// Those that a request asked for.
    api: i64,
    /// Those of timers.
    timer: i64,
    /// Those of messages.
    event: i64,
}

/// How late the timers of one step were, in real time. Percentiles are at most an eighth too large.
#[derive(Debug, Serialize, ToSchema)]
struct Lateness {
    /// When the step begins.
    at: String,
    /// How many timers were carried out.
    count: i64,
    /// Half of them were not later than this, in seconds.
    p50_seconds: f64,
    /// 99 of 100 were not later than this, in seconds.
    p99_seconds: f64,
    /// None was later than this, in seconds.
    max_seconds: f64,
}

/// How long something took that ended in one step. Percentiles are at most an eighth too large.
#[derive(Debug, Serialize, ToSchema)]
struct Durations {
    /// When the step begins.
    at: String,
    /// How many there were.
    count: i64,
    /// Half of them did not take longer than this, in seconds.
    p50_seconds: f64,
    /// 90 of 100 did not take longer than this, in seconds.
    p90_seconds: f64,
}

/// How many conversations an identity is in.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityUse {
    /// The identity.
    identity: String,
    /// The conversation service.
    chat_service_sid: String,
    /// How many active and inactive conversations of the service it is in.
    conversations: i64,
    /// How many it may be in.
    limit: i64,
}

/// How things are now.
#[derive(Debug, Serialize, ToSchema)]
struct Now {
    /// Active conversations.
    active: i64,
    /// Inactive conversations.
    inactive: i64,
    /// Closed conversations that are not deleted.
    closed: i64,
    /// Sessions that wait for somebody.
    waiting: i64,
    /// Timers that should have been carried out and were not.
    overdue: i64,
}

form! {
    /// What to tell.
    ReadStatistics => statistics::Request {
        /// Where to begin, an ISO 8601 date and time: in the step that it lies in. A day before `To` by the hour, or
        /// 30 days by the day, when not given.
        from = "From" date_time,
        /// Where to end, an ISO 8601 date and time. Now when not given, or later than that.
        to = "To" date_time,
        /// What one figure is about; at most 731 steps. By the hour up to a week when not given, by the day beyond.
        step = "Step" one_of["hour", "day"],
    }
}

/// Fetch the statistics of the account.
///
/// Hours and days are those of UTC on the account's clock, so the statistics of a test account follow its turned
/// clock. They reach back two years.
#[utoipa::path(
    get,
    path = "/Statistics",
    tag = "Statistics",
    params(ReadStatistics),
    responses((status = 200, body = Statistics))
)]
async fn fetch(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(ReadStatistics(input)): Query<ReadStatistics>,
) -> Answer<Json<Statistics>> {
    Ok(Json(show(engine.statistics(&request.caller, input).await?)))
}

fn show(found: statistics::Statistics) -> Statistics {
    let at = Timestamp::to_rfc3339_micros;
    let StateCounts { active, inactive, closed } = found.now.states;
    Statistics {
        from: at(found.from),
        to: at(found.to),
        step: found.step.as_str(),
        complete_until: at(found.complete_until),
        states: found.states.into_iter().map(states).collect(),
        transitions: found
            .transitions
            .into_iter()
            .map(|moves| Transitions { at: at(moves.at), api: moves.api, timer: moves.timer, event: moves.event })
            .collect(),
        lateness: found.lateness.iter().map(lateness).collect(),
        first_reply: found.first_reply.iter().map(durations).collect(),
        time_active: found.time_active.iter().map(durations).collect(),
        time_to_return: found.time_to_return.iter().map(durations).collect(),
        identities: found
            .identities
            .into_iter()
            .map(|one| IdentityUse {
                identity: one.identity,
                chat_service_sid: one.service_sid.to_string(),
                conversations: one.conversations,
                limit: CONVERSATIONS_PER_IDENTITY_MAX,
            })
            .collect(),
        now: Now { active, inactive, closed, waiting: found.now.waiting, overdue: found.now.overdue },
    }
}

fn states((at, counts): (Timestamp, StateCounts)) -> States {
    let StateCounts { active, inactive, closed } = counts;
    States { at: at.to_rfc3339_micros(), active, inactive, closed }
}

fn lateness(bucket: &statistics::Bucket) -> Lateness {
    let spread: &Spread = &bucket.spread;
    Lateness {
        at: bucket.at.to_rfc3339_micros(),
        count: spread.count(),
        p50_seconds: seconds(spread.percentile(50)),
        p99_seconds: seconds(spread.percentile(99)),
        max_seconds: seconds(spread.max_micros()),
    }
}

fn durations(bucket: &statistics::Bucket) -> Durations {
    let spread: &Spread = &bucket.spread;
    Durations {
        at: bucket.at.to_rfc3339_micros(),
        count: spread.count(),
        p50_seconds: seconds(spread.percentile(50)),
        p90_seconds: seconds(spread.percentile(90)),
    }
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
