//! The audit log: what people do, noted before it is done, and how it was answered.

use dwell_core::{AuditSid, Reason, Timestamp};
use dwell_store::StoreError;
use dwell_store::audit_log::{self, Entry, Filter};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;
use crate::page::{Page, PageRequest};

/// How long entries are kept, in seconds: somewhat more than a year.
pub(crate) const AUDIT_SECONDS_MAX: i64 = 400 * 86_400;
/// Longest target that is noted, in characters; a longer one is cut.
const TARGET_CHARS_MAX: usize = 512;

/// What somebody is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When, in real time.
    pub at: Timestamp,
    /// Method and template of the operation, such as `POST /v1/Conversations/{Sid}`.
    pub act: String,
    /// The path that was asked for.
    pub target: String,
    /// From where.
    pub remote_address: Option<String>,
}

/// The parameters of a list, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub actor: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Engine {
    /// Notes what a person is about to do. For a credential nothing is noted.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer: then it must not be done.
    pub async fn begin_act(&self, caller: &Caller, mut act: Act) -> Result<Option<AuditSid>, Error> {
        let Some(person) = caller.person.clone() else { return Ok(None) };
        let sid = AuditSid::new(self.sid());
        if let Some((end, _)) = act.target.char_indices().nth(TARGET_CHARS_MAX) {
            act.target.truncate(end);
        }
        let entry = act.entry(sid, &person, None);
        self.write(move |tx| audit_log::insert(tx, &entry).map_err(Error::from)).await?;
        Ok(Some(sid))
    }

    /// Notes how an act was answered. It has been done already: a store that does not answer is logged.
    pub async fn end_act(&self, sid: AuditSid, status: u16) {
        let written = self.write(move |tx| audit_log::update_status(tx, &sid, status.into()).map_err(Error::from));
        if let Err(error) = written.await {
            tracing::warn!(%sid, %error, "the audit log does not know how an act ended");
        }
    }

    /// Entries of the account, newest first.
    ///
    /// # Errors
    /// A [`Reason`] for a parameter that cannot be read.
    pub async fn list_audit_log(
        &self,
        caller: &Caller,
        request: Request,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        page.seek_key(|key| AuditSid::parse(key).is_some())?;
        let filter = Filter {
            actor: present(request.actor.as_deref()).map(str::to_owned),
            from: instant("After", request.after.as_deref())?.unwrap_or(Timestamp::MIN),
            before: instant("Before", request.before.as_deref())?.unwrap_or(Timestamp::MAX),
        };
        let (account, wanted) = (caller.account.sid, page.clone());
        let read = self.inner.store.read(move |tx| {
            let (bound, is_back) = match wanted.seek() {
                dwell_store::Seek::After(key) => (present(Some(key)), false),
                dwell_store::Seek::Before(key) => (Some(key), true),
            };
            audit_log::list(tx, &account, &filter, bound, is_back, wanted.limit())
        });
        let rows = read.await.map_err(|error: StoreError| Error::from(error))?;
        Ok(Page::of(rows, &page, |entry| entry.sid.to_string()))
    }
}

fn instant(name: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, Reason> {
    let problem = "not an ISO 8601 date and time";
    let refused = || Reason::InvalidParameter { name, problem: problem.to_owned() };
    present(text).map(|text| Timestamp::parse(text).ok_or_else(refused)).transpose()
}
