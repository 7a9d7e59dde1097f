//! The tables `webhook_deliveries`, `webhook_queues` and `webhook_attempts`: what webhooks are to be told and
//! messages for addresses outside, who waits in which line, and how it went. All instants are real time.
//!
//! A delivery is written in the unit of work of its event. Deliveries of one hook about one conversation
//! or user are a queue and go out in order; so are the messages of a conversation to one participant. Whoever works on a queue claims it by moving its `next_at`
//! to the end of the claim; that instant is the claim's mark, and whoever finds another mark has lost it.

use std::collections::BTreeMap;

use dwell_core::webhook::Method;
use dwell_core::{AccountSid, DeliverySid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, hook_sid, stream_sid, seq, event, url, method, params, status, attempts,
                last_status, last_error, created_at, finished_at FROM webhook_deliveries ",
            $rest
        )
    };
}

mod lists;

pub(crate) use lists::ALL as ALL_LISTS;
pub use lists::{Kind, Of, attempts, fetch, list, reopen};

statements! {
    INSERT(Text, Text, Text, Text, Int, Text, Text, Text, Text, Text, Int, Int) =
        "INSERT INTO webhook_deliveries (sid, account_sid, hook_sid, stream_sid, seq, event, url, method, params,
            status, attempts, created_at) VALUES {rows}";
    ENQUEUE(Text, Text, Text, Int, Int) =
        "INSERT INTO webhook_queues (hook_sid, stream_sid, account_sid, pending, next_at) VALUES {rows}
         ON CONFLICT (hook_sid, stream_sid) DO UPDATE SET pending = webhook_queues.pending + excluded.pending";
    DUE =
        "SELECT hook_sid, stream_sid, account_sid, next_at FROM webhook_queues
         WHERE next_at <= ?1 ORDER BY next_at, hook_sid, stream_sid LIMIT ?2 {skip_locked}";
    NEXT_DUE = "SELECT MIN(next_at) FROM webhook_queues";
    MOVE(Text, Text, Int, Int) =
        "UPDATE webhook_queues SET next_at = {4} {from_rows}
         WHERE webhook_queues.hook_sid = {1} AND webhook_queues.stream_sid = {2} AND webhook_queues.next_at = {3}";
    LOCK_QUEUE =
        "SELECT pending, next_at, replay_next, replay_end FROM webhook_queues
         WHERE hook_sid = ?1 AND stream_sid = ?2 {lock}";
    TAKE_OUT =
        "UPDATE webhook_queues SET pending = pending - 1 WHERE hook_sid = ?1 AND stream_sid = ?2";
    DELETE_QUEUE =
        "DELETE FROM webhook_queues WHERE hook_sid = ?1 AND stream_sid = ?2 AND pending = 0 AND replay_next IS NULL";
    SET_REPLAY =
        "INSERT INTO webhook_queues (hook_sid, stream_sid, account_sid, pending, next_at, replay_next, replay_end)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)
         ON CONFLICT (hook_sid, stream_sid) DO UPDATE SET replay_next = ?5, replay_end = ?6";
    MOVE_REPLAY = "UPDATE webhook_queues SET replay_next = ?3 WHERE hook_sid = ?1 AND stream_sid = ?2";
    PENDING =
        select!("WHERE hook_sid = ?1 AND stream_sid = ?2 AND status = 'pending' ORDER BY seq, sid LIMIT ?3");
    UPDATE =
        "UPDATE webhook_deliveries SET url = ?2, method = ?3, status = ?4, attempts = ?5, last_status = ?6,
            last_error = ?7, created_at = ?8, finished_at = ?9
         WHERE sid = ?1";
    ADD_ATTEMPT =
        "INSERT INTO webhook_attempts (delivery_sid, number, at, micros, status, error, excerpt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    DELETE_ATTEMPTS =
        "DELETE FROM webhook_attempts WHERE delivery_sid IN
            (SELECT sid FROM webhook_deliveries WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)";
    DELETE_FINISHED =
        "DELETE FROM webhook_deliveries WHERE sid IN
            (SELECT sid FROM webhook_deliveries WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)";
}

/// What a webhook is to be told, or was; or a message on its way to an address outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its SID.
    pub sid: DeliverySid,
    /// The account that owns the hook.
    pub account_sid: AccountSid,
    /// Who is told: the SID of the account, of the service or of the conversation's own webhook; that of the
    /// participant who is written to.
    pub hook_sid: String,
    /// The conversation or user that the event is about.
    pub stream_sid: String,
    /// The number of the event in its stream; the index of the message.
    pub seq: i64,
    /// The name of the event.
    pub event: String,
    /// Where to: a URL, or the account's address that the message leaves from.
    pub url: String,
    /// How.
    pub way: Way,
    /// What is sent: for webhooks a JSON object of texts, but for `RetryCount`.
    pub params: String,
    /// How far it is.
    pub status: Status,
    /// How often it was tried.
    pub attempts: i64,
    /// The HTTP status of the last attempt, when there was an answer.
    pub last_status: Option<i64>,
    /// Why the last attempt had no answer, when it had none.
    pub last_error: Option<String>,
    /// When the event was written, or it was asked to be sent again.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub finished_at: Option<Timestamp>,
}

