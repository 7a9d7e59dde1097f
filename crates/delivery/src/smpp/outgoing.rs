//! Messages on their way to the SMSC.

use std::collections::HashMap;

use dwell_core::Timestamp;
use dwell_core::receipt::Status;
use dwell_engine::carriers::{Accepted, CarryError, Parcel};
use parking_lot::Mutex;
use rusmpp::pdus::SubmitSm;
use rusmpp::types::OctetString;
use rusmpp::values::{DataCoding, EsmClass, RegisteredDelivery};
use tokio::sync::oneshot;

use super::Smpp;
use super::address::Address;
use super::alphabet::Coding;
use super::link::{Link, Submission};
use super::report::message_name;
use super::segments::{PARTS_MAX, split};

/// A receipt is asked for, whether it arrives or fails (SMPP 3.4 §5.2.17).
const FINAL_RECEIPT: u8 = 1;
/// The text begins with a header (SMPP 3.4 §5.2.12).
pub(super) const HAS_HEADER: u8 = 0x40;
/// Most messages whose parts are half sent that are remembered.
const HALF_SENT_MAX: usize = 10_000;

/// How many parts of a message the SMSC has taken already, by the message's token: another attempt goes on
/// from there. Forgotten when the process ends; then phones get parts twice, which they drop.
#[derive(Default)]
pub(super) struct Progress(Mutex<HashMap<String, usize>>);

impl Progress {
    fn of(&self, token: &str) -> usize {
        self.0.lock().get(token).copied().unwrap_or(0)
    }

    fn set(&self, token: &str, parts: usize) {
        let mut all = self.0.lock();
        if all.len() >= HALF_SENT_MAX {
            all.clear();
        }
        all.insert(token.to_owned(), parts);
    }

    fn forget(&self, token: &str) {
        self.0.lock().remove(token);
    }
}

impl Smpp {
    /// Hands a message over to the SMSC of its channel, in as many parts as it takes. The name of the last part
    /// is that of the message, and only of the last part a receipt is asked for.
    ///
    /// # Errors
    /// [`CarryError::Later`] when there is no session at the moment, when the SMSC is too busy, or when it does
    /// not answer in time, in which case it may have the message nevertheless; [`CarryError::Never`] when it
    /// refuses the message or there is no way to write it as a text message.
    pub async fn carry(&self, parcel: &Parcel) -> Result<Accepted, CarryError> {
        let parts = self.parts_of(parcel)?;
        let link = self.links.lock().get(&parcel.channel.sid).cloned();
        let link = link.ok_or_else(|| later("there is no session with the SMSC at the moment"))?;
        let millis = i64::try_from(parcel.timeout_millis).unwrap_or(i64::MAX / 1_000);
        let until = self.clock.now().plus_micros(millis.saturating_mul(1_000));
        let handed_over = tokio::select! {
            handed_over = self.hand_over(&link, parts, &parcel.idempotency_token, until) => handed_over,
            () = self.clock.sleep_until(until) => Err(later("the SMSC did not answer in time")),
        };
        if !matches!(handed_over, Err(CarryError::Later { .. })) {
            self.progress.forget(&parcel.idempotency_token);
        }
        handed_over
    }

    async fn hand_over(
        &self,
        link: &Link,
        parts: Vec<SubmitSm>,
        token: &str,
        until: Timestamp,
    ) -> Result<Accepted, CarryError> {
        let mut name = None;
        let begun = self.progress.of(token).min(parts.len().saturating_sub(1));
        for (number, part) in parts.into_iter().enumerate().skip(begun) {
            let at = link.pace.lock().take(self.clock.now(), until);
            let at = at.ok_or_else(|| later("the channel sends as many messages a second as it may"))?;
            self.clock.sleep_until(at).await;
            let (answer, answered) = oneshot::channel();
            let gone = || later("the session with the SMSC ended before it answered");
            link.submissions.send(Submission { sm: part, answer }).await.map_err(|_| gone())?;
            name = answered.await.map_err(|_| gone())??;
            self.progress.set(token, number + 1);
        }
        Ok(Accepted { channel_message_sid: name.map(|name| message_name(&name)), status: Some(Status::Sent) })
    }

    /// The PDUs of a message.
    fn parts_of(&self, parcel: &Parcel) -> Result<Vec<SubmitSm>, CarryError> {
        let [to] = parcel.to.as_slice() else { return Err(refused("an SMSC takes one address at a time")) };
        let unfit = |which: &str| refused(&format!("the {which} is neither a number nor a name that an SMSC takes"));
        let source = Address::of(&parcel.from).ok_or_else(|| unfit("sender"))?;
        let destination = Address::of(to).ok_or_else(|| unfit("recipient"))?;
        // Small numbers that follow each other keep the messages of a conversation apart, and every attempt at
        // one message has the same: phones drop parts that they have.
        let reference = parcel.message_index.to_le_bytes()[0];
        let too_long = || refused(&format!("the text needs more than {PARTS_MAX} parts"));
        let segments = split(&self.text_of(parcel)?, reference).ok_or_else(too_long)?;
        let data_coding = match segments.coding {
            Coding::Gsm => DataCoding::McSpecific,
            Coding::Ucs2 => DataCoding::Ucs2,
        };
        let count = segments.parts.len();
        // Made of its octet: the crate's default has a bit set that means something else.
        let esm_class = EsmClass::from(if count > 1 { HAS_HEADER } else { 0 });
        let part = |(number, octets): (usize, Vec<u8>)| {
            let is_last = number + 1 == count;
            let sm = SubmitSm::builder()
                .source_addr_ton(source.ton)
                .source_addr_npi(source.npi)
                .source_addr(source.digits.clone())
                .dest_addr_ton(destination.ton)
                .dest_addr_npi(destination.npi)
                .destination_addr(destination.digits.clone())
                .esm_class(esm_class)
                .registered_delivery(RegisteredDelivery::from(if is_last { FINAL_RECEIPT } else { 0 }))
                .data_coding(data_coding);
            // No part is longer than 160 octets.
            let octets = OctetString::from_vec(octets).map_err(|error| refused(&error.to_string()))?;
            Ok(sm.short_message(octets).build())
        };
        segments.parts.into_iter().enumerate().map(part).collect()
    }

    /// The text, and behind it a link to each file: there are no files in text messages.
    fn text_of(&self, parcel: &Parcel) -> Result<String, CarryError> {
        let mut lines: Vec<String> = parcel.body.iter().filter(|body| !body.is_empty()).cloned().collect();
        for file in &parcel.media {
            let base = self.public_base_url.as_deref();
            let base = base.ok_or_else(|| later("media can only be sent when `public_base_url` is set"))?;
            lines.push(format!("{base}{}", file.link));
        }
        if lines.is_empty() { Err(refused("there is no text to send")) } else { Ok(lines.join("\n")) }
    }
}

fn later(what: &str) -> CarryError {
    CarryError::Later { what: what.to_owned() }
}

/// A refusal of our own: the SMSC was not asked.
fn refused(what: &str) -> CarryError {
    CarryError::Never { status: Status::Failed, error_code: None, what: what.to_owned() }
}
