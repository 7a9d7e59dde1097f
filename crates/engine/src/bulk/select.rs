//! Which conversations a job goes through: settled when it is asked for, so that nobody else's come in later.

use dwell_core::lifecycle::Timers;
use dwell_core::session::Status;
use dwell_core::{ConversationSid, PolicySid, Reason, ServiceSid, State, Timestamp, limits};
use dwell_store::sessions::{self, Filter};
use dwell_store::{Tx, bulk, conversations, policies, statistics};

use super::acts::default_timers;
use super::{Candidate, SAMPLE_MAX};
use crate::context::Caller;
use crate::error::Error;
use crate::input::{self, present};

/// Conversations that are looked up at once.
const BATCH_MAX: i64 = 5_000;
/// Statuses of sessions that are not over.
const OPEN: [Status; 4] = [Status::Waiting, Status::Active, Status::Paused, Status::Inactive];

/// Which conversations, as sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    pub conversation_sid: Option<Vec<String>>,
    pub status: Option<Vec<String>>,
    pub owner: Option<String>,
    pub queue: Option<String>,
    pub state: Option<String>,
    pub chat_service_sid: Option<String>,
}

/// Which conversations.
#[derive(Debug, Clone)]
pub(super) enum Checked {
    /// These.
    Listed(Vec<ConversationSid>),
    /// Those whose open or last session is like this.
    Sessions(Filter),
    /// Those in a state.
    State(State, Option<ServiceSid>),
    /// Open ones whose timers are not the account's default.
    OtherTimers(Option<ServiceSid>),
    /// Open ones that are to live by the present version of a policy and do not.
    OutOfPolicy(PolicySid),
}

fn invalid(name: &'static str, problem: &str) -> Reason {
    Reason::InvalidParameter { name, problem: problem.to_owned() }
}

fn too_many() -> Reason {
    let problem = format!("more than {} conversations", limits::BULK_CONVERSATIONS_MAX);
    Reason::InvalidParameter { name: "ConversationSid", problem }
}

/// A service, as sent; blank for all.
pub(super) fn service(text: Option<&str>) -> Result<Option<ServiceSid>, Reason> {
    present(text)
        .map(|text| ServiceSid::parse(text).ok_or_else(|| invalid("ChatServiceSid", "not a service SID")))
        .transpose()
}

impl Selection {
    pub(super) fn check(&self) -> Result<Checked, Reason> {
        let service = service(self.chat_service_sid.as_deref())?;
        let state = present(self.state.as_deref()).map(input::state).transpose()?;
        let statuses = self.statuses()?;
        let (owner, queue) = (present(self.owner.as_deref()), present(self.queue.as_deref()));
        let by_session = !statuses.is_empty() || owner.is_some() || queue.is_some();
        match (&self.conversation_sid, by_session, state) {
            (Some(sids), false, None) if service.is_none() => Ok(Checked::Listed(listed(sids)?)),
            (None, true, None) => Ok(Checked::Sessions(Filter {
                statuses: if statuses.is_empty() { OPEN.to_vec() } else { statuses },
                owner: owner.map(str::to_owned),
                queue: queue.map(str::to_owned),
                service,
                ..Filter::default()
            })),
            (None, false, Some(state)) => Ok(Checked::State(state, service)),
            _ => Err(invalid(
                "ConversationSid",
                "say which conversations: by ConversationSid, by State, or by Status, Owner and Queue of their sessions",
            )),
        }
    }

    fn statuses(&self) -> Result<Vec<Status>, Reason> {
        let texts = self.status.iter().flatten().filter(|text| !text.is_empty());
        let status = |text: &String| Status::parse(text).ok_or_else(|| invalid("Status", "not a status of sessions"));
        texts.map(status).collect()
    }
}

fn listed(sids: &[String]) -> Result<Vec<ConversationSid>, Reason> {
    if sids.len() > limits::BULK_LISTED_MAX {
        let problem = format!("given more than {} times", limits::BULK_LISTED_MAX);
        return Err(Reason::InvalidParameter { name: "ConversationSid", problem });
    }
    let parse = |text: &String| {
        ConversationSid::parse(text).ok_or_else(|| invalid("ConversationSid", "not the SID of a conversation"))
    };
    sids.iter().map(parse).collect()
}

