//! What answers of HTTP carriers have in common: JSON objects in which they name the message.

use dwell_core::limits::CHANNEL_MESSAGE_SID_BYTES_MAX;
use dwell_core::receipt::Status;
use dwell_engine::carriers::{Accepted, CarryError};
use dwell_engine::hooks::Reply;
use serde_json::{Map, Value};

/// Longest part of an answer that is read, in bytes.
pub(super) const BYTES_MAX: usize = 64 * 1024;

/// The members of an answer; none when it is not a JSON object.
pub(super) struct Answer(Map<String, Value>);

impl Answer {
    /// Reads the body. One that was cut is not JSON.
    pub(super) fn of(reply: &Reply) -> Self {
        match serde_json::from_slice(&reply.body) {
            Ok(Value::Object(members)) => Answer(members),
            _ => Answer(Map::new()),
        }
    }

    /// A name of the message, in `member`; none when it could not be kept.
    pub(super) fn name(&self, member: &str) -> Option<String> {
        let name = match self.0.get(member)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let fits = !name.is_empty() && !name.contains(char::is_control) && name.len() <= CHANNEL_MESSAGE_SID_BYTES_MAX;
        fits.then_some(name)
    }

    /// A number of an error, in `member`.
    pub(super) fn code(&self, member: &str) -> Option<i64> {
        match self.0.get(member)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// How far the message is, in `status`; `None` for a word that is no status.
    pub(super) fn status(&self) -> Option<Status> {
        Status::parse(self.0.get("status")?.as_str()?)
    }

    /// Whether there is a word on how far the message is.
    pub(super) fn has_status(&self) -> bool {
        self.0.get("status").is_some_and(Value::is_string)
    }

    /// What an answer that takes the message says of it: even then it may have failed already.
    pub(super) fn accepted(&self, name: Option<String>, status: Option<Status>) -> Result<Accepted, CarryError> {
        match status.filter(|status| status.is_failure()) {
            Some(status) => Err(CarryError::Never {
                status,
                error_code: self.code("error_code"),
                what: format!("it was taken, and {} at once", status.as_str()),
            }),
            None => Ok(Accepted { channel_message_sid: name, status }),
        }
    }
}
