//! Deliveries that are messages for addresses outside, which channels take.

use std::collections::HashMap;

use dwell_core::channel::Provider;
use dwell_core::receipt;
use dwell_core::{AccountSid, Timestamp};
use dwell_store::deliveries::{Claim, Delivery, Status};
use parking_lot::Mutex;

use super::{Outcome, Work, party_of};
use crate::carriers::{Accepted, CarryError, Parcel};
use crate::deliveries::gate::Permit;
use crate::deliveries::work::{self, Head, Record, Span};
use crate::outbound::errand::{Errand, Obstacle, TIMEOUT_MILLIS};
use crate::outbound::record::Word;
use crate::outbound::{Letter, codes};
use crate::phones;

/// When to look again at a message whose channel is disabled or not there, in seconds.
const CLOSED_SECONDS: i64 = 60;
/// How long messages wait for somebody to set up a channel for their address, in seconds: enough to put another
/// in the place of one that was deleted.
const UNSERVED_SECONDS_MAX: i64 = 3_600;
/// Most addresses without a channel that are remembered. With more of them their messages wait longer.
const UNSERVED_MAX: usize = 10_000;
/// What a carrier may exceed its time by before it is given up, in microseconds.
const GRACE_MICROS: i64 = 500_000;

/// Since when addresses have no channel, as far as this process has noticed. Whatever it forgets is noticed
/// again: messages then wait longer, but never beyond their time.
#[derive(Default)]
pub(super) struct Unserved(Mutex<HashMap<(AccountSid, String), Noticed>>);

#[derive(Clone, Copy)]
struct Noticed {
    first: Timestamp,
    last: Timestamp,
}

impl Unserved {
    /// Notices that a message found no channel, and says since when its address has none.
    fn since(&self, delivery: &Delivery, now: Timestamp) -> Timestamp {
        let mut noticed = self.0.lock();
        if noticed.len() >= UNSERVED_MAX {
            noticed.clear();
        }
        let key = (delivery.account_sid, delivery.url.clone());
        let entry = noticed.entry(key).or_insert(Noticed { first: now, last: now });
        entry.last = now;
        entry.first
    }

    fn forget(&self, delivery: &Delivery) {
        self.0.lock().remove(&(delivery.account_sid, delivery.url.clone()));
    }

    /// Forgets addresses that nobody has asked for any more.
    pub(super) fn tidy(&self, now: Timestamp) {
        let long_ago = now.plus_seconds(-UNSERVED_SECONDS_MAX);
        self.0.lock().retain(|_, noticed| noticed.last > long_ago);
    }
}

impl Work {
    /// Hands the message at the head of a claimed queue over to its channel.
    pub(super) async fn carry(&self, claim: &Claim, head: &Head, permit: &mut Option<Permit>) -> Outcome {
        let (delivery, clock) = (&head.delivery, &*self.engine.inner.clock);
        let Some(letter) = Letter::of(delivery) else {
            return Ok((Record::given_up(delivery, "it cannot be read", None, clock.now()), None));
        };
        let Some(token) = self.token(delivery).await? else {
            return Ok((self.failed(delivery, "the account is disabled", codes::ACCOUNT_DISABLED), None));
        };
        if !self.enter(&party_of(head), head, permit).await? {
            return Ok((
                self.failed(delivery, "its channel takes nothing, and its time is over", codes::EXPIRED),
                None,
            ));
        }
        // Only now, that it counts what was changed while it waited.
        let ready = match self.engine.errand(delivery, &letter).await {
            Ok(Errand::Ready(ready)) => ready,
            Ok(Errand::Not(obstacle)) => return self.without(delivery, obstacle),
            Err(error) => {
                tracing::error!(delivery = %delivery.sid, %error, "a message cannot be sent");
                return self.wait_or(delivery, "its channel's settings cannot be read");
            }
        };
        self.unserved.forget(delivery);
        let channel = ready.channel().sid;
        if head.channel.or_else(|| phones::own_channel_sid(&delivery.account_sid)) != Some(channel) {
            // The permission was for another one.
            return Err(clock.now());
        }
        let began = self.begin(claim)?;
        let outcome = self.hand_over(ready.parcel(&self.engine, delivery, letter, token)).await;
        let span = Span { began, micros: clock.now().micros_since(began).max(0) };
        if let Some(permit) = permit {
            self.weigh(permit, &channel, &outcome, span);
        }
        let random = &*self.engine.inner.random;
        let (delivery, attempt, again) =
            work::judge(delivery, (&outcome).into(), span, self.deadline(delivery), random);
        let word = match outcome {
            Ok(accepted) => Some(Word::Accepted(channel, accepted)),
            Err(CarryError::Never { status, error_code, .. }) => Some(Word::Failed(failure(status), error_code)),
            Err(CarryError::Later { .. }) if again.is_none() => Some(expired()),
            Err(CarryError::Later { .. }) => None,
        };
        Ok((Record { delivery, attempt: Some(attempt), word, at: clock.now() }, again))
    }

