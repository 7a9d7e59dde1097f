//! Last calls: asks, a little before a timer moves a conversation, a program of the account's whether it may.
//!
//! The question goes out ahead of the due time, so that the timer itself need not wait for the answer: the
//! scheduler knows nothing of any of this. An answer that has the timer wait moves the deadline, under the
//! conversation's lock, while it is still ahead; without one in time nothing is different from what it would
//! have been. Which deadlines somebody was asked about is in the database, so each is asked about once, by
//! one of several nodes, and not again after a restart.

mod ask;
mod settings;

use std::collections::HashMap;
use std::future::Future;

use dwell_core::{AccountSid, Timestamp};
use dwell_store::{Tx, accounts, conversations, last_calls};
use tokio::task::{JoinError, JoinSet};

use crate::engine::Engine;
use crate::error::Error;

pub(crate) use ask::{Budget, Question};
pub use settings::Update;

/// Longest sleep between two looks into the store, in seconds.
const POLL_SECONDS: i64 = 1;
/// Pause between two looks while more wait than may be asked about at once, in microseconds.
const BUSY_MICROS: i64 = 50_000;
/// Pause after a failure of the store, in microseconds.
const RETRY_MICROS: i64 = 200_000;
/// Most questions under way at once.
const QUESTIONS_MAX: usize = 512;
/// Most questions of one account under way at once. Timers beyond that go unasked if it stays so.
const ACCOUNT_QUESTIONS_MAX: usize = 64;
/// Questions in a row without an answer after which an account asks one at a time, until there is one again.
const UNANSWERED_MAX: usize = 3;
/// When timers are carried out so much too late, in seconds, nobody is asked: the store has enough to do.
const BEHIND_SECONDS: i64 = 5;

/// The task that asks. One per process; several processes may share a database.
pub struct LastCaller {
    engine: Engine,
    asking: JoinSet<(AccountSid, bool)>,
    lines: HashMap<AccountSid, Line>,
    /// Counts the looks, so that each account is first in turn.
    looks: usize,
}

/// What is under way for one account.
#[derive(Debug, Default)]
struct Line {
    questions: usize,
    /// Questions in a row that nobody answered.
    unanswered: usize,
}

impl Line {
    fn free(&self) -> usize {
        let most = if self.unanswered < UNANSWERED_MAX { ACCOUNT_QUESTIONS_MAX } else { 1 };
        most.saturating_sub(self.questions)
    }
}

impl LastCaller {
    /// One that asks for an engine.
    pub fn new(engine: Engine) -> Self {
        LastCaller { engine, asking: JoinSet::new(), lines: HashMap::new(), looks: 0 }
    }

    /// Asks until `stop` is ready; then waits for the answers that are still to come and returns.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let clock = self.engine.clock();
        let mut is_failing = false;
        loop {
            let looked = self.ask().await;
            if let (Err(error), false) = (&looked, is_failing) {
                // Once is enough: the same trouble is met again every fraction of a second.
                tracing::warn!(%error, "nobody is asked about timers while the store does not answer");
            }
            is_failing = looked.is_err();
            let wake_at = match looked {
                Ok(false) => clock.now().plus_seconds(POLL_SECONDS),
                Ok(true) => clock.now().plus_micros(BUSY_MICROS),
                Err(_) => clock.now().plus_micros(RETRY_MICROS),
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = self.engine.inner.last_call_bell.notified() => {}
                () = clock.sleep_until(wake_at) => {}
            }
        }
        self.finish().await;
    }

    /// Begins to ask about whatever is due soon, and says whether there may be more than can be asked about
    /// at once. Does not wait for answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn ask(&mut self) -> Result<bool, Error> {
        while let Some(ended) = self.asking.try_join_next() {
            self.note(ended);
        }
        let engine = self.engine.clone();
        let real = engine.now();
        let full: Vec<_> = self.lines.iter().filter(|(_, line)| line.free() == 0).map(|(sid, _)| *sid).collect();
        let mut more = !full.is_empty();
        let mut waiting = engine.inner.store.read(move |tx| waiting(tx, &full, real)).await?;
        self.looks = self.looks.wrapping_add(1);
        let first = self.looks % waiting.len().max(1);
        waiting.rotate_left(first);
        for account in waiting {
            let free = self.lines.entry(account).or_default().free();
            let free = free.min(QUESTIONS_MAX.saturating_sub(self.asking.len()));
            if free == 0 {
                more = true;
                continue;
            }
            let (asker, questions) = match engine.begin_questions(account, real, free).await {
                Ok(Some(begun)) => begun,
                Ok(None) => continue,
                // The trouble of one account, such as a token that another key encrypted, is not that of others.
                Err(Error::Internal(problem)) => {
                    tracing::error!(%account, problem, "nobody can be asked about its timers");
                    continue;
                }
                Err(error) => return Err(error),
            };
            more |= questions.len() == free;
            self.lines.entry(account).or_default().questions += questions.len();
            for question in questions {
                let (engine, asker) = (engine.clone(), asker.clone());
                self.asking.spawn(async move {
                    let heard = engine.ask_last_call(&asker, &question).await;
                    let answered = heard.is_answer();
                    if let Err(error) = engine.conclude(&question, heard, engine.now()).await {
                        tracing::warn!(%error, conversation = %question.conversation_sid, "an answer about a timer is lost");
                    }
                    (account, answered)
                });
            }
        }
        Ok(more)
    }

    /// Waits for the answers to whatever was asked.
    pub async fn finish(&mut self) {
        while let Some(ended) = self.asking.join_next().await {
            self.note(ended);
        }
    }

    fn note(&mut self, ended: Result<(AccountSid, bool), JoinError>) {
        let (account, answered) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(%error, "a question about a timer broke");
                return;
            }
        };
        let line = self.lines.entry(account).or_default();
        line.questions = line.questions.saturating_sub(1);
        line.unanswered = if answered { 0 } else { line.unanswered.saturating_add(1) };
        if line.unanswered == UNANSWERED_MAX {
            tracing::warn!(%account, "nobody answers last calls; they are made one at a time");
        }
        if line.questions == 0 && line.unanswered == 0 {
            self.lines.remove(&account);
        }
    }
}

/// The accounts with a timer that somebody is to be asked about, but for those that are busy enough.
fn waiting(tx: &mut dyn Tx, full: &[AccountSid], real: Timestamp) -> Result<Vec<AccountSid>, Error> {
    let mut waiting = Vec::new();
    for (sid, setting) in last_calls::settings(tx)? {
        let Some((account, _)) = accounts::fetch(tx, &sid)? else { continue };
        let stands_still = account.test_clock.is_some_and(|clock| clock.frozen_at.is_some());
        if stands_still || full.contains(&sid) {
            continue;
        }
        let now = account.now(real);
        let behind = now.plus_seconds(-BEHIND_SECONDS);
        let is_behind = conversations::next_wake(tx, &sid)?.is_some_and(|wake_at| wake_at < behind);
        if !is_behind && last_calls::any_unasked(tx, &sid, now, now.plus_seconds(setting.lead_seconds))? {
            waiting.push(sid);
        }
    }
    Ok(waiting)
}
