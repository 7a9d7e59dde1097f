//! Has conversations that began before live by a policy as it is now: what its bulk job does to each.

use std::sync::Arc;

use dwell_core::event::EventKind;
use dwell_core::lifecycle::Input;
use dwell_core::{ConversationSid, PolicySid};
use dwell_store::{Tx, conversations, policies};

use crate::context::Caller;
use crate::error::Error;
use crate::journal::{Journal, release_if_closed, settle};

/// Has a conversation live by a policy as it is now; its clock starts anew. `false` when it does already, another
/// policy is for it, or it has timers of its own.
pub(crate) fn apply(
    tx: &mut dyn Tx,
    caller: &Caller,
    policy: &PolicySid,
    conversation: &ConversationSid,
) -> Result<bool, Error> {
    let account = &caller.account.sid;
    let mut c = conversations::lock_anywhere(tx, account, conversation)?.ok_or(Error::NotFound)?;
    let mut journal = Journal::new(caller, caller.now(tx)?.max(c.last_event_at));
    settle(tx, &mut journal, &mut c)?;
    c.lifecycle.check_usable()?;
    let found = policies::governing(tx, account, &c.service_sid, &c.sid)?;
    let Some(found) = found.filter(|found| found.rules.policy_sid == *policy && !c.lifecycle.has_own_timers) else {
        return Ok(false);
    };
    if c.lifecycle.rules.as_deref() == Some(&found.rules) {
        return Ok(false);
    }
    let timers = c.lifecycle.timers;
    journal.apply(&mut c, Input::Governed(Some(Arc::new(found.rules)), timers), None)?;
    c.date_updated = journal.now;
    journal.conversation(&mut c, EventKind::ConversationUpdated)?;
    conversations::update(tx, &c)?;
    release_if_closed(tx, &c)?;
    journal.write(tx)?;
    Ok(true)
}
