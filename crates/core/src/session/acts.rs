//! What people do with sessions: who may, when it can be done, and what it makes of session and conversation.

use super::{EndedBy, Happened, Session, Status};
use crate::lifecycle::{Input, Lifecycle, State};

/// An act on the session of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Take it.
    Accept,
    /// Give it to this identity.
    Assign(String),
    /// Hand it on to this identity.
    TransferTo(String),
    /// Put it into this queue; `None` for the one that everybody serves.
    TransferToQueue(Option<String>),
    /// Park it, for this reason.
    Inactivate(Option<String>),
    /// End it.
    End {
        /// Who ends it.
        by: EndedBy,
        /// Why.
        reason: Option<String>,
    },
    /// Take it up again.
    Reopen,
    /// Stop the clocks of the conversation.
    Hold,
    /// Let them go on.
    Release,
    /// Put the running timer off by so many seconds.
    Extend(i64),
    /// Write to the customer.
    Reply,
}

/// Who acts, and what their role lets them do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor<'a> {
    /// The identity of a person; `None` for a program with the account's credentials.
    pub identity: Option<&'a str>,
    /// Whether they act on everybody's sessions, not only on their own.
    pub acts_on_all: bool,
    /// Whether they may park sessions.
    pub can_inactivate: bool,
    /// Whether they may end their own.
    pub can_end: bool,
    /// Whether they may end those of others.
    pub can_end_others: bool,
}

/// Why an act is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Their role does not let them.
    Forbidden(&'static str),
    /// It cannot be done as things stand.
    Impossible(&'static str),
}

/// What an act comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the session is to follow; `None` when it stays as it is.
    pub happened: Option<Happened>,
    /// What happens to the conversation, after that.
    pub input: Option<Input>,
}

impl Actor<'_> {
    fn owns(&self, session: Option<&Session>) -> bool {
        self.identity.is_some_and(|identity| session.is_some_and(|session| session.is_owned_by(identity)))
    }

    fn is_let(&self, act: &Act, session: Option<&Session>) -> Result<(), Denied> {
        let owns = self.owns(session);
        let forbidden = |why| Err(Denied::Forbidden(why));
        match act {
            Act::Accept if self.identity.is_none() => {
                Err(Denied::Impossible("only a person accepts; a program assigns to an identity"))
            }
            Act::Accept => Ok(()),
            Act::Assign(_) if !self.acts_on_all => forbidden("only supervisors assign conversations to others"),
            Act::Inactivate(_) if !self.can_inactivate => forbidden("the role may not inactivate"),
            Act::End { .. } if owns && !self.can_end => forbidden("the role may not end"),
            Act::End { .. } if !owns && self.acts_on_all && !self.can_end_others => {
                forbidden("the role may not end the sessions of others")
            }
            _ if owns || self.acts_on_all => Ok(()),
            _ => forbidden("the session is not the caller's own"),
        }
    }
}

/// What `act` comes to for the open `session` of a conversation with this `life`, if there is one.
///
/// # Errors
/// [`Denied`] when the role of the actor forbids it, or it cannot be done.
pub fn plan(act: Act, actor: &Actor<'_>, session: Option<&Session>, life: &Lifecycle) -> Result<Plan, Denied> {
    actor.is_let(&act, session)?;
    let Some(session) = session else {
        return begin(act, actor);
    };
    let both = |happened, input| Ok(Plan { happened: Some(happened), input: Some(input) });
    let follow = |happened| Ok(Plan { happened: Some(happened), input: None });
    let nothing = || Ok(Plan::default());
    match act {
        Act::Accept => match (session.status, actor.identity) {
            (Status::Waiting, Some(identity)) => follow(Happened::Accepted { owner: identity.to_owned() }),
            (Status::Active, Some(identity)) if session.is_owned_by(identity) => nothing(),
            (Status::Active, _) => Err(Denied::Impossible("somebody else has the session")),
            _ => Err(Denied::Impossible("the session is parked: it can be reopened or assigned")),
        },
        Act::Assign(to) | Act::TransferTo(to) if session.is_owned_by(&to) => nothing(),
        Act::Assign(owner) => follow(Happened::Assigned { owner }),
        Act::TransferTo(owner) => follow(Happened::Transferred { owner }),
        Act::TransferToQueue(queue) => follow(Happened::Queued { queue }),
        Act::Inactivate(reason) if session.status == Status::Active => {
            both(Happened::Inactivated { reason }, Input::StateSet(State::Inactive))
        }
        Act::Inactivate(_) => Err(Denied::Impossible("the session is not active")),
        Act::End { by, reason } => {
            let closes = life.rules.as_ref().is_none_or(|rules| rules.end_closes);
            let input = if closes { Input::StateSet(State::Closed) } else { Input::Ended };
            both(Happened::Ended { by, reason }, input)
        }
        Act::Reopen if session.is_parked() => both(Happened::Reopened, Input::StateSet(State::Active)),
        Act::Reopen => Err(Denied::Impossible("the session is not parked")),
        Act::Hold if life.held.is_some() => nothing(),
        Act::Hold => both(Happened::Held(true), Input::Hold),
        Act::Release if life.held.is_some() => both(Happened::Held(false), Input::Release),
        Act::Release => nothing(),
        Act::Extend(_) if life.armed.is_none() && life.held.flatten().is_none() => {
            Err(Denied::Impossible("no timer is running"))
        }
        Act::Extend(by_seconds) => both(Happened::Extended(by_seconds), Input::Extend { by_seconds }),
        // A message says for itself what it makes of both.
        Act::Reply => nothing(),
    }
}

/// With no session open, one begins when somebody takes the conversation.
fn begin(act: Act, actor: &Actor<'_>) -> Result<Plan, Denied> {
    let happened = match (act, actor.identity) {
        (Act::Accept, Some(identity)) => Happened::Accepted { owner: identity.to_owned() },
        (Act::Assign(owner), _) => Happened::Assigned { owner },
        _ => return Err(Denied::Impossible("the conversation has no open session: accepting it begins one")),
    };
    Ok(Plan { happened: Some(happened), input: Some(Input::StateSet(State::Active)) })
}
