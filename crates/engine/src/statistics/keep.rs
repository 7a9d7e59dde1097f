//! The tally keeper: counts what has happened, a batch at a time, and once an hour how many conversations there are.
//!
//! Rows are read off the writer. What was counted is written together with the mark that says how far counting has come,
//! if the mark still is where it was when the rows were read: so each row counts once, whoever crashes and however many
//! nodes count.

use std::future::Future;

use dwell_core::statistics::{Step, Tallies};
use dwell_core::{Account, AccountSid, Timestamp};
use dwell_store::statistics::{self, Mark, Source};
use dwell_store::{StoreError, Tx, accounts, conversations};

use super::{Batch, batch, merge, present_sample};
use crate::engine::Engine;
use crate::error::Error;

/// Longest sleep between two rounds, in seconds.
const POLL_SECONDS: i64 = 15;
/// Most rows that are counted in one transaction.
const BATCH_ROWS_MAX: i64 = 5_000;
/// Most accounts looked up at once.
const BATCH_ACCOUNTS_MAX: i64 = 100;
/// How old a row is before it is counted, in seconds: requests that began before it may still be under way.
const SETTLED_SECONDS: i64 = 60;
/// How long tallies and samples are kept, in days of the account's clock.
pub(super) const KEPT_DAYS: i64 = 731;

/// The task that counts. One per process; several processes may share a database.
pub struct TallyKeeper {
    engine: Engine,
}

impl TallyKeeper {
    /// A keeper for an engine.
    pub fn new(engine: Engine) -> Self {
        TallyKeeper { engine }
    }

    /// Counts until `stop` is ready; then finishes what it has begun and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let clock = self.engine.clock();
        let mut is_failing = false;
        loop {
            let kept = self.engine.keep_tallies().await;
            if let (Err(error), false) = (&kept, is_failing) {
                tracing::warn!(%error, "statistics wait for the store");
            }
            is_failing = kept.is_err();
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = clock.sleep_until(clock.now().plus_seconds(POLL_SECONDS)) => {}
            }
        }
    }
}

impl Engine {
    /// Counts what has happened in every account since it was counted last.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; what was counted until then stays.
    pub async fn keep_tallies(&self) -> Result<(), Error> {
        let mut after: Option<AccountSid> = None;
        loop {
            let page = self.inner.store.read(move |tx| {
                let after = after.as_ref().map(AccountSid::as_str);
                accounts::list(tx, after, BATCH_ACCOUNTS_MAX)
            });
            let page = page.await.map_err(|error: StoreError| Error::from(error))?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.sid);
            for (account, _) in &page {
                for source in Source::ALL {
                    while self.count_batch(account.sid, source).await? {}
                }
                self.sample(account.sid).await?;
            }
        }
    }

    /// Counts a batch of an account's rows; `true` when there may be more.
    async fn count_batch(&self, account: AccountSid, source: Source) -> Result<bool, Error> {
        let real = self.now();
        let (mark, Batch { tallies, last, is_full }) =
            self.inner.store.read(move |tx| uncounted(tx, &account, source, real)).await?;
        let Some(last) = last else { return Ok(false) };
        self.write(move |tx| {
            // Another node may have counted them meanwhile.
            if statistics::advance(tx, &account, source, &mark, &last)? {
                add(tx, &account, &tallies)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
        Ok(is_full)
    }

    /// Keeps how many conversations an account has, once in each hour of its clock.
    async fn sample(&self, account: AccountSid) -> Result<(), Error> {
        let real = self.now();
        let sample = self.inner.store.read(move |tx| {
            let Some(now) = now_of(tx, &account, real)? else { return Ok(None) };
            let hour = Step::Hour.floor(now);
            let last = statistics::last_sample(tx, &account, hour)?;
            if last.is_some_and(|(last, _)| last == hour) {
                return Ok(None);
            }
            present_sample(tx, &account, now)
        });
        let Some((hour, counts)) = sample.await? else { return Ok(()) };
        self.write(move |tx| {
            statistics::write_sample(tx, &account, (hour, counts))?;
            // The last sample before the oldest hour that can be asked for says how things were in it.
            let oldest = hour.plus_seconds(-KEPT_DAYS * Step::Day.seconds());
            if let Some((base, _)) = statistics::last_sample(tx, &account, oldest)? {
                statistics::prune(tx, &account, base)?;
            }
            Ok::<_, Error>(())
        })
        .await
    }
}

/// The present instant of an account; `None` when it is gone.
fn now_of(tx: &mut dyn Tx, account: &AccountSid, real: Timestamp) -> Result<Option<Timestamp>, Error> {
    Ok(accounts::fetch(tx, account)?.map(|(account, _): (Account, _)| account.now(real)))
}

/// Rows that are to be counted next, and the mark before them. None may come into the order before them any more: a
/// timer that is late happens at its due time, so counting waits for those that are due.
fn uncounted(tx: &mut dyn Tx, account: &AccountSid, source: Source, real: Timestamp) -> Result<(Mark, Batch), Error> {
    let Some(now) = now_of(tx, account, real)? else { return Ok((Mark::START, Batch::default())) };
    let settled = now.plus_seconds(-SETTLED_SECONDS);
    let until = conversations::next_wake(tx, account)?.map_or(settled, |wake_at| wake_at.min(settled));
    let mark = statistics::mark(tx, account, source)?;
    let batch = batch(tx, account, source, (&mark, until), BATCH_ROWS_MAX)?;
    Ok((mark, batch))
}

/// Adds counts to the tallies.
fn add(tx: &mut dyn Tx, account: &AccountSid, counted: &Tallies) -> Result<(), Error> {
    let hours = counted.keys().next().zip(counted.keys().next_back());
    let Some(((first, _), (last, _))) = hours else { return Ok(()) };
    let mut present = statistics::tallies(tx, account, *first, *last)?;
    present.retain(|key, _| counted.contains_key(key));
    merge(&mut present, counted);
    statistics::write_tallies(tx, account, &present)?;
    Ok(())
}
