//! `POST /dwell/v1/Bulk`.

use std::fmt;

use dwell_core::bulk::{Act, Job, JobState, Order};
use dwell_core::{BulkSid, PolicySid, Reason, limits};
use dwell_store::{bulk, policies};

use super::acts::of_session;
use super::select::{self, Checked, Selection};
use super::{AT_ONCE_MAX, Bulk, Tell, check_may};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub act: Option<String>,
    pub conversation_sid: Option<Vec<String>>,
    pub status: Option<Vec<String>>,
    pub owner: Option<String>,
    pub queue: Option<String>,
    pub state: Option<String>,
    pub chat_service_sid: Option<String>,
    pub to: Option<String>,
    pub to_queue: Option<String>,
    pub by: Option<String>,
    pub reason: Option<String>,
    pub farewell: Option<String>,
    pub ended_by: Option<String>,
    pub dry_run: Option<String>,
}

/// Shows no words of people.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("act", &self.act).field("dry_run", &self.dry_run).finish_non_exhaustive()
    }
}

impl Request {
    fn selection(&self) -> Selection {
        let Request { conversation_sid, status, owner, queue, state, chat_service_sid, .. } = self.clone();
        Selection { conversation_sid, status, owner, queue, state, chat_service_sid }
    }

    fn order(&self) -> Order {
        let Request { to, to_queue: queue, by, reason, farewell, ended_by, .. } = self.clone();
        Order { to, queue, by, reason, farewell, ended_by, policy_sid: None }
    }

    fn act(&self) -> Result<Act, Reason> {
        let found = present(self.act.as_deref()).and_then(Act::parse).filter(|act| !act.is_setup());
        found.ok_or_else(|| {
            let acts = Act::ALL.into_iter().filter(|act| !act.is_setup());
            let names: Vec<_> = acts.map(Act::as_str).collect();
            Reason::InvalidParameter { name: "Act", problem: format!("one of {} is required", names.join(", ")) }
        })
    }
}

/// What a job is for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) act: Act,
    pub(super) order: Order,
    pub(super) selection: Checked,
    pub(super) is_dry: bool,
}

impl Engine {
    /// Begins a job that does something to many conversations, or only says which those are. The first of them are
    /// done when this returns; with few, all.
    ///
    /// # Errors
    /// A [`Reason`] for each parameter that is missing or breaks a rule; [`Error::TooManyRequests`] when the account
    /// has [`limits::BULK_JOBS_MAX`] jobs under way.
    pub async fn bulk(&self, caller: &Caller, request: Request, tell: Tell) -> Result<Bulk, Error> {
        let act = request.act()?;
        let is_dry = input::boolean("DryRun", request.dry_run.as_deref())?.unwrap_or(false);
        let selection = request.selection().check()?;
        let order = request.order();
        of_session(act, &order, caller.person.is_some())?;
        self.begin(caller, Wanted { act, order, selection, is_dry }, tell).await
    }

    /// Has open conversations that live by timers other than the account's present default ones live by those; of one
    /// service, or of all.
    ///
    /// # Errors
    /// As for [`Self::bulk`].
    pub async fn apply_default_timers(
        &self,
        caller: &Caller,
        chat_service_sid: Option<String>,
        dry_run: Option<String>,
        tell: Tell,
    ) -> Result<Bulk, Error> {
        let act = Act::ApplyDefaultTimers;
        let is_dry = input::boolean("DryRun", dry_run.as_deref())?.unwrap_or(false);
        let selection = Checked::OtherTimers(select::service(chat_service_sid.as_deref())?);
        self.begin(caller, Wanted { act, order: Order::default(), selection, is_dry }, tell).await
    }

    /// Has open conversations that are to live by the present version of a policy do so; their clocks start anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the policy; as for [`Self::bulk`].
    pub async fn apply_policy(
        &self,
        caller: &Caller,
        segment: &str,
        dry_run: Option<String>,
        tell: Tell,
    ) -> Result<Bulk, Error> {
        let sid = PolicySid::parse(segment).ok_or(Error::NotFound)?;
        let account = caller.account.sid;
        let read = self.inner.store.read(move |tx| policies::fetch(tx, &account, &sid)?.ok_or(Error::NotFound));
        read.await?;
        let is_dry = input::boolean("DryRun", dry_run.as_deref())?.unwrap_or(false);
        let order = Order { policy_sid: Some(sid.to_string()), ..Order::default() };
        let wanted = Wanted { act: Act::ApplyPolicy, order, selection: Checked::OutOfPolicy(sid), is_dry };
        self.begin(caller, wanted, tell).await
    }

    async fn begin(&self, caller: &Caller, wanted: Wanted, tell: Tell) -> Result<Bulk, Error> {
        let (selection, finder, is_dry) = (wanted.selection.clone(), caller.clone(), wanted.is_dry);
        let found = self.inner.store.read(move |tx| {
            check_may(tx, &finder)?;
            let found = selection.find(tx, &finder)?;
            if !is_dry {
                return Ok((found, None));
            }
            let count = selection.count(tx, &finder, found.len())?;
            let sample = select::sample(tx, &finder, &found)?;
            Ok::<_, Error>((found, Some(Bulk::Preview { count, sample })))
        });
        let (found, preview) = found.await?;
        if let Some(preview) = preview {
            return Ok(preview);
        }
        let (sid, caller, total) = (BulkSid::new(self.sid()), caller.clone(), found.len() as i64);
        let account = caller.account.sid;
        self.write(move |tx| {
            if bulk::count_running(tx, &account)? >= limits::BULK_JOBS_MAX {
                return Err(Error::TooManyRequests);
            }
            let now = caller.now(tx)?;
            let job = Job {
                sid,
                account_sid: account,
                act: wanted.act,
                order: wanted.order.clone(),
                state: if total == 0 { JobState::Done } else { JobState::Running },
                total,
                done: 0,
                refused: 0,
                created_by: caller.credential.clone(),
                date_created: now,
                date_updated: now,
                changed_at: caller.received_at,
            };
            bulk::insert(tx, &job, &found)?;
            Ok(())
        })
        .await?;
        let mut through = 0;
        while through < AT_ONCE_MAX.min(total) {
            // The job is there whatever becomes of the first conversations: the worker goes on with it.
            match self.work_on(account, sid, tell).await {
                Ok(count @ 1..) => through += count,
                Ok(_) | Err(_) => break,
            }
        }
        self.inner.bulk_bell.notify_one();
        let read = self.inner.store.read(move |tx| bulk::fetch(tx, &account, &sid)?.ok_or(Error::NotFound));
        Ok(Bulk::Begun(Box::new(read.await?)))
    }
}
