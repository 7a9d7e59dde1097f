//! `/dwell/v1/Sessions`: stints of work on conversations, with who has them and how they stand.

pub(crate) mod acts;

use axum::Json;
use axum::extract::State;
use dwell_core::Timestamp;
use dwell_engine::sessions::{self, Shown, Summary};
use dwell_engine::{Engine, sessions::LogLine};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "sessions", size_default: 50, size_max: 1_000 };
const LOG: Listing = Listing { key: "log", size_default: 100, size_max: 1_000 };

/// Most characters that are shown of the newest message.
const LAST_BODY_CHARS_MAX: usize = 140;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch)).routes(routes!(log)).merge(acts::routes())
}

/// A session: a stint of work on a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service of its conversation.
    chat_service_sid: String,
    /// Its conversation.
    conversation_sid: String,
    /// Which of the conversation's sessions it is, from 1.
    number: i64,
    /// `waiting`, `active`, `paused`, `inactive`, `ended` or `error`.
    status: &'static str,
    /// The identity of who has it, or had it last; null while it waits.
    owner: Option<String>,
    /// The queue that it waits in or came from; null for the one that everybody serves.
    queue: Option<String>,
    /// How it came about: `inbound`, `agent` or `api`.
    origin: &'static str,
    /// Why it was parked or ended, in the words of who did it.
    reason: Option<String>,
    /// Who ended it: `agent`, `bot`, `end_user` or `system`; null while it is open.
    ended_by: Option<&'static str>,
    /// Who gets it when the customer returns: `same_agent` or `queue`.
    on_return: &'static str,
    /// Whether the clocks of the conversation stand still.
    held: bool,
    /// When it began.
    date_created: String,
    /// When it last began to wait.
    date_waiting: Option<String>,
    /// When it was first taken.
    date_accepted: Option<String>,
    /// When somebody first answered.
    date_first_reply: Option<String>,
    /// When it was last parked.
    date_inactive: Option<String>,
    /// When the customer last came back.
    date_returned: Option<String>,
    /// When it was over.
    date_ended: Option<String>,
    /// When anything of it last changed.
    date_updated: String,
    /// How many messages its agents wrote.
    agent_messages: i64,
    /// How many messages the customer wrote.
    customer_messages: i64,
    /// When an agent last wrote.
    date_last_agent_message: Option<String>,
    /// When the customer last wrote.
    date_last_customer_message: Option<String>,
    /// What went wrong in it; null when nothing did.
    error: Option<SessionError>,
    /// Counts its changes.
    revision: i64,
    /// What a desk needs to know of its conversation.
    conversation: SessionConversation,
    /// Where it is found.
    url: String,
}

/// What went wrong in a session.
#[derive(Debug, Serialize, ToSchema)]
struct SessionError {
    /// Its number.
    code: i64,
    /// What it was, in words.
    message: String,
}

/// What a desk needs to know of a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct SessionConversation {
    /// Its name for people.
    friendly_name: Option<String>,
    /// Its name for programs.
    unique_name: Option<String>,
    /// `active`, `inactive` or `closed`.
    state: &'static str,
    /// The clock that is running; null when none is.
    armed: Option<SessionArmed>,
    /// What will happen if nothing else does, soonest first.
    forecast: Vec<SessionAhead>,
    /// Whether its clocks stand still.
    held: bool,
    /// The policy that it lives by; null for plain timers.
    policy_sid: Option<String>,
    /// The type of the customer's address: `sms`, `whatsapp` and the like, or `chat`.
    channel_type: Option<String>,
    /// The customer's address or identity; null when there is none.
    customer: Option<String>,
    /// The newest message; null when there is none.
    last_message: Option<SessionLastMessage>,
}

/// A clock that is running.
#[derive(Debug, Serialize, ToSchema)]
struct SessionArmed {
    /// What happens then: `inactive`, `closed`, `warning` or `end`.
    timer: &'static str,
    /// When.
    due: String,
}

/// A change of state that lies ahead.
#[derive(Debug, Serialize, ToSchema)]
struct SessionAhead {
    /// The state from then on.
    to: &'static str,
    /// When.
    at: String,
}

/// The newest message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct SessionLastMessage {
    /// Its place in the conversation.
    index: i64,
    /// Who wrote it.
    author: String,
    /// On which side: `agent`, `customer` or `system`.
    side: &'static str,
    /// The first 140 characters of its text.
    body: Option<String>,
    /// When it was created.
    date_created: String,
}

/// A page of sessions.
#[derive(Debug, Serialize, ToSchema)]
struct SessionList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The sessions of the page.
    sessions: Vec<Session>,
}

/// A line of a session's log.
#[derive(Debug, Serialize, ToSchema)]
struct SessionLogLine {
    /// Its number in the log, from 1.
    seq: i64,
    /// When.
    at: String,
    /// What was done: `begun`, `accepted`, `assigned`, `routed`, `transferred`, `queued`, `inactivated`, `returned`,
    /// `reopened`, `held`, `released`, `extended`, `ended` or `failed`.
    act: String,
    /// The status before; null for the beginning.
    from: Option<&'static str>,
    /// The status from then on.
    to: &'static str,
    /// What brought it about: `api`, `timer`, `message`, `agent` or `system`.
    cause: String,
    /// Who did it: a credential, a person, or `system`.
    actor: String,
    /// The name of the person.
    actor_name: Option<String>,
    /// What else there is to say of it: to whom, where to, why, by how much.
    detail: Option<String>,
}

/// A page of a session's log.
#[derive(Debug, Serialize, ToSchema)]
struct SessionLog {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The lines of the page, oldest first.
    log: Vec<SessionLogLine>,
}

fn maybe(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::to_rfc3339_micros)
}

