//! The dispatcher: carries out the deliveries that wait, calls of webhooks and messages alike, each queue in
//! order, many queues at once.
//!
//! What waits is in the database. A queue that is worked on is claimed for [`LEASE_SECONDS`], and again with
//! every delivery: whoever goes away in the middle leaves a claim that ends by itself, and the next one to
//! look begins with the delivery whose outcome is not written. So each arrives at least once, in order.

mod calls;
mod messages;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use dwell_core::Timestamp;
use dwell_store::deliveries::{self, Claim, Delivery, Way};
use dwell_store::{StoreError, early_statuses, inbound_messages, message_parts};
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::messages::Unserved;
use crate::deliveries::gate::{Entry, Gate, Limits, Party, Permit, Place};
use crate::deliveries::work::{self, Head, Record, Taken};
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::AuthToken;
use crate::inbound::parts;
use crate::outbound;

/// How long a claim lasts: a wait for permission, a call and a slow database, in seconds.
const LEASE_SECONDS: i64 = 20;
/// What must be left of a claim when a call or the handing over of a message begins, in microseconds: the
/// longest time of either, and some to write.
const CALL_MICROS: i64 = 13_000_000;
/// Longest wait for permission to call, in seconds.
const WAIT_SECONDS: i64 = 5;
/// Longest sleep between two looks into the store, in seconds: for what another node has left behind.
const POLL_SECONDS: i64 = 1;
/// Pause after a failure of the store, in microseconds.
const RETRY_MICROS: i64 = 200_000;
/// Most queues claimed in one transaction.
const CLAIMS_PER_ROUND: usize = 256;
/// Deliveries of one queue after which others come first.
const TURN_DELIVERIES_MAX: usize = 32;
/// Into how many parts those are spread who wait for one endpoint's pause to end.
const PAUSE_PARTS: u64 = 8;
/// How often finished deliveries are removed, in seconds, and how many in one transaction.
const PRUNE_SECONDS: i64 = 60;
const PRUNE_ROWS_MAX: i64 = 500;
/// How long the status of a message is kept that nobody knows by that name, in seconds: longer than a node that
/// has handed a message over can be away before it notes its name.
const EARLY_SECONDS: i64 = 3_600;
/// When to look again at deliveries that cannot be signed, in seconds.
const UNSIGNED_SECONDS: i64 = 60;

/// How deliveries are carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Most calls at once, at least 1. Each account may have three quarters of them.
    pub calls_max: u32,
    /// Most calls at once to one endpoint (scheme, host and port), at least 1.
    pub calls_per_endpoint_max: u32,
    /// How long after its event a call is tried, in hours.
    pub retry_hours_max: u32,
    /// How long a message for an address outside is tried, in hours.
    pub message_retry_hours_max: u32,
    /// How long finished deliveries are kept, in hours.
    pub log_hours: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            calls_max: 256,
            calls_per_endpoint_max: 32,
            retry_hours_max: 4,
            message_retry_hours_max: 24,
            log_hours: 168,
        }
    }
}

/// The task that carries out deliveries. One per process; several processes may share a database.
pub struct Dispatcher {
    work: Arc<Work>,
    stopping: watch::Sender<bool>,
}

struct Work {
    engine: Engine,
    options: Options,
    gate: Arc<Gate>,
    unserved: Unserved,
    stopped: watch::Receiver<bool>,
}

/// What one try to send a delivery came to, and when to try again, if so; or only when to look again.
type Outcome = Result<(Record, Option<Timestamp>), Timestamp>;

/// What came of one try to send a delivery.
enum Sent {
    /// It was sent, or given up.
    Known(Box<Record>),
    /// It was not; its queue waits until then.
    Not(Timestamp),
}

impl Dispatcher {
    /// A dispatcher for an engine.
    pub fn new(engine: Engine, options: Options) -> Self {
        let gate = Gate::new(Limits {
            calls_max: options.calls_max.max(1) as usize,
            calls_per_endpoint_max: options.calls_per_endpoint_max.max(1) as usize,
        });
        let (stopping, stopped) = watch::channel(false);
        Dispatcher { work: Arc::new(Work { engine, options, gate, unserved: Unserved::default(), stopped }), stopping }
    }

