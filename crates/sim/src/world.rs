//! One history: the real engine on a real store, the model beside it, and the steps that both take.

mod crash;
mod crowd;
mod together;
mod turns;

use std::sync::Arc;

use dwell_core::{Account, Timestamp};
use dwell_engine::hooks::Unconnected;
use dwell_engine::{Clock, Engine, Parts, SecretKey, accounts};
use dwell_store::Store;
use dwell_testkit::{ManualClock, START, SeededRandom};

use crate::ask::{Answer, Desk, send};
use crate::check::inspect::Inspector;
use crate::check::{Check, conversation, same};
use crate::command::{Command, Manner};
use crate::database::{Database, Home};
use crate::model::{self, Mistake, Model, TestClock};
use crate::step::{Director, Step};

/// Rows on a page where nothing depends on it.
const PAGE: usize = 50;
/// Accounts in real time and test accounts of each history.
const ACCOUNTS: [bool; 4] = [false, true, false, true];

/// A history under way.
pub(crate) struct World {
    /// `None` only while the server is down.
    engine: Option<Engine>,
    /// After the engine, which is closed before its database goes.
    home: Home,
    clock: ManualClock,
    /// The engine's own randomness: the stream goes on when the engine starts again.
    random: Arc<SeededRandom>,
    model: Model,
    accounts: Vec<Arc<Account>>,
}

/// The engine's share of the randomness of a seed.
struct Shared(Arc<SeededRandom>);

impl dwell_engine::Random for Shared {
    fn fill(&self, bytes: &mut [u8]) {
        dwell_engine::Random::fill(&*self.0, bytes);
    }
}

impl World {
    /// A server with a few accounts, and nothing in them.
    pub(crate) async fn new(seed: u64, database: &Database, mistake: Option<Mistake>) -> Result<Self, String> {
        let home = Home::new(database)?;
        let random = Arc::new(SeededRandom::new(!seed));
        let clock = ManualClock::new(START);
        let model = Model { swept: true, mistake, ..Model::default() };
        let mut world = World { engine: None, home, clock, random, model, accounts: Vec::new() };
        world.start()?;
        for is_test in ACCOUNTS {
            let request = accounts::Create { friendly_name: "Simulated".to_owned(), is_test, adopt: None };
            let made = world.engine()?.create_account(request).await.map_err(|error| error.to_string())?;
            let (account, _) = made.ok_or("the account was there already")?;
            world.model.services.push(model::Service {
                sid: account.default_service_sid.to_string(),
                account: world.accounts.len(),
                deleted: false,
                users: Vec::new(),
            });
            world.model.accounts.push(model::Account {
                sid: account.sid.to_string(),
                clock: is_test.then_some(TestClock::Running { ahead: 0 }),
                default_inactive: None,
                default_closed: None,
            });
            world.accounts.push(Arc::new(account));
        }
        Ok(world)
    }

    /// The model, for the choice of the next step.
    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// The present instant in real time, in microseconds.
    pub(crate) fn real(&self) -> i64 {
        self.clock.now().as_micros()
    }

    pub(crate) fn director(&self, seed: u64) -> Director {
        Director::new(seed, self.home.is_file())
    }

    fn engine(&self) -> Result<&Engine, String> {
        self.engine.as_ref().ok_or_else(|| "the server is down".to_owned())
    }

    /// An engine on a store, with the clock of this history.
    fn engine_on(&self, store: Store, random: Arc<SeededRandom>) -> Engine {
        Engine::new(Parts {
            store,
            clock: Arc::new(self.clock.clone()),
            random: Arc::new(Shared(random)),
            secret_key: SecretKey::from_bytes([7; 32]),
            transport: Arc::new(Unconnected),
            carrier: Arc::new(Unconnected),
            media: dwell_engine::media::Options::in_memory(),
            accepts_any_proxy: true,
            simulates_phones: false,
        })
    }

    fn start(&mut self) -> Result<(), String> {
        let store = self.home.open()?;
        self.engine = Some(self.engine_on(store, self.random.clone()));
        Ok(())
    }

