//! The life of a conversation: the only place that knows what its states mean (contract §5.2, §6;
//! §18 M1–M7, U1–U4, U6–U8, U28).
//!
//! [`step`] is a pure function of the current lifecycle, an instant and an input. Whoever fires a
//! timer early, late or twice does no harm: a firing before its due time, or with nothing armed,
//! changes nothing.
//!
//! A conversation may be governed by the [`Rules`] of a policy. They say when its clock runs and what it ends
//! as; states, transitions and everything else are the same function.

use std::sync::Arc;

use crate::policy::Rules;
use crate::session::Side;
use crate::time::Timestamp;

mod clock;

use clock::arm;
pub use clock::{Armed, Left, Mark};

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

/// Everything that the rules need to know of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Whether its timers were set on itself rather than taken from the account's defaults. The contract's word is
    /// above every policy's, so none takes such a conversation over.
    pub has_own_timers: bool,
    /// The policy that it lives by; `None` for the plain timers.
    pub rules: Option<Arc<Rules>>,
    /// How many of the policy's warnings lie behind the running clock.
    pub warned: usize,
    /// Set while somebody holds its clocks: what is left of the one that ran, if one did. Nothing is armed then.
    pub held: Option<Option<Left>>,
}

/// What happens to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A text or media message was added, through whatever channel; on whose side matters to policies only.
    MessageAdded(Side),
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
    /// Somebody stops the clocks, until [`Input::Release`].
    Hold,
    /// The clocks go on with what was left of them.
    Release,
    /// Somebody gives the running or held clock more time.
    Extend {
        /// How much, in seconds.
        by_seconds: i64,
    },
    /// Somebody ends the work on it without closing it: it is or becomes inactive, and no clock runs.
    Ended,
    /// A policy governs it from now on, or none does and these timers hold. Its clock starts anew.
    Governed(Option<Arc<Rules>>, Timers),
}

/// What brought a transition about; the `Reason` of `onConversationStateUpdated` (contract §6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

/// What the clock of a policy brings about beside changes of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The warning of this number is to be said.
    Warn(usize),
    /// The session ends; the conversation stays.
    EndSession,
}

/// The outcome of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The lifecycle from now on.
    pub next: Lifecycle,
    /// The change of state, if there was one.
    pub transition: Option<Transition>,
    /// What else comes of it.
    pub effect: Option<Effect>,
}

/// Something that came due, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// When it was due.
    pub at: Timestamp,
    /// The change of state, if it was one.
    pub transition: Option<Transition>,
    /// What else it is.
    pub effect: Option<Effect>,
}

impl Fired {
    /// What it was on the clock.
    pub fn mark(&self) -> Mark {
        match (self.effect, self.transition) {
            (Some(Effect::Warn(_)), _) => Mark::Warning,
            (Some(Effect::EndSession), _) => Mark::End,
            (None, Some(Transition { to: State::Closed, .. })) => Mark::Closed,
            (None, _) => Mark::Inactive,
        }
    }

    /// What the rules have to say to it: the warning, or the farewell when a clock takes the conversation out of
    /// its active state. It is said before the change: a closed conversation takes no message.
    pub fn says<'a>(&self, rules: &'a Rules) -> Option<&'a str> {
        match self.effect {
            Some(Effect::Warn(i)) => rules.warnings.get(i).map(|warning| warning.body.as_str()),
            _ if self.transition.is_some_and(|t| t.from == State::Active) => rules.farewell.as_deref(),
            _ => None,
        }
    }
}

/// Most marks that clocks can reach without anything else happening: the warnings of a policy, inactive, closed.
const MARKS_MAX: usize = crate::limits::POLICY_WARNINGS_MAX + 2;

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
            has_own_timers: false,
            rules: None,
            warned: 0,
            held: None,
        })
    }

    /// The lifecycle of a conversation whose participants are still to be added. No clock runs before
    /// they are.
    pub const fn initializing(timers: Timers) -> Self {
        Lifecycle {
            state: State::Initializing,
            timers,
            armed: None,
            inactive_at: None,
            closed_at: None,
            has_own_timers: false,
            rules: None,
            warned: 0,
            held: None,
        }
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
    /// (contract §18 U25), and returns it.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Fired> {
        let mut fired = Vec::new();
        for _ in 0..MARKS_MAX {
            let Some(next) = self.fire(now) else { break };
            fired.push(next);
        }
        fired
    }

    /// Carries out the first thing that is due at `now`.
    pub fn fire(&mut self, now: Timestamp) -> Option<Fired> {
        let at = self.armed.filter(|armed| armed.due <= now)?.due;
        let Step { next, transition, effect } = step(self, now, Input::TimerFired).ok()?;
        *self = next;
        Some(Fired { at, transition, effect })
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
                let closing = self.armed.filter(|armed| armed.kind == Mark::Closed);
                Dates { inactive: inactive.and(self.inactive_at), closed: closing.map(|armed| armed.due) }
            }
            State::Closed => Dates { inactive: inactive.and(self.inactive_at), closed: closed.and(self.closed_at) },
        }
    }

    /// The transitions ahead, soonest first, if nothing else happens.
    pub fn forecast(&self) -> [Option<Transition>; 2] {
        let mut ahead = self.marks_ahead().into_iter().filter_map(|fired| fired.transition);
        [ahead.next(), ahead.next()]
    }

    /// All that the clock will bring about, soonest first, if nothing else happens.
    pub fn marks_ahead(&self) -> Vec<Fired> {
        self.clone().settle(Timestamp::MAX)
    }
}

