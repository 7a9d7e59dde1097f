//! The life of a conversation: the only place that knows what its states mean (contract §5.2, §6;
//! §18 M1–M7, U1–U4, U6–U8, U28).
//!
//! [`step`] is a pure function of the current lifecycle, an instant and an input. Whoever fires a
//! timer early, late or twice does no harm: a firing before its due time, or with nothing armed,
//! changes nothing.

use crate::time::Timestamp;
use crate::timer::TimerKind;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Created together with participants, who are still to be added; nothing else can happen to it
    /// until they are, and no clock runs.
    Initializing,
    /// In use; the state of a new conversation.
    Active,
    /// Parked; a message brings it back.
    Inactive,
    /// Final and immutable; only deletion ends it.
    Closed,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [State; 4] = [State::Initializing, State::Active, State::Inactive, State::Closed];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Initializing => "initializing",
            State::Active => "active",
            State::Inactive => "inactive",
            State::Closed => "closed",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case as all enumerations of the API are
    /// (contract §1.3).
    pub fn parse(text: &str) -> Option<Self> {
        State::ALL.into_iter().find(|state| text.eq_ignore_ascii_case(state.as_str()))
    }

    /// A state that a request may ask for: any but initializing, which only the server sets.
    pub fn parse_settable(text: &str) -> Option<Self> {
        State::parse(text).filter(|state| *state != State::Initializing)
    }
}

/// The configured durations, in whole seconds; `None` is a timer that does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timers {
    /// Silence after which an active conversation becomes inactive.
    pub inactive: Option<i64>,
    /// Time after which a conversation closes: from becoming inactive when both timers are set,
    /// from creation when this is the only one.
    pub closed: Option<i64>,
}

/// The one timer that is running, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    /// The instant at which the transition happens.
    pub due: Timestamp,
    /// The timer that brings it about.
    pub kind: TimerKind,
}

/// Everything that the rules need to know of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// Where it stands.
    pub state: State,
    /// The configured durations.
    pub timers: Timers,
    /// The running timer.
    pub armed: Option<Armed>,
    /// When it last became inactive; `None` again once it is active.
    pub inactive_at: Option<Timestamp>,
    /// When it closed.
    pub closed_at: Option<Timestamp>,
}

/// What happens to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A text or media message was added, by whomever and through whatever channel.
    MessageAdded,
    /// Somebody set the state.
    StateSet(State),
    /// Somebody set one or both timers; these are the durations that hold from now on.
    TimersChanged(Timers),
    /// The running timer is said to have ended.
    TimerFired,
    /// The participants that the conversation was created with are in it.
    Initialized {
        /// The state that was asked for: active or inactive.
        state: State,
        /// When the conversation was created.
        created_at: Timestamp,
    },
    /// The participants that the conversation was created with cannot be added.
    InitializationFailed,
    /// A last call puts the running timer off, if it still is the one that was asked about.
    Postponed {
        /// When the timer that was asked about ends.
        due: Timestamp,
        /// How much later it is to end, in seconds.
        by_seconds: i64,
    },
    /// A last call stops the clock until something else starts one, if the running timer still is the one
    /// that was asked about.
    Held {
        /// When the timer that was asked about ends.
        due: Timestamp,
    },
}

/// What brought a transition about; the `Reason` of `onConversationStateUpdated` (contract §6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A request set the state, or asked for what did.
    Api,
    /// A timer ended.
    Timer,
    /// A message reactivated the conversation.
    Event,
}

impl Cause {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Api => "API",
            Cause::Timer => "TIMER",
            Cause::Event => "EVENT",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Cause::Api, Cause::Timer, Cause::Event].into_iter().find(|cause| cause.as_str() == text)
    }
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// What brought it about.
    pub cause: Cause,
    /// When: the due time for a timer, the time of the request otherwise.
    pub at: Timestamp,
}

/// The outcome of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The lifecycle from now on.
    pub next: Lifecycle,
    /// The change of state, if there was one.
    pub transition: Option<Transition>,
}

