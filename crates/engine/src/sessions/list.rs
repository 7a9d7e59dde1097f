//! `GET /dwell/v1/Sessions`: newest `date_updated` first, or whoever waits longest.

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
    /// `updated`, or `waiting` for those that wait, longest first.
    pub order: Option<String>,
}

/// In which order sessions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Newest `date_updated` first.
    Updated,
    /// Oldest `date_waiting` first; only those that wait have a place in it.
    Waiting,
}

impl List {
    /// The filter and the order that are asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a parameter that breaks a rule.
    fn check(&self) -> Result<(Filter, Order), Reason> {
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
        let order = match present(self.order.as_deref()) {
            None | Some("updated") => Order::Updated,
            Some("waiting") => Order::Waiting,
            Some(_) => return Err(invalid("Order", "neither updated nor waiting")),
        };
        if order == Order::Waiting && statuses.iter().any(|status| *status != Status::Waiting) {
            return Err(invalid("Order", "only sessions that wait are in the order of waiting"));
        }
        let filter = Filter {
            statuses,
            owner: present(self.owner.as_deref()).map(str::to_owned),
            queue: present(self.queue.as_deref()).map(str::to_owned),
            conversation: present(self.conversation_sid.as_deref()).map(conversation).transpose()?,
            service: present(self.chat_service_sid.as_deref()).map(service).transpose()?,
            failed,
        };
        Ok((filter, order))
    }
}

impl Engine {
    /// Sessions of the account with their conversations, in the order that is asked for.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for a filter that breaks a rule.
    pub async fn list_sessions(&self, caller: &Caller, list: List, page: PageRequest) -> Result<Page<Shown>, Error> {
        let account = caller.account.sid;
        let (filter, order) = list.check()?;
        self.inner
            .store
            .read(move |tx| {
                let (from, backward) = match page.seek() {
                    Seek::After("") => (None, false),
                    Seek::After(cursor) => (Some(read_position(cursor)?), false),
                    Seek::Before(cursor) => (Some(read_position(cursor)?), true),
                };
                let find = match order {
                    Order::Updated => sessions::list,
                    Order::Waiting => sessions::list_waiting,
                };
                let found = find(tx, &account, &filter, from, backward, page.limit())?;
                let found = Page::of(found, &page, |s| {
                    let at = match order {
                        Order::Updated => s.date_updated,
                        // No session waits without having begun to.
                        Order::Waiting => s.date_waiting.unwrap_or(s.date_created),
                    };
                    position_cursor(at, &s.sid)
                });
                let items = show(tx, &account, found.items)?;
                Ok(Page { items, next: found.next, previous: found.previous })
            })
            .await
    }
}
