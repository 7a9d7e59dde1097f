//! Time: the scheduler, test clocks, the list of timers and the janitor.

use dwell_core::Timestamp;
use dwell_engine::test_clock::Advance;
use dwell_engine::{PageRequest, timers};

use crate::ask::refusal;
use crate::check::{Check, same, state_text};
use crate::model::{State, TestClock};
use crate::step::{Filter, Turn};
use crate::world::together::all;
use crate::world::{PAGE, World};

impl World {
    /// The scheduler's look, so many at once. Nothing is overdue afterwards.
    pub(super) async fn fire(&mut self, times: usize) -> Result<String, String> {
        let before = self.lengths();
        let looks = (0..times).map(|_| {
            let engine = self.engine().cloned();
            async move { engine?.fire_due().await.map_err(|error| refusal(&error)) }
        });
        let answers = all(looks).await;
        let count = self.model.fire(self.real());
        for answer in answers {
            self.check_wake(answer?)?;
        }
        self.look_at_grown(&before).await?;
        Ok(format!("{count} changes"))
    }

    /// The scheduler may look too early, never too late.
    fn check_wake(&self, wake: Option<Timestamp>) -> Check {
        let wake = wake.map(Timestamp::as_micros);
        for (place, account) in self.model.accounts.iter().enumerate() {
            let due = self.model.next_due(place);
            let real = match account.clock {
                None => due,
                Some(TestClock::Running { ahead }) => due.map(|due| due - ahead),
                Some(TestClock::Frozen { at }) if due.is_some_and(|due| due <= at) => Some(i64::MIN),
                Some(TestClock::Frozen { .. }) => None,
            };
            if real.is_some_and(|real| real <= self.real() || wake.is_none_or(|wake| wake > real)) {
                return Err(format!("the next timer of account {place} is due {real:?}, the scheduler wakes {wake:?}"));
            }
        }
        match wake {
            Some(wake) if wake <= self.real() => Err("the scheduler wakes at once again".to_owned()),
            _ => Ok(()),
        }
    }

    /// The scheduler as it sleeps and wakes: every timer is carried out at its very instant.
    pub(super) async fn follow(&mut self, times: usize) -> Result<String, String> {
        self.fire(1).await?;
        for done in 0..times {
            let wake = self.engine()?.fire_due().await.map_err(|error| refusal(&error))?;
            let Some(wake) = wake.filter(|wake| wake.as_micros() < crate::step::late()) else {
                return Ok(format!("{done} times"));
            };
            self.clock.set(wake);
            self.fire(1).await?;
        }
        Ok(format!("{times} times"))
    }

    /// Turns a test clock, and carries out everything on the way.
    pub(super) async fn turn(&mut self, account: usize, turn: &Turn) -> Result<String, String> {
        let before = self.lengths();
        let caller = self.inspector(PAGE)?.caller(account);
        let engine = self.engine()?;
        let text = |at: i64| Timestamp::from_micros(at).to_rfc3339_micros();
        let request = match turn {
            Turn::By(text, _) => Advance { by: Some((*text).to_owned()), to: None },
            Turn::To(at) => Advance { by: None, to: Some(text(*at)) },
            Turn::Next => Advance { by: None, to: Some("Next".to_owned()) },
            _ => Advance::default(),
        };
        let answer = match turn {
            Turn::Freeze => engine.freeze_test_clock(&caller).await,
            Turn::Resume => engine.resume_test_clock(&caller).await,
            Turn::Read => engine.read_test_clock(&caller).await,
            _ => engine.advance_test_clock(&caller, request).await,
        };
        let expected = self.expect_turn(account, turn);
        let found = answer.map(|reading| (text(reading.now.as_micros()), reading.is_frozen, reading.transitions));
        same("reading", expected, found.map_err(|error| refusal(&error)))?;
        self.look_at_grown(&before).await?;
        Ok(text(self.model.now(account, self.real())))
    }

