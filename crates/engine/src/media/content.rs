//! The bytes of media, on their way out.

use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use dwell_core::{AccountSid, Media, MediaSid};
use dwell_store::media;
use futures_core::Stream;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};

use super::{object_path, unavailable};
use crate::engine::Engine;
use crate::error::Error;

/// Bytes, as they come from the object store.
pub type Bytestream = Pin<Box<dyn Stream<Item = Result<Bytes, object_store::Error>> + Send>>;

impl Engine {
    /// Some of the bytes of media: those at the places `range`, which must be within its size and not empty.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the object store does not have them or does not answer.
    pub async fn read_media(&self, media: &Media, range: Range<u64>) -> Result<Bytestream, Error> {
        let path = object_path(&media.account_sid, &media.sid);
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        let found = self.inner.media.store.get_opts(&path, options).await.map_err(unavailable)?;
        Ok(found.into_stream())
    }

    /// Media of an account with all of its bytes, for whoever sends them on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] when it is larger than `bytes_max`; [`Error::Unavailable`] when
    /// the object store does not answer.
    pub async fn media_bytes(
        &self,
        account: &AccountSid,
        sid: &MediaSid,
        bytes_max: u64,
    ) -> Result<(Media, Bytes), Error> {
        let (account, sid, now) = (*account, *sid, self.now());
        let found = self.inner.store.read(move |tx| media::fetch(tx, &account, &sid, now)).await?;
        let found: Media = found.ok_or(Error::NotFound)?;
        if found.size.unsigned_abs() > bytes_max {
            return Err(Error::Refused(dwell_core::Reason::MediaTooLarge { bytes_max }));
        }
        let object = self.inner.media.store.get(&object_path(&account, &sid)).await.map_err(unavailable)?;
        let bytes = object.bytes().await.map_err(unavailable)?;
        Ok((found, bytes))
    }
}
