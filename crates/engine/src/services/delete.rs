//! `DELETE /Services/{Sid}`: with everything in it (contract §5.11, §18 U19).

use dwell_core::{Reason, ServiceSid};
use dwell_store::{accounts, services};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a service. Everything in it is gone for every reader at once; its rows are removed
    /// in the background, and none of its timers fires any more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::DefaultServiceDelete`].
    pub async fn delete_service(&self, caller: &Caller, segment: &str) -> Result<(), Error> {
        let sid = ServiceSid::parse(segment).ok_or(Error::NotFound)?;
        let caller = caller.clone();
        let deleted = self
            .write(move |tx| {
                // The account's lock keeps the service from becoming the default meanwhile.
                let account = accounts::lock(tx, &caller.account.sid)?.ok_or(Error::NotFound)?;
                if account.default_service_sid == sid {
                    return Err(Error::Refused(Reason::DefaultServiceDelete));
                }
                let found = services::mark_deleted(tx, &account.sid, &sid, caller.received_at)?;
                if found { Ok(()) } else { Err(Error::NotFound) }
            })
            .await;
        self.inner.bell.notify_one();
        deleted
    }
}
