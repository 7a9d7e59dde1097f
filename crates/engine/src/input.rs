//! Checks of parameters that several commands share. Inputs arrive as the texts that the client
//! sent: `None` when a parameter is absent, an empty text when it is blank.

use dwell_core::timer::{TimerKind, TimerSetting};
use dwell_core::{MessagingServiceSid, Reason, State, Timestamp, limits};

/// `None` for an absent or blank parameter.
pub(crate) fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

pub(crate) fn at_most(text: &str, chars_max: usize, reason: Reason) -> Result<&str, Reason> {
    // A text has at most as many characters as bytes.
    if text.len() > chars_max && text.chars().count() > chars_max { Err(reason) } else { Ok(text) }
}

/// A friendly name; a blank one says nothing (contract §1.3).
pub(crate) fn friendly_name(text: Option<&str>) -> Result<Option<String>, Reason> {
    present(text)
        .map(|name| at_most(name, limits::FRIENDLY_NAME_CHARS_MAX, Reason::FriendlyNameTooLong).map(str::to_owned))
        .transpose()
}

/// A messaging service SID; a blank one says nothing (contract §1.3).
pub(crate) fn messaging_service(text: Option<&str>) -> Result<Option<MessagingServiceSid>, Reason> {
    present(text).map(|sid| MessagingServiceSid::parse(sid).ok_or(Reason::MessagingServiceSidInvalid)).transpose()
}

/// A state that a request asks for.
pub(crate) fn state(text: &str) -> Result<State, Reason> {
    State::parse_settable(text).ok_or(Reason::StateUnknown)
}

/// `DateCreated` or `DateUpdated`.
pub(crate) fn date(text: Option<&str>, malformed: Reason) -> Result<Option<Timestamp>, Reason> {
    text.map(|text| Timestamp::parse(text).ok_or(malformed)).transpose()
}

/// A timer parameter.
pub(crate) fn timer(kind: TimerKind, text: Option<&str>) -> Result<Option<TimerSetting>, Reason> {
    text.map(|text| TimerSetting::parse(kind, text)).transpose()
}

/// A switch: `true` or `false` in any case, nothing else.
pub(crate) fn boolean(name: &'static str, text: Option<&str>) -> Result<Option<bool>, Reason> {
    match text {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(Reason::InvalidParameter { name, problem: "neither true nor false".to_owned() }),
    }
}

/// An identity as a participant or user may have it.
pub(crate) fn identity(text: &str) -> Result<&str, Reason> {
    if dwell_core::has_sid_form(dwell_core::UserSid::PREFIX, text) {
        return Err(Reason::IdentityLooksLikeSid);
    }
    at_most(text, limits::IDENTITY_CHARS_MAX, Reason::IdentityTooLong)
}
