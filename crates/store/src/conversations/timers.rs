//! The timers among the conversations: those to look at, those armed, and their outcomes.

use dwell_core::{AccountSid, ConversationSid, Lifecycle, MessagingServiceSid, ServiceSid, Timestamp};

use crate::columns::Columns;
use crate::conversations::{Position, lifecycle};
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select_timer {
    ($rest:literal) => {
        concat!(
            "SELECT c.sid, c.service_sid, c.messaging_service_sid, ",
            lifecycle_columns!(),
            ", c.wake_at, c.last_event_at, c.event_seq, c.chat_participants + c.non_chat_participants,
                c.has_sessions
             FROM conversations c ",
            $rest
        )
    };
}

statements! {
    /// The outcome of timers, for many conversations at once.
    UPDATE_TIMERS(Text, Text, Text, Int, Int, Int, Int, Int, Int, Int) =
        "UPDATE conversations SET state = {2}, armed_kind = {3}, due_at = {4}, wake_at = {5}, inactive_at = {6},
            closed_at = {7}, date_updated = {8}, last_event_at = {9}, event_seq = {10}
         {from_rows} WHERE conversations.sid = {1}";
    UPDATE_WAKE(Text, Int) =
        "UPDATE conversations SET wake_at = {2} {from_rows} WHERE conversations.sid = {1}";
    DUE = concat!(
        select_timer!("WHERE c.account_sid = ?1 AND c.wake_at <= ?2 ORDER BY c.wake_at, c.sid LIMIT ?3 {skip_locked}")
    );
    NEXT_WAKE = "SELECT wake_at FROM conversations WHERE account_sid = ?1 AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1";
    LIST_TIMERS = select_timer!(
        "WHERE c.account_sid = ?1 AND (c.wake_at, c.sid) > (?2, ?3) AND c.wake_at <= ?4
         ORDER BY c.wake_at, c.sid LIMIT ?5"
    );
    COUNT_ARMED = "SELECT COUNT(*) FROM conversations WHERE account_sid = ?1 AND wake_at IS NOT NULL";
}

/// What carrying out a timer needs to know of its conversation.
#[derive(Debug, Clone)]
pub struct Timer {
    /// The conversation.
    pub sid: ConversationSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// The messaging service shown for it.
    pub messaging_service_sid: MessagingServiceSid,
    /// State and timers.
    pub lifecycle: Lifecycle,
    /// When it is looked at next: at or before the armed timer's due time.
    pub wake_at: Timestamp,
    /// The time of its newest event.
    pub last_event_at: Timestamp,
    /// The number of its newest event.
    pub event_seq: i64,
    /// How many participants it has.
    pub participants: i64,
    /// Whether it ever had a session.
    pub has_sessions: bool,
}

fn read_timer(row: &dyn Row) -> Result<Timer, StoreError> {
    let mut c = Columns::new(row);
    Ok(Timer {
        sid: c.parsed(ConversationSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        messaging_service_sid: c.parsed(MessagingServiceSid::parse)?,
        lifecycle: lifecycle(&mut c)?,
        wake_at: c.time()?,
        last_event_at: c.time()?,
        event_seq: c.int()?,
        participants: c.int()?,
        has_sessions: c.flag()?,
    })
}

/// Conversations of an account to look at by `now`, in order of `wake_at`, locked; rows that another
/// node holds are left to it.
pub fn due(tx: &mut dyn Tx, account: &AccountSid, now: Timestamp, limit: i64) -> Result<Vec<Timer>, StoreError> {
    let mut timers = tx.all(&DUE, params![account, now, limit], read_timer)?;
    // PostgreSQL orders rows before it locks them, and one that it waited for may have moved.
    timers.sort_by_key(|timer| (timer.wake_at, timer.sid));
    Ok(timers)
}

/// When the next conversation of an account is to be looked at.
pub fn next_wake(tx: &mut dyn Tx, account: &AccountSid) -> Result<Option<Timestamp>, StoreError> {
    tx.first(&NEXT_WAKE, params![account], |row| Columns::new(row).time())
}

/// Writes the outcome of timers.
pub fn update_timers(tx: &mut dyn Tx, timers: &[Timer]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(timers.len() * UPDATE_TIMERS.row.len());
    for timer in timers {
        let life = &timer.lifecycle;
        let due = life.armed.map(|armed| armed.due);
        values.extend_from_slice(params![
            &timer.sid,
            life.state.as_str(),
            life.armed.map(|armed| armed.kind.as_str()),
            due,
            due,
            life.inactive_at,
            life.closed_at,
            // A timer's last transition is the conversation's last change (contract §18 U26).
            timer.last_event_at,
            timer.last_event_at,
            timer.event_seq,
        ]);
    }
    tx.exec_many(&UPDATE_TIMERS, &values)?;
    Ok(())
}

/// Moves the index over timers for conversations whose deadline has moved since it was last set.
/// A time of `None` takes a conversation out of it.
pub fn update_wakes(tx: &mut dyn Tx, wakes: &[(ConversationSid, Option<Timestamp>)]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(wakes.len() * 2);
    for (sid, wake_at) in wakes {
        values.extend_from_slice(params![sid, *wake_at]);
    }
    tx.exec_many(&UPDATE_WAKE, &values)?;
    Ok(())
}

/// Armed timers of an account in order of `wake_at`, up to `until`.
pub fn list_timers(
    tx: &mut dyn Tx,
    account: &AccountSid,
    after: Option<Position>,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Timer>, StoreError> {
    let after = after.unwrap_or_else(Position::start);
    tx.all(&LIST_TIMERS, params![account, after.at, &after.sid, until, limit], read_timer)
}

/// How many timers of an account are armed. Counts them all.
pub fn count_armed(tx: &mut dyn Tx, account: &AccountSid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_ARMED, params![account], |row| Columns::new(row).int())?.unwrap_or_default())
}
