//! `GET /dwell/v1/WebhookDeliveries/{Sid}`.

use dwell_core::DeliverySid;
use dwell_store::deliveries;

use super::{Attempt, Delivery};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// Most attempts that are shown of a delivery: the newest.
pub const ATTEMPTS_SHOWN_MAX: i64 = 100;

impl Engine {
    /// One delivery and how its attempts went, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_delivery(&self, caller: &Caller, segment: &str) -> Result<(Delivery, Vec<Attempt>), Error> {
        let (delivery, attempts) = self.fetch_row(caller, segment).await?;
        Ok((delivery.try_into()?, attempts))
    }

    /// The row of a delivery of any kind and its newest attempts, oldest first.
    pub(crate) async fn fetch_row(
        &self,
        caller: &Caller,
        segment: &str,
    ) -> Result<(deliveries::Delivery, Vec<Attempt>), Error> {
        let account = caller.account.sid;
        let sid = DeliverySid::parse(segment).ok_or(Error::NotFound)?;
        let read = self.inner.store.read(move |tx| {
            let delivery = deliveries::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)?;
            let mut attempts = deliveries::attempts(tx, &sid, ATTEMPTS_SHOWN_MAX)?;
            attempts.reverse();
            Ok::<_, Error>((delivery, attempts))
        });
        read.await
    }
}
