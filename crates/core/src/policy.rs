//! The rules of a lifecycle policy: when the clock of a conversation runs, what it says before it ends, and what
//! its end makes of the conversation (ours; the contract has two plain timers, §6).
//!
//! [`Rules`] are what a conversation lives by; a [`Policy`] says besides which conversations they are for.

use serde::{Deserialize, Serialize};

use crate::hours::{Hours, micros};
use crate::lifecycle::{Mark, Timers};
use crate::limits;
use crate::session::{OnReturn, Side};
use crate::sid::PolicySid;
use crate::time::Timestamp;

mod resource;

pub use resource::{Policy, Preset, Scope};

/// Gives an enumeration its names on the wire and in the store.
macro_rules! names {
    ($(#[$doc:meta])* $kind:ident { $($(#[$of:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $kind {
            $($(#[$of])* #[serde(rename = $name)] $variant,)*
        }

        impl $kind {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$kind] = &[$($kind::$variant),*];

            /// The name on the wire and in the store.
            pub const fn as_str(self) -> &'static str {
                match self { $($kind::$variant => $name,)* }
            }

            /// The inverse of [`Self::as_str`], blind to case.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| text.eq_ignore_ascii_case(value.as_str()))
            }
        }
    };
}

names! {
    /// Whose messages are activity.
    Counts {
        /// Anybody's.
        Anyone = "anyone",
        /// The customer's only: what the clock measures is the customer's silence.
        Customer = "customer",
    }
}

names! {
    /// What starts the idle clock.
    StartsOn {
        /// The last message; before there is one, the creation.
        LastMessage = "last_message",
        /// The first of an agent's after the customer's last; further ones do not restart it.
        FirstAgentReply = "first_agent_reply",
        /// The last of an agent's after the customer's last.
        LastAgentMessage = "last_agent_message",
    }
}

names! {
    /// What the end of the idle clock brings about.
    Action {
        /// The conversation becomes inactive.
        Inactivate = "inactivate",
        /// The session ends.
        End = "end",
        /// The conversation becomes inactive, and later its session ends.
        InactivateAndEnd = "inactivate_and_end",
    }
}

/// A text that is said before the idle clock ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// How long before, in seconds.
    pub before_seconds: i64,
    /// What.
    pub body: String,
}

/// What a governed conversation lives by: one version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The policy.
    pub policy_sid: PolicySid,
    /// Which version of it.
    pub version: i64,
    /// Whose messages are activity.
    pub counts: Counts,
    /// What starts the idle clock.
    pub starts_on: StartsOn,
    /// How long the idle clock runs, in seconds; `None` for no such clock.
    pub idle_after: Option<i64>,
    /// What its end brings about.
    pub action: Action,
    /// How long after becoming inactive, by whatever cause, the session ends, in seconds; `None` for never.
    pub end_inactive_after: Option<i64>,
    /// Whether the end of a session closes the conversation; otherwise it stays, inactive, for the next session.
    pub end_closes: bool,
    /// Who gets it when the customer writes again.
    pub on_return: OnReturn,
    /// Where new sessions wait.
    pub queue: Option<String>,
    /// What is said when a clock inactivates or ends.
    pub farewell: Option<String>,
    /// What is said before the idle clock ends, the earliest first.
    pub warnings: Vec<Warning>,
    /// When the idle clock runs; `None` for always. The clock of [`Self::end_inactive_after`] always does.
    pub hours: Option<Hours>,
}

/// Why rules make no sense together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum RulesError {
    #[error("IdleAfter is below its minimum of PT60S")]
    IdleTooShort,
    #[error("EndInactiveAfter is below its minimum of PT10M")]
    EndTooShort,
    #[error("inactivate_and_end needs EndInactiveAfter")]
    EndMissing,
    #[error("there are more than three warnings")]
    TooManyWarnings,
    #[error("a warning comes from PT5S before the end of the idle clock up to less than IdleAfter")]
    WarningOutOfReach,
    #[error("two warnings come at the same time")]
    WarningsTogether,
    #[error("a text of a warning is empty or longer than 1600 characters")]
    Warning,
    #[error("it is empty or longer than 1600 characters")]
    Farewell,
    #[error("with business hours IdleAfter is at most P30D of them")]
    IdleTooLongForHours,
}

/// What a message does to the idle clock of an active conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// It starts anew.
    Restart,
    /// It goes on as it is, running or not.
    Nothing,
    /// It stops.
    Stop,
}

