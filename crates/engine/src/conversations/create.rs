//! `POST /Conversations` and `POST /ConversationWithParticipants` (contract §5.1, §5.2, §6).

use dwell_core::event::EventKind;
use dwell_core::lifecycle::Timers;
use dwell_core::timer::{TimerKind, TimerSetting};
use dwell_core::{
    Conversation, ConversationSid, Lifecycle, MessagingServiceSid, Reason, State, Timestamp, attributes, limits,
};
use dwell_store::initializations::{self, Initialization};
use dwell_store::{Tx, conversations, services};

use crate::context::Scope;
use crate::conversations::initialize;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;
use crate::journal::{ACTOR_SYSTEM, Journal, to_json};
use crate::participants;
use crate::policies;
use crate::pre_hooks::{Alterable, PreEvent, Request};

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub friendly_name: Option<String>,
    pub unique_name: Option<String>,
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub messaging_service_sid: Option<String>,
    pub attributes: Option<String>,
    pub state: Option<String>,
    pub timers_inactive: Option<String>,
    pub timers_closed: Option<String>,
    pub bindings_email_address: Option<String>,
    pub bindings_email_name: Option<String>,
    /// Participants to add once the conversation is there, each a JSON object.
    pub participant: Option<Vec<String>>,
}

/// What could be checked without a look into the store.
pub(crate) struct Checked {
    friendly_name: Option<String>,
    unique_name: Option<String>,
    date_created: Option<Timestamp>,
    date_updated: Option<Timestamp>,
    messaging_service_sid: Option<MessagingServiceSid>,
    attributes: String,
    state: State,
    timer_inactive: Option<TimerSetting>,
    timer_closed: Option<TimerSetting>,
    email_address: Option<String>,
    email_name: Option<String>,
    participants: Vec<participants::Create>,
    /// Whether the conversation is initializing until its participants are in it.
    pub(crate) is_gathering: bool,
}

impl Create {
    pub(crate) fn check(&self) -> Result<Checked, Reason> {
        let attributes = self.attributes.as_deref().unwrap_or(attributes::EMPTY);
        attributes::check(attributes, limits::CONVERSATION_ATTRIBUTES_BYTES_MAX)?;
        let state = self.state.as_deref().map_or(Ok(State::Active), input::state)?;
        if state == State::Closed {
            return Err(Reason::CreatedClosed);
        }
        let own = |text: Option<&str>| text.map(str::to_owned);
        let participants = initialize::read(self.participant.as_deref().unwrap_or_default())?;
        Ok(Checked {
            friendly_name: input::friendly_name(self.friendly_name.as_deref())?,
            unique_name: own(super::unique_name(self.unique_name.as_deref().unwrap_or_default())?),
            date_created: input::date(self.date_created.as_deref(), Reason::DateCreatedInvalid)?,
            date_updated: input::date(self.date_updated.as_deref(), Reason::DateUpdatedInvalid)?,
            messaging_service_sid: input::messaging_service(self.messaging_service_sid.as_deref())?,
            attributes: attributes.to_owned(),
            state,
            timer_inactive: input::timer(TimerKind::Inactive, self.timers_inactive.as_deref())?,
            timer_closed: input::timer(TimerKind::Closed, self.timers_closed.as_deref())?,
            email_address: own(super::email(self.bindings_email_address.as_deref().unwrap_or_default())?),
            email_name: own(super::email(self.bindings_email_name.as_deref().unwrap_or_default())?),
            is_gathering: !participants.is_empty(),
            participants,
        })
    }
}

impl Request for Create {
    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        vec![Alterable { member: "friendly_name", parameter: "FriendlyName", place: &mut self.friendly_name }]
    }
}

