//! Asking before something happens (contract §10.2, §10.6): the pre-event webhook of a service or its
//! account hears of a change that a request asks for, and may reject or alter it.
//!
//! A command is gone through twice: rehearsed on a snapshot, which refuses what would be refused anyway
//! and says what the webhook is told, and, once it has answered, carried out from the beginning. In
//! between nothing is held but the request itself: no transaction, no lock, no connection of the store.

mod about;
mod waiting;

use dwell_core::webhook::Routing;
use dwell_core::{DeliverySid, Reason};
use dwell_store::{Tx, webhook_configurations};
use serde_json::{Map, Value};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::{Call, CallError, Method, Reply, idempotency_token};

pub(crate) use about::{PreEvent, Subject};
pub(crate) use waiting::Waiting;

/// Longest wait for an answer, in milliseconds (contract §10.3).
const TIMEOUT_MILLIS: u64 = 5_000;
/// Longest answer that is read, in bytes: a message's body and attributes with every character escaped.
const ANSWER_BYTES_MAX: usize = 128 * 1024;
/// The code of a webhook that was called in vain (contract §4.3).
const CALL_FAILED: u32 = 50_057;
/// The code of a webhook that did not answer in time (contract §4.3).
const NO_ANSWER: u32 = 50_076;

/// What a request asks for, so far as a webhook has a say in it.
pub(crate) trait Request: Clone + Send + 'static {
    /// Whether it asks for no change at all. Then nobody is asked.
    fn is_empty(&self) -> bool {
        false
    }

    /// What an answer may alter.
    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        Vec::new()
    }
}

/// A removal asks for nothing that could be altered.
impl Request for () {}

/// A parameter that an answer may alter.
pub(crate) struct Alterable<'a> {
    /// Its name in answers.
    pub(crate) member: &'static str,
    /// Its name in requests.
    pub(crate) parameter: &'static str,
    /// Where it is.
    pub(crate) place: &'a mut Option<String>,
}

/// Whom to ask, and what.
struct Question {
    url: String,
    method: Method,
    params: Vec<(String, String)>,
}

/// What is to become of a request.
#[derive(Debug, PartialEq)]
enum Verdict {
    Proceed,
    /// The webhook could not say; the code and the problem are for the log.
    ProceedAfter(u32, String),
    Alter(Map<String, Value>),
    Reject,
}

impl Verdict {
    /// The name in metrics.
    const fn name(&self) -> &'static str {
        match self {
            Verdict::Proceed => "proceeded",
            Verdict::Alter(_) => "altered",
            Verdict::Reject => "rejected",
            Verdict::ProceedAfter(..) => "failed",
        }
    }
}

impl Engine {
    /// Carries out the command `work` on `request`, unless the webhook that is to be asked about `event`
    /// rejects it. Its answer may alter the request, which is then as if it had been sent so.
    ///
    /// # Errors
    /// Those of `work`; [`Reason::PreWebhookRejected`]; [`Error::TooManyRequests`] and
    /// [`Error::Overloaded`] when too many requests wait for webhooks already.
    pub(crate) async fn write_unless_rejected<R, S, W>(
        &self,
        event: PreEvent,
        scope: &Scope,
        mut request: R,
        work: W,
    ) -> Result<S, Error>
    where
        R: Request,
        S: Subject,
        W: Fn(&mut dyn Tx, &Scope, &R) -> Result<S, Error> + Clone + Send + 'static,
    {
        let mut scope = scope.clone();
        if scope.caller.webhooks && !request.is_empty() {
            let question = self.question(event, scope.clone(), request.clone(), work.clone()).await?;
            if let Some(question) = question {
                self.ask(event, &scope, question, &mut request).await?;
                // The change happens now that there is an answer, not when the request came in.
                scope.caller.received_at = self.now();
            }
        }
        self.write(move |tx| work(tx, &scope, &request)).await
    }

