//! The look for what other nodes did to the sessions of an account: one for all streams that watch it.

use std::collections::HashMap;

use dwell_core::session::Session;
use dwell_core::{AccountSid, SessionSid, Timestamp};
use dwell_store::conversations::Position;
use dwell_store::sessions;
use parking_lot::Mutex;

use super::News;
use crate::engine::Engine;
use crate::error::Error;

/// From one look to the next, in microseconds: what another node does is shown within a second.
const PAUSE_MICROS: i64 = 500_000;
/// How far back a look goes, in seconds: units of work may be kept in another order than they came in, and the clocks
/// of nodes differ.
pub(super) const OVERLAP_SECONDS: i64 = 10;
/// Most sessions read at once.
const SESSIONS_MAX: i64 = 500;

/// Who looks next, and what the last look saw.
pub(super) struct Lookout(Mutex<State>);

struct State {
    next_at: Timestamp,
    /// Sessions that changed before were told.
    from: Timestamp,
    /// The revisions that every stream was told, and when they came about. `None` until the first stream has begun.
    seen: Option<HashMap<SessionSid, (i64, Timestamp)>>,
}

impl State {
    /// Notes a state of a session, and says whether it is news.
    fn note(&mut self, session: &Session) -> bool {
        let Some(seen) = &mut self.seen else { return false };
        let known = seen.get(&session.sid).map(|(revision, _)| *revision);
        let is_news = known.is_none_or(|revision| revision < session.revision);
        if is_news {
            seen.insert(session.sid, (session.revision, session.changed_at));
        }
        is_news
    }
}

impl Lookout {
    pub(super) fn new(now: Timestamp) -> Self {
        let from = now.plus_seconds(-OVERLAP_SECONDS);
        Lookout(Mutex::new(State { next_at: now.plus_micros(PAUSE_MICROS), from, seen: None }))
    }

    /// Whether a stream has begun. What one reads from then on holds all that the first one read.
    pub(super) fn has_begun(&self) -> bool {
        self.0.lock().seen.is_some()
    }

    /// The first stream begins with these sessions; says whether it is the first.
    pub(super) fn begin(&self, found: &[Session]) -> bool {
        let mut state = self.0.lock();
        if state.seen.is_some() {
            return false;
        }
        state.seen = Some(HashMap::new());
        for session in found {
            state.note(session);
        }
        true
    }

    /// Notes what every stream is being told of.
    pub(super) fn note(&self, session: &Session) {
        self.0.lock().note(session);
    }

    /// When somebody is to look.
    pub(super) fn next_at(&self) -> Timestamp {
        self.0.lock().next_at
    }

    /// Looks, when it is time and nobody else does, and tells every stream of the account what is new. A store that
    /// does not answer is asked again the next time.
    pub(super) async fn look(&self, engine: &Engine, account: AccountSid) {
        let now = engine.now();
        let from = {
            let mut state = self.0.lock();
            if now < state.next_at || state.seen.is_none() {
                return;
            }
            state.next_at = now.plus_micros(PAUSE_MICROS);
            state.from
        };
        let Ok(found) = changed_since(engine, account, from).await else { return };
        let mut state = self.0.lock();
        let news: Vec<Session> = found.into_iter().filter(|session| state.note(session)).collect();
        let from = state.from.max(now.plus_seconds(-OVERLAP_SECONDS));
        state.from = from;
        if let Some(seen) = &mut state.seen {
            seen.retain(|_, (_, changed_at)| *changed_at >= from);
        }
        drop(state);
        for session in news {
            engine.inner.live.tell(account, News::Session { session: session.into(), moved: true });
        }
    }
}

/// The sessions of an account that changed after an instant of real time, in that order.
pub(super) async fn changed_since(
    engine: &Engine,
    account: AccountSid,
    from: Timestamp,
) -> Result<Vec<Session>, Error> {
    let mut found: Vec<Session> = Vec::new();
    let mut after = Position { at: from, sid: String::new() };
    loop {
        let start = after.clone();
        let work = move |tx: &mut dyn dwell_store::Tx| sessions::changed(tx, &account, &start, SESSIONS_MAX);
        let page = engine.inner.store.read(work).await?;
        let is_last = (page.len() as i64) < SESSIONS_MAX;
        found.extend(page);
        match found.last() {
            Some(last) if !is_last => after = Position { at: last.changed_at, sid: last.sid.to_string() },
            _ => return Ok(found),
        }
    }
}
