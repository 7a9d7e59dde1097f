//! Deliveries: what webhooks are to be told, from the event to the answer (contract §10); looked at, and
//! sent once more.

pub(crate) mod enqueue;
mod fetch;
pub(crate) mod gate;
pub(crate) mod list;
mod resend;
pub(crate) mod work;

use std::collections::BTreeMap;

use dwell_core::webhook::{Method, without_password};
use dwell_core::{AccountSid, DeliverySid, Timestamp};
use dwell_store::deliveries::{self, Way};

pub use dwell_store::deliveries::{Attempt, Status};
pub use enqueue::{Notifier, materialize};
pub use fetch::ATTEMPTS_SHOWN_MAX;
pub use list::List;
pub use resend::{ResendFailed, Resent};

use crate::error::Error;

/// A delivery as its account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its SID.
    pub sid: DeliverySid,
    /// The account that owns the hook.
    pub account_sid: AccountSid,
    /// Who is told: the SID of the account, of the service or of the conversation's own webhook.
    pub hook_sid: String,
    /// The conversation or user that the event is about.
    pub stream_sid: String,
    /// The name of the event.
    pub event: String,
    /// Where to, without a password.
    pub url: String,
    /// How.
    pub method: Method,
    /// What is sent, by name, but for `RetryCount`.
    pub parameters: BTreeMap<String, String>,
    /// How far it is.
    pub status: Status,
    /// How often it was tried.
    pub attempts: i64,
    /// The HTTP status of the last attempt, when there was an answer.
    pub last_status: Option<i64>,
    /// Why the last attempt had no answer, when it had none.
    pub last_error: Option<String>,
    /// When the event was written, or it was asked to be sent again; real time.
    pub created_at: Timestamp,
    /// When it was delivered or given up; real time.
    pub finished_at: Option<Timestamp>,
}

/// A message for an address outside is none, and not found.
impl TryFrom<deliveries::Delivery> for Delivery {
    type Error = Error;

    fn try_from(d: deliveries::Delivery) -> Result<Self, Error> {
        let Way::Call(method) = d.way else { return Err(Error::NotFound) };
        let parameters = serde_json::from_str(&d.params)
            .map_err(|error| Error::Internal(format!("the parameters of delivery {}: {error}", d.sid)))?;
        Ok(Delivery {
            sid: d.sid,
            account_sid: d.account_sid,
            hook_sid: d.hook_sid,
            stream_sid: d.stream_sid,
            event: d.event,
            url: without_password(&d.url),
            method,
            parameters,
            status: d.status,
            attempts: d.attempts,
            last_status: d.last_status,
            last_error: d.last_error,
            created_at: d.created_at,
            finished_at: d.finished_at,
        })
    }
}
