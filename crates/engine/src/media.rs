//! Media: files, kept in an object store under their SIDs (contract §7.9).
//!
//! The row comes before the object and goes after it. So whatever crashes when, nothing is in the object
//! store that no row knows of, and no row that a request can see is without its object.

mod collect;
mod content;
mod fetch;
mod link;
mod upload;

use std::sync::Arc;

use dwell_core::media::Attachment;
use dwell_core::{AccountSid, Conversation, Media, MediaSid, Message, Reason, Timestamp};
use dwell_store::{Tx, media, services};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use tokio::sync::Semaphore;

pub use collect::Collector;
pub use content::Bytestream;
pub use fetch::{Fetcher, Wanted};
pub use link::Link;
pub use upload::{NewMedia, Upload};

use crate::carriers::Enclosure;
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::Unconnected;

/// Where media is kept, and how much of it.
#[derive(Clone)]
pub struct Options {
    /// Where the bytes are. What it says is written must be on disk.
    pub store: Arc<dyn ObjectStore>,
    /// Largest media, in bytes (contract §12).
    pub bytes_max: u64,
    /// Most uploads at once. Each takes up to [`UPLOAD_MEMORY_BYTES`] of memory.
    pub uploads_max: usize,
    /// What fetches the files of messages from outside.
    pub fetcher: Arc<dyn Fetcher>,
    /// Largest file of a message from outside that is fetched, in bytes.
    pub inbound_bytes_max: usize,
}

/// Memory that an upload takes at most, in bytes, whatever its size.
pub const UPLOAD_MEMORY_BYTES: usize = 2 * upload::PART_BYTES;

impl Options {
    /// Keeps media in a store, within the limits that go for everybody who sets none, and fetches none.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Options {
            store,
            bytes_max: 150_000_000,
            uploads_max: 8,
            fetcher: Arc::new(Unconnected),
            inbound_bytes_max: 16_000_000,
        }
    }

    /// Keeps media until the process ends: for tests, and for commands that need none.
    pub fn in_memory() -> Self {
        Options::new(Arc::new(InMemory::new()))
    }
}

/// What the engine has of [`Options`].
pub(crate) struct Keeper {
    store: Arc<dyn ObjectStore>,
    bytes_max: u64,
    uploads: Arc<Semaphore>,
    pub(crate) fetcher: Arc<dyn Fetcher>,
    pub(crate) inbound_bytes_max: usize,
    /// Turns of files of messages from outside, which are in memory while they have one.
    pub(crate) inbound: Arc<Semaphore>,
}

/// Files of messages from outside that are fetched or written at once.
const INBOUND_FILES_MAX: usize = 8;

impl Keeper {
    pub(crate) fn new(options: Options) -> Self {
        let Options { store, bytes_max, uploads_max, fetcher, inbound_bytes_max } = options;
        let uploads = Arc::new(Semaphore::new(uploads_max));
        let inbound = Arc::new(Semaphore::new(INBOUND_FILES_MAX));
        Keeper { store, bytes_max, uploads, fetcher, inbound_bytes_max, inbound }
    }
}

/// Where the bytes of media are. The last letters of SIDs are random: they spread the objects over directories.
fn object_path(account: &AccountSid, sid: &MediaSid) -> Path {
    let text = sid.as_str();
    Path::from_iter([account.as_str(), &text[text.len() - 2..], text])
}

/// The object store does not do what it is asked.
fn unavailable(error: object_store::Error) -> Error {
    Error::Unavailable(format!("the media store: {error}"))
}

/// Media of the scope's service, without a lock.
fn find(tx: &mut dyn Tx, scope: &Scope, sid: &MediaSid) -> Result<Option<Media>, Error> {
    let account = &scope.caller.account.sid;
    let found = media::fetch(tx, account, sid, scope.caller.received_at)?;
    let found = found.filter(|media| media.service_sid == scope.service_sid);
    // A service that was deleted has nothing any more, whatever waits for its removal.
    if found.is_some() && services::fetch(tx, account, &scope.service_sid)?.is_none() {
        return Ok(None);
    }
    Ok(found)
}

impl Engine {
    /// Largest media, in bytes.
    pub fn media_bytes_max(&self) -> u64 {
        self.inner.media.bytes_max
    }

    /// Why media that is larger is refused.
    pub fn media_too_large(&self) -> Error {
        Error::Refused(Reason::MediaTooLarge { bytes_max: self.inner.media.bytes_max })
    }

    /// Media of a service.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_media(&self, scope: &Scope, segment: &str) -> Result<Media, Error> {
        let sid = MediaSid::parse(segment).ok_or(Error::NotFound)?;
        self.fetch_media_set(scope, vec![sid]).await?.pop().flatten().ok_or(Error::NotFound)
    }

    /// Media of a service, as many as are asked for; `None` for each that is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn fetch_media_set(&self, scope: &Scope, sids: Vec<MediaSid>) -> Result<Vec<Option<Media>>, Error> {
        let scope = scope.clone();
        self.inner.store.read(move |tx| sids.iter().map(|sid| find(tx, &scope, sid)).collect()).await
    }
}

/// Media that a message of a conversation is to get, locked. `now` is real time.
pub(crate) fn take(tx: &mut dyn Tx, c: &Conversation, sids: &[MediaSid], now: Timestamp) -> Result<Vec<Media>, Error> {
    sids.iter().map(|sid| take_one(tx, c, sid, now)).collect()
}

fn take_one(tx: &mut dyn Tx, c: &Conversation, sid: &MediaSid, now: Timestamp) -> Result<Media, Error> {
    let found = media::lock(tx, &c.account_sid, sid, now)?;
    let found = found.filter(|media| media.service_sid == c.service_sid).ok_or(Reason::MediaNotFound)?;
    match found.holder {
        Some(_) => Err(Error::Refused(Reason::MediaAttached)),
        None => Ok(found),
    }
}

/// Gives a message the media that was taken for it; `now` is the account's.
pub(crate) fn attach(tx: &mut dyn Tx, message: &Message, now: Timestamp) -> Result<(), Error> {
    for attachment in &message.media {
        media::attach(tx, &attachment.sid, message, now)?;
    }
    Ok(())
}

/// How long whoever a message is handed over to may fetch its files, in seconds.
const ENCLOSURE_SECONDS: i64 = 24 * 3_600;

impl Engine {
    /// The files of a message as they are handed over.
    pub(crate) fn enclosures(&self, account: &AccountSid, attachments: &[Attachment]) -> Vec<Enclosure> {
        let enclosed = attachments.iter().map(|attachment| Enclosure {
            sid: attachment.sid,
            content_type: attachment.content_type.clone(),
            filename: attachment.filename.clone(),
            size: attachment.size,
            link: self.media_link(account, &attachment.sid, ENCLOSURE_SECONDS),
            bytes: None,
        });
        enclosed.collect()
    }
}

/// Removes the media of a message, which is being removed.
pub(crate) fn remove(tx: &mut dyn Tx, message: &Message) -> Result<(), Error> {
    for attachment in &message.media {
        media::doom(tx, &message.account_sid, &attachment.sid)?;
    }
    Ok(())
}
