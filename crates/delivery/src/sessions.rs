//! Long-lived sessions: one task for each enabled channel of a provider that keeps a connection, such as
//! one to an SMSC or to a mailbox.
//!
//! The supervisor looks at the channels every few seconds, so it learns of changes that another node made
//! as well. A session whose channel has changed ends in good order before the next begins: at no time are
//! there two of one channel in a process. Each node of several holds sessions of its own.

mod keep;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dwell_core::channel::{Channel, Provider, Settings};
use dwell_core::{ChannelSid, Timestamp};
use dwell_engine::{Clock, Engine, Error, Random};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// Time between two looks at the channels, in seconds.
const LOOK_SECONDS: i64 = 5;
/// Longest time a session may take to end in good order, in seconds.
const STOP_SECONDS_MAX: i64 = 10;
/// Most sessions of a provider in one process. Channels beyond them wait, and a warning is logged.
const SESSIONS_MAX: usize = 1_000;

/// What a source returns: the channels, to come.
pub type Listing<'a> = Pin<Box<dyn Future<Output = Result<Vec<(Channel, Settings)>, Error>> + Send + 'a>>;

/// Where the channels come from.
pub trait Source: Send + Sync + 'static {
    /// The enabled channels of one provider, of all accounts, with their settings.
    fn channels(&self) -> Listing<'_>;
}

/// The channels of one provider as the engine knows them.
pub struct OfProvider {
    engine: Engine,
    provider: Provider,
}

impl OfProvider {
    /// Those of `provider`.
    pub fn new(engine: Engine, provider: Provider) -> Self {
        OfProvider { engine, provider }
    }
}

impl Source for OfProvider {
    fn channels(&self) -> Listing<'_> {
        Box::pin(self.engine.channels_of(self.provider))
    }
}

/// What a holder returns: a session, to its end.
pub type Holding<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

/// Something that can hold a session of a provider.
pub trait Holder: Send + Sync + 'static {
    /// Opens a session and holds it until it breaks or, in good order, until it is to stop. Dropping the
    /// future cuts it off.
    fn hold(&self, session: Session) -> Holding<'_>;
}

/// A session that is to be held.
#[derive(Debug, Clone)]
pub struct Session {
    /// The channel.
    pub channel: Channel,
    /// Its settings.
    pub settings: Settings,
    /// When the session is to end.
    pub stop: Stopping,
}

