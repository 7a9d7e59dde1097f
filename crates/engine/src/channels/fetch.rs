//! `GET /dwell/v1/Channels/{Sid}`.

use dwell_core::channel::{Channel, Settings};
use dwell_store::channels;

use super::sid_of;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// A channel of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Internal`] when its settings cannot be decrypted.
    pub async fn fetch_channel(&self, caller: &Caller, segment: &str) -> Result<(Channel, Settings), Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        let read = self.inner.store.read(move |tx| channels::fetch(tx, &account, &sid)?.ok_or(Error::NotFound));
        self.opened(read.await?)
    }
}
