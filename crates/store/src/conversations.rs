//! The table `conversations`: the rows of the API, and the timers among them.

use std::sync::Arc;

use dwell_core::lifecycle::{Armed, Left, Mark, Timers};
use dwell_core::policy::Rules;
use dwell_core::{
    AccountSid, Conversation, ConversationSid, Lifecycle, MessagingServiceSid, ServiceSid, State, Timestamp,
};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! lifecycle_columns {
    () => {
        "c.state, c.timer_inactive, c.timer_closed, c.armed_kind, c.due_at, c.inactive_at, c.closed_at, c.own_timers,
            c.warned, c.held, c.held_kind, c.held_micros,
            (SELECT v.rules FROM policy_versions v WHERE v.policy_sid = c.policy_sid AND v.version = c.policy_version)"
    };
}

mod timers;

pub(crate) use timers::ALL as ALL_TIMERS;
pub use timers::{Timer, count_armed, due, list_timers, next_wake, update_timers, update_wakes};

macro_rules! conversation_columns {
    () => {
        concat!(
            "c.sid, c.account_sid, c.service_sid, c.messaging_service_sid, c.friendly_name, c.unique_name,
                c.attributes, c.email_address, c.email_name, ",
            $crate::conversations::lifecycle_columns!(),
            ", c.date_created, c.date_updated, c.activity_at, c.last_event_at, c.event_seq, c.next_message_index,
                c.chat_participants, c.non_chat_participants, c.has_receipts, c.has_sessions, c.created_by"
        )
    };
}
pub(crate) use {conversation_columns, lifecycle_columns};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", conversation_columns!(), " FROM conversations c ", $rest)
    };
}

macro_rules! in_live_service {
    () => {
        "EXISTS (SELECT 1 FROM services s WHERE s.sid = c.service_sid AND s.deleted_at IS NULL)"
    };
}

statements! {
    BY_SID = concat!(select!("WHERE c.sid = ?3 AND c.account_sid = ?1 AND c.service_sid = ?2 AND "), in_live_service!());
    BY_SID_LOCKED = concat!(select!("WHERE c.sid = ?3 AND c.account_sid = ?1 AND c.service_sid = ?2 AND "), in_live_service!(), " {lock}");
    BY_UNIQUE_NAME = concat!(select!("WHERE c.service_sid = ?2 AND c.unique_name = ?3 AND c.account_sid = ?1 AND "), in_live_service!());
    BY_UNIQUE_NAME_LOCKED = concat!(select!("WHERE c.service_sid = ?2 AND c.unique_name = ?3 AND c.account_sid = ?1 AND "), in_live_service!(), " {lock}");
    ANYWHERE_BY_SID = concat!(select!("WHERE c.sid = ?2 AND c.account_sid = ?1 AND "), in_live_service!());
    ANYWHERE_BY_SID_LOCKED = concat!(select!("WHERE c.sid = ?2 AND c.account_sid = ?1 AND "), in_live_service!(), " {lock}");
    GROUP_HOLDER =
        "SELECT sid FROM conversations WHERE account_sid = ?1 AND group_key = ?2 AND group_key IS NOT NULL AND state <> 'closed'";
    HOLD_GROUP = "UPDATE conversations SET group_key = ?3 WHERE account_sid = ?1 AND sid = ?2";
    LIST_BY_ACTIVITY = select!(
        "WHERE c.service_sid = ?2 AND c.account_sid = ?1 AND c.state = ?3 AND (c.activity_at, c.sid) < (?4, ?5)
         ORDER BY c.activity_at DESC, c.sid DESC LIMIT ?6"
    );
    LIST_BY_CREATION = select!(
        "WHERE c.service_sid = ?2 AND c.account_sid = ?1 AND c.date_created >= ?3 AND (c.date_created, c.sid) < (?4, ?5)
         AND (CAST(?6 AS TEXT) IS NULL OR c.state = ?6)
         ORDER BY c.date_created DESC, c.sid DESC LIMIT ?7"
    );
    LIST_BY_ACTIVITY_BACK = select!(
        "WHERE c.service_sid = ?2 AND c.account_sid = ?1 AND c.state = ?3 AND (c.activity_at, c.sid) > (?4, ?5)
         ORDER BY c.activity_at, c.sid LIMIT ?6"
    );
    LIST_BY_CREATION_BACK = select!(
        "WHERE c.service_sid = ?2 AND c.account_sid = ?1 AND c.date_created <= ?3 AND (c.date_created, c.sid) > (?4, ?5)
         AND (CAST(?6 AS TEXT) IS NULL OR c.state = ?6)
         ORDER BY c.date_created, c.sid LIMIT ?7"
    );
    INSERT =
        "INSERT INTO conversations (sid, account_sid, service_sid, messaging_service_sid, friendly_name, unique_name,
            attributes, email_address, email_name, state, timer_inactive, timer_closed, armed_kind, due_at, wake_at,
            inactive_at, closed_at, date_created, date_updated, activity_at, last_event_at, event_seq,
            next_message_index, chat_participants, non_chat_participants, created_by, policy_sid, policy_version, own_timers)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23, ?24, ?25, ?26, ?27, ?28, ?29)
         ON CONFLICT DO NOTHING";
    /// All that the API can change, the lifecycle included.
    UPDATE =
        "UPDATE conversations SET messaging_service_sid = ?2, friendly_name = ?3, unique_name = ?4, attributes = ?5,
            email_address = ?6, email_name = ?7, state = ?8, timer_inactive = ?9, timer_closed = ?10, armed_kind = ?11,
            due_at = ?12, wake_at = ?13, inactive_at = ?14, closed_at = ?15, date_created = ?16, date_updated = ?17,
            activity_at = ?18, last_event_at = ?19, event_seq = ?20, next_message_index = ?21, chat_participants = ?22,
            non_chat_participants = ?23, policy_sid = ?24, policy_version = ?25, warned = ?26, held = ?27,
            held_kind = ?28, held_micros = ?29, own_timers = ?30
         WHERE sid = ?1";
    /// A message that changes no state: moves the deadline, not the index over `wake_at`.
    UPDATE_AFTER_MESSAGE =
        "UPDATE conversations SET activity_at = ?2, last_event_at = ?3, event_seq = ?4, next_message_index = ?5,
            due_at = ?6
         WHERE sid = ?1";
    /// What changes with the events of participants and messages other than new ones.
    UPDATE_COUNTERS =
        "UPDATE conversations SET last_event_at = ?2, event_seq = ?3, chat_participants = ?4, non_chat_participants = ?5
         WHERE sid = ?1";
    DELETE = "DELETE FROM conversations WHERE sid = ?1";
    SIDS_OF_SERVICE = "SELECT sid, event_seq FROM conversations WHERE service_sid = ?1 ORDER BY date_created, sid LIMIT ?2";
}