impl SessionConversation {
    fn show(summary: Summary) -> Self {
        let Summary { conversation: c, customer, last_message } = summary;
        let life = &c.lifecycle;
        let channel_type = customer.as_ref().map(|customer| customer.binding_type.as_deref().unwrap_or("chat"));
        SessionConversation {
            state: life.state.as_str(),
            armed: life
                .armed
                .map(|armed| SessionArmed { timer: armed.kind.as_str(), due: armed.due.to_rfc3339_micros() }),
            forecast: life
                .forecast()
                .into_iter()
                .flatten()
                .map(|t| SessionAhead { to: t.to.as_str(), at: t.at.to_rfc3339_micros() })
                .collect(),
            held: life.held.is_some(),
            policy_sid: life.rules.as_ref().map(|rules| rules.policy_sid.to_string()),
            channel_type: channel_type.map(str::to_owned),
            customer: customer.and_then(|customer| customer.name),
            last_message: last_message.map(|message| SessionLastMessage {
                index: message.index,
                author: message.author,
                side: message.side.as_str(),
                body: message.body.map(|body| body.chars().take(LAST_BODY_CHARS_MAX).collect()),
                date_created: message.date_created.to_rfc3339_micros(),
            }),
            friendly_name: c.friendly_name,
            unique_name: c.unique_name,
        }
    }
}

impl Session {
    pub(crate) fn show(shown: Shown, request: &ForAccount) -> Self {
        let Shown { session: s, conversation } = shown;
        Session {
            url: format!("{}/dwell/v1/Sessions/{}", request.tree.base, s.sid),
            sid: s.sid.to_string(),
            account_sid: s.account_sid.to_string(),
            chat_service_sid: s.service_sid.to_string(),
            conversation_sid: s.conversation_sid.to_string(),
            number: s.number,
            status: s.status.as_str(),
            owner: s.owner,
            queue: s.queue,
            origin: s.origin.as_str(),
            reason: s.reason,
            ended_by: s.ended_by.map(|by| by.as_str()),
            on_return: s.on_return.as_str(),
            held: s.held,
            date_created: s.date_created.to_rfc3339_micros(),
            date_waiting: maybe(s.date_waiting),
            date_accepted: maybe(s.date_accepted),
            date_first_reply: maybe(s.date_first_reply),
            date_inactive: maybe(s.date_inactive),
            date_returned: maybe(s.date_returned),
            date_ended: maybe(s.date_ended),
            date_updated: s.date_updated.to_rfc3339_micros(),
            agent_messages: s.agent_messages,
            customer_messages: s.customer_messages,
            date_last_agent_message: maybe(s.date_last_agent_message),
            date_last_customer_message: maybe(s.date_last_customer_message),
            error: s.error.map(|error| SessionError { code: error.code, message: error.message }),
            revision: s.revision,
            conversation: SessionConversation::show(conversation),
        }
    }
}

impl From<LogLine> for SessionLogLine {
    fn from(line: LogLine) -> Self {
        SessionLogLine {
            seq: line.seq,
            at: line.at.to_rfc3339_micros(),
            act: line.act,
            from: line.from.map(|status| status.as_str()),
            to: line.to.as_str(),
            cause: line.cause,
            actor: line.actor,
            actor_name: line.actor_name,
            detail: line.detail,
        }
    }
}

form! {
    /// The filters of `GET /Sessions`.
    ListSessions => sessions::List {
        /// Only sessions in this status: `waiting`, `active`, `paused`, `inactive`, `ended` or `error`; repeated for
        /// several.
        status = "Status" list,
        /// Only sessions of this identity.
        owner = "Owner",
        /// Only sessions of this queue.
        queue = "Queue",
        /// Only sessions of this conversation.
        conversation_sid = "ConversationSid",
        /// Only sessions of the conversations of this service.
        chat_service_sid = "ChatServiceSid",
        /// Only sessions in which something went wrong.
        failed = "Failed" boolean,
        /// `updated`, the default, for the last changed first, or `waiting` for those that wait, longest first.
        order = "Order",
    }
}

/// List sessions, the last changed first or who waits longest first: 50 a page, up to 1,000.
#[utoipa::path(
    get,
    path = "/Sessions",
    tag = "Sessions",
    params(ListSessions, PageQuery),
    responses((status = 200, body = SessionList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListSessions>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<SessionList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_sessions(&request.caller, filters.0.clone(), paging.request.clone()).await?;
    let meta = paging.meta(&format!("{}/dwell/v1/Sessions", request.tree.base), &filters.given(), &page);
    let sessions = page.items.into_iter().map(|shown| Session::show(shown, &request)).collect();
    Ok(Json(SessionList { meta, sessions }))
}

/// Fetch a session.
#[utoipa::path(get, path = "/Sessions/{Sid}", tag = "Sessions", responses((status = 200, body = Session)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Session>> {
    let shown = engine.fetch_session(&request.caller, request.segment("Sid")).await?;
    Ok(Json(Session::show(shown, &request)))
}

/// Read the log of a session, oldest first: 100 lines a page, up to 1,000.
#[utoipa::path(
    get,
    path = "/Sessions/{Sid}/Log",
    tag = "Sessions",
    params(PageQuery),
    responses((status = 200, body = SessionLog))
)]
async fn log(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<SessionLog>> {
    let paging = page.read(LOG)?;
    let (session, page) = engine.session_log(&request.caller, request.segment("Sid"), paging.request.clone()).await?;
    let url = format!("{}/dwell/v1/Sessions/{}/Log", request.tree.base, session.sid);
    let meta = paging.meta(&url, &[], &page);
    Ok(Json(SessionLog { meta, log: page.items.into_iter().map(SessionLogLine::from).collect() }))
}
