//! Links to media that need no credentials: whoever has one may read it until it expires.

use dwell_core::{AccountSid, Media, MediaSid, Reason, Timestamp};
use dwell_store::media;

use crate::engine::Engine;
use crate::error::Error;

/// A link, as it was sent back.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// The account in its path.
    pub account_sid: String,
    /// The media in its path.
    pub media_sid: String,
    /// Until when it is valid, in whole seconds since the epoch.
    pub expires: Option<String>,
    /// The signature over all of it.
    pub signature: Option<String>,
}

/// What is signed.
fn signed_text(account: &str, sid: &str, expires: &str) -> String {
    format!("{account}/{sid}/{expires}")
}

impl Engine {
    /// The path and query of a link to media that is valid for so many seconds from now.
    pub fn media_link(&self, account: &AccountSid, sid: &MediaSid, seconds: i64) -> String {
        let expires = (self.now().plus_seconds(seconds).as_micros() / 1_000_000).to_string();
        let signature = self.inner.secret_key.sign_link(&signed_text(account, sid, &expires));
        format!("/dwell/v1/Media/{account}/{sid}?Expires={expires}&Signature={signature}")
    }

    /// The media that a link leads to.
    ///
    /// # Errors
    /// [`Reason::MediaLinkInvalid`] when it has expired or was altered; [`Error::NotFound`] when the media is
    /// there no more.
    pub async fn linked_media(&self, link: &Link, now: Timestamp) -> Result<Media, Error> {
        let invalid = || Error::Refused(Reason::MediaLinkInvalid);
        let (expires, signature) = link.expires.as_deref().zip(link.signature.as_deref()).ok_or_else(invalid)?;
        let text = signed_text(&link.account_sid, &link.media_sid, expires);
        let is_ours = self.inner.secret_key.has_signed_link(&text, signature);
        let until: i64 = expires.parse().ok().filter(|_| is_ours).ok_or_else(invalid)?;
        if Timestamp::from_seconds(until) <= now {
            return Err(invalid());
        }
        let sids = AccountSid::parse(&link.account_sid).zip(MediaSid::parse(&link.media_sid));
        let (account, sid) = sids.ok_or_else(invalid)?;
        let found = self.inner.store.read(move |tx| media::fetch(tx, &account, &sid, now)).await?;
        found.ok_or(Error::NotFound)
    }
}
