//! Removes, a little at a time, the rows of what was deleted, and those that are not kept any longer.

use dwell_core::{AccountSid, Timestamp};
use dwell_store::purges::{self, Purge};
use dwell_store::webhook_configurations::{self, Owner};
use dwell_store::{
    Tx, audit_log, bindings, conversations, credentials, notifications, participants, roles, services, sessions,
    sign_ins, users, webhooks,
};

use crate::context::Caller;
use crate::deliveries::Notifier;
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::{ACTOR_SYSTEM, SOURCE_TIMER};
use crate::{audit, sign_in};

/// Most rows of one table removed in one transaction.
const ROWS_MAX: i64 = 500;

impl Engine {
    /// Removes some rows of what was deleted; `true` when there may be more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn sweep(&self) -> Result<bool, Error> {
        let now = self.now();
        if !self.inner.store.read(move |tx| waiting(tx, now)).await? {
            return Ok(false);
        }
        let notifier = self.notifier();
        self.write(move |tx| sweep_some(tx, &notifier, now)).await
    }
}

fn waiting(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, Error> {
    Ok(purges::next(tx)?.is_some()
        || credentials::next_deleted(tx)?.is_some()
        || services::next_deleted(tx)?.is_some()
        || sign_ins::any_unused(tx, unused_since(now))?
        || audit_log::any_before(tx, audited_since(now))?)
}

/// Sign-ins that were last used before then are over.
fn unused_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-sign_in::IDLE_SECONDS_MAX)
}

/// Entries of the audit log from before then are not kept.
fn audited_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-audit::AUDIT_SECONDS_MAX)
}

fn sweep_some(tx: &mut dyn Tx, notifier: &Notifier, now: Timestamp) -> Result<bool, Error> {
    if sign_ins::any_unused(tx, unused_since(now))? {
        sign_ins::delete_unused(tx, unused_since(now), ROWS_MAX)?;
        return Ok(true);
    }
    if audit_log::any_before(tx, audited_since(now))? {
        audit_log::delete_before(tx, audited_since(now), ROWS_MAX)?;
        return Ok(true);
    }
    if let Some(purge) = purges::next(tx)? {
        purges::remove_some(tx, &purge, ROWS_MAX)?;
        return Ok(true);
    }
    if let Some(credential) = credentials::take_deleted(tx)? {
        if bindings::delete_of_credential(tx, &credential, ROWS_MAX)? == 0 {
            credentials::delete(tx, &credential)?;
        }
        return Ok(true);
    }
    let Some((service, account_sid)) = services::take_deleted(tx)? else { return Ok(false) };
    let found = conversations::sids_of_service(tx, &service, ROWS_MAX)?;
    let mut had_sessions = false;
    for (conversation_sid, _) in &found {
        had_sessions |= sessions::delete_open(tx, &account_sid, conversation_sid)?;
        participants::delete_all(tx, conversation_sid)?;
        webhooks::delete_all(tx, conversation_sid)?;
        conversations::delete(tx, conversation_sid)?;
    }
    if had_sessions {
        reroute(tx, notifier, &account_sid, now)?;
    }
    let list: Vec<_> = found
        .iter()
        // Nobody hears of these removals one by one, so no event of theirs stays.
        .map(|(conversation_sid, event_seq)| Purge {
            conversation_sid: *conversation_sid,
            account_sid,
            event_seq: event_seq + 1,
        })
        .collect();
    purges::insert(tx, &list)?;
    if found.is_empty()
        && users::delete_of_service(tx, &service, ROWS_MAX)? == 0
        && bindings::delete_of_service(tx, &service, ROWS_MAX)? == 0
        && roles::delete_of_service(tx, &service, ROWS_MAX)? == 0
    {
        notifications::delete(tx, &service)?;
        webhook_configurations::delete(tx, &account_sid, Owner::Service(service))?;
        services::delete(tx, &service)?;
    }
    Ok(true)
}

/// Gives out what waits to those who had something of a service that is gone.
fn reroute(tx: &mut dyn Tx, notifier: &Notifier, account: &AccountSid, now: Timestamp) -> Result<(), Error> {
    let system = Caller::of_system(tx, notifier, account, now, (SOURCE_TIMER, ACTOR_SYSTEM))?;
    let Some(caller) = system else { return Ok(()) };
    let at = caller.now(tx)?;
    crate::sessions::reroute(tx, &caller, at)
}
