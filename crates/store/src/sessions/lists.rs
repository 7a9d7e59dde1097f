//! Lists of sessions, those that live streams follow, and how many there are of each kind.

use std::cmp::Reverse;

use dwell_core::session::{Session, Status};
use dwell_core::{AccountSid, ConversationSid, ServiceSid, Timestamp};

use super::{read, session_columns};
use crate::columns::Columns;
use crate::conversations::Position;
use crate::error::StoreError;
use crate::statement::{Stmt, Tx, Value, params, statements};

macro_rules! select {
    ($where:literal, $order:literal) => {
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions s WHERE s.account_sid = ?1 AND ",
            $where,
            " AND EXISTS (SELECT 1 FROM conversations c JOIN services v ON v.sid = c.service_sid
                WHERE c.sid = s.conversation_sid AND v.deleted_at IS NULL)
              AND (CAST(?5 AS TEXT) IS NULL OR s.queue = ?5)
              AND (CAST(?6 AS TEXT) IS NULL OR s.service_sid = ?6)
              AND (CAST(?7 AS BIGINT) = 0 OR s.error_code IS NOT NULL) ORDER BY ",
            $order
        )
    };
}

statements! {
    BY_UPDATE = select!("(s.date_updated, s.sid) < (?2, ?3)", "s.date_updated DESC, s.sid DESC LIMIT ?4");
    BY_UPDATE_BACK = select!("(s.date_updated, s.sid) > (?2, ?3)", "s.date_updated, s.sid LIMIT ?4");
    OF_STATUS = select!("s.status = ?8 AND (s.date_updated, s.sid) < (?2, ?3)", "s.date_updated DESC, s.sid DESC LIMIT ?4");
    OF_STATUS_BACK = select!("s.status = ?8 AND (s.date_updated, s.sid) > (?2, ?3)", "s.date_updated, s.sid LIMIT ?4");
    OF_OWNER = select!(
        "s.status = ?8 AND s.owner = ?9 AND (s.date_updated, s.sid) < (?2, ?3)",
        "s.date_updated DESC, s.sid DESC LIMIT ?4"
    );
    OF_OWNER_BACK = select!(
        "s.status = ?8 AND s.owner = ?9 AND (s.date_updated, s.sid) > (?2, ?3)",
        "s.date_updated, s.sid LIMIT ?4"
    );
    BY_WAITING = select!(
        "s.status = 'waiting' AND (s.date_waiting, s.sid) > (?2, ?3)
              AND (CAST(?8 AS TEXT) IS NULL OR s.owner = ?8) AND (CAST(?9 AS TEXT) IS NULL OR s.conversation_sid = ?9)",
        "s.date_waiting, s.sid LIMIT ?4"
    );
    BY_WAITING_BACK = select!(
        "s.status = 'waiting' AND (s.date_waiting, s.sid) < (?2, ?3)
              AND (CAST(?8 AS TEXT) IS NULL OR s.owner = ?8) AND (CAST(?9 AS TEXT) IS NULL OR s.conversation_sid = ?9)",
        "s.date_waiting DESC, s.sid DESC LIMIT ?4"
    );
    OF_CONVERSATION =
        concat!("SELECT ", session_columns!(), " FROM sessions s
            WHERE s.account_sid = ?1 AND s.conversation_sid = ?2 ORDER BY s.number DESC LIMIT ?3");
    CHANGED =
        concat!("SELECT ", session_columns!(), " FROM sessions s
            WHERE s.account_sid = ?1 AND (s.changed_at, s.sid) > (?2, ?3) ORDER BY s.changed_at, s.sid LIMIT ?4");
    LOADS =
        "SELECT s.status, s.owner, s.queue, COUNT(*), MIN(s.date_waiting) FROM sessions s
         WHERE s.account_sid = ?1 AND s.date_ended IS NULL GROUP BY s.status, s.owner, s.queue";
}

/// Most sessions of one conversation that a list looks at.
const OF_CONVERSATION_MAX: i64 = 10_000;

/// Which sessions are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these statuses; none stands for every one.
    pub statuses: Vec<Status>,
    /// Of this owner.
    pub owner: Option<String>,
    /// In this queue.
    pub queue: Option<String>,
    /// Of this conversation.
    pub conversation: Option<ConversationSid>,
    /// Of the conversations of this service.
    pub service: Option<ServiceSid>,
    /// Only those in which something went wrong.
    pub failed: bool,
}

impl Filter {
    fn fits(&self, s: &Session) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&s.status))
            && self.owner.as_deref().is_none_or(|owner| s.is_owned_by(owner))
            && self.queue.as_deref().is_none_or(|queue| s.queue.as_deref() == Some(queue))
            && self.service.is_none_or(|service| s.service_sid == service)
            && !(self.failed && s.error.is_none())
    }
}

