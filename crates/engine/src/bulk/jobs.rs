//! Jobs as they are shown, stopped and resumed.

use dwell_core::bulk::{Job, JobState, Outcome};
use dwell_core::{BulkSid, ConversationSid, limits};
use dwell_store::{StoreError, bulk};

use super::{check_may, sid_of};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Jobs of the account, newest first.
    ///
    /// # Errors
    /// [`dwell_core::Reason::InvalidParameter`] for a token of another list.
    pub async fn list_bulk_jobs(&self, caller: &Caller, page: PageRequest) -> Result<Page<Job>, Error> {
        let account = caller.account.sid;
        page.seek_key(|key| BulkSid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| bulk::list(tx, &account, request.seek(), request.limit()));
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(Page::of(rows, &page, |job| job.sid.to_string()))
    }

    /// A job of the account.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_bulk_job(&self, caller: &Caller, segment: &str) -> Result<Job, Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.inner.store.read(move |tx| bulk::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)).await
    }

    /// What became of the conversations of a job so far, in order of their SIDs, and the job.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::InvalidParameter`] for a token of another list.
    pub async fn bulk_results(
        &self,
        caller: &Caller,
        segment: &str,
        page: PageRequest,
    ) -> Result<(Job, Page<Outcome>), Error> {
        let (account, sid) = (caller.account.sid, sid_of(segment)?);
        self.inner
            .store
            .read(move |tx| {
                let job = bulk::fetch(tx, &account, &sid)?.ok_or(Error::NotFound)?;
                let seek = page.seek_key(|key| ConversationSid::parse(key).is_some())?;
                let rows = bulk::results(tx, &sid, seek, page.limit())?;
                Ok((job, Page::of(rows, &page, |outcome| outcome.conversation_sid.to_string())))
            })
            .await
    }

    /// Stops a running job where it is; nothing happens to one that is over or stopped.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn stop_bulk_job(&self, caller: &Caller, segment: &str) -> Result<Job, Error> {
        self.set_state(caller, segment, JobState::Running, JobState::Stopped).await
    }

    /// Lets a stopped job go on; nothing happens to any other.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::TooManyRequests`] when the account has [`limits::BULK_JOBS_MAX`] jobs under way.
    pub async fn resume_bulk_job(&self, caller: &Caller, segment: &str) -> Result<Job, Error> {
        let resumed = self.set_state(caller, segment, JobState::Stopped, JobState::Running).await;
        self.inner.bulk_bell.notify_one();
        resumed
    }

    async fn set_state(&self, caller: &Caller, segment: &str, from: JobState, to: JobState) -> Result<Job, Error> {
        let (caller, sid) = (caller.clone(), sid_of(segment)?);
        self.write(move |tx| {
            check_may(tx, &caller)?;
            let account = &caller.account.sid;
            let mut job = bulk::lock(tx, account, &sid)?.ok_or(Error::NotFound)?;
            if job.state == from {
                if to == JobState::Running && bulk::count_running(tx, account)? >= limits::BULK_JOBS_MAX {
                    return Err(Error::TooManyRequests);
                }
                job.state = to;
                job.date_updated = caller.now(tx)?.max(job.date_updated);
                job.changed_at = caller.received_at;
                bulk::update(tx, &job)?;
            }
            Ok(job)
        })
        .await
    }
}
