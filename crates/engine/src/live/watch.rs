//! One stream of what happens in an account.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use dwell_core::session::{Session, Status};
use dwell_core::{AccountSid, ConversationSid, Reason, SessionSid, Timestamp};
use dwell_store::accounts;
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};

use super::News;
use super::lookout::{Lookout, OVERLAP_SECONDS, changed_since};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// How long without an event until a stream says that it is still there, in seconds.
const KEEP_ALIVE_SECONDS: i64 = 15;
/// Longest life of a stream, in seconds: whoever begins the next one shows again who they are.
const STREAM_SECONDS_MAX: i64 = 600;
/// So many revisions are kept at least before the old ones are forgotten.
const TOLD_MIN: usize = 1_024;

/// What a stream tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The stream begins.
    Hello {
        /// The present instant on the account's clock.
        now: Timestamp,
        /// Whether it is a test account, whose clock can be turned.
        is_test: bool,
    },
    /// A session changed, or began.
    Session {
        /// The session.
        session_sid: SessionSid,
        /// Its conversation.
        conversation_sid: ConversationSid,
        /// Which state of it this is.
        revision: i64,
        /// How it stands.
        status: Status,
        /// Who has it.
        owner: Option<String>,
        /// The queue that it waits in.
        queue: Option<String>,
        /// Whether status, owner or queue are other ones, or may be; no when there were only messages.
        moved: bool,
    },
    /// Something happened to a conversation.
    Conversation {
        /// The conversation.
        conversation_sid: ConversationSid,
        /// The number of its newest event.
        seq: i64,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        conversation_sid: ConversationSid,
        /// Who.
        identity: String,
    },
    /// The test clock was turned.
    Clock {
        /// What it shows.
        now: Timestamp,
        /// Whether it stands still.
        frozen: bool,
    },
    /// Nothing happened for a while.
    KeepAlive,
}

impl Event {
    fn of(session: &Session, moved: bool) -> Self {
        Event::Session {
            session_sid: session.sid,
            conversation_sid: session.conversation_sid,
            revision: session.revision,
            status: session.status,
            owner: session.owner.clone(),
            queue: session.queue.clone(),
            moved,
        }
    }
}

/// An event, and the place of the stream from then on if it is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whoever begins a stream there misses no session.
    pub place: Option<String>,
    /// The event.
    pub event: Event,
}

impl Told {
    fn hint(event: Event) -> Self {
        Told { place: None, event }
    }

    fn at(place: Timestamp, event: Event) -> Self {
        Told { place: Some(place.as_micros().to_string()), event }
    }
}

/// A stream of what happens in an account.
pub struct Watch {
    engine: Engine,
    account: AccountSid,
    news: broadcast::Receiver<News>,
    closed: watch::Receiver<bool>,
    lookout: Arc<Lookout>,
    /// Everything until here has been told, but for what is kept late.
    place: Timestamp,
    /// The revisions that were told, and when they came about; old ones are forgotten.
    told: HashMap<SessionSid, (i64, Timestamp)>,
    /// How many of them there may be until the old ones are forgotten.
    told_max: usize,
    waiting: VecDeque<Told>,
    /// Whether it has told what changed since its place.
    has_caught_up: bool,
    /// When to say that it is still there.
    keep_alive_at: Timestamp,
    /// When it ends.
    ends_at: Timestamp,
    /// Held for as long as the stream lasts.
    _permit: OwnedSemaphorePermit,
}

impl Engine {
    /// Begins a stream: from now on, or from a place that another stream told.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] when as many streams as there may be are there, or the server is stopping;
    /// [`Reason::InvalidParameter`] for what is no place of a stream.
    pub async fn watch(&self, caller: &Caller, after: Option<&str>) -> Result<Watch, Error> {
        let live = &self.inner.live;
        let permit = live.places.clone().try_acquire_owned().map_err(|_| Error::TooManyRequests)?;
        let place = match after.filter(|text| !text.is_empty()) {
            Some(text) => read_place(text)?,
            None => self.now(),
        };
        let (news, lookout) = live.subscribe(caller.account.sid, self.now());
        let mut stream = Watch {
            engine: self.clone(),
            account: caller.account.sid,
            news,
            lookout,
            closed: live.closed.subscribe(),
            place,
            told: HashMap::new(),
            told_max: TOLD_MIN,
            waiting: VecDeque::new(),
            has_caught_up: false,
            keep_alive_at: self.now().plus_seconds(KEEP_ALIVE_SECONDS),
            ends_at: self.now().plus_seconds(STREAM_SECONDS_MAX),
            _permit: permit,
        };
        let (now, is_test, _) = stream.clock().await?;
        stream.waiting.push_back(Told::at(place, Event::Hello { now, is_test }));
        Ok(stream)
    }
}

