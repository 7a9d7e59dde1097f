//! `POST /Conversations/{Sid}` (contract §5.1, §6).

use dwell_core::event::EventKind;
use dwell_core::lifecycle::{Input, Timers};
use dwell_core::timer::{TimerKind, TimerSetting};
use dwell_core::{Conversation, MessagingServiceSid, Reason, State, Timestamp, attributes, limits};
use dwell_store::{Tx, conversations};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;
use crate::journal::release_if_closed;
use crate::pre_hooks::{Alterable, PreEvent, Request};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
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
}

/// What to change; for the names that a blank clears, the inner `None` clears.
struct Checked {
    friendly_name: Option<String>,
    unique_name: Option<Option<String>>,
    date_created: Option<Timestamp>,
    date_updated: Option<Timestamp>,
    messaging_service_sid: Option<MessagingServiceSid>,
    attributes: Option<String>,
    state: Option<State>,
    timer_inactive: Option<TimerSetting>,
    timer_closed: Option<TimerSetting>,
    email_address: Option<Option<String>>,
    email_name: Option<Option<String>>,
}

impl Update {
    fn check(&self) -> Result<Checked, Reason> {
        if let Some(text) = &self.attributes {
            attributes::check(text, limits::CONVERSATION_ATTRIBUTES_BYTES_MAX)?;
        }
        let state = match self.state.as_deref() {
            Some("") => return Err(Reason::StateEmpty),
            Some(text) => Some(input::state(text)?),
            None => None,
        };
        let clearable = |text: Option<&str>, check: fn(&str) -> Result<Option<&str>, Reason>| {
            text.map(|text| check(text).map(|text| text.map(str::to_owned))).transpose()
        };
        Ok(Checked {
            friendly_name: input::friendly_name(self.friendly_name.as_deref())?,
            unique_name: clearable(self.unique_name.as_deref(), super::unique_name)?,
            date_created: input::date(self.date_created.as_deref(), Reason::DateCreatedInvalid)?,
            date_updated: input::date(self.date_updated.as_deref(), Reason::DateUpdatedInvalid)?,
            messaging_service_sid: input::messaging_service(self.messaging_service_sid.as_deref())?,
            attributes: self.attributes.clone(),
            state,
            timer_inactive: input::timer(TimerKind::Inactive, self.timers_inactive.as_deref())?,
            timer_closed: input::timer(TimerKind::Closed, self.timers_closed.as_deref())?,
            email_address: clearable(self.bindings_email_address.as_deref(), super::email)?,
            email_name: clearable(self.bindings_email_name.as_deref(), super::email)?,
        })
    }
}

impl Request for Update {
    fn is_empty(&self) -> bool {
        *self == Update::default()
    }

    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        vec![Alterable { member: "friendly_name", parameter: "FriendlyName", place: &mut self.friendly_name }]
    }
}

impl Engine {
    /// Changes a conversation. Without any parameter nothing changes, not even `date_updated`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`] whatever is asked of a closed one
    /// (contract §18 U7), and [`Reason::ConversationInitializing`] of one still being set up; a
    /// [`Reason`] for each parameter that breaks a rule.
    pub async fn update_conversation(
        &self,
        scope: &Scope,
        segment: &str,
        request: Update,
    ) -> Result<Conversation, Error> {
        let segment = segment.to_owned();
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &Update| update(tx, scope, &segment, request);
        self.write_unless_rejected(PreEvent::ConversationUpdate, scope, request, work).await
    }
}

fn update(tx: &mut dyn Tx, scope: &Scope, segment: &str, request: &Update) -> Result<Conversation, Error> {
    let (mut c, mut journal, settled) = super::lock_open(tx, scope, segment)?;
    let asked = !request.is_empty();
    let request = request.check()?;
    if asked {
        if let Some(Some(name)) = &request.unique_name {
            super::refuse_taken_name(tx, &c, name)?;
        }
        let timers = Timers {
            inactive: request.timer_inactive.map_or(c.lifecycle.timers.inactive, TimerSetting::seconds),
            closed: request.timer_closed.map_or(c.lifecycle.timers.closed, TimerSetting::seconds),
        };
        if request.timer_inactive.is_some() || request.timer_closed.is_some() {
            journal.apply(&mut c, Input::TimersChanged(timers), None)?;
        }
        if let Some(state) = request.state {
            journal.apply(&mut c, Input::StateSet(state), None)?;
        }
        c.friendly_name = request.friendly_name.or(c.friendly_name);
        c.unique_name = request.unique_name.unwrap_or(c.unique_name);
        c.messaging_service_sid = request.messaging_service_sid.unwrap_or(c.messaging_service_sid);
        c.attributes = request.attributes.unwrap_or(c.attributes);
        c.email_address = request.email_address.unwrap_or(c.email_address);
        c.email_name = request.email_name.unwrap_or(c.email_name);
        c.date_created = request.date_created.unwrap_or(c.date_created);
        c.date_updated = request.date_updated.unwrap_or(journal.now);
        journal.conversation(&mut c, EventKind::ConversationUpdated)?;
    }
    if asked || settled {
        conversations::update(tx, &c)?;
        release_if_closed(tx, &c)?;
        journal.write(tx)?;
    }
    Ok(c)
}
