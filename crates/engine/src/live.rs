//! What happens, told as it happens: to whoever watches an account.
//!
//! The store knows when each session changed: a stream that begins reads there what it missed, also over a restart,
//! and what other nodes do is found there by a look that all streams of an account share. Everything else is a hint,
//! told by this node alone and only to those who are there.

mod lookout;
mod notes;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::session::Session;
use dwell_core::{AccountSid, ConversationSid, Timestamp};
use parking_lot::RwLock;
use tokio::sync::{Semaphore, broadcast, watch as flag};

use lookout::Lookout;
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
    /// A session changed; whether its status, its owner or its queue did, or may have.
    Session { session: Arc<Session>, moved: bool },
    /// Somebody is writing.
    Typing { conversation_sid: ConversationSid, identity: String },
    /// The test clock of the account was turned.
    Clock,
}

/// An account that somebody watches.
struct Watched {
    news: broadcast::Sender<News>,
    lookout: Arc<Lookout>,
}

/// Passes news on to the streams of their account. What nobody watches costs a look at a map.
pub(crate) struct Hub {
    /// The accounts that somebody watches.
    watched: RwLock<HashMap<AccountSid, Watched>>,
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
        if let Some(watched) = self.watched.read().get(&account) {
            if let News::Session { session, .. } = &news {
                watched.lookout.note(session);
            }
            // Without anybody there to hear it, it is lost, as it should be.
            let _ = watched.news.send(news);
        }
    }

    /// What is told of an account from now on, and whoever looks out for what other nodes do.
    fn subscribe(&self, account: AccountSid, now: Timestamp) -> (broadcast::Receiver<News>, Arc<Lookout>) {
        let mut watched = self.watched.write();
        watched.retain(|_, watched| watched.news.receiver_count() > 0);
        let watched = watched.entry(account).or_insert_with(|| Watched {
            news: broadcast::Sender::new(NEWS_MAX),
            lookout: Arc::new(Lookout::new(now)),
        });
        (watched.news.subscribe(), watched.lookout.clone())
    }

    /// Passes on what a unit of work had to tell.
    pub(crate) fn pass_on(&self, notes: &Notes) {
        for news in notes.take() {
            match news {
                dwell_store::News::Conversation { account_sid, conversation_sid, seq } => {
                    self.tell(account_sid, News::Conversation { conversation_sid, seq });
                }
                dwell_store::News::Session { session, moved } => {
                    self.tell(session.account_sid, News::Session { session: session.into(), moved });
                }
            }
        }
    }
}

impl crate::Engine {
    /// Ends every stream, and lets no more begin: the server stops.
    pub fn end_streams(&self) {
        self.inner.live.closed.send_replace(true);
    }
}