impl Rules {
    /// Whether the rules make sense together.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self) -> Result<(), RulesError> {
        if self.idle_after.is_some_and(|seconds| seconds < limits::POLICY_IDLE_SECONDS_MIN) {
            return Err(RulesError::IdleTooShort);
        }
        if self.end_inactive_after.is_some_and(|seconds| seconds < limits::CLOSED_TIMER_SECONDS_MIN) {
            return Err(RulesError::EndTooShort);
        }
        if self.action == Action::InactivateAndEnd && self.idle_after.is_some() && self.end_inactive_after.is_none() {
            return Err(RulesError::EndMissing);
        }
        if self.hours.is_some() && self.idle_after.is_some_and(|s| s > limits::BUSINESS_IDLE_SECONDS_MAX) {
            return Err(RulesError::IdleTooLongForHours);
        }
        self.check_texts()
    }

    fn check_texts(&self) -> Result<(), RulesError> {
        if self.warnings.len() > limits::POLICY_WARNINGS_MAX {
            return Err(RulesError::TooManyWarnings);
        }
        let last = self.idle_after.unwrap_or(0);
        let reach = limits::POLICY_WARNING_SECONDS_MIN..last;
        if self.warnings.iter().any(|warning| !reach.contains(&warning.before_seconds)) {
            return Err(RulesError::WarningOutOfReach);
        }
        if self.warnings.windows(2).any(|pair| matches!(pair, [a, b] if a.before_seconds <= b.before_seconds)) {
            return Err(RulesError::WarningsTogether);
        }
        let is_wrong = |text: &String| text.trim().is_empty() || text.chars().count() > limits::POLICY_TEXT_CHARS_MAX;
        if self.warnings.iter().any(|warning| is_wrong(&warning.body)) {
            return Err(RulesError::Warning);
        }
        if self.farewell.as_ref().is_some_and(is_wrong) { Err(RulesError::Farewell) } else { Ok(()) }
    }

    /// Puts the earliest warning first, as [`Self::check`] wants them.
    pub fn sort_warnings(&mut self) {
        self.warnings.sort_by_key(|warning| std::cmp::Reverse(warning.before_seconds));
    }

    /// The plain timers that come nearest to these rules: what the API shows dates of.
    pub fn timers(&self) -> Timers {
        let closes = |seconds: Option<i64>| seconds.filter(|_| self.end_closes);
        match self.idle_end() {
            Mark::Closed => Timers { inactive: None, closed: self.idle_after.or(closes(self.end_inactive_after)) },
            _ => Timers { inactive: self.idle_after, closed: closes(self.end_inactive_after) },
        }
    }

    /// What the idle clock ends as.
    pub(crate) fn idle_end(&self) -> Mark {
        match (self.action, self.end_closes) {
            (Action::End, true) => Mark::Closed,
            (Action::End, false) => Mark::End,
            _ => Mark::Inactive,
        }
    }

    /// What the clock of an inactive conversation ends as.
    pub(crate) fn inactive_end(&self) -> Mark {
        if self.end_closes { Mark::Closed } else { Mark::End }
    }

    /// Whether the idle clock runs before anybody said anything.
    pub(crate) fn starts_at_once(&self) -> bool {
        self.starts_on == StartsOn::LastMessage
    }

    pub(crate) fn pulse(&self, by: Side, is_running: bool) -> Pulse {
        use StartsOn::{FirstAgentReply, LastAgentMessage, LastMessage};
        match (self.counts, self.starts_on, by) {
            (Counts::Anyone, LastMessage, _) => Pulse::Restart,
            // Anybody keeps it going, but only an agent gets it going.
            (Counts::Anyone, _, Side::Agent) => Pulse::Restart,
            (Counts::Anyone, _, _) if is_running => Pulse::Restart,
            (Counts::Customer, LastMessage, Side::Customer) => Pulse::Restart,
            (Counts::Customer, LastMessage, _) if !is_running => Pulse::Restart,
            (Counts::Customer, FirstAgentReply | LastAgentMessage, Side::Customer) => Pulse::Stop,
            (Counts::Customer, FirstAgentReply, Side::Agent) if !is_running => Pulse::Restart,
            (Counts::Customer, LastAgentMessage, Side::Agent) => Pulse::Restart,
            _ => Pulse::Nothing,
        }
    }

    /// The next thing to happen on the idle clock, running from `from`, with `left` microseconds to its end: its
    /// kind, when, and how many warnings lie behind it.
    pub(crate) fn next_mark(&self, from: Timestamp, left: i64) -> (Mark, Timestamp, usize) {
        let ahead = self.warnings.iter().position(|warning| micros(warning.before_seconds) < left);
        match ahead.and_then(|i| Some((i, self.warnings.get(i)?))) {
            Some((i, warning)) => (Mark::Warning, self.clock_after(from, left - micros(warning.before_seconds)), i),
            None => (self.idle_end(), self.clock_after(from, left), self.warnings.len()),
        }
    }

    /// What is left of the idle clock at `now`, in microseconds, when its next mark comes at `due` and is that of
    /// `kind`, with `warned` warnings behind it.
    pub(crate) fn left(&self, now: Timestamp, due: Timestamp, kind: Mark, warned: usize) -> i64 {
        let to_mark = match &self.hours {
            Some(hours) => hours.between(now, due),
            None => due.micros_since(now),
        };
        let from_mark = match kind {
            Mark::Warning => self.warnings.get(warned).map_or(0, |warning| micros(warning.before_seconds)),
            _ => 0,
        };
        to_mark.max(0).saturating_add(from_mark)
    }

    fn clock_after(&self, from: Timestamp, micros: i64) -> Timestamp {
        match &self.hours {
            Some(hours) => hours.after(from, micros),
            None => from.plus_micros(micros),
        }
    }
}
