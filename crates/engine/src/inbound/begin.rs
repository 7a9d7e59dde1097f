//! A message from outside begins a conversation with nobody in it but its sender, or those of a group text
//! (contract §10.7, §11.4, §11.8, §18 M5).

use std::sync::Arc;

use dwell_core::address_configuration;
use dwell_core::event::{ConversationPayload, EventKind};
use dwell_core::lifecycle::Input;
use dwell_core::webhook::Action;
use dwell_core::{Conversation, ConversationSid, MediaSid, MessageSid, State, Webhook, WebhookSid};
use dwell_store::{Tx, channels, webhooks};
use serde::Serialize;

use super::Outcome;
use super::arrival::Arrival;
use super::receive::{configured, holder};
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::groups;
use crate::participants::Sids;
use crate::pre_hooks::{PreEvent, Subject};
use crate::{conversations, messages, participants};

/// The SIDs of what is made.
#[derive(Clone)]
struct NewSids {
    conversation: ConversationSid,
    /// As many as there are addresses outside, and one for the account's in a group text.
    participants: Vec<Sids>,
    message: MessageSid,
    webhook: WebhookSid,
}

/// A conversation with the message that began it.
struct Begun {
    conversation: Conversation,
    arrival: Arc<Arrival>,
}

/// What the webhook is told that may reject it (contract §10.5).
#[derive(Serialize)]
struct BegunPayload<'a> {
    #[serde(flatten)]
    conversation: ConversationPayload<'a>,
    #[serde(rename = "MessagingBinding.Address")]
    address: &'a str,
    #[serde(rename = "MessagingBinding.ProxyAddress", skip_serializing_if = "Option::is_none")]
    proxy_address: Option<&'a str>,
    #[serde(rename = "MessagingBinding.ProjectedAddress", skip_serializing_if = "Option::is_none")]
    projected_address: Option<&'a str>,
    #[serde(rename = "MessagingBinding.AuthorAddress")]
    author_address: &'a str,
    #[serde(rename = "MessageBody", skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(rename = "Media", skip_serializing_if = "Option::is_none")]
    media: Option<&'a str>,
}

impl Subject for Begun {
    fn payload(&self) -> impl Serialize + '_ {
        let Begun { conversation, arrival } = self;
        let (to, is_group) = (arrival.to.as_str(), arrival.group_key().is_some());
        BegunPayload {
            conversation: ConversationPayload::new(
                EventKind::ConversationAdded,
                conversation,
                conversation.date_updated,
            ),
            address: &arrival.from,
            proxy_address: Some(to).filter(|_| !is_group),
            projected_address: Some(to).filter(|_| is_group),
            author_address: &arrival.from,
            body: arrival.message.body.as_deref(),
            media: arrival.media.as_deref(),
        }
    }
}

impl Engine {
    /// Makes the conversation, unless a webhook rejects it; one that does not may name it.
    ///
    /// # Errors
    /// [`Error::Conflict`] and the like when it does not belong there any more, or arrived a second time
    /// meanwhile.
    pub(super) async fn begin_with_inbound(
        &self,
        scope: Scope,
        arrival: &Arc<Arrival>,
        media: Vec<MediaSid>,
    ) -> Result<(ConversationSid, MessageSid), Error> {
        let message = messages::Create { media, ..arrival.message.clone() };
        let sids = NewSids {
            conversation: ConversationSid::new(self.sid()),
            participants: (0..arrival.others.len() + 2).map(|_| Sids::new(self)).collect(),
            message: MessageSid::new(self.sid()),
            webhook: WebhookSid::new(self.sid()),
        };
        let place = (sids.conversation, sids.message);
        let arrival = arrival.clone();
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &conversations::Create| {
            let conversation = begin(tx, scope, &arrival, &sids, &message, request)?;
            Ok(Begun { conversation, arrival: arrival.clone() })
        };
        let request = conversations::Create::default();
        self.write_unless_rejected(PreEvent::ConversationAdd, &scope, request, work).await?;
        Ok(place)
    }
}

fn begin(
    tx: &mut dyn Tx,
    scope: &Scope,
    arrival: &Arrival,
    sids: &NewSids,
    message: &messages::Create,
    request: &conversations::Create,
) -> Result<Conversation, Error> {
    let account = scope.caller.fresh_account(tx)?;
    let (service_sid, action) = configured(tx, &account, arrival)?;
    if service_sid != scope.service_sid || holder(tx, arrival)?.is_some() {
        return Err(Error::Conflict);
    }
    let mut request = request.check()?;
    request.is_gathering = arrival.group_key().is_some();
    let (mut c, mut journal) = conversations::begin(tx, scope, sids.conversation, &request, &arrival.from)?;
    // Its own webhook is there before anything else happens in it, and hears of all that.
    if let Some(action) = own_webhook(action) {
        let webhook = Webhook {
            sid: sids.webhook,
            account_sid: c.account_sid,
            conversation_sid: c.sid,
            action,
            replay_after: None,
            date_created: journal.now,
            date_updated: journal.now,
        };
        webhooks::insert(tx, &webhook)?;
    }
    let mut sender = None;
    for (member, sids) in everybody(tx, arrival)?.iter().zip(&sids.participants) {
        let added = participants::add(tx, scope, &mut c, &mut journal, *sids, member)?;
        sender.get_or_insert(added.sid);
    }
    if arrival.group_key().is_some() {
        groups::settle(tx, &c)?;
        let created_at = journal.now;
        journal.apply(&mut c, Input::Initialized { state: State::Active, created_at }, None)?;
    }
    messages::add(tx, &mut c, journal, true, sids.message, message, sender)?;
    arrival.note(tx, scope.caller.received_at, Outcome::Created, Some((c.sid, sids.message)))?;
    Ok(c)
}

/// Who is in a new conversation, the sender first. In a group text the others are telephones too, but for those
/// that are the account's own; whoever is to write under these may be given to them later.
fn everybody(tx: &mut dyn Tx, arrival: &Arrival) -> Result<Vec<participants::Create>, Error> {
    let sender = participants::Create {
        messaging_binding_address: Some(arrival.from.clone()),
        messaging_binding_name: arrival.from_name.clone(),
        ..participants::Create::default()
    };
    let to = Some(arrival.to.clone());
    if arrival.group_key().is_none() {
        return Ok(vec![participants::Create { messaging_binding_proxy_address: to, ..sender }]);
    }
    let projected = |address| participants::Create {
        messaging_binding_projected_address: address,
        ..participants::Create::default()
    };
    let mut everybody = vec![sender];
    for other in &arrival.others {
        let (is_own, address) = (channels::owns(tx, &arrival.account, other)?, Some(other.clone()));
        everybody.push(if is_own {
            projected(address)
        } else {
            participants::Create { messaging_binding_address: address, ..participants::Create::default() }
        });
    }
    everybody.push(projected(to));
    Ok(everybody)
}

/// The webhook that a conversation begins with (contract §11.6).
fn own_webhook(action: address_configuration::Action) -> Option<Action> {
    match action {
        address_configuration::Action::Default => None,
        address_configuration::Action::Webhook(hook) => Some(Action::Webhook(hook)),
        address_configuration::Action::Studio { flow_sid, .. } => Some(Action::Studio { flow_sid }),
    }
}
