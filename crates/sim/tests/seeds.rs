//! The simulation itself: it passes, it repeats itself, and it can fail.

#![allow(clippy::panic, reason = "a test that is not as it must be stops")]

use dwell_sim::{Database, Failure, Mistake, Options, Played, play};

/// Seeds within which every mistake of the model must be found.
const SEEDS_PER_MISTAKE: u64 = 60;

fn played(seed: u64, options: &Options) -> Played {
    match play(seed, options) {
        Ok(played) => played,
        Err(failure) => {
            panic!("seed {seed}, step {}: {}\n{}", failure.step, failure.difference, failure.last.join("\n"))
        }
    }
}

#[test]
fn a_few_seeds_on_sqlite() {
    for seed in 1..=8 {
        played(seed, &Options { steps: Some(120), ..Options::default() });
    }
}

#[test]
fn a_few_seeds_on_postgres() {
    for seed in 1..=2 {
        played(seed, &Options { steps: Some(60), database: Database::Postgres(None), ..Options::default() });
    }
}

#[test]
fn one_seed_gives_one_trace() {
    let options = Options { steps: Some(150), ..Options::default() };
    let hashes: Vec<u64> = (11..=14)
        .map(|seed| {
            let first = played(seed, &options);
            assert_eq!(first, played(seed, &options), "seed {seed}");
            first.hash
        })
        .collect();
    let mut different = hashes.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), hashes.len(), "other seeds, other traces");
}

#[test]
fn a_model_with_a_wrong_rule_is_found_out() {
    for mistake in Mistake::ALL {
        let options = Options { steps: Some(120), mistake: Some(mistake), ..Options::default() };
        let found = (1..=SEEDS_PER_MISTAKE).find_map(|seed| play(seed, &options).err());
        let failure = found.unwrap_or_else(|| panic!("{SEEDS_PER_MISTAKE} seeds did not notice {mistake:?}"));
        assert_ne!(failure.difference, "");
    }
}

#[test]
fn a_failure_tells_how_to_repeat_it() {
    let mistake = Some(Mistake::MessagePostponesClosing);
    let options = Options { steps: Some(120), mistake, ..Options::default() };
    let fail = || (1..=SEEDS_PER_MISTAKE).find_map(|seed| play(seed, &options).err());
    let failure: Failure = *fail().expect("a failure");
    assert_eq!(play(failure.seed, &options), Err(Box::new(failure.clone())));
    assert!(failure.last.last().is_some_and(|line| line.contains("FAILED")), "{:?}", failure.last);
}

#[test]
fn databases_have_names() {
    let url = "postgres://dwell@localhost/dwell";
    for (text, database) in [
        ("sqlite", Ok(Database::Sqlite)),
        ("postgres", Ok(Database::Postgres(None))),
        (url, Ok(Database::Postgres(Some(url.to_owned())))),
        (&format!("postgres:{url}"), Ok(Database::Postgres(Some(url.to_owned())))),
        ("postgres:here", Err(dwell_sim::DatabaseError)),
        ("mysql", Err(dwell_sim::DatabaseError)),
    ] {
        assert_eq!(text.parse(), database, "{text}");
    }
}
