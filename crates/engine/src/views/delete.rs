//! `DELETE /dwell/v1/Views/{Sid}`.

use dwell_store::views;

use super::sid_of;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a saved view.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_view(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.write(move |tx| views::delete(tx, &account, &sid)?.then_some(()).ok_or(Error::NotFound)).await
    }
}
