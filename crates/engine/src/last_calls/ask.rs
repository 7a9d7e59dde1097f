//! A question about a timer: what is asked, what is heard, and what comes of it.

use dwell_core::last_call::{Answer, EVENT, Ended, LastCall, Outcome};
use dwell_core::lifecycle::{Armed, Input, Step, step};
use dwell_core::{AccountSid, Conversation, ConversationSid, DeliverySid, ServiceSid, Timestamp};
use dwell_store::conversations::Key;
use dwell_store::{Tx, accounts, conversations, last_calls};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::{AuthToken, Call, Method};
use crate::journal::SOURCE_TIMER;

/// Longest wait for an answer, in milliseconds.
const ANSWER_MILLIS_MAX: i64 = 5_000;
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Most questions under way at once while somebody turns a test clock.
const SIDE_BY_SIDE_MAX: usize = 64;
/// Most questions that one turn of a test clock asks; what comes due after that goes unasked.
const QUESTIONS_OF_TURN_MAX: usize = 1_000;
/// Questions in a row without an answer after which a turn of a test clock asks no more.
const UNANSWERED_OF_TURN_MAX: usize = 3;

/// Who is asked for an account.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    url: String,
    method: Method,
    auth_token: AuthToken,
}

/// A timer that is about to move a conversation.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    account_sid: AccountSid,
    service_sid: ServiceSid,
    pub(crate) conversation_sid: ConversationSid,
    armed: Armed,
    params: Vec<(String, String)>,
    timeout_millis: u64,
}

/// What was heard.
#[derive(Debug)]
pub(crate) enum Heard {
    Answer(Answer),
    /// Something, but nothing that makes sense.
    Invalid(String),
    Nothing(String),
}

impl Heard {
    /// Whether there is somebody who answers.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self, Heard::Nothing(_))
    }
}

/// What one turn of a test clock may still ask.
#[derive(Debug)]
pub(crate) struct Budget {
    questions: usize,
    unanswered: usize,
}

impl Budget {
    /// For a new turn of the clock.
    pub(crate) const NEW: Budget = Budget { questions: QUESTIONS_OF_TURN_MAX, unanswered: 0 };

    /// How many questions are left.
    pub(crate) fn left(&self) -> usize {
        if self.unanswered < UNANSWERED_OF_TURN_MAX { self.questions } else { 0 }
    }

    fn spend(&mut self, is_answer: bool) {
        self.questions = self.questions.saturating_sub(1);
        self.unanswered = if is_answer { 0 } else { self.unanswered + 1 };
    }
}

impl Question {
    /// The question about the running timer of a conversation, which from now on counts as asked at the
    /// account's time `now`. Nothing when no timer runs or something has come of the question already.
    /// Also whether nobody was asked about it before.
    pub(crate) fn begin(
        tx: &mut dyn Tx,
        account: &AccountSid,
        conversation: &ConversationSid,
        now: Timestamp,
    ) -> Result<Option<(Self, bool)>, Error> {
        let Some(c) = conversations::fetch_anywhere(tx, account, conversation)? else { return Ok(None) };
        let (Some(armed), [Some(ahead), _]) = (c.lifecycle.armed, c.lifecycle.forecast()) else { return Ok(None) };
        let before = last_calls::fetch(tx, account, conversation, armed.due)?;
        if before.as_ref().is_some_and(|before| before.ended.is_some()) {
            return Ok(None);
        }
        let asked = LastCall { timer: armed.kind, due: armed.due, asked_at: now, ended: None };
        let is_new = last_calls::begin(tx, account, conversation, &asked)?;
        let question = Question {
            account_sid: c.account_sid,
            service_sid: c.service_sid,
            conversation_sid: c.sid,
            armed,
            params: params(&c, armed, ahead.to.as_str()),
            timeout_millis: ANSWER_MILLIS_MAX.unsigned_abs(),
        };
        Ok(Some((question, is_new)))
    }

    /// The same question with so little time that an answer still comes before the timer ends.
    fn in_time(mut self, now: Timestamp) -> Self {
        let millis = self.armed.due.micros_since(now) / 1_000;
        self.timeout_millis = millis.clamp(1, ANSWER_MILLIS_MAX).unsigned_abs();
        self
    }
}

fn params(c: &Conversation, armed: Armed, to: &str) -> Vec<(String, String)> {
    let always = [
        ("AccountSid", c.account_sid.as_str()),
        ("EventType", EVENT),
        ("Source", SOURCE_TIMER),
        ("RetryCount", "0"),
        ("ChatServiceSid", &c.service_sid),
        ("MessagingServiceSid", &c.messaging_service_sid),
        ("ConversationSid", &c.sid),
        ("Attributes", &c.attributes),
        ("State", c.lifecycle.state.as_str()),
        ("StateTo", to),
        ("Timer", armed.kind.as_str()),
        ("DateDue", &armed.due.to_rfc3339_millis()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let given = [("FriendlyName", &c.friendly_name), ("UniqueName", &c.unique_name)];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    always.into_iter().chain(given).collect()
}

impl Engine {
    /// Who is asked for an account; `None` for nobody.
    pub(crate) async fn asker_of(&self, account: AccountSid) -> Result<Option<Asker>, Error> {
        let found = self.inner.store.read(move |tx| {
            Ok::<_, Error>(last_calls::setting(tx, &account)?.url.zip(accounts::fetch(tx, &account)?).map(
                // A setting without a URL asks nobody, so what is left of it is read with the URL.
                |(url, (_, sealed))| (url, sealed),
            ))
        });
        let Some((url, sealed)) = found.await? else { return Ok(None) };
        self.asker(url, Method::Post, &sealed).map(Some)
    }
}
