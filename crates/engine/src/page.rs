//! Pages of lists. A cursor names the row that the page follows or precedes, so a page costs the
//! same wherever it is and stays right while rows come and go.

use dwell_core::{Reason, Timestamp};
use dwell_store::Seek;
use dwell_store::conversations::Position;

use crate::error::Error;

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Most rows on it.
    pub size: usize,
    /// The cursor that a neighbouring page gave; `None` for the first page.
    pub after: Option<String>,
}

/// What cursors of preceding pages begin with; no other cursor does.
const BACK: char = '<';

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
    /// The cursor of the preceding page; `None` on the first.
    pub previous: Option<String>,
}

impl PageRequest {
    /// One row more than wanted tells whether another page follows.
    pub(crate) fn limit(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX).saturating_add(1)
    }

    pub(crate) fn seek(&self) -> Seek<'_> {
        let cursor = self.after.as_deref().unwrap_or_default();
        cursor.strip_prefix(BACK).map_or(Seek::After(cursor), Seek::Before)
    }

    /// [`Self::seek`] in a list whose tokens could be taken for those of another: refuses what is no
    /// key of this one.
    pub(crate) fn seek_key(&self, is_key: impl Fn(&str) -> bool) -> Result<Seek<'_>, Error> {
        match self.seek() {
            Seek::After("") => Ok(Seek::After("")),
            seek @ (Seek::After(key) | Seek::Before(key)) if is_key(key) => Ok(seek),
            _ => Err(bad_token()),
        }
    }

    pub(crate) fn position(&self) -> Result<Option<Position>, Error> {
        self.after.as_deref().map(read_position).transpose()
    }

    pub(crate) fn index(&self) -> Result<Option<i64>, Error> {
        self.after.as_deref().map(read_index).transpose()
    }
}

/// Reads a cursor that [`position_cursor`] wrote.
pub(crate) fn read_position(cursor: &str) -> Result<Position, Error> {
    let (micros, sid) = cursor.split_once(':').ok_or_else(bad_token)?;
    let at = Timestamp::from_micros(micros.parse().map_err(|_| bad_token())?);
    Ok(Position { at, sid: sid.to_owned() })
}

/// Reads a cursor that is a number.
pub(crate) fn read_index(cursor: &str) -> Result<i64, Error> {
    cursor.parse().map_err(|_| bad_token())
}

pub(crate) fn position_cursor(at: Timestamp, sid: &str) -> String {
    format!("{}:{sid}", at.as_micros())
}

impl<T> Page<T> {
    /// A page of the rows that were found where the request seeks: cuts the extra row off and names
    /// its neighbours.
    pub(crate) fn of(mut rows: Vec<T>, request: &PageRequest, cursor: impl Fn(&T) -> String) -> Self {
        if let Seek::Before(_) = request.seek() {
            return Page::of_back(rows, request, cursor);
        }
        let more = rows.len() > request.size;
        rows.truncate(request.size);
        let next = rows.last().filter(|_| more).map(&cursor);
        let previous = rows.first().filter(|_| request.after.is_some()).map(|row| back(cursor(row)));
        Page { items: rows, next, previous }
    }

    /// The same page of what is made of its rows.
    pub(crate) fn try_map<U, E>(self, of: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(of).collect::<Result<_, _>>()?;
        Ok(Page { items, next: self.next, previous: self.previous })
    }

    /// A page of rows that precede its cursor, nearest first.
    fn of_back(mut rows: Vec<T>, request: &PageRequest, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > request.size;
        rows.truncate(request.size);
        rows.reverse();
        let next = rows.last().map(&cursor);
        let previous = rows.first().filter(|_| more).map(|row| back(cursor(row)));
        Page { items: rows, next, previous }
    }
}

/// What asks for the page before a cursor.
pub(crate) fn back(cursor: String) -> String {
    format!("{BACK}{cursor}")
}

fn bad_token() -> Error {
    Error::Refused(Reason::InvalidParameter { name: "PageToken", problem: "not a page token of this list".to_owned() })
}
