//! `GET /dwell/v1/Timers`: what is armed, soonest first.

use dwell_core::{AccountSid, Reason, ServiceSid, State, Timestamp};
use dwell_store::StoreError;
use dwell_store::conversations::{self, Key, Position, Timer};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, position_cursor};
use crate::timers::fire::take_out_deleted;

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

/// A stretch of the index over deadlines.
#[derive(Default)]
struct Scan {
    /// Its timers, of services that are not deleted.
    timers: Vec<Timer>,
    /// Its last entry, when there may be more behind it.
    end: Option<Position>,
}

impl Scan {
    fn has_moved(&self) -> bool {
        self.timers.iter().any(|timer| due(timer) != timer.wake_at)
    }
}

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
        if page.after.is_none() {
            self.straighten_before(account, filters.due_after).await?;
        }
        let from = page.position()?.filter(|position| *position > start).unwrap_or(start);
        let mut scan = Scan::default();
        for _ in 0..ROUNDS_MAX {
            scan = self.scan(account, from.clone(), filters.due_before).await?;
            if !scan.has_moved() {
                break;
            }
            self.straighten(account, from.clone(), filters.due_before).await?;
        }
        Ok(cut(scan, &filters, &page))
    }

    async fn scan(&self, account: AccountSid, from: Position, until: Timestamp) -> Result<Scan, Error> {
        let scan = self.inner.store.read(move |tx| {
            let mut timers = conversations::list_timers(tx, &account, Some(from.clone()), until, SCANNED_MAX)?;
            let last = timers.last().filter(|_| timers.len() as i64 == SCANNED_MAX);
            let end = last.map(|timer| Position { at: timer.wake_at, sid: timer.sid.to_string() });
            take_out_deleted(tx, &account, &mut timers)?;
            Ok(Scan { timers, end })
        });
        scan.await
    }

    /// Puts deadlines that messages have moved into their place in the index. Each is read again
    /// under its conversation's lock, so that no change of this moment is lost.
    async fn straighten(&self, account: AccountSid, from: Position, until: Timestamp) -> Result<(), Error> {
        let straightened = self.write(move |tx| {
            let mut timers = conversations::list_timers(tx, &account, Some(from.clone()), until, SCANNED_MAX)?;
            timers.retain(|timer| due(timer) != timer.wake_at);
            // Whoever locks several conversations locks them in this order.
            timers.sort_by_key(|timer| timer.sid);
            let mut wakes = Vec::with_capacity(timers.len());
            for Timer { sid, service_sid, .. } in &timers {
                let locked = conversations::lock(tx, &account, service_sid, Key::Sid(sid))?;
                wakes.extend(locked.map(|c| (c.sid, c.lifecycle.armed.map(|armed| armed.due))));
            }
            conversations::update_wakes(tx, &wakes)
        });
        straightened.await.map_err(|error: StoreError| error.into())
    }

    /// Puts deadlines into their place that stand before `until` in the index and may have moved
    /// beyond it, where a list that begins there would miss them.
    async fn straighten_before(&self, account: AccountSid, until: Timestamp) -> Result<(), Error> {
        let until = until.plus_micros(-1);
        let mut next = Some(Position { at: Timestamp::MIN, sid: String::new() });
        while let Some(from) = next.filter(|from| from.at < until) {
            let scan = self.scan(account, from.clone(), until).await?;
            if scan.has_moved() {
                self.straighten(account, from, until).await?;
            }
            next = scan.end;
        }
        Ok(())
    }
}

fn due(timer: &Timer) -> Timestamp {
    timer.lifecycle.armed.map_or(timer.wake_at, |armed| armed.due)
}

fn cut(scan: Scan, filters: &Checked, page: &PageRequest) -> Page<Timer> {
    let mut next = scan.end.map(|end| position_cursor(end.at, &end.sid));
    let mut items: Vec<Timer> = scan
        .timers
        .into_iter()
        // A deadline that moved during the last round comes on a later page.
        .filter(|timer| due(timer) == timer.wake_at)
        .filter(|timer| filters.state.is_none_or(|state| timer.lifecycle.state == state))
        .filter(|timer| filters.service.is_none_or(|service| timer.service_sid == service))
        .collect();
    if items.len() > page.size {
        items.truncate(page.size);
        next = items.last().map(|timer| position_cursor(timer.wake_at, &timer.sid));
    }
    Page { items, next, previous: None }
}
