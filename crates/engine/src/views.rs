//! Saved views: create, fetch, list, update, delete.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

use dwell_core::{Reason, ViewSid, limits, view};

use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub friendly_name: Option<String>,
    pub filter: Option<String>,
}

impl Request {
    /// The name, when one is given.
    fn friendly_name(&self) -> Result<Option<String>, Reason> {
        input::friendly_name(self.friendly_name.as_deref())
    }

    /// The filter, when one is given.
    fn filter(&self) -> Result<Option<String>, Reason> {
        let Some(text) = present(self.filter.as_deref()) else { return Ok(None) };
        view::check_filter(text).map_err(|problem| Reason::InvalidParameter { name: "Filter", problem })?;
        Ok(Some(text.to_owned()))
    }
}

fn missing(name: &'static str) -> Reason {
    Reason::InvalidParameter { name, problem: "required".to_owned() }
}

fn too_many() -> Reason {
    let problem = format!("the account has {} saved views, and no more are possible", limits::VIEWS_MAX);
    Reason::InvalidParameter { name: "FriendlyName", problem }
}

/// The SID of a view, from a path.
fn sid_of(segment: &str) -> Result<ViewSid, Error> {
    ViewSid::parse(segment).ok_or(Error::NotFound)
}
