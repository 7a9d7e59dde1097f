//! The tables `bulk_jobs`, `bulk_parts` and `bulk_results`, and the conversations that a job may be about.

use dwell_core::bulk::{Act, Job, JobState, Outcome, Refusal};
use dwell_core::lifecycle::Timers;
use dwell_core::{AccountSid, BulkSid, ConversationSid, ServiceSid, State, Timestamp};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_sid, sid, act, instructions, state, total, done, refused, created_by, date_created,
                date_updated, changed_at FROM bulk_jobs WHERE ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("account_sid = ?1 AND sid = ?2");
    BY_SID_LOCKED = select!("account_sid = ?1 AND sid = ?2 {lock}");
    TAKE = select!("account_sid = ?1 AND sid = ?2 AND state = 'running' {skip_locked}");
    LIST = select!("account_sid = ?1 AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    LIST_BACK = select!("account_sid = ?1 AND sid > ?2 ORDER BY sid LIMIT ?3");
    RUNNING = "SELECT account_sid, sid FROM bulk_jobs WHERE state = 'running' AND sid > ?1 ORDER BY sid LIMIT ?2";
    COUNT_RUNNING = "SELECT COUNT(*) FROM bulk_jobs WHERE account_sid = ?1 AND state = 'running'";
    OVER = "SELECT account_sid, sid FROM bulk_jobs WHERE state <> 'running' AND changed_at < ?1 ORDER BY changed_at LIMIT 1";
    INSERT =
        "INSERT INTO bulk_jobs (account_sid, sid, act, instructions, state, total, done, refused, created_by,
            date_created, date_updated, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    UPDATE =
        "UPDATE bulk_jobs SET state = ?3, done = ?4, refused = ?5, date_updated = ?6, changed_at = ?7
         WHERE account_sid = ?1 AND sid = ?2";
    DELETE = "DELETE FROM bulk_jobs WHERE account_sid = ?1 AND sid = ?2";
    INSERT_PART(Text, Int, Text) = "INSERT INTO bulk_parts (job_sid, part, sids) VALUES {rows}";
    PART = "SELECT sids FROM bulk_parts WHERE job_sid = ?1 AND part = ?2";
    DELETE_PARTS = "DELETE FROM bulk_parts WHERE job_sid = ?1";
    INSERT_RESULT(Text, Text, Int, Text) =
        "INSERT INTO bulk_results (job_sid, conversation_sid, code, message) VALUES {rows}";
    RESULTS =
        "SELECT conversation_sid, code, message FROM bulk_results
         WHERE job_sid = ?1 AND conversation_sid > ?2 ORDER BY conversation_sid LIMIT ?3";
    RESULTS_BACK =
        "SELECT conversation_sid, code, message FROM bulk_results
         WHERE job_sid = ?1 AND conversation_sid < ?2 ORDER BY conversation_sid DESC LIMIT ?3";
    DELETE_RESULTS =
        "DELETE FROM bulk_results WHERE job_sid = ?1 AND conversation_sid IN
            (SELECT conversation_sid FROM bulk_results WHERE job_sid = ?1 ORDER BY conversation_sid LIMIT ?2)";
    /// Of one state, all or those that live by default timers and not by these.
    CONVERSATIONS =
        "SELECT c.activity_at, c.sid FROM conversations c
         WHERE c.service_sid = ?1 AND c.state = ?2 AND (c.activity_at, c.sid) > (?3, ?4)
            AND (CAST(?5 AS BIGINT) = 0
                OR (c.policy_sid IS NULL AND COALESCE(c.own_timers, c.timer_inactive, c.timer_closed, 0) = 0
                    AND (COALESCE(c.timer_inactive, -1) <> ?6 OR COALESCE(c.timer_closed, -1) <> ?7)))
         ORDER BY c.activity_at, c.sid LIMIT ?8";
}

/// How many conversations of a job are in one row.
const PART_CONVERSATIONS: usize = 1_000;
/// Greater than the SID of every job.
const END: &str = "BK";

fn read(row: &dyn Row) -> Result<Job, StoreError> {
    let mut c = Columns::new(row);
    Ok(Job {
        account_sid: c.parsed(AccountSid::parse)?,
        sid: c.parsed(BulkSid::parse)?,
        act: c.parsed(Act::parse)?,
        order: c.json()?,
        state: c.parsed(JobState::parse)?,
        total: c.int()?,
        done: c.int()?,
        refused: c.int()?,
        created_by: c.text()?,
        date_created: c.time()?,
        date_updated: c.time()?,
        changed_at: c.time()?,
    })
}

/// One job of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &BulkSid) -> Result<Option<Job>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One job of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &BulkSid) -> Result<Option<Job>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read)
}

/// One running job, locked; `None` also when another node is at it.
pub fn take(tx: &mut dyn Tx, account: &AccountSid, sid: &BulkSid) -> Result<Option<Job>, StoreError> {
    tx.first(&TAKE, params![account, sid], read)
}

/// Jobs of an account, newest first.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Job>, StoreError> {
    let seek = if seek == Seek::After("") { Seek::After(END) } else { seek };
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)
}

fn read_name(row: &dyn Row) -> Result<(AccountSid, BulkSid), StoreError> {
    let mut c = Columns::new(row);
    Ok((c.parsed(AccountSid::parse)?, c.parsed(BulkSid::parse)?))
}

