//! `GET /dwell/v1/Statistics`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use dwell_core::lifecycle::Cause;
use dwell_core::statistics::{Figure, Spread, StateCounts, Step, Tallies, states_at};
use dwell_core::{AccountSid, Reason, ServiceSid, Timestamp};
use dwell_store::{Tx, statistics};

use super::keep::KEPT_DAYS;
use super::known_since;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;

/// Most steps of one series: two years of days, or a month of hours.
const STEPS_MAX: i64 = KEPT_DAYS;
/// How far back a series goes when nobody says, in steps: a day of hours.
const HOURS_DEFAULT: i64 = 24;
/// The same in days.
const DAYS_DEFAULT: i64 = 30;
/// The longest range that is told by the hour when nobody says, in hours.
const HOURS_MAX_DEFAULT: i64 = 7 * 24;
/// Most identities that are named: those in most conversations.
const IDENTITIES_MAX: usize = 20;
/// Identities that are counted at once.
const BATCH_IDENTITIES_MAX: i64 = 1_000;

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub from: Option<String>,
    pub to: Option<String>,
    pub step: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
struct Checked {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    step: Option<Step>,
}

/// A stretch of time in steps.
#[derive(Debug, Clone, Copy)]
struct Range {
    from: Timestamp,
    to: Timestamp,
    step: Step,
}

/// What the statistics of an account tell.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// Where they begin.
    pub from: Timestamp,
    /// Where they end, at most now.
    pub to: Timestamp,
    /// What one figure of a series is about.
    pub step: Step,
    /// Up to where everything is counted: [`Self::to`], or before that while counting is behind.
    pub complete_until: Timestamp,
    /// How many conversations were in each state at the beginning of each step, and at the end when that is now. Steps
    /// before the first count of an account are missing.
    pub states: Vec<(Timestamp, StateCounts)>,
    /// Changes of state in each step.
    pub transitions: Vec<Moves>,
    /// How late timers were, for steps with any.
    pub lateness: Vec<Bucket>,
    /// How long sessions took to their first reply, for steps with any.
    pub first_reply: Vec<Bucket>,
    /// How long conversations had been active that ceased to be, for steps with any.
    pub time_active: Vec<Bucket>,
    /// How long conversations had been inactive that a message brought back, for steps with any.
    pub time_to_return: Vec<Bucket>,
    /// Who is in most conversations.
    pub identities: Vec<IdentityUse>,
    /// How things are now.
    pub now: Now,
}

/// Changes of state in one step, by what brought them about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of causes")]
pub struct Moves {
    /// When the step begins.
    pub at: Timestamp,
    pub api: i64,
    pub timer: i64,
    pub event: i64,
}

/// Durations of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// When the step begins.
    pub at: Timestamp,
    /// How they spread.
    pub spread: Spread,
}

/// How many conversations an identity is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityUse {
    /// The service.
    pub service_sid: ServiceSid,
    /// The identity.
    pub identity: String,
    /// Its active and inactive conversations.
    pub conversations: i64,
}

/// How things are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The present instant of the account's clock.
    pub at: Timestamp,
    /// How many conversations are in each state.
    pub states: StateCounts,
    /// Sessions that wait for somebody.
    pub waiting: i64,
    /// Timers that should have been carried out and were not.
    pub overdue: i64,
}

impl Request {
    fn check(&self) -> Result<Checked, Reason> {
        let date = |name, text: Option<&str>| {
            let problem = "not an ISO 8601 date and time".to_owned();
            input::date(text, Reason::InvalidParameter { name, problem })
        };
        let step = self.step.as_deref().map(|text| {
            let problem = || "neither hour nor day".to_owned();
            Step::parse(text).ok_or_else(|| Reason::InvalidParameter { name: "Step", problem: problem() })
        });
        let (from, to) = (date("From", self.from.as_deref())?, date("To", self.to.as_deref())?);
        Ok(Checked { from, to, step: step.transpose()? })
    }
}

impl Checked {
    /// The stretch that is asked for, as seen at `now`.
    fn range(self, now: Timestamp) -> Result<Range, Reason> {
        let invalid = |name, problem: String| Err(Reason::InvalidParameter { name, problem });
        let to = self.to.map_or(now, |to| to.min(now));
        let back = |step: Step| if step == Step::Day { DAYS_DEFAULT } else { HOURS_DEFAULT } * step.seconds();
        let from = self.from.unwrap_or_else(|| to.plus_seconds(-back(self.step.unwrap_or(Step::Hour))));
        if from > to {
            return invalid("From", "after To, or in the future".to_owned());
        }
        let steps = |step: Step| to.micros_since(step.floor(from)) / (step.seconds() * 1_000_000);
        let step = self.step.unwrap_or(if steps(Step::Hour) <= HOURS_MAX_DEFAULT { Step::Hour } else { Step::Day });
        if steps(step) > STEPS_MAX {
            return invalid("From", format!("more than {STEPS_MAX} steps of a {} before To", step.as_str()));
        }
        Ok(Range { from, to, step })
    }
}