/// Why a session could not be opened or did not last: for operators. It names no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// The word that a session is to end.
#[derive(Debug, Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// The word, and what gives it: `true`, or that it is dropped.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Stopping(receiver))
    }

    /// Ready once the session is to end.
    pub async fn wait(mut self) {
        // An error means that the supervisor is gone.
        let _ = self.0.wait_for(|is_asked| *is_asked).await;
    }

    /// Whether the session is to end.
    pub fn is_asked_for(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

/// Keeps a session for each channel of a provider. One per provider and process.
pub struct Supervisor {
    source: Arc<dyn Source>,
    holder: Arc<dyn Holder>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    held: HashMap<ChannelSid, Held>,
    /// Rung by sessions that have ended as asked.
    bell: Arc<Notify>,
}

/// A session under way.
struct Held {
    channel: Channel,
    settings: Settings,
    halt: watch::Sender<bool>,
    task: JoinHandle<()>,
    /// When it is cut off; `None` as long as it is wanted.
    until: Option<Timestamp>,
}

/// Rings when the task that holds it is over, if it was to end. One that panicked waits for the next look.
struct End {
    bell: Arc<Notify>,
    stop: Stopping,
}

impl Drop for End {
    fn drop(&mut self) {
        if self.stop.is_asked_for() {
            self.bell.notify_one();
        }
    }
}

impl Held {
    /// Asks the session to end.
    fn end(&mut self, now: Timestamp) {
        if self.until.is_none() {
            self.until = Some(now.plus_seconds(STOP_SECONDS_MAX));
            let _ = self.halt.send(true);
        }
    }
}

impl Supervisor {
    /// A supervisor of the channels of `source`, whose sessions `holder` holds.
    pub fn new(
        source: Arc<dyn Source>,
        holder: Arc<dyn Holder>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Supervisor { source, holder, clock, random, held: HashMap::new(), bell: Arc::new(Notify::new()) }
    }

    /// Keeps the sessions until `stop` is ready; then ends them and returns.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut is_failing = false;
        loop {
            let listed = tokio::select! {
                biased;
                () = &mut stop => break,
                listed = self.source.channels() => listed,
            };
            if let (Err(error), false) = (&listed, is_failing) {
                // Once is enough: the same trouble is met again every few seconds.
                tracing::warn!(%error, "changes of channels go unnoticed");
            }
            is_failing = listed.is_err();
            self.look(listed.ok());
            let look_at = self.next_look();
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = self.bell.notified() => {}
                () = self.clock.sleep_until(look_at) => {}
            }
        }
        self.finish().await;
    }

    /// Ends sessions that are no longer wanted as they are and begins those that are missing. `None` when
    /// the channels are not known at the moment: then everything stays.
    fn look(&mut self, listed: Option<Vec<(Channel, Settings)>>) {
        let now = self.clock.now();
        self.held.retain(|_, held| !held.task.is_finished());
        if let Some(listed) = listed {
            let wanted: HashMap<_, _> =
                listed.into_iter().map(|(channel, settings)| (channel.sid, (channel, settings))).collect();
            for (sid, held) in &mut self.held {
                let is_same = wanted
                    .get(sid)
                    .is_some_and(|(channel, settings)| *channel == held.channel && *settings == held.settings);
                if !is_same {
                    held.end(now);
                }
            }
            self.begin(wanted);
        }
        for (sid, held) in &mut self.held {
            if held.until.is_some_and(|until| until <= now) {
                tracing::warn!(channel = %sid, "a session was cut off");
                held.task.abort();
                // The end of the task rings; until then there is nothing to look at.
                held.until = Some(now.plus_seconds(STOP_SECONDS_MAX));
            }
        }
    }

    /// Begins the sessions that are missing, as many as there may be.
    fn begin(&mut self, wanted: HashMap<ChannelSid, (Channel, Settings)>) {
        let mut left_out = 0;
        for (sid, (channel, settings)) in wanted {
            if self.held.contains_key(&sid) {
                continue;
            }
            if self.held.len() >= SESSIONS_MAX {
                left_out += 1;
                continue;
            }
            let (halt, stop) = Stopping::new();
            let session = Session { channel: channel.clone(), settings: settings.clone(), stop };
            let end = End { bell: self.bell.clone(), stop: session.stop.clone() };
            let keeping = keep::keep(self.holder.clone(), session, self.clock.clone(), self.random.clone());
            let task = tokio::spawn(async move {
                let _end = end;
                keeping.await;
            });
            self.held.insert(sid, Held { channel, settings, halt, task, until: None });
        }
        if left_out > 0 {
            tracing::warn!(left_out, max = SESSIONS_MAX, "there are more channels than sessions may be kept");
        }
    }

    /// When to look again: as planned, or sooner when a session is to be cut off by then.
    fn next_look(&self) -> Timestamp {
        let planned = self.clock.now().plus_seconds(LOOK_SECONDS);
        self.held.values().filter_map(|held| held.until).fold(planned, Timestamp::min)
    }

    /// Ends all sessions, cutting off those that take too long.
    async fn finish(mut self) {
        let now = self.clock.now();
        for held in self.held.values_mut() {
            held.end(now);
        }
        for (sid, mut held) in self.held {
            let until = held.until.unwrap_or(now);
            tokio::select! {
                _ = &mut held.task => {}
                () = self.clock.sleep_until(until) => {
                    tracing::warn!(channel = %sid, "a session was cut off");
                    held.task.abort();
                }
            }
        }
    }
}