impl Checked {
    /// How many there are, of which so many were found: a policy may be for more than a job goes through.
    pub(super) fn count(&self, tx: &mut dyn Tx, caller: &Caller, found: usize) -> Result<usize, Error> {
        let Checked::OutOfPolicy(policy) = self else { return Ok(found) };
        let count = policies::count_candidates(tx, &caller.account.sid, policy)?;
        Ok(usize::try_from(count).unwrap_or(found))
    }

    /// The conversations, each once, in the order of their SIDs: whoever locks several locks them in this order. Of
    /// those that are set up anew the first so many: the others are left for the next job.
    pub(super) fn find(&self, tx: &mut dyn Tx, caller: &Caller) -> Result<Vec<ConversationSid>, Error> {
        let open = [State::Active, State::Inactive];
        let mut found = match self {
            Checked::Listed(sids) => sids.clone(),
            Checked::Sessions(filter) => of_sessions(tx, caller, filter)?,
            Checked::State(state, service) => in_states(tx, caller, &[*state], *service, None)?,
            Checked::OtherTimers(service) => {
                let timers = default_timers(&caller.fresh_account(tx)?);
                in_states(tx, caller, &open, *service, Some(timers))?
            }
            Checked::OutOfPolicy(policy) => {
                let most = i64::try_from(limits::BULK_CONVERSATIONS_MAX).unwrap_or(i64::MAX);
                policies::candidates(tx, &caller.account.sid, policy, None, most)?
            }
        };
        found.sort_unstable();
        found.dedup();
        let is_setup = matches!(self, Checked::OtherTimers(_) | Checked::OutOfPolicy(_));
        if found.len() > limits::BULK_CONVERSATIONS_MAX && !is_setup {
            return Err(Error::Refused(too_many()));
        }
        found.truncate(limits::BULK_CONVERSATIONS_MAX);
        Ok(found)
    }
}

/// Conversations of the account in some states, of one service or all.
fn in_states(
    tx: &mut dyn Tx,
    caller: &Caller,
    states: &[State],
    service: Option<ServiceSid>,
    other_than: Option<Timers>,
) -> Result<Vec<ConversationSid>, Error> {
    let mut services = statistics::services(tx, &caller.account.sid)?;
    services.retain(|known| service.is_none_or(|service| service == *known));
    let mut found = Vec::new();
    for service in &services {
        for state in states {
            let mut from = (Timestamp::MIN, String::new());
            loop {
                let page = bulk::in_state(tx, service, *state, other_than, (from.0, &from.1), BATCH_MAX)?;
                let Some((at, sid)) = page.last() else { break };
                from = (*at, sid.to_string());
                found.extend(page.iter().map(|(_, sid)| *sid));
                if found.len() > limits::BULK_CONVERSATIONS_MAX {
                    return Ok(found);
                }
            }
        }
    }
    Ok(found)
}

/// Conversations by their sessions.
fn of_sessions(tx: &mut dyn Tx, caller: &Caller, filter: &Filter) -> Result<Vec<ConversationSid>, Error> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = sessions::list(tx, &caller.account.sid, filter, from.take(), false, BATCH_MAX)?;
        let Some(last) = page.last() else { return Ok(found) };
        from = Some(conversations::Position { at: last.date_updated, sid: last.sid.to_string() });
        found.extend(page.iter().map(|session| session.conversation_sid));
        if found.len() > limits::BULK_CONVERSATIONS_MAX {
            return Ok(found);
        }
    }
}

/// The first of some conversations, as they are shown. Those that are gone are left out.
pub(super) fn sample(tx: &mut dyn Tx, caller: &Caller, found: &[ConversationSid]) -> Result<Vec<Candidate>, Error> {
    let mut sample = Vec::new();
    for sid in found.iter().take(SAMPLE_MAX) {
        let found = conversations::fetch_anywhere(tx, &caller.account.sid, sid)?;
        sample.extend(found.map(|c| Candidate {
            sid: c.sid,
            friendly_name: c.friendly_name,
            unique_name: c.unique_name,
            state: c.lifecycle.state,
        }));
    }
    Ok(sample)
}
