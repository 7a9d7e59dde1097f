//! Ends of the server, orderly and not.

use std::sync::Arc;

use dwell_testkit::SeededRandom;

use crate::ask::send;
use crate::check::Check;
use crate::check::inspect::Inspector;
use crate::model::Model;
use crate::step::Request;
use crate::world::together::UnderWay;
use crate::world::{PAGE, World};

/// How long a server takes to start again, in microseconds; so SIDs made later sort later.
const START_MICROS: i64 = 2_000;

impl World {
    /// Stops the server in order, and starts it on the same database.
    pub(super) async fn reopen(&mut self) -> Result<String, String> {
        self.engine = None;
        self.start_again().await?;
        Ok("started again".to_owned())
    }

    /// Ends the server without a word. What was answered before is there when it starts again.
    pub(super) async fn crash(&mut self) -> Result<String, String> {
        // The copy is taken while the server lives, so that it cannot put anything in order.
        if self.home.copy()?.is_some() {
            self.home.move_to_copy();
        }
        self.engine = None;
        self.home.clean();
        self.start_again().await?;
        Ok("started again".to_owned())
    }

    async fn start_again(&mut self) -> Check {
        let later = self.clock_after(START_MICROS);
        self.clock.set(later);
        self.start()?;
        self.inspector(PAGE)?.everything().await
    }

    fn clock_after(&self, micros: i64) -> dwell_core::Timestamp {
        dwell_core::Timestamp::from_micros(self.real() + micros)
    }

    /// Looks at what a crash would leave while requests are under way: some of them from the first on,
    /// each wholly or not at all. The history goes on as if nothing had happened.
    pub(super) async fn crash_during(&mut self, requests: &[Request]) -> Result<String, String> {
        let engine = self.engine()?.clone();
        let mut asked = Vec::new();
        let mut sendings = Vec::new();
        for (manner, command) in requests.iter().filter(|_| self.home.is_file()) {
            let Some(ask) = self.desk().ask(command, *manner) else { continue };
            asked.push((*manner, command));
            sendings.push(send(engine.clone(), ask));
        }
        let under_way = UnderWay::begin(sendings);
        let copy = self.home.copy()?;
        let answers = under_way.finish().await;
        let mut possible = vec![self.model.clone()];
        for ((manner, command), answer) in asked.iter().zip(&answers) {
            self.compare(*manner, command, answer).map_err(|difference| format!("{command:?}: {difference}"))?;
            possible.push(self.model.clone());
        }
        for (_, command) in &asked {
            self.look(command.conversation()).await?;
        }
        if let Some(copy) = copy {
            let random = Arc::new(SeededRandom::new(0));
            let crashed = self.engine_on(copy.open()?, random);
            let found = self.find(&crashed, &possible).await;
            drop(crashed);
            copy.remove();
            found?;
        }
        Ok(format!("{} requests", answers.len()))
    }

    /// The crashed server holds one of the possible states.
    async fn find(&self, crashed: &dwell_engine::Engine, possible: &[Model]) -> Check {
        let mut differences = Vec::new();
        for (done, model) in possible.iter().enumerate() {
            let now = dwell_engine::Clock::now(&self.clock);
            let inspector = Inspector { engine: crashed, model, accounts: &self.accounts, now, page: PAGE };
            match inspector.everything().await {
                Ok(()) => return Ok(()),
                Err(difference) => differences.push(format!("not the state after {done} requests: {difference}")),
            }
        }
        Err(format!("after a crash: {}", differences.join("; ")))
    }
}