/// Why an input was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// A closed conversation takes no input (50377).
    #[error("the conversation is closed")]
    Closed,
    /// A conversation that is being set up takes none either (50386).
    #[error("the conversation is initializing")]
    Initializing,
    /// A conversation cannot begin closed (50384).
    #[error("a conversation cannot be created closed")]
    CreatedClosed,
}

/// The transitions that lie ahead if nothing else happens, and the instants to show for them
/// (contract §6.4, §18 U1 and U4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dates {
    /// When the conversation became or will become inactive through its timer.
    pub inactive: Option<Timestamp>,
    /// When the conversation closed or will close through its timer.
    pub closed: Option<Timestamp>,
}

impl Lifecycle {
    /// The lifecycle of a conversation created at `now`.
    ///
    /// # Errors
    /// [`LifecycleError::CreatedClosed`] for the state closed (contract §6.1).
    pub fn created(state: State, timers: Timers, now: Timestamp) -> Result<Self, LifecycleError> {
        if state == State::Closed {
            return Err(LifecycleError::CreatedClosed);
        }
        Ok(Lifecycle {
            state,
            timers,
            armed: arm(state, timers, now),
            inactive_at: (state == State::Inactive).then_some(now),
            closed_at: None,
        })
    }

    /// The lifecycle of a conversation whose participants are still to be added. No clock runs before
    /// they are.
    pub const fn initializing(timers: Timers) -> Self {
        Lifecycle { state: State::Initializing, timers, armed: None, inactive_at: None, closed_at: None }
    }

    /// Whether anything can be done to the conversation at all, other than to delete it.
    ///
    /// # Errors
    /// [`LifecycleError::Closed`], [`LifecycleError::Initializing`].
    pub const fn check_usable(&self) -> Result<(), LifecycleError> {
        match self.state {
            State::Active | State::Inactive => Ok(()),
            State::Closed => Err(LifecycleError::Closed),
            State::Initializing => Err(LifecycleError::Initializing),
        }
    }

    /// Whether the running timer has ended at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.armed.is_some_and(|armed| armed.due <= now)
    }

    /// Carries out everything that is due at `now`, in order, each at its own due time
    /// (contract §18 U25), and returns the transitions.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Transition> {
        let mut transitions = Vec::new();
        // At most two rounds: each firing moves one state further along, and closed arms nothing.
        while let Ok(Step { next, transition: Some(transition) }) = step(self, now, Input::TimerFired) {
            *self = next;
            transitions.push(transition);
        }
        transitions
    }

    /// The instants that the API shows as `timers`: those that happened stay, a timer that will no
    /// longer fire is not shown, and a timer that is not configured never is.
    pub fn dates(&self) -> Dates {
        let Timers { inactive, closed } = self.timers;
        match self.state {
            State::Initializing => Dates::default(),
            State::Active => {
                let ahead = self.forecast();
                let date_of = |to| ahead.iter().flatten().find(|t| t.to == to).map(|t| t.at);
                Dates { inactive: date_of(State::Inactive), closed: date_of(State::Closed) }
            }
            State::Inactive => {
                Dates { inactive: inactive.and(self.inactive_at), closed: self.armed.map(|armed| armed.due) }
            }
            State::Closed => Dates { inactive: inactive.and(self.inactive_at), closed: closed.and(self.closed_at) },
        }
    }

    /// The transitions ahead, soonest first, if nothing else happens.
    pub fn forecast(&self) -> [Option<Transition>; 2] {
        let mut imagined = *self;
        let mut ahead = [None, None];
        for slot in &mut ahead {
            let Some(armed) = imagined.armed else { break };
            if let Ok(Step { next, transition }) = step(&imagined, armed.due, Input::TimerFired) {
                imagined = next;
                *slot = transition;
            }
        }
        ahead
    }
}

