//! Bulk jobs: one act on many conversations, each once, with a result for each. Ours; the contract knows nothing like
//! it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sid::{AccountSid, BulkSid, ConversationSid};
use crate::time::Timestamp;

/// What is done to each conversation of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Its session is parked.
    Inactivate,
    /// Its session ends.
    End,
    /// Its session is taken up again.
    Reopen,
    /// Its clocks stop.
    Hold,
    /// Its clocks go on.
    Release,
    /// Its running timer gets more time.
    Extend,
    /// Somebody gets it.
    Assign,
    /// It is handed on, to somebody or into a queue.
    Transfer,
    /// It lives by a lifecycle policy as that is now.
    ApplyPolicy,
    /// It gets the account's present default timers.
    ApplyDefaultTimers,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 10] = [
        Act::Inactivate,
        Act::End,
        Act::Reopen,
        Act::Hold,
        Act::Release,
        Act::Extend,
        Act::Assign,
        Act::Transfer,
        Act::ApplyPolicy,
        Act::ApplyDefaultTimers,
    ];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Act::Inactivate => "inactivate",
            Act::End => "end",
            Act::Reopen => "reopen",
            Act::Hold => "hold",
            Act::Release => "release",
            Act::Extend => "extend",
            Act::Assign => "assign",
            Act::Transfer => "transfer",
            Act::ApplyPolicy => "apply_policy",
            Act::ApplyDefaultTimers => "apply_default_timers",
        }
    }

    /// Whether it sets conversations up anew, for which there is an operation of its own.
    pub const fn is_setup(self) -> bool {
        matches!(self, Act::ApplyPolicy | Act::ApplyDefaultTimers)
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Act::ALL.into_iter().find(|act| text.eq_ignore_ascii_case(act.as_str()))
    }
}

/// What an act needs to know besides, as it was given.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Order {
    pub to: Option<String>,
    pub queue: Option<String>,
    pub by: Option<String>,
    pub reason: Option<String>,
    pub farewell: Option<String>,
    pub ended_by: Option<String>,
    pub policy_sid: Option<String>,
}

/// Shows nothing: there are people's words among it.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").finish_non_exhaustive()
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It goes on.
    Running,
    /// Everything is done or refused.
    Done,
    /// Somebody stopped it; it can be resumed.
    Stopped,
}

impl JobState {
    /// Every state.
    pub const ALL: [JobState; 3] = [JobState::Running, JobState::Done, JobState::Stopped];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Stopped => "stopped",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        JobState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A bulk job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its SID.
    pub sid: BulkSid,
    /// The account whose conversations it acts on.
    pub account_sid: AccountSid,
    /// What it does.
    pub act: Act,
    /// With what.
    pub order: Order,
    /// Where it stands.
    pub state: JobState,
    /// How many conversations it was given.
    pub total: i64,
    /// How many were acted on.
    pub done: i64,
    /// On how many a rule forbade it.
    pub refused: i64,
    /// The credential or person that asked, whose rights it acts with.
    pub created_by: String,
    /// When it was created, on the account's clock.
    pub date_created: Timestamp,
    /// When it last got on, on the account's clock.
    pub date_updated: Timestamp,
    /// The same in real time.
    pub changed_at: Timestamp,
}

impl Job {
    /// How many conversations it is through with: the place of the next one.
    pub fn position(&self) -> i64 {
        self.done + self.refused
    }

    /// After one more conversation.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome.refusal {
            None => self.done += 1,
            Some(_) => self.refused += 1,
        }
        if self.position() >= self.total {
            self.state = JobState::Done;
        }
    }
}

/// What became of one conversation of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// Why nothing was done; `None` when it was.
    pub refusal: Option<Refusal>,
}

/// Why an act was refused, as the API tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The number by which programs know the error.
    pub code: i64,
    /// What went wrong.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sid::SidBytes;

    #[test]
    fn names_are_read_as_they_are_written() {
        for act in Act::ALL {
            assert_eq!(Act::parse(&act.as_str().to_uppercase()), Some(act));
        }
        for state in JobState::ALL {
            assert_eq!(JobState::parse(state.as_str()), Some(state));
        }
        assert_eq!((Act::parse("accept"), JobState::parse("")), (None, None));
    }

    #[test]
    fn an_order_shows_no_words_of_people() {
        let order = Order { farewell: Some("hush".to_owned()), ..Order::default() };
        assert!(!format!("{order:?}{order:#?}").contains("hush"));
    }

    #[test]
    fn a_job_is_done_with_its_last_conversation() {
        let bytes = SidBytes::new(1, 0, [0; 8]);
        let mut job = Job {
            sid: BulkSid::new(bytes),
            account_sid: AccountSid::new(bytes),
            act: Act::End,
            order: Order::default(),
            state: JobState::Running,
            total: 2,
            done: 0,
            refused: 0,
            created_by: "AC".to_owned(),
            date_created: Timestamp::EPOCH,
            date_updated: Timestamp::EPOCH,
            changed_at: Timestamp::EPOCH,
        };
        let refusal = Refusal { code: 20_409, message: "closed".to_owned() };
        let conversation_sid = ConversationSid::new(bytes);
        job.count(&Outcome { conversation_sid, refusal: Some(refusal) });
        assert_eq!((job.position(), job.state), (1, JobState::Running));
        job.count(&Outcome { conversation_sid, refusal: None });
        assert_eq!((job.done, job.refused, job.state), (1, 1, JobState::Done));
    }
}