    /// Carries out deliveries until `stop` is ready; then finishes the calls under way, gives back what is
    /// claimed and returns. Whoever drops it before that leaves claims that end by themselves.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let inner = &self.work.engine.inner;
        let mut tasks = JoinSet::new();
        let mut is_failing = false;
        let mut prune_at = inner.clock.now();
        loop {
            while tasks.try_join_next().is_some() {}
            let wake_at = match self.round(&mut tasks, &mut prune_at).await {
                Ok(wake_at) => {
                    is_failing = false;
                    wake_at
                }
                Err(error) => {
                    // Once is enough: the same trouble is met again every fraction of a second.
                    if !is_failing {
                        tracing::warn!(%error, "deliveries wait for the store");
                    }
                    is_failing = true;
                    Some(inner.clock.now().plus_micros(RETRY_MICROS))
                }
            };
            let Some(wake_at) = wake_at else {
                // Everything that may be claimed is: a part of it must be finished first.
                tokio::select! {
                    biased;
                    () = &mut stop => break,
                    () = fewer(&mut tasks, self.work.gate.claims_max() * 3 / 4) => continue,
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = inner.delivery_bell.notified() => {}
                () = inner.clock.sleep_until(wake_at) => {}
            }
        }
        let _ = self.stopping.send(true);
        while tasks.join_next().await.is_some() {}
    }

    /// Begins with what is due and says when to look again; `None` when there is more than may be claimed.
    async fn round(&self, tasks: &mut JoinSet<()>, prune_at: &mut Timestamp) -> Result<Option<Timestamp>, Error> {
        let clock = &self.work.engine.inner.clock;
        if *prune_at <= clock.now() {
            self.work.gate.tidy(clock.now());
            self.work.unserved.tidy(clock.now());
            *prune_at = if self.prune().await? { clock.now() } else { clock.now().plus_seconds(PRUNE_SECONDS) };
        }
        let room = self.work.gate.claims_max().saturating_sub(tasks.len()).min(CLAIMS_PER_ROUND);
        if room == 0 {
            return Ok(None);
        }
        let poll = clock.now().plus_seconds(POLL_SECONDS).min(*prune_at);
        let next = self.work.next_at().await?;
        if next.is_none_or(|at| at > clock.now()) {
            return Ok(Some(next.map_or(poll, |at| at.min(poll))));
        }
        let (count, begun) = self.work.take(room).await?;
        for (taken, place) in begun {
            let work = self.work.clone();
            tasks.spawn(async move { work.turn(taken, place).await });
        }
        // What is due but was not found is in the hands of another node at this moment.
        Ok(Some(if count > 0 { clock.now() } else { clock.now().plus_micros(RETRY_MICROS) }))
    }

    /// Carries out what is due now, one queue after another, and returns once nothing is. For tests and for
    /// tools: [`Self::run`] does the same on time and many at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; what was carried out until then
    /// stays.
    pub async fn deliver_due(&self) -> Result<(), Error> {
        while self.work.next_at().await?.is_some_and(|at| at <= self.work.engine.now()) {
            for (taken, place) in self.work.take(1).await?.1 {
                self.work.turn(taken, place).await;
            }
        }
        Ok(())
    }

    /// Removes some deliveries that were finished long ago, with their attempts, and forgets some messages
    /// that came from outside as long ago, and parts of messages whose others never came; `true` when there may
    /// be more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn prune(&self) -> Result<bool, Error> {
        let Work { engine, options, .. } = &*self.work;
        let before = engine.now().plus_seconds(-3_600 * i64::from(options.log_hours));
        let unknown = engine.now().plus_seconds(-EARLY_SECONDS);
        let parts_before = engine.now().plus_seconds(-parts::WAIT_SECONDS);
        let removed = engine.write(move |tx| {
            let deliveries = deliveries::remove_finished(tx, before, PRUNE_ROWS_MAX)?;
            let arrivals = inbound_messages::remove_old(tx, before, PRUNE_ROWS_MAX)?;
            let early = early_statuses::prune(tx, unknown, PRUNE_ROWS_MAX)?;
            let parts = message_parts::remove_old(tx, parts_before, PRUNE_ROWS_MAX)?;
            Ok::<_, StoreError>(deliveries.max(arrivals).max(early).max(parts))
        });
        let removed = removed.await?;
        Ok(i64::try_from(removed).unwrap_or(i64::MAX) >= PRUNE_ROWS_MAX)
    }
}

