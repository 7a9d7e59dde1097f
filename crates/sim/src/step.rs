//! The steps of a history, and the director who chooses them: by the seed and the model alone.

mod asks;
mod times;

pub(crate) use times::late;

use dwell_testkit::SeededRandom;

use crate::command::{Command, Manner};
use crate::model::{Model, State};

/// A request with the manner in which it is made.
pub(crate) type Request = (Manner, Command);

/// One step of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// One request, answered before anything else happens.
    Ask(Manner, Command),
    /// Requests about different conversations at the same time as timers are carried out, some of them
    /// beside a unit of work that fails.
    Together { requests: Vec<Request>, fires: usize, failing: Option<(usize, bool)> },
    /// A request whose sender went away before the answer.
    Abandon(Manner, Command),
    /// A unit of work that fails, or panics, when it has done half of it.
    Fail { c: usize, panics: bool },
    /// Real time goes on, and the scheduler may be late.
    Jump { to: i64, fire: bool },
    /// The scheduler, so many times at once.
    Fire { times: usize },
    /// The scheduler, undisturbed: it sleeps until it wants to look again, so many times.
    Follow { times: usize },
    /// A test clock is turned.
    Turn { account: usize, turn: Turn },
    /// The janitor, so many times; zero is until it has nothing left to do.
    Sweep { times: usize },
    /// The list of timers, page by page.
    Timers { account: usize, filter: Filter, size: usize },
    /// The server stops and starts again.
    Reopen,
    /// The machine loses its power, and the server starts on what was on the disk.
    Crash,
    /// The same while requests are under way.
    CrashDuring(Vec<Request>),
    /// More addresses than a conversation takes.
    Fill { c: usize },
    /// More conversations than the scheduler carries out at once, and than one identity may be in.
    Crowd { service: usize, count: usize, join: bool },
    /// Everything is compared.
    Inspect { page: usize },
}

/// A filter of the list of timers, in microseconds on the account's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
    pub(crate) state: Option<State>,
    pub(crate) service: Option<usize>,
}

/// How a test clock is turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// By a duration: as sent, and in seconds unless it is none.
    By(&'static str, Option<i64>),
    /// To an instant.
    To(i64),
    /// To the next transition.
    Next,
    /// Without saying how far.
    Nowhere,
    Freeze,
    Resume,
    Read,
}

/// The kinds of steps with how often each is chosen in a history without a temper.
const KINDS: [(Kind, u64); 26] = [
    (Kind::Create, 90),
    (Kind::Say, 150),
    (Kind::Change, 100),
    (Kind::State, 60),
    (Kind::Edit, 25),
    (Kind::Unsay, 20),
    (Kind::Join, 40),
    (Kind::Bind, 50),
    (Kind::Rebind, 15),
    (Kind::Leave, 20),
    (Kind::Delete, 20),
    (Kind::DeleteUser, 10),
    (Kind::NewService, 10),
    (Kind::DeleteService, 8),
    (Kind::Configure, 15),
    (Kind::Jump, 150),
    (Kind::Fire, 40),
    (Kind::Follow, 25),
    (Kind::Turn, 60),
    (Kind::Sweep, 20),
    (Kind::Timers, 30),
    (Kind::Together, 40),
    (Kind::Abandon, 15),
    (Kind::Fail, 10),
    (Kind::Stop, 10),
    (Kind::Fill, 2),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Say,
    Change,
    State,
    Edit,
    Unsay,
    Join,
    Bind,
    Rebind,
    Leave,
    Delete,
    DeleteUser,
    NewService,
    DeleteService,
    Configure,
    Jump,
    Fire,
    Follow,
    Turn,
    Sweep,
    Timers,
    Together,
    Abandon,
    Fail,
    Stop,
    Fill,
}

/// Every so many steps everything is compared.
const INSPECT_EVERY: usize = 40;
/// One history in so many has a crowd.
const CROWD_ONE_IN: u64 = 64;

/// Chooses the steps of one history.
pub(crate) struct Director {
    random: SeededRandom,
    /// Each history has a temper of its own: some kinds of steps are frequent in it, others rare.
    weights: Vec<(Kind, u64)>,
    /// The step at which the crowd comes.
    crowd_at: Option<usize>,
    /// Whether the database is a file, which can be copied and has one writer.
    is_file: bool,
}

impl Director {
    pub(crate) fn new(seed: u64, is_file: bool) -> Self {
        // Neighbouring seeds are to have nothing in common.
        let random = SeededRandom::new(SeededRandom::new(seed).next());
        let weights = KINDS.iter().map(|(kind, weight)| (*kind, weight * [0, 1, 2, 2, 4][random.below(5) as usize]));
        let weights = weights.map(|(kind, weight)| match kind {
            Kind::Create | Kind::Jump => (kind, weight.max(40)),
            _ => (kind, weight),
        });
        let weights = weights.collect();
        let crowd_at = (random.below(CROWD_ONE_IN) == 0).then(|| 10 + random.below(60) as usize);
        Director { random, weights, crowd_at, is_file }
    }