    /// What the model says of a turned clock: its time, whether it stands, and the changes.
    fn expect_turn(&mut self, account: usize, turn: &Turn) -> Result<(String, bool, usize), String> {
        let real = self.real();
        let now = self.model.now(account, real);
        let clock = self.model.accounts[account].clock;
        let to = match turn {
            Turn::By(_, None) | Turn::Nowhere => return Err("InvalidParameter By".to_owned()),
            _ if clock.is_none() => return Err("NotATestAccount".to_owned()),
            Turn::To(at) if *at < now => return Err("InvalidParameter To".to_owned()),
            Turn::By(_, Some(seconds)) => Some(now + seconds * 1_000_000),
            Turn::To(at) => Some(*at),
            Turn::Next => self.model.next_due(account).map(|due| due.max(now)),
            _ => None,
        };
        let changes = to.map_or(0, |to| self.model.settle(account, to));
        let is_frozen = match turn {
            Turn::Freeze => true,
            Turn::Resume => false,
            _ => matches!(clock, Some(TestClock::Frozen { .. })),
        };
        let to = to.unwrap_or(now);
        let clock = if is_frozen { TestClock::Frozen { at: to } } else { TestClock::Running { ahead: to - real } };
        self.model.accounts[account].clock = Some(clock);
        Ok((Timestamp::from_micros(to).to_rfc3339_micros(), is_frozen, changes))
    }

    /// The list of timers, page by page: every one, in the order in which they are due.
    pub(super) async fn list_timers(&mut self, account: usize, filter: &Filter, size: usize) -> Result<String, String> {
        let caller = self.inspector(PAGE)?.caller(account);
        let text = |at: Option<i64>| at.map(|at| Timestamp::from_micros(at).to_rfc3339_micros());
        let filters = timers::List {
            due_after: text(filter.after),
            due_before: text(filter.before),
            state: filter.state.map(|state| state_text(state).to_owned()),
            chat_service_sid: filter.service.map(|service| self.model.services[service].sid.clone()),
        };
        let mut found = Vec::new();
        let mut page = PageRequest { size, after: None };
        loop {
            let answer = self.engine()?.list_timers(&caller, filters.clone(), page).await;
            let answer = answer.map_err(|error| refusal(&error))?;
            if answer.items.len() > size {
                return Err(format!("a page of {} timers where {size} were asked for", answer.items.len()));
            }
            found.extend(answer.items.iter().map(|timer| {
                let due = timer.lifecycle.armed.map(|armed| armed.due);
                (text(due.map(Timestamp::as_micros)), timer.sid.to_string())
            }));
            match answer.next {
                Some(next) => page = PageRequest { size, after: Some(next) },
                None => break,
            }
        }
        let expected: Vec<_> =
            self.expect_timers(account, filter).into_iter().map(|(due, sid)| (text(Some(due)), sid)).collect();
        let place = expected.iter().zip(&found).position(|(expected, found)| expected != found);
        let place = place.unwrap_or(expected.len().min(found.len()));
        let lengths = (expected.len(), found.len());
        same(&format!("timers {lengths:?}, row {place}"), expected.get(place), found.get(place))?;
        self.look(None).await?;
        Ok(format!("{} timers", found.len()))
    }

    fn expect_timers(&self, account: usize, filter: &Filter) -> Vec<(i64, String)> {
        let is_wanted = |due: i64, state: State, service: usize| {
            filter.after.is_none_or(|after| due >= after)
                && filter.before.is_none_or(|before| due <= before)
                && filter.state.is_none_or(|wanted| wanted == state)
                && filter.service.is_none_or(|wanted| wanted == service)
        };
        let mut expected: Vec<_> = self
            .model
            .of_account(account)
            .map(|c| &self.model.conversations[c])
            .filter_map(|c| Some((c.life.due(self.model.mistake)?.0, c)))
            .filter(|(due, c)| is_wanted(*due, c.life.state, c.service))
            .map(|(due, c)| (due, c.sid.clone()))
            .collect();
        expected.sort();
        expected
    }

    /// The janitor.
    pub(super) async fn sweep(&mut self, times: usize) -> Result<String, String> {
        let mut done = 0;
        while times == 0 || done < times {
            done += 1;
            if !self.engine()?.sweep().await.map_err(|error| refusal(&error))? {
                self.model.swept = true;
                break;
            }
        }
        let inspector = self.inspector(PAGE)?;
        for account in 0..self.accounts.len() {
            inspector.timers(account).await?;
        }
        Ok(format!("{done} times"))
    }
}
