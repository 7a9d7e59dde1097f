//! The bulk worker: goes through the conversations of jobs, a batch in a transaction.
//!
//! What is done to a conversation, its result and the place of the next one are written together, under the job's lock:
//! so a conversation is acted on once, whoever crashes when and however many nodes work. A rule that refuses has
//! mostly written nothing yet, and the batch goes on; when it has, the batch is undone and gone through one by one.

use std::future::Future;
use std::sync::Arc;

use dwell_core::bulk::{Job, Outcome, Refusal};
use dwell_core::{AccountSid, BulkSid, ConversationSid, KeySid, PersonSid, Reason, Rights, Timestamp, limits};
use dwell_store::{StoreError, Tx, accounts, bulk, people};

use super::acts::carry_out;
use super::{BATCH_CONVERSATIONS_MAX, Tell};
use crate::context::{Caller, SOURCE_API};
use crate::deliveries::Notifier;
use crate::engine::Engine;
use crate::error::Error;
use crate::observed::Observed;

/// Longest sleep between two looks into the store, in seconds: for what another node has left behind.
const POLL_SECONDS: i64 = 5;
/// Pause after a failure, in microseconds.
const RETRY_MICROS: i64 = 200_000;
/// Most jobs looked up at once.
const BATCH_JOBS_MAX: i64 = 100;
/// Most results removed in one transaction.
const BATCH_RESULTS_MAX: i64 = 1_000;

/// The task that goes on with jobs. One per process; several processes may share a database.
pub struct BulkWorker {
    engine: Engine,
    tell: Tell,
}

impl BulkWorker {
    /// A worker for an engine, which has errors told as `tell` says.
    pub fn new(engine: Engine, tell: Tell) -> Self {
        BulkWorker { engine, tell }
    }

    /// Works until `stop` is ready; then finishes what it has begun and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let (inner, clock) = (&self.engine.inner, self.engine.clock());
        let mut is_failing = false;
        loop {
            // A job may be long: a batch of each, and then another look whether to stop.
            let worked = self.engine.work_on_bulk_jobs(self.tell).await;
            if let (Err(error), false) = (&worked, is_failing) {
                tracing::warn!(%error, "bulk jobs wait for the store");
            }
            is_failing = worked.is_err();
            let now = clock.now();
            let wake_at = match worked {
                Ok(true) => now,
                Ok(false) => now.plus_seconds(POLL_SECONDS),
                Err(_) => now.plus_micros(RETRY_MICROS),
            };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = inner.bulk_bell.notified() => {}
                () = clock.sleep_until(wake_at) => {}
            }
        }
    }
}

/// Why a batch is not kept.
enum Halt {
    /// The store, or something that may pass.
    Failed(Error),
    /// A rule refused this conversation, at this place, after something was written.
    Spoilt { position: i64, outcome: Outcome },
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Halt::Failed(error.into())
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Halt::Failed(error)
    }
}

impl Engine {
    /// Goes on with every running job by a batch, and removes some of what has been over for long; `true` when there
    /// is more to do.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; what was done until then stays.
    pub async fn work_on_bulk_jobs(&self, tell: Tell) -> Result<bool, Error> {
        let (mut after, mut more) = (String::new(), false);
        loop {
            let from = after.clone();
            let page = self.inner.store.read(move |tx| bulk::running(tx, &from, BATCH_JOBS_MAX));
            let page = page.await.map_err(|error: StoreError| Error::from(error))?;
            let Some((_, last)) = page.last() else { break };
            after = last.to_string();
            for (account, job) in page {
                more |= self.work_on(account, job, tell).await? > 0;
            }
        }
        Ok(self.forget_bulk_jobs().await? || more)
    }

    /// Goes on with a job by a batch; how many conversations it got through.
    pub(super) async fn work_on(&self, account: AccountSid, sid: BulkSid, tell: Tell) -> Result<i64, Error> {
        match self.batch(account, sid, BATCH_CONVERSATIONS_MAX, tell).await {
            Err(Halt::Failed(error)) => Err(error),
            Ok(through) => Ok(through),
            Err(Halt::Spoilt { .. }) => self.one_by_one(account, sid, tell).await,
        }
    }

    /// A batch of which each conversation has a transaction of its own, so that a refusal undoes nothing else.
    async fn one_by_one(&self, account: AccountSid, sid: BulkSid, tell: Tell) -> Result<i64, Error> {
        let mut through = 0;
        for _ in 0..BATCH_CONVERSATIONS_MAX {
            let ended = match self.batch(account, sid, 1, tell).await {
                Err(Halt::Spoilt { position, outcome }) => self.refuse(account, sid, position, outcome).await,
                Err(Halt::Failed(error)) => Err(error),
                Ok(count) => Ok(count),
            };
            match ended? {
                0 => break,
                count => through += count,
            }
        }
        Ok(through)
    }

