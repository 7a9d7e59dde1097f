//! The one way in for what people do with the session of a conversation.

use dwell_core::lifecycle::Input;
use dwell_core::person::{PersonRole, Switches};
use dwell_core::session::{Act, Actor, Denied, Plan, Session, plan};
use dwell_core::{Conversation, ConversationSid, Reason, limits};
use dwell_store::conversations::{self as rows, Key};
use dwell_store::{Tx, people, sessions};

use super::shown::{Shown, show_one};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::journal::{Journal, release_if_closed, settle};
use crate::messages::announce;

/// A locked conversation with everything that is due carried out, its open session, and a journal for what happens
/// next.
pub(super) struct Desk<'a> {
    pub(super) conversation: Conversation,
    pub(super) session: Option<Session>,
    pub(super) journal: Journal<'a>,
}

/// What somebody may do, by their role; a program with the account's credentials may do everything.
pub(super) struct Powers {
    identity: Option<String>,
    acts_on_all: bool,
    switches: Switches,
}

impl Powers {
    /// # Errors
    /// [`Reason::RoleForbids`] for somebody who may only look.
    pub(super) fn of(tx: &mut dyn Tx, caller: &Caller) -> Result<Self, Error> {
        let switches = caller.switches(tx)?;
        let Some(person) = &caller.person else {
            return Ok(Powers { identity: None, acts_on_all: true, switches });
        };
        if person.role < PersonRole::Agent {
            return Err(Reason::RoleForbids.into());
        }
        Ok(Powers {
            identity: Some(person.identity.clone()),
            acts_on_all: person.role >= PersonRole::Supervisor,
            switches,
        })
    }

    pub(super) fn actor(&self) -> Actor<'_> {
        Actor {
            identity: self.identity.as_deref(),
            acts_on_all: self.acts_on_all,
            can_inactivate: self.switches.can_inactivate,
            can_end: self.switches.can_end,
            can_end_others: self.switches.can_end_others,
        }
    }
}

pub(super) fn denied(denied: Denied) -> Error {
    match denied {
        Denied::Forbidden(_) => Reason::RoleForbids.into(),
        Denied::Impossible(problem) => Reason::SessionState { problem }.into(),
    }
}

/// A conversation of the account by SID, or by unique name in the default service, without a lock.
pub(super) fn find_anywhere(tx: &mut dyn Tx, caller: &Caller, segment: &str) -> Result<Conversation, Error> {
    let account = &caller.account;
    let found = match ConversationSid::parse(segment) {
        Some(sid) => rows::fetch_anywhere(tx, &account.sid, &sid)?,
        None => rows::fetch(tx, &account.sid, &account.default_service_sid, Key::UniqueName(segment))?,
    };
    found.ok_or(Error::NotFound)
}

/// The same, locked until the unit of work ends.
fn lock_anywhere(tx: &mut dyn Tx, caller: &Caller, segment: &str) -> Result<Conversation, Error> {
    let account = &caller.account;
    let found = match ConversationSid::parse(segment) {
        Some(sid) => rows::lock_anywhere(tx, &account.sid, &sid)?,
        None => rows::lock(tx, &account.sid, &account.default_service_sid, Key::UniqueName(segment))?,
    };
    found.ok_or(Error::NotFound)
}

/// A conversation and its session for somebody to act on, with what is due carried out.
///
/// # Errors
/// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::ConversationInitializing`].
pub(super) fn sit_down<'a>(tx: &mut dyn Tx, caller: &'a Caller, segment: &str) -> Result<Desk<'a>, Error> {
    let mut conversation = lock_anywhere(tx, caller, segment)?;
    let now = caller.now(tx)?.max(conversation.last_event_at);
    let mut journal = Journal::new(caller, now);
    let settled = settle(tx, &mut journal, &mut conversation)?;
    conversation.lifecycle.check_usable()?;
    if settled {
        // What came due is written first, so that the session is judged as it is now.
        rows::update(tx, &conversation)?;
        journal.write(tx)?;
        journal = Journal::new(caller, now);
    }
    let session = open_session(tx, &conversation)?;
    Ok(Desk { conversation, session, journal })
}