/// Sessions of an account whose conversations are still there, newest `date_updated` first, after or, `backward`,
/// before a position: then nearest first.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    filter: &Filter,
    from: Option<Position>,
    backward: bool,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let from = from.unwrap_or_else(Position::end);
    let mut found = match &filter.conversation {
        Some(conversation) => of_conversation(tx, account, conversation, filter, &from, backward)?,
        None => scan(tx, account, filter, &from, backward, limit)?,
    };
    if backward {
        found.sort_by_key(|s| (s.date_updated, s.sid));
    } else {
        found.sort_by_key(|s| Reverse((s.date_updated, s.sid)));
    }
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Sessions of an account that wait and whose conversations are still there, whoever waits longest first, after or,
/// `backward`, before a position: then nearest first. The filter's statuses are not looked at.
pub fn list_waiting(
    tx: &mut dyn Tx,
    account: &AccountSid,
    filter: &Filter,
    from: Option<Position>,
    backward: bool,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let from = from.unwrap_or_else(Position::start);
    let (queue, service, owner) = (filter.queue.as_deref(), filter.service.as_ref(), filter.owner.as_deref());
    let conversation = filter.conversation.as_ref();
    let stmt = if backward { &BY_WAITING_BACK } else { &BY_WAITING };
    let asked = params![account, from.at, &from.sid, limit, queue, service, filter.failed, owner, conversation];
    tx.all(stmt, asked, read)
}

/// One ordered stretch of an index for each status that is asked for.
fn scan(
    tx: &mut dyn Tx,
    account: &AccountSid,
    filter: &Filter,
    from: &Position,
    backward: bool,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    let (queue, service) = (filter.queue.as_deref(), filter.service.as_ref());
    let common: &[Value<'_>] = params![account, from.at, &from.sid, limit, queue, service, filter.failed];
    let either = |onward: &'static Stmt, back: &'static Stmt| if backward { back } else { onward };
    let statuses = if filter.statuses.is_empty() { Status::ALL } else { &filter.statuses };
    let mut found = Vec::new();
    match &filter.owner {
        None if filter.statuses.is_empty() => {
            return tx.all(either(&BY_UPDATE, &BY_UPDATE_BACK), common, read);
        }
        None => {
            for status in statuses {
                let of: Vec<_> = common.iter().copied().chain([Value::from(status.as_str())]).collect();
                found.extend(tx.all(either(&OF_STATUS, &OF_STATUS_BACK), &of, read)?);
            }
        }
        Some(owner) => {
            for status in statuses {
                let of = [Value::from(status.as_str()), Value::from(owner)];
                let of: Vec<_> = common.iter().copied().chain(of).collect();
                found.extend(tx.all(either(&OF_OWNER, &OF_OWNER_BACK), &of, read)?);
            }
        }
    }
    Ok(found)
}

fn of_conversation(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    filter: &Filter,
    from: &Position,
    backward: bool,
) -> Result<Vec<Session>, StoreError> {
    if crate::conversations::fetch_anywhere(tx, account, conversation)?.is_none() {
        return Ok(Vec::new());
    }
    let mut found = tx.all(&OF_CONVERSATION, params![account, conversation, OF_CONVERSATION_MAX], read)?;
    found.retain(|s| {
        let key = (s.date_updated, s.sid.as_str());
        let bound = (from.at, from.sid.as_str());
        filter.fits(s) && if backward { key > bound } else { key < bound }
    });
    Ok(found)
}

/// Sessions of an account that changed after a position in real time, in that order. Those of a conversation that is
/// gone are among them.
pub fn changed(
    tx: &mut dyn Tx,
    account: &AccountSid,
    after: &Position,
    limit: i64,
) -> Result<Vec<Session>, StoreError> {
    tx.all(&CHANGED, params![account, after.at, &after.sid, limit], read)
}

/// How many open sessions there are of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// How they stand.
    pub status: Status,
    /// Who has them.
    pub owner: Option<String>,
    /// The queue that they wait in or came from.
    pub queue: Option<String>,
    /// How many they are.
    pub count: i64,
    /// When the first of them began to wait.
    pub waiting_since: Option<Timestamp>,
}

/// The open sessions of an account, counted.
pub fn loads(tx: &mut dyn Tx, account: &AccountSid) -> Result<Vec<Load>, StoreError> {
    tx.all(&LOADS, params![account], |row| {
        let mut c = Columns::new(row);
        Ok(Load {
            status: c.parsed(Status::parse)?,
            owner: c.opt_text()?,
            queue: Some(c.text()?).filter(|queue| !queue.is_empty()),
            count: c.int()?,
            waiting_since: c.opt_time()?,
        })
    })
}
