//! `GET /dwell/v1/Channels`.

use dwell_core::ChannelSid;
use dwell_core::channel::{Channel, Settings};
use dwell_store::{StoreError, channels};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Channels of the account in order of creation.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for a token of another list; [`Error::Internal`] when settings
    /// cannot be decrypted.
    pub async fn list_channels(&self, caller: &Caller, page: PageRequest) -> Result<Page<(Channel, Settings)>, Error> {
        let account = caller.account.sid;
        page.seek_key(|key| ChannelSid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| channels::list(tx, &account, request.seek(), request.limit()));
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        let Page { items, next, previous } = Page::of(rows, &page, |stored| stored.channel.sid.to_string());
        let items = items.into_iter().map(|stored| self.opened(stored)).collect::<Result<_, _>>()?;
        Ok(Page { items, next, previous })
    }
}
