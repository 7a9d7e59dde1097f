//! The tables `tallies`, `tally_marks` and `state_samples`, and what is counted for statistics elsewhere.

use dwell_core::lifecycle::{Cause, Transition};
use dwell_core::statistics::{Figure, Spread, StateCounts, Tallies};
use dwell_core::{AccountSid, ConversationSid, ServiceSid, State, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

statements! {
    TRANSITIONS =
        "SELECT t.conversation_sid, t.seq, t.from_state, t.to_state, t.cause, t.at, t.late_micros,
            COALESCE((SELECT p.at FROM transitions p WHERE p.conversation_sid = t.conversation_sid AND p.seq < t.seq
                ORDER BY p.seq DESC LIMIT 1),
                (SELECT e.at FROM events e WHERE e.stream_sid = t.conversation_sid AND e.seq = 1))
         FROM transitions t
         WHERE t.account_sid = ?1 AND (t.at, t.conversation_sid, t.seq) > (?2, ?3, ?4) AND t.at < ?5
         ORDER BY t.at, t.conversation_sid, t.seq LIMIT ?6";
    FIRST_REPLIES =
        "SELECT sid, date_first_reply, date_first_reply - date_created FROM sessions
         WHERE account_sid = ?1 AND date_first_reply IS NOT NULL AND (date_first_reply, sid) > (?2, ?3)
            AND date_first_reply < ?4
         ORDER BY date_first_reply, sid LIMIT ?5";
    COUNT_WAITING = "SELECT COUNT(*) FROM sessions WHERE account_sid = ?1 AND status = 'waiting'";
    TALLIES =
        "SELECT hour, figure, count, max_micros, buckets FROM tallies
         WHERE account_sid = ?1 AND hour >= ?2 AND hour <= ?3 ORDER BY hour, figure";
    WRITE_TALLIES(Text, Int, Text, Int, Int, Text) =
        "INSERT INTO tallies (account_sid, hour, figure, count, max_micros, buckets) VALUES {rows}
         ON CONFLICT (account_sid, hour, figure) DO UPDATE
            SET count = excluded.count, max_micros = excluded.max_micros, buckets = excluded.buckets";
    MARK = "SELECT at, sid, seq FROM tally_marks WHERE account_sid = ?1 AND source = ?2";
    BEGIN =
        "INSERT INTO tally_marks (account_sid, source, at, sid, seq) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    ADVANCE =
        "UPDATE tally_marks SET at = ?3, sid = ?4, seq = ?5
         WHERE account_sid = ?1 AND source = ?2 AND at = ?6 AND sid = ?7 AND seq = ?8";
    SAMPLES =
        "SELECT hour, active, inactive, closed FROM state_samples
         WHERE account_sid = ?1 AND hour >= ?2 AND hour <= ?3 ORDER BY hour";
    LAST_SAMPLE =
        "SELECT hour, active, inactive, closed FROM state_samples
         WHERE account_sid = ?1 AND hour <= ?2 ORDER BY hour DESC LIMIT 1";
    WRITE_SAMPLE =
        "INSERT INTO state_samples (account_sid, hour, active, inactive, closed) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account_sid, hour) DO UPDATE
            SET active = excluded.active, inactive = excluded.inactive, closed = excluded.closed";
    PRUNE_TALLIES = "DELETE FROM tallies WHERE account_sid = ?1 AND hour < ?2";
    PRUNE_SAMPLES = "DELETE FROM state_samples WHERE account_sid = ?1 AND hour < ?2";
    SERVICES = "SELECT sid FROM services WHERE account_sid = ?1 AND deleted_at IS NULL ORDER BY sid";
    /// The service says whose they are: the account is not in the index.
    COUNT_STATE = "SELECT COUNT(*) FROM conversations WHERE service_sid = ?1 AND state = ?2";
    COUNT_OVERDUE = "SELECT COUNT(*) FROM conversations WHERE account_sid = ?1 AND wake_at <= ?2 AND due_at <= ?2";
    IDENTITIES =
        "SELECT identity, COUNT(*) FROM participants
         WHERE service_sid = ?1 AND identity > ?2 AND open = 1 GROUP BY identity ORDER BY identity LIMIT ?3";
}

/// What tallies are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Changes of state.
    Transitions,
    /// First replies of sessions.
    FirstReplies,
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 2] = [Source::Transitions, Source::FirstReplies];

    const fn as_str(self) -> &'static str {
        match self {
            Source::Transitions => "transitions",
            Source::FirstReplies => "replies",
        }
    }
}

