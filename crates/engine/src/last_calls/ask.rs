//! A question about a timer: what is asked, what is heard, and what comes of it.

use dwell_core::last_call::{Answer, EVENT, Ended, LastCall, Outcome};
use dwell_core::lifecycle::{Armed, Input, Step, step};
use dwell_core::{Account, AccountSid, Conversation, ConversationSid, DeliverySid, ServiceSid, Timestamp};
use dwell_store::accounts::SealedSecret;
use dwell_store::conversations::Key;
use dwell_store::{Tx, accounts, conversations, last_calls};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::{AuthToken, Call, Method, idempotency_token};
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
    pub(crate) lead_seconds: i64,
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
        // What a policy says before its clock ends moves nothing.
        let Some(timer) = armed.kind.timer() else { return Ok(None) };
        let before = last_calls::fetch(tx, account, conversation, armed.due)?;
        if before.as_ref().is_some_and(|before| before.ended.is_some()) {
            return Ok(None);
        }
        let asked = LastCall { timer, due: armed.due, asked_at: now, ended: None };
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

/// What an account has set up and what signs for it; `None` when nobody is asked.
fn set_up(tx: &mut dyn Tx, account: &AccountSid) -> Result<Option<SetUp>, Error> {
    let setting = last_calls::setting(tx, account)?;
    let (Some(url), Some((account, sealed))) = (setting.url, accounts::fetch(tx, account)?) else { return Ok(None) };
    Ok(Some(SetUp { url, method: setting.method, lead_seconds: setting.lead_seconds, account, sealed }))
}

struct SetUp {
    url: String,
    method: Method,
    lead_seconds: i64,
    account: Account,
    sealed: SealedSecret,
}

impl Engine {
    /// Who is asked for an account; `None` for nobody.
    pub(crate) async fn asker_of(&self, account: AccountSid) -> Result<Option<Asker>, Error> {
        let found = self.inner.store.read(move |tx| set_up(tx, &account)).await?;
        found.map(|found| self.asker(found)).transpose()
    }

    fn asker(&self, SetUp { url, method, lead_seconds, sealed, .. }: SetUp) -> Result<Asker, Error> {
        let token = self.open_secret(&sealed)?;
        Ok(Asker { url, method, auth_token: AuthToken::new(token), lead_seconds })
    }

    /// Takes on questions of an account that are to be asked at the real time `real`, at most so many. Other
    /// nodes leave them to this one.
    pub(crate) async fn begin_questions(
        &self,
        account: AccountSid,
        real: Timestamp,
        limit: usize,
    ) -> Result<Option<(Asker, Vec<Question>)>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let begun = self.write(move |tx| {
            let Some(found) = set_up(tx, &account)? else { return Ok(None) };
            let now = found.account.now(real);
            let until = now.plus_seconds(found.lead_seconds);
            let mut questions = Vec::new();
            for conversation in last_calls::unasked(tx, &account, now, until, limit)? {
                // Another node may have been a moment faster.
                if let Some((question, true)) = Question::begin(tx, &account, &conversation, now)? {
                    questions.push(question.in_time(now));
                }
            }
            Ok::<_, Error>(Some((found, questions)))
        });
        let Some((found, questions)) = begun.await? else { return Ok(None) };
        Ok(Some((self.asker(found)?, questions)))
    }

    /// Asks, once, and waits for the answer as long as the question says.
    pub(crate) async fn ask_last_call(&self, asker: &Asker, question: &Question) -> Heard {
        let call = Call {
            url: asker.url.clone(),
            method: asker.method,
            params: question.params.clone(),
            auth_token: asker.auth_token.clone(),
            idempotency_token: idempotency_token(&DeliverySid::new(self.sid())),
            timeout_millis: question.timeout_millis,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        let reply = match self.inner.transport.call(call).await {
            Ok(reply) if reply.status == 200 => reply,
            Ok(reply) => return Heard::Nothing(format!("status {}", reply.status)),
            Err(error) => return Heard::Nothing(error.to_string()),
        };
        match reply.whole_body().map_err(|error| error.to_string()).and_then(|body| Ok(Answer::parse(body)?)) {
            Ok(answer) => Heard::Answer(answer),
            Err(problem) => {
                let Question { account_sid, conversation_sid, .. } = question;
                tracing::warn!(account = %account_sid, conversation = %conversation_sid, problem, "invalid answer to a last call");
                Heard::Invalid(problem)
            }
        }
    }

    /// Does what was heard, if the timer that was asked about still runs at the real time `real`.
    pub(crate) async fn conclude(&self, question: &Question, heard: Heard, real: Timestamp) -> Result<(), Error> {
        let question = question.clone();
        let outcome = self.write(move |tx| conclude(tx, &question, &heard, real)).await?;
        metrics::counter!("dwell_last_calls_total", "outcome" => outcome.as_str()).increment(1);
        Ok(())
    }

    /// Asks all of these, many side by side, and does what is heard, all at the real time `real`.
    pub(crate) async fn ask_all(
        &self,
        asker: &Asker,
        questions: Vec<Question>,
        real: Timestamp,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        let mut waiting = questions.into_iter();
        let mut asking = JoinSet::new();
        loop {
            for question in waiting.by_ref().take(SIDE_BY_SIDE_MAX.saturating_sub(asking.len())) {
                let (engine, asker) = (self.clone(), asker.clone());
                asking.spawn(async move {
                    let heard = engine.ask_last_call(&asker, &question).await;
                    let is_answer = heard.is_answer();
                    engine.conclude(&question, heard, real).await.map(|()| is_answer)
                });
            }
            match asking.join_next().await {
                None => return Ok(()),
                Some(Ok(ended)) => budget.spend(ended?),
                Some(Err(error)) => return Err(Error::Internal(error.to_string())),
            }
        }
    }
}

fn conclude(tx: &mut dyn Tx, question: &Question, heard: &Heard, real: Timestamp) -> Result<Outcome, Error> {
    let Question { account_sid, service_sid, conversation_sid, .. } = question;
    let due = question.armed.due;
    let Some((account, _)) = accounts::fetch(tx, account_sid)? else { return Ok(Outcome::Late) };
    let now = account.now(real);
    let (input, outcome, problem) = match heard {
        Heard::Answer(Answer::Postpone { by_seconds }) => {
            (Some(Input::Postponed { due, by_seconds: *by_seconds }), Outcome::Postponed, None)
        }
        Heard::Answer(Answer::Hold) => (Some(Input::Held { due }), Outcome::Held, None),
        Heard::Answer(Answer::Go) => (None, Outcome::Go, None),
        Heard::Invalid(problem) => (None, Outcome::Invalid, Some(problem)),
        Heard::Nothing(problem) => (None, Outcome::None, Some(problem)),
    };
    let mut ended = Ended { outcome, at: now, postponed_to: None, problem: problem.cloned() };
    if let Some(input) = input {
        ended.outcome = Outcome::Late;
        let Some(mut c) = conversations::lock(tx, account_sid, service_sid, Key::Sid(conversation_sid))? else {
            return Ok(Outcome::Late);
        };
        let Step { next, .. } = step(&c.lifecycle, now, input)?;
        if next != c.lifecycle {
            c.lifecycle = next;
            conversations::update(tx, &c)?;
            ended.outcome = outcome;
            ended.postponed_to = c.lifecycle.armed.map(|armed| armed.due);
        }
    }
    last_calls::end(tx, account_sid, conversation_sid, due, &ended)?;
    Ok(ended.outcome)
}