    /// Whether this history is about many conversations at once.
    pub(crate) fn has_crowd(&self) -> bool {
        self.crowd_at.is_some()
    }

    /// A number below `bound`.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.random.below(bound.max(1) as u64) as usize
    }

    fn one_in(&self, count: u64) -> bool {
        self.random.below(count) == 0
    }

    fn pick<T: Clone>(&self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// The step with this number.
    pub(crate) fn next(&self, model: &Model, real: i64, number: usize) -> Step {
        if self.crowd_at == Some(number) {
            let service = self.service(model);
            return Step::Crowd { service, count: 1_001 + self.below(250), join: self.one_in(2) };
        }
        let every = if self.has_crowd() { INSPECT_EVERY * 3 } else { INSPECT_EVERY };
        if number % every == every - 1 {
            return Step::Inspect { page: 1 + self.below(60) };
        }
        match self.kind() {
            Kind::Jump => self.jump(model, real),
            Kind::Fire => Step::Fire { times: 1 + self.below(3) },
            Kind::Follow => Step::Follow { times: 1 + self.below(6) },
            Kind::Turn => self.turn(model, real),
            Kind::Sweep => Step::Sweep { times: self.below(5) },
            Kind::Timers => self.timers(model, real),
            Kind::Together => self.together(model),
            Kind::Abandon => self.abandon(model),
            Kind::Fail => Step::Fail { c: self.conversation(model), panics: self.one_in(2) },
            Kind::Stop => self.stop(model),
            Kind::Fill => Step::Fill { c: self.conversation(model) },
            kind => self.request(model, kind),
        }
    }

    fn kind(&self) -> Kind {
        let total: u64 = self.weights.iter().map(|(_, weight)| weight).sum();
        let mut place = self.random.below(total.max(1));
        for (kind, weight) in &self.weights {
            if place < *weight {
                return *kind;
            }
            place -= weight;
        }
        Kind::Jump
    }

    fn stop(&self, model: &Model) -> Step {
        match self.below(3) {
            0 => Step::Reopen,
            1 => Step::Crash,
            _ => {
                let kinds = [Kind::Create, Kind::Say, Kind::Change, Kind::State, Kind::Bind, Kind::Join, Kind::Delete];
                let mut requests = self.several(model, &kinds, 8);
                // What survives is what came first, and a command that may have a webhook to ask comes later.
                requests.iter_mut().for_each(|(manner, _)| manner.notify = false);
                Step::CrashDuring(requests)
            }
        }
    }

    fn together(&self, model: &Model) -> Step {
        let kinds =
            [Kind::Say, Kind::Say, Kind::State, Kind::Change, Kind::Edit, Kind::Unsay, Kind::Leave, Kind::Delete];
        let failing = self.one_in(3).then(|| (self.conversation(model), self.one_in(2)));
        let mut requests = self.several(model, &kinds, 5);
        // Who gets a name first is nobody's business here.
        let is_named = |command: &Command| {
            matches!(command, Command::Change { name: Some(_), .. } | Command::Create { name: Some(_), .. })
        };
        requests.retain(|(_, command)| !is_named(command));
        Step::Together { requests, fires: self.below(3), failing }
    }

    /// Up to `most` requests about different conversations, all of this moment: an earlier one could
    /// come before or after a timer.
    fn several(&self, model: &Model, kinds: &[Kind], most: usize) -> Vec<Request> {
        let mut requests: Vec<Request> = Vec::new();
        for _ in 0..=self.below(most) {
            let Step::Ask(manner, command) = self.request(model, self.pick(kinds)) else { continue };
            let about = command.conversation();
            let is_taken = requests.iter().any(|(_, other)| about.is_some() && other.conversation() == about);
            // One that is not there yet may be made on the way.
            if !is_taken && about.is_none_or(|c| c < model.conversations.len()) {
                requests.push((Manner { waited: 0, foreign: false, ..manner }, command));
            }
        }
        requests
    }

    /// What is made by a request whose answer nobody hears could not be found again. A command that may
    /// have a webhook to ask is not yet with the store when it is given up here; over HTTP a task keeps it
    /// going.
    fn abandon(&self, model: &Model) -> Step {
        let kinds = [Kind::Change, Kind::State, Kind::Edit, Kind::Unsay, Kind::Leave, Kind::Delete, Kind::Configure];
        match self.request(model, self.pick(&kinds)) {
            Step::Ask(manner, command) if self.is_file && !matches!(command, Command::Create { .. }) => {
                Step::Abandon(Manner { foreign: false, notify: false, ..manner }, command)
            }
            step => step,
        }
    }
}
