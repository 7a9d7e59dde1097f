//! An account: the tenant that owns services and everything in them.

use crate::sid::{AccountSid, MessagingServiceSid, ServiceSid};
use crate::time::Timestamp;

/// An account and its settings (contract §5.13). Its secrets are kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its SID, also the user name of its credentials.
    pub sid: AccountSid,
    /// A name for people.
    pub friendly_name: String,
    /// The clock of a test account; `None` for an account that lives in real time.
    pub test_clock: Option<TestClock>,
    /// Since when its credentials are refused.
    pub disabled_at: Option<Timestamp>,
    /// When it was created, in real time.
    pub date_created: Timestamp,
    /// The service behind the short path tree.
    pub default_service_sid: ServiceSid,
    /// Shown by conversations that were given no messaging service of their own.
    pub default_messaging_service_sid: MessagingServiceSid,
    /// ISO 8601 text, as sent, for new conversations without an inactive timer of their own.
    pub default_inactive_timer: Option<String>,
    /// ISO 8601 text, as sent, for new conversations without a closed timer of their own.
    pub default_closed_timer: Option<String>,
}

impl Account {
    /// The account's own time when the real time is `real`.
    pub fn now(&self, real: Timestamp) -> Timestamp {
        self.test_clock.map_or(real, |clock| clock.now(real))
    }
}

/// What a credential allows (contract §18 M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rights {
    /// Everything that the account may do; an auth token always does.
    #[default]
    All,
    /// Looking, and changing nothing.
    Read,
}

impl Rights {
    /// The name in the store and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rights::All => "all",
            Rights::Read => "read",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Rights::All, Rights::Read].into_iter().find(|rights| text == rights.as_str())
    }
}

/// The clock of a test account: real time moved by an offset, or standing still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestClock {
    /// Microseconds that the running clock is ahead of real time.
    pub offset_micros: i64,
    /// The instant at which the clock stands; `None` while it runs.
    pub frozen_at: Option<Timestamp>,
}

impl TestClock {
    /// A clock that runs with real time.
    pub const RUNNING: TestClock = TestClock { offset_micros: 0, frozen_at: None };

    /// What the clock shows when the real time is `real`.
    pub fn now(&self, real: Timestamp) -> Timestamp {
        self.frozen_at.unwrap_or_else(|| real.plus_micros(self.offset_micros))
    }

    /// The real time at which a running clock shows `at`; `None` when it stands still.
    pub fn real_time_of(&self, at: Timestamp) -> Option<Timestamp> {
        self.frozen_at.is_none().then(|| at.plus_micros(-self.offset_micros))
    }

    /// The same clock showing `to` when the real time is `real`, running or frozen as before.
    #[must_use]
    pub fn set(&self, to: Timestamp, real: Timestamp) -> Self {
        TestClock { offset_micros: to.micros_since(real), frozen_at: self.frozen_at.map(|_| to) }
    }

    /// The same clock standing still from `real` on.
    #[must_use]
    pub fn frozen(&self, real: Timestamp) -> Self {
        TestClock { frozen_at: Some(self.now(real)), ..*self }
    }

    /// The same clock running on from where it stands.
    #[must_use]
    pub fn running(&self, real: Timestamp) -> Self {
        TestClock { offset_micros: self.now(real).micros_since(real), frozen_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freezing_and_resuming_lose_no_time_and_gain_none() {
        let real = Timestamp::from_seconds(1_000);
        let clock = TestClock::RUNNING.set(Timestamp::from_seconds(5_000), real);
        assert_eq!(clock.now(real.plus_seconds(3)), Timestamp::from_seconds(5_003));
        let clock = clock.frozen(real.plus_seconds(3));
        assert_eq!(clock.now(real.plus_seconds(900)), Timestamp::from_seconds(5_003));
        let clock = clock.set(Timestamp::from_seconds(6_000), real.plus_seconds(900));
        assert_eq!(clock.now(real.plus_seconds(950)), Timestamp::from_seconds(6_000));
        let clock = clock.running(real.plus_seconds(1_000));
        assert_eq!(clock.now(real.plus_seconds(1_001)), Timestamp::from_seconds(6_001));
        assert_eq!(clock.real_time_of(Timestamp::from_seconds(6_001)), Some(real.plus_seconds(1_001)));
    }
}
