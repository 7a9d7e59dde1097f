//! Tools for what holds for the whole account: default timers, and the clock of a test account.

use dwell_core::Account;
use dwell_engine::{configuration, test_clock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::refused;
use crate::refusal::Refusal;
use crate::tool::{Access, Effect, Tool};
use crate::visit::Visit;

/// What holds for an account.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ConfigurationShown {
    /// The SID of the account.
    account_sid: String,
    /// Whether it is a test account, whose clock advance_clock turns.
    is_test_account: bool,
    /// The present time of the account's clock, in UTC.
    now: String,
    /// The service that tools work in when none is named.
    default_service_sid: String,
    /// The inactive timer of new conversations that bring none: an ISO 8601 duration; null for none.
    default_inactive_timer: Option<String>,
    /// The closed timer of new conversations that bring none: an ISO 8601 duration; null for none.
    default_closed_timer: Option<String>,
}

fn show(account: &Account, visit: &Visit) -> Result<ConfigurationShown, Refusal> {
    Ok(ConfigurationShown {
        account_sid: account.sid.to_string(),
        is_test_account: account.test_clock.is_some(),
        now: account.now(visit.caller()?.received_at).to_rfc3339_micros(),
        default_service_sid: account.default_service_sid.to_string(),
        default_inactive_timer: account.default_inactive_timer.clone(),
        default_closed_timer: account.default_closed_timer.clone(),
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadConfiguration {}

impl Tool for ReadConfiguration {
    const NAME: &'static str = "read_configuration";
    const TITLE: &'static str = "Read the account's configuration";
    const DESCRIPTION: &'static str = "Reads what holds for the account: default timers of new conversations, the \
        default service, the account's clock.";
    type Output = ConfigurationShown;

    async fn run(self, visit: &Visit) -> Result<ConfigurationShown, Refusal> {
        let account = visit.server.engine.fetch_configuration(visit.caller()?).await.map_err(refused(visit, ""))?;
        show(&account, visit)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetConfiguration {
    /// The inactive timer of new conversations that bring none: an ISO 8601 duration of days, hours, minutes and
    /// seconds of a minute or more, `PT0S` for none. Stays as it is when left out.
    default_inactive_timer: Option<String>,
    /// The closed timer of new conversations that bring none: an ISO 8601 duration of ten minutes or more, `PT0S` for
    /// none. Stays as it is when left out.
    default_closed_timer: Option<String>,
}

impl Tool for SetConfiguration {
    const NAME: &'static str = "set_configuration";
    const TITLE: &'static str = "Set the account's default timers";
    const DESCRIPTION: &'static str = "Sets the default timers for conversations created from now on; those that are \
        there keep theirs. No webhook hears of it.";
    const ACCESS: Access = Access::Writer;
    const EFFECT: Effect = Effect::Writes {
        operation: "POST /v1/Configuration",
        is_destructive: true,
        is_idempotent: true,
        is_open: false,
    };
    type Output = ConfigurationShown;

    async fn run(self, visit: &Visit) -> Result<ConfigurationShown, Refusal> {
        if self.default_inactive_timer.is_none() && self.default_closed_timer.is_none() {
            return Err(Refusal::of_arguments("neither default_inactive_timer nor default_closed_timer is given"));
        }
        let request = configuration::Update {
            default_inactive_timer: self.default_inactive_timer,
            default_closed_timer: self.default_closed_timer,
            ..configuration::Update::default()
        };
        let changed = visit.server.engine.update_configuration(visit.caller()?, request).await;
        show(&changed.map_err(refused(visit, ""))?, visit)
    }

    fn changed(output: &ConfigurationShown) -> Vec<String> {
        vec![output.account_sid.clone()]
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdvanceClock {
    /// How far to turn the clock on: an ISO 8601 duration of days, hours, minutes and seconds. Not together with `to`.
    by: Option<String>,
    /// Where to turn the clock, never back: an ISO 8601 date and time, or `next` for the next transition. Not together
    /// with `by`.
    to: Option<String>,
}

/// Where the clock of a test account stands.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ClockShown {
    /// The SID of the account.
    account_sid: String,
    /// What the clock shows, in UTC.
    now: String,
    /// Whether it stands still; otherwise it runs on from there.
    is_frozen: bool,
    /// How many changes of state came due on the way and were carried out.
    transitions: usize,
}

impl Tool for AdvanceClock {
    const NAME: &'static str = "advance_clock";
    const TITLE: &'static str = "Advance the clock of a test account";
    const DESCRIPTION: &'static str = "Turns the clock of a test account on and carries out what comes due on the way. \
        There is no way back. Exactly one of `by` and `to`.";
    const ACCESS: Access = Access::TestClock;
    const EFFECT: Effect = Effect::Writes {
        operation: "POST /dwell/v1/TestClock/Advance",
        is_destructive: true,
        is_idempotent: false,
        is_open: false,
    };
    type Output = ClockShown;

    async fn run(self, visit: &Visit) -> Result<ClockShown, Refusal> {
        let caller = visit.caller()?;
        let request = test_clock::Advance { by: self.by, to: self.to };
        let reading = visit.server.engine.advance_test_clock(caller, request).await.map_err(refused(visit, ""))?;
        Ok(ClockShown {
            account_sid: caller.account.sid.to_string(),
            now: reading.now.to_rfc3339_micros(),
            is_frozen: reading.is_frozen,
            transitions: reading.transitions,
        })
    }

    fn changed(output: &ClockShown) -> Vec<String> {
        vec![output.account_sid.clone()]
    }
}
