//! Who may be called right now. Calls are limited in all, for each account and for each endpoint, and an
//! endpoint that does not answer is paused, so that nobody waits for what is dead.
//!
//! An endpoint is scheme, host and port. It is called once at a time until it has answered, then more often
//! with every answer, and once at a time again while it fails. Endpoints that nobody has heard of share half
//! of all calls, those that fail an eighth, and an account has three quarters at most: so something is left
//! for those that live. All of this is in memory only; after a restart it is learned again within a few
//! calls.

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::{AccountSid, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::clock::Clock;

/// Failures in a row after which an endpoint is paused.
const FAILURES_MAX: u32 = 5;
/// The first pause, in seconds; each further one is twice as long.
const PAUSE_SECONDS: i64 = 30;
/// The longest pause, in seconds.
const PAUSE_SECONDS_MAX: i64 = 300;
/// Longest wait for the one call that tries a paused endpoint, in seconds.
const TRIAL_SECONDS: i64 = 6;
/// Most endpoints remembered, but for those in use.
const ENDPOINTS_MAX: usize = 10_000;
/// Queues that may be claimed for each call that is allowed at once: in all, for an account, for an endpoint.
const CLAIMS_PER_CALL: usize = 16;
/// Shortest and longest time for which a queue is put aside whose endpoint is busy, in microseconds.
const ASIDE_MICROS: (i64, i64) = (50_000, 5_000_000);

/// How many calls there may be at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) calls_max: usize,
    pub(crate) calls_per_endpoint_max: usize,
}

/// What is known of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repute {
    /// It answers.
    Good,
    /// Nobody has heard of it.
    Unknown,
    /// It did not answer when it was called last.
    Bad,
}

impl Repute {
    /// The share of endpoints like this one in what there is.
    fn share(self, of: usize) -> usize {
        match self {
            Repute::Good => of,
            Repute::Unknown => (of / 2).max(1),
            Repute::Bad => (of / 8).max(1),
        }
    }
}

/// An account's share in what there is.
fn account_share(of: usize) -> usize {
    (of * 3 / 4).max(1)
}

/// Whose call it is, and to where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) account: AccountSid,
    pub(crate) endpoint: String,
}

/// What the gate says.
pub(crate) enum Entry<T> {
    /// Go on.
    Free(T),
    /// There is too much to do already; this is rung when there is less.
    Busy(Arc<Notify>),
    /// The endpoint is paused until then.
    Paused(Timestamp),
}

pub(crate) struct Gate {
    limits: Limits,
    state: Mutex<State>,
    /// Rung whenever a call is over.
    everyone: Arc<Notify>,
}

#[derive(Default)]
struct State {
    endpoints: HashMap<String, Endpoint>,
    accounts: HashMap<AccountSid, Load>,
    calls: usize,
    /// Of them to endpoints of each repute, and claimed queues likewise.
    calls_to: [usize; 3],
    claims_to: [usize; 3],
}

/// What is under way for an account.
#[derive(Default)]
struct Load {
    calls: usize,
    claims: usize,
}

struct Endpoint {
    calls: usize,
    claims: usize,
    waiting: usize,
    /// Calls at once that it may get.
    allowance: usize,
    has_answered: bool,
    /// In a row.
    failures: u32,
    /// How long the next pause is, in seconds.
    pause: i64,
    paused_until: Option<Timestamp>,
    is_tried: bool,
    /// How long a call takes, about, in microseconds.
    call_micros: i64,
    /// When the last of the queues comes back that were put aside.
    aside_until: Timestamp,
    /// Rung when one of its calls is over.
    freed: Arc<Notify>,
}

impl Endpoint {
    fn new() -> Self {
        Endpoint {
            calls: 0,
            claims: 0,
            waiting: 0,
            allowance: 1,
            has_answered: false,
            failures: 0,
            pause: PAUSE_SECONDS,
            paused_until: None,
            is_tried: false,
            call_micros: ASIDE_MICROS.0,
            aside_until: Timestamp::MIN,
            freed: Arc::default(),
        }
    }

    fn repute(&self) -> Repute {
        match (self.failures, self.has_answered) {
            (0, true) => Repute::Good,
            (0, false) => Repute::Unknown,
            _ => Repute::Bad,
        }
    }

    fn is_idle(&self) -> bool {
        self.calls + self.claims + self.waiting == 0
    }

    /// Until when nobody else is to call it.
    fn pause_at(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.paused_until?;
        if self.is_tried {
            Some(until.max(now.plus_seconds(TRIAL_SECONDS)))
        } else {
            Some(until).filter(|at| *at > now)
        }
    }
}

impl State {
    fn endpoint(&mut self, name: &str) -> &mut Endpoint {
        if self.endpoints.len() >= ENDPOINTS_MAX && !self.endpoints.contains_key(name) {
            self.endpoints.retain(|_, endpoint| !endpoint.is_idle() || endpoint.paused_until.is_some());
            if self.endpoints.len() >= ENDPOINTS_MAX {
                self.endpoints.retain(|_, endpoint| !endpoint.is_idle());
            }
        }
        self.endpoints.entry(name.to_owned()).or_insert_with(Endpoint::new)
    }

