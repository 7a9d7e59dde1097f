//! `GET /dwell/v1/Conversations/{Sid}/Events`: everything that happened, in order and without gaps.

use dwell_core::{ConversationSid, Reason};
use dwell_store::events;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

/// An event of the log of a conversation.
pub type LogEvent = events::Event;

/// A page of the log of a conversation.
#[derive(Debug, Clone)]
pub struct Log {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// Its events, oldest first.
    pub events: Page<LogEvent>,
}

impl Engine {
    /// The events of a conversation of the account, whatever its service, those after the number `after`; by SID,
    /// or by unique name in the default service. A page that follows another goes on where that one ended.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::InvalidParameter`] when `after` is no number of an event.
    pub async fn conversation_log(
        &self,
        caller: &Caller,
        segment: &str,
        after: Option<String>,
        page: PageRequest,
    ) -> Result<Log, Error> {
        let first = after.as_deref().map_or(Ok(0), number)?;
        let (caller, segment) = (caller.clone(), segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let sid = super::find_anywhere(tx, &caller, &segment)?.sid;
                let after = page.index()?.unwrap_or(first);
                let events = events::list(tx, &caller.account.sid, &sid, after, page.limit())?;
                // A log is read forwards only.
                let events = Page { previous: None, ..Page::of(events, &page, |event| event.seq.to_string()) };
                Ok(Log { conversation_sid: sid, events })
            })
            .await
    }
}

fn number(text: &str) -> Result<i64, Reason> {
    let found = text.parse().ok().filter(|number| *number >= 0);
    found.ok_or_else(|| Reason::InvalidParameter { name: "After", problem: "not the number of an event".to_owned() })
}
