//! `GET /dwell/v1/Agents` and `GET /dwell/v1/Agents/{Identity}/Capacity`.

use std::collections::HashMap;

use dwell_core::PersonSid;
use dwell_core::session::Status;
use dwell_store::{desks, people, sessions};

use super::{Agent, AgentDesk, find, works};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Those of the account who work on sessions, in the order in which the people were created.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`](dwell_core::Reason::InvalidParameter) for a token that is none of this list.
    pub async fn list_agents(&self, caller: &Caller, page: PageRequest) -> Result<Page<Agent>, Error> {
        let account = caller.account.sid;
        self.inner
            .store
            .read(move |tx| {
                let seek = page.seek_key(|key| PersonSid::parse(key).is_some())?;
                let found = people::list(tx, &account, seek, page.limit())?;
                let found = Page::of(found, &page, |person| person.sid.to_string());
                let settings = desks::settings(tx, &account)?;
                let known = desks::list(tx, &account)?.into_iter();
                let mut known: HashMap<_, _> = known.map(|desk| (desk.identity.clone(), desk)).collect();
                // Of those who never said anything the sessions are counted all the same.
                let mut loads: HashMap<String, (i64, i64)> = HashMap::new();
                for load in sessions::loads(tx, &account)? {
                    let Some(owner) = load.owner else { continue };
                    let (used, inactive) = loads.entry(owner).or_default();
                    *if load.status == Status::Active { used } else { inactive } += load.count;
                }
                let agents = found.items.into_iter().filter(works).map(|person| {
                    let desk = known.remove(&person.identity).unwrap_or_else(|| AgentDesk::new(&person.identity));
                    let (used, inactive) = loads.remove(&person.identity).unwrap_or_default();
                    Agent { desk: AgentDesk { used, inactive, ..desk }, person, settings }
                });
                Ok(Page { items: agents.collect(), next: found.next, previous: found.previous })
            })
            .await
    }

    /// Who of the account works under an identity, and what they have room for.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_agent(&self, caller: &Caller, identity: &str) -> Result<Agent, Error> {
        let (account, identity) = (caller.account.sid, identity.to_owned());
        self.inner.store.read(move |tx| find(tx, &account, &identity)).await
    }
}