    fn desk(&self) -> Desk<'_> {
        let notifier = self.engine.as_ref().map(Engine::notifier);
        Desk { notifier, model: &self.model, accounts: &self.accounts, now: self.clock.now() }
    }

    fn inspector(&self, page: usize) -> Result<Inspector<'_>, String> {
        let engine = self.engine()?;
        Ok(Inspector { engine, model: &self.model, accounts: &self.accounts, now: self.clock.now(), page })
    }

    /// Takes a step, compares, and says what came of it.
    pub(crate) async fn take(&mut self, step: &Step) -> Result<String, String> {
        match step {
            Step::Ask(manner, command) => {
                let outcome = self.ask(*manner, command).await?;
                self.look(command.conversation()).await?;
                Ok(outcome)
            }
            Step::Together { requests, fires, failing } => self.together(requests, *fires, *failing).await,
            Step::Abandon(manner, command) => self.abandon(*manner, command).await,
            Step::Fail { c, panics } => self.fail(*c, *panics).await,
            Step::Jump { to, fire } => {
                self.clock.set(Timestamp::from_micros(*to));
                if *fire { self.fire(1).await } else { Ok("late".to_owned()) }
            }
            Step::Fire { times } => self.fire(*times).await,
            Step::Follow { times } => self.follow(*times).await,
            Step::Turn { account, turn } => self.turn(*account, turn).await,
            Step::Sweep { times } => self.sweep(*times).await,
            Step::Timers { account, filter, size } => self.list_timers(*account, filter, *size).await,
            Step::Reopen => self.reopen().await,
            Step::Crash => self.crash().await,
            Step::CrashDuring(requests) => self.crash_during(requests).await,
            Step::Fill { c } => self.fill(*c).await,
            Step::Crowd { service, count, join } => self.crowd(*service, *count, *join).await,
            Step::Inspect { page } => {
                self.inspector(*page)?.everything().await?;
                Ok("as it should be".to_owned())
            }
        }
    }

    /// The end of a history: whatever is still due is carried out, whatever was deleted is swept, and
    /// everything is compared.
    pub(crate) async fn finish(&mut self) -> Check {
        self.fire(1).await?;
        self.sweep(0).await?;
        self.inspector(PAGE)?.everything().await
    }

    /// One request, and whether the model agrees with its answer.
    async fn ask(&mut self, manner: Manner, command: &Command) -> Result<String, String> {
        let desk = self.desk();
        let Some(ask) = desk.ask(command, manner) else { return Ok("nobody to ask".to_owned()) };
        let answer = send(self.engine()?.clone(), ask).await;
        self.compare(manner, command, &answer)
    }

    /// Lets the model do what the server was asked, and compares the answers.
    fn compare(
        &mut self,
        manner: Manner,
        command: &Command,
        answer: &Result<Answer, model::Refusal>,
    ) -> Result<String, String> {
        let call = self.desk().call(command, manner);
        let sid = answer.as_ref().map_or("", Answer::sid);
        let expected = if manner.foreign { Err("NotFound".to_owned()) } else { self.model.apply(command, &call, sid) };
        let (expected, touched) = match expected {
            Ok(touched) => (Ok(()), touched),
            Err(refusal) => (Err(refusal), Vec::new()),
        };
        same("answer", expected, answer.as_ref().map(|_| ()).map_err(Clone::clone))?;
        if let Ok(Answer::Conversation(found)) = answer {
            for c in touched {
                conversation(&self.model.conversations[c], found, self.model.mistake)?;
            }
        }
        Ok(match answer {
            Ok(answer) => format!("{answer:?}"),
            Err(refusal) => refusal.clone(),
        })
    }

    /// A cheap comparison: one conversation, and the timers of every account.
    async fn look(&self, c: Option<usize>) -> Check {
        let inspector = self.inspector(PAGE)?;
        if let Some(c) = c.filter(|c| *c < self.model.conversations.len()) {
            inspector.conversation(c).await?;
            return inspector.timers(self.model.conversations[c].account).await;
        }
        for account in 0..self.accounts.len() {
            inspector.timers(account).await?;
        }
        Ok(())
    }

    /// The conversations whose history grew since `before`.
    fn grown(&self, before: &[usize]) -> Vec<usize> {
        let grew = |c: &usize| before.get(*c).is_none_or(|length| *length < self.model.conversations[*c].history.len());
        (0..self.model.conversations.len()).filter(grew).collect()
    }

    fn lengths(&self) -> Vec<usize> {
        self.model.conversations.iter().map(|c| c.history.len()).collect()
    }

    /// Compares the conversations that changed with time, and the timers of all.
    async fn look_at_grown(&self, before: &[usize]) -> Check {
        let inspector = self.inspector(PAGE)?;
        for c in self.grown(before) {
            inspector.conversation(c).await?;
        }
        self.look(None).await
    }
}
