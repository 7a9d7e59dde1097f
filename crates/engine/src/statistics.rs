//! Statistics: hours are counted once, in the background; what is not counted yet is counted when it is asked for
//! ([decision 9](../../../docs/decisions/0009-statistics.md)).

mod keep;
mod read;

pub use keep::TallyKeeper;
pub use read::{Bucket, IdentityUse, Moves, Now, Request, Statistics};

use dwell_core::lifecycle::Cause;
use dwell_core::statistics::{Figure, StateCounts, Step, Tallies};
use dwell_core::{AccountSid, State, Timestamp};
use dwell_store::Tx;
use dwell_store::statistics::{self, Mark, Moved, Source};

use crate::error::Error;

/// Most rows that are counted while somebody waits: more only lie there when counting is far behind.
const LIVE_ROWS_MAX: i64 = 100_000;

/// Rows of a source, counted.
#[derive(Default)]
struct Batch {
    tallies: Tallies,
    /// The last row; `None` when there was none.
    last: Option<Mark>,
    /// Whether there may be more.
    is_full: bool,
}

/// Counts rows of a source after a mark and before `until`.
fn batch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    source: Source,
    (after, until): (&Mark, Timestamp),
    limit: i64,
) -> Result<Batch, Error> {
    let mut tallies = Tallies::new();
    let (rows, last) = match source {
        Source::Transitions => {
            let moved = statistics::transitions(tx, account, after, until, limit)?;
            moved.iter().for_each(|moved| count(moved, &mut tallies));
            (moved.len(), moved.last().map(|moved| moved.mark.clone()))
        }
        Source::FirstReplies => {
            let replies = statistics::first_replies(tx, account, after, until, limit)?;
            for (mark, took_micros) in &replies {
                let key = (Step::Hour.floor(mark.at), Figure::FirstReply);
                tallies.entry(key).or_default().add(*took_micros);
            }
            (replies.len(), replies.last().map(|(mark, _)| mark.clone()))
        }
    };
    Ok(Batch { tallies, last, is_full: rows as i64 == limit })
}

fn count(moved: &Moved, tallies: &mut Tallies) {
    let Moved { transition, late_micros, since, .. } = moved;
    let hour = Step::Hour.floor(transition.at);
    let figure = Figure::Transitions { from: transition.from, to: transition.to, cause: transition.cause };
    tallies.entry((hour, figure)).or_default().tick();
    if let Some(late) = late_micros {
        tallies.entry((hour, Figure::Lateness)).or_default().add(*late);
    }
    let stayed = match (transition.from, transition.to, transition.cause) {
        (State::Active, ..) => Some(Figure::TimeActive),
        (State::Inactive, State::Active, Cause::Event) => Some(Figure::TimeToReturn),
        _ => None,
    };
    if let Some((figure, since)) = stayed.zip(*since) {
        tallies.entry((hour, figure)).or_default().add(transition.at.micros_since(since).max(0));
    }
}

/// Adds tallies to others.
fn merge(sums: &mut Tallies, others: &Tallies) {
    for (key, spread) in others {
        sums.entry(*key).or_default().merge(spread);
    }
}

/// What is known of the hours of an account from one on.
struct Known {
    tallies: Tallies,
    /// Where counting stopped, when there was too much.
    stopped_at: Option<Timestamp>,
}

/// The tallies of an account from an hour on, with what is not in them yet.
fn known_since(tx: &mut dyn Tx, account: &AccountSid, first: Timestamp) -> Result<Known, Error> {
    let mut known = Known { tallies: statistics::tallies(tx, account, first, Timestamp::MAX)?, stopped_at: None };
    // Everything before the first hour is passed over. No SID sorts after a tilde.
    let before = Mark { at: first.plus_micros(-1), sid: "~".to_owned(), seq: i64::MAX };
    for source in Source::ALL {
        let mark = statistics::mark(tx, account, source)?.max(before.clone());
        let live = batch(tx, account, source, (&mark, Timestamp::MAX), LIVE_ROWS_MAX)?;
        merge(&mut known.tallies, &live.tallies);
        if let Some(last) = live.last.filter(|_| live.is_full) {
            known.stopped_at = Some(known.stopped_at.map_or(last.at, |at| at.min(last.at)));
        }
    }
    Ok(known)
}

/// How many conversations there were in each state when the hour of `now` began; those that have been created in it
/// count as if they had been there. `None` when too much has happened to tell.
fn present_sample(
    tx: &mut dyn Tx,
    account: &AccountSid,
    now: Timestamp,
) -> Result<Option<(Timestamp, StateCounts)>, Error> {
    let hour = Step::Hour.floor(now);
    let known = known_since(tx, account, hour)?;
    if known.stopped_at.is_some() {
        return Ok(None);
    }
    let counts = statistics::count_states(tx, account)?;
    let moved = known.tallies.iter().map(|((_, figure), spread)| (figure, spread));
    Ok(Some((hour, counts.before(moved))))
}

/// Keeps how many conversations a test account has before its clock is turned from `now` on to `until`: nothing else
/// knows later how many there were.
pub(crate) fn sample_before_turning(
    tx: &mut dyn Tx,
    account: &AccountSid,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    if Step::Hour.floor(until) > Step::Hour.floor(now)
        && let Some(sample) = present_sample(tx, account, now)?
    {
        statistics::write_sample(tx, account, sample)?;
    }
    Ok(())
}