    /// What is to be asked; `None` when nobody wants to be.
    async fn question<R, S, W>(
        &self,
        event: PreEvent,
        mut scope: Scope,
        request: R,
        work: W,
    ) -> Result<Option<Question>, Error>
    where
        R: Request,
        S: Subject,
        W: Fn(&mut dyn Tx, &Scope, &R) -> Result<S, Error> + Send + 'static,
    {
        // Whom to tell after the fact need not be found out for a rehearsal.
        scope.caller.webhooks = false;
        let rehearsal = move |tx: &mut dyn Tx| {
            let account = &scope.caller.account.sid;
            let hook = webhook_configurations::fetch_both(tx, account, &scope.service_sid)?.in_force();
            let is_wanted = hook.routing == Routing::Webhook && hook.filters.iter().any(|name| name == event.name());
            let Some(url) = hook.pre_url.filter(|_| is_wanted) else { return Ok(None) };
            let subject = work(tx, &scope, &request)?;
            let params = about::params(event, &scope, &subject)?;
            Ok(Some(Question { url, method: hook.method, params }))
        };
        self.inner.store.rehearse(rehearsal).await
    }

    async fn ask(
        &self,
        event: PreEvent,
        scope: &Scope,
        question: Question,
        request: &mut impl Request,
    ) -> Result<(), Error> {
        let account = scope.caller.account.sid;
        let auth_token = self.signing_token(&account, scope.caller.received_at).await?.ok_or(Error::NotFound)?;
        let call = Call {
            url: question.url,
            method: question.method,
            params: question.params,
            auth_token,
            idempotency_token: idempotency_token(&DeliverySid::new(self.sid())),
            timeout_millis: TIMEOUT_MILLIS,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        let place = self.inner.waiting.enter(account)?;
        let outcome = self.inner.transport.call(call).await;
        drop(place);
        let verdict = judge(outcome);
        metrics::counter!("dwell_pre_hook_calls_total", "outcome" => verdict.name()).increment(1);
        match verdict {
            Verdict::Proceed => Ok(()),
            Verdict::Alter(answer) => Ok(alter(request, &answer)?),
            Verdict::Reject => Err(Error::Refused(Reason::PreWebhookRejected)),
            Verdict::ProceedAfter(code, problem) => {
                let (account, service, event) = (account.as_str(), scope.service_sid.as_str(), event.name());
                tracing::warn!(code, account, service, event, problem, "pre-event webhook without a say");
                Ok(())
            }
        }
    }
}

/// What an answer, or none, means (contract §10.6, §18 U18). Neither a success nor an error is a
/// redirect; the dictionary's "anything but 200" decides that it rejects.
fn judge(outcome: Result<Reply, CallError>) -> Verdict {
    let reply = match outcome {
        Ok(reply) => reply,
        Err(error @ CallError::Timeout { .. }) => return Verdict::ProceedAfter(NO_ANSWER, error.to_string()),
        Err(error) => return Verdict::ProceedAfter(CALL_FAILED, error.to_string()),
    };
    match reply.status {
        200 => {}
        201..=299 => return Verdict::Proceed,
        _ => return Verdict::Reject,
    }
    let body = match reply.whole_body() {
        Ok(body) => body.trim_ascii(),
        Err(error) => return Verdict::ProceedAfter(CALL_FAILED, error.to_string()),
    };
    if body.is_empty() {
        return Verdict::Proceed;
    }
    match serde_json::from_slice::<Map<_, _>>(body) {
        Ok(answer) if answer.is_empty() => Verdict::Proceed,
        Ok(answer) => Verdict::Alter(answer),
        // What it says instead may hold what people wrote.
        Err(_) => Verdict::ProceedAfter(CALL_FAILED, "the answer is not a JSON object".to_owned()),
    }
}

/// Puts what an answer says in the place of what was sent. Null says nothing, and what is no parameter is
/// passed over. Attributes may be a text or the JSON itself.
fn alter(request: &mut impl Request, answer: &Map<String, Value>) -> Result<(), Reason> {
    for Alterable { member, parameter, place } in request.alterable() {
        let invalid = |what: &str| Reason::InvalidParameter {
            name: parameter,
            problem: format!("the pre-event webhook's answer {what}"),
        };
        match answer.get(member) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.contains('\0') => return Err(invalid("contains a null character")),
            Some(Value::String(text)) => *place = Some(text.clone()),
            Some(json) if member == "attributes" => *place = Some(json.to_string()),
            Some(_) => return Err(invalid("has no text for it")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
