//! `GET /ParticipantConversations` (contract §5.9, §18 U16).

use dwell_core::{ConversationSid, ParticipantSid, Reason, UserSid};
use dwell_store::memberships::{self, Membership};
use dwell_store::services;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;
use crate::page::{Page, PageRequest};
use crate::participant_conversations::by_conversation;

/// The filters, as sent.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct List {
    pub identity: Option<String>,
    pub address: Option<String>,
}

/// A conversation with the participant by which it was found, and the user behind that.
pub type ParticipantConversation = Membership<Option<UserSid>>;

/// Whom to look for.
enum Who<'a> {
    Identity(&'a str),
    Address(&'a str),
}

impl List {
    fn who(&self) -> Result<Who<'_>, Reason> {
        match (present(self.identity.as_deref()), present(self.address.as_deref())) {
            (Some(_), Some(_)) => Err(Reason::IdentityAndAddress),
            (Some(identity), None) => Ok(Who::Identity(identity)),
            (None, Some(address)) => Ok(Who::Address(address)),
            (None, None) => {
                let problem = "either Identity or Address is required".to_owned();
                Err(Reason::InvalidParameter { name: "Identity", problem })
            }
        }
    }
}

impl Engine {
    /// The conversations of a service that an identity or an address is in, whatever their state, in
    /// order of their SIDs.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; [`Reason::IdentityAndAddress`];
    /// [`Reason::InvalidParameter`] with neither.
    pub async fn list_participant_conversations(
        &self,
        scope: &Scope,
        filters: List,
        page: PageRequest,
    ) -> Result<Page<ParticipantConversation>, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let (account, service) = (&scope.caller.account.sid, &scope.service_sid);
                services::fetch(tx, account, service)?.ok_or(Error::NotFound)?;
                let limit = page.limit();
                Ok(match filters.who()? {
                    Who::Identity(identity) => {
                        let seek = page.seek_key(|key| ConversationSid::parse(key).is_some())?;
                        let rows = memberships::of_identity(tx, account, service, identity, seek, limit)?;
                        Page::of(rows, &page, by_conversation)
                    }
                    Who::Address(address) => {
                        let seek = page.seek_key(is_pair)?;
                        let rows = memberships::of_address(tx, account, service, address, seek, limit)?;
                        Page::of(rows, &page, by_both)
                    }
                })
            })
            .await
    }
}

fn is_pair(key: &str) -> bool {
    key.split_once(' ').is_some_and(|(conversation, participant)| {
        ConversationSid::parse(conversation).is_some() && ParticipantSid::parse(participant).is_some()
    })
}

/// An address may be in a conversation more than once.
fn by_both(found: &ParticipantConversation) -> String {
    format!("{} {}", found.conversation.sid, found.participant.sid)
}