    fn show(&self) {
        let paused = self.endpoints.values().filter(|endpoint| endpoint.paused_until.is_some()).count();
        metrics::gauge!("dwell_webhook_endpoints_paused").set(paused as f64);
    }
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Gate { limits, state: Mutex::default(), everyone: Arc::default() })
    }

    /// Most queues that are claimed at once.
    pub(crate) fn claims_max(&self) -> usize {
        self.limits.calls_max * CLAIMS_PER_CALL
    }

    /// A place for a claimed queue, if there is one and its endpoint is not paused.
    pub(crate) fn reserve(self: &Arc<Self>, party: &Party, now: Timestamp) -> Entry<Place> {
        let claims_max = self.claims_max();
        let mut state = self.state.lock();
        let endpoint = state.endpoint(&party.endpoint);
        if let Some(until) = endpoint.pause_at(now) {
            return Entry::Paused(until);
        }
        // One tries whether it lives; the others need not even wait.
        if endpoint.paused_until.is_some() && endpoint.claims > 0 {
            return Entry::Paused(now.plus_seconds(TRIAL_SECONDS));
        }
        let (freed, repute) = (endpoint.freed.clone(), endpoint.repute());
        let is_full = endpoint.claims >= endpoint.allowance * CLAIMS_PER_CALL
            || state.claims_to[repute as usize] >= repute.share(claims_max)
            || state.accounts.get(&party.account).is_some_and(|load| load.claims >= account_share(claims_max));
        if is_full {
            return Entry::Busy(freed);
        }
        drop(state);
        Entry::Free(self.place(party))
    }

    /// A place for a claimed queue in any case.
    pub(crate) fn place(self: &Arc<Self>, party: &Party) -> Place {
        let mut state = self.state.lock();
        let endpoint = state.endpoint(&party.endpoint);
        endpoint.claims += 1;
        let repute = endpoint.repute();
        state.claims_to[repute as usize] += 1;
        state.accounts.entry(party.account).or_default().claims += 1;
        Place { gate: self.clone(), party: party.clone(), repute }
    }

    /// When a queue is to come back that was put aside because there is too much to do: later the more of
    /// them there are, so that they come as they can be served.
    pub(crate) fn aside(&self, party: &Party, now: Timestamp) -> Timestamp {
        let mut state = self.state.lock();
        let endpoint = state.endpoint(&party.endpoint);
        let each = endpoint.call_micros / i64::try_from(endpoint.allowance.max(1)).unwrap_or(1);
        let (least, most) = (now.plus_micros(ASIDE_MICROS.0), now.plus_micros(ASIDE_MICROS.1));
        endpoint.aside_until = endpoint.aside_until.plus_micros(each).clamp(least, most);
        endpoint.aside_until
    }

    /// Permission to call, as soon as there is one; [`Entry::Busy`] when there was none for so many seconds.
    pub(crate) async fn wait(self: &Arc<Self>, party: &Party, clock: &dyn Clock, seconds: i64) -> Entry<Permit> {
        let mut rung = match self.enter(party, clock.now(), false) {
            Entry::Busy(rung) => rung,
            entry => return entry,
        };
        let _line = Line::join(self, party);
        let until = clock.now().plus_seconds(seconds);
        loop {
            tokio::select! {
                biased;
                () = rung.notified() => {}
                () = clock.sleep_until(until) => return Entry::Busy(rung),
            }
            match self.enter(party, clock.now(), true) {
                Entry::Busy(other) => {
                    // Of no use here: the next in line may have it.
                    if !Arc::ptr_eq(&rung, &other) {
                        rung.notify_one();
                    }
                    rung = other;
                }
                entry => return entry,
            }
        }
    }

    fn enter(self: &Arc<Self>, party: &Party, now: Timestamp, is_next: bool) -> Entry<Permit> {
        let calls_max = self.limits.calls_max;
        let mut state = self.state.lock();
        let State { endpoints, accounts, calls, calls_to, .. } = &mut *state;
        let endpoint = endpoints.entry(party.endpoint.clone()).or_insert_with(Endpoint::new);
        if let Some(until) = endpoint.pause_at(now) {
            return Entry::Paused(until);
        }
        let is_trial = endpoint.paused_until.is_some();
        if !is_trial && (endpoint.calls >= endpoint.allowance || (endpoint.waiting > 0 && !is_next)) {
            return Entry::Busy(endpoint.freed.clone());
        }
        let repute = endpoint.repute();
        let load = accounts.entry(party.account).or_default();
        let is_full = *calls >= calls_max
            || load.calls >= account_share(calls_max)
            || calls_to[repute as usize] >= repute.share(calls_max);
        if is_full {
            return Entry::Busy(self.everyone.clone());
        }
        load.calls += 1;
        *calls += 1;
        calls_to[repute as usize] += 1;
        endpoint.calls += 1;
        endpoint.is_tried |= is_trial;
        if endpoint.calls < endpoint.allowance && endpoint.waiting > 0 {
            endpoint.freed.notify_one();
        }
        if *calls < calls_max {
            self.everyone.notify_one();
        }
        Entry::Free(Permit { gate: self.clone(), party: party.clone(), repute, is_trial })
    }

    /// Forgets what is over: a pause that ended long ago and that nobody came to try.
    pub(crate) fn tidy(&self, now: Timestamp) {
        let mut state = self.state.lock();
        let long_ago = now.plus_seconds(-PAUSE_SECONDS_MAX);
        state
            .endpoints
            .retain(|_, endpoint| !endpoint.is_idle() || endpoint.paused_until.is_none_or(|at| at > long_ago));
        state.accounts.retain(|_, load| load.calls + load.claims > 0);
        state.show();
    }
}

