//! Gives what waits to those who have room for it: in every unit of work that makes room or adds to the queue, so
//! that nothing waits beside somebody who is free.

use std::collections::BTreeSet;

use dwell_core::session::{Desk, DeskSettings, Happened, Routing, Session, Waiting, Ways, route as choose};
use dwell_core::{AccountSid, Timestamp};
use dwell_store::sessions::{self, LogLine};
use dwell_store::{Tx, desks};

use super::follow::{CAUSE_SYSTEM, announce};
use crate::context::Caller;
use crate::error::Error;
use crate::journal::ACTOR_SYSTEM;

/// Most sessions that are given out in one unit of work; the next one goes on.
const ROUTED_MAX: i64 = 500;

/// Locks the settings of an account and gives out what waits, for whoever changed who is there and for how much.
pub(crate) fn reroute(tx: &mut dyn Tx, caller: &Caller, now: Timestamp) -> Result<(), Error> {
    let settings = desks::lock_settings(tx, &caller.account.sid)?;
    route(tx, caller, &settings, now)
}

/// Gives out what waits. The settings must be locked: they keep two units of work from giving to the same desk.
pub(super) fn route(tx: &mut dyn Tx, caller: &Caller, settings: &DeskSettings, now: Timestamp) -> Result<(), Error> {
    if settings.routing == Routing::Manual {
        return Ok(());
    }
    let account = caller.account.sid;
    let mut free: Vec<_> = desks::available(tx, &account)?
        .into_iter()
        .map(|desk| Desk {
            free: desk.free(settings),
            identity: desk.identity,
            queues: desk.queues,
            assigned_at: desk.assigned_at,
        })
        .filter(|desk| desk.free > 0)
        .collect();
    if free.is_empty() {
        return Ok(());
    }
    let waiting = waiting(tx, &account, &free)?;
    for (mut session, identity) in choose(waiting, &mut free, now) {
        let (_, line) = session.follow(&Happened::Routed { owner: identity.clone() }, &Ways::default(), now);
        session.changed_at = caller.received_at;
        sessions::update(tx, &session)?;
        let lines: Vec<_> = line
            .into_iter()
            .map(|line| LogLine {
                seq: session.log_seq,
                at: session.date_updated,
                act: line.act.to_owned(),
                from: line.from,
                to: line.to,
                cause: CAUSE_SYSTEM.to_owned(),
                actor: ACTOR_SYSTEM.to_owned(),
                actor_name: None,
                detail: line.detail,
            })
            .collect();
        sessions::insert_log(tx, &session, &lines)?;
        announce(tx, &session, true);
        desks::note_assigned(tx, &account, &identity, now)?;
    }
    Ok(())
}

/// The oldest sessions of the queues that somebody with room serves, as many as there is room for.
fn waiting(tx: &mut dyn Tx, account: &AccountSid, free: &[Desk]) -> Result<Vec<Waiting<Session>>, Error> {
    let room = free.iter().map(|desk| desk.free).sum::<i64>().min(ROUTED_MAX);
    let served: BTreeSet<_> = free.iter().flat_map(|desk| &desk.queues).map(String::as_str).collect();
    let mut found = sessions::lock_waiting(tx, account, None, room)?;
    for queue in served {
        found.extend(sessions::lock_waiting(tx, account, Some(queue), room)?);
    }
    found.sort_by_key(|session| (session.date_waiting, session.sid));
    Ok(found.into_iter().map(|session| Waiting { queue: session.queue.clone(), of: session }).collect())
}
