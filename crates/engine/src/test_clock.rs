//! Test clocks: the time of a test account, turned by its own users.

use dwell_core::account::TestClock;
use dwell_core::timer::iso_seconds;
use dwell_core::{Account, AccountSid, ConversationSid, Reason, Timestamp};
use dwell_store::{Tx, accounts, conversations};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::last_calls::{Budget, Question};
use crate::live::News;
use crate::statistics;
use crate::timers::fire::{BATCH_TIMERS_MAX, Present, fire_batch};

/// How many timers are looked at to find the next deadline, which seldom is that of many conversations.
const FEW_TIMERS: i64 = 64;

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

/// How somebody is asked on the way.
#[derive(Debug, Clone, Copy)]
struct Asking {
    /// Most questions at once.
    questions_max: usize,
    /// How long before a deadline, in seconds.
    lead_seconds: i64,
}

/// One transaction's worth of turning.
struct Turned {
    reading: Reading,
    /// Where the turning goes on to, `None` when it is done.
    rest: Option<Target>,
    /// What is to be asked before it does.
    questions: Vec<Question>,
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
    /// An account that has somebody asked before a timer moves a conversation has so here: the clock waits a
    /// little before each deadline until there is an answer.
    ///
    /// # Errors
    /// [`Reason::NotATestAccount`]; [`Reason::InvalidParameter`], also for an instant in the past.
    pub async fn advance_test_clock(&self, caller: &Caller, request: Advance) -> Result<Reading, Error> {
        let mut target = request.check()?;
        let mut transitions = 0;
        let asker = self.asker_of(caller.account.sid).await?;
        let mut budget = Budget::NEW;
        let mut is_first = true;
        loop {
            let turning = caller.clone();
            let asking = asker.as_ref().filter(|_| budget.left() > 0);
            let asking = asking.map(|asker| Asking { questions_max: budget.left(), lead_seconds: asker.lead_seconds });
            let turned = self.write(move |tx| turn(tx, &turning, target, asking, is_first)).await?;
            is_first = false;
            transitions += turned.reading.transitions;
            if let Some(asker) = &asker {
                self.ask_all(asker, turned.questions, caller.received_at, &mut budget).await?;
            }
            match turned.rest {
                Some(rest) => target = rest,
                None => {
                    self.inner.bell.notify_one();
                    self.inner.live.tell(caller.account.sid, News::Clock);
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
        let (caller, account_sid) = (caller.clone(), caller.account.sid);
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
        self.inner.live.tell(account_sid, News::Clock);
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

fn turn(
    tx: &mut dyn Tx,
    caller: &Caller,
    target: Target,
    asking: Option<Asking>,
    is_first: bool,
) -> Result<Turned, Error> {
    let (mut account, clock) = lock(tx, caller)?;
    let real = caller.received_at;
    let now = clock.now(real);
    let turned = |clock: &TestClock, transitions, rest| Turned {
        reading: reading(clock, real, transitions),
        rest,
        questions: Vec::new(),
    };
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
            None => return Ok(turned(&clock, 0, None)),
        },
    };
    if is_first {
        statistics::sample_before_turning(tx, &account.sid, now, until)?;
    }
    if let Some(asking) = asking {
        // A deadline is looked for behind those in the index that messages have moved.
        let horizon = if matches!(target, Target::Next) { Timestamp::MAX } else { until };
        if let Some((deadline, whose)) = next_deadline(tx, &account.sid, horizon)? {
            // From here on the target is an instant: answers move deadlines, not what was asked for.
            let until = if matches!(target, Target::Next) { deadline.max(now) } else { until };
            let rest = Some(Target::To(until));
            return Ok(Turned { rest, ..turn_to_deadline(tx, caller, (account, clock), deadline, &whose, asking)? });
        }
    }
    let fired = fire_batch(tx, &caller.notifier, &account.sid, until, Present { real, on_account: now })?;
    let reached = fired.done_until.unwrap_or(until).max(now);
    let transitions = fired.transitions.len();
    let rest = match target {
        // An entry of the index whose deadline had moved is no transition yet.
        Target::Next if transitions == 0 => Some(Target::Next),
        // All that comes due at the same instant belongs to the next transition.
        _ => fired.more.then_some(Target::To(until)),
    };
    let is_looking = matches!(rest, Some(Target::Next));
    if !is_looking || fired.is_any {
        let clock = clock.set(if rest.is_some() { reached } else { until }, real);
        account.test_clock = Some(clock);
        accounts::update(tx, &account)?;
        return Ok(turned(&clock, transitions, rest));
    }
    Ok(turned(&clock, transitions, rest))
}

/// Asks about the first deadline ahead, or, when everybody was asked about it, carries out what is due then.
fn turn_to_deadline(
    tx: &mut dyn Tx,
    caller: &Caller,
    (mut account, clock): (Account, TestClock),
    deadline: Timestamp,
    whose: &[ConversationSid],
    asking: Asking,
) -> Result<Turned, Error> {
    let real = caller.received_at;
    let now = clock.now(real);
    // Whatever is done while somebody is asked is done a little before the deadline, as in real time.
    let asked_at = deadline.plus_seconds(-asking.lead_seconds).max(now);
    let mut questions = Vec::new();
    for conversation in whose.iter().take(asking.questions_max).filter(|_| deadline > now) {
        let begun = Question::begin(tx, &account.sid, conversation, asked_at)?;
        questions.extend(begun.map(|(question, _)| question));
    }
    let (reached, transitions) = if questions.is_empty() {
        let reached = deadline.max(now);
        let present = Present { real, on_account: now };
        (reached, fire_batch(tx, &caller.notifier, &account.sid, reached, present)?.transitions.len())
    } else {
        (asked_at, 0)
    };
    let clock = clock.set(reached, real);
    account.test_clock = Some(clock);
    accounts::update(tx, &account)?;
    Ok(Turned { reading: reading(&clock, real, transitions), rest: None, questions })
}

/// The first deadline of an account until `until`, and whose it is.
fn next_deadline(
    tx: &mut dyn Tx,
    account: &AccountSid,
    until: Timestamp,
) -> Result<Option<(Timestamp, Vec<ConversationSid>)>, Error> {
    let mut limit = FEW_TIMERS;
    loop {
        let timers = conversations::due(tx, account, until, limit)?;
        let Some(first) = timers.first() else { return Ok(None) };
        let deadline = first.wake_at;
        let due = |timer: &conversations::Timer| timer.lifecycle.armed.map(|armed| armed.due);
        let moved: Vec<_> = timers.iter().filter(|timer| due(timer) != Some(timer.wake_at)).collect();
        if !moved.is_empty() {
            // Messages have moved deadlines since the index was set: only in their places they are in order.
            let wakes: Vec<_> = moved.iter().map(|timer| (timer.sid, due(timer))).collect();
            conversations::update_wakes(tx, &wakes)?;
            continue;
        }
        let all_at_once = timers.iter().all(|timer| timer.wake_at == deadline);
        if all_at_once && timers.len() as i64 == limit && limit < BATCH_TIMERS_MAX {
            limit = BATCH_TIMERS_MAX;
            continue;
        }
        let found = timers.iter().take_while(|timer| timer.wake_at == deadline).map(|timer| timer.sid);
        return Ok(Some((deadline, found.collect())));
    }
}
