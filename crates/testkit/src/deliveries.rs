//! What webhooks are to be told, as it lies in the store.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use dwell_engine::Error;
use dwell_engine::deliveries::materialize;
use dwell_store::StoreError;
use dwell_store::deliveries::{self, Claim};

pub use dwell_store::deliveries::{Delivery, Status, Way};

use crate::app::TestApp;

impl TestApp {
    /// The deliveries about a conversation or user that wait for a hook, in order.
    pub async fn waiting(&self, hook_sid: &str, stream_sid: &str) -> Vec<Delivery> {
        let (hook_sid, stream_sid) = (hook_sid.to_owned(), stream_sid.to_owned());
        let found = self.engine.store().read(move |tx| deliveries::pending(tx, &hook_sid, &stream_sid, 1_000));
        found.await.unwrap_or_else(|error: StoreError| panic!("deliveries: {error}"))
    }

    /// Works off what is to be replayed, `limit` messages at a time, as if whatever waits had been sent
    /// before each turn. Says of each turn whether the queue was ready and how many deliveries it made;
    /// all of them wait after that.
    pub async fn replay(&self, limit: i64) -> Vec<(bool, usize)> {
        let now = self.engine.now();
        let claimed = self.engine.store().write(move |tx| deliveries::claim(tx, now, now.plus_seconds(10), 99));
        let claims: Vec<Claim> = claimed.await.unwrap_or_else(|error: StoreError| panic!("claims: {error}"));
        let mut turns = Vec::new();
        for claim in &claims {
            while let Some(turn) = self.replay_some(claim.clone(), limit).await {
                turns.push(turn);
            }
        }
        self.sql("UPDATE webhook_deliveries SET status = 'pending' WHERE seq < 0").await;
        let back = self.engine.store().write(move |tx| deliveries::move_all(tx, &claims, now));
        back.await.unwrap_or_else(|error: StoreError| panic!("claims: {error}"));
        turns
    }

    async fn replay_some(&self, claim: Claim, limit: i64) -> Option<(bool, usize)> {
        let (notifier, now) = (self.engine.notifier(), self.engine.now());
        let turn = self.engine.store().write(move |tx| {
            let queue = deliveries::hold(tx, &claim)?.expect("a claimed queue");
            if queue.replay.is_none() {
                return Ok(None);
            }
            let is_ready = materialize(tx, &notifier, &claim, &queue, now, limit)?;
            // Once some wait, the others wait for them.
            let queue = deliveries::hold(tx, &claim)?.expect("a claimed queue");
            let waiting = deliveries::pending(tx, &claim.hook_sid, &claim.stream_sid, 1_000)?;
            let made: Vec<_> = waiting.into_iter().filter(|delivery| delivery.seq < 0).collect();
            if !made.is_empty() {
                assert!(materialize(tx, &notifier, &claim, &queue, now, limit)?, "some wait");
                assert_eq!(deliveries::hold(tx, &claim)?, Some(queue), "some wait");
            }
            for delivery in &made {
                deliveries::update(tx, &Delivery { status: Status::Delivered, ..delivery.clone() })?;
            }
            Ok::<_, Error>(Some((is_ready, made.len())))
        });
        turn.await.unwrap_or_else(|error| panic!("a replay: {error}"))
    }
}
