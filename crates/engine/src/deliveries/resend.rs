//! `POST /dwell/v1/WebhookDeliveries/{Sid}/Resend` and `POST /dwell/v1/WebhookDeliveries/Resend`.

use std::sync::atomic::Ordering;

use dwell_core::{DeliverySid, Reason, Timestamp};
use dwell_store::deliveries::{self, Kind, Of, Way};
use dwell_store::{Seek, Tx};

use super::Delivery;
use super::list::{conversation_sid, hook_sid};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// Failed deliveries looked at in one transaction.
const BATCH: i64 = 200;
/// Once a call has put so many back it ends with its batch, and another call goes on.
const RESENT_ENOUGH: u64 = 20_000;

/// Which failed deliveries are sent again, as sent.
#[derive(Debug, Clone, Default)]
pub struct ResendFailed {
    /// Only those to this hook: the SID of the account, of a service or of a conversation's webhook.
    pub hook_sid: Option<String>,
    /// Only those about this conversation.
    pub conversation_sid: Option<String>,
}

/// What became of a call to send failed deliveries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resent {
    /// How many wait again.
    pub count: u64,
    /// Whether those were all; otherwise the same call goes on with the rest.
    pub is_complete: bool,
}

/// Puts a finished delivery back into its queue, as one that is young; whether it was finished.
fn put_back(tx: &mut dyn Tx, d: &deliveries::Delivery, now: Timestamp) -> Result<bool, Error> {
    let is_reopened = deliveries::reopen(tx, d, now)?;
    if is_reopened {
        deliveries::put_back(tx, d, now)?;
    }
    Ok(is_reopened)
}

impl Engine {
    /// Sends a delivery, failed or delivered, once more: it waits in its queue again, in its old place,
    /// and its attempts are counted on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::DeliveryPending`].
    pub async fn resend_delivery(&self, caller: &Caller, segment: &str) -> Result<Delivery, Error> {
        let account = caller.account.sid;
        let sid = DeliverySid::parse(segment).ok_or(Error::NotFound)?;
        let (now, enqueued) = (self.now(), self.inner.enqueued.clone());
        let resent = self.write(move |tx| {
            let d = deliveries::fetch(tx, &account, &sid)?.filter(|d| d.way != Way::Channel).ok_or(Error::NotFound)?;
            if !put_back(tx, &d, now)? {
                return Err(Error::Refused(Reason::DeliveryPending));
            }
            enqueued.fetch_add(1, Ordering::Relaxed);
            deliveries::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)
        });
        resent.await?.try_into()
    }

    /// Sends the failed deliveries of the account once more, oldest first, a batch in a transaction.
    /// Those that fail from now on are not among them.
    ///
    /// # Errors
    /// A [`Reason`] for each filter that breaks a rule.
    pub async fn resend_failed_deliveries(&self, caller: &Caller, filters: ResendFailed) -> Result<Resent, Error> {
        let account = caller.account.sid;
        let hook = filters.hook_sid.as_deref().map(hook_sid).transpose()?;
        let stream = filters.conversation_sid.as_deref().map(conversation_sid).transpose()?;
        // Made now, so it comes after every delivery that is there.
        let before = DeliverySid::new(self.sid());
        let (mut after, mut count) = (String::new(), 0);
        while count < RESENT_ENOUGH {
            let (now, enqueued) = (self.now(), self.inner.enqueued.clone());
            let (hook, stream, after_sid) = (hook.clone(), stream.clone(), after);
            let batch = self.write(move |tx| {
                let mut failed =
                    deliveries::list(tx, &account, Kind::Calls, Of::Failed, Seek::Before(&after_sid), BATCH)?;
                let is_full = failed.len() as i64 == BATCH;
                let end = failed.last().filter(|d| is_full && d.sid < before).map(|d| d.sid.to_string());
                failed.retain(|d| {
                    d.sid < before
                        && hook.as_ref().is_none_or(|hook| d.hook_sid == *hook)
                        && stream.as_ref().is_none_or(|stream| d.stream_sid == *stream)
                });
                // Whoever locks several queues locks them in this order.
                failed.sort_by(|a, b| (&a.hook_sid, &a.stream_sid).cmp(&(&b.hook_sid, &b.stream_sid)));
                let mut resent = 0;
                for d in &failed {
                    resent += u64::from(put_back(tx, d, now)?);
                }
                enqueued.fetch_add(resent, Ordering::Relaxed);
                Ok::<_, Error>((resent, end))
            });
            let (resent, end) = batch.await?;
            count += resent;
            match end {
                Some(end) => after = end,
                None => return Ok(Resent { count, is_complete: true }),
            }
        }
        Ok(Resent { count, is_complete: false })
    }
}
