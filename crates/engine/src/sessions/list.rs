//! `GET /dwell/v1/Sessions`: newest `date_updated` first.

use dwell_core::session::Status;
use dwell_core::{ConversationSid, Reason, ServiceSid};
use dwell_store::Seek;
use dwell_store::sessions::{self, Filter};

use super::shown::{Shown, show};
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;
use crate::page::{Page, PageRequest, position_cursor, read_position};

/// The filters, as sent; a blank one says nothing.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Only sessions in one of these statuses.
    pub status: Option<Vec<String>>,
    /// Only sessions of this identity.
    pub owner: Option<String>,
    /// Only sessions of this queue.
    pub queue: Option<String>,
    /// Only sessions of this conversation.
    pub conversation_sid: Option<String>,
    /// Only sessions of the conversations of this service.
    pub chat_service_sid: Option<String>,
    /// Only those in which something went wrong.
    pub failed: Option<String>,
}

impl List {
    /// The filter that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a parameter that breaks a rule.
    pub(crate) fn check(&self) -> Result<Filter, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let statuses = self.status.iter().flatten().filter(|text| !text.is_empty());
        let status = |text: &String| Status::parse(text).ok_or_else(|| invalid("Status", "not a status of sessions"));
        let conversation =
            |text| ConversationSid::parse(text).ok_or_else(|| invalid("ConversationSid", "not a conversation SID"));
        let service = |text| ServiceSid::parse(text).ok_or_else(|| invalid("ChatServiceSid", "not a service SID"));
        let failed = match present(self.failed.as_deref()) {
            None => false,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(text) if text.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err(invalid("Failed", "neither true nor false")),
        };
        let mut statuses = statuses.map(status).collect::<Result<Vec<_>, _>>()?;
        statuses.sort_unstable();
        statuses.dedup();
        Ok(Filter {
            statuses,
            owner: present(self.owner.as_deref()).map(str::to_owned),
            queue: present(self.queue.as_deref()).map(str::to_owned),
            conversation: present(self.conversation_sid.as_deref()).map(conversation).transpose()?,
            service: present(self.chat_service_sid.as_deref()).map(service).transpose()?,
            failed,
        })
    }
}

impl Engine {
    /// Sessions of the account with their conversations, newest `date_updated` first.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a filter that breaks a rule.
    pub async fn list_sessions(&self, caller: &Caller, list: List, page: PageRequest) -> Result<Page<Shown>, Error> {
        let account = caller.account.sid;
        let filter = list.check()?;
        self.inner
            .store
            .read(move |tx| {
                let (from, backward) = match page.seek() {
                    Seek::After("") => (None, false),
                    Seek::After(cursor) => (Some(read_position(cursor)?), false),
                    Seek::Before(cursor) => (Some(read_position(cursor)?), true),
                };
                let found = sessions::list(tx, &account, &filter, from, backward, page.limit())?;
                let found = Page::of(found, &page, |s| position_cursor(s.date_updated, &s.sid));
                let items = show(tx, &account, found.items)?;
                Ok(Page { items, next: found.next, previous: found.previous })
            })
            .await
    }
}
