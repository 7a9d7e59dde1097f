//! `GET /dwell/v1/Desk/Counts`: how much there is to do, and who does it.

use std::collections::BTreeMap;

use dwell_core::Timestamp;
use dwell_core::session::Status;
use dwell_store::sessions::{self, Load};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// The open sessions of an account, counted for who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The caller's own active ones.
    pub mine_active: i64,
    /// The caller's own parked ones.
    pub mine_inactive: i64,
    /// Those that wait.
    pub queue: i64,
    /// When the first of them began to wait.
    pub waiting_longest_since: Option<Timestamp>,
    /// How many stand how; every status of open sessions is there.
    pub by_status: BTreeMap<&'static str, i64>,
    /// How many wait in which queue; `None` is the one that everybody serves.
    pub by_queue: BTreeMap<Option<String>, i64>,
    /// How many active and parked ones everybody has.
    pub by_owner: BTreeMap<String, (i64, i64)>,
}

impl Counts {
    fn of(loads: Vec<Load>, identity: Option<&str>) -> Self {
        let mut counts = Counts::default();
        for status in Status::ALL.iter().filter(|status| !status.is_over()) {
            counts.by_status.insert(status.as_str(), 0);
        }
        for Load { status, owner, queue, count, waiting_since } in loads {
            *counts.by_status.entry(status.as_str()).or_default() += count;
            if status == Status::Waiting {
                counts.queue += count;
                *counts.by_queue.entry(queue).or_default() += count;
                let firsts = counts.waiting_longest_since.into_iter().chain(waiting_since);
                counts.waiting_longest_since = firsts.min();
            } else if let Some(owner) = owner {
                let (active, inactive) = counts.by_owner.entry(owner).or_default();
                *if status == Status::Active { active } else { inactive } += count;
            }
        }
        if let Some((active, inactive)) = identity.and_then(|identity| counts.by_owner.get(identity)) {
            (counts.mine_active, counts.mine_inactive) = (*active, *inactive);
        }
        counts
    }
}

impl Engine {
    /// The open sessions of the account, counted.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn count_sessions(&self, caller: &Caller) -> Result<Counts, Error> {
        let (account, person) = (caller.account.sid, caller.person.clone());
        self.inner
            .store
            .read(move |tx| {
                let loads = sessions::loads(tx, &account)?;
                Ok(Counts::of(loads, person.as_ref().map(|person| person.identity.as_str())))
            })
            .await
    }
}
