//! `/dwell/v1/Conversations/{Sid}/Lifecycle`: the configured durations, which the contract's API
//! never gives back, what is armed, what lies ahead, and everything that happened.

use axum::Json;
use axum::extract::State;
use dwell_core::Timestamp;
use dwell_core::last_call::LastCall;
use dwell_core::timer::iso_text;
use dwell_engine::Engine;
use dwell_engine::conversations::Life;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::Query;
use crate::lists::{Listing, Meta, PageQuery, Paging};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "history", size_default: 100, size_max: 1_000 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch))
}

/// The life of a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct Lifecycle {
    /// The conversation.
    conversation_sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// `active`, `inactive` or `closed`; `initializing` while it is being set up.
    state: &'static str,
    /// The present time of the account's clock.
    now: String,
    /// How long its timers are.
    timers: ConfiguredTimers,
    /// The policy that it lives by; null for plain timers.
    policy: Option<GoverningPolicy>,
    /// Whether somebody holds its clock.
    held: bool,
    /// The timer that is running; null when none is.
    armed: Option<Armed>,
    /// All that the running clock will bring about if nothing else happens, soonest first.
    clock: Vec<MarkAhead>,
    /// What will happen if nothing else does, soonest first.
    forecast: Vec<Ahead>,
    /// The questions that were asked before a timer would move the conversation, latest deadline first, at most
    /// a hundred.
    last_calls: Vec<LastCallMade>,
    /// What happened, oldest first, beginning with the creation.
    history: Vec<Entry>,
    /// Paging of the history.
    meta: Meta,
    /// Where this is found.
    url: String,
}

