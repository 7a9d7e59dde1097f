//! Who hears of what happened, and what they are told (contract §10.1, §10.2, §10.5). A delivery is
//! written in the unit of work of its event, so there is never one without the other.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dwell_core::event::{EventKind, MessagePayload};
use dwell_core::webhook::{Action, Configurations, Hook, Level, Routing};
use dwell_core::{
    AccountSid, Conversation, ConversationSid, DeliverySid, Message, MessageSid, ReceiptSid, ServiceSid, SessionSid,
    Timestamp, UserSid, Webhook, WebhookSid,
};
use dwell_store::deliveries::{self, Claim, Delivery, Queue, Status, Way};
use dwell_store::transitions::Record;
use dwell_store::{Tx, messages, webhook_configurations, webhooks};
use serde_json::Value;

use crate::clock::Clock;
use crate::context::SOURCE_API;
use crate::error::Error;
use crate::journal::to_json;
use crate::random::{Random, SidSource};

/// What it takes to write deliveries within a unit of work. Cheap to clone.
///
/// It knows nothing of the store: units of work carry it along, and the last of them may end on a thread
/// of the store, which cannot wait for itself to close.
#[derive(Clone)]
pub struct Notifier {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    sids: Arc<SidSource>,
    enqueued: Arc<AtomicU64>,
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notifier")
    }
}

impl Notifier {
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        sids: Arc<SidSource>,
        enqueued: Arc<AtomicU64>,
    ) -> Self {
        Notifier { inner: Arc::new(Inner { clock, random, sids, enqueued }) }
    }

    /// The SID of a new delivery.
    pub(crate) fn sid(&self) -> DeliverySid {
        DeliverySid::new(self.inner.sids.next(&*self.inner.clock, &*self.inner.random))
    }

    /// The SID of a new receipt.
    pub(crate) fn receipt_sid(&self) -> ReceiptSid {
        ReceiptSid::new(self.inner.sids.next(&*self.inner.clock, &*self.inner.random))
    }

    /// The SID of a new message.
    pub(crate) fn message_sid(&self) -> MessageSid {
        MessageSid::new(self.inner.sids.next(&*self.inner.clock, &*self.inner.random))
    }

    /// The SID of a new session.
    pub(crate) fn session_sid(&self) -> SessionSid {
        SessionSid::new(self.inner.sids.next(&*self.inner.clock, &*self.inner.random))
    }

    /// Puts deliveries into their queues.
    pub(crate) fn enqueue(&self, tx: &mut dyn Tx, deliveries: &[Delivery]) -> Result<(), Error> {
        if !deliveries.is_empty() {
            deliveries::enqueue(tx, deliveries)?;
            self.ring_when_kept();
        }
        Ok(())
    }

    /// Has [`crate::Engine::write`] wake the dispatcher once the unit of work is on disk.
    fn ring_when_kept(&self) {
        self.inner.enqueued.fetch_add(1, Ordering::Relaxed);
    }
}

