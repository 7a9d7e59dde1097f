//! Reads the columns of a row one after another into domain values.

use dwell_core::Timestamp;

use crate::error::StoreError;
use crate::statement::Row;

pub(crate) struct Columns<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(crate) fn new(row: &'r dyn Row) -> Self {
        Columns { row, next: 0 }
    }

    fn advance(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn unreadable(&self, what: &str) -> StoreError {
        StoreError::Corrupt(format!("column {}: {what}", self.next))
    }

    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>, StoreError> {
        let column = self.advance();
        self.row.opt_int(column)
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        self.opt_int()?.ok_or_else(|| self.unreadable("null"))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, StoreError> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn opt_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int()?.map(Timestamp::from_micros))
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.int().map(Timestamp::from_micros)
    }

    /// A JSON document that this Dwell wrote.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.parsed(|text| serde_json::from_str(text).ok())
    }

    /// A JSON document that this Dwell wrote, or `None` for null.
    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        self.opt_parsed(|text| serde_json::from_str(text).ok())
    }

    fn opt_str(&mut self) -> Result<Option<&'r str>, StoreError> {
        let column = self.advance();
        self.row.opt_text(column)
    }

    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        Ok(self.opt_str()?.map(str::to_owned))
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        self.opt_text()?.ok_or_else(|| self.unreadable("null"))
    }

    /// A text that `parse` must understand: a SID, a state.
    pub(crate) fn parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        self.opt_parsed(parse)?.ok_or_else(|| self.unreadable("null"))
    }

    pub(crate) fn opt_parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        match self.opt_str()? {
            None => Ok(None),
            Some(text) => parse(text).map(Some).ok_or_else(|| self.unreadable(text)),
        }
    }
}

/// The text that [`Columns::json`] reads.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.to_string()))
}
