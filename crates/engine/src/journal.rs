//! The events of one unit of work: numbered under the conversation's lock, written with its rows.

use std::borrow::Cow;

use dwell_core::event::{ConversationPayload, DeliveryPayload, EventKind, MessagePayload, ParticipantPayload};
use dwell_core::lifecycle::{Cause, Effect, Fired, Input, Transition, step};
use dwell_core::message::Added;
use dwell_core::session::{Happened, Why};
use dwell_core::{
    Conversation, ConversationSid, Message, MessageSid, Participant, Receipt, ServiceSid, State, Timestamp,
};
use dwell_store::transitions::{Failure, Record};
use dwell_store::{News, Tx, conversations, events, participants, transitions};
use serde::Serialize;

use crate::context::{Caller, SOURCE_API};
use crate::deliveries::Notifier;
use crate::deliveries::enqueue::{self, Event, Facts, Stream};
use crate::error::Error;
use crate::messages::announce;
use crate::sessions::{self, Story};

/// The source of an event that a timer caused.
pub(crate) const SOURCE_TIMER: &str = "TIMER";
/// The actor of what the server does by itself.
pub(crate) const ACTOR_SYSTEM: &str = "system";

/// Events and transitions on their way into the store.
pub(crate) struct Journal<'a> {
    caller: &'a Caller,
    /// The present instant on the account's clock, never before the conversation's newest event.
    pub(crate) now: Timestamp,
    /// By which it is told how late timers are.
    present: Timestamp,
    events: Vec<PendingEvent>,
    transitions: Vec<Record>,
    /// New messages that webhooks are to hear of, and their service.
    additions: Vec<(ServiceSid, Cow<'a, Message>)>,
    /// What the session of the conversation is to follow.
    story: Story,
    /// The conversation and the number of its newest event.
    newest: Option<(ConversationSid, i64)>,
}

struct PendingEvent {
    service_sid: ServiceSid,
    stream_sid: ConversationSid,
    seq: i64,
    kind: EventKind,
    notify: bool,
    payload: String,
}

impl<'a> Journal<'a> {
    pub(crate) fn new(caller: &'a Caller, now: Timestamp) -> Self {
        let (events, transitions, additions) = (Vec::new(), Vec::new(), Vec::new());
        let (story, newest) = (Story::default(), None);
        Journal { caller, now, present: now, events, transitions, additions, story, newest }
    }

    /// The same where the account's clock is being turned to `now` and stood at `present` before: what comes due
    /// because of that is on time.
    pub(crate) fn late_from(self, present: Timestamp) -> Self {
        Journal { present, ..self }
    }