/// Something that happened, as webhooks hear of it.
pub(crate) struct Event<'a> {
    /// What it happened to.
    pub(crate) stream: Stream<'a>,
    /// Its number there.
    pub(crate) seq: i64,
    pub(crate) kind: EventKind,
    pub(crate) source: &'a str,
    /// Its own parameters.
    pub(crate) facts: Facts<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Stream<'a> {
    Conversation(&'a ConversationSid),
    User(&'a UserSid),
}

/// The parameters of an event as whoever wrote it has them at hand.
pub(crate) enum Facts<'a> {
    /// A JSON object.
    Payload(&'a str),
    /// Those of a change of state.
    Transition(&'a Record),
    /// Those of a new message.
    Addition(&'a Message),
}

impl<'a> Event<'a> {
    /// That a conversation changed its state.
    pub(crate) fn of_transition(record: &'a Record) -> Self {
        Event {
            stream: Stream::Conversation(&record.conversation_sid),
            seq: record.seq,
            kind: EventKind::ConversationStateUpdated,
            source: &record.source,
            facts: Facts::Transition(record),
        }
    }

    /// That a message was added.
    pub(crate) fn of_addition(message: &'a Message, seq: i64) -> Self {
        Event {
            stream: Stream::Conversation(&message.conversation_sid),
            seq,
            kind: EventKind::MessageAdded,
            source: message.added.as_ref().map_or(SOURCE_API, |added| &added.source),
            facts: Facts::Addition(message),
        }
    }

    /// The conversation whose own webhooks may hear of it.
    fn scope(&self) -> Option<ConversationSid> {
        match self.stream {
            Stream::Conversation(sid) => Level::Conversation.event(self.kind.as_str()).map(|_| *sid),
            Stream::User(_) => None,
        }
    }

    /// Everything that is sent, but for `RetryCount`.
    fn params(&self, account: &AccountSid) -> Result<Params, Error> {
        let payload = match &self.facts {
            Facts::Payload(text) => serde_json::from_str(text),
            Facts::Transition(record) => serde_json::to_value(record.payload()),
            Facts::Addition(m) => serde_json::to_value(MessagePayload::new(self.kind, m, m.date_created)),
        };
        let payload = payload.map_err(|error| Error::Internal(error.to_string()))?;
        let Value::Object(payload) = payload else { return Err(Error::Internal("a payload without names".to_owned())) };
        let mut params: Params =
            payload.into_iter().filter_map(|(name, value)| Some((name, as_text(value)?))).collect();
        params.insert("AccountSid".to_owned(), account.to_string());
        params.insert("EventType".to_owned(), self.kind.as_str().to_owned());
        // A change of state has a reason and no source (contract §6.6).
        if self.kind != EventKind::ConversationStateUpdated {
            params.insert("Source".to_owned(), self.source.to_owned());
        }
        Ok(params)
    }
}

/// The parameters of a call by name.
type Params = BTreeMap<String, String>;

/// What is not there is not sent.
fn as_text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// Writes the deliveries of what happened in one unit of work, in order and each in its service, to
/// everybody who hears of it. `now` is real time.
pub(crate) fn tell(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    account: &AccountSid,
    now: Timestamp,
    events: &[(ServiceSid, Event<'_>)],
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let listeners = Listeners::of(tx, account, events)?;
    let mut found = Vec::new();
    for (service, event) in events {
        let mut params = None;
        for listener in listeners.to(service, event).filter(|listener| listener.action.lists(event.kind.as_str())) {
            let params = match &mut params {
                Some(params) => params,
                none => none.insert(event.params(account)?),
            };
            found.extend(listener.delivery(notifier, account, now, event, params)?);
        }
    }
    notifier.enqueue(tx, &found)
}

/// Who may hear of some events.
#[derive(Default)]
struct Listeners {
    /// Of everything in a service: its own webhook or the account's.
    of_service: HashMap<ServiceSid, Option<Listener>>,
    /// Of one conversation.
    of_conversation: HashMap<ConversationSid, Vec<Listener>>,
}

impl Listeners {
    fn of(tx: &mut dyn Tx, account: &AccountSid, events: &[(ServiceSid, Event<'_>)]) -> Result<Self, Error> {
        let mut found = Listeners::default();
        for (service, _) in events {
            if let Entry::Vacant(entry) = found.of_service.entry(*service) {
                let both = webhook_configurations::fetch_both(tx, account, service)?;
                entry.insert(Listener::of_service(account, service, both));
            }
        }
        let mut scopes: Vec<_> = events.iter().filter_map(|(_, event)| event.scope()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        // In an account whose conversations have no webhooks, the timers of many need not look for them.
        if scopes.len() == 1 || (scopes.len() > 1 && webhooks::any(tx, account)?) {
            for webhook in webhooks::of_conversations(tx, account, &scopes)? {
                found.of_conversation.entry(webhook.conversation_sid).or_default().push(webhook.into());
            }
        }
        Ok(found)
    }

    fn to(&self, service: &ServiceSid, event: &Event<'_>) -> impl Iterator<Item = &Listener> {
        let general = self.of_service.get(service).and_then(Option::as_ref);
        let scoped = event.scope().and_then(|conversation| self.of_conversation.get(&conversation));
        general.into_iter().chain(scoped.into_iter().flatten())
    }
}

/// A webhook by its name.
struct Listener {
    hook_sid: String,
    action: Action,
}

impl From<Webhook> for Listener {
    fn from(webhook: Webhook) -> Self {
        Listener { hook_sid: webhook.sid.to_string(), action: webhook.action }
    }
}

impl Listener {
    /// The webhook of everything in a service. What is routed to Flex goes to no address.
    fn of_service(account: &AccountSid, service: &ServiceSid, both: Configurations) -> Option<Self> {
        let hook_sid = if both.service.is_some() { service.to_string() } else { account.to_string() };
        let configuration = both.in_force();
        let url = configuration.post_url.filter(|_| configuration.routing == Routing::Webhook)?;
        let hook = Hook { url, method: configuration.method, filters: configuration.filters };
        Some(Listener { hook_sid, action: Action::Webhook(hook) })
    }

    /// The delivery of an event, if this one hears of it.
    fn delivery(
        &self,
        notifier: &Notifier,
        account: &AccountSid,
        now: Timestamp,
        event: &Event<'_>,
        params: &Params,
    ) -> Result<Option<Delivery>, Error> {
        let body = params.get("Body").map(String::as_str);
        let Some(hook) = self.action.program_for(event.kind.as_str(), body) else { return Ok(None) };
        Ok(Some(Delivery {
            sid: notifier.sid(),
            account_sid: *account,
            hook_sid: self.hook_sid.clone(),
            stream_sid: match event.stream {
                Stream::Conversation(sid) => sid.to_string(),
                Stream::User(sid) => sid.to_string(),
            },
            seq: event.seq,
            event: event.kind.as_str().to_owned(),
            url: hook.url.clone(),
            way: Way::Call(hook.method),
            params: to_json(params)?,
            status: Status::Pending,
            attempts: 0,
            last_status: None,
            last_error: None,
            created_at: now,
            finished_at: None,
        }))
    }
}

/// Has a new webhook told of the messages that are there already and come after the one that it names
/// (contract §18 U13). The conversation must be locked: every later message is told as it is added.
pub(crate) fn replay(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    now: Timestamp,
    c: &Conversation,
    webhook: &Webhook,
) -> Result<(), Error> {
    let Some(first) = webhook.replay_after.map(|index| index.saturating_add(1)) else { return Ok(()) };
    if first < c.next_message_index && webhook.action.lists(EventKind::MessageAdded.as_str()) {
        let range = (first, c.next_message_index);
        deliveries::set_replay(tx, &c.account_sid, &webhook.sid, &c.sid, range, now)?;
        notifier.ring_when_kept();
    }
    Ok(())
}

/// Turns up to `limit` of the messages that a new webhook is still to be told of into deliveries, unless
/// some wait already. The queue must be held; `now` is real time.
///
/// Says whether the first delivery of the queue may go out. Otherwise none of these messages was one for
/// the webhook and those that follow come before anything newer: call it again, in another unit of work.
///
/// Replayed deliveries have numbers below zero, those of messages counted back from the first message that
/// the webhook hears of by itself, so they come before every other event and in the order of messages.
///
/// # Errors
/// [`Error::Unavailable`] and the like when the store does not answer.
pub fn materialize(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    claim: &Claim,
    queue: &Queue,
    now: Timestamp,
    limit: i64,
) -> Result<bool, Error> {
    let Some((next, end)) = queue.replay else { return Ok(true) };
    let waiting = deliveries::pending(tx, &claim.hook_sid, &claim.stream_sid, 1)?;
    if waiting.first().is_some_and(|delivery| delivery.seq < 0) {
        return Ok(true);
    }
    let account = &claim.account_sid;
    let webhook = match WebhookSid::parse(&claim.hook_sid).zip(ConversationSid::parse(&claim.stream_sid)) {
        Some((hook, conversation)) => webhooks::fetch(tx, account, &conversation, &hook)?,
        None => None,
    };
    let Some(webhook) = webhook else {
        // It was deleted, perhaps with its conversation.
        deliveries::move_replay(tx, claim, None)?;
        return Ok(true);
    };
    let mut found = Vec::new();
    let messages = messages::list(tx, account, &webhook.conversation_sid, false, Some(next - 1), limit)?;
    let listener = Listener::from(webhook);
    for message in messages.iter().filter(|message| message.index < end) {
        let event = Event::of_addition(message, message.index - end);
        found.extend(listener.delivery(notifier, account, now, &event, &event.params(account)?)?);
    }
    let is_full = messages.len() as i64 == limit;
    let next = messages.last().map(|message| message.index + 1).filter(|next| is_full && *next < end);
    deliveries::move_replay(tx, claim, next)?;
    notifier.enqueue(tx, &found)?;
    Ok(next.is_none() || !found.is_empty())
}
