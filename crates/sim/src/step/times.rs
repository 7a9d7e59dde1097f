//! The choice of instants: around those at which something happens.

use crate::model::{Model, State, TestClock};
use crate::step::{Director, Filter, Step, Turn};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// 2500-01-01: after it only small jumps are made, so that the calendar does not end.
const LATE: i64 = 16_725_225_600 * SECOND;

impl Director {
    /// Real time goes on: a little, a lot, or to an instant at which a timer is due.
    pub(super) fn jump(&self, model: &Model, real: i64) -> Step {
        let to = match self.below(10) {
            0..=4 => self.around_due(model, real).unwrap_or(real + 60 * SECOND),
            _ => real + self.distance(real),
        };
        Step::Jump { to: to.max(real), fire: !self.one_in(3) }
    }

    fn distance(&self, now: i64) -> i64 {
        let up_to = |max: i64| 1 + self.random.below(max as u64) as i64;
        match self.below(if now > LATE { 12 } else { 16 }) {
            0 => up_to(1_000),
            1 => up_to(SECOND),
            2..=7 => up_to(100 * SECOND),
            8..=11 => up_to(1_000 * SECOND),
            12 => up_to(DAY / 4),
            13 => up_to(3 * DAY),
            14 => up_to(60 * DAY),
            _ => up_to(3 * 365 * DAY),
        }
    }

    /// In real time, the instant of a timer, or a microsecond beside it.
    fn around_due(&self, model: &Model, real: i64) -> Option<i64> {
        let running: Vec<(usize, i64)> = (0..model.accounts.len())
            .filter_map(|account| match model.accounts[account].clock {
                None => Some((account, 0)),
                Some(TestClock::Running { ahead }) => Some((account, ahead)),
                Some(TestClock::Frozen { .. }) => None,
            })
            .filter(|(account, _)| model.next_due(*account).is_some())
            .collect();
        if running.is_empty() {
            return None;
        }
        let (account, ahead) = self.pick(&running);
        let due = self.due(model, account)? - ahead;
        (real <= due && (due < LATE || real > LATE)).then(|| due + self.pick(&[-1, 0, 0, 1]))
    }

    /// On the account's clock, when its next timer is due, or any of them.
    fn due(&self, model: &Model, account: usize) -> Option<i64> {
        // The earliest most often: a jump to another passes over those before it.
        if !self.one_in(4) {
            return model.next_due(account);
        }
        let dues = model.of_account(account).filter_map(|c| Some(model.conversations[c].life.due(model.mistake)?.0));
        let dues: Vec<i64> = dues.collect();
        (!dues.is_empty()).then(|| self.pick(&dues))
    }

    /// A test clock is turned; now and then one that there is not, or backwards.
    pub(super) fn turn(&self, model: &Model, real: i64) -> Step {
        let tests: Vec<usize> = (0..model.accounts.len()).filter(|a| model.accounts[*a].clock.is_some()).collect();
        let account = if self.one_in(20) { self.below(model.accounts.len()) } else { self.pick(&tests) };
        let now = model.now(account, real);
        let turn = match self.below(16) {
            0..=3 if now < LATE => Turn::Next,
            4..=6 => match self.due(model, account).filter(|due| *due < LATE) {
                Some(due) => Turn::To(due + self.pick(&[-1, 0, 0, 1])),
                None => Turn::To(now),
            },
            7 => Turn::To(now + self.pick(&[-1, 0, 1])),
            8 if now < LATE => Turn::By("P30D", Some(30 * 86_400)),
            9 if now < LATE => Turn::By("P400D", Some(400 * 86_400)),
            8 | 9 => Turn::By("PT0S", Some(0)),
            10 => Turn::By("PT61S", Some(61)),
            11 => self.pick(&[Turn::Nowhere, Turn::By("", None), Turn::By("P1M", None), Turn::By("PT0S", Some(0))]),
            12 | 13 => Turn::Freeze,
            14 => Turn::Resume,
            _ => Turn::Read,
        };
        Step::Turn { account, turn }
    }

    /// The list of timers, whole or between two instants.
    pub(super) fn timers(&self, model: &Model, real: i64) -> Step {
        let account = if self.one_in(4) { self.below(model.accounts.len()) } else { self.below(2) };
        let instant = || {
            let due = self.due(model, account).unwrap_or(real);
            due + self.pick(&[-1, 0, 1, -60 * SECOND, 60 * SECOND])
        };
        let filter = Filter {
            after: self.one_in(3).then(instant),
            before: self.one_in(3).then(instant),
            state: self.one_in(4).then(|| self.pick(&[State::Active, State::Inactive, State::Closed])),
            service: self.one_in(4).then(|| self.service(model)),
        };
        let size = if self.has_crowd() { 50 + self.below(1_500) } else { 1 + self.below(12) };
        Step::Timers { account, filter, size }
    }
}

/// The instant after which no long jump is made, in microseconds.
pub(crate) const fn late() -> i64 {
    LATE
}