    /// What writes deliveries.
    pub(crate) fn notifier(&self) -> &'a Notifier {
        &self.caller.notifier
    }

    /// When whatever happens was asked for, in real time.
    pub(crate) fn received_at(&self) -> Timestamp {
        self.caller.received_at
    }

    /// The number of the conversation's next event.
    fn number(&mut self, c: &mut Conversation) -> i64 {
        c.event_seq += 1;
        self.newest = Some((c.sid, c.event_seq));
        c.event_seq
    }

    fn record(&mut self, conversation: &mut Conversation, kind: EventKind, payload: String) {
        let seq = self.number(conversation);
        conversation.last_event_at = conversation.last_event_at.max(self.now);
        self.events.push(PendingEvent {
            service_sid: conversation.service_sid,
            stream_sid: conversation.sid,
            seq,
            kind,
            // What became of a message is the system's doing and always told, whoever wrote it.
            notify: self.caller.webhooks || kind == EventKind::DeliveryUpdated,
            payload,
        });
    }

    /// An event about the conversation itself.
    pub(crate) fn conversation(&mut self, c: &mut Conversation, kind: EventKind) -> Result<(), Error> {
        let payload = to_json(&ConversationPayload::new(kind, c, self.now))?;
        self.record(c, kind, payload);
        Ok(())
    }

    /// The event of a message's addition, which the message itself carries into the store. What webhooks
    /// are told of it is left to [`Self::tell_of`].
    pub(crate) fn message_added(&mut self, c: &mut Conversation) -> Added {
        let seq = self.number(c);
        c.last_event_at = c.last_event_at.max(self.now);
        Added {
            seq,
            at: self.now,
            source: self.caller.source.to_owned(),
            actor: self.caller.credential.clone(),
            notify: self.caller.webhooks,
        }
    }

    /// Has webhooks told of a message that was added, if they are to hear of it.
    pub(crate) fn tell_of(&mut self, c: &Conversation, added: Cow<'a, Message>) {
        if added.added.as_ref().is_some_and(|added| added.notify) {
            self.additions.push((c.service_sid, added));
        }
    }

    /// The event of a message that the conversation's policy adds at `at`. It is the system's doing and always
    /// told.
    pub(crate) fn announced(&mut self, c: &mut Conversation, at: Timestamp) -> Added {
        let seq = self.number(c);
        c.last_event_at = c.last_event_at.max(at);
        Added { seq, at, source: SOURCE_API.to_owned(), actor: ACTOR_SYSTEM.to_owned(), notify: true }
    }

    /// An event about a message's edit or removal.
    pub(crate) fn message(&mut self, c: &mut Conversation, m: &Message, kind: EventKind) -> Result<(), Error> {
        let payload = to_json(&MessagePayload::new(kind, m, self.now))?;
        self.record(c, kind, payload);
        Ok(())
    }

    /// An event about a participant.
    pub(crate) fn participant(&mut self, c: &mut Conversation, p: &Participant, kind: EventKind) -> Result<(), Error> {
        let payload = to_json(&ParticipantPayload::new(kind, p, self.now))?;
        self.record(c, kind, payload);
        Ok(())
    }

    /// The event of a receipt's news.
    pub(crate) fn delivery(&mut self, c: &mut Conversation, r: &Receipt) -> Result<(), Error> {
        if let Some(status) = r.status.filter(|status| status.is_failure()) {
            let message = format!("message {} is {}", r.message_sid, status.as_str());
            self.failed(c, self.now, r.error_code.unwrap_or_default(), message);
        }
        let payload = to_json(&DeliveryPayload::new(c.service_sid, r))?;
        self.record(c, EventKind::DeliveryUpdated, payload);
        Ok(())
    }

    /// Applies an input to the conversation's lifecycle and records the transition, if there is
    /// one. `message` is the message that caused it.
    pub(crate) fn apply(
        &mut self,
        c: &mut Conversation,
        input: Input,
        message: Option<MessageSid>,
    ) -> Result<Option<Transition>, Error> {
        let side = if let Input::MessageAdded(side) = &input { Some(*side) } else { None };
        let step = step(&c.lifecycle, self.now, input)?;
        c.lifecycle = step.next;
        if let Some(transition) = step.transition {
            self.transition(c, transition, message);
            let why = side.map_or(Why::Set { by_person: self.caller.person.is_some() }, Why::Message);
            self.story.note(c, self.now, Happened::Moved { to: transition.to, why, ends: false });
        }
        if let Some(side) = side {
            self.story.note(c, self.now, Happened::Wrote(side));
        }
        Ok(step.transition)
    }

    /// What somebody did with the session of the conversation, for it to follow.
    pub(crate) fn session(&mut self, c: &Conversation, happened: Happened) {
        self.story.tell(c, self.now, happened);
    }

    /// What went wrong in the session of the conversation, if it has one, for those who look after sessions.
    pub(crate) fn failed(&mut self, c: &Conversation, at: Timestamp, code: i64, message: String) {
        self.story.note(c, at, Happened::Failed(dwell_core::session::Failure { code, message }));
    }

    /// Closes a conversation whose participants cannot be added, and keeps why with the transition.
    pub(crate) fn give_up(&mut self, c: &mut Conversation, error: Failure) -> Result<(), Error> {
        if self.apply(c, Input::InitializationFailed, None)?.is_some()
            && let Some(record) = self.transitions.last_mut()
        {
            record.error = Some(error);
        }
        Ok(())
    }

    fn transition(&mut self, c: &mut Conversation, transition: Transition, message_sid: Option<MessageSid>) {
        let seq = self.number(c);
        c.last_event_at = c.last_event_at.max(transition.at);
        c.date_updated = transition.at;
        let by_timer = transition.cause == Cause::Timer;
        self.transitions.push(Record {
            conversation_sid: c.sid,
            seq,
            transition,
            source: if by_timer { SOURCE_TIMER } else { self.caller.source }.to_owned(),
            actor: if by_timer { ACTOR_SYSTEM } else { &self.caller.credential }.to_owned(),
            // Timers and reactivation are the system's acts and always told (contract §18 U17).
            notify: self.caller.webhooks || transition.cause != Cause::Api,
            service_sid: c.service_sid,
            messaging_service_sid: c.messaging_service_sid,
            message_sid,
            error: None,
            late_micros: by_timer.then(|| self.present.micros_since(transition.at).max(0)),
        });
    }

    /// Writes what was recorded, and the deliveries to those who are to hear of it.
    pub(crate) fn write(self, tx: &mut dyn Tx) -> Result<(), Error> {
        let account = &self.caller.account.sid;
        if !self.events.is_empty() {
            let events: Vec<_> = self.events.iter().map(|event| self.row(event)).collect();
            events::insert(tx, account, &events)?;
        }
        if !self.transitions.is_empty() {
            transitions::insert(tx, account, &self.transitions)?;
        }
        sessions::follow(tx, self.caller, &self.story)?;
        if let Some((conversation_sid, seq)) = self.newest {
            tx.tell(News::Conversation { account_sid: *account, conversation_sid, seq });
        }
        let told = self.told();
        enqueue::tell(tx, &self.caller.notifier, account, self.caller.received_at, &told)
    }

    /// What webhooks are to hear of, in order.
    fn told(&self) -> Vec<(ServiceSid, Event<'_>)> {
        let events = self.events.iter().filter(|event| event.notify).map(|event| {
            let told = Event {
                stream: Stream::Conversation(&event.stream_sid),
                seq: event.seq,
                kind: event.kind,
                source: self.caller.source,
                facts: Facts::Payload(&event.payload),
            };
            (event.service_sid, told)
        });
        let transitions = self.transitions.iter().filter(|record| record.notify);
        let transitions = transitions.map(|record| (record.service_sid, Event::of_transition(record)));
        let additions = self.additions.iter().filter_map(|(service_sid, message)| {
            let seq = message.added.as_ref()?.seq;
            Some((*service_sid, Event::of_addition(message, seq)))
        });
        let mut told: Vec<_> = events.chain(transitions).chain(additions).collect();
        told.sort_by_key(|(_, event)| event.seq);
        told
    }

    fn row<'e>(&'e self, event: &'e PendingEvent) -> events::NewEvent<'e> {
        events::NewEvent {
            stream_sid: &event.stream_sid,
            seq: event.seq,
            kind: event.kind,
            at: self.now,
            source: self.caller.source,
            actor: &self.caller.credential,
            notify: event.notify,
            payload: &event.payload,
        }
    }
}