/// How a path names a conversation (contract §1.6).
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By SID.
    Sid(&'a ConversationSid),
    /// By unique name.
    UniqueName(&'a str),
}

fn lifecycle(columns: &mut Columns<'_>) -> Result<Lifecycle, StoreError> {
    let state = columns.parsed(State::parse)?;
    let timers = Timers { inactive: columns.opt_int()?, closed: columns.opt_int()? };
    let kind = columns.opt_parsed(Mark::parse)?;
    let due = columns.opt_time()?;
    Ok(Lifecycle {
        state,
        timers,
        armed: kind.zip(due).map(|(kind, due)| Armed { due, kind }),
        inactive_at: columns.opt_time()?,
        closed_at: columns.opt_time()?,
        // Of one from before this was kept, the timers may be its own.
        has_own_timers: columns.opt_int()?.map_or(timers != Timers::default(), |own| own != 0),
        warned: usize::try_from(columns.int()?).unwrap_or_default(),
        held: held(columns)?,
        rules: columns.opt_json::<Rules>()?.map(Arc::new),
    })
}

fn held(columns: &mut Columns<'_>) -> Result<Option<Option<Left>>, StoreError> {
    let is_held = columns.flag()?;
    let left = columns.opt_parsed(Mark::parse)?.zip(columns.opt_int()?);
    Ok(is_held.then_some(left.map(|(kind, micros)| Left { kind, micros })))
}

fn read(row: &dyn Row) -> Result<Conversation, StoreError> {
    read_columns(&mut Columns::new(row))
}

/// Reads [`conversation_columns!`].
pub(crate) fn read_columns(c: &mut Columns<'_>) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        sid: c.parsed(ConversationSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        messaging_service_sid: c.parsed(MessagingServiceSid::parse)?,
        friendly_name: c.opt_text()?,
        unique_name: c.opt_text()?,
        attributes: c.text()?,
        email_address: c.opt_text()?,
        email_name: c.opt_text()?,
        lifecycle: lifecycle(c)?,
        date_created: c.time()?,
        date_updated: c.time()?,
        activity_at: c.time()?,
        last_event_at: c.time()?,
        event_seq: c.int()?,
        next_message_index: c.int()?,
        chat_participants: c.int()?,
        non_chat_participants: c.int()?,
        has_receipts: c.flag()?,
        has_sessions: c.flag()?,
        created_by: c.text()?,
    })
}

