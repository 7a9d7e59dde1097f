//! Last call: a program that is asked before a timer moves a conversation, and may have it wait. Ours; the
//! contract knows nothing like it.

use serde_json::Value;

use crate::limits;
use crate::time::Timestamp;
use crate::timer::{TimerKind, iso_seconds};
use crate::webhook::Method;

/// The name of the question, `EventType` of the call.
pub const EVENT: &str = "onConversationLastCall";

/// What an account has set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Who is asked; `None` for nobody.
    pub url: Option<String>,
    /// How it is called.
    pub method: Method,
    /// How long before a timer ends it is asked, in seconds.
    pub lead_seconds: i64,
}

impl Default for Setting {
    /// What an account begins with: nobody is asked.
    fn default() -> Self {
        Setting { url: None, method: Method::Post, lead_seconds: 10 }
    }
}

/// What the program wants to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The timer goes its way.
    Go,
    /// The timer ends later.
    Postpone {
        /// By how much, in seconds.
        by_seconds: i64,
    },
    /// The clock stops.
    Hold,
}

impl Answer {
    /// Reads the body of an answer with status 200: empty, or a JSON object with `postpone`, an ISO 8601
    /// duration, or `hold`. Other members are passed over.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote the program.
    pub fn parse(body: &[u8]) -> Result<Self, &'static str> {
        if body.trim_ascii().is_empty() {
            return Ok(Answer::Go);
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return Err("not a JSON object") };
        let by_seconds = match members.get("postpone") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(
                iso_seconds(text).ok_or("postpone is not an ISO 8601 duration of days, hours, minutes and seconds")?,
            ),
            Some(_) => return Err("postpone is not a text"),
        };
        let hold = match members.get("hold") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(hold)) => *hold,
            Some(_) => return Err("hold is neither true nor false"),
        };
        match by_seconds {
            Some(_) if hold => Err("both postpone and hold"),
            Some(by_seconds) if by_seconds < limits::POSTPONEMENT_SECONDS_MIN => {
                Err("postpone is below its minimum of PT60S")
            }
            Some(by_seconds) => Ok(Answer::Postpone { by_seconds }),
            None if hold => Ok(Answer::Hold),
            None => Ok(Answer::Go),
        }
    }
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The answer let the timer go.
    Go,
    /// The timer was put off.
    Postponed,
    /// The clock was stopped.
    Held,
    /// The answer would have changed something, but the timer had ended, or another one was running.
    Late,
    /// The answer could not be understood.
    Invalid,
    /// There was no answer in time, or one of another status than 200.
    None,
}

impl Outcome {
    const ALL: [Outcome; 6] =
        [Outcome::Go, Outcome::Postponed, Outcome::Held, Outcome::Late, Outcome::Invalid, Outcome::None];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Go => "go",
            Outcome::Postponed => "postponed",
            Outcome::Held => "held",
            Outcome::Late => "late",
            Outcome::Invalid => "invalid",
            Outcome::None => "none",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A question as it is kept. Instants are the account's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCall {
    /// The timer that it is about.
    pub timer: TimerKind,
    /// When that timer ended or was to end.
    pub due: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What came of it; `None` while there is no answer, and for ever if the server stopped meanwhile.
    pub ended: Option<Ended>,
}

/// What came of a question, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What came of it.
    pub outcome: Outcome,
    /// When that was clear.
    pub at: Timestamp,
    /// When the timer was to end from then on, if it was put off.
    pub postponed_to: Option<Timestamp>,
    /// Why there was no valid answer.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_are_understood() {
        for (body, answer) in [
            ("", Answer::Go),
            (" \n", Answer::Go),
            ("{}", Answer::Go),
            (r#"{"hold": false}"#, Answer::Go),
            (r#"{"hold": null, "postpone": null}"#, Answer::Go),
            (r#"{"friendly_name": "x"}"#, Answer::Go),
            (r#"{"hold": true}"#, Answer::Hold),
            (r#"{"postpone": "PT2H"}"#, Answer::Postpone { by_seconds: 7_200 }),
            (r#"{"postpone": "PT60S", "hold": false}"#, Answer::Postpone { by_seconds: 60 }),
            (r#"{"postpone": "P36525D"}"#, Answer::Postpone { by_seconds: limits::TIMER_SECONDS_MAX }),
        ] {
            assert_eq!(Answer::parse(body.as_bytes()), Ok(answer), "{body}");
        }
    }

    #[test]
    fn what_is_no_answer_is_told_from_one() {
        for body in [
            "OK",
            "<Response/>",
            "[]",
            "null",
            "true",
            r#""hold""#,
            r#"{"hold": "true"}"#,
            r#"{"hold": 1}"#,
            r#"{"postpone": 7200}"#,
            r#"{"postpone": ""}"#,
            r#"{"postpone": "PT0S"}"#,
            r#"{"postpone": "PT59S"}"#,
            r#"{"postpone": "P36525DT1S"}"#,
            r#"{"postpone": "P1M"}"#,
            r#"{"postpone": "-PT2H"}"#,
            r#"{"postpone": "PT2H", "hold": true}"#,
            r#"{"hold": true"#,
        ] {
            assert!(Answer::parse(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn names_read_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        assert_eq!(Outcome::parse("gone"), None);
    }

    proptest! {
        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Answer::parse(&body);
        }
    }
}
