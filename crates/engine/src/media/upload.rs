//! Uploads: bytes come in pieces and go on to the object store in parts, whatever their number.

use dwell_core::media::{self as rules, Category};
use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::{Media, MediaSid, Reason, Timestamp, limits};
use dwell_store::{Tx, media, services};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use tokio::sync::OwnedSemaphorePermit;

use super::{object_path, unavailable};
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;

/// How much is sent to the object store at once, in bytes: the least that S3 takes as a part.
pub(super) const PART_BYTES: usize = 5 * 1024 * 1024;
/// Parts that may be under way to the object store while the next one comes in.
const PARTS_AHEAD_MAX: usize = 1;
/// How long an upload may take, in seconds; one that has not ended by then was cut off by a crash.
const UPLOAD_SECONDS_MAX: i64 = 6 * 3_600;

/// What is said of media before its bytes come, as sent.
#[derive(Debug, Clone, Default)]
pub struct NewMedia {
    /// Its MIME type.
    pub content_type: Option<String>,
    /// Its name.
    pub filename: Option<String>,
    /// `media`, `body` or `history`; `media` by default.
    pub category: Option<String>,
    /// Who uploads it; `system` by default.
    pub author: Option<String>,
}

impl NewMedia {
    fn check(&self) -> Result<(String, Option<String>, Category), Reason> {
        let content_type = rules::content_type(self.content_type.as_deref().unwrap_or_default())?;
        let filename = present(self.filename.as_deref()).map(rules::filename).transpose()?.flatten();
        let unknown =
            || Reason::InvalidParameter { name: "Category", problem: "must be one of media, body, history".to_owned() };
        let category = present(self.category.as_deref());
        let category = category.map(|text| Category::parse(text).ok_or_else(unknown)).transpose()?;
        Ok((content_type, filename, category.unwrap_or_default()))
    }
}

/// Media that is coming in. It ends with [`Self::finish`] or [`Self::abandon`]; what a crash cuts off, or who
/// forgets both, is removed in time.
pub struct Upload {
    engine: Engine,
    media: Media,
    path: Path,
    writing: Writing,
    /// Kept until it has ended: so many may be under way.
    _place: OwnedSemaphorePermit,
}

/// What has come so far.
enum Writing {
    /// Less than a part: it is here.
    Small(Vec<u8>),
    /// More: it is on its way to the object store.
    Large(WriteMultipart),
}

impl Engine {
    /// Begins an upload to a service.
    ///
    /// # Errors
    /// A [`Reason`] for a parameter that breaks a rule; [`Error::NotFound`] without such a service;
    /// [`Error::Overloaded`] when as many uploads as may be are under way.
    pub async fn begin_upload(&self, scope: &Scope, request: &NewMedia) -> Result<Upload, Error> {
        let place = self.inner.media.uploads.clone().try_acquire_owned().map_err(|_| Error::Overloaded)?;
        self.begin_upload_in(scope, request, place).await
    }

    /// The same in a place that is there.
    pub(crate) async fn begin_upload_in(
        &self,
        scope: &Scope,
        request: &NewMedia,
        place: OwnedSemaphorePermit,
    ) -> Result<Upload, Error> {
        let (content_type, filename, category) = request.check()?;
        let (sid, scope) = (MediaSid::new(self.sid()), scope.clone());
        let author = present(request.author.as_deref()).unwrap_or(DEFAULT_AUTHOR).to_owned();
        let media = self
            .write(move |tx| {
                let account_sid = scope.caller.account.sid;
                services::hold(tx, &account_sid, &scope.service_sid)?.ok_or(Error::NotFound)?;
                let now = scope.caller.now(tx)?;
                let media = Media {
                    sid,
                    account_sid,
                    service_sid: scope.service_sid,
                    holder: None,
                    author: author.clone(),
                    category,
                    content_type: content_type.clone(),
                    filename: filename.clone(),
                    size: 0,
                    date_created: now,
                    date_updated: now,
                    date_uploaded: now,
                };
                media::insert(tx, &media, scope.caller.received_at.plus_seconds(UPLOAD_SECONDS_MAX))?;
                Ok::<_, Error>(media)
            })
            .await?;
        let path = object_path(&media.account_sid, &media.sid);
        Ok(Upload { engine: self.clone(), media, path, writing: Writing::Small(Vec::new()), _place: place })
    }
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Reason::MediaTooLarge`]; [`Error::Unavailable`] when the object store does not take them.
    pub async fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let keeper = &self.engine.inner.media;
        self.media.size = self.media.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        if self.media.size.unsigned_abs() > keeper.bytes_max {
            return Err(self.engine.media_too_large());
        }
        match &mut self.writing {
            Writing::Small(buffer) if buffer.len() + bytes.len() <= PART_BYTES => buffer.extend_from_slice(bytes),
            Writing::Small(buffer) => {
                let begun = keeper.store.put_multipart(&self.path).await.map_err(unavailable)?;
                let mut writer = WriteMultipart::new_with_chunk_size(begun, PART_BYTES);
                writer.write(buffer);
                writer.write(bytes);
                self.writing = Writing::Large(writer);
            }
            Writing::Large(writer) => {
                writer.wait_for_capacity(PARTS_AHEAD_MAX).await.map_err(unavailable)?;
                writer.write(bytes);
            }
        }
        Ok(())
    }

    /// Ends the upload: all of it, and that it is there, is on disk.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] when nothing came; [`Error::Unavailable`] and the like.
    pub async fn finish(mut self) -> Result<Media, Error> {
        if self.media.size == 0 {
            self.abandon().await;
            let problem = "the media is empty".to_owned();
            return Err(Error::Refused(Reason::InvalidParameter { name: "Content", problem }));
        }
        let ended = self.keep().await;
        match ended {
            Ok(()) => Ok(self.media),
            Err(error) => {
                self.abandon().await;
                Err(error)
            }
        }
    }

    async fn keep(&mut self) -> Result<(), Error> {
        let store = &self.engine.inner.media.store;
        match std::mem::replace(&mut self.writing, Writing::Small(Vec::new())) {
            Writing::Small(bytes) => store.put(&self.path, PutPayload::from(bytes)).await,
            Writing::Large(writer) => writer.finish().await,
        }
        .map_err(unavailable)?;
        let (now, media) = (self.engine.now(), self.media.clone());
        let kept = self.engine.write(move |tx| finish(tx, &media, now)).await?;
        self.media = kept.ok_or(Error::NotFound)?;
        Ok(())
    }

    /// Gives the upload up.
    pub async fn abandon(self) {
        if let Writing::Large(writer) = self.writing {
            // What cannot be taken back now is removed with the object.
            let _ = writer.abort().await;
        }
        let (account, sid) = (self.media.account_sid, self.media.sid);
        let doomed = self.engine.write(move |tx| media::doom(tx, &account, &sid)).await;
        if let Err(error) = doomed {
            tracing::debug!(%error, "an upload that was given up is removed later");
        }
    }
}

/// Writes that all of it has come; `None` when it was given up in the meantime. `now` is real time.
fn finish(tx: &mut dyn Tx, media: &Media, now: Timestamp) -> Result<Option<Media>, Error> {
    let account = dwell_store::accounts::fetch(tx, &media.account_sid)?.ok_or(Error::NotFound)?.0;
    let at = account.now(now);
    let media = Media { date_updated: at, date_uploaded: at, ..media.clone() };
    let collect_at = now.plus_seconds(limits::UNATTACHED_MEDIA_SECONDS_MAX);
    Ok(media::finish(tx, &media, collect_at)?.then_some(media))
}