/// Waits until there are no more than so many tasks.
async fn fewer(tasks: &mut JoinSet<()>, count: usize) {
    while tasks.len() > count {
        tasks.join_next().await;
    }
}

impl Work {
    /// When the next queue is to be looked at.
    async fn next_at(&self) -> Result<Option<Timestamp>, Error> {
        self.engine.inner.store.read(deliveries::next_at).await.map_err(|error: StoreError| Error::from(error))
    }

    /// Claims up to `limit` queues that are due, and puts aside, all together, those that cannot be served.
    /// How many there were, and the others.
    async fn take(&self, limit: usize) -> Result<(usize, Vec<(Taken, Place)>), Error> {
        let now = self.engine.now();
        let until = now.plus_seconds(LEASE_SECONDS);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let notifier = self.engine.notifier();
        let (count, found) = self.engine.write(move |tx| work::take(tx, &notifier, now, until, limit)).await?;
        let mut begun = Vec::with_capacity(found.len());
        let mut aside: BTreeMap<Timestamp, Vec<Claim>> = BTreeMap::new();
        for taken in found {
            let party = party_of(&taken.head);
            match self.gate.reserve(&party, now) {
                Entry::Free(place) => begun.push((taken, place)),
                // It is given up without a call.
                Entry::Paused(_) if now >= self.deadline(&taken.head.delivery) => {
                    let place = self.gate.place(&party);
                    begun.push((taken, place));
                }
                Entry::Paused(until) => aside.entry(self.after_pause(now, until)).or_default().push(taken.claim),
                Entry::Busy(_) => aside.entry(self.gate.aside(&party, now)).or_default().push(taken.claim),
            }
        }
        if !aside.is_empty() {
            self.put_aside(aside).await?;
        }
        Ok((count, begun))
    }

    async fn put_aside(&self, aside: BTreeMap<Timestamp, Vec<Claim>>) -> Result<(), Error> {
        let moved = self
            .engine
            .write(move |tx| aside.iter().try_for_each(|(at, claims)| deliveries::move_all(tx, claims, *at)));
        moved.await.map_err(|error: StoreError| error.into())
    }

    /// Some time after the end of a pause, so that not everybody comes back at once and others are served in
    /// between.
    fn after_pause(&self, now: Timestamp, until: Timestamp) -> Timestamp {
        let part = until.micros_since(now).max(0) / 8 / PAUSE_PARTS as i64;
        let number = work::below(&*self.engine.inner.random, PAUSE_PARTS + 1);
        until.plus_micros(part * i64::try_from(number).unwrap_or(0))
    }

    /// When a delivery is given up.
    fn deadline(&self, delivery: &Delivery) -> Timestamp {
        let hours = match delivery.way {
            Way::Call(_) => self.options.retry_hours_max,
            Way::Channel => self.options.message_retry_hours_max,
        };
        delivery.created_at.plus_seconds(3_600 * i64::from(hours))
    }

