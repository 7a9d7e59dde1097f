//! Test clocks: the time of a test account, turned by its own users.

use dwell_core::account::TestClock;
use dwell_core::timer::iso_seconds;
use dwell_core::{Account, Reason, Timestamp};
use dwell_store::{Tx, accounts, conversations};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::timers::fire::fire_batch;

/// How far to turn a clock, as sent: exactly one of the two.
#[derive(Debug, Clone, Default)]
pub struct Advance {
    /// An ISO 8601 duration.
    pub by: Option<String>,
    /// An instant, or `next` for the next transition.
    pub to: Option<String>,
}

/// Where a test account's clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What it shows.
    pub now: Timestamp,
    /// Whether it stands still.
    pub is_frozen: bool,
    /// Transitions that this call carried out.
    pub transitions: usize,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    By(i64),
    To(Timestamp),
    Next,
}

impl Advance {
    fn check(&self) -> Result<Target, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        match (self.by.as_deref(), self.to.as_deref()) {
            (Some(text), None) => iso_seconds(text)
                .map(Target::By)
                .ok_or_else(|| invalid("By", "not an ISO 8601 duration of days, hours, minutes and seconds")),
            (None, Some(text)) if text.eq_ignore_ascii_case("next") => Ok(Target::Next),
            (None, Some(text)) => Timestamp::parse(text)
                .map(Target::To)
                .ok_or_else(|| invalid("To", "neither an ISO 8601 date and time nor next")),
            _ => Err(invalid("By", "exactly one of By and To is required")),
        }
    }
}

/// One transaction's worth of turning.
struct Turned {
    reading: Reading,
    /// Where the turning goes on to, `None` when it is done.
    rest: Option<Target>,
}

impl Engine {
    /// Where the account's clock stands.
    ///
    /// # Errors
    /// [`Reason::NotATestAccount`].
    pub async fn read_test_clock(&self, caller: &Caller) -> Result<Reading, Error> {
        let caller = caller.clone();
        self.inner
            .store
            .read(move |tx| {
                let account = caller.fresh_account(tx)?;
                let clock = account.test_clock.ok_or(Reason::NotATestAccount)?;
                Ok(reading(&clock, caller.received_at, 0))
            })
            .await
    }

    /// Turns the account's clock and carries out everything that comes due on the way, in order,
    /// each transition at its own due time, before it answers. A running clock runs on from there.
    ///
    /// # Errors
    /// [`Reason::NotATestAccount`]; [`Reason::InvalidParameter`], also for an instant in the past.
    pub async fn advance_test_clock(&self, caller: &Caller, request: Advance) -> Result<Reading, Error> {
        let mut target = request.check()?;
        let mut transitions = 0;
        loop {
            let turning = caller.clone();
            let turned = self.write(move |tx| turn(tx, &turning, target)).await?;
            transitions += turned.reading.transitions;
            match turned.rest {
                Some(rest) => target = rest,
                None => {
                    self.inner.bell.notify_one();
                    return Ok(Reading { transitions, ..turned.reading });
                }
            }
        }
    }

    /// Stops the account's clock.
    ///
    /// # Errors
    /// [`Reason::NotATestAccount`].
    pub async fn freeze_test_clock(&self, caller: &Caller) -> Result<Reading, Error> {
        self.set_test_clock(caller, |clock, real| clock.frozen(real)).await
    }

    /// Lets the account's clock run on from where it stands.
    ///
    /// # Errors
    /// [`Reason::NotATestAccount`].
    pub async fn resume_test_clock(&self, caller: &Caller) -> Result<Reading, Error> {
        self.set_test_clock(caller, |clock, real| clock.running(real)).await
    }

    async fn set_test_clock(
        &self,
        caller: &Caller,
        change: fn(&TestClock, Timestamp) -> TestClock,
    ) -> Result<Reading, Error> {
        let caller = caller.clone();
        let reading = self
            .write(move |tx| {
                let (mut account, clock) = lock(tx, &caller)?;
                let clock = change(&clock, caller.received_at);
                account.test_clock = Some(clock);
                accounts::update(tx, &account)?;
                Ok::<_, Error>(reading(&clock, caller.received_at, 0))
            })
            .await;
        self.inner.bell.notify_one();
        reading
    }
}

fn lock(tx: &mut dyn Tx, caller: &Caller) -> Result<(Account, TestClock), Error> {
    let account = accounts::lock(tx, &caller.account.sid)?.ok_or(Error::NotFound)?;
    let clock = account.test_clock.ok_or(Reason::NotATestAccount)?;
    Ok((account, clock))
}

fn reading(clock: &TestClock, real: Timestamp, transitions: usize) -> Reading {
    Reading { now: clock.now(real), is_frozen: clock.frozen_at.is_some(), transitions }
}

fn turn(tx: &mut dyn Tx, caller: &Caller, target: Target) -> Result<Turned, Error> {
    let (mut account, clock) = lock(tx, caller)?;
    let real = caller.received_at;
    let now = clock.now(real);
    let until = match target {
        Target::By(seconds) => now.plus_seconds(seconds),
        Target::To(at) if at < now => {
            let problem = format!("{at} is before the account's present time, {now}");
            return Err(Error::Refused(Reason::InvalidParameter { name: "To", problem }));
        }
        Target::To(at) => at,
        Target::Next => match conversations::next_wake(tx, &account.sid)? {
            Some(wake_at) => wake_at.max(now),
            // Nothing is armed: the clock stays where it is.
            None => return Ok(Turned { reading: reading(&clock, real, 0), rest: None }),
        },
    };
    let fired = fire_batch(tx, &caller.notifier, &account.sid, until, real)?;
    let reached = fired.done_until.unwrap_or(until).max(now);
    let transitions = fired.transitions.len();
    let rest = match target {
        // An entry of the index whose deadline had moved is no transition yet.
        Target::Next if transitions == 0 => Some(Target::Next),
        // All that comes due at the same instant belongs to the next transition.
        _ => fired.more.then_some(Target::To(until)),
    };
    let is_looking = matches!(rest, Some(Target::Next));
    if !is_looking {
        let clock = clock.set(if rest.is_some() { reached } else { until }, real);
        account.test_clock = Some(clock);
        accounts::update(tx, &account)?;
        return Ok(Turned { reading: reading(&clock, real, transitions), rest });
    }
    Ok(Turned { reading: reading(&clock, real, transitions), rest })
}
