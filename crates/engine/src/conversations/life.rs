//! `GET /dwell/v1/Conversations/{Sid}/Lifecycle`: what the API of Twilio never tells.

use dwell_core::last_call::LastCall;
use dwell_core::lifecycle::{Fired, Input, Lifecycle, Mark, Transition, step};
use dwell_core::session::Side;
use dwell_core::timer::TimerKind;
use dwell_core::{Conversation, State, Timestamp};
use dwell_store::transitions::Record;
use dwell_store::{events, last_calls, policies, transitions};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

/// The life of a conversation.
#[derive(Debug, Clone)]
pub struct Life {
    /// The conversation, with its state, its configured durations and its armed timer.
    pub conversation: Conversation,
    /// The present instant on the account's clock.
    pub now: Timestamp,
    /// When it was really created, whatever `DateCreated` said.
    pub created_at: Timestamp,
    /// The credential that created it.
    pub created_by: String,
    /// When the participants that it was created with had been added.
    pub initialized_at: Option<Timestamp>,
    /// What will happen if nothing else does, soonest first.
    pub forecast: Vec<Transition>,
    /// The name of the policy that it lives by, while that policy is there.
    pub policy_name: Option<String>,
    /// What happened, oldest first.
    pub history: LifePage,
    /// The questions that were asked before a timer moved it, latest deadline first.
    pub last_calls: Vec<LastCall>,
}

/// The timer that is running, and what started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// What it brings about.
    pub kind: Mark,
    /// When it will.
    pub due: Timestamp,
    /// When it was started; `None` for that of a policy, which may have stood still meanwhile.
    pub started: Option<Timestamp>,
    /// What started it: `created`, `message`, `transition`, `update`, `last_call` when one put it off, or
    /// `policy`.
    pub cause: &'static str,
}

impl Life {
    /// The timer that is running; `None` when none is.
    pub fn running(&self) -> Option<Running> {
        let lifecycle = &self.conversation.lifecycle;
        let armed = lifecycle.armed?;
        let of = |started, cause| Running { kind: armed.kind, due: armed.due, started, cause };
        if lifecycle.rules.is_some() {
            return Some(of(None, "policy"));
        }
        let by = |started, cause| of(Some(started), cause);
        let ended = self.last_calls.iter().filter_map(|asked| asked.ended.as_ref());
        if let Some(ended) = { ended }.find(|ended| ended.postponed_to == Some(armed.due)) {
            return Some(by(ended.at, "last_call"));
        }
        let seconds = match armed.kind.timer()? {
            TimerKind::Inactive => lifecycle.timers.inactive?,
            TimerKind::Closed => lifecycle.timers.closed?,
        };
        let started = armed.due.plus_seconds(-seconds);
        Some(by(started, self.cause(started)))
    }

    /// All that its clock will bring about if nothing else happens, soonest first, and what is said then.
    pub fn clock(&self) -> Vec<(Timestamp, Mark, Option<String>)> {
        let lifecycle = &self.conversation.lifecycle;
        let says = |fired: &Fired| lifecycle.rules.as_ref().and_then(|rules| fired.says(rules).map(str::to_owned));
        lifecycle.marks_ahead().iter().map(|fired| (fired.at, fired.mark(), says(fired))).collect()
    }

    /// What a message of the customer's now would make of it; `None` when it takes none.
    pub fn after_message(&self) -> Option<Lifecycle> {
        step(&self.conversation.lifecycle, self.now, Input::MessageAdded(Side::Customer)).ok().map(|step| step.next)
    }

    fn cause(&self, started: Timestamp) -> &'static str {
        let c = &self.conversation;
        if started == self.created_at {
            "created"
        } else if self.initialized_at == Some(started)
            || c.lifecycle.state == State::Inactive && c.lifecycle.inactive_at == Some(started)
        {
            "transition"
        } else if c.lifecycle.state == State::Active && c.next_message_index > 0 && started == c.activity_at {
            "message"
        } else {
            "update"
        }
    }
}

/// Most last calls that are told of a conversation.
const LAST_CALLS_MAX: i64 = 100;

/// A change of state in the history of a conversation.
pub type LifeRecord = Record;

/// A page of the history of a conversation.
pub type LifePage = Page<LifeRecord>;

impl Engine {
    /// The life of a conversation of the account, whatever its service; by SID, or by unique name
    /// in the default service.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn conversation_life(&self, caller: &Caller, segment: &str, page: PageRequest) -> Result<Life, Error> {
        let (caller, segment) = (caller.clone(), segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let account = &caller.account;
                let conversation = super::find_anywhere(tx, &caller, &segment)?;
                let first = events::list(tx, &account.sid, &conversation.sid, 0, 1)?.pop();
                // A conversation leaves that state before anything else can happen to it.
                let start = transitions::list(tx, &account.sid, &conversation.sid, 0, 1)?.pop();
                let initialized = start.filter(|record| record.transition.from == State::Initializing);
                let policy_name = match &conversation.lifecycle.rules {
                    Some(rules) => policies::name_of(tx, &account.sid, &rules.policy_sid)?,
                    None => None,
                };
                let after = page.index()?.unwrap_or(0);
                let records = transitions::list(tx, &account.sid, &conversation.sid, after, page.limit())?;
                Ok(Life {
                    now: caller.now(tx)?,
                    created_at: first.as_ref().map_or(conversation.date_created, |event| event.at),
                    created_by: first.map_or_else(|| conversation.created_by.clone(), |event| event.actor),
                    initialized_at: initialized.map(|record| record.transition.at),
                    forecast: conversation.lifecycle.forecast().into_iter().flatten().collect(),
                    policy_name,
                    // A history is read forwards only.
                    last_calls: last_calls::newest(tx, &account.sid, &conversation.sid, LAST_CALLS_MAX)?,
                    history: Page { previous: None, ..Page::of(records, &page, |record| record.seq.to_string()) },
                    conversation,
                })
            })
            .await
    }
}
