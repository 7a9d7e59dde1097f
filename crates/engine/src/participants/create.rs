//! `POST /Conversations/{Sid}/Participants` (contract §5.3).

use dwell_core::address::BindingType;
use dwell_core::event::EventKind;
use dwell_core::participant::{Binding, NotificationLevel};
use dwell_core::role::RoleType;
use dwell_core::{
    Conversation, Participant, ParticipantSid, Reason, Timestamp, UserSid, address, attributes, group, limits,
};
use dwell_store::{Tx, conversations, participants, services};
use serde::{Deserialize, Serialize};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::groups;
use crate::input::{self, present};
use crate::journal::{Journal, save};
use crate::policies;
use crate::pre_hooks::{PreEvent, Request};

/// How e-mail participants are addressed: each in a mail of its own.
const LEVEL_TO: &str = "to";

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub identity: Option<String>,
    pub messaging_binding_address: Option<String>,
    pub messaging_binding_proxy_address: Option<String>,
    pub messaging_binding_projected_address: Option<String>,
    /// The name beside an e-mail address, at most 256 characters: no parameter of the API, mails tell it.
    pub messaging_binding_name: Option<String>,
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub attributes: Option<String>,
    pub role_sid: Option<String>,
}

/// Who a participant is: somebody in the chat, somebody outside, or, in a group text, both.
struct Who<'a> {
    identity: Option<&'a str>,
    binding: Option<Binding>,
}

/// What can be checked without a look into the store.
pub(crate) struct Checked<'a> {
    who: Who<'a>,
    attributes: &'a str,
    date_created: Option<Timestamp>,
    date_updated: Option<Timestamp>,
}

impl Create {
    pub(crate) fn check(&self) -> Result<Checked<'_>, Reason> {
        let who = self.who()?;
        let attributes = self.attributes.as_deref().unwrap_or(attributes::EMPTY);
        attributes::check(attributes, limits::ATTRIBUTES_BYTES_MAX)?;
        Ok(Checked {
            who,
            attributes,
            date_created: input::date(self.date_created.as_deref(), Reason::DateCreatedInvalid)?,
            date_updated: input::date(self.date_updated.as_deref(), Reason::DateUpdatedInvalid)?,
        })
    }

    fn who(&self) -> Result<Who<'_>, Reason> {
        let identity = present(self.identity.as_deref()).map(input::identity).transpose()?;
        let address = self.messaging_binding_address.as_deref();
        let proxy = self.messaging_binding_proxy_address.as_deref();
        let projected = present(self.messaging_binding_projected_address.as_deref());
        let binding = match (projected, address, proxy) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => return Err(Reason::ProjectedAddressNotAddable),
            (Some(projected), None, None) => Some(in_chat(groups::projected(projected)?)),
            (None, Some(_), _) | (None, _, Some(_)) if identity.is_some() => return Err(Reason::IdentityNotAcceptable),
            (None, Some(address), None) if !address.is_empty() => Some(telephone(address)?),
            (None, None, None) if identity.is_some() => None,
            (None, None, None) => {
                return Err(Reason::InvalidParameter {
                    name: "Identity",
                    problem: "either Identity, or MessagingBinding.Address and MessagingBinding.ProxyAddress, \
                              is required"
                        .to_owned(),
                });
            }
            (None, address, proxy) => {
                let (address, proxy) = (address.unwrap_or_default(), proxy.unwrap_or_default());
                let kind = address::check_pair(address, proxy)?;
                Some(Binding {
                    binding_type: kind.as_str().to_owned(),
                    address: Some(address.to_owned()),
                    proxy_address: Some(proxy.to_owned()),
                    name: self.messaging_binding_name.clone(),
                    level: (kind == address::BindingType::Email).then(|| LEVEL_TO.to_owned()),
                    ..Binding::default()
                })
            }
        };
        Ok(Who { identity, binding })
    }
}

/// The binding of a group text's participant under a number of the account.
pub(super) fn in_chat(projected: &str) -> Binding {
    Binding {
        binding_type: BindingType::Sms.as_str().to_owned(),
        projected_address: Some(projected.to_owned()),
        ..Binding::default()
    }
}

/// The binding of a telephone in a group text. Addresses of other types need a proxy address.
fn telephone(address: &str) -> Result<Binding, Reason> {
    match BindingType::of(address) {
        Some(BindingType::Sms) if group::is_long_code(address) => Ok(Binding {
            binding_type: BindingType::Sms.as_str().to_owned(),
            address: Some(address.to_owned()),
            ..Binding::default()
        }),
        Some(BindingType::Sms) | None => Err(Reason::AddressInvalid),
        Some(_) => Err(Reason::ProxyAddressEmpty),
    }
}

/// The SIDs of a participant and of the user behind it, should there be none yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sids {
    participant: ParticipantSid,
    pub(super) user: UserSid,
}

impl Sids {
    pub(crate) fn new(engine: &Engine) -> Self {
        Sids { participant: ParticipantSid::new(engine.sid()), user: UserSid::new(engine.sid()) }
    }
}

impl Request for Create {}

