//! The clock of a conversation: when it starts, stops and goes on, by the plain timers or by a policy's rules.

use super::{Lifecycle, State, Timers};
use crate::hours::micros;
use crate::policy::Pulse;
use crate::session::Side;
use crate::time::Timestamp;
use crate::timer::TimerKind;

/// What happens when the running clock reaches its next mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The conversation becomes inactive: the contract's inactive timer, or a policy's clock.
    Inactive,
    /// The conversation closes: the contract's closed timer, or a policy's clock.
    Closed,
    /// The policy says something; the clock goes on.
    Warning,
    /// The session ends, and the conversation is or becomes inactive.
    End,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 4] = [Mark::Inactive, Mark::Closed, Mark::Warning, Mark::End];

    /// The name used in the store and in Dwell's own resources.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mark::Inactive => "inactive",
            Mark::Closed => "closed",
            Mark::Warning => "warning",
            Mark::End => "end",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Mark::ALL.into_iter().find(|mark| mark.as_str() == text)
    }

    /// The contract's timer that ends so; `None` for what only policies know.
    pub const fn timer(self) -> Option<TimerKind> {
        match self {
            Mark::Inactive => Some(TimerKind::Inactive),
            Mark::Closed => Some(TimerKind::Closed),
            Mark::Warning | Mark::End => None,
        }
    }
}

/// The one clock that is running, and its next mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    /// The instant of the mark.
    pub due: Timestamp,
    /// What happens then.
    pub kind: Mark,
}

/// A clock that was stopped with something left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What its end brings about.
    pub kind: Mark,
    /// How long it still has to run, in microseconds: of business hours where the rules have some.
    pub micros: i64,
}

impl Lifecycle {
    /// What is left of the running or held clock at `now`, and what its end brings about.
    pub fn left(&self, now: Timestamp) -> Option<Left> {
        if let Some(held) = self.held {
            return held;
        }
        let Armed { due, kind } = self.armed?;
        match &self.rules {
            Some(rules) if self.state == State::Active => {
                Some(Left { kind: rules.idle_end(), micros: rules.left(now, due, kind, self.warned) })
            }
            _ => Some(Left { kind, micros: due.micros_since(now).max(0) }),
        }
    }

    /// The same with its clock running again from `now`, or none when nothing is left of one.
    pub(super) fn running(mut self, now: Timestamp, left: Option<Left>) -> Self {
        self.held = None;
        self.warned = 0;
        self.armed = left.map(|Left { kind, micros }| match &self.rules {
            Some(rules) if self.state == State::Active => {
                let (kind, due, warned) = rules.next_mark(now, micros);
                self.warned = warned;
                Armed { due, kind }
            }
            _ => Armed { due: now.plus_micros(micros), kind },
        });
        self
    }

    /// The same with its clock stopped at `now`.
    pub(super) fn stopped(mut self, now: Timestamp) -> Self {
        self.held = Some(self.left(now));
        self.armed = None;
        self.warned = 0;
        self
    }

    /// The same with the clock of its state started at `from`.
    pub(super) fn started(self, from: Timestamp) -> Self {
        match &self.rules {
            None => {
                let armed = arm(self.state, self.timers, from);
                Lifecycle { armed, warned: 0, ..self }
            }
            Some(rules) => {
                let left = match self.state {
                    State::Active if rules.starts_at_once() => {
                        rules.idle_after.map(|s| Left { kind: rules.idle_end(), micros: micros(s) })
                    }
                    State::Inactive => {
                        rules.end_inactive_after.map(|s| Left { kind: rules.inactive_end(), micros: micros(s) })
                    }
                    _ => None,
                };
                self.running(from, left)
            }
        }
    }

    /// The same after a message at `now`, in the state that it has then.
    pub(super) fn pulsed(self, now: Timestamp, by: Side) -> Self {
        let Some(rules) = &self.rules else {
            let armed = armed_after_message(&self, now);
            return Lifecycle { armed, ..self };
        };
        match rules.pulse(by, self.armed.is_some()) {
            Pulse::Nothing => self,
            Pulse::Stop => self.running(now, None),
            Pulse::Restart => {
                let left = rules.idle_after.map(|s| Left { kind: rules.idle_end(), micros: micros(s) });
                self.running(now, left)
            }
        }
    }

    /// The same in another state, with no clock running yet.
    pub(super) fn moved_to(&self, to: State, at: Timestamp) -> Self {
        Lifecycle {
            state: to,
            armed: None,
            inactive_at: match to {
                State::Active => None,
                State::Inactive => Some(at),
                State::Initializing | State::Closed => self.inactive_at,
            },
            closed_at: (to == State::Closed).then_some(at),
            warned: 0,
            ..self.clone()
        }
    }

    /// The same once it has its participants. Only a plain closed timer alone counts from the creation (§18 M1),
    /// and when that has passed meanwhile it ends now, not before the conversation could be used.
    pub(super) fn started_after_setup(self, created_at: Timestamp, now: Timestamp) -> Self {
        if self.rules.is_some() || self.timers.inactive.is_some() {
            return self.started(now);
        }
        let armed = arm(self.state, self.timers, created_at);
        Lifecycle { armed: armed.map(|armed| Armed { due: armed.due.max(now), ..armed }), ..self }
    }

    /// The same, brought back from `parked` by a message.
    pub(super) fn reawakened(self, parked: &Lifecycle, now: Timestamp, by: Side) -> Self {
        match &self.rules {
            Some(_) => self.pulsed(now, by),
            None => Lifecycle { armed: armed_after_message(parked, now), ..self },
        }
    }

    /// The same with more time on its clock.
    pub(super) fn extended(self, now: Timestamp, by_seconds: i64) -> Self {
        match self.left(now) {
            Some(Left { kind, micros: left }) if self.held.is_none() => {
                let more = left.saturating_add(micros(by_seconds));
                self.running(now, Some(Left { kind, micros: more }))
            }
            _ => self,
        }
    }
}

/// The timer that runs in `state` when its clock starts at `from`.
pub(super) fn arm(state: State, timers: Timers, from: Timestamp) -> Option<Armed> {
    let after = |kind, seconds: i64| Armed { due: from.plus_seconds(seconds), kind };
    match (state, timers.inactive, timers.closed) {
        (State::Active, Some(inactive), _) => Some(after(Mark::Inactive, inactive)),
        (State::Active | State::Inactive, _, Some(closed)) => Some(after(Mark::Closed, closed)),
        _ => None,
    }
}

/// A message restarts the inactive clock; a lone closed timer keeps its due time (§18 M1). One that a last
/// call holds has none any more and starts anew.
fn armed_after_message(current: &Lifecycle, now: Timestamp) -> Option<Armed> {
    match (current.timers.inactive, current.armed) {
        (None, Some(armed)) => Some(armed),
        _ => arm(State::Active, current.timers, now),
    }
}
