//! `GET /dwell/v1/WebhookDeliveries`: newest first; and what the list of messages shares with it.

use dwell_core::webhook::POST_EVENTS;
use dwell_core::{AccountSid, ConversationSid, DeliverySid, Reason, ServiceSid, WebhookSid};
use dwell_store::deliveries::{self, Kind, Of, Status};
use dwell_store::{Seek, StoreError};

use super::Delivery;
use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, back};

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Only deliveries to this hook: the SID of the account, of a service or of a conversation's webhook.
    pub hook_sid: Option<String>,
    /// Only deliveries about this conversation.
    pub conversation_sid: Option<String>,
    /// Only deliveries that are this far.
    pub status: Option<String>,
    /// Only deliveries of this event.
    pub event_type: Option<String>,
}

/// Most rows looked at for one page, when a filter has no index. A page may then come out short, with a
/// next one.
const SCANNED_MAX: i64 = 1_000;

/// The filters of a list of deliveries of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Filters {
    pub(crate) kind: Kind,
    pub(crate) hook: Option<String>,
    pub(crate) stream: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) event: Option<&'static str>,
}

/// The SID of a hook, whichever level it is of.
pub(super) fn hook_sid(text: &str) -> Result<String, Reason> {
    let account = AccountSid::parse(text).map(|sid| sid.to_string());
    let service = || ServiceSid::parse(text).map(|sid| sid.to_string());
    let webhook = || WebhookSid::parse(text).map(|sid| sid.to_string());
    account.or_else(service).or_else(webhook).ok_or_else(|| Reason::InvalidParameter {
        name: "HookSid",
        problem: "not the SID of an account, a service or a webhook".to_owned(),
    })
}

/// The SID of a conversation.
pub(crate) fn conversation_sid(text: &str) -> Result<String, Reason> {
    ConversationSid::parse(text).map(|sid| sid.to_string()).ok_or_else(|| Reason::InvalidParameter {
        name: "ConversationSid",
        problem: "not the SID of a conversation".to_owned(),
    })
}

impl List {
    fn check(&self) -> Result<Filters, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let status =
            |text| Status::parse(text).ok_or_else(|| invalid("Status", "must be one of pending, delivered, failed"));
        let event = |text: &String| {
            let found = POST_EVENTS.iter().find(|event| text.eq_ignore_ascii_case(event));
            found.copied().ok_or_else(|| invalid("EventType", "not an event that is told after it happened"))
        };
        Ok(Filters {
            kind: Kind::Calls,
            hook: self.hook_sid.as_deref().map(hook_sid).transpose()?,
            stream: self.conversation_sid.as_deref().map(conversation_sid).transpose()?,
            status: self.status.as_deref().map(status).transpose()?,
            event: self.event_type.as_ref().map(event).transpose()?,
        })
    }
}

impl Filters {
    /// The index that serves the filters best, and how many of them it serves.
    fn of(&self) -> (Of<'_>, usize) {
        match self {
            Filters { stream: Some(stream), .. } => (Of::Stream(stream), 1),
            Filters { status: Some(Status::Failed), .. } => (Of::Failed, 1),
            Filters { hook: Some(hook), .. } => (Of::Hook(hook), 1),
            _ => (Of::Account, 0),
        }
    }

    fn count(&self) -> usize {
        [self.hook.is_some(), self.stream.is_some(), self.status.is_some(), self.event.is_some()]
            .into_iter()
            .filter(|given| *given)
            .count()
    }

    fn passes(&self, d: &deliveries::Delivery) -> bool {
        self.hook.as_ref().is_none_or(|hook| d.hook_sid == *hook)
            && self.stream.as_ref().is_none_or(|stream| d.stream_sid == *stream)
            && self.status.is_none_or(|status| d.status == status)
            && self.event.is_none_or(|event| d.event == event)
    }
}

impl Engine {
    /// Deliveries of the account, newest first. A page may hold fewer than asked for and still have a
    /// next one, when a filter passes over many.
    ///
    /// # Errors
    /// A [`Reason`] for each filter that breaks a rule.
    pub async fn list_deliveries(
        &self,
        caller: &Caller,
        filters: List,
        page: PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        self.list_rows(caller, filters.check()?, page).await?.try_map(Delivery::try_from)
    }

    /// Rows of deliveries of one kind, newest first, as [`Self::list_deliveries`] pages them.
    pub(crate) async fn list_rows(
        &self,
        caller: &Caller,
        filters: Filters,
        page: PageRequest,
    ) -> Result<Page<deliveries::Delivery>, Error> {
        let account = caller.account.sid;
        page.seek_key(|key| DeliverySid::parse(key).is_some())?;
        let request = page.clone();
        let read = self.inner.store.read(move |tx| {
            let (of, served) = filters.of();
            let limit = if served == filters.count() { request.limit() } else { SCANNED_MAX.max(request.limit()) };
            let mut rows = deliveries::list(tx, &account, filters.kind, of, request.seek(), limit)?;
            // Where the next look begins, if there may be anything behind these.
            let end = rows.last().filter(|_| rows.len() as i64 == limit).map(|d| d.sid);
            rows.retain(|d| filters.passes(d));
            Ok::<_, StoreError>((rows, end))
        });
        let (rows, end) = read.await?;
        Ok(cut(rows, end, &page))
    }
}

/// The page of the rows that passed, which are in the direction of the look; `end` is the last that was
/// looked at.
fn cut(
    mut rows: Vec<deliveries::Delivery>,
    end: Option<DeliverySid>,
    page: &PageRequest,
) -> Page<deliveries::Delivery> {
    let is_cut = rows.len() > page.size;
    rows.truncate(page.size);
    let ahead = if is_cut { rows.last().map(|d| d.sid) } else { end };
    let from = page.after.as_deref().map(|_| match page.seek() {
        Seek::After(key) | Seek::Before(key) => rows.first().map_or_else(|| key.to_owned(), |d| d.sid.to_string()),
    });
    let ahead = ahead.map(|sid| sid.to_string());
    let (next, previous) = match page.seek() {
        Seek::After(_) => (ahead, from.map(back)),
        Seek::Before(_) => {
            rows.reverse();
            (from, ahead.map(back))
        }
    };
    Page { items: rows, next, previous }
}
