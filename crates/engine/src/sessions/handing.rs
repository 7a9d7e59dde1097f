//! `Accept`, `Assign`, `Transfer` and `Desk/Next`: who has a session.

use dwell_core::session::{Act, Session};
use dwell_core::{AccountSid, Reason};
use dwell_store::{StoreError, Tx, desks, sessions};

use super::acts;
use super::shown::Shown;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// So many of those who wait are read at once; when others took them all meanwhile, the next ones.
const WAITING_READ: i64 = 20;
/// How often that is done before it is given up.
const ROUNDS_MAX: usize = 10;

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

    /// Takes the session that waits longest in a queue which the person serves.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody waits there; [`Reason::SessionState`] for a program, which serves none, and when
    /// others are always faster; [`Reason::RoleForbids`].
    pub async fn accept_next(&self, caller: &Caller) -> Result<Shown, Error> {
        let Some(person) = caller.person.clone() else {
            return Err(Reason::SessionState { problem: "only a person takes the next session" }.into());
        };
        let account = caller.account.sid;
        for _ in 0..ROUNDS_MAX {
            let identity = person.identity.clone();
            let waiting = self.inner.store.read(move |tx| waiting_for(tx, &account, &identity)).await?;
            if waiting.is_empty() {
                return Err(Error::NotFound);
            }
            for session in waiting {
                match self.accept_session(caller, &session.conversation_sid).await {
                    // Somebody else was faster, or it is over.
                    Err(Error::NotFound) => {}
                    Err(Error::Refused(Reason::SessionState { .. } | Reason::ConversationClosed)) => {}
                    taken => return taken,
                }
            }
        }
        Err(Reason::SessionState { problem: "others took whoever waited" }.into())
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

/// Who waits in the queues that somebody serves, longest first.
fn waiting_for(tx: &mut dyn Tx, account: &AccountSid, identity: &str) -> Result<Vec<Session>, StoreError> {
    let desk = desks::fetch(tx, account, identity)?;
    let mut found = sessions::waiting(tx, account, None, WAITING_READ)?;
    for queue in &desk.queues {
        found.extend(sessions::waiting(tx, account, Some(queue), WAITING_READ)?);
    }
    found.sort_by_key(|session| (session.date_waiting, session.sid));
    Ok(found)
}