/// How a delivery reaches the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A webhook is called.
    Call(Method),
    /// A message is handed over to the channel of the address that it leaves from.
    Channel,
}

impl Way {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Way::Call(method) => method.as_str(),
            Way::Channel => "CHANNEL",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        if text == Way::Channel.as_str() { Some(Way::Channel) } else { Method::parse(text).map(Way::Call) }
    }
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits, or is on its way.
    Pending,
    /// The other side has it.
    Delivered,
    /// It was given up.
    Failed,
}

impl Status {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Delivered => "delivered",
            Status::Failed => "failed",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Status::Pending, Status::Delivered, Status::Failed];
        all.into_iter().find(|status| text.eq_ignore_ascii_case(status.as_str()))
    }
}

/// One try to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: i64,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in microseconds.
    pub micros: i64,
    /// The HTTP status, when there was an answer.
    pub status: Option<i64>,
    /// Why there was none.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub excerpt: Option<String>,
}

/// A queue that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who is told.
    pub hook_sid: String,
    /// The conversation or user that its deliveries are about.
    pub stream_sid: String,
    /// The account that owns both.
    pub account_sid: AccountSid,
    /// The claim's mark: the instant at which it ends unless it is renewed.
    pub until: Timestamp,
}

/// A queue as its holder finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many deliveries wait in it.
    pub pending: i64,
    /// The messages that a new hook is still to be told of: the index of the next, and of the first that
    /// it is not.
    pub replay: Option<(i64, i64)>,
}

fn read(row: &dyn Row) -> Result<Delivery, StoreError> {
    let mut c = Columns::new(row);
    Ok(Delivery {
        sid: c.parsed(DeliverySid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        hook_sid: c.text()?,
        stream_sid: c.text()?,
        seq: c.int()?,
        event: c.text()?,
        url: c.text()?,
        way: c.parsed(Way::parse)?,
        params: c.text()?,
        status: c.parsed(Status::parse)?,
        attempts: c.int()?,
        last_status: c.opt_int()?,
        last_error: c.opt_text()?,
        created_at: c.time()?,
        finished_at: c.opt_time()?,
    })
}

/// Puts new deliveries into their queues. Each of a queue is looked at from `created_at` on, unless
/// the queue waits for something already.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn enqueue(tx: &mut dyn Tx, deliveries: &[Delivery]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(deliveries.len() * INSERT.row.len());
    for d in deliveries {
        values.extend_from_slice(params![
            &d.sid,
            &d.account_sid,
            &d.hook_sid,
            &d.stream_sid,
            d.seq,
            &d.event,
            &d.url,
            d.way.as_str(),
            &d.params,
            d.status.as_str(),
            d.attempts,
            d.created_at,
        ]);
    }
    tx.exec_many(&INSERT, &values)?;
    wait(tx, deliveries.iter().map(|d| (d, d.created_at)))
}

/// Counts deliveries into their queues, which are looked at from the given instants on. Whoever touches
/// several queues does so in the order of their names, so that no two wait for each other.
fn wait<'d>(
    tx: &mut dyn Tx,
    deliveries: impl IntoIterator<Item = (&'d Delivery, Timestamp)>,
) -> Result<(), StoreError> {
    let mut queues = BTreeMap::new();
    for (d, at) in deliveries {
        let (_, _, pending) = queues.entry((&d.hook_sid, &d.stream_sid)).or_insert((&d.account_sid, at, 0));
        *pending += 1;
    }
    let mut values = Vec::with_capacity(queues.len() * ENQUEUE.row.len());
    for ((hook_sid, stream_sid), (account_sid, at, pending)) in queues {
        values.extend_from_slice(params![hook_sid, stream_sid, account_sid, pending, at]);
    }
    tx.exec_many(&ENQUEUE, &values)?;
    Ok(())
}

/// Has a new hook told of messages that were there before it, from the index `next` to before `end`.
pub fn set_replay(
    tx: &mut dyn Tx,
    account: &AccountSid,
    hook_sid: &str,
    stream_sid: &str,
    (next, end): (i64, i64),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(&SET_REPLAY, params![hook_sid, stream_sid, account, now, next, end])?;
    Ok(())
}