impl Engine {
    /// Creates a conversation; the account's default timers hold where the request names none
    /// (contract §6.5). With participants it is initializing until [`Self::initialize_conversations`]
    /// has added them (§5.2).
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; a [`Reason`] for each parameter that breaks a rule
    /// and for a taken unique name.
    pub async fn create_conversation(&self, scope: &Scope, request: Create) -> Result<Conversation, Error> {
        let sid = ConversationSid::new(self.sid());
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &Create| create(tx, scope, sid, request.check()?);
        let created = self.write_unless_rejected(PreEvent::ConversationAdd, scope, request, work).await?;
        if created.lifecycle.state == State::Initializing {
            self.inner.initializations.notify_one();
        }
        Ok(created)
    }
}

fn create(tx: &mut dyn Tx, scope: &Scope, sid: ConversationSid, request: Checked) -> Result<Conversation, Error> {
    let (conversation, journal) = begin(tx, scope, sid, &request, ACTOR_SYSTEM)?;
    if !request.participants.is_empty() {
        let initialization = Initialization {
            conversation_sid: sid,
            account_sid: conversation.account_sid,
            service_sid: scope.service_sid,
            state: request.state,
            participants: to_json(&request.participants)?,
            created_at: journal.now,
            actor: scope.caller.credential.clone(),
            notify: scope.caller.webhooks,
            attempts: 0,
        };
        initializations::insert(tx, &initialization)?;
    }
    journal.write(tx)?;
    Ok(conversation)
}

/// Adds a conversation with nobody in it. Returns it with a journal, which the caller writes.
pub(crate) fn begin<'a>(
    tx: &mut dyn Tx,
    scope: &'a Scope,
    sid: ConversationSid,
    request: &Checked,
    created_by: &str,
) -> Result<(Conversation, Journal<'a>), Error> {
    let account = scope.caller.fresh_account(tx)?;
    if services::hold(tx, &account.sid, &scope.service_sid)?.is_none() {
        return Err(Error::NotFound);
    }
    let now = account.now(scope.caller.received_at);
    let duration = |kind, own: Option<TimerSetting>, default: Option<&String>| {
        // Defaults were checked when they were set.
        own.or_else(|| default.and_then(|text| TimerSetting::parse(kind, text).ok())).and_then(TimerSetting::seconds)
    };
    let timers = Timers {
        inactive: duration(TimerKind::Inactive, request.timer_inactive, account.default_inactive_timer.as_ref()),
        closed: duration(TimerKind::Closed, request.timer_closed, account.default_closed_timer.as_ref()),
    };
    let date_created = request.date_created.unwrap_or(now);
    let mut conversation = Conversation {
        sid,
        account_sid: account.sid,
        service_sid: scope.service_sid,
        messaging_service_sid: request.messaging_service_sid.unwrap_or(account.default_messaging_service_sid),
        friendly_name: request.friendly_name.clone(),
        unique_name: request.unique_name.clone(),
        attributes: request.attributes.clone(),
        email_address: request.email_address.clone(),
        email_name: request.email_name.clone(),
        lifecycle: Lifecycle {
            has_own_timers: request.timer_inactive.is_some() || request.timer_closed.is_some(),
            // The clocks run from the real moment of creation, also for an imported conversation.
            ..if request.is_gathering {
                Lifecycle::initializing(timers)
            } else {
                Lifecycle::created(request.state, timers, now)?
            }
        },
        date_created,
        date_updated: request.date_updated.unwrap_or(date_created),
        activity_at: now,
        last_event_at: now,
        event_seq: 0,
        next_message_index: 0,
        chat_participants: 0,
        non_chat_participants: 0,
        has_receipts: false,
        has_sessions: false,
        created_by: created_by.to_owned(),
    };
    if let Some(name) = &conversation.unique_name {
        super::refuse_taken_name(tx, &conversation, name)?;
    }
    policies::govern(tx, &mut conversation, now)?;
    let mut journal = Journal::new(&scope.caller, now);
    journal.conversation(&mut conversation, EventKind::ConversationAdded)?;
    if !conversations::insert(tx, &conversation)? {
        return Err(Error::Refused(Reason::UniqueNameTaken));
    }
    Ok((conversation, journal))
}