impl Engine {
    /// Adds a participant, and the user behind a chat participant when there is none yet.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::ParticipantExists`];
    /// [`Reason::PairInUse`]; [`Reason::ProxyAddressNotOwned`]; what group texts refuse (§11.8); the limits of contract §18 M4; a [`Reason`] for each parameter that
    /// breaks a rule.
    pub async fn create_participant(
        &self,
        scope: &Scope,
        conversation: &str,
        request: Create,
    ) -> Result<Participant, Error> {
        let sids = Sids::new(self);
        let conversation = conversation.to_owned();
        let work =
            move |tx: &mut dyn Tx, scope: &Scope, request: &Create| create(tx, scope, &conversation, sids, request);
        self.write_unless_rejected(PreEvent::ParticipantAdd, scope, request, work).await
    }
}

fn create(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    sids: Sids,
    request: &Create,
) -> Result<Participant, Error> {
    let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let participant = add(tx, scope, &mut c, &mut journal, sids, request)?;
    groups::settle_added(tx, &c, &participant)?;
    save(tx, &c, settled)?;
    journal.write(tx)?;
    Ok(participant)
}

/// Adds a participant to a locked conversation; the caller writes the conversation and the journal, and settles
/// group texts once everybody is there.
pub(crate) fn add(
    tx: &mut dyn Tx,
    scope: &Scope,
    c: &mut Conversation,
    journal: &mut Journal<'_>,
    sids: Sids,
    request: &Create,
) -> Result<Participant, Error> {
    let Checked { who, attributes, date_created, date_updated } = request.check()?;
    let service = services::fetch(tx, &c.account_sid, &c.service_sid)?.ok_or(Error::NotFound)?;
    let role_sid = match present(request.role_sid.as_deref()) {
        Some(text) => super::check_role(tx, &c.account_sid, &c.service_sid, text, RoleType::Conversation)?,
        None => service.default_conversation_role_sid,
    };
    let Who { identity, binding } = who;
    if let Some(binding) = &binding {
        admit_binding(tx, scope, c, binding)?;
    }
    match identity {
        Some(identity) => admit_identity(tx, scope, c, identity, &service, sids.user, journal.now)?,
        None => admit_outside(c)?,
    }
    let date_created = date_created.unwrap_or(journal.now);
    let participant = Participant {
        sid: sids.participant,
        account_sid: c.account_sid,
        service_sid: c.service_sid,
        conversation_sid: c.sid,
        identity: identity.map(str::to_owned),
        binding,
        role_sid: Some(role_sid),
        attributes: attributes.to_owned(),
        last_read_message_index: None,
        last_read_timestamp: None,
        notification_level: NotificationLevel::Default,
        date_created,
        date_updated: date_updated.unwrap_or(date_created),
    };
    if !participants::insert(tx, &participant)? {
        // Whoever holds the identity here is behind the lock; a pair may have gone this moment.
        return Err(match &participant.identity {
            Some(_) => Error::Refused(Reason::ParticipantExists),
            None => Error::Conflict,
        });
    }
    journal.participant(c, &participant, EventKind::ParticipantAdded)?;
    // Whoever is outside may bring another policy along. Of a conversation not all is written afterwards.
    if participant.binding.is_some() && policies::govern(tx, c, journal.now)? {
        conversations::update(tx, c)?;
    }
    Ok(participant)
}

pub(super) fn admit_identity(
    tx: &mut dyn Tx,
    scope: &Scope,
    c: &mut Conversation,
    identity: &str,
    service: &dwell_core::Service,
    user_sid: UserSid,
    now: Timestamp,
) -> Result<(), Error> {
    // The user's lock also guards the count of its conversations.
    crate::users::ensure(tx, scope, service, identity, user_sid, now)?;
    if participants::fetch(tx, &c.account_sid, &c.sid, participants::Key::Identity(identity))?.is_some() {
        return Err(Error::Refused(Reason::ParticipantExists));
    }
    if c.chat_participants >= limits::CHAT_PARTICIPANTS_MAX {
        return Err(Error::Refused(Reason::ChatParticipantLimit));
    }
    let max = limits::CONVERSATIONS_PER_IDENTITY_MAX;
    if participants::count_open(tx, &c.service_sid, identity, max)? >= max {
        return Err(Error::Refused(Reason::IdentityConversationLimit));
    }
    c.chat_participants += 1;
    Ok(())
}

fn admit_binding(tx: &mut dyn Tx, scope: &Scope, c: &Conversation, binding: &Binding) -> Result<(), Error> {
    if let Some(proxy) = &binding.proxy_address {
        super::check_proxy(tx, &scope.caller, proxy)?;
    } else if let Some(projected) = &binding.projected_address {
        groups::check_projected(tx, &scope.caller, projected)?;
    } else {
        groups::check_enabled(tx, &scope.caller)?;
        let others = participants::bound(tx, &c.account_sid, &c.sid, limits::NON_CHAT_PARTICIPANTS_MAX)?;
        if others.iter().filter_map(|p| p.binding.as_ref()).any(|binding| binding.proxy_address.is_some()) {
            return Err(Error::Refused(Reason::GroupWithProxyAddresses));
        }
    }
    if let Some((address, proxy)) = binding.address.as_deref().zip(binding.proxy_address.as_deref())
        && let Some(holder) = super::pair_holder(tx, &c.account_sid, address, proxy)?
    {
        return Err(Error::Refused(Reason::PairInUse { holder }));
    }
    Ok(())
}

/// Counts a participant without an identity.
pub(super) fn admit_outside(c: &mut Conversation) -> Result<(), Reason> {
    if c.non_chat_participants >= limits::NON_CHAT_PARTICIPANTS_MAX {
        return Err(Reason::NonChatParticipantLimit);
    }
    c.non_chat_participants += 1;
    Ok(())
}