    async fn batch(&self, account: AccountSid, sid: BulkSid, most: usize, tell: Tell) -> Result<i64, Halt> {
        let (real, notifier, any) = (self.now(), self.notifier(), self.inner.accepts_any_proxy);
        self.write(move |tx| {
            let Some(mut job) = bulk::take(tx, &account, &sid)? else { return Ok(0) };
            let Some(asker) = Asker::of(tx, &notifier, &job, real, any)? else { return Ok(0) };
            let conversations = bulk::conversations(tx, &sid, job.position(), most)?;
            let mut outcomes = Vec::with_capacity(conversations.len());
            for conversation in conversations {
                let outcome = one(tx, &asker, &job, conversation, tell)?;
                job.count(&outcome);
                outcomes.push(outcome);
            }
            bulk::insert_results(tx, &sid, &outcomes)?;
            note(tx, &mut job, &asker.caller)?;
            Ok(outcomes.len() as i64)
        })
        .await
    }

    /// Keeps that a conversation was refused, if the job is still there.
    async fn refuse(&self, account: AccountSid, sid: BulkSid, position: i64, outcome: Outcome) -> Result<i64, Error> {
        let (real, notifier) = (self.now(), self.notifier());
        self.write(move |tx| {
            let Some(mut job) = bulk::take(tx, &account, &sid)?.filter(|job| job.position() == position) else {
                return Ok(0);
            };
            let Some(asker) = Asker::of(tx, &notifier, &job, real, false)? else { return Ok(0) };
            job.count(&outcome);
            bulk::insert_results(tx, &sid, std::slice::from_ref(&outcome))?;
            note(tx, &mut job, &asker.caller)?;
            Ok(1)
        })
        .await
    }

    /// Removes some of a job that has been over for long; `true` when there may be more.
    async fn forget_bulk_jobs(&self) -> Result<bool, Error> {
        let before = self.now().plus_seconds(-limits::BULK_KEPT_DAYS * 86_400);
        let over = self.inner.store.read(move |tx| bulk::over(tx, before));
        let over = over.await.map_err(|error: StoreError| Error::from(error))?;
        let Some((account, sid)) = over else { return Ok(false) };
        let removed = self.write(move |tx| bulk::remove_some(tx, &account, &sid, BATCH_RESULTS_MAX));
        removed.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(true)
    }
}

/// Writes how far a job is.
fn note(tx: &mut dyn Tx, job: &mut Job, caller: &Caller) -> Result<(), Error> {
    job.date_updated = caller.now(tx)?.max(job.date_updated);
    job.changed_at = caller.received_at;
    bulk::update(tx, job)?;
    Ok(())
}

/// Acts on one conversation.
fn one(
    tx: &mut dyn Tx,
    asker: &Asker,
    job: &Job,
    conversation_sid: ConversationSid,
    tell: Tell,
) -> Result<Outcome, Halt> {
    let mut observed = Observed::new(tx);
    let answer = asker.is_let().and_then(|()| carry_out(&mut observed, &asker.caller, job, &conversation_sid));
    let Observed { has_written, news, .. } = observed;
    let error = match answer {
        Ok(()) => {
            news.into_iter().for_each(|news| tx.tell(news));
            return Ok(Outcome { conversation_sid, refusal: None });
        }
        Err(error @ (Error::Refused(_) | Error::NotFound | Error::Internal(_))) => error,
        Err(error) => return Err(Halt::Failed(error)),
    };
    if let Error::Internal(problem) = &error {
        tracing::error!(job = %job.sid, conversation = %conversation_sid, problem, "a bulk act failed");
    }
    let (code, message) = tell(&error);
    let outcome = Outcome { conversation_sid, refusal: Some(Refusal { code: i64::from(code), message }) };
    // After a failed statement the whole unit of work is lost, also when it was a look.
    if has_written || matches!(error, Error::Internal(_)) {
        return Err(Halt::Spoilt { position: job.position(), outcome });
    }
    Ok(outcome)
}

/// On whose behalf a job acts.
struct Asker {
    caller: Caller,
    /// Whether they may still do what they asked for.
    may: bool,
}

impl Asker {
    /// Who asked for a job, as they are now; `None` when the account is gone.
    fn of(
        tx: &mut dyn Tx,
        notifier: &Notifier,
        job: &Job,
        real: Timestamp,
        accepts_any_proxy: bool,
    ) -> Result<Option<Self>, Error> {
        let (account, by) = (&job.account_sid, job.created_by.as_str());
        let Some(caller) = Caller::of_system(tx, notifier, account, real, (SOURCE_API, by))? else { return Ok(None) };
        let is_enabled = caller.account.disabled_at.is_none();
        let person = match PersonSid::parse(by) {
            Some(sid) => people::fetch(tx, account, &sid)?.filter(|person| person.disabled_at.is_none()),
            None => None,
        };
        let caller = Caller { person: person.map(Arc::new), accepts_any_proxy, ..caller };
        let may = if PersonSid::parse(by).is_some() {
            caller.person.is_some() && caller.switches(tx)?.can_bulk
        } else if let Some(sid) = KeySid::parse(by) {
            let key = accounts::fetch_key(tx, &sid)?;
            is_enabled && key.is_some_and(|(key, _)| key.account_sid == *account && key.rights == Rights::All)
        } else {
            is_enabled
        };
        Ok(Some(Asker { caller, may }))
    }

    fn is_let(&self) -> Result<(), Error> {
        if self.may { Ok(()) } else { Err(Reason::RoleForbids.into()) }
    }
}