/// A row of a source, in the order in which they are counted: by when it happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When it happened.
    pub at: Timestamp,
    /// What it happened to.
    pub sid: String,
    /// Its number there.
    pub seq: i64,
}

impl Mark {
    /// Before every row.
    pub const START: Mark = Mark { at: Timestamp::MIN, sid: String::new(), seq: 0 };
}

/// A change of state, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where it is in its source.
    pub mark: Mark,
    /// What changed, when and why.
    pub transition: Transition,
    /// How late a timer was, in microseconds.
    pub late_micros: Option<i64>,
    /// Since when the conversation had been in the state before; `None` when its log is gone.
    pub since: Option<Timestamp>,
}

/// Changes of state of an account after a mark and before `until`, in order.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn transitions(
    tx: &mut dyn Tx,
    account: &AccountSid,
    after: &Mark,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Moved>, StoreError> {
    tx.all(&TRANSITIONS, params![account, after.at, &after.sid, after.seq, until, limit], |row| {
        let mut c = Columns::new(row);
        let (sid, seq) = (c.parsed(ConversationSid::parse)?, c.int()?);
        let transition = Transition {
            from: c.parsed(State::parse)?,
            to: c.parsed(State::parse)?,
            cause: c.parsed(Cause::parse)?,
            at: c.time()?,
        };
        let mark = Mark { at: transition.at, sid: sid.to_string(), seq };
        Ok(Moved { mark, transition, late_micros: c.opt_int()?, since: c.opt_time()? })
    })
}

