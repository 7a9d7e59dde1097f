//! `POST /Conversations/{Sid}/Participants` (contract §5.3).

use dwell_core::event::EventKind;
use dwell_core::participant::Binding;
use dwell_core::role::RoleType;
use dwell_core::{Conversation, Participant, ParticipantSid, Reason, Timestamp, UserSid, address, attributes, limits};
use dwell_store::{Tx, participants, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, present};
use crate::journal::save;

/// The parameters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Create {
    pub identity: Option<String>,
    pub messaging_binding_address: Option<String>,
    pub messaging_binding_proxy_address: Option<String>,
    pub messaging_binding_projected_address: Option<String>,
    pub date_created: Option<String>,
    pub date_updated: Option<String>,
    pub attributes: Option<String>,
    pub role_sid: Option<String>,
}

/// The two kinds of participants.
enum Who<'a> {
    Chat { identity: &'a str },
    Outside(Binding),
}

impl Create {
    fn who(&self) -> Result<Who<'_>, Reason> {
        if present(self.messaging_binding_projected_address.as_deref()).is_some() {
            return Err(Reason::GroupMmsNotEnabled);
        }
        let address = self.messaging_binding_address.as_deref();
        let proxy = self.messaging_binding_proxy_address.as_deref();
        match (present(self.identity.as_deref()), address, proxy) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => Err(Reason::IdentityNotAcceptable),
            (Some(identity), None, None) => Ok(Who::Chat { identity: input::identity(identity)? }),
            (None, None, None) => Err(Reason::InvalidParameter {
                name: "Identity",
                problem: "either Identity, or MessagingBinding.Address and MessagingBinding.ProxyAddress, is required"
                    .to_owned(),
            }),
            (None, address, proxy) => {
                let (address, proxy) = (address.unwrap_or_default(), proxy.unwrap_or_default());
                let kind = address::check_pair(address, proxy)?;
                Ok(Who::Outside(Binding {
                    binding_type: kind.as_str().to_owned(),
                    address: address.to_owned(),
                    proxy_address: Some(proxy.to_owned()),
                }))
            }
        }
    }
}

impl Engine {
    /// Adds a participant, and the user behind a chat participant when there is none yet.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::ParticipantExists`];
    /// [`Reason::PairInUse`]; the limits of contract §18 M4; a [`Reason`] for each parameter that
    /// breaks a rule.
    pub async fn create_participant(
        &self,
        scope: &Scope,
        conversation: &str,
        request: Create,
    ) -> Result<Participant, Error> {
        let sid = ParticipantSid::new(self.sid());
        let user_sid = UserSid::new(self.sid());
        let (scope, conversation) = (scope.clone(), conversation.to_owned());
        self.inner.store.write(move |tx| create(tx, &scope, &conversation, sid, user_sid, &request)).await
    }
}

fn create(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    sid: ParticipantSid,
    user_sid: UserSid,
    request: &Create,
) -> Result<Participant, Error> {
    let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let who = request.who()?;
    let attributes = request.attributes.as_deref().unwrap_or(attributes::EMPTY);
    attributes::check(attributes, limits::ATTRIBUTES_BYTES_MAX)?;
    let date_created = input::date(request.date_created.as_deref(), Reason::DateCreatedInvalid)?;
    let date_updated = input::date(request.date_updated.as_deref(), Reason::DateUpdatedInvalid)?;
    let service = services::fetch(tx, &c.account_sid, &c.service_sid)?.ok_or(Error::NotFound)?;
    let role_sid = match present(request.role_sid.as_deref()) {
        Some(text) => super::check_role(tx, &c.account_sid, &c.service_sid, text, RoleType::Conversation)?,
        None => service.default_conversation_role_sid,
    };
    let (identity, binding) = match who {
        Who::Chat { identity } => {
            admit_identity(tx, scope, &mut c, identity, &service, user_sid, journal.now)?;
            (Some(identity.to_owned()), None)
        }
        Who::Outside(binding) => {
            admit_binding(tx, &mut c, &binding)?;
            (None, Some(binding))
        }
    };
    let date_created = date_created.unwrap_or(journal.now);
    let participant = Participant {
        sid,
        account_sid: c.account_sid,
        service_sid: c.service_sid,
        conversation_sid: c.sid,
        identity,
        binding,
        role_sid: Some(role_sid),
        attributes: attributes.to_owned(),
        last_read_message_index: None,
        last_read_timestamp: None,
        date_created,
        date_updated: date_updated.unwrap_or(date_created),
    };
    if !participants::insert(tx, &participant)? {
        // Whoever holds the identity here is behind the lock; a pair may have gone this moment.
        return Err(match &participant.binding {
            None => Error::Refused(Reason::ParticipantExists),
            Some(_) => Error::Conflict,
        });
    }
    journal.participant(&mut c, &participant, EventKind::ParticipantAdded)?;
    save(tx, &c, settled)?;
    journal.write(tx)?;
    Ok(participant)
}

fn admit_identity(
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

fn admit_binding(tx: &mut dyn Tx, c: &mut Conversation, binding: &Binding) -> Result<(), Error> {
    let proxy = binding.proxy_address.as_deref().unwrap_or_default();
    if let Some(holder) = super::pair_holder(tx, &c.account_sid, &binding.address, proxy)? {
        return Err(Error::Refused(Reason::PairInUse { holder }));
    }
    if c.non_chat_participants >= limits::NON_CHAT_PARTICIPANTS_MAX {
        return Err(Error::Refused(Reason::NonChatParticipantLimit));
    }
    c.non_chat_participants += 1;
    Ok(())
}
