//! `POST /Conversations/{Sid}/Messages/{Sid}` (contract §7.6). An edit is no activity (§18 U2).

use dwell_core::event::EventKind;
use dwell_core::{Message, Reason, attributes, limits};
use dwell_store::{Tx, events, messages};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input;
use crate::journal::save;
use crate::outbound::Audience;
use crate::pre_hooks::{Alterable, PreEvent, Request};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub author: Option<String>,
    pub body: Option<String>,
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub attributes: Option<String>,
    pub subject: Option<String>,
}

impl Request for Update {
    fn is_empty(&self) -> bool {
        *self == Update::default()
    }

    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        super::alterable(&mut self.author, &mut self.body, &mut self.attributes)
    }
}

impl Engine {
    /// Edits a message. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; a [`Reason`] for each parameter that
    /// breaks a rule.
    pub async fn update_message(
        &self,
        scope: &Scope,
        conversation: &str,
        segment: &str,
        request: Update,
    ) -> Result<Message, Error> {
        let (conversation, segment) = (conversation.to_owned(), segment.to_owned());
        let work =
            move |tx: &mut dyn Tx, scope: &Scope, request: &Update| update(tx, scope, &conversation, &segment, request);
        self.write_unless_rejected(PreEvent::MessageUpdate, scope, request, work).await
    }
}

fn update(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    segment: &str,
    request: &Update,
) -> Result<Message, Error> {
    let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let mut message = super::find(tx, &c, segment)?;
    if request.is_empty() {
        return super::shown(tx, &c, message);
    }
    let mut before = message.clone();
    if let Some(author) = input::present(request.author.as_deref()) {
        message.author = super::check_author(author)?.to_owned();
        let audience = Audience::of(tx, &c)?;
        message.participant_sid = super::participant_of(tx, &c, &audience, author)?;
    }
    if let Some(body) = request.body.as_deref() {
        if message.content_sid.is_some() || !message.media.is_empty() {
            return Err(Error::Refused(Reason::MediaBodyImmutable));
        }
        let body = super::check_body(body)?;
        if body.is_empty() {
            return Err(Error::Refused(Reason::BodyMissing));
        }
        message.body = Some(body.to_owned());
    }
    if let Some(text) = &request.attributes {
        attributes::check(text, limits::ATTRIBUTES_BYTES_MAX)?;
        message.attributes.clone_from(text);
    }
    if let Some(subject) = request.subject.as_deref() {
        message.subject = Some(super::check_subject(subject)?.to_owned());
    }
    let date_created = input::date(request.date_created.as_deref(), Reason::DateCreatedInvalid)?;
    let date_updated = input::date(request.date_updated.as_deref(), Reason::DateUpdatedInvalid)?;
    message.date_created = date_created.unwrap_or(message.date_created);
    message.date_updated = date_updated.unwrap_or(journal.now);
    events::detach_addition(tx, &mut before)?;
    message.added = None;
    messages::update(tx, &message)?;
    journal.message(&mut c, &message, EventKind::MessageUpdated)?;
    save(tx, &c, settled)?;
    journal.write(tx)?;
    super::shown(tx, &c, message)
}
