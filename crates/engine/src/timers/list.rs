//! `GET /dwell/v1/Timers`: what is armed, soonest first.

use dwell_core::{Reason, ServiceSid, State, Timestamp};
use dwell_store::conversations::{self, Position, Timer};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, position_cursor};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Only timers due at or after this instant.
    pub due_after: Option<String>,
    /// Only timers due at or before this instant.
    pub due_before: Option<String>,
    /// Only conversations in this state.
    pub state: Option<String>,
    /// Only conversations of this service.
    pub chat_service_sid: Option<String>,
}

#[derive(Debug, Clone, Copy)]
struct Checked {
    due_after: Timestamp,
    due_before: Timestamp,
    state: Option<State>,
    service: Option<ServiceSid>,
}

impl List {
    fn check(&self) -> Result<Checked, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let date = |name, text: Option<&str>| {
            text.map(|text| Timestamp::parse(text).ok_or_else(|| invalid(name, "not an ISO 8601 date and time")))
                .transpose()
        };
        let state = self.state.as_deref().map(|text| State::parse(text).ok_or(Reason::StateUnknown)).transpose()?;
        let service = self
            .chat_service_sid
            .as_deref()
            .map(|text| ServiceSid::parse(text).ok_or_else(|| invalid("ChatServiceSid", "not a service SID")))
            .transpose()?;
        Ok(Checked {
            due_after: date("DueAfter", self.due_after.as_deref())?.unwrap_or(Timestamp::MIN),
            due_before: date("DueBefore", self.due_before.as_deref())?.unwrap_or(Timestamp::MAX),
            state,
            service,
        })
    }
}

/// Most rows looked at for one page. A page may come out short, with a next one.
const SCANNED_MAX: i64 = 1_000;
/// Most rounds of putting moved deadlines into their place for one page.
const ROUNDS_MAX: usize = 10;

impl Engine {
    /// Armed timers of the account, soonest first. A page may hold fewer rows than asked for and
    /// still have a next one, when a filter passes over many.
    ///
    /// Messages move a deadline without moving it in the index over deadlines; the ones that come
    /// up here are put into their place first, so the order is true.
    ///
    /// # Errors
    /// A [`Reason`] for each filter that breaks a rule.
    pub async fn list_timers(&self, caller: &Caller, filters: List, page: PageRequest) -> Result<Page<Timer>, Error> {
        let filters = filters.check()?;
        let account = caller.account.sid;
        // Just before the first instant that passes the filter.
        let start = Position { at: filters.due_after, sid: String::new() };
        let from = page.position()?.filter(|position| *position > start).unwrap_or(start);
        let mut rows = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let position = from.clone();
            rows = self
                .inner
                .store
                .read(move |tx| {
                    conversations::list_timers(tx, &account, Some(position.clone()), filters.due_before, SCANNED_MAX)
                })
                .await
                .map_err(|error: dwell_store::StoreError| Error::from(error))?;
            let moved: Vec<_> = rows.iter().filter(|row| due(row) != row.wake_at).map(|row| row.sid).collect();
            if moved.is_empty() {
                break;
            }
            // What is stale now is looked at again under the lock of a write.
            let position = from.clone();
            self.inner
                .store
                .write(move |tx| {
                    let position = Some(position.clone());
                    let rows = conversations::list_timers(tx, &account, position, filters.due_before, SCANNED_MAX)?;
                    let wakes: Vec<_> = rows
                        .iter()
                        .filter(|row| due(row) != row.wake_at)
                        .map(|row| (row.sid, Some(due(row))))
                        .collect();
                    conversations::update_wakes(tx, &wakes)
                })
                .await
                .map_err(|error: dwell_store::StoreError| Error::from(error))?;
        }
        Ok(cut(rows, &filters, &page))
    }
}

fn due(timer: &Timer) -> Timestamp {
    timer.lifecycle.armed.map_or(timer.wake_at, |armed| armed.due)
}

fn cut(rows: Vec<Timer>, filters: &Checked, page: &PageRequest) -> Page<Timer> {
    let cursor = |timer: &Timer| position_cursor(timer.wake_at, &timer.sid);
    let mut next = (rows.len() as i64 == SCANNED_MAX).then(|| rows.last().map(cursor)).flatten();
    let mut items: Vec<Timer> = rows
        .into_iter()
        // A deadline that moved during the last round comes on a later page.
        .filter(|timer| due(timer) == timer.wake_at)
        .filter(|timer| filters.state.is_none_or(|state| timer.lifecycle.state == state))
        .filter(|timer| filters.service.is_none_or(|service| timer.service_sid == service))
        .collect();
    if items.len() > page.size {
        items.truncate(page.size);
        next = items.last().map(cursor);
    }
    Page { items, next }
}
