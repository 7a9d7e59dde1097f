//! The whole of what a server holds, read through its own queries and compared with the model.

use std::sync::Arc;

use dwell_core::{Account, ConversationSid, ParticipantSid, ServiceSid, Timestamp};
use dwell_engine::{Caller, Engine, PageRequest, SOURCE_API, Scope, conversations};
use dwell_store::{Seek, StoreError, accounts, events, messages, participants, transitions};

use super::{Check, account_sid, armed, conversation, event, history, same, shown, state_text};
use crate::ask::refusal;
use crate::model::{Model, State};
use crate::pool;

/// Rows of a list that holds everything.
const ALL: i64 = 1_000_000;

/// Reads and compares.
pub(crate) struct Inspector<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) model: &'a Model,
    pub(crate) accounts: &'a [Arc<Account>],
    /// The present instant in real time.
    pub(crate) now: Timestamp,
    /// Rows on a page.
    pub(crate) page: usize,
}

/// Follows a list to its end, and back to its start.
macro_rules! pages {
    ($self:ident, $page:ident => $query:expr) => {{
        let mut rows = Vec::new();
        let mut $page = PageRequest { size: $self.page, after: None };
        let (mut place, mut previous) = loop {
            let page = $query.await.map_err(|error| format!("a list: {}", refusal(&error)))?;
            if page.items.len() > $self.page {
                return Err(format!("a page of {} rows where {} were asked for", page.items.len(), $self.page));
            }
            let place = rows.len();
            rows.extend(page.items);
            match page.next {
                Some(next) => $page = PageRequest { size: $self.page, after: Some(next) },
                None => break (place, page.previous),
            }
        };
        while let Some(cursor) = previous {
            $page = PageRequest { size: $self.page, after: Some(cursor) };
            let page = $query.await.map_err(|error| format!("a list, backwards: {}", refusal(&error)))?;
            let from = place.saturating_sub(page.items.len());
            same("a page, backwards", &rows[from..place], &page.items[..])?;
            if page.items.is_empty() {
                break;
            }
            (place, previous) = (from, page.previous);
        }
        same("rows before the first page, backwards", 0, place)?;
        rows
    }};
}

fn failed(error: &StoreError) -> String {
    format!("the store: {error}")
}

