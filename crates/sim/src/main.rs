//! `dwell-sim`: plays seeded histories against the reference model.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use dwell_sim::{Database, Failure, Options, Played, play};

/// Plays seeded histories of a Dwell server against a small reference model.
#[derive(Debug, Parser)]
#[command(name = "dwell-sim", version)]
struct Arguments {
    /// How many seeds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    start: u64,
    /// Steps of each history; without it, by its seed.
    #[arg(long)]
    steps: Option<usize>,
    /// `sqlite`; `postgres`, which starts a temporary server; or a `postgres://…` URL.
    #[arg(long, default_value_t = Database::Sqlite)]
    database: Database,
    /// Plays this seed only.
    #[arg(long)]
    seed: Option<u64>,
    /// Tells every step. Needs --seed.
    #[arg(long, requires = "seed")]
    verbose: bool,
    /// Plays every seed twice: both traces must be the same.
    #[arg(long)]
    check_determinism: bool,
    /// Seeds to play at the same time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// Seeds between two lines of progress.
const PROGRESS_SEEDS: u64 = 100;
/// Failures of which everything is told.
const FAILURES_TOLD: u64 = 12;

#[expect(clippy::print_stdout, reason = "the words of a program for people")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (start, count) = arguments.seed.map_or((arguments.start, arguments.seeds), |seed| (seed, 1));
    let options = Options {
        database: arguments.database.clone(),
        steps: arguments.steps,
        verbose: arguments.verbose,
        mistake: None,
    };
    let (next, passed, failed, steps) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.clamp(1, 64) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    match play_caught(start.wrapping_add(number), &options, arguments.check_determinism) {
                        Ok(played) => {
                            steps.fetch_add(played.steps as u64, Ordering::Relaxed);
                            passed.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(failure) => {
                            if failed.fetch_add(1, Ordering::Relaxed) < FAILURES_TOLD {
                                report(&failure, &arguments);
                            }
                        }
                    }
                    let done = passed.load(Ordering::Relaxed) + failed.load(Ordering::Relaxed);
                    if done % PROGRESS_SEEDS == 0 && done < count {
                        println!("{done} of {count} seeds, {} steps", steps.load(Ordering::Relaxed));
                    }
                }
            });
        }
    });
    println!("{} steps on {}", steps.into_inner(), arguments.database);
    let (passed, failed) = (passed.into_inner(), failed.into_inner());
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays a seed once or twice; a panic is a failure like any other.
fn play_caught(seed: u64, options: &Options, twice: bool) -> Result<Played, Box<Failure>> {
    let failure =
        |difference: &str| Box::new(Failure { seed, step: 0, difference: difference.to_owned(), last: vec![] });
    let once = || catch_unwind(AssertUnwindSafe(|| play(seed, options))).unwrap_or_else(|_| Err(failure("a panic")));
    let played = once()?;
    if twice && once()? != played {
        return Err(failure("two traces of one seed"));
    }
    Ok(played)
}

#[expect(clippy::print_stdout, reason = "the words of a program for people")]
fn report(failure: &Failure, arguments: &Arguments) {
    let mut command = format!("cargo run --release --package dwell-sim -- --seed {}", failure.seed);
    if let Some(steps) = arguments.steps {
        command += &format!(" --steps {steps}");
    }
    if arguments.database != Database::Sqlite {
        command += &format!(" --database '{}'", arguments.database);
    }
    if arguments.check_determinism {
        command += " --check-determinism";
    }
    let mut text = format!("\nseed {} failed at step {}\n  {}\n", failure.seed, failure.step, failure.difference);
    text += "the last steps:\n";
    for line in &failure.last {
        text += &format!("  {line}\n");
    }
    text += &format!("replay: {command} --verbose\n");
    // One call, so that the words of two threads do not mix.
    println!("{text}");
}
