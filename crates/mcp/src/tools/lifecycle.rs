//! Tools for the timers and the state of a conversation.

use dwell_engine::{PageRequest, conversations};
use schemars::JsonSchema;
use serde::Deserialize;

use super::refused;
use crate::answer::TimersShown;
use crate::refusal::Refusal;
use crate::tool::{Access, Effect, Tool};
use crate::visit::Visit;

/// The operation that changes a conversation.
const UPDATE: &str = "POST /v1/Conversations/{}";

/// The timers of a conversation as they are now, by its SID or its unique name in the default service.
async fn timers(visit: &Visit, conversation: &str) -> Result<TimersShown, Refusal> {
    let page = PageRequest { size: 1, after: None };
    let life = visit.server.engine.conversation_life(visit.caller()?, conversation, page).await;
    life.map(|life| TimersShown::of(&life)).map_err(refused(visit, conversation))
}

/// Changes a conversation and shows its timers after that.
async fn update(
    visit: &Visit,
    conversation: &str,
    (service, notify_webhooks): (Option<&str>, Option<bool>),
    request: conversations::Update,
) -> Result<TimersShown, Refusal> {
    let scope = visit.writing(service, notify_webhooks)?;
    let changed = visit.server.engine.update_conversation(&scope, conversation, request).await;
    let changed = changed.map_err(refused(visit, conversation))?;
    timers(visit, &changed.sid).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadTimers {
    /// The conversation: its SID (CH…), in any service, or its unique name in the account's default service.
    conversation: String,
}

impl Tool for ReadTimers {
    const NAME: &'static str = "read_timers";
    const TITLE: &'static str = "Read the timers of a conversation";
    const DESCRIPTION: &'static str = "Reads the timers of a conversation: how long they are, which one is running, \
        what started it, and what will happen when.";
    type Output = TimersShown;

    async fn run(self, visit: &Visit) -> Result<TimersShown, Refusal> {
        timers(visit, &self.conversation).await
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetTimers {
    /// The conversation: its SID (CH…) or unique name.
    conversation: String,
    /// How long without a message until it becomes inactive: an ISO 8601 duration of days, hours, minutes and seconds
    /// of a minute or more (`PT30M`, `P1DT2H`), `PT0S` for never. Stays as it is when left out.
    inactive_timer: Option<String>,
    /// How long it then stays inactive, or lives without an inactive timer, until it is closed for good: an ISO 8601
    /// duration of ten minutes or more, `PT0S` for never. Stays as it is when left out.
    closed_timer: Option<String>,
    /// Whether webhooks hear of it; true by default.
    notify_webhooks: Option<bool>,
    /// The SID of its service (IS…); the account's default by default.
    service: Option<String>,
}

impl Tool for SetTimers {
    const NAME: &'static str = "set_timers";
    const TITLE: &'static str = "Set the timers of a conversation";
    const DESCRIPTION: &'static str = "Sets one or both timers of a conversation that is not closed. They count from \
        the change on. The answer says what will happen when.";
    const ACCESS: Access = Access::Writer;
    const EFFECT: Effect =
        Effect::Writes { operation: UPDATE, is_destructive: true, is_idempotent: false, is_open: false };
    type Output = TimersShown;

    async fn run(self, visit: &Visit) -> Result<TimersShown, Refusal> {
        if self.inactive_timer.is_none() && self.closed_timer.is_none() {
            return Err(Refusal::of_arguments("neither inactive_timer nor closed_timer is given"));
        }
        let request = conversations::Update {
            timers_inactive: self.inactive_timer,
            timers_closed: self.closed_timer,
            ..conversations::Update::default()
        };
        update(visit, &self.conversation, (self.service.as_deref(), self.notify_webhooks), request).await
    }

    fn place(&self) -> (Option<&str>, &str) {
        (self.service.as_deref(), &self.conversation)
    }

    fn changed(output: &TimersShown) -> Vec<String> {
        vec![output.conversation_sid.clone()]
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetState {
    /// The conversation: its SID (CH…) or unique name.
    conversation: String,
    /// The state: `active`, `inactive` or `closed`. Closed is final: it cannot be taken back.
    state: String,
    /// Whether webhooks hear of it; true by default.
    notify_webhooks: Option<bool>,
    /// The SID of its service (IS…); the account's default by default.
    service: Option<String>,
}

impl Tool for SetState {
    const NAME: &'static str = "set_state";
    const TITLE: &'static str = "Set the state of a conversation";
    const DESCRIPTION: &'static str = "Sets the state of a conversation, which restarts its timers. Closing is final: \
        ask before. The state that already holds changes nothing.";
    const ACCESS: Access = Access::Writer;
    const EFFECT: Effect =
        Effect::Writes { operation: UPDATE, is_destructive: true, is_idempotent: true, is_open: false };
    type Output = TimersShown;

    async fn run(self, visit: &Visit) -> Result<TimersShown, Refusal> {
        let request = conversations::Update { state: Some(self.state), ..conversations::Update::default() };
        update(visit, &self.conversation, (self.service.as_deref(), self.notify_webhooks), request).await
    }

    fn place(&self) -> (Option<&str>, &str) {
        (self.service.as_deref(), &self.conversation)
    }

    fn changed(output: &TimersShown) -> Vec<String> {
        vec![output.conversation_sid.clone()]
    }
}
