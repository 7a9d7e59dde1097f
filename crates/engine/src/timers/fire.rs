//! Carries out what is due, in order of due time, in sets (DESIGN: at most a batch a transaction).

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};

use dwell_core::lifecycle::{Fired as Mark, Input, Step, Transition, step};
use dwell_core::{AccountSid, ConversationSid, ServiceSid, State, Timestamp};
use dwell_store::conversations::{self, Timer};
use dwell_store::transitions::{self, Record};
use dwell_store::{News, Tx, participants, services};

use crate::context::Caller;
use crate::deliveries::Notifier;
use crate::deliveries::enqueue::{self, Event};
use crate::error::Error;
use crate::journal::{ACTOR_SYSTEM, Journal, SOURCE_TIMER, release_if_closed, settle_until};

/// Most conversations looked at in one transaction.
pub(crate) const BATCH_TIMERS_MAX: i64 = 1_000;

/// What one transaction carried out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fired {
    /// The due time of each transition, in order.
    pub(crate) transitions: Vec<Timestamp>,
    /// Whether anything was carried out: also when it was only said.
    pub(crate) is_any: bool,
    /// Everything due up to here has been carried out.
    pub(crate) done_until: Option<Timestamp>,
    /// Whether more may be due.
    pub(crate) more: bool,
}

/// What time it is while timers are carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present {
    /// In real time.
    pub(crate) real: Timestamp,
    /// On the account's clock; where it stood before, when it is being turned.
    pub(crate) on_account: Timestamp,
}

/// Carries out what is due in an account up to `until`, on the account's clock, at most a batch of
/// it. A conversation may go through several transitions; each happens at its own due time, and all
/// of them in order (contract §18 U25).
pub(crate) fn fire_batch(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    account: &AccountSid,
    until: Timestamp,
    present: Present,
) -> Result<Fired, Error> {
    let mut timers = conversations::due(tx, account, until, BATCH_TIMERS_MAX)?;
    let full = timers.len() as i64 == BATCH_TIMERS_MAX;
    // What lies beyond the last row of a full batch belongs to the next one.
    let horizon = timers.last().filter(|_| full).map_or(until, |timer| timer.wake_at);
    let gone = take_out_deleted(tx, account, &mut timers)?;
    let (governed, mut timers): (Vec<_>, Vec<_>) =
        timers.into_iter().partition(|timer| timer.lifecycle.rules.is_some() || timer.has_sessions);

    let mut order: BinaryHeap<_> = timers.iter().enumerate().map(|(i, timer)| Reverse((timer.wake_at, i))).collect();
    let mut records = Vec::new();
    let mut moved = vec![false; timers.len()];
    while let Some(Reverse((at, i))) = order.pop() {
        let timer = &mut timers[i];
        let Some(armed) = timer.lifecycle.armed else { continue };
        if armed.due > at {
            // Messages have moved the deadline since the index was set.
            if armed.due <= horizon {
                order.push(Reverse((armed.due, i)));
            }
            continue;
        }
        let Ok(Step { next, transition: Some(transition), .. }) = step(&timer.lifecycle, at, Input::TimerFired) else {
            continue;
        };
        moved[i] = true;
        let again = next.armed.filter(|armed| armed.due <= horizon);
        timer.lifecycle = next;
        timer.event_seq += 1;
        timer.last_event_at = timer.last_event_at.max(transition.at);
        records.push(record(timer, transition, present));
        if let Some(armed) = again {
            order.push(Reverse((armed.due, i)));
        }
    }
    let (changed, unchanged): (Vec<_>, Vec<_>) = timers.into_iter().zip(moved).partition(|(_, moved)| *moved);
    let changed: Vec<Timer> = changed.into_iter().map(|(timer, _)| timer).collect();
    let wakes: Vec<_> = unchanged
        .into_iter()
        .map(|(timer, _)| (timer.sid, timer.lifecycle.armed.map(|armed| armed.due)))
        .chain(gone.into_iter().map(|sid| (sid, None)))
        .collect();
    write(tx, account, &changed, &records, &wakes)?;
    let told: Vec<_> = records.iter().map(|record| (record.service_sid, Event::of_transition(record))).collect();
    enqueue::tell(tx, notifier, account, present.real, &told)?;
    for timer in &changed {
        let Timer { sid: conversation_sid, event_seq: seq, .. } = *timer;
        tx.tell(News::Conversation { account_sid: *account, conversation_sid, seq });
    }
    let mut transitions: Vec<_> = records.iter().map(|record| record.transition.at).collect();
    let marks = fire_governed(tx, notifier, account, &governed, (horizon, present))?;
    let is_any = !transitions.is_empty() || !marks.is_empty();
    transitions.extend(marks.iter().filter_map(|mark| mark.transition).map(|transition| transition.at));
    Ok(Fired { transitions, is_any, done_until: Some(horizon), more: full })
}