pub(crate) fn to_json(payload: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(payload).map_err(|error| Error::Internal(error.to_string()))
}

/// Carries out what is due on a locked conversation before anything else happens to it, so that a
/// request that comes a moment after a deadline finds it as it must be, whether or not the
/// scheduler has been there. What a policy has to say is said on the way.
pub(crate) fn settle(tx: &mut dyn Tx, journal: &mut Journal<'_>, c: &mut Conversation) -> Result<bool, Error> {
    settle_until(tx, journal, c, journal.now).map(|marks| !marks.is_empty())
}

/// [`settle`] at the present of the caller's account, with a journal for what happens next. What was said on the way
/// is written at once, with its conversation: whoever goes no further must not leave it behind alone.
pub(crate) fn settle_now<'a>(
    tx: &mut dyn Tx,
    caller: &'a Caller,
    c: &mut Conversation,
) -> Result<(Journal<'a>, bool), Error> {
    let now = caller.now(tx)?.max(c.last_event_at);
    let mut journal = Journal::new(caller, now);
    let settled = settle(tx, &mut journal, c)?;
    if !settled || c.lifecycle.rules.is_none() {
        return Ok((journal, settled));
    }
    conversations::update(tx, c)?;
    release_if_closed(tx, c)?;
    journal.write(tx)?;
    Ok((Journal::new(caller, now), false))
}

/// The same up to an instant; what was carried out.
pub(crate) fn settle_until(
    tx: &mut dyn Tx,
    journal: &mut Journal<'_>,
    c: &mut Conversation,
    until: Timestamp,
) -> Result<Vec<Fired>, Error> {
    let mut marks = Vec::new();
    while let Some(fired) = c.lifecycle.fire(until) {
        // Rules outlive what they bring about, so they may be asked afterwards.
        if let Some(rules) = c.lifecycle.rules.clone()
            && let Some(body) = fired.says(&rules)
        {
            announce(tx, journal, c, fired.at, body)?;
        }
        if let Some(transition) = fired.transition {
            journal.transition(c, transition, None);
        }
        let ends = fired.effect == Some(Effect::EndSession);
        if fired.transition.is_some() || ends {
            let to = c.lifecycle.state;
            journal.story.note(c, fired.at, Happened::Moved { to, why: Why::Timer, ends });
        }
        marks.push(fired);
    }
    Ok(marks)
}

/// Lets go of what a closed conversation held (contract §6.1).
pub(crate) fn release_if_closed(tx: &mut dyn Tx, c: &Conversation) -> Result<(), Error> {
    if c.lifecycle.state == State::Closed && c.chat_participants + c.non_chat_participants > 0 {
        participants::release(tx, &[c.sid])?;
    }
    Ok(())
}

/// Writes a conversation after an event that changed nothing but counters, or everything when
/// timers came due on the way.
pub(crate) fn save(tx: &mut dyn Tx, c: &Conversation, settled: bool) -> Result<(), Error> {
    if settled {
        conversations::update(tx, c)?;
    } else {
        conversations::update_counters(tx, c)?;
    }
    Ok(())
}