pub(super) fn open_session(tx: &mut dyn Tx, c: &Conversation) -> Result<Option<Session>, Error> {
    if !c.has_sessions {
        return Ok(None);
    }
    Ok(sessions::lock_latest(tx, &c.account_sid, &c.sid)?.filter(|session| !session.status.is_over()))
}

impl Engine {
    /// Does something with the session of a conversation, and returns it as it is then.
    pub(super) async fn act(
        &self,
        caller: &Caller,
        conversation: &str,
        act: Act,
        farewell: Option<String>,
    ) -> Result<Shown, Error> {
        // Whoever listens to the account hears of what its people do.
        let (caller, segment) = (Caller { webhooks: true, ..caller.clone() }, conversation.to_owned());
        self.write(move |tx| perform(tx, &caller, &segment, act.clone(), farewell.as_deref())).await
    }
}

/// Does something with the session of a conversation in a unit of work.
pub(crate) fn perform(
    tx: &mut dyn Tx,
    caller: &Caller,
    segment: &str,
    act: Act,
    farewell: Option<&str>,
) -> Result<Shown, Error> {
    let powers = Powers::of(tx, caller)?;
    check_target(tx, caller, &act)?;
    let Desk { mut conversation, session, mut journal } = sit_down(tx, caller, segment)?;
    let ends = matches!(act, Act::End { .. });
    let Plan { happened, input } =
        plan(act, &powers.actor(), session.as_ref(), &conversation.lifecycle).map_err(denied)?;
    if let Some(body) = farewell {
        let now = journal.now;
        announce(tx, &mut journal, &mut conversation, now, body)?;
    }
    if let Some(happened) = happened {
        journal.session(&conversation, happened);
    }
    if ends {
        // Nobody holds what nobody works on.
        journal.apply(&mut conversation, Input::Release, None)?;
    }
    if let Some(input) = input {
        journal.apply(&mut conversation, input, None)?;
    }
    rows::update(tx, &conversation)?;
    release_if_closed(tx, &conversation)?;
    journal.write(tx)?;
    show_latest(tx, &conversation)
}

/// The newest session of a conversation, as it is after what was done.
pub(super) fn show_latest(tx: &mut dyn Tx, c: &Conversation) -> Result<Shown, Error> {
    let session = sessions::latest(tx, &c.account_sid, &c.sid)?.ok_or(Error::NotFound)?;
    show_one(tx, session)
}

/// A text for the customer before an act; blank for none.
pub(crate) fn farewell(text: Option<&str>) -> Result<Option<String>, Reason> {
    let chars_max = limits::POLICY_TEXT_CHARS_MAX;
    let too_long =
        Reason::InvalidParameter { name: "Farewell", problem: format!("longer than {chars_max} characters") };
    let text = present(text).map(|text| input::at_most(text, chars_max, too_long)).transpose()?;
    Ok(text.map(str::to_owned))
}

/// Work is given to people who can do it.
fn check_target(tx: &mut dyn Tx, caller: &Caller, act: &Act) -> Result<(), Error> {
    let (Act::Assign(to) | Act::TransferTo(to)) = act else { return Ok(()) };
    let person = people::fetch_by_identity(tx, &caller.account.sid, to)?;
    if person.is_some_and(|person| person.disabled_at.is_none() && person.role >= PersonRole::Agent) {
        return Ok(());
    }
    let problem = "not the identity of somebody who works on conversations".to_owned();
    Err(Reason::InvalidParameter { name: "To", problem }.into())
}

/// The reason for an act, in the words of who does it; blank for none.
pub(super) fn reason(text: Option<&str>) -> Result<Option<String>, Reason> {
    let chars_max = limits::SESSION_REASON_CHARS_MAX;
    let too_long = Reason::InvalidParameter { name: "Reason", problem: format!("longer than {chars_max} characters") };
    let text = present(text).map(|text| input::at_most(text, chars_max, too_long)).transpose()?;
    Ok(text.map(str::to_owned))
}

/// The name of a queue; blank for the one that everybody serves.
pub(crate) fn queue<'a>(name: &'static str, text: &'a str) -> Result<Option<&'a str>, Reason> {
    let chars_max = limits::QUEUE_CHARS_MAX;
    let too_long = Reason::InvalidParameter { name, problem: format!("longer than {chars_max} characters") };
    Ok(present(Some(input::at_most(text, chars_max, too_long)?)))
}