impl Inspector<'_> {
    pub(crate) fn caller(&self, account: usize) -> Caller {
        Caller {
            account: self.accounts[account].clone(),
            credential: self.model.accounts[account].sid.clone(),
            person: None,
            rights: dwell_core::Rights::All,
            received_at: self.now,
            webhooks: false,
            notifier: self.engine.notifier(),
            source: SOURCE_API,
            accepts_any_proxy: true,
        }
    }

    fn scope(&self, service: usize) -> Result<Scope, String> {
        let found = &self.model.services[service];
        let service_sid = ServiceSid::parse(&found.sid).ok_or("a service without a SID")?;
        Ok(Scope { caller: self.caller(found.account), service_sid })
    }

    /// Everything.
    pub(crate) async fn everything(&self) -> Check {
        for account in 0..self.model.accounts.len() {
            self.account(account).await?;
            self.timers(account).await?;
        }
        for service in 0..self.model.services.len() {
            self.service(service).await?;
        }
        for c in 0..self.model.conversations.len() {
            if self.model.is_there(c) {
                self.conversation(c).await?;
                self.lists(c).await?;
            } else {
                self.remains(c).await?;
            }
        }
        Ok(())
    }

    async fn account(&self, account: usize) -> Check {
        let expected = &self.model.accounts[account];
        let found = self.engine.fetch_configuration(&self.caller(account)).await.map_err(|error| refusal(&error))?;
        let text = |text: Option<crate::model::TimerText>| text.map(|text| text.text.to_owned());
        same("default inactive timer", text(expected.default_inactive), found.default_inactive_timer.clone())?;
        same("default closed timer", text(expected.default_closed), found.default_closed_timer.clone())?;
        let now = shown(self.model.now(account, self.now.as_micros()));
        same("the account's time", now, found.now(self.now).to_rfc3339_micros())?;
        let sid = account_sid(self.model, account)?;
        let wanted: Vec<_> = pool::pairs()
            .map(|(address, proxy)| {
                let holder = self.model.holder(account, address, proxy);
                (address, proxy, holder.map(|c| self.model.conversations[c].sid.clone()))
            })
            .collect();
        let found: Vec<_> = self
            .engine
            .store()
            .read(move |tx| {
                pool::pairs().map(|(address, proxy)| participants::pair_holder(tx, &sid, address, proxy)).collect()
            })
            .await
            .map_err(|error: StoreError| failed(&error))?;
        let found: Vec<Option<(ConversationSid, ParticipantSid)>> = found;
        for ((address, proxy, holder), found) in wanted.into_iter().zip(found) {
            let found = found.map(|(sid, _)| sid.to_string());
            // A deleted service's pairs are let go when somebody asks for them, or by the janitor.
            if holder.is_none() && found.as_deref().is_some_and(|sid| self.is_of_deleted_service(sid)) {
                continue;
            }
            same(&format!("holder of {address} and {proxy}"), holder, found)?;
        }
        Ok(())
    }

    fn is_of_deleted_service(&self, sid: &str) -> bool {
        self.model.conversations.iter().any(|c| c.sid == sid && self.model.services[c.service].deleted)
    }

    /// Every armed timer of an account, as they are in the store, and when the scheduler will look.
    pub(crate) async fn timers(&self, account: usize) -> Check {
        let sid = account_sid(self.model, account)?;
        let (found, wakes) = self
            .engine
            .store()
            .read(move |tx| {
                let timers = dwell_store::conversations::list_timers(tx, &sid, None, Timestamp::MAX, ALL)?;
                Ok((timers, accounts::wakes(tx)?))
            })
            .await
            .map_err(|error: StoreError| failed(&error))?;
        armed(self.model, account, &found)?;
        let wake = wakes.iter().find(|wake| wake.account_sid == sid).and_then(|wake| wake.wake_at);
        match (self.model.next_due(account), wake) {
            (Some(due), Some(wake)) if wake.as_micros() <= due => Ok(()),
            (Some(due), wake) => Err(format!("the next timer is due {}, the scheduler wakes {wake:?}", shown(due))),
            (None, _) => Ok(()),
        }
    }

    async fn service(&self, service: usize) -> Check {
        let expected = &self.model.services[service];
        let scope = self.scope(service)?;
        if expected.deleted {
            let list = self.engine.list_conversations(&scope, conversations::List::default(), self.first()).await;
            return same("a deleted service", Some("NotFound".to_owned()), list.err().map(|error| refusal(&error)));
        }
        let users = pages!(self, page => self.engine.list_users(&scope, page));
        let users: Vec<String> = users.into_iter().map(|user| user.identity).collect();
        same(&format!("users of {}", expected.sid), &expected.users, &users)?;
        for state in [None, Some(State::Active), Some(State::Inactive), Some(State::Closed)] {
            let filters = conversations::List { state: state.map(|s| state_text(s).to_owned()), ..Default::default() };
            let found = pages!(self, page => self.engine.list_conversations(&scope, filters.clone(), page));
            let mut wanted: Vec<_> = (0..self.model.conversations.len())
                .filter(|c| self.model.is_there(*c) && self.model.conversations[*c].service == service)
                .map(|c| &self.model.conversations[c])
                .filter(|c| state.is_none_or(|state| c.life.state == state))
                .collect();
            wanted.sort_by_key(|c| std::cmp::Reverse((c.activity, &c.sid)));
            let sids: Vec<&str> = wanted.iter().map(|c| c.sid.as_str()).collect();
            same(&format!("list of {state:?}"), sids, found.iter().map(|c| c.sid.as_str()).collect())?;
            for (wanted, found) in wanted.iter().zip(&found) {
                conversation(wanted, found, self.model.mistake)?;
            }
        }
        let sid = scope.service_sid;
        let found: Vec<i64> = self
            .engine
            .store()
            .read(move |tx| pool::IDENTITIES.iter().map(|who| participants::count_open(tx, &sid, who, ALL)).collect())
            .await
            .map_err(|error: StoreError| failed(&error))?;
        for (identity, found) in pool::IDENTITIES.iter().zip(found) {
            same(&format!("conversations of {identity}"), self.model.open_of(service, identity) as i64, found)?;
        }
        Ok(())
    }

    fn first(&self) -> PageRequest {
        PageRequest { size: self.page, after: None }
    }

    /// A conversation: as the API has it, its history and its log.
    pub(crate) async fn conversation(&self, c: usize) -> Check {
        let expected = &self.model.conversations[c];
        if !self.model.is_there(c) {
            return self.remains(c).await;
        }
        let caller = self.caller(expected.account);
        let whole = PageRequest { size: ALL as usize, after: None };
        let life = self.engine.conversation_life(&caller, &expected.sid, whole).await;
        let life = life.map_err(|error| format!("conversation {}: {}", expected.sid, refusal(&error)))?;
        conversation(expected, &life.conversation, self.model.mistake)?;
        history(expected, &life.history.items)?;
        same("created_at", shown(expected.created), life.created_at.to_rfc3339_micros())?;
        same("account's time", shown(self.model.now(expected.account, self.now.as_micros())), life.now.to_string())?;
        let sid = ConversationSid::parse(&expected.sid).ok_or("a conversation without a SID")?;
        let account = account_sid(self.model, expected.account)?;
        let log = self.engine.store().read(move |tx| events::list(tx, &account, &sid, 0, ALL));
        super::events(expected, 0, &log.await.map_err(|error: StoreError| failed(&error))?)
    }

    /// Its messages, both ways, and its participants.
    async fn lists(&self, c: usize) -> Check {
        let expected = &self.model.conversations[c];
        let scope = self.scope(expected.service)?;
        let sid = &expected.sid;
        for order in ["asc", "desc"] {
            let mut found = pages!(self, page => async {
                self.engine.list_messages(&scope, sid, Some(order.to_owned()), page).await.map(|(_, page)| page)
            });
            if order == "desc" {
                found.reverse();
            }
            super::messages(expected, &found)?;
        }
        let found = pages!(self, page => async {
            self.engine.list_participants(&scope, sid, page).await.map(|(_, page)| page)
        });
        super::participants(expected, &found)
    }

    /// What is left of a deleted conversation: its history for ever, the rest of its log until it was swept.
    async fn remains(&self, c: usize) -> Check {
        let expected = &self.model.conversations[c];
        let scope = self.scope(expected.service)?;
        let found = self.engine.fetch_conversation(&scope, &expected.sid).await;
        same("a deleted conversation", Some("NotFound".to_owned()), found.err().map(|error| refusal(&error)))?;
        let sid = ConversationSid::parse(&expected.sid).ok_or("a conversation without a SID")?;
        let account = account_sid(self.model, expected.account)?;
        let (log, records, said, people) = self
            .engine
            .store()
            .read(move |tx| {
                Ok((
                    events::list(tx, &account, &sid, 0, ALL)?,
                    transitions::list(tx, &account, &sid, 0, ALL)?,
                    messages::list(tx, &account, &sid, false, None, ALL)?,
                    participants::list(tx, &account, &sid, Seek::After(""), ALL)?,
                ))
            })
            .await
            .map_err(|error: StoreError| failed(&error))?;
        history(expected, &records)?;
        let swept = self.model.swept;
        if swept && !(said.is_empty() && people.is_empty()) {
            let (said, people) = (said.len(), people.len());
            return Err(format!("{}: {said} messages, {people} participants are left", expected.sid));
        }
        let mut found = log.iter().peekable();
        for (number, wanted) in (1..).zip(&expected.events) {
            let Some(found) = found.next_if(|event| event.seq == number) else {
                // Changes of state stay for ever, and so does the event of its removal.
                if wanted.change.is_some() || wanted.kind == "onConversationRemoved" {
                    return Err(format!("{}: event {number} is gone: {wanted:?}", expected.sid));
                }
                continue;
            };
            if swept && wanted.change.is_none() && wanted.kind != "onConversationRemoved" {
                return Err(format!("{}: event {number} is left: {found:?}", expected.sid));
            }
            event(expected, wanted, found).map_err(|difference| format!("{}, log: {difference}", expected.sid))?;
        }
        same("events that never were", None, found.next())?;
        Ok(())
    }
}