fn read_place(text: &str) -> Result<Timestamp, Error> {
    let micros = text.parse().map_err(|_| Reason::InvalidParameter {
        name: "After",
        problem: "not the id of an event of this stream".to_owned(),
    })?;
    Ok(Timestamp::from_micros(micros))
}

/// What a stream waited for.
enum Woken {
    News(News),
    Time,
}

impl Watch {
    /// What happens next; `None` when the stream has ended, because it was long enough, the server stops, the reader
    /// is too slow, or the store does not answer. Another one goes on from its place.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            if *self.closed.borrow() {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                self.keep_alive_at = self.engine.now().plus_seconds(KEEP_ALIVE_SECONDS);
                return Some(event);
            }
            let now = self.engine.now();
            if self.ends_at <= now {
                return None;
            }
            if !self.has_caught_up {
                self.catch_up().await.ok()?;
                continue;
            }
            self.lookout.look(&self.engine, self.account).await;
            if self.keep_alive_at <= now {
                self.keep_alive_at = now.plus_seconds(KEEP_ALIVE_SECONDS);
                return Some(Told::hint(Event::KeepAlive));
            }
            match self.wait().await? {
                Woken::Time => {}
                Woken::News(news) => self.hear(news).await.ok()?,
            }
        }
    }

    /// Waits for news of the account, or for the time of the next look.
    async fn wait(&mut self) -> Option<Woken> {
        let clock = self.engine.clock();
        let until = self.lookout.next_at().min(self.keep_alive_at);
        tokio::select! {
            biased;
            // Ends as well when nobody is left who could say so.
            _ = self.closed.wait_for(|closed| *closed) => None,
            // Without any when the reader is too slow, or the engine is gone.
            news = self.news.recv() => news.ok().map(Woken::News),
            () = clock.sleep_until(until) => Some(Woken::Time),
        }
    }

    async fn hear(&mut self, news: News) -> Result<(), Error> {
        let event = match news {
            News::Session { session, moved } => {
                self.take(&session, moved);
                return Ok(());
            }
            News::Conversation { conversation_sid, seq } => Event::Conversation { conversation_sid, seq },
            News::Typing { conversation_sid, identity } => Event::Typing { conversation_sid, identity },
            News::Clock => {
                let (now, _, frozen) = self.clock().await?;
                Event::Clock { now, frozen }
            }
        };
        self.waiting.push_back(Told::hint(event));
        Ok(())
    }

    /// Tells which sessions have changed since its place.
    async fn catch_up(&mut self) -> Result<(), Error> {
        let from = self.place.plus_seconds(-OVERLAP_SECONDS);
        let is_first = !self.lookout.has_begun();
        let mut found = changed_since(&self.engine, self.account, from).await?;
        if is_first && !self.lookout.begin(&found) {
            // Another stream has begun meanwhile, with what need not be told any more.
            found = changed_since(&self.engine, self.account, from).await?;
        }
        for session in found {
            self.take(&session, true);
        }
        self.has_caught_up = true;
        Ok(())
    }

    /// Tells a state of a session once. One that comes late is told too when it moved the session, as the newer one
    /// need not have done so.
    fn take(&mut self, session: &Session, moved: bool) {
        let known = self.told.get(&session.sid).map(|(revision, _)| *revision);
        let is_newer = known.is_none_or(|revision| revision < session.revision);
        if is_newer {
            self.told.insert(session.sid, (session.revision, session.changed_at));
            self.place = self.place.max(session.changed_at);
        }
        if is_newer || (moved && known != Some(session.revision)) {
            self.waiting.push_back(Told::at(self.place, Event::of(session, moved)));
        }
        if self.told.len() > self.told_max {
            let horizon = self.place.plus_seconds(-2 * OVERLAP_SECONDS);
            self.told.retain(|_, (_, changed_at)| *changed_at >= horizon);
            self.told_max = TOLD_MIN.max(2 * self.told.len());
        }
    }

    /// What the account's clock shows, whether it can be turned, and whether it stands still.
    async fn clock(&self) -> Result<(Timestamp, bool, bool), Error> {
        let (sid, real) = (self.account, self.engine.now());
        let fetch = move |tx: &mut dyn dwell_store::Tx| Ok::<_, Error>(accounts::fetch(tx, &sid)?);
        let (account, _) = self.engine.inner.store.read(fetch).await?.ok_or(Error::NotFound)?;
        let clock = account.test_clock;
        let frozen = clock.is_some_and(|clock| clock.frozen_at.is_some());
        Ok((account.now(real), clock.is_some(), frozen))
    }
}