impl Range {
    /// When its steps begin.
    fn steps(self) -> Vec<Timestamp> {
        let first = self.step.floor(self.from);
        let all = std::iter::successors(Some(first), |at| Some(at.plus_seconds(self.step.seconds())));
        all.take_while(|at| *at < self.to || *at == first).collect()
    }
}

impl Engine {
    /// The statistics of the account, in UTC on its own clock.
    ///
    /// # Errors
    /// A [`Reason`] for each parameter that breaks a rule.
    pub async fn statistics(&self, caller: &Caller, request: Request) -> Result<Statistics, Error> {
        let checked = request.check()?;
        let caller = caller.clone();
        self.inner.store.read(move |tx| statistics_of(tx, &caller, checked)).await
    }
}

fn statistics_of(tx: &mut dyn Tx, caller: &Caller, checked: Checked) -> Result<Statistics, Error> {
    let account = &caller.account.sid;
    let now = caller.now(tx)?;
    let range = checked.range(now)?;
    let steps = range.steps();
    let first = steps.first().copied().unwrap_or(range.from);
    let base = statistics::last_sample(tx, account, first)?;
    let known = known_since(tx, account, base.map_or(first, |(hour, _)| hour))?;
    let later = statistics::samples(tx, account, first, range.to)?;
    let samples: BTreeMap<_, _> = base.into_iter().chain(later).collect();
    let counts = statistics::count_states(tx, account)?;
    let mut states = states_at(&steps, &samples, &known.tallies);
    if range.to == now && states.last().is_none_or(|(at, _)| *at < now) {
        states.push((now, counts));
    }
    Ok(Statistics {
        from: range.from,
        to: range.to,
        step: range.step,
        complete_until: known.stopped_at.map_or(range.to, |at| at.min(range.to)),
        states,
        transitions: moves(&steps, range, &known.tallies),
        lateness: spreads(Figure::Lateness, range, &known.tallies),
        first_reply: spreads(Figure::FirstReply, range, &known.tallies),
        time_active: spreads(Figure::TimeActive, range, &known.tallies),
        time_to_return: spreads(Figure::TimeToReturn, range, &known.tallies),
        identities: identities(tx, account)?,
        now: Now {
            at: now,
            states: counts,
            waiting: statistics::count_waiting(tx, account)?,
            overdue: statistics::count_overdue(tx, account, now)?,
        },
    })
}

/// The tallies of a stretch, each with the beginning of its step.
fn within(range: Range, tallies: &Tallies) -> impl Iterator<Item = (Timestamp, Figure, &Spread)> {
    let first = range.step.floor(range.from);
    let hours = tallies.iter().filter(move |((hour, _), _)| *hour >= first && *hour <= range.to);
    hours.map(move |((hour, figure), spread)| (range.step.floor(*hour), *figure, spread))
}

fn moves(steps: &[Timestamp], range: Range, tallies: &Tallies) -> Vec<Moves> {
    let none = |at: &Timestamp| (*at, Moves { at: *at, api: 0, timer: 0, event: 0 });
    let mut all: BTreeMap<_, _> = steps.iter().map(none).collect();
    for (at, figure, spread) in within(range, tallies) {
        if let (Figure::Transitions { cause, .. }, Some(moves)) = (figure, all.get_mut(&at)) {
            match cause {
                Cause::Api => moves.api += spread.count(),
                Cause::Timer => moves.timer += spread.count(),
                Cause::Event => moves.event += spread.count(),
            }
        }
    }
    all.into_values().collect()
}

fn spreads(wanted: Figure, range: Range, tallies: &Tallies) -> Vec<Bucket> {
    let mut all: BTreeMap<Timestamp, Spread> = BTreeMap::new();
    for (at, figure, spread) in within(range, tallies) {
        if figure == wanted {
            all.entry(at).or_default().merge(spread);
        }
    }
    all.into_iter().map(|(at, spread)| Bucket { at, spread }).collect()
}

/// The identities that are in most conversations. Counts those of all, in an index.
fn identities(tx: &mut dyn Tx, account: &AccountSid) -> Result<Vec<IdentityUse>, Error> {
    let mut most: Vec<IdentityUse> = Vec::new();
    for service_sid in statistics::services(tx, account)? {
        let mut after = String::new();
        loop {
            let page = statistics::identities(tx, &service_sid, &after, BATCH_IDENTITIES_MAX)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            let of_page =
                page.into_iter().map(|(identity, conversations)| IdentityUse { service_sid, identity, conversations });
            most.extend(of_page);
            most.sort_by(|a, b| {
                (Reverse(a.conversations), &a.identity, a.service_sid).cmp(&(
                    Reverse(b.conversations),
                    &b.identity,
                    b.service_sid,
                ))
            });
            most.truncate(IDENTITIES_MAX);
        }
    }
    Ok(most)
}
