//! The engine: the store, the clock and the secrets that commands work with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dwell_core::Timestamp;
use dwell_store::{Store, StoreError, Tx};
use tokio::sync::Notify;

use crate::auth::AuthCache;
use crate::carriers::Carrier;
use crate::clock::Clock;
use crate::deliveries::Notifier;
use crate::hooks::Transport;
use crate::live::{Hub, Notes};
use crate::media::{self, Keeper};
use crate::passwords::Turns;
use crate::pre_hooks::Waiting;
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
    /// What calls webhooks.
    pub transport: Arc<dyn Transport>,
    /// What hands messages over to addresses outside.
    pub carrier: Arc<dyn Carrier>,
    /// Where the files of messages are kept.
    pub media: media::Options,
    /// Whether participants outside may have any proxy address, not only those of the account's channels
    /// (contract §5.3, 50413): for development.
    pub accepts_any_proxy: bool,
    /// Whether addresses that no channel serves lead to simulated phones: for development.
    pub simulates_phones: bool,
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
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) carrier: Arc<dyn Carrier>,
    pub(crate) accepts_any_proxy: bool,
    pub(crate) media: Keeper,
    pub(crate) simulates_phones: bool,
    /// Requests that wait for the answer of a webhook.
    pub(crate) waiting: Waiting,
    pub(crate) sids: Arc<SidSource>,
    pub(crate) notifier: Notifier,
    pub(crate) auth: AuthCache,
    pub(crate) turns: Turns,
    /// Rung when the scheduler should look again before it planned to.
    pub(crate) bell: Notify,
    /// Rung when there may be new deliveries.
    pub(crate) delivery_bell: Notify,
    /// Counts up with every delivery that a unit of work writes, kept or not.
    pub(crate) enqueued: Arc<AtomicU64>,
    /// Rung when a conversation waits for its participants.
    pub(crate) initializations: Notify,
    /// Rung when an account has set up whom to ask about timers.
    pub(crate) last_call_bell: Notify,
    /// Tells those who watch what happens.
    pub(crate) live: Hub,
    /// Rung when there may be a bulk job to go on with.
    pub(crate) bulk_bell: Notify,
}

impl Engine {
    /// An engine of these parts.
    pub fn new(parts: Parts) -> Self {
        let (sids, enqueued) = (Arc::new(SidSource::new()), Arc::<AtomicU64>::default());
        let notifier = Notifier::new(parts.clock.clone(), parts.random.clone(), sids.clone(), enqueued.clone());
        Engine {
            inner: Arc::new(Inner {
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                secret_key: parts.secret_key,
                transport: parts.transport,
                carrier: parts.carrier,
                accepts_any_proxy: parts.accepts_any_proxy,
                media: Keeper::new(parts.media),
                simulates_phones: parts.simulates_phones,
                waiting: Waiting::default(),
                sids,
                notifier,
                auth: AuthCache::default(),
                turns: Turns::default(),
                bell: Notify::new(),
                delivery_bell: Notify::new(),
                enqueued,
                initializations: Notify::new(),
                last_call_bell: Notify::new(),
                live: Hub::new(),
                bulk_bell: Notify::new(),
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

    /// What the units of work of this engine write deliveries with.
    pub fn notifier(&self) -> Notifier {
        self.inner.notifier.clone()
    }

    /// The store of this engine.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Makes the bytes of a new SID.
    pub fn sid(&self) -> dwell_core::SidBytes {
        self.inner.sids.next(&*self.inner.clock, &*self.inner.random)
    }

    /// Runs a unit of work that changes something. Once it is on disk, wakes whoever carries out the deliveries that
    /// it wrote, and tells those who watch.
    pub(crate) async fn write<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = &self.inner;
        let before = inner.enqueued.load(Ordering::Relaxed);
        let notes = Notes::default();
        let taken = notes.clone();
        let answer = inner.store.write(move |tx| taken.during(tx, &work)).await;
        if answer.is_ok() {
            inner.live.pass_on(&notes);
        }
        // Somebody else's delivery may have moved the count: a ring too many does no harm.
        if inner.enqueued.load(Ordering::Relaxed) != before {
            inner.delivery_bell.notify_one();
        }
        answer
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