/// Carries out what is due on conversations that live by a policy or have sessions: one after another, as requests
/// would, for things are said on the way and sessions follow. Returns all of it.
fn fire_governed(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    account: &AccountSid,
    governed: &[Timer],
    (horizon, present): (Timestamp, Present),
) -> Result<Vec<Mark>, Error> {
    let mut fired = Vec::new();
    if governed.is_empty() {
        return Ok(fired);
    }
    let Some(caller) = Caller::of_system(tx, notifier, account, present.real, (SOURCE_TIMER, ACTOR_SYSTEM))? else {
        return Ok(fired);
    };
    for timer in governed {
        let Some(mut c) = conversations::lock_anywhere(tx, account, &timer.sid)? else { continue };
        let mut journal = Journal::new(&caller, horizon.max(c.last_event_at)).late_from(present.on_account);
        fired.append(&mut settle_until(tx, &mut journal, &mut c, horizon)?);
        // Also when nothing was due: messages have moved the deadline since the index was set.
        conversations::update(tx, &c)?;
        release_if_closed(tx, &c)?;
        journal.write(tx)?;
    }
    Ok(fired)
}

/// Takes timers of deleted services out of `timers` and returns whose they were: nothing happens in
/// such a service any more, and nobody sees it.
pub(super) fn take_out_deleted(
    tx: &mut dyn Tx,
    account: &AccountSid,
    timers: &mut Vec<Timer>,
) -> Result<Vec<ConversationSid>, Error> {
    let mut alive: HashMap<ServiceSid, bool> = HashMap::new();
    for timer in timers.iter() {
        if let Entry::Vacant(entry) = alive.entry(timer.service_sid) {
            entry.insert(services::fetch(tx, account, &timer.service_sid)?.is_some());
        }
    }
    let is_alive = |timer: &Timer| alive.get(&timer.service_sid).copied().unwrap_or(false);
    let gone = timers.iter().filter(|timer| !is_alive(timer)).map(|timer| timer.sid).collect();
    timers.retain(is_alive);
    Ok(gone)
}

fn record(timer: &Timer, transition: Transition, present: Present) -> Record {
    Record {
        conversation_sid: timer.sid,
        seq: timer.event_seq,
        transition,
        source: SOURCE_TIMER.to_owned(),
        actor: ACTOR_SYSTEM.to_owned(),
        notify: true,
        service_sid: timer.service_sid,
        messaging_service_sid: timer.messaging_service_sid,
        message_sid: None,
        error: None,
        // What comes due because the clock is turned is on time.
        late_micros: Some(present.on_account.micros_since(transition.at).max(0)),
    }
}

fn write(
    tx: &mut dyn Tx,
    account: &AccountSid,
    changed: &[Timer],
    records: &[Record],
    wakes: &[(ConversationSid, Option<Timestamp>)],
) -> Result<(), Error> {
    if !changed.is_empty() {
        conversations::update_timers(tx, changed)?;
        transitions::insert(tx, account, records)?;
    }
    let closed: Vec<_> = changed
        .iter()
        .filter(|timer| timer.lifecycle.state == State::Closed && timer.participants > 0)
        .map(|timer| timer.sid)
        .collect();
    if !closed.is_empty() {
        participants::release(tx, &closed)?;
    }
    if !wakes.is_empty() {
        conversations::update_wakes(tx, wakes)?;
    }
    Ok(())
}
