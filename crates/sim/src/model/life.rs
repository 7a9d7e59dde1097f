//! State and timers (contract §6, §18 M1, M2, M7, U1–U4).

use super::{CALENDAR_END, Mistake};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub(crate) enum State {
    /// These histories create no conversation with participants, so it is never expected.
    Initializing,
    Active,
    Inactive,
    Closed,
}

/// Why it changed (contract §6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub(crate) enum Cause {
    Api,
    Timer,
    Event,
}

/// A change of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The number of its event.
    pub(crate) seq: i64,
    /// The state before.
    pub(crate) from: State,
    /// The state after.
    pub(crate) to: State,
    /// What brought it about.
    pub(crate) cause: Cause,
    /// When.
    pub(crate) at: i64,
    /// Who.
    pub(crate) actor: String,
    /// The SID of the message that brought it about.
    pub(crate) message: Option<String>,
}

/// State and timers, as the instants at which clocks started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    /// Where it stands.
    pub(crate) state: State,
    /// Configured seconds.
    pub(crate) inactive: Option<i64>,
    /// Configured seconds.
    pub(crate) closed: Option<i64>,
    /// When the clocks last started for another reason than a message: creation, a change of state by
    /// request or timer, new timers.
    pub(crate) started: i64,
    /// When the last message came.
    pub(crate) spoken: i64,
    /// When it became inactive, while it is or until it closed from there.
    pub(crate) inactive_at: Option<i64>,
    /// When it closed.
    pub(crate) closed_at: Option<i64>,
}

impl Life {
    /// A life that begins.
    pub(crate) fn new(state: State, inactive: Option<i64>, closed: Option<i64>, now: i64) -> Self {
        let inactive_at = (state == State::Inactive).then_some(now);
        Life { state, inactive, closed, started: now, spoken: now, inactive_at, closed_at: None }
    }

    /// What is due next, and when.
    pub(crate) fn due(&self, mistake: Option<Mistake>) -> Option<(i64, State)> {
        let after = |from: i64, seconds: i64| (from + seconds * 1_000_000).min(CALENDAR_END);
        let idle = self.started.max(self.spoken);
        match (self.state, self.inactive, self.closed) {
            (State::Active, Some(inactive), Some(closed))
                if mistake == Some(Mistake::ClosedRunsFromTheStart) && closed < inactive =>
            {
                Some((after(idle, closed), State::Closed))
            }
            // M2: silence counts from the last message.
            (State::Active, Some(inactive), _) => Some((after(idle, inactive), State::Inactive)),
            (State::Active, None, Some(closed)) if mistake == Some(Mistake::MessagePostponesClosing) => {
                Some((after(idle, closed), State::Closed))
            }
            // M1: alone, it runs whatever is said; M2: with the other, from when it became inactive.
            (State::Active, None, Some(closed)) | (State::Inactive, _, Some(closed)) => {
                Some((after(self.started, closed), State::Closed))
            }
            _ => None,
        }
    }

    /// Changes the state. Both clocks start again (M7), unless a message did it: then only silence
    /// counts anew.
    pub(crate) fn turn(&mut self, to: State, cause: Cause, at: i64, mistake: Option<Mistake>) -> Change {
        let change = Change { seq: 0, from: self.state, to, cause, at, actor: String::new(), message: None };
        let keeps = mistake == Some(Mistake::StateKeepsClocks) && cause == Cause::Api;
        if cause != Cause::Event && !keeps {
            self.started = at;
        }
        match to {
            State::Initializing | State::Active => self.inactive_at = None,
            State::Inactive => self.inactive_at = Some(at),
            State::Closed => self.closed_at = Some(at),
        }
        self.state = to;
        change
    }

    /// Carries out what is due at `now`.
    pub(crate) fn settle(&mut self, now: i64, mistake: Option<Mistake>) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some((due, to)) = self.due(mistake).filter(|(due, _)| *due <= now) {
            let late = mistake == Some(Mistake::LateFiringIsLate);
            changes.push(self.turn(to, Cause::Timer, if late { now } else { due }, mistake));
        }
        changes
    }

    /// The dates to show (§18 U1, U4).
    pub(crate) fn shown(&self, mistake: Option<Mistake>) -> (Option<i64>, Option<i64>) {
        let was_inactive = self.inactive.and(self.inactive_at);
        match self.state {
            State::Initializing => (None, None),
            State::Active => {
                let ahead = Life { ..*self }.settle(CALENDAR_END, mistake);
                let when = |to| ahead.iter().find(|change| change.to == to).map(|change| change.at);
                (when(State::Inactive), when(State::Closed))
            }
            State::Inactive => (was_inactive, self.due(mistake).map(|(due, _)| due)),
            State::Closed => (was_inactive, self.closed.and(self.closed_at)),
        }
    }
}