/// Applies `input` to `current` at the instant `now`.
///
/// # Errors
/// [`LifecycleError::Closed`] for whatever somebody does to a closed conversation: even setting it
/// closed again is refused (contract §18 U7). [`LifecycleError::Initializing`] for the same while it is
/// being set up.
pub fn step(current: &Lifecycle, now: Timestamp, input: Input) -> Result<Step, LifecycleError> {
    let is_asked = !matches!(
        input,
        Input::TimerFired
            | Input::Initialized { .. }
            | Input::InitializationFailed
            | Input::Postponed { .. }
            | Input::Held { .. }
    );
    let is_setup = matches!(input, Input::Governed(..)) && current.state == State::Initializing;
    if is_asked && !is_setup {
        current.check_usable()?;
    }
    match current.held {
        // What happens to a held conversation happens to its clock, which then stands still again.
        Some(left) if !matches!(input, Input::Hold | Input::Release) => {
            let mut done = apply(&current.clone().running(now, left), now, input);
            if done.next.state != State::Closed {
                done.next = done.next.stopped(now);
            }
            Ok(done)
        }
        _ => Ok(apply(current, now, input)),
    }
}

fn apply(current: &Lifecycle, now: Timestamp, input: Input) -> Step {
    let only = |next: Lifecycle| Step { next, transition: None, effect: None };
    let unchanged = || only(current.clone());
    match input {
        Input::MessageAdded(by) if current.state == State::Inactive => {
            moved(current, State::Active, Cause::Event, now, |life| life.reawakened(current, now, by))
        }
        Input::MessageAdded(by) => only(current.clone().pulsed(now, by)),
        // Setting the state that already holds is no change, so no clock restarts.
        Input::StateSet(state) if state == current.state => unchanged(),
        Input::StateSet(state) => moved(current, state, Cause::Api, now, |life| life.started(now)),
        // Timers of its own are the contract's, and take a conversation out of its policy.
        Input::TimersChanged(timers) => {
            only(Lifecycle { timers, has_own_timers: true, rules: None, ..current.clone() }.started(now))
        }
        Input::Governed(rules, plain) => {
            let timers = rules.as_ref().map_or(plain, |rules| rules.timers());
            only(Lifecycle { timers, rules, ..current.clone() }.started(now))
        }
        Input::TimerFired => match current.armed {
            Some(Armed { due, kind }) if due <= now => fired(current, due, kind),
            _ => unchanged(),
        },
        Input::Initialized { state, created_at } if current.state == State::Initializing => {
            moved(current, state, Cause::Api, now, |life| life.started_after_setup(created_at, now))
        }
        Input::InitializationFailed if current.state == State::Initializing => {
            moved(current, State::Closed, Cause::Api, now, |life| life)
        }
        Input::Initialized { .. } | Input::InitializationFailed => unchanged(),
        Input::Postponed { due, by_seconds } => match current.armed {
            Some(armed) if armed.due == due && due > now => only(current.clone().extended(now, by_seconds.max(0))),
            _ => unchanged(),
        },
        Input::Held { due } if due > now && current.armed.is_some_and(|armed| armed.due == due) => {
            only(Lifecycle { armed: None, warned: 0, ..current.clone() })
        }
        Input::Held { .. } => unchanged(),
        Input::Hold if current.held.is_none() => only(current.clone().stopped(now)),
        Input::Release if current.held.is_some() => only(current.clone().running(now, current.held.flatten())),
        Input::Hold | Input::Release => unchanged(),
        Input::Extend { by_seconds } => only(current.clone().extended(now, by_seconds.max(0))),
        Input::Ended if current.state == State::Inactive => {
            only(Lifecycle { armed: None, warned: 0, ..current.clone() })
        }
        Input::Ended => moved(current, State::Inactive, Cause::Api, now, |life| life),
    }
}

/// The clock has reached its mark.
fn fired(current: &Lifecycle, due: Timestamp, kind: Mark) -> Step {
    let to = |state| moved(current, state, Cause::Timer, due, |life| life.started(due));
    match kind {
        Mark::Inactive => to(State::Inactive),
        Mark::Closed => to(State::Closed),
        Mark::Warning => {
            let warned = current.warned;
            let left = current.left(due);
            Step { next: current.clone().running(due, left), transition: None, effect: Some(Effect::Warn(warned)) }
        }
        Mark::End => {
            let effect = Some(Effect::EndSession);
            match current.state {
                State::Active => Step { effect, ..moved(current, State::Inactive, Cause::Timer, due, |life| life) },
                _ => Step { next: Lifecycle { armed: None, warned: 0, ..current.clone() }, transition: None, effect },
            }
        }
    }
}

/// A change of state; `clock` says which clock runs from then on.
fn moved(
    current: &Lifecycle,
    to: State,
    cause: Cause,
    at: Timestamp,
    clock: impl FnOnce(Lifecycle) -> Lifecycle,
) -> Step {
    Step {
        next: clock(current.moved_to(to, at)),
        transition: Some(Transition { from: current.state, to, cause, at }),
        effect: None,
    }
}

#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod tests;