/// Running jobs of every account after one, in order.
pub fn running(tx: &mut dyn Tx, after: &str, limit: i64) -> Result<Vec<(AccountSid, BulkSid)>, StoreError> {
    tx.all(&RUNNING, params![after, limit], read_name)
}

/// How many jobs of an account are running.
pub fn count_running(tx: &mut dyn Tx, account: &AccountSid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_RUNNING, params![account], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// Adds a job and the conversations that it goes through, in this order.
pub fn insert(tx: &mut dyn Tx, job: &Job, conversations: &[ConversationSid]) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &job.account_sid,
            &job.sid,
            job.act.as_str(),
            &to_json(&job.order)?,
            job.state.as_str(),
            job.total,
            job.done,
            job.refused,
            &job.created_by,
            job.date_created,
            job.date_updated,
            job.changed_at,
        ],
    )?;
    let join = |part: &[ConversationSid]| part.iter().map(ConversationSid::as_str).collect::<Vec<_>>().join(" ");
    let parts: Vec<String> = conversations.chunks(PART_CONVERSATIONS).map(join).collect();
    let mut values = Vec::with_capacity(parts.len() * INSERT_PART.row.len());
    for (part, sids) in (0_i64..).zip(&parts) {
        values.extend_from_slice(params![&job.sid, part, sids]);
    }
    tx.exec_many(&INSERT_PART, &values)?;
    Ok(())
}

/// Writes how far a job is, and its state.
pub fn update(tx: &mut dyn Tx, job: &Job) -> Result<(), StoreError> {
    let Job { account_sid, sid, state, done, refused, date_updated, changed_at, .. } = job;
    tx.exec(&UPDATE, params![account_sid, sid, state.as_str(), *done, *refused, *date_updated, *changed_at])?;
    Ok(())
}

/// The conversations of a job from a place on, at most so many and perhaps fewer.
pub fn conversations(
    tx: &mut dyn Tx,
    job: &BulkSid,
    position: i64,
    most: usize,
) -> Result<Vec<ConversationSid>, StoreError> {
    let (part, skip) = (position / PART_CONVERSATIONS as i64, position % PART_CONVERSATIONS as i64);
    let Some(sids) = tx.first(&PART, params![job, part], |row| Columns::new(row).text())? else {
        return Ok(Vec::new());
    };
    let sids = sids.split(' ').skip(usize::try_from(skip).unwrap_or_default()).take(most);
    let parse = |text| ConversationSid::parse(text).ok_or_else(|| StoreError::Corrupt(format!("{text} in {job}")));
    sids.map(parse).collect()
}

/// Keeps what became of conversations of a job.
pub fn insert_results(tx: &mut dyn Tx, job: &BulkSid, outcomes: &[Outcome]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(outcomes.len() * INSERT_RESULT.row.len());
    for Outcome { conversation_sid, refusal } in outcomes {
        let code = refusal.as_ref().map(|refusal| refusal.code);
        let message = refusal.as_ref().map(|refusal| refusal.message.as_str());
        values.extend_from_slice(params![job, conversation_sid, code, message]);
    }
    tx.exec_many(&INSERT_RESULT, &values)?;
    Ok(())
}

/// What became of the conversations of a job so far, in order of their SIDs.
pub fn results(tx: &mut dyn Tx, job: &BulkSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Outcome>, StoreError> {
    tx.page(&ListStmts { after: &RESULTS, before: &RESULTS_BACK }, params![job], seek, limit, |row| {
        let mut c = Columns::new(row);
        let conversation_sid = c.parsed(ConversationSid::parse)?;
        let refusal = c.opt_int()?.zip(c.opt_text()?).map(|(code, message)| Refusal { code, message });
        Ok(Outcome { conversation_sid, refusal })
    })
}

/// A job that was over before an instant of real time.
pub fn over(tx: &mut dyn Tx, before: Timestamp) -> Result<Option<(AccountSid, BulkSid)>, StoreError> {
    tx.first(&OVER, params![before], read_name)
}

/// Removes up to `limit` results of a job, and the job once it has none.
pub fn remove_some(tx: &mut dyn Tx, account: &AccountSid, job: &BulkSid, limit: i64) -> Result<(), StoreError> {
    if tx.exec(&DELETE_RESULTS, params![job, limit])? == 0 {
        tx.exec(&DELETE_PARTS, params![job])?;
        tx.exec(&DELETE, params![account, job])?;
    }
    Ok(())
}

/// Conversations of a service in one state after a place in order of activity, each with its place; with timers only
/// those that live by default timers, and not by these.
pub fn in_state(
    tx: &mut dyn Tx,
    service: &ServiceSid,
    state: State,
    other_than: Option<Timers>,
    (at, sid): (Timestamp, &str),
    limit: i64,
) -> Result<Vec<(Timestamp, ConversationSid)>, StoreError> {
    let none = |seconds: Option<i64>| seconds.unwrap_or(-1);
    let (inactive, closed) = other_than.map_or((-1, -1), |timers| (none(timers.inactive), none(timers.closed)));
    let params = params![service, state.as_str(), at, sid, other_than.is_some(), inactive, closed, limit];
    tx.all(&CONVERSATIONS, params, |row| {
        let mut c = Columns::new(row);
        Ok((c.time()?, c.parsed(ConversationSid::parse)?))
    })
}