/// Notes how far the replay of a claimed queue is; `None` when it is over.
pub fn move_replay(tx: &mut dyn Tx, claim: &Claim, next: Option<i64>) -> Result<(), StoreError> {
    tx.exec(&MOVE_REPLAY, params![&claim.hook_sid, &claim.stream_sid, next])?;
    Ok(())
}

/// Claims up to `limit` queues that are to be looked at, longest waiting first, until `until`, which must
/// lie ahead of `now`.
pub fn claim(tx: &mut dyn Tx, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<Claim>, StoreError> {
    let found = tx.all(&DUE, params![now, limit], |row| {
        let mut c = Columns::new(row);
        let (hook_sid, stream_sid) = (c.text()?, c.text()?);
        Ok(Claim { hook_sid, stream_sid, account_sid: c.parsed(AccountSid::parse)?, until: c.time()? })
    })?;
    move_all(tx, &found, until)?;
    Ok(found.into_iter().map(|claim| Claim { until, ..claim }).collect())
}

/// Lets claimed queues wait until `at`: renews the claims, or gives them back.
pub fn move_all(tx: &mut dyn Tx, claims: &[Claim], at: Timestamp) -> Result<(), StoreError> {
    let mut claims: Vec<_> = claims.iter().collect();
    claims.sort_by_key(|claim| (&claim.hook_sid, &claim.stream_sid));
    let mut values = Vec::with_capacity(claims.len() * MOVE.row.len());
    for claim in claims {
        values.extend_from_slice(params![&claim.hook_sid, &claim.stream_sid, claim.until, at]);
    }
    tx.exec_many(&MOVE, &values)?;
    Ok(())
}

/// When the next queue is to be looked at; `None` when nobody waits.
pub fn next_at(tx: &mut dyn Tx) -> Result<Option<Timestamp>, StoreError> {
    Ok(tx.first(&NEXT_DUE, params![], |row| Columns::new(row).opt_time())?.flatten())
}

/// The queue of a claim, locked; `None` when the claim is lost.
pub fn hold(tx: &mut dyn Tx, claim: &Claim) -> Result<Option<Queue>, StoreError> {
    let held = tx.first(&LOCK_QUEUE, params![&claim.hook_sid, &claim.stream_sid], |row| {
        let mut c = Columns::new(row);
        let (pending, mark) = (c.int()?, c.time()?);
        let replay = c.opt_int()?.zip(c.opt_int()?);
        Ok((mark, Queue { pending, replay }))
    })?;
    Ok(held.filter(|(mark, _)| *mark == claim.until).map(|(_, queue)| queue))
}

/// The first `limit` deliveries that wait in a queue, in order.
pub fn pending(tx: &mut dyn Tx, hook_sid: &str, stream_sid: &str, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    tx.all(&PENDING, params![hook_sid, stream_sid, limit], read)
}

/// Writes how far a delivery is.
pub fn update(tx: &mut dyn Tx, d: &Delivery) -> Result<(), StoreError> {
    let method = d.way.as_str();
    let (status, error) = (d.last_status, d.last_error.as_deref());
    let state = d.status.as_str();
    tx.exec(&UPDATE, params![&d.sid, &d.url, method, state, d.attempts, status, error, d.created_at, d.finished_at])?;
    Ok(())
}

/// Takes one delivery out of its queue, which must be held.
pub fn take_out(tx: &mut dyn Tx, hook_sid: &str, stream_sid: &str) -> Result<(), StoreError> {
    tx.exec(&TAKE_OUT, params![hook_sid, stream_sid])?;
    Ok(())
}

/// Puts one delivery, which was taken out, into its queue again.
pub fn put_back(tx: &mut dyn Tx, d: &Delivery, now: Timestamp) -> Result<(), StoreError> {
    wait(tx, [(d, now)])
}

/// Removes a queue in which nothing waits; whether it was.
pub fn delete_if_empty(tx: &mut dyn Tx, claim: &Claim) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE_QUEUE, params![&claim.hook_sid, &claim.stream_sid])? == 1)
}

/// Keeps how a try went.
pub fn add_attempt(tx: &mut dyn Tx, sid: &DeliverySid, a: &Attempt) -> Result<(), StoreError> {
    let (error, excerpt) = (a.error.as_deref(), a.excerpt.as_deref());
    tx.exec(&ADD_ATTEMPT, params![sid, a.number, a.at, a.micros, a.status, error, excerpt])?;
    Ok(())
}

/// Removes up to `limit` deliveries that were finished before `before`, with their attempts, and says
/// how many.
pub fn remove_finished(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_ATTEMPTS, params![before, limit])?;
    tx.exec(&DELETE_FINISHED, params![before, limit])
}
