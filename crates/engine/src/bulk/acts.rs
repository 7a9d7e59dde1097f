//! What a job does to one conversation.

use dwell_core::bulk::{Act, Job, Order};
use dwell_core::event::EventKind;
use dwell_core::lifecycle::{Input, Timers};
use dwell_core::person::PersonRole;
use dwell_core::session;
use dwell_core::timer::{TimerKind, TimerSetting};
use dwell_core::{Account, ConversationSid, Lifecycle, PolicySid, Reason, State};
use dwell_store::{Tx, conversations};

use crate::context::Caller;
use crate::error::Error;
use crate::journal::{Journal, release_if_closed, settle};
use crate::messages::announce;
use crate::policies;
use crate::sessions;

/// An act on the session of a conversation, and what the customer is told first; `None` for an act that sets
/// conversations up.
///
/// # Errors
/// [`Reason::InvalidParameter`] for what it needs and was not given, or breaks a rule.
pub(super) fn of_session(
    act: Act,
    order: &Order,
    by_person: bool,
) -> Result<Option<(session::Act, Option<String>)>, Error> {
    let Order { to, queue, by, reason, farewell, ended_by, .. } = order.clone();
    let told = sessions::farewell(farewell.as_deref())?;
    let found = match act {
        Act::Inactivate => sessions::Inactivate { reason, farewell }.act()?,
        Act::End => sessions::End { ended_by, reason, farewell }.act(by_person)?,
        Act::Reopen => session::Act::Reopen,
        Act::Hold => session::Act::Hold,
        Act::Release => session::Act::Release,
        Act::Extend => sessions::Extend { by }.act()?,
        Act::Assign => sessions::Assign { to }.act()?,
        Act::Transfer => sessions::Transfer { to, queue }.act()?,
        Act::ApplyPolicy | Act::ApplyDefaultTimers => return Ok(None),
    };
    Ok(Some((found, told.filter(|_| matches!(act, Act::Inactivate | Act::End)))))
}

/// Does to a conversation what a job is for, on behalf of whoever asked for it.
///
/// # Errors
/// [`Error::NotFound`]; a [`Reason`] when a rule forbids it.
pub(super) fn carry_out(
    tx: &mut dyn Tx,
    caller: &Caller,
    job: &Job,
    conversation: &ConversationSid,
) -> Result<(), Error> {
    match job.act {
        Act::ApplyPolicy => {
            let policy = job.order.policy_sid.as_deref().and_then(PolicySid::parse).ok_or(Error::NotFound)?;
            policies::apply(tx, caller, &policy, conversation).map(|_| ())
        }
        Act::ApplyDefaultTimers => {
            let timers = default_timers(&caller.fresh_account(tx)?);
            change(tx, caller, conversation, None, |life| {
                // It may have got a policy or timers of its own since it was chosen.
                let is_meant = life.rules.is_none() && !life.has_own_timers;
                is_meant.then_some(Input::Governed(None, timers))
            })
        }
        act => {
            let Some((act, farewell)) = of_session(act, &job.order, caller.person.is_some())? else { return Ok(()) };
            let found = conversations::fetch_anywhere(tx, &caller.account.sid, conversation)?.ok_or(Error::NotFound)?;
            match plain(&act).filter(|_| !found.has_sessions) {
                Some(state) => {
                    check_may_set(tx, caller, state)?;
                    change(tx, caller, conversation, farewell.as_deref(), |_| Some(Input::StateSet(state)))
                }
                None => sessions::perform(tx, caller, conversation, act, farewell.as_deref()).map(|_| ()),
            }
        }
    }
}

/// What an act on a session comes to where nobody has ever worked: a state that requests may set as well.
fn plain(act: &session::Act) -> Option<State> {
    match act {
        session::Act::Inactivate(_) => Some(State::Inactive),
        session::Act::End { .. } => Some(State::Closed),
        session::Act::Reopen => Some(State::Active),
        _ => None,
    }
}

/// Whether somebody may set the state of a conversation that nobody owns.
fn check_may_set(tx: &mut dyn Tx, caller: &Caller, state: State) -> Result<(), Error> {
    let switches = caller.switches(tx)?;
    let may = match state {
        State::Inactive => switches.can_inactivate,
        State::Closed => switches.can_end_others,
        State::Active | State::Initializing => true,
    };
    let acts_on_all = caller.person.as_ref().is_none_or(|person| person.role >= PersonRole::Supervisor);
    if may && acts_on_all { Ok(()) } else { Err(Reason::RoleForbids.into()) }
}

/// The timers that new conversations of an account get. They were checked when they were set.
pub(super) fn default_timers(account: &Account) -> Timers {
    let seconds = |kind, text: &Option<String>| {
        text.as_deref().and_then(|text| TimerSetting::parse(kind, text).ok()).and_then(TimerSetting::seconds)
    };
    Timers {
        inactive: seconds(TimerKind::Inactive, &account.default_inactive_timer),
        closed: seconds(TimerKind::Closed, &account.default_closed_timer),
    }
}

/// Tells the customer something, and changes a conversation by an input of its lifecycle, if there is one for it as it
/// is.
fn change(
    tx: &mut dyn Tx,
    caller: &Caller,
    conversation: &ConversationSid,
    farewell: Option<&str>,
    input: impl FnOnce(&Lifecycle) -> Option<Input>,
) -> Result<(), Error> {
    let account = &caller.account.sid;
    let mut c = conversations::lock_anywhere(tx, account, conversation)?.ok_or(Error::NotFound)?;
    let mut journal = Journal::new(caller, caller.now(tx)?.max(c.last_event_at));
    settle(tx, &mut journal, &mut c)?;
    c.lifecycle.check_usable()?;
    if let Some(body) = farewell {
        let now = journal.now;
        announce(tx, &mut journal, &mut c, now, body)?;
    }
    if let Some(input) = input(&c.lifecycle) {
        journal.apply(&mut c, input, None)?;
        c.date_updated = journal.now;
        journal.conversation(&mut c, EventKind::ConversationUpdated)?;
    }
    conversations::update(tx, &c)?;
    release_if_closed(tx, &c)?;
    journal.write(tx)
}
