//! `POST /dwell/v1/Views`.

use dwell_core::{View, ViewSid, limits};
use dwell_store::views;

use super::{Request, missing, too_many};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Saves a view in the account.
    ///
    /// # Errors
    /// A [`dwell_core::Reason`] for each parameter that is missing or breaks a rule, and when the account has
    /// [`limits::VIEWS_MAX`] views.
    pub async fn create_view(&self, caller: &Caller, request: Request) -> Result<View, Error> {
        let friendly_name = request.friendly_name()?.ok_or_else(|| missing("FriendlyName"))?;
        let filter = request.filter()?.ok_or_else(|| missing("Filter"))?;
        let (sid, caller) = (ViewSid::new(self.sid()), caller.clone());
        self.write(move |tx| {
            if views::count(tx, &caller.account.sid)? >= limits::VIEWS_MAX {
                return Err(Error::Refused(too_many()));
            }
            let now = caller.now(tx)?;
            let view = View {
                sid,
                account_sid: caller.account.sid,
                friendly_name: friendly_name.clone(),
                filter: filter.clone(),
                date_created: now,
                date_updated: now,
            };
            views::insert(tx, &view)?;
            Ok(view)
        })
        .await
    }
}
