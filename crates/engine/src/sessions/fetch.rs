//! `GET /dwell/v1/Sessions/{Sid}` and its `Log`.

use dwell_core::SessionSid;
use dwell_core::session::Session;
use dwell_store::sessions::{self, LogLine};

use super::shown::{Shown, show_one};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// One session of the account, with its conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_session(&self, caller: &Caller, segment: &str) -> Result<Shown, Error> {
        let sid = SessionSid::parse(segment).ok_or(Error::NotFound)?;
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| {
                let session = sessions::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)?;
                show_one(tx, session)
            })
            .await
    }

    /// What was done with one session of the account, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn session_log(
        &self,
        caller: &Caller,
        segment: &str,
        page: PageRequest,
    ) -> Result<(Session, Page<LogLine>), Error> {
        let sid = SessionSid::parse(segment).ok_or(Error::NotFound)?;
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| {
                let session = sessions::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)?;
                let lines = sessions::log(tx, &session, page.index()?.unwrap_or(0), page.limit())?;
                // A history is read forwards only.
                let lines = Page { previous: None, ..Page::of(lines, &page, |line| line.seq.to_string()) };
                Ok((session, lines))
            })
            .await
    }
}