/// One conversation of a service, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    key: Key<'_>,
) -> Result<Option<Conversation>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID, params![account, service, sid], read),
        Key::UniqueName(name) => tx.first(&BY_UNIQUE_NAME, params![account, service, name], read),
    }
}

/// One conversation of a service, locked until the unit of work ends.
pub fn lock(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    key: Key<'_>,
) -> Result<Option<Conversation>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID_LOCKED, params![account, service, sid], read),
        Key::UniqueName(name) => tx.first(&BY_UNIQUE_NAME_LOCKED, params![account, service, name], read),
    }
}

/// One conversation of an account, whatever its service.
pub fn fetch_anywhere(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &ConversationSid,
) -> Result<Option<Conversation>, StoreError> {
    tx.first(&ANYWHERE_BY_SID, params![account, sid], read)
}

/// One conversation of an account, whatever its service, locked until the unit of work ends.
pub fn lock_anywhere(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &ConversationSid,
) -> Result<Option<Conversation>, StoreError> {
    tx.first(&ANYWHERE_BY_SID_LOCKED, params![account, sid], read)
}

/// Adds a conversation; `false` when its unique name is taken.
pub fn insert(tx: &mut dyn Tx, c: &Conversation) -> Result<bool, StoreError> {
    let life = &c.lifecycle;
    let due = life.armed.map(|armed| armed.due);
    let changed = tx.exec(
        &INSERT,
        params![
            &c.sid,
            &c.account_sid,
            &c.service_sid,
            &c.messaging_service_sid,
            c.friendly_name.as_deref(),
            c.unique_name.as_deref(),
            &c.attributes,
            c.email_address.as_deref(),
            c.email_name.as_deref(),
            life.state.as_str(),
            life.timers.inactive,
            life.timers.closed,
            life.armed.map(|armed| armed.kind.as_str()),
            due,
            due,
            life.inactive_at,
            life.closed_at,
            c.date_created,
            c.date_updated,
            c.activity_at,
            c.last_event_at,
            c.event_seq,
            c.next_message_index,
            c.chat_participants,
            c.non_chat_participants,
            &c.created_by,
            life.rules.as_ref().map(|rules| rules.policy_sid.as_str()),
            life.rules.as_ref().map(|rules| rules.version),
            life.has_own_timers,
        ],
    )?;
    Ok(changed == 1)
}

/// Writes everything of a conversation that the API can change.
///
/// # Errors
/// [`StoreError::Unique`] with [`ConversationUniqueName`](crate::UniqueKey::ConversationUniqueName) when the unique
/// name is taken.
pub fn update(tx: &mut dyn Tx, c: &Conversation) -> Result<(), StoreError> {
    let life = &c.lifecycle;
    let due = life.armed.map(|armed| armed.due);
    tx.exec(
        &UPDATE,
        params![
            &c.sid,
            &c.messaging_service_sid,
            c.friendly_name.as_deref(),
            c.unique_name.as_deref(),
            &c.attributes,
            c.email_address.as_deref(),
            c.email_name.as_deref(),
            life.state.as_str(),
            life.timers.inactive,
            life.timers.closed,
            life.armed.map(|armed| armed.kind.as_str()),
            due,
            due,
            life.inactive_at,
            life.closed_at,
            c.date_created,
            c.date_updated,
            c.activity_at,
            c.last_event_at,
            c.event_seq,
            c.next_message_index,
            c.chat_participants,
            c.non_chat_participants,
            life.rules.as_ref().map(|rules| rules.policy_sid.as_str()),
            life.rules.as_ref().map(|rules| rules.version),
            i64::try_from(life.warned).unwrap_or_default(),
            life.held.is_some(),
            life.held.flatten().map(|left| left.kind.as_str()),
            life.held.flatten().map(|left| left.micros),
            life.has_own_timers,
        ],
    )?;
    Ok(())
}

/// The open conversation that holds a set of addresses.
pub fn group_holder(tx: &mut dyn Tx, account: &AccountSid, key: &str) -> Result<Option<ConversationSid>, StoreError> {
    tx.first(&GROUP_HOLDER, params![account, key], |row| Columns::new(row).parsed(ConversationSid::parse))
}

