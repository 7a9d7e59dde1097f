//! What happens, told as it happens: to whoever watches an account.
//!
//! Sessions are told from the store, which knows when each changed: so nothing is missed over a restart, and what
//! other nodes do is seen too. Everything else is a hint, told by this node alone and only to those who are there.

mod notes;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::{AccountSid, ConversationSid};
use parking_lot::RwLock;
use tokio::sync::{Semaphore, broadcast, watch as flag};

pub(crate) use notes::Notes;
pub use watch::{Event, Told, Watch};

/// Most streams that one node serves.
pub const STREAMS_MAX: usize = 1_000;
/// Most pieces of news that wait for one stream; a reader that is slower is cut off, and goes on from where it was.
pub const NEWS_MAX: usize = 1_024;

/// What is told to streams within the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Something happened to a conversation.
    Conversation { conversation_sid: ConversationSid, seq: i64 },
    /// Sessions changed: the store knows which.
    Sessions,
    /// Somebody is writing.
    Typing { conversation_sid: ConversationSid, identity: String },
    /// The test clock of the account was turned.
    Clock,
}

/// Passes news on to the streams of their account. What nobody watches costs a look at a map.
pub(crate) struct Hub {
    /// The accounts that somebody watches.
    watched: RwLock<HashMap<AccountSid, broadcast::Sender<News>>>,
    places: Arc<Semaphore>,
    /// Set when the server stops: streams end then.
    closed: flag::Sender<bool>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        let (closed, _) = flag::channel(false);
        Hub { watched: RwLock::default(), places: Arc::new(Semaphore::new(STREAMS_MAX)), closed }
    }

    pub(crate) fn tell(&self, account: AccountSid, news: News) {
        if let Some(watchers) = self.watched.read().get(&account) {
            // Without anybody there to hear it, it is lost, as it should be.
            let _ = watchers.send(news);
        }
    }

    /// What is told of an account from now on.
    fn subscribe(&self, account: AccountSid) -> broadcast::Receiver<News> {
        let mut watched = self.watched.write();
        watched.retain(|_, watchers| watchers.receiver_count() > 0);
        watched.entry(account).or_insert_with(|| broadcast::Sender::new(NEWS_MAX)).subscribe()
    }

    /// Passes on what a unit of work had to tell.
    pub(crate) fn pass_on(&self, notes: &Notes) {
        for news in notes.take() {
            let dwell_store::News { account_sid, conversation_sid, seq, session } = news;
            if session {
                self.tell(account_sid, News::Sessions);
            }
            self.tell(account_sid, News::Conversation { conversation_sid, seq });
        }
    }
}

impl crate::Engine {
    /// Ends every stream, and lets no more begin: the server stops.
    pub fn end_streams(&self) {
        self.inner.live.closed.send_replace(true);
    }
}
