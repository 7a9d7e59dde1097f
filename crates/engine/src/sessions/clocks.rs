//! `Hold`, `Release` and `Extend`: the clocks of a conversation stand still, go on, or get more time.

use dwell_core::session::Act;
use dwell_core::timer::iso_seconds;
use dwell_core::{Reason, limits};

use super::shown::Shown;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// The parameters of `Extend`, as sent.
#[derive(Debug, Clone, Default)]
pub struct Extend {
    /// By how long: an ISO 8601 duration.
    pub by: Option<String>,
}

impl Extend {
    /// The act that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a duration that breaks a rule.
    pub(crate) fn act(&self) -> Result<Act, Reason> {
        let seconds = self.by.as_deref().and_then(iso_seconds);
        let seconds = seconds.filter(|seconds| (1..=limits::EXTEND_SECONDS_MAX).contains(seconds));
        seconds.map(Act::Extend).ok_or_else(|| Reason::InvalidParameter {
            name: "By",
            problem: "must be an ISO 8601 duration from PT1S to P30D".to_owned(),
        })
    }
}

impl Engine {
    /// Stops the clocks of a conversation until [`Self::release_session`].
    ///
    /// # Errors
    /// Those of every act.
    pub async fn hold_session(&self, caller: &Caller, conversation: &str) -> Result<Shown, Error> {
        self.act(caller, conversation, Act::Hold, None).await
    }

    /// Lets the clocks of a conversation go on with what was left of them.
    ///
    /// # Errors
    /// Those of every act.
    pub async fn release_session(&self, caller: &Caller, conversation: &str) -> Result<Shown, Error> {
        self.act(caller, conversation, Act::Release, None).await
    }

    /// Gives the running or held timer of a conversation more time.
    ///
    /// # Errors
    /// Those of every act, and [`Reason::InvalidParameter`] for a duration that breaks a rule.
    pub async fn extend_session(&self, caller: &Caller, conversation: &str, request: Extend) -> Result<Shown, Error> {
        self.act(caller, conversation, request.act()?, None).await
    }
}
