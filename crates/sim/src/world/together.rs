//! Several things at once, and things that are left half-way.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use dwell_core::ConversationSid;
use dwell_engine::Engine;
use dwell_store::purges::{self, Purge};
use dwell_store::{StoreError, conversations, participants};

use crate::ask::{Answer, refusal, send};
use crate::check::{account_sid, same};
use crate::command::{Command, Manner};
use crate::step::Request;
use crate::world::World;

type Waiting<T> = Pin<Box<dyn Future<Output = T>>>;

/// Futures that were begun in their order and are under way together.
pub(crate) struct UnderWay<T> {
    waiting: Vec<Option<Waiting<T>>>,
    done: Vec<Option<T>>,
}

impl<T> UnderWay<T> {
    /// Begins them, one after the other: what each asks of the store first is asked in this order.
    pub(crate) fn begin(futures: impl IntoIterator<Item = impl Future<Output = T> + 'static>) -> Self {
        let waiting: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future) as Waiting<T>)).collect();
        let done = waiting.iter().map(|_| None).collect();
        let mut begun = UnderWay { waiting, done };
        begun.poll(&mut Context::from_waker(Waker::noop()));
        begun
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        for (waiting, done) in self.waiting.iter_mut().zip(&mut self.done) {
            let Some(future) = waiting else { continue };
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                (*waiting, *done) = (None, Some(value));
            }
        }
    }

    /// Waits for them all.
    pub(crate) async fn finish(mut self) -> Vec<T> {
        poll_fn(|context| {
            self.poll(context);
            if self.waiting.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.done.into_iter().flatten().collect()
    }
}

/// Runs futures together to their end.
pub(crate) async fn all<T>(futures: impl IntoIterator<Item = impl Future<Output = T> + 'static>) -> Vec<T> {
    UnderWay::begin(futures).finish().await
}

/// What one of several things at once came to.
enum Outcome {
    Answer(Result<Answer, String>),
    Fired(Result<(), String>),
    /// What came of a unit of work that should have failed.
    Failed(Result<(), StoreError>),
}

impl World {
    /// Requests about different conversations and the scheduler at once: whoever comes first, the
    /// outcome is the same.
    pub(super) async fn together(
        &mut self,
        requests: &[Request],
        fires: usize,
        failing: Option<(usize, bool)>,
    ) -> Result<String, String> {
        let before = self.lengths();
        let engine = self.engine()?.clone();
        let mut futures: Vec<Waiting<Outcome>> = Vec::new();
        let mut asked = Vec::new();
        if fires > 0 {
            futures.push(Box::pin(fire(engine.clone())));
        }
        for (place, (manner, command)) in requests.iter().enumerate() {
            let Some(ask) = self.desk().ask(command, *manner) else { continue };
            asked.push((*manner, command));
            let sending = send(engine.clone(), ask);
            futures.push(Box::pin(async { Outcome::Answer(sending.await) }));
            if let Some((c, panics)) = failing.filter(|_| place == 0)
                && let Some(sid) = self.sid(c)
            {
                let account = account_sid(&self.model, self.model.conversations[c].account)?;
                futures.push(Box::pin(fail(engine.clone(), account, sid, panics)));
            }
        }
        for _ in 1..fires {
            futures.push(Box::pin(fire(engine.clone())));
        }
        let mut answers = Vec::new();
        for outcome in all(futures).await {
            match outcome {
                Outcome::Answer(answer) => answers.push(answer),
                Outcome::Fired(fired) => fired?,
                Outcome::Failed(Ok(())) => return Err("a failed unit of work was kept".to_owned()),
                Outcome::Failed(Err(_)) => {}
            }
        }
        let mut told = Vec::new();
        for ((manner, command), answer) in asked.iter().zip(&answers) {
            let outcome = self.compare(*manner, command, answer);
            told.push(outcome.map_err(|difference| format!("{command:?}: {difference}"))?);
        }
        if fires > 0 {
            self.model.fire(self.real());
        }
        for (_, command) in asked {
            self.look(command.conversation()).await?;
        }
        self.look_at_grown(&before).await?;
        Ok(told.join("; "))
    }

    /// A request whose sender goes away before the answer: it is carried out all the same.
    pub(super) async fn abandon(&mut self, manner: Manner, command: &Command) -> Result<String, String> {
        let Some(ask) = self.desk().ask(command, manner) else { return Ok("nobody to ask".to_owned()) };
        let engine = self.engine()?.clone();
        drop(UnderWay::begin([send(engine.clone(), ask)]));
        // What is written next is written after it.
        let after = engine.store().write(|_| Ok(())).await;
        after.map_err(|error: StoreError| format!("the store: {error}"))?;
        let call = self.desk().call(command, manner);
        let outcome = self.model.apply(command, &call, "");
        self.look(command.conversation()).await?;
        Ok(format!("{outcome:?}"))
    }

    /// A unit of work that fails when it has done half of its work: nothing of it is kept.
    pub(super) async fn fail(&mut self, c: usize, panics: bool) -> Result<String, String> {
        let Some(sid) = self.sid(c) else { return Ok("nothing to undo".to_owned()) };
        let account = account_sid(&self.model, self.model.conversations[c].account)?;
        let outcome = fail(self.engine()?.clone(), account, sid, panics).await;
        same("a failed unit of work was kept", false, matches!(outcome, Outcome::Failed(Ok(()))))?;
        self.look(Some(c)).await?;
        Ok("nothing was kept".to_owned())
    }

    fn sid(&self, c: usize) -> Option<ConversationSid> {
        ConversationSid::parse(&self.model.conversations.get(c)?.sid)
    }
}

async fn fire(engine: Engine) -> Outcome {
    Outcome::Fired(engine.fire_due().await.map(|_| ()).map_err(|error| refusal(&error)))
}

/// Deletes a conversation with everything in it, and then fails.
async fn fail(engine: Engine, account_sid: dwell_core::AccountSid, sid: ConversationSid, panics: bool) -> Outcome {
    let half = engine.store().write(move |tx| {
        participants::delete_all(tx, &sid)?;
        conversations::delete(tx, &sid)?;
        purges::insert(tx, &[Purge { conversation_sid: sid, account_sid, event_seq: 1 }])?;
        if panics {
            // Without a message of the panic hook, which is not the point here.
            std::panic::resume_unwind(Box::new("half-way"));
        }
        Err(StoreError::Internal("half-way".to_owned()))
    });
    Outcome::Failed(half.await)
}
