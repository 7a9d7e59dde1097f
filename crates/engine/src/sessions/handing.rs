//! `Accept`, `Assign` and `Transfer`: who has a session.

use dwell_core::Reason;
use dwell_core::session::Act;

use super::acts;
use super::shown::Shown;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// The parameters of `Assign`, as sent.
#[derive(Debug, Clone, Default)]
pub struct Assign {
    /// The identity of who is to have it.
    pub to: Option<String>,
}

/// The parameters of `Transfer`, as sent: exactly one of the two.
#[derive(Debug, Clone, Default)]
pub struct Transfer {
    /// The identity of who is to have it.
    pub to: Option<String>,
    /// The queue that it is to wait in; blank for the one that everybody serves.
    pub queue: Option<String>,
}

fn missing(problem: &str) -> Error {
    Reason::InvalidParameter { name: "To", problem: problem.to_owned() }.into()
}

impl Assign {
    /// The act that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] without an identity.
    pub(crate) fn act(&self) -> Result<Act, Error> {
        let to = present(self.to.as_deref()).ok_or_else(|| missing("required"))?;
        Ok(Act::Assign(input::identity(to)?.to_owned()))
    }
}

impl Transfer {
    /// The act that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] when not exactly one is named.
    pub(crate) fn act(&self) -> Result<Act, Error> {
        match (present(self.to.as_deref()), self.queue.as_deref()) {
            (Some(to), None) => Ok(Act::TransferTo(input::identity(to)?.to_owned())),
            (None, Some(queue)) => Ok(Act::TransferToQueue(acts::queue("Queue", queue)?.map(str::to_owned))),
            _ => Err(missing("exactly one of To and Queue is required")),
        }
    }
}

impl Engine {
    /// Takes a conversation that waits, or that nobody works on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::SessionState`]; [`Reason::RoleForbids`]. So for
    /// every act.
    pub async fn accept_session(&self, caller: &Caller, conversation: &str) -> Result<Shown, Error> {
        self.act(caller, conversation, Act::Accept, None).await
    }

    /// Gives a conversation to somebody.
    ///
    /// # Errors
    /// Also [`Reason::InvalidParameter`] when there is nobody of that identity who works on conversations.
    pub async fn assign_session(&self, caller: &Caller, conversation: &str, request: Assign) -> Result<Shown, Error> {
        self.act(caller, conversation, request.act()?, None).await
    }

    /// Hands a session on, to somebody or into a queue.
    ///
    /// # Errors
    /// Also [`Reason::InvalidParameter`] as for [`Self::assign_session`], or when not exactly one is named.
    pub async fn transfer_session(
        &self,
        caller: &Caller,
        conversation: &str,
        request: Transfer,
    ) -> Result<Shown, Error> {
        self.act(caller, conversation, request.act()?, None).await
    }
}