/// The configured durations, in canonical ISO 8601; null for a timer that does not run.
#[derive(Debug, Serialize, ToSchema)]
struct ConfiguredTimers {
    /// How long without a message until it becomes inactive.
    inactive: Option<String>,
    /// How long it stays inactive, or lives, until it is closed.
    closed: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Armed {
    /// `inactive` or `closed`: what the timer makes of the conversation. Under a policy also `warning`, when it says
    /// something, and `end`, when the session ends and the conversation stays.
    timer: &'static str,
    /// When it will, in UTC.
    due: String,
    /// When it was started, in UTC; null for the clock of a policy, which may have stood still meanwhile.
    started: Option<String>,
    /// What started it: `created`, `message`, `transition`, `update`, `last_call` when one put it off, or
    /// `policy`.
    cause: &'static str,
}

/// The policy that a conversation lives by.
#[derive(Debug, Serialize, ToSchema)]
struct GoverningPolicy {
    /// Its SID.
    sid: String,
    /// The version by which it lives.
    version: i64,
    /// Its name; null once the policy is deleted.
    friendly_name: Option<String>,
}

/// Something that the running clock will bring about.
#[derive(Debug, Serialize, ToSchema)]
struct MarkAhead {
    /// When, in UTC.
    at: String,
    /// `warning`, when something is said; `inactive` or `closed`, what becomes of the conversation; or `end`, when the
    /// session ends and the conversation stays.
    what: &'static str,
    /// What is said then.
    body: Option<String>,
}

/// A question that was asked before a timer would move the conversation.
#[derive(Debug, Serialize, ToSchema)]
struct LastCallMade {
    /// `inactive` or `closed`: what the timer would make of the conversation.
    timer: &'static str,
    /// When the timer was to end, in UTC.
    due: String,
    /// When it was asked, in UTC.
    asked: String,
    /// What came of it: `go`, `postponed`, `held`; `late` when the answer was overtaken by a message, a change
    /// or the timer itself; `invalid`; `none` when there was no answer. Null until that is known.
    outcome: Option<&'static str>,
    /// When the timer was to end from then on, in UTC, if it was put off.
    postponed_to: Option<String>,
    /// Why there was no valid answer.
    problem: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Ahead {
    /// The state before.
    from: &'static str,
    /// The state from then on.
    to: &'static str,
    /// When, in UTC.
    at: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// The state before; null for the creation.
    from: Option<&'static str>,
    /// The state from then on.
    to: &'static str,
    /// When, in UTC.
    at: String,
    /// `API`, `TIMER`, or `EVENT` for a message.
    reason: &'static str,
    /// The credential that caused it, or `system` for a timer.
    actor: String,
    /// The message that reactivated the conversation.
    message_sid: Option<String>,
    /// What went wrong, when that closed the conversation.
    error: Option<EntryError>,
}

/// An error of the kind that requests are refused with, for which there was no request.
#[derive(Debug, Serialize, ToSchema)]
struct EntryError {
    /// Its number, such as 50427.
    code: i64,
    /// What went wrong, in words.
    message: String,
}

/// Fetch the life of a conversation, by SID, or by unique name in the default service.
#[utoipa::path(
    get,
    path = "/Conversations/{ConversationSid}/Lifecycle",
    tag = "Lifecycle",
    params(PageQuery),
    responses((status = 200, body = Lifecycle))
)]
async fn fetch(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<Lifecycle>> {
    let paging = page.read(LISTING)?;
    let segment = request.segment("ConversationSid");
    let life = engine.conversation_life(&request.caller, segment, paging.request.clone()).await?;
    Ok(Json(show(life, &paging, &request)))
}

fn show(life: Life, paging: &Paging, request: &ForAccount) -> Lifecycle {
    let c = &life.conversation;
    let url = format!("{}/dwell/v1/Conversations/{}/Lifecycle", request.tree.base, c.sid);
    let meta = paging.meta(&url, &[], &life.history);
    let first_state = life.history.items.first().map_or(c.lifecycle.state, |record| record.transition.from);
    let created = paging.request.after.is_none().then(|| Entry {
        from: None,
        to: first_state.as_str(),
        at: life.created_at.to_rfc3339_micros(),
        reason: "API",
        actor: life.created_by.clone(),
        message_sid: None,
        error: None,
    });
    let happened = life.history.items.iter().map(|record| Entry {
        from: Some(record.transition.from.as_str()),
        to: record.transition.to.as_str(),
        at: record.transition.at.to_rfc3339_micros(),
        reason: record.transition.cause.as_str(),
        actor: record.actor.clone(),
        message_sid: record.message_sid.map(|sid| sid.to_string()),
        error: record.error.clone().map(|error| EntryError { code: error.code, message: error.message }),
    });
    Lifecycle {
        conversation_sid: c.sid.to_string(),
        account_sid: c.account_sid.to_string(),
        chat_service_sid: c.service_sid.to_string(),
        state: c.lifecycle.state.as_str(),
        now: life.now.to_rfc3339_micros(),
        timers: ConfiguredTimers {
            inactive: c.lifecycle.timers.inactive.map(iso_text),
            closed: c.lifecycle.timers.closed.map(iso_text),
        },
        policy: c.lifecycle.rules.as_ref().map(|rules| GoverningPolicy {
            sid: rules.policy_sid.to_string(),
            version: rules.version,
            friendly_name: life.policy_name.clone(),
        }),
        held: c.lifecycle.held.is_some(),
        clock: { life.clock().into_iter() }
            .map(|(at, mark, body)| MarkAhead { at: at.to_rfc3339_micros(), what: mark.as_str(), body })
            .collect(),
        armed: life.running().map(|running| Armed {
            timer: running.kind.as_str(),
            due: running.due.to_rfc3339_micros(),
            started: running.started.map(Timestamp::to_rfc3339_micros),
            cause: running.cause,
        }),
        forecast: life
            .forecast
            .iter()
            .map(|t| Ahead { from: t.from.as_str(), to: t.to.as_str(), at: t.at.to_rfc3339_micros() })
            .collect(),
        last_calls: life.last_calls.iter().map(last_call).collect(),
        history: created.into_iter().chain(happened).collect(),
        meta,
        url,
    }
}

fn last_call(asked: &LastCall) -> LastCallMade {
    let ended = asked.ended.as_ref();
    LastCallMade {
        timer: asked.timer.as_str(),
        due: asked.due.to_rfc3339_micros(),
        asked: asked.asked_at.to_rfc3339_micros(),
        outcome: ended.map(|ended| ended.outcome.as_str()),
        postponed_to: ended.and_then(|ended| ended.postponed_to).map(Timestamp::to_rfc3339_micros),
        problem: ended.and_then(|ended| ended.problem.clone()),
    }
}
