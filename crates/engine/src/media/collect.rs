//! The collector: removes media that no message got in time and media of messages that are gone.

use std::future::Future;

use dwell_core::{AccountSid, MediaSid};
use dwell_store::media;
use object_store::ObjectStoreExt;

use super::{object_path, unavailable};
use crate::engine::Engine;
use crate::error::Error;

/// Most media that is marked, or removed, in one transaction.
const BATCH: i64 = 100;
/// Longest sleep between two looks into the store, in seconds.
const POLL_SECONDS: i64 = 30;

/// The task that removes media. One per process; several processes may share a database. It is a task of its
/// own so that a slow object store holds up no timer.
pub struct Collector {
    engine: Engine,
}

impl Collector {
    /// A collector for an engine.
    pub fn new(engine: Engine) -> Self {
        Collector { engine }
    }

    /// Removes media until `stop` is ready; then finishes what it has begun and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let clock = &self.engine.inner.clock;
        let mut is_failing = false;
        loop {
            let ended = self.engine.collect_media().await;
            if let (Err(error), false) = (&ended, is_failing) {
                // Once is enough: the same trouble is met again with every look.
                tracing::warn!(%error, "media waits for its removal");
            }
            is_failing = ended.is_err();
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = clock.sleep_until(clock.now().plus_seconds(POLL_SECONDS)) => {}
            }
        }
    }
}

impl Engine {
    /// Removes the media that is to be removed now: marks it, removes its object, then its row. Says how many.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when a store does not answer; what is left is found again.
    pub async fn collect_media(&self) -> Result<u64, Error> {
        let now = self.now();
        if !self.inner.store.read(move |tx| media::any_to_remove(tx, now)).await.map_err(Error::from)? {
            return Ok(0);
        }
        let mark = move |tx: &mut dyn dwell_store::Tx| media::doom_overdue(tx, now, BATCH).map_err(Error::from);
        while self.write(mark).await? == BATCH.unsigned_abs() {}
        let (mut removed, mut after, mut failure) = (0, String::new(), None);
        loop {
            let from = after.clone();
            let found = self.inner.store.read(move |tx| media::doomed(tx, &from, BATCH)).await.map_err(Error::from)?;
            let Some((_, last)) = found.last() else { break };
            after = last.to_string();
            let mut gone = Vec::with_capacity(found.len());
            for (account, sid) in found {
                match self.remove_object(&account, &sid).await {
                    Ok(()) => gone.push((account, sid)),
                    Err(error) => failure = Some(error),
                }
            }
            removed += gone.len() as u64;
            let forget = move |tx: &mut dyn dwell_store::Tx| {
                gone.iter().try_for_each(|(account, sid)| media::delete(tx, account, sid)).map_err(Error::from)
            };
            self.write(forget).await?;
        }
        failure.map_or(Ok(removed), Err)
    }

    async fn remove_object(&self, account: &AccountSid, sid: &MediaSid) -> Result<(), Error> {
        match self.inner.media.store.delete(&object_path(account, sid)).await {
            // It never came, or a crash kept its row.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}