/// First replies of an account's sessions after a mark and before `until`, in order, each with how long it took in
/// microseconds.
pub fn first_replies(
    tx: &mut dyn Tx,
    account: &AccountSid,
    after: &Mark,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(Mark, i64)>, StoreError> {
    tx.all(&FIRST_REPLIES, params![account, after.at, &after.sid, until, limit], |row| {
        let mut c = Columns::new(row);
        let sid = c.text()?;
        Ok((Mark { at: c.time()?, sid, seq: 0 }, c.int()?))
    })
}

/// How many sessions of an account wait for somebody.
pub fn count_waiting(tx: &mut dyn Tx, account: &AccountSid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_WAITING, params![account], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// The tallies of an account's hours, both ends included.
pub fn tallies(
    tx: &mut dyn Tx,
    account: &AccountSid,
    first: Timestamp,
    last: Timestamp,
) -> Result<Tallies, StoreError> {
    let rows = tx.all(&TALLIES, params![account, first, last], |row| {
        let mut c = Columns::new(row);
        let key = (c.time()?, c.parsed(Figure::parse)?);
        let (count, max_micros) = (c.int()?, c.int()?);
        Ok((key, c.parsed(|text| Spread::from_parts(count, max_micros, text))?))
    })?;
    Ok(rows.into_iter().collect())
}

/// Writes tallies in the place of those that are there.
pub fn write_tallies(tx: &mut dyn Tx, account: &AccountSid, tallies: &Tallies) -> Result<(), StoreError> {
    let texts: Vec<_> = tallies.iter().map(|((_, figure), spread)| (figure.name(), spread.to_text())).collect();
    let mut values = Vec::with_capacity(tallies.len() * WRITE_TALLIES.row.len());
    for (((hour, _), spread), (figure, buckets)) in tallies.iter().zip(&texts) {
        values.extend_from_slice(params![account, *hour, figure, spread.count(), spread.max_micros(), buckets]);
    }
    tx.exec_many(&WRITE_TALLIES, &values)?;
    Ok(())
}

/// How far into a source the tallies of an account go; [`Mark::START`] before any were made.
pub fn mark(tx: &mut dyn Tx, account: &AccountSid, source: Source) -> Result<Mark, StoreError> {
    let found = tx.first(&MARK, params![account, source.as_str()], |row| {
        let mut c = Columns::new(row);
        Ok(Mark { at: c.time()?, sid: c.text()?, seq: c.int()? })
    })?;
    Ok(found.unwrap_or(Mark::START))
}

/// Moves the mark on; `false` when it is not at `from`, because another node has moved it.
pub fn advance(
    tx: &mut dyn Tx,
    account: &AccountSid,
    source: Source,
    from: &Mark,
    to: &Mark,
) -> Result<bool, StoreError> {
    let source = source.as_str();
    let changed = if *from == Mark::START {
        tx.exec(&BEGIN, params![account, source, to.at, &to.sid, to.seq])?
    } else {
        tx.exec(&ADVANCE, params![account, source, to.at, &to.sid, to.seq, from.at, &from.sid, from.seq])?
    };
    Ok(changed > 0)
}

/// An hour and how many conversations there were in each state when it began.
pub type Sample = (Timestamp, StateCounts);

fn read_sample(row: &dyn Row) -> Result<Sample, StoreError> {
    let mut c = Columns::new(row);
    Ok((c.time()?, StateCounts { active: c.int()?, inactive: c.int()?, closed: c.int()? }))
}

/// The samples of an account's hours, both ends included.
pub fn samples(
    tx: &mut dyn Tx,
    account: &AccountSid,
    first: Timestamp,
    last: Timestamp,
) -> Result<Vec<Sample>, StoreError> {
    tx.all(&SAMPLES, params![account, first, last], read_sample)
}

/// The newest sample of an account not after an hour.
pub fn last_sample(tx: &mut dyn Tx, account: &AccountSid, hour: Timestamp) -> Result<Option<Sample>, StoreError> {
    tx.first(&LAST_SAMPLE, params![account, hour], read_sample)
}

/// Keeps a sample in the place of one of the same hour.
pub fn write_sample(tx: &mut dyn Tx, account: &AccountSid, (hour, counts): Sample) -> Result<(), StoreError> {
    tx.exec(&WRITE_SAMPLE, params![account, hour, counts.active, counts.inactive, counts.closed])?;
    Ok(())
}

/// Removes tallies and samples of the hours before one.
pub fn prune(tx: &mut dyn Tx, account: &AccountSid, hour: Timestamp) -> Result<u64, StoreError> {
    Ok(tx.exec(&PRUNE_TALLIES, params![account, hour])? + tx.exec(&PRUNE_SAMPLES, params![account, hour])?)
}

/// The services of an account that are not deleted.
pub fn services(tx: &mut dyn Tx, account: &AccountSid) -> Result<Vec<ServiceSid>, StoreError> {
    tx.all(&SERVICES, params![account], |row| Columns::new(row).parsed(ServiceSid::parse))
}

/// How many conversations of an account are in each state now. Counts them all, in an index.
pub fn count_states(tx: &mut dyn Tx, account: &AccountSid) -> Result<StateCounts, StoreError> {
    let mut counts = StateCounts::default();
    for service in services(tx, account)? {
        for state in [State::Active, State::Inactive, State::Closed] {
            let found = tx.first(&COUNT_STATE, params![&service, state.as_str()], |row| Columns::new(row).int())?;
            counts.add(state, found.unwrap_or_default());
        }
    }
    Ok(counts)
}

/// How many timers of an account should have been carried out by `now` and were not.
pub fn count_overdue(tx: &mut dyn Tx, account: &AccountSid, now: Timestamp) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_OVERDUE, params![account, now], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// Identities of a service after one, in order, and how many active and inactive conversations each is in.
pub fn identities(
    tx: &mut dyn Tx,
    service: &ServiceSid,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(&IDENTITIES, params![service, after, limit], |row| {
        let mut c = Columns::new(row);
        Ok((c.text()?, c.int()?))
    })
}