    /// Simulated phones are the engine's own. A carrier that does not keep to its time is given up.
    async fn hand_over(&self, mut parcel: Parcel) -> Result<Accepted, CarryError> {
        match parcel.channel.provider {
            Provider::Loopback => return self.engine.carry_to_phones(parcel).await,
            Provider::Email => self.engine.pack(&mut parcel).await?,
            Provider::Twilio | Provider::Smpp | Provider::Http => {}
        }
        let clock = &*self.engine.inner.clock;
        let millis = i64::try_from(TIMEOUT_MILLIS).unwrap_or(i64::MAX);
        let until = clock.now().plus_micros(millis.saturating_mul(1_000).saturating_add(GRACE_MICROS));
        tokio::select! {
            biased;
            outcome = self.engine.inner.carrier.carry(parcel) => outcome,
            () = clock.sleep_until(until) => Err(CarryError::Later { what: format!("no answer within {millis} ms") }),
        }
    }

    /// What becomes of a message that cannot be handed over now.
    fn without(&self, delivery: &Delivery, obstacle: Obstacle) -> Outcome {
        let now = self.engine.now();
        match obstacle {
            Obstacle::Removed => Ok((Record::given_up(delivery, "the message was removed", None, now), None)),
            Obstacle::Done => {
                let delivery = Delivery { status: Status::Delivered, finished_at: Some(now), ..delivery.clone() };
                Ok((Record { delivery, attempt: None, word: None, at: now }, None))
            }
            Obstacle::NoGroups => {
                Ok((self.failed(delivery, "its channel takes no group texts", codes::NO_CHANNEL), None))
            }
            Obstacle::Disabled => self.wait_or(delivery, "its channel is disabled"),
            Obstacle::Unserved => {
                // A message has that time also when its address has been without a channel for longer.
                let since = self.unserved.since(delivery, now).max(delivery.created_at);
                if now < since.plus_seconds(UNSERVED_SECONDS_MAX).min(self.deadline(delivery)) {
                    return Err(now.plus_seconds(CLOSED_SECONDS));
                }
                Ok((self.failed(delivery, "no channel serves its address", codes::NO_CHANNEL), None))
            }
        }
    }

    /// Lets a message wait, until its time is over.
    fn wait_or(&self, delivery: &Delivery, why: &str) -> Outcome {
        let (now, deadline) = (self.engine.now(), self.deadline(delivery));
        if now < deadline {
            return Err(now.plus_seconds(CLOSED_SECONDS).min(deadline));
        }
        Ok((self.failed(delivery, why, codes::EXPIRED), None))
    }

    /// A message that is given up, and what its receipts say of it.
    fn failed(&self, delivery: &Delivery, why: &str, error_code: i64) -> Record {
        let word = Word::Failed(receipt::Status::Failed, Some(error_code));
        Record::given_up(delivery, why, Some(word), self.engine.now())
    }

    /// Lets the gate know how the channel is.
    fn weigh(
        &self,
        permit: &mut Permit,
        channel: &dwell_core::ChannelSid,
        outcome: &Result<Accepted, CarryError>,
        span: Span,
    ) {
        let result = match outcome {
            Ok(_) => "accepted",
            Err(CarryError::Never { .. }) => "refused",
            Err(CarryError::Later { .. }) => "later",
        };
        metrics::counter!("dwell_outbound_attempts_total", "result" => result).increment(1);
        match outcome {
            Ok(_) | Err(CarryError::Never { .. }) => permit.answered(span.micros),
            Err(error @ CarryError::Later { .. }) => {
                if let Some(seconds) = permit.failed(span.micros, self.engine.now()) {
                    tracing::warn!(%channel, seconds, %error, "a channel is paused");
                }
            }
        }
    }
}

fn expired() -> Word {
    Word::Failed(receipt::Status::Failed, Some(codes::EXPIRED))
}

/// A refusal is a failure, whatever the carrier calls it.
fn failure(status: receipt::Status) -> receipt::Status {
    if status.is_failure() { status } else { receipt::Status::Failed }
}

/// Counts a message that is finished and tells how it went, without its text and addresses.
pub(super) fn tell(delivery: &Delivery) {
    let Delivery { sid, hook_sid: participant, attempts, last_error: error, .. } = delivery;
    let count = |outcome| metrics::counter!("dwell_outbound_messages_total", "outcome" => outcome).increment(1);
    match delivery.status {
        Status::Pending => tracing::debug!(delivery = %sid, participant, attempts, error, "message not handed over"),
        Status::Delivered => {
            tracing::debug!(delivery = %sid, participant, attempts, "message handed over");
            count("accepted");
        }
        Status::Failed => {
            tracing::info!(delivery = %sid, participant, attempts, error, "message given up");
            count("failed");
        }
    }
}
