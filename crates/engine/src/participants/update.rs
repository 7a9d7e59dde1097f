//! `POST /Conversations/{Sid}/Participants/{Sid}` (contract §5.3, §8).

use dwell_core::event::EventKind;
use dwell_core::role::RoleType;
use dwell_core::{Conversation, Participant, Reason, Timestamp, UserSid, address, attributes, limits};
use dwell_store::{Tx, participants, services};

use crate::context::{Caller, Scope};
use crate::engine::Engine;
use crate::error::Error;
use crate::groups;
use crate::input::{self, present};
use crate::journal::{Journal, save};
use crate::pre_hooks::{PreEvent, Request};

use super::create::{Sids, admit_identity, admit_outside, in_chat};

/// The text that takes an address away, or a read horizon back.
const REMOVE: &str = "null";

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub attributes: Option<String>,
    pub role_sid: Option<String>,
    pub messaging_binding_proxy_address: Option<String>,
    pub messaging_binding_projected_address: Option<String>,
    pub identity: Option<String>,
    pub last_read_message_index: Option<String>,
    pub last_read_timestamp: Option<String>,
}

impl Request for Update {
    fn is_empty(&self) -> bool {
        *self == Update::default()
    }
}

impl Engine {
    /// Changes a participant. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::PairInUse`]; [`Reason::ProxyAddressNotOwned`]; a
    /// [`Reason`] for
    /// each parameter that breaks a rule.
    pub async fn update_participant(
        &self,
        scope: &Scope,
        conversation: &str,
        segment: &str,
        request: Update,
    ) -> Result<Participant, Error> {
        let (conversation, segment) = (conversation.to_owned(), segment.to_owned());
        let user = Sids::new(self).user;
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &Update| {
            update(tx, scope, (&conversation, &segment), user, request)
        };
        self.write_unless_rejected(PreEvent::ParticipantUpdate, scope, request, work).await
    }
}

