//! What a job does to one conversation.

use dwell_core::bulk::{Act, Job};
use dwell_core::event::EventKind;
use dwell_core::lifecycle::{Input, Timers};
use dwell_core::timer::{TimerKind, TimerSetting};
use dwell_core::{Account, ConversationSid, Lifecycle, PolicySid, State};
use dwell_store::{Tx, conversations};

use crate::context::Caller;
use crate::error::Error;
use crate::journal::{Journal, release_if_closed, settle};
use crate::policies;

/// Does to a conversation what a job is for, on behalf of whoever asked for it.
///
/// # Errors
/// [`Error::NotFound`]; a [`dwell_core::Reason`] when a rule forbids it.
pub(super) fn carry_out(
    tx: &mut dyn Tx,
    caller: &Caller,
    job: &Job,
    conversation: &ConversationSid,
) -> Result<(), Error> {
    match job.act {
        Act::Inactivate => change(tx, caller, conversation, |_| Some(Input::StateSet(State::Inactive))),
        Act::End => change(tx, caller, conversation, |_| Some(Input::StateSet(State::Closed))),
        Act::Reopen => change(tx, caller, conversation, |_| Some(Input::StateSet(State::Active))),
        Act::ApplyPolicy => {
            let policy = job.order.policy_sid.as_deref().and_then(PolicySid::parse).ok_or(Error::NotFound)?;
            policies::apply(tx, caller, &policy, conversation).map(|_| ())
        }
        Act::ApplyDefaultTimers => {
            let timers = default_timers(&caller.fresh_account(tx)?);
            change(tx, caller, conversation, |life| {
                // It may have got a policy or timers of its own since it was chosen.
                let is_meant = life.rules.is_none() && !life.has_own_timers;
                is_meant.then_some(Input::Governed(None, timers))
            })
        }
    }
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

/// Changes a conversation by an input of its lifecycle, if there is one for it as it is.
fn change(
    tx: &mut dyn Tx,
    caller: &Caller,
    conversation: &ConversationSid,
    input: impl FnOnce(&Lifecycle) -> Option<Input>,
) -> Result<(), Error> {
    let account = &caller.account.sid;
    let mut c = conversations::lock_anywhere(tx, account, conversation)?.ok_or(Error::NotFound)?;
    let mut journal = Journal::new(caller, caller.now(tx)?.max(c.last_event_at));
    settle(tx, &mut journal, &mut c)?;
    c.lifecycle.check_usable()?;
    if let Some(input) = input(&c.lifecycle) {
        journal.apply(&mut c, input, None)?;
        c.date_updated = journal.now;
        journal.conversation(&mut c, EventKind::ConversationUpdated)?;
    }
    conversations::update(tx, &c)?;
    release_if_closed(tx, &c)?;
    journal.write(tx)
}
