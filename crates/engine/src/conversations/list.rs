//! `GET /Conversations` (contract §3).

use dwell_core::time::MICROS_PER_SECOND;
use dwell_core::{Conversation, Reason, State, Timestamp};
use dwell_store::conversations::Position;
use dwell_store::{Seek, conversations, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, position_cursor, read_position};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct List {
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub state: Option<String>,
}

struct Checked {
    /// Both ends of creation, inclusive; `None` without a date filter.
    created: Option<(Timestamp, Timestamp)>,
    state: Option<State>,
}

impl List {
    fn check(&self) -> Result<Checked, Reason> {
        let date = |name, text: Option<&str>| {
            text.map(|text| {
                let problem = || "not an ISO 8601 date and time".to_owned();
                Timestamp::parse(text).ok_or_else(|| Reason::InvalidParameter { name, problem: problem() })
            })
            .transpose()
        };
        let start = date("StartDate", self.start_date.as_deref())?;
        let end = date("EndDate", self.end_date.as_deref())?;
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            return Err(Reason::EndDateBeforeStartDate);
        }
        // The API shows whole seconds, so the second in which the range ends belongs to it.
        let end = end.map(|end| match end.as_micros().rem_euclid(MICROS_PER_SECOND) {
            0 => end.plus_micros(MICROS_PER_SECOND - 1),
            _ => end,
        });
        let created = (start.is_some() || end.is_some())
            .then(|| (start.unwrap_or(Timestamp::MIN), end.unwrap_or(Timestamp::MAX)));
        let state = self.state.as_deref().map(|text| State::parse(text).ok_or(Reason::StateUnknown)).transpose()?;
        Ok(Checked { created, state })
    }
}

impl Engine {
    /// Conversations of a service: most recent message activity first, or newest first when a date
    /// filters them.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; a [`Reason`] for each filter that breaks a rule.
    pub async fn list_conversations(
        &self,
        scope: &Scope,
        filters: List,
        page: PageRequest,
    ) -> Result<Page<Conversation>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
                services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
                let Checked { created, state } = filters.check()?;
                let limit = page.limit();
                Ok(match (created, page.seek()) {
                    (None, Seek::After(cursor)) => {
                        let after = bound(cursor)?;
                        let rows = conversations::list_by_activity(tx, account, service, state, after, limit)?;
                        Page::of(rows, &page, by_activity)
                    }
                    (None, Seek::Before(cursor)) => {
                        let before = read_position(cursor)?;
                        let rows = conversations::list_by_activity_back(tx, account, service, state, &before, limit)?;
                        Page::of(rows, &page, by_activity)
                    }
                    (Some((from, to)), Seek::After(cursor)) => {
                        let after = bound(cursor)?;
                        let rows =
                            conversations::list_by_creation(tx, account, service, from, to, state, after, limit)?;
                        Page::of(rows, &page, by_creation)
                    }
                    (Some((_, to)), Seek::Before(cursor)) => {
                        let before = read_position(cursor)?;
                        let rows =
                            conversations::list_by_creation_back(tx, account, service, to, state, &before, limit)?;
                        Page::of(rows, &page, by_creation)
                    }
                })
            })
            .await
    }
}

/// The position that a first page does not have.
fn bound(cursor: &str) -> Result<Option<Position>, Error> {
    (!cursor.is_empty()).then(|| read_position(cursor)).transpose()
}

fn by_activity(c: &Conversation) -> String {
    position_cursor(c.activity_at, &c.sid)
}

fn by_creation(c: &Conversation) -> String {
    position_cursor(c.date_created, &c.sid)
}