    fn is_stopping(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Works on a claimed queue until it is empty, its head must wait, others come first or the claim is
    /// lost.
    async fn turn(&self, taken: Taken, _place: Place) {
        let Taken { mut claim, mut head } = taken;
        let mut permit = None;
        for number in 1.. {
            let may_go_on = number < TURN_DELIVERIES_MAX;
            let record = match self.send(&claim, &head, &mut permit, may_go_on).await {
                Sent::Known(record) => *record,
                Sent::Not(at) => {
                    // What fails here is done by the end of the claim.
                    let _ = self.put_aside(BTreeMap::from([(at, vec![claim])])).await;
                    return;
                }
            };
            tell(&record.delivery);
            let at = record.at;
            match self.write(&claim, record).await {
                Some(next) if may_go_on && !self.is_stopping() => (claim.until, head) = (at, next),
                // It stopped meanwhile: nobody needs to wait for the end of the claim.
                Some(_) if may_go_on => {
                    claim.until = at;
                    let _ = self.put_aside(BTreeMap::from([(self.engine.now(), vec![claim])])).await;
                    return;
                }
                _ => return,
            }
        }
    }

    /// Sends the head of a claimed queue, once that is allowed.
    async fn send(&self, claim: &Claim, head: &Head, permit: &mut Option<Permit>, may_go_on: bool) -> Sent {
        let sent = match head.delivery.way {
            Way::Call(method) => self.call(claim, head, method, permit).await,
            Way::Channel => self.carry(claim, head, permit).await,
        };
        let now = self.engine.now();
        match sent {
            // The claim goes on with the next delivery, or ends.
            Ok((record, None)) => {
                let at = if may_go_on { now.plus_seconds(LEASE_SECONDS) } else { now };
                Sent::Known(Box::new(Record { at, ..record }))
            }
            Ok((record, Some(again))) => Sent::Known(Box::new(Record { at: again, ..record })),
            Err(at) => Sent::Not(at),
        }
    }

    /// What a delivery is signed with: `None` when its account is disabled, and the instant to look again when
    /// that cannot be told.
    async fn token(&self, delivery: &Delivery) -> Result<Option<AuthToken>, Timestamp> {
        let now = self.engine.now();
        self.engine.signing_token(&delivery.account_sid, now).await.map_err(|error| {
            tracing::error!(delivery = %delivery.sid, %error, "a delivery cannot be signed");
            now.plus_seconds(UNSIGNED_SECONDS)
        })
    }

    /// Waits for permission to call a party; `false` when it is paused and the delivery's time is over.
    ///
    /// # Errors
    /// When to look at the queue again.
    async fn enter(&self, party: &Party, head: &Head, permit: &mut Option<Permit>) -> Result<bool, Timestamp> {
        let clock = &*self.engine.inner.clock;
        if permit.as_ref().is_some_and(|permit| permit.allows(party, clock.now())) {
            return Ok(true);
        }
        *permit = None;
        let mut stopped = self.stopped.clone();
        let entry = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return Err(clock.now()),
            entry = self.gate.wait(party, clock, WAIT_SECONDS) => entry,
        };
        match entry {
            Entry::Free(given) => *permit = Some(given),
            Entry::Busy(_) => return Err(self.gate.aside(party, clock.now())),
            Entry::Paused(_) if clock.now() >= self.deadline(&head.delivery) => return Ok(false),
            Entry::Paused(until) => return Err(self.after_pause(clock.now(), until)),
        }
        Ok(true)
    }

    /// When a call begins, if enough is left of the claim for it; otherwise when to look again.
    fn begin(&self, claim: &Claim) -> Result<Timestamp, Timestamp> {
        let now = self.engine.now();
        if claim.until.micros_since(now) < CALL_MICROS { Err(now) } else { Ok(now) }
    }

    /// Writes what became of a delivery, for as long as the claim lasts: what is not written is sent again.
    async fn write(&self, claim: &Claim, record: Record) -> Option<Head> {
        let clock = &*self.engine.inner.clock;
        loop {
            let (held, written, now) = (claim.clone(), record.clone(), clock.now());
            let notifier = self.engine.notifier();
            match self.engine.write(move |tx| outbound::record::record(tx, &notifier, &held, &written, now)).await {
                Ok(next) => return next,
                Err(error) if clock.now() >= claim.until => {
                    tracing::warn!(delivery = %record.delivery.sid, %error, "a delivery that was sent is not noted");
                    return None;
                }
                Err(_) => clock.sleep_until(clock.now().plus_micros(RETRY_MICROS)).await,
            }
        }
    }
}

/// Who is called: the endpoint of a URL, or a channel. Where an address has no channel, those that wait for one
/// are a party of their own.
fn party_of(head: &Head) -> Party {
    let Delivery { way, account_sid, url, .. } = &head.delivery;
    let endpoint = match (way, head.channel) {
        (Way::Call(_), _) => work::endpoint_of(url),
        (Way::Channel, Some(channel)) => channel.to_string(),
        (Way::Channel, None) => format!("{account_sid} {url}"),
    };
    Party { account: *account_sid, endpoint }
}

/// Counts a delivery that is finished and tells how it went.
fn tell(delivery: &Delivery) {
    match delivery.way {
        Way::Call(_) => calls::tell(delivery),
        Way::Channel => messages::tell(delivery),
    }
}
