//! Playing one seed.

use crate::database::Database;
use crate::model::Mistake;
use crate::trace::Trace;
use crate::world::World;

/// Steps of most histories.
const STEPS_MIN: u64 = 100;
/// What is added to them, at most.
const STEPS_MORE: u64 = 150;
/// One history in so many is a long one.
const LONG_ONE_IN: u64 = 50;
/// Steps of a long history.
const STEPS_LONG: usize = 1_500;

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the histories are kept.
    pub database: Database,
    /// Steps of each history; by its seed when there is no number.
    pub steps: Option<usize>,
    /// Whether every step is told.
    pub verbose: bool,
    /// A rule that the model is to get wrong.
    pub mistake: Option<Mistake>,
}

impl Default for Options {
    fn default() -> Self {
        Options { database: Database::Sqlite, steps: None, verbose: false, mistake: None }
    }
}

/// A history that went as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// How many steps it had.
    pub steps: usize,
    /// The hash of everything that was asked and answered.
    pub hash: u64,
}

/// A history in which server and model differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The number of the step, from zero.
    pub step: usize,
    /// What differs.
    pub difference: String,
    /// The last steps, the one that failed among them.
    pub last: Vec<String>,
}

/// How many steps the history of a seed has by itself.
pub fn steps_of(seed: u64) -> usize {
    let number = dwell_testkit::SeededRandom::new(seed ^ 0x5eed).next();
    if number.is_multiple_of(LONG_ONE_IN) {
        STEPS_LONG
    } else {
        (STEPS_MIN + number / LONG_ONE_IN % STEPS_MORE) as usize
    }
}

/// Plays the history of one seed.
///
/// # Errors
/// A [`Failure`] when the server does not do as the model says.
pub fn play(seed: u64, options: &Options) -> Result<Played, Box<Failure>> {
    let mut trace = Trace::new();
    let mut step = 0;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let played = match &runtime {
        Ok(runtime) => runtime.block_on(history(seed, options, &mut trace, &mut step)),
        Err(error) => Err(format!("no runtime: {error}")),
    };
    match played {
        Ok(()) => Ok(Played { steps: step, hash: trace.hash() }),
        Err(difference) => Err(Box::new(Failure { seed, step, difference, last: trace.last() })),
    }
}

async fn history(seed: u64, options: &Options, trace: &mut Trace, number: &mut usize) -> Result<(), String> {
    let mut world = World::new(seed, &options.database, options.mistake).await?;
    let director = world.director(seed);
    let steps = options.steps.unwrap_or_else(|| steps_of(seed));
    while *number < steps {
        let step = director.next(world.model(), world.real(), *number);
        let begun = dwell_core::Timestamp::from_micros(world.real());
        let line = format!("{number:>4}  {begun}  {step:?}");
        if options.verbose {
            tell(&line);
        }
        let outcome = world.take(&step).await;
        let told = match &outcome {
            Ok(told) => told,
            Err(_) => "FAILED",
        };
        if options.verbose {
            tell(&format!("        {told}"));
        }
        trace.add(format!("{line}  ->  {told}"));
        outcome?;
        *number += 1;
    }
    world.finish().await
}

#[expect(clippy::print_stdout, reason = "the words of a program for people")]
fn tell(line: &str) {
    println!("{line}");
}
