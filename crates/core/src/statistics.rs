//! Statistics: what is counted by the hour of the account's clock, and the state of all conversations over time.
//! Ours; the contract knows nothing like it.

use std::collections::BTreeMap;

use crate::lifecycle::{Cause, State};
use crate::time::{MICROS_PER_SECOND, Timestamp};

mod spread;

pub use spread::Spread;

/// How much one figure of a series is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

impl Step {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Step::Hour => "hour",
            Step::Day => "day",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        [Step::Hour, Step::Day].into_iter().find(|step| text.eq_ignore_ascii_case(step.as_str()))
    }

    /// How long it is, in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Step::Hour => 3_600,
            Step::Day => 86_400,
        }
    }

    /// The beginning of the step that an instant lies in.
    pub fn floor(self, at: Timestamp) -> Timestamp {
        let step = self.seconds() * MICROS_PER_SECOND;
        Timestamp::from_micros(at.as_micros().div_euclid(step) * step)
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Changes of state of one kind.
    Transitions {
        /// The state before.
        from: State,
        /// The state from then on.
        to: State,
        /// What brought it about.
        cause: Cause,
    },
    /// How long after its due time a timer was carried out.
    Lateness,
    /// How long it took until a session had its first reply.
    FirstReply,
    /// How long a conversation had been active when it ceased to be.
    TimeActive,
    /// How long a conversation had been inactive when a message brought it back.
    TimeToReturn,
}

impl Figure {
    const LATENESS: &'static str = "lateness";
    const FIRST_REPLY: &'static str = "first_reply";
    const TIME_ACTIVE: &'static str = "time_active";
    const TIME_TO_RETURN: &'static str = "time_to_return";

    /// The name in the store.
    pub fn name(self) -> String {
        match self {
            Figure::Transitions { from, to, cause } => {
                format!("{} {} {}", cause.as_str(), from.as_str(), to.as_str())
            }
            Figure::Lateness => Figure::LATENESS.to_owned(),
            Figure::FirstReply => Figure::FIRST_REPLY.to_owned(),
            Figure::TimeActive => Figure::TIME_ACTIVE.to_owned(),
            Figure::TimeToReturn => Figure::TIME_TO_RETURN.to_owned(),
        }
    }

    /// The inverse of [`Self::name`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            Figure::LATENESS => return Some(Figure::Lateness),
            Figure::FIRST_REPLY => return Some(Figure::FirstReply),
            Figure::TIME_ACTIVE => return Some(Figure::TimeActive),
            Figure::TIME_TO_RETURN => return Some(Figure::TimeToReturn),
            _ => {}
        }
        let (cause, states) = text.split_once(' ')?;
        let (from, to) = states.split_once(' ')?;
        Some(Figure::Transitions { from: State::parse(from)?, to: State::parse(to)?, cause: Cause::parse(cause)? })
    }
}

/// Counts of each hour, by its beginning.
pub type Tallies = BTreeMap<(Timestamp, Figure), Spread>;

/// How many conversations are in each state; those still being set up are in none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names are those of states")]
pub struct StateCounts {
    pub active: i64,
    pub inactive: i64,
    pub closed: i64,
}

impl StateCounts {
    /// Adds so many to a state.
    pub fn add(&mut self, state: State, count: i64) {
        match state {
            State::Initializing => {}
            State::Active => self.active += count,
            State::Inactive => self.inactive += count,
            State::Closed => self.closed += count,
        }
    }

    /// After the changes of state among these tallies.
    #[must_use]
    pub fn after<'a>(self, tallies: impl IntoIterator<Item = (&'a Figure, &'a Spread)>) -> Self {
        self.moved(tallies, 1)
    }

    /// Before the changes of state among these tallies. What has been deleted since is missing, so nothing counts
    /// less than zero.
    #[must_use]
    pub fn before<'a>(self, tallies: impl IntoIterator<Item = (&'a Figure, &'a Spread)>) -> Self {
        self.moved(tallies, -1)
    }

    fn moved<'a>(mut self, tallies: impl IntoIterator<Item = (&'a Figure, &'a Spread)>, sign: i64) -> Self {
        for (figure, spread) in tallies {
            if let Figure::Transitions { from, to, .. } = figure {
                self.add(*from, -sign * spread.count());
                self.add(*to, sign * spread.count());
            }
        }
        let StateCounts { active, inactive, closed } = self;
        StateCounts { active: active.max(0), inactive: inactive.max(0), closed: closed.max(0) }
    }
}

/// How many conversations were in each state at instants, which are whole hours in order. `samples` say how many
/// there were when an hour began, `tallies` what moved since; instants before the first sample have no counts.
///
/// A conversation shows from the first sample on that knows it.
pub fn states_at(
    instants: &[Timestamp],
    samples: &BTreeMap<Timestamp, StateCounts>,
    tallies: &Tallies,
) -> Vec<(Timestamp, StateCounts)> {
    let mut found = Vec::with_capacity(instants.len());
    let mut hours = tallies.iter().peekable();
    let mut samples = samples.iter().peekable();
    let mut present: Option<StateCounts> = None;
    for &at in instants {
        loop {
            let next_sample = samples.peek().map(|(hour, _)| **hour).filter(|hour| *hour <= at);
            let next_hour = hours.peek().map(|((hour, _), _)| *hour).filter(|hour| *hour < at);
            match (next_sample, next_hour) {
                (None, None) => break,
                // A sample is taken at the beginning of its hour, before what moved in it.
                (Some(sample), hour) if hour.is_none_or(|hour| sample <= hour) => {
                    present = samples.next().map(|(_, counts)| *counts);
                }
                _ => {
                    if let Some(((_, figure), spread)) = hours.next() {
                        present = present.map(|counts| counts.after([(figure, spread)]));
                    }
                }
            }
        }
        found.extend(present.map(|counts| (at, counts)));
    }
    found
}

#[cfg(test)]
mod tests;
