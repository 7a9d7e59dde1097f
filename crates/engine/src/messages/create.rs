//! `POST /Conversations/{Sid}/Messages` (contract §5.4, §7): a message reactivates an inactive
//! conversation in the transaction that stores it.

use std::borrow::Cow;

use dwell_core::lifecycle::Input;
use dwell_core::media::Attachment;
use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::{
    ContentSid, Conversation, MediaSid, Message, MessageSid, ParticipantSid, Reason, Timestamp, attributes,
    has_sid_form, limits,
};
use dwell_store::{Tx, conversations, messages};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::journal::Journal;
use crate::media;
use crate::outbound::{self, Audience};
use crate::pre_hooks::{Alterable, PreEvent, Request};

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub author: Option<String>,
    pub body: Option<String>,
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub attributes: Option<String>,
    pub media_sid: Option<String>,
    pub content_sid: Option<String>,
    pub content_variables: Option<String>,
    pub subject: Option<String>,
    /// Media that is there already, of a message from outside; the API names at most one, by `media_sid`.
    pub media: Vec<MediaSid>,
}

/// What could be checked without a look into the store.
pub(crate) struct Checked<'a> {
    author: &'a str,
    body: Option<&'a str>,
    date_created: Option<Timestamp>,
    date_updated: Option<Timestamp>,
    attributes: &'a str,
    content_sid: Option<&'a str>,
    content_variables: Option<&'a str>,
    subject: Option<&'a str>,
    media: Vec<MediaSid>,
}

impl Create {
    pub(crate) fn check(&self) -> Result<Checked<'_>, Reason> {
        let attributes = self.attributes.as_deref().unwrap_or(attributes::EMPTY);
        attributes::check(attributes, limits::ATTRIBUTES_BYTES_MAX)?;
        let content_sid = present(self.content_sid.as_deref());
        if content_sid.is_some_and(|sid| !has_sid_form(ContentSid::PREFIX, sid)) {
            return Err(Reason::ContentSidInvalid);
        }
        let content_variables = present(self.content_variables.as_deref());
        if let Some(variables) = content_variables {
            if content_sid.is_none() {
                return Err(Reason::ContentVariablesWithoutContent);
            }
            check_content_variables(variables)?;
        }
        let body = super::check_body(self.body.as_deref().unwrap_or_default())?;
        let mut media = self.media.clone();
        if let (Some(sid), None) = (present(self.media_sid.as_deref()), content_sid) {
            media.push(MediaSid::parse(sid).ok_or(Reason::MediaSidInvalid)?);
        }
        if body.is_empty() && content_sid.is_none() && media.is_empty() {
            return Err(Reason::BodyMissing);
        }
        Ok(Checked {
            author: super::check_author(present(self.author.as_deref()).unwrap_or(DEFAULT_AUTHOR))?,
            // With a content template, the body is ignored (contract §7.3).
            body: present(Some(body)).filter(|_| content_sid.is_none()),
            date_created: input::date(self.date_created.as_deref(), Reason::DateCreatedInvalid)?,
            date_updated: input::date(self.date_updated.as_deref(), Reason::DateUpdatedInvalid)?,
            attributes,
            content_sid,
            content_variables,
            subject: self.subject.as_deref().map(super::check_subject).transpose()?,
            media,
        })
    }
}

/// Contract §7.10.
fn check_content_variables(text: &str) -> Result<(), Reason> {
    if text.chars().count() > limits::CONTENT_VARIABLES_CHARS_MAX {
        return Err(Reason::ContentVariablesTooLong);
    }
    let variables: std::collections::BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|_| Reason::ContentVariablesInvalid)?;
    if variables.len() > limits::CONTENT_VARIABLES_MAX {
        return Err(Reason::ContentVariablesTooLong);
    }
    for (key, value) in &variables {
        input::at_most(key, limits::CONTENT_VARIABLE_KEY_CHARS_MAX, Reason::ContentVariableKeyTooLong)?;
        input::at_most(value, limits::CONTENT_VARIABLE_VALUE_CHARS_MAX, Reason::ContentVariableValueTooLong)?;
    }
    Ok(())
}

impl Request for Create {
    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        super::alterable(&mut self.author, &mut self.body, &mut self.attributes)
    }
}

impl Engine {
    /// Adds a message to a conversation, restarts its inactive clock and reactivates it when it is
    /// inactive.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::GroupTooSmall`];
    /// [`Reason::AuthorNotInGroup`]; a [`Reason`] for each parameter that breaks a rule.
    pub async fn create_message(&self, scope: &Scope, conversation: &str, request: Create) -> Result<Message, Error> {
        let sid = MessageSid::new(self.sid());
        let conversation = conversation.to_owned();
        let work =
            move |tx: &mut dyn Tx, scope: &Scope, request: &Create| create(tx, scope, &conversation, sid, request);
        self.write_unless_rejected(PreEvent::MessageAdd, scope, request, work).await
    }
}

fn create(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    sid: MessageSid,
    request: &Create,
) -> Result<Message, Error> {
    let (mut c, journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    add(tx, &mut c, journal, settled, sid, request, None)
}

/// Adds a message to a locked conversation and writes both, with what the journal holds already.
/// `is_changed` says that more of the conversation must be written than what a message changes, and
/// `sender` who the author is when that is known.
pub(crate) fn add(
    tx: &mut dyn Tx,
    c: &mut Conversation,
    journal: Journal<'_>,
    is_changed: bool,
    sid: MessageSid,
    request: &Create,
    sender: Option<ParticipantSid>,
) -> Result<Message, Error> {
    // Bound anew, it need not outlive the message that it tells of.
    let mut journal = journal;
    let request = request.check()?;
    let audience = Audience::of(tx, c)?;
    audience.check()?;
    let participant_sid = match sender {
        Some(sender) => Some(sender),
        None => super::participant_of(tx, c, &audience, request.author)?,
    };
    let date_created = request.date_created.unwrap_or(journal.now);
    let media = media::take(tx, c, &request.media, journal.received_at())?;
    let own = |text: Option<&str>| text.map(str::to_owned);
    let mut message = Message {
        sid,
        account_sid: c.account_sid,
        conversation_sid: c.sid,
        index: c.next_message_index,
        author: request.author.to_owned(),
        participant_sid,
        body: own(request.body),
        attributes: request.attributes.to_owned(),
        content_sid: own(request.content_sid),
        content_variables: own(request.content_variables),
        subject: own(request.subject),
        date_created,
        date_updated: request.date_updated.unwrap_or(date_created),
        added: Some(journal.message_added(c)),
        media: media.iter().map(Attachment::from).collect(),
        delivery: None,
    };
    messages::insert(tx, &message)?;
    media::attach(tx, &message, journal.now)?;
    message.delivery = outbound::send_out(tx, &mut journal, c, &message, &audience)?;
    journal.tell_of(c, Cow::Borrowed(&message));
    c.next_message_index += 1;
    c.activity_at = journal.now;
    let deadline = c.lifecycle.armed.map(|armed| armed.due);
    let side = super::side_of(tx, c, &message)?;
    let reactivated = journal.apply(c, Input::MessageAdded(side), Some(sid))?.is_some();
    // Earlier than before, or one where there was none: after a last call. The index must follow it.
    let is_earlier = c.lifecycle.armed.is_some_and(|armed| deadline.is_none_or(|deadline| armed.due < deadline));
    if reactivated || is_changed || is_earlier || c.lifecycle.rules.is_some() {
        conversations::update(tx, c)?;
    } else {
        conversations::update_after_message(tx, c)?;
    }
    journal.write(tx)?;
    Ok(message)
}
