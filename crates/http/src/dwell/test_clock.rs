//! `/dwell/v1/TestClock`: the time of a test account.

use axum::Json;
use axum::extract::State;
use dwell_engine::Engine;
use dwell_engine::test_clock::{self, Reading};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch)).routes(routes!(advance)).routes(routes!(freeze)).routes(routes!(resume))
}

/// Where the account's clock stands.
#[derive(Debug, Serialize, ToSchema)]
struct TestClock {
    /// The account that it belongs to.
    account_sid: String,
    /// What the clock shows.
    now: String,
    /// `running` or `frozen`.
    status: &'static str,
    /// How many transitions this call carried out.
    transitions: usize,
    /// Where it is found, in the tree of the request.
    url: String,
}

impl TestClock {
    fn show(reading: Reading, request: &ForAccount) -> Json<Self> {
        Json(TestClock {
            account_sid: request.caller.account.sid.to_string(),
            now: reading.now.to_rfc3339_micros(),
            status: if reading.is_frozen { "frozen" } else { "running" },
            transitions: reading.transitions,
            url: format!("{}/dwell/v1/TestClock", request.tree.base),
        })
    }
}

form! {
    /// The body of `POST /TestClock/Advance`: exactly one of the two.
    AdvanceTestClock => test_clock::Advance {
        /// How far to turn the clock on: an ISO 8601 duration. Not together with `To`.
        by = "By",
        /// Where to turn the clock: an ISO 8601 date and time, or `next` for the next transition. Not together with
        /// `By`.
        to = "To",
    }
}

/// Read the account's clock.
#[utoipa::path(get, path = "/TestClock", tag = "TestClock", responses((status = 200, body = TestClock)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<TestClock>> {
    let reading = engine.read_test_clock(&request.caller).await?;
    Ok(TestClock::show(reading, &request))
}

/// Turn the account's clock: `By` an ISO 8601 duration, or `To` an instant or `next`, the next
/// transition. Everything that comes due on the way has been carried out when it answers.
#[utoipa::path(
    post,
    path = "/TestClock/Advance",
    tag = "TestClock",
    request_body(content = AdvanceTestClock, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TestClock))
)]
async fn advance(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(AdvanceTestClock(input)): Form<AdvanceTestClock>,
) -> Answer<Json<TestClock>> {
    let reading = engine.advance_test_clock(&request.caller, input).await?;
    Ok(TestClock::show(reading, &request))
}

/// Stop the account's clock.
#[utoipa::path(post, path = "/TestClock/Freeze", tag = "TestClock", responses((status = 200, body = TestClock)))]
async fn freeze(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<TestClock>> {
    let reading = engine.freeze_test_clock(&request.caller).await?;
    Ok(TestClock::show(reading, &request))
}

/// Let the account's clock run on from where it stands.
#[utoipa::path(post, path = "/TestClock/Resume", tag = "TestClock", responses((status = 200, body = TestClock)))]
async fn resume(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<TestClock>> {
    let reading = engine.resume_test_clock(&request.caller).await?;
    Ok(TestClock::show(reading, &request))
}
