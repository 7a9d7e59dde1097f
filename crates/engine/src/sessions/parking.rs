//! `Inactivate`, `End` and `Reopen`.

use dwell_core::Reason;
use dwell_core::session::{Act, EndedBy};

use super::acts;
use super::shown::Shown;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;

/// The parameters of `Inactivate`, as sent.
#[derive(Debug, Clone, Default)]
pub struct Inactivate {
    /// Why, for colleagues.
    pub reason: Option<String>,
    /// What the customer is told first.
    pub farewell: Option<String>,
}

/// The parameters of `End`, as sent.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// Who ends it: by default the agent for a person, the bot for a program.
    pub ended_by: Option<String>,
    /// Why, for colleagues.
    pub reason: Option<String>,
    /// What the customer is told first.
    pub farewell: Option<String>,
}

impl Inactivate {
    /// The act that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a reason that is too long.
    pub(crate) fn act(&self) -> Result<Act, Reason> {
        Ok(Act::Inactivate(acts::reason(self.reason.as_deref())?))
    }
}

impl End {
    /// The act that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a parameter that breaks a rule.
    pub(crate) fn act(&self, by_person: bool) -> Result<Act, Reason> {
        let unknown = || Reason::InvalidParameter {
            name: "EndedBy",
            problem: "must be agent, bot, end_user or system".to_owned(),
        };
        let by = match present(self.ended_by.as_deref()) {
            Some(text) => EndedBy::parse(text).ok_or_else(unknown)?,
            None if by_person => EndedBy::Agent,
            None => EndedBy::Bot,
        };
        Ok(Act::End { by, reason: acts::reason(self.reason.as_deref())? })
    }
}

impl Engine {
    /// Parks an active session, so that its owner has room for another.
    ///
    /// # Errors
    /// Those of every act, and [`Reason::InvalidParameter`] for a text that is too long.
    pub async fn inactivate_session(
        &self,
        caller: &Caller,
        conversation: &str,
        request: Inactivate,
    ) -> Result<Shown, Error> {
        let act = request.act()?;
        self.act(caller, conversation, act, acts::farewell(request.farewell.as_deref())?).await
    }

    /// Ends a session, and closes its conversation unless the policy keeps it for the next one.
    ///
    /// # Errors
    /// Those of every act, and [`Reason::InvalidParameter`] for each parameter that breaks a rule.
    pub async fn end_session(&self, caller: &Caller, conversation: &str, request: End) -> Result<Shown, Error> {
        let act = request.act(caller.person.is_some())?;
        self.act(caller, conversation, act, acts::farewell(request.farewell.as_deref())?).await
    }

    /// Takes a parked session up again.
    ///
    /// # Errors
    /// Those of every act.
    pub async fn reopen_session(&self, caller: &Caller, conversation: &str) -> Result<Shown, Error> {
        self.act(caller, conversation, Act::Reopen, None).await
    }
}
