//! A worker thread: carries out units of work on a connection of its own, again where that is right.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::engine::postgres::Access;
use crate::engine::postgres::connection::{Fault, Settings, describe};
use crate::engine::postgres::gate::Gate;
use crate::engine::postgres::transaction::{PostgresTx, Session};
use crate::engine::{Job, Outcome, run_caught};
use crate::error::StoreError;
use crate::stopwatch::Stopwatch;

/// Runs of a unit of work that keeps losing against others.
const CONTENDED_RUNS_MAX: u32 = 10;
/// How much longer it waits before each further run.
const CONTENDED_WAIT: Duration = Duration::from_millis(5);
/// Runs of a unit of work whose connection keeps breaking.
const LOST_RUNS_MAX: u32 = 3;
/// Waits before the attempts to connect again for a unit of work that lost its connection.
const RECONNECT_WAITS: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(500)];

pub(super) struct Worker {
    settings: Arc<Settings>,
    gate: Arc<Gate>,
    closed: Receiver<Infallible>,
    session: Option<Session>,
}

impl Worker {
    pub(super) fn new(settings: Arc<Settings>, gate: Arc<Gate>, closed: Receiver<Infallible>) -> Self {
        Worker { settings, gate, closed, session: None }
    }

    pub(super) fn carry_out(&mut self, job: &mut dyn Job, access: Access) -> Result<(), StoreError> {
        let stopwatch = Stopwatch::start();
        let (mut contended, mut lost) = (0, 0);
        let result = loop {
            match self.attempt(job, access) {
                Ok(()) => break Ok(()),
                Err(Fault::Contended(text)) => {
                    contended += 1;
                    metrics::counter!("dwell_store_contended_runs_total").increment(1);
                    if contended >= CONTENDED_RUNS_MAX {
                        break Err(StoreError::Contention(text));
                    }
                    self.wait(CONTENDED_WAIT * contended);
                }
                Err(Fault::Lost(text)) => {
                    self.session = None;
                    lost += 1;
                    metrics::counter!("dwell_store_lost_connections_total").increment(1);
                    tracing::warn!(problem = text, "the connection to the database broke");
                    if lost >= LOST_RUNS_MAX {
                        break Err(StoreError::Unavailable(text));
                    }
                    if let Err(error) = self.reconnect() {
                        break Err(error);
                    }
                }
                Err(Fault::Final(error)) => break Err(error),
            }
        };
        metrics::histogram!("dwell_store_transaction_seconds").record(stopwatch.elapsed().as_secs_f64());
        result
    }

    /// One run. A fault means that nothing of it was kept, but for a commit that got no answer.
    fn attempt(&mut self, job: &mut dyn Job, access: Access) -> Result<(), Fault> {
        if self.session.is_none() {
            if !self.gate.may_pass() {
                return Err(Fault::Final(StoreError::Unavailable("the database cannot be reached".to_owned())));
            }
            self.connect().map_err(Fault::Final)?;
        }
        let Some(session) = &mut self.session else {
            return Err(Fault::Final(StoreError::Internal("no session".to_owned())));
        };
        session.begin(access)?;
        let mut tx = PostgresTx::new(session, access);
        let ran = run_caught(job, &mut tx);
        let verdict = match (tx.failure.take(), ran) {
            (Some(fault @ (Fault::Lost(_) | Fault::Contended(_))), _) => Err(fault),
            (_, Err(panic)) => Err(Fault::Final(panic)),
            // Its own result says better what was refused.
            (_, Ok(Outcome::Discard)) => Ok(Outcome::Discard),
            (Some(fault), Ok(Outcome::Keep)) => Err(fault),
            (None, Ok(Outcome::Keep)) => Ok(Outcome::Keep),
        };
        if matches!(verdict, Ok(Outcome::Keep)) && access == Access::Write {
            let committed = session.commit();
            if committed.is_err() {
                // Whatever state the session is in, the next one starts afresh.
                self.session = None;
            }
            return committed;
        }
        if !matches!(verdict, Err(Fault::Lost(_))) && session.rollback().is_err() {
            self.session = None;
        }
        verdict.map(|_| ())
    }

    /// Connects for a unit of work that has lost its connection, with some patience.
    fn reconnect(&mut self) -> Result<(), StoreError> {
        let mut last = StoreError::Unavailable("closing".to_owned());
        for wait in RECONNECT_WAITS {
            self.wait(wait);
            match self.connect() {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn connect(&mut self) -> Result<(), StoreError> {
        match self.settings.connect_for_work() {
            Ok(client) => {
                self.gate.open();
                self.session = Some(Session::new(client));
                Ok(())
            }
            Err(error) => {
                self.gate.shut();
                let problem = describe(&error);
                tracing::warn!(%problem, database = self.settings.database, "cannot connect to the database");
                Err(StoreError::Unavailable(problem))
            }
        }
    }

    /// Waits, unless the engine is closing.
    fn wait(&self, time: Duration) {
        let _ = self.closed.recv_timeout(time);
    }
}
