//! `POST /dwell/v1/Views/{Sid}`.

use dwell_core::View;
use dwell_store::views;

use super::{Request, sid_of};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Changes a saved view. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a [`dwell_core::Reason`] for each parameter that breaks a rule.
    pub async fn update_view(&self, caller: &Caller, segment: &str, request: Request) -> Result<View, Error> {
        let (sid, caller) = (sid_of(segment)?, caller.clone());
        self.write(move |tx| {
            let mut view = views::lock(tx, &caller.account.sid, &sid)?.ok_or(Error::NotFound)?;
            if request == Request::default() {
                return Ok(view);
            }
            view.friendly_name = request.friendly_name()?.unwrap_or(view.friendly_name);
            view.filter = request.filter()?.unwrap_or(view.filter);
            view.date_updated = caller.now(tx)?.max(view.date_updated);
            views::update(tx, &view)?;
            Ok(view)
        })
        .await
    }
}