/// Has a conversation hold a set of addresses until it closes, or none.
///
/// # Errors
/// [`StoreError::Unique`] with [`ConversationGroup`](crate::UniqueKey::ConversationGroup) when another open
/// conversation holds it.
pub fn hold_group(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &ConversationSid,
    key: Option<&str>,
) -> Result<(), StoreError> {
    tx.exec(&HOLD_GROUP, params![account, sid, key])?;
    Ok(())
}

/// Writes what a message changes when it changes no state. The deadline may only have moved later.
pub fn update_after_message(tx: &mut dyn Tx, c: &Conversation) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE_AFTER_MESSAGE,
        params![
            &c.sid,
            c.activity_at,
            c.last_event_at,
            c.event_seq,
            c.next_message_index,
            c.lifecycle.armed.map(|armed| armed.due),
        ],
    )?;
    Ok(())
}

/// Writes the event number and the participant counts.
pub fn update_counters(tx: &mut dyn Tx, c: &Conversation) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE_COUNTERS,
        params![&c.sid, c.last_event_at, c.event_seq, c.chat_participants, c.non_chat_participants],
    )?;
    Ok(())
}

/// Removes the row of a conversation.
pub fn delete(tx: &mut dyn Tx, sid: &ConversationSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}

/// A position in a list that is ordered by an instant and a SID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The instant of the last row seen.
    pub at: Timestamp,
    /// The SID of the last row seen.
    pub sid: String,
}

impl Position {
    /// After every row, for lists that run backwards. No SID sorts after a tilde.
    pub(crate) fn end() -> Self {
        Position { at: Timestamp::MAX, sid: "~".to_owned() }
    }

    /// Before every row, for lists that run forwards.
    pub(crate) fn start() -> Self {
        Position { at: Timestamp::MIN, sid: String::new() }
    }
}

/// Conversations of a service, most recent message activity first (contract §3), in one state or
/// all.
pub fn list_by_activity(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    state: Option<State>,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let after = after.unwrap_or_else(Position::end);
    let states = state.map_or(State::ALL.to_vec(), |state| vec![state]);
    let mut found = Vec::new();
    // One ordered index range per state, merged: the same cost on page one and page one million.
    for state in states {
        let state = state.as_str();
        let page = params![account, service, state, after.at, &after.sid, limit];
        found.extend(tx.all(&LIST_BY_ACTIVITY, page, read)?);
    }
    found.sort_by_key(|c| std::cmp::Reverse((c.activity_at, c.sid)));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Conversations of a service created in `from..=to`, newest first (contract §3).
#[allow(clippy::too_many_arguments, reason = "the filters of one list")]
pub fn list_by_creation(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    from: Timestamp,
    to: Timestamp,
    state: Option<State>,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let after = after.unwrap_or(Position { at: to, ..Position::end() });
    let state = state.map(State::as_str);
    tx.all(&LIST_BY_CREATION, params![account, service, from, after.at, &after.sid, state, limit], read)
}

/// Conversations of a service before one of them in the order of [`list_by_activity`], nearest
/// first.
pub fn list_by_activity_back(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    state: Option<State>,
    before: &Position,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let states = state.map_or(State::ALL.to_vec(), |state| vec![state]);
    let mut found = Vec::new();
    for state in states {
        let page = params![account, service, state.as_str(), before.at, &before.sid, limit];
        found.extend(tx.all(&LIST_BY_ACTIVITY_BACK, page, read)?);
    }
    found.sort_by_key(|c| (c.activity_at, c.sid));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Conversations of a service created until `to`, before one of them in the order of
/// [`list_by_creation`], nearest first.
pub fn list_by_creation_back(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    to: Timestamp,
    state: Option<State>,
    before: &Position,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let state = state.map(State::as_str);
    tx.all(&LIST_BY_CREATION_BACK, params![account, service, to, before.at, &before.sid, state, limit], read)
}

/// Some conversations of a service, with the number of their newest event.
pub fn sids_of_service(
    tx: &mut dyn Tx,
    service: &ServiceSid,
    limit: i64,
) -> Result<Vec<(ConversationSid, i64)>, StoreError> {
    tx.all(&SIDS_OF_SERVICE, params![service, limit], |row| {
        let mut c = Columns::new(row);
        Ok((c.parsed(ConversationSid::parse)?, c.int()?))
    })
}