fn update(
    tx: &mut dyn Tx,
    scope: &Scope,
    (conversation, segment): (&str, &str),
    user: UserSid,
    request: &Update,
) -> Result<Participant, Error> {
    let (mut c, journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let mut p = super::find(tx, &c, segment)?;
    if request.is_empty() {
        return Ok(p);
    }
    if let Some(text) = &request.attributes {
        attributes::check(text, limits::ATTRIBUTES_BYTES_MAX)?;
        p.attributes.clone_from(text);
    }
    if let Some(text) = present(request.role_sid.as_deref()) {
        p.role_sid = Some(super::check_role(tx, &c.account_sid, &c.service_sid, text, RoleType::Conversation)?);
    }
    let was_for_group = p.is_for_group();
    if let Some(text) = present(request.identity.as_deref()) {
        change_identity(tx, scope, &mut c, &mut p, text, (user, journal.now))?;
    }
    if let Some(text) = present(request.messaging_binding_proxy_address.as_deref()) {
        change_proxy(tx, &scope.caller, &mut p, text)?;
    }
    if let Some(text) = present(request.messaging_binding_projected_address.as_deref()) {
        change_projected(tx, &scope.caller, &mut p, text)?;
    }
    let (index, timestamp) = (request.last_read_message_index.as_deref(), request.last_read_timestamp.as_deref());
    move_read_horizon(&mut p, index, timestamp, journal.now)?;
    let date_created = input::date(request.date_created.as_deref(), Reason::DateCreatedInvalid)?;
    let date_updated = input::date(request.date_updated.as_deref(), Reason::DateUpdatedInvalid)?;
    p.date_created = date_created.unwrap_or(p.date_created);
    p.date_updated = date_updated.unwrap_or(journal.now);
    save_changed(tx, &mut c, journal, settled, &p)?;
    if was_for_group || p.is_for_group() {
        groups::settle(tx, &c)?;
    }
    Ok(p)
}

/// Writes a changed participant of a locked conversation, with its event.
pub(crate) fn save_changed(
    tx: &mut dyn Tx,
    c: &mut Conversation,
    mut journal: Journal<'_>,
    settled: bool,
    p: &Participant,
) -> Result<(), Error> {
    participants::update(tx, p)?;
    journal.participant(c, p, EventKind::ParticipantUpdated)?;
    save(tx, c, settled)?;
    journal.write(tx)
}

/// Gives a participant of a group text, who has a projected address and nothing else, an identity, or takes it
/// away. Nobody else's changes (contract §5.3).
fn change_identity(
    tx: &mut dyn Tx,
    scope: &Scope,
    c: &mut Conversation,
    p: &mut Participant,
    text: &str,
    (user, now): (UserSid, Timestamp),
) -> Result<(), Error> {
    if p.identity.as_deref() == Some(text) {
        return Ok(());
    }
    let is_projected = p.binding.as_ref().is_some_and(|binding| binding.projected_address.is_some());
    match (&p.identity, text) {
        (Some(_), REMOVE) if is_projected => {
            admit_outside(c)?;
            c.chat_participants -= 1;
            p.identity = None;
        }
        (None, identity) if is_projected && identity != REMOVE => {
            let identity = input::identity(identity)?;
            let service = services::fetch(tx, &c.account_sid, &c.service_sid)?.ok_or(Error::NotFound)?;
            admit_identity(tx, scope, c, identity, &service, user, now)?;
            c.non_chat_participants -= 1;
            p.identity = Some(identity.to_owned());
        }
        _ => return Err(Error::Refused(Reason::IdentityNotAddable)),
    }
    Ok(())
}

/// Has somebody in the chat take part in a group text under a number of the account, or no longer.
fn change_projected(tx: &mut dyn Tx, caller: &Caller, p: &mut Participant, text: &str) -> Result<(), Error> {
    let projected = p.binding.as_ref().and_then(|binding| binding.projected_address.as_deref());
    if text == REMOVE {
        if projected.is_none() {
            return Err(Error::Refused(Reason::ProjectedAddressAbsent));
        }
        if p.identity.is_none() {
            let problem = "a participant without an identity has nothing else; delete it".to_owned();
            let name = "MessagingBinding.ProjectedAddress";
            return Err(Error::Refused(Reason::InvalidParameter { name, problem }));
        }
        p.binding = None;
        return Ok(());
    }
    if projected == Some(text) {
        return Ok(());
    }
    if projected.is_none() && p.binding.is_some() {
        return Err(Error::Refused(Reason::ProjectedAddressNotAddable));
    }
    groups::check_projected(tx, caller, groups::projected(text)?)?;
    p.binding = Some(in_chat(text));
    Ok(())
}

fn change_proxy(tx: &mut dyn Tx, caller: &Caller, p: &mut Participant, text: &str) -> Result<(), Error> {
    let Some((binding, address)) = p.binding.as_mut().and_then(|b| b.address.clone().map(|address| (b, address)))
    else {
        let absent = text == REMOVE;
        return Err(Error::Refused(if absent { Reason::ProxyAddressAbsent } else { Reason::ProxyAddressNotAddable }));
    };
    if text == REMOVE {
        if binding.proxy_address.take().is_none() {
            return Err(Error::Refused(Reason::ProxyAddressAbsent));
        }
        return Ok(());
    }
    if binding.proxy_address.as_deref() == Some(text) {
        return Ok(());
    }
    address::check_pair(&address, text)?;
    super::check_proxy(tx, caller, text)?;
    if let Some(holder) = super::pair_holder(tx, &caller.account.sid, &address, text)? {
        return Err(Error::Refused(Reason::PairInUse { holder }));
    }
    binding.proxy_address = Some(text.to_owned());
    Ok(())
}

/// Moves the read horizon by `LastReadMessageIndex` and `LastReadTimestamp`; an index without a time
/// was read now.
pub(crate) fn move_read_horizon(
    p: &mut Participant,
    index: Option<&str>,
    timestamp: Option<&str>,
    now: Timestamp,
) -> Result<(), Reason> {
    if let Some(text) = index {
        if text.is_empty() || text == REMOVE {
            p.last_read_message_index = None;
            p.last_read_timestamp = None;
        } else {
            let index = text.parse::<i64>().ok().filter(|index| *index >= 0);
            p.last_read_message_index = Some(index.ok_or(Reason::LastReadMessageIndexInvalid)?);
            p.last_read_timestamp = Some(now);
        }
    }
    if let Some(text) = timestamp {
        p.last_read_timestamp = match text {
            "" | REMOVE => None,
            text => Some(Timestamp::parse(text).ok_or(Reason::LastReadTimestampInvalid)?),
        };
    }
    Ok(())
}
