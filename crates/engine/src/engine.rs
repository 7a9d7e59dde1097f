//! The engine: the store, the clock and the secrets that commands work with.

use std::sync::Arc;

use dwell_core::Timestamp;
use dwell_store::Store;
use tokio::sync::Notify;

use crate::auth::AuthCache;
use crate::clock::Clock;
use crate::random::{Random, SidSource};
use crate::secrets::SecretKey;

/// What an engine is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// Where every instant comes from.
    pub clock: Arc<dyn Clock>,
    /// Where SIDs and secrets come from.
    pub random: Arc<dyn Random>,
    /// What encrypts secrets at rest.
    pub secret_key: SecretKey,
}

/// Commands and queries. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) secret_key: SecretKey,
    pub(crate) sids: SidSource,
    pub(crate) auth: AuthCache,
    /// Rung when the scheduler should look again before it planned to.
    pub(crate) bell: Notify,
    /// Rung when a conversation waits for its participants.
    pub(crate) initializations: Notify,
}

impl Engine {
    /// An engine of these parts.
    pub fn new(parts: Parts) -> Self {
        Engine {
            inner: Arc::new(Inner {
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                secret_key: parts.secret_key,
                sids: SidSource::new(),
                auth: AuthCache::default(),
                bell: Notify::new(),
                initializations: Notify::new(),
            }),
        }
    }

    /// The present instant in real time, for the doors through which time comes in.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The clock of this engine.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock.clone()
    }

    /// The store of this engine.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Makes the bytes of a new SID.
    pub fn sid(&self) -> dwell_core::SidBytes {
        self.inner.sids.next(&*self.inner.clock, &*self.inner.random)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] and the like when it does not.
    pub async fn ping(&self) -> Result<(), crate::Error> {
        self.inner
            .store
            .read(|tx| dwell_store::accounts::list(tx, None, 1).map(|_| ()))
            .await
            .map_err(|error: dwell_store::StoreError| error.into())
    }
}