/// A claimed queue's place; free again when dropped.
pub(crate) struct Place {
    gate: Arc<Gate>,
    party: Party,
    /// Of the endpoint, when it was taken.
    repute: Repute,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock();
        state.claims_to[self.repute as usize] -= 1;
        if let Some(endpoint) = state.endpoints.get_mut(&self.party.endpoint) {
            endpoint.claims -= 1;
        }
        if let Some(load) = state.accounts.get_mut(&self.party.account) {
            load.claims -= 1;
        }
    }
}

/// Somebody who waits for an endpoint.
struct Line<'a> {
    gate: &'a Gate,
    party: &'a Party,
}

impl<'a> Line<'a> {
    fn join(gate: &'a Gate, party: &'a Party) -> Self {
        gate.state.lock().endpoint(&party.endpoint).waiting += 1;
        Line { gate, party }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let Some(endpoint) = self.gate.state.lock().endpoints.get_mut(&self.party.endpoint) {
            endpoint.waiting -= 1;
            // It may have been rung for the one that leaves.
            endpoint.freed.notify_one();
        }
    }
}

/// Permission to call, one call after another; given back when dropped.
pub(crate) struct Permit {
    gate: Arc<Gate>,
    party: Party,
    /// Of the endpoint, when the call was counted.
    repute: Repute,
    is_trial: bool,
}

impl Permit {
    /// Whether it still allows a call.
    pub(crate) fn allows(&self, party: &Party, now: Timestamp) -> bool {
        let state = self.gate.state.lock();
        let endpoint = state.endpoints.get(&self.party.endpoint);
        self.party == *party && endpoint.is_none_or(|endpoint| endpoint.pause_at(now).is_none())
    }

    /// Notes that the endpoint answered, whatever it said.
    pub(crate) fn answered(&mut self, micros: i64) {
        let mut state = self.gate.state.lock();
        state.calls_to[self.repute as usize] -= 1;
        state.calls_to[Repute::Good as usize] += 1;
        let Some(endpoint) = state.endpoints.get_mut(&self.party.endpoint) else { return };
        endpoint.has_answered = true;
        endpoint.failures = 0;
        endpoint.pause = PAUSE_SECONDS;
        endpoint.allowance = (endpoint.allowance * 2).min(self.gate.limits.calls_per_endpoint_max);
        endpoint.call_micros = (endpoint.call_micros * 7 + micros.max(0)) / 8;
        endpoint.is_tried = false;
        let was_paused = endpoint.paused_until.take().is_some();
        endpoint.freed.notify_one();
        (self.repute, self.is_trial) = (Repute::Good, false);
        if was_paused {
            state.show();
        }
    }

    /// Notes that nobody answered for so long; the pause in seconds that begins with it, if one does.
    pub(crate) fn failed(&mut self, micros: i64, now: Timestamp) -> Option<i64> {
        let mut state = self.gate.state.lock();
        let endpoint = state.endpoints.get_mut(&self.party.endpoint)?;
        endpoint.failures = endpoint.failures.saturating_add(1);
        endpoint.allowance = 1;
        endpoint.call_micros = (endpoint.call_micros * 7 + micros.max(0)) / 8;
        // Calls that were under way when a pause began do not make it longer.
        let begins = self.is_trial || (endpoint.paused_until.is_none() && endpoint.failures >= FAILURES_MAX);
        if !begins {
            return None;
        }
        let pause = endpoint.pause;
        endpoint.paused_until = Some(now.plus_seconds(pause));
        endpoint.pause = (pause * 2).min(PAUSE_SECONDS_MAX);
        if self.is_trial {
            endpoint.is_tried = false;
            self.is_trial = false;
        }
        endpoint.freed.notify_waiters();
        state.show();
        Some(pause)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock();
        state.calls -= 1;
        state.calls_to[self.repute as usize] -= 1;
        if let Some(load) = state.accounts.get_mut(&self.party.account) {
            load.calls -= 1;
        }
        if let Some(endpoint) = state.endpoints.get_mut(&self.party.endpoint) {
            endpoint.calls -= 1;
            if self.is_trial {
                endpoint.is_tried = false;
            }
            endpoint.freed.notify_one();
        }
        self.gate.everyone.notify_one();
    }
}
