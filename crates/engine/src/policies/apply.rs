//! Has conversations that began before live by a policy as it is now: what its bulk job does to each.

use std::sync::Arc;

use dwell_core::event::EventKind;
use dwell_core::lifecycle::Input;
use dwell_core::{ConversationSid, PolicySid};
use dwell_store::{Tx, conversations, policies};

use crate::context::Caller;
use crate::error::Error;
use crate::journal::{release_if_closed, settle_now};

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
    let (mut journal, settled) = settle_now(tx, caller, &mut c)?;
    c.lifecycle.check_usable()?;
    let found = policies::governing(tx, account, &c.service_sid, &c.sid)?.map(|found| found.rules);
    let rules = found.filter(|rules| rules.policy_sid == *policy && c.lifecycle.rules.as_deref() != Some(rules));
    let rules = rules.filter(|_| !c.lifecycle.has_own_timers);
    let is_new = rules.is_some();
    if let Some(rules) = rules {
        let timers = c.lifecycle.timers;
        journal.apply(&mut c, Input::Governed(Some(Arc::new(rules)), timers), None)?;
        c.date_updated = journal.now;
        journal.conversation(&mut c, EventKind::ConversationUpdated)?;
    } else if !settled {
        return Ok(false);
    }
    conversations::update(tx, &c)?;
    release_if_closed(tx, &c)?;
    journal.write(tx)?;
    Ok(is_new)
}