/// Applies `input` to `current` at the instant `now`.
///
/// # Errors
/// [`LifecycleError::Closed`] for whatever somebody does to a closed conversation: even setting it
/// closed again is refused (contract §18 U7). [`LifecycleError::Initializing`] for the same while it is
/// being set up.
pub fn step(current: &Lifecycle, now: Timestamp, input: Input) -> Result<Step, LifecycleError> {
    if matches!(input, Input::MessageAdded | Input::StateSet(_) | Input::TimersChanged(_)) {
        current.check_usable()?;
    }
    let unchanged = Step { next: *current, transition: None };
    Ok(match input {
        Input::MessageAdded => match current.state {
            State::Inactive => moved(current, State::Active, Cause::Event, now, armed_after_message(current, now)),
            _ => Step { next: Lifecycle { armed: armed_after_message(current, now), ..*current }, transition: None },
        },
        // Setting the state that already holds is no change, so no clock restarts.
        Input::StateSet(state) if state == current.state => unchanged,
        Input::StateSet(state) => moved(current, state, Cause::Api, now, arm(state, current.timers, now)),
        Input::TimersChanged(timers) => {
            Step { next: Lifecycle { timers, armed: arm(current.state, timers, now), ..*current }, transition: None }
        }
        Input::TimerFired => match current.armed {
            Some(Armed { due, kind }) if due <= now => {
                let to = match kind {
                    TimerKind::Inactive => State::Inactive,
                    TimerKind::Closed => State::Closed,
                };
                moved(current, to, Cause::Timer, due, arm(to, current.timers, due))
            }
            _ => unchanged,
        },
        Input::Initialized { state, created_at } if current.state == State::Initializing => {
            moved(current, state, Cause::Api, now, armed_at_start(state, current.timers, created_at, now))
        }
        Input::InitializationFailed if current.state == State::Initializing => {
            moved(current, State::Closed, Cause::Api, now, None)
        }
        Input::Initialized { .. } | Input::InitializationFailed => unchanged,
        Input::Postponed { due, by_seconds } => match current.armed {
            Some(armed) if armed.due == due && due > now => {
                let later = due.plus_seconds(by_seconds).max(due);
                Step { next: Lifecycle { armed: Some(Armed { due: later, ..armed }), ..*current }, transition: None }
            }
            _ => unchanged,
        },
        Input::Held { due } if due > now && current.armed.is_some_and(|armed| armed.due == due) => {
            Step { next: Lifecycle { armed: None, ..*current }, transition: None }
        }
        Input::Held { .. } => unchanged,
    })
}

/// The timer that runs once a conversation has its participants. Only a closed timer alone counts from
/// the creation (§18 M1), and when that has passed meanwhile it ends now, not before the conversation
/// could be used.
fn armed_at_start(state: State, timers: Timers, created_at: Timestamp, now: Timestamp) -> Option<Armed> {
    match timers.inactive {
        Some(_) => arm(state, timers, now),
        None => arm(state, timers, created_at).map(|armed| Armed { due: armed.due.max(now), ..armed }),
    }
}

/// The timer that runs in `state` when its clock starts at `from`.
fn arm(state: State, timers: Timers, from: Timestamp) -> Option<Armed> {
    let after = |kind, seconds: i64| Armed { due: from.plus_seconds(seconds), kind };
    match (state, timers.inactive, timers.closed) {
        (State::Active, Some(inactive), _) => Some(after(TimerKind::Inactive, inactive)),
        (State::Active | State::Inactive, _, Some(closed)) => Some(after(TimerKind::Closed, closed)),
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

fn moved(current: &Lifecycle, to: State, cause: Cause, at: Timestamp, armed: Option<Armed>) -> Step {
    Step {
        next: Lifecycle {
            state: to,
            timers: current.timers,
            armed,
            inactive_at: match to {
                State::Active => None,
                State::Inactive => Some(at),
                State::Initializing | State::Closed => current.inactive_at,
            },
            closed_at: (to == State::Closed).then_some(at),
        },
        transition: Some(Transition { from: current.state, to, cause, at }),
    }
}

#[cfg(test)]
mod tests;
