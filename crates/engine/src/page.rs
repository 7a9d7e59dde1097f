//! Pages of lists. A cursor names the last row of the page before, so a page costs the same
//! wherever it is and stays right while rows come and go.

use dwell_core::{Reason, Timestamp};
use dwell_store::conversations::Position;

use crate::error::Error;

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Most rows on it.
    pub size: usize,
    /// The cursor that the page before gave; `None` for the first page.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl PageRequest {
    /// One row more than wanted tells whether another page follows.
    pub(crate) fn limit(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX).saturating_add(1)
    }

    pub(crate) fn position(&self) -> Result<Option<Position>, Error> {
        self.after
            .as_deref()
            .map(|cursor| {
                let (micros, sid) = cursor.split_once(':').ok_or_else(bad_token)?;
                let at = Timestamp::from_micros(micros.parse().map_err(|_| bad_token())?);
                Ok(Position { at, sid: sid.to_owned() })
            })
            .transpose()
    }

    pub(crate) fn index(&self) -> Result<Option<i64>, Error> {
        self.after.as_deref().map(|cursor| cursor.parse().map_err(|_| bad_token())).transpose()
    }
}

pub(crate) fn position_cursor(at: Timestamp, sid: &str) -> String {
    format!("{}:{sid}", at.as_micros())
}

impl<T> Page<T> {
    /// Cuts the extra row off `rows` and names the last one kept if there was one.
    pub(crate) fn of(mut rows: Vec<T>, request: &PageRequest, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > request.size;
        rows.truncate(request.size);
        let next = rows.last().filter(|_| more).map(cursor);
        Page { items: rows, next }
    }
}

fn bad_token() -> Error {
    Error::Refused(Reason::InvalidParameter { name: "PageToken", problem: "not a page token of this list".to_owned() })
}
