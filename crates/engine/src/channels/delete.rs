//! `DELETE /dwell/v1/Channels/{Sid}`.

use dwell_store::channels;

use super::sid_of;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a channel. Its addresses are free for others at once; participants who have one of them for
    /// their proxy address keep it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_channel(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.write(move |tx| {
            channels::lock(tx, &account, &sid)?.ok_or(Error::NotFound)?;
            channels::delete(tx, &account, &sid)?;
            Ok(())
        })
        .await
    }
}
