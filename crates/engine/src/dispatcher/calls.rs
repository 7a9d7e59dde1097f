//! Deliveries that are calls of webhooks.

use dwell_core::webhook::Method;
use dwell_store::deliveries::{Claim, Delivery, Status};

use super::{Outcome, Work, party_of};
use crate::deliveries::gate::{Party, Permit};
use crate::deliveries::work::{self, Head, Record, Span};
use crate::hooks::{CallError, Reply};

impl Work {
    /// Calls the webhook of the head of a claimed queue.
    pub(super) async fn call(
        &self,
        claim: &Claim,
        head: &Head,
        method: Method,
        permit: &mut Option<Permit>,
    ) -> Outcome {
        let (delivery, party, clock) = (&head.delivery, party_of(head), &*self.engine.inner.clock);
        let give_up = |why: &str| Ok((Record::given_up(delivery, why, None, clock.now()), None));
        let Some(params) = work::params(delivery) else { return give_up("its parameters cannot be read") };
        let Some(token) = self.token(delivery).await? else { return give_up("the account is disabled") };
        if !self.enter(&party, head, permit).await? {
            return give_up("the endpoint does not answer, and its time is over");
        }
        let began = self.begin(claim)?;
        let outcome = self.engine.inner.transport.call(work::call(delivery, method, params, token)).await;
        let span = Span { began, micros: clock.now().micros_since(began).max(0) };
        if let Some(permit) = permit {
            self.learn(permit, &party, &outcome, span);
        }
        measure(&outcome);
        let random = &*self.engine.inner.random;
        let (delivery, attempt, again) =
            work::judge(delivery, (&outcome).into(), span, self.deadline(delivery), random);
        Ok((Record { delivery, attempt: Some(attempt), word: None, at: clock.now() }, again))
    }

    /// Lets the gate know how the endpoint is.
    fn learn(&self, permit: &mut Permit, party: &Party, outcome: &Result<Reply, CallError>, span: Span) {
        match outcome {
            Ok(_) | Err(CallError::BodyTooLarge { .. }) => permit.answered(span.micros),
            // It was never asked.
            Err(CallError::Refused { .. }) => {}
            Err(error) => {
                if let Some(seconds) = permit.failed(span.micros, self.engine.now()) {
                    tracing::warn!(endpoint = party.endpoint, seconds, %error, "an endpoint of webhooks is paused");
                }
            }
        }
    }
}

fn measure(outcome: &Result<Reply, CallError>) {
    let result = match outcome {
        Ok(reply) => match reply.status {
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            500..=599 => "5xx",
            _ => "other",
        },
        Err(CallError::Refused { .. }) => "refused",
        Err(CallError::Dns { .. }) => "dns",
        Err(CallError::Connect { .. }) => "connect",
        Err(CallError::Tls { .. }) => "tls",
        Err(CallError::Timeout { .. }) => "timeout",
        Err(CallError::Protocol { .. } | CallError::BodyTooLarge { .. }) => "protocol",
    };
    metrics::counter!("dwell_webhook_attempts_total", "result" => result).increment(1);
}

/// Counts a delivery that is finished and tells how it went; of the URL only its endpoint, which holds no
/// secret.
pub(super) fn tell(delivery: &Delivery) {
    let Delivery { sid, event, attempts, last_status: status, last_error: error, .. } = delivery;
    let endpoint = work::endpoint_of(&delivery.url);
    let count = |outcome| metrics::counter!("dwell_webhook_deliveries_total", "outcome" => outcome).increment(1);
    match delivery.status {
        Status::Pending => tracing::debug!(delivery = %sid, event, endpoint, attempts, status, error, "not delivered"),
        Status::Delivered => {
            let micros = delivery.finished_at.map_or(0, |at| at.micros_since(delivery.created_at).max(0));
            metrics::histogram!("dwell_webhook_delivery_seconds").record(micros as f64 / 1e6);
            tracing::debug!(delivery = %sid, event, endpoint, attempts, "delivered");
            count("delivered");
        }
        Status::Failed => {
            tracing::info!(delivery = %sid, event, endpoint, attempts, status, error, "delivery given up");
            count("failed");
        }
    }
}
