//! Who outside the chat hears what is said in a conversation, and who may say it.

use dwell_core::group;
use dwell_core::{Conversation, Message, Participant, ParticipantSid, Reason, limits};
use dwell_store::{Tx, participants};

use crate::error::Error;

/// Everybody with an address.
pub(crate) enum Audience {
    /// There is nobody outside the chat.
    Nobody,
    /// Each has a proxy address of its own, or hears nothing.
    Each(Vec<Participant>),
    /// All of a group text.
    Group(Vec<Participant>),
}

/// Somebody whom a message goes to, with the address.
pub(super) type Receiver<'a> = (&'a Participant, &'a str);

/// What leaves together.
pub(super) struct Sending<'a> {
    /// The line in which it waits for its turn.
    pub(super) line: String,
    pub(super) from: &'a str,
    pub(super) to: Vec<Receiver<'a>>,
    /// The account's other addresses in a group text.
    pub(super) others: Vec<String>,
}

impl Audience {
    pub(crate) fn of(tx: &mut dyn Tx, c: &Conversation) -> Result<Self, Error> {
        if c.non_chat_participants == 0 {
            return Ok(Audience::Nobody);
        }
        let bound = participants::bound(tx, &c.account_sid, &c.sid, limits::NON_CHAT_PARTICIPANTS_MAX)?;
        Ok(if group::is_group(&bound) { Audience::Group(bound) } else { Audience::Each(bound) })
    }

    /// Checks that something can be said here: a group text has enough participants (contract §11.8).
    ///
    /// # Errors
    /// [`Reason::GroupTooSmall`].
    pub(crate) fn check(&self) -> Result<(), Reason> {
        match self {
            Audience::Group(members) if members.len() < limits::GROUP_PARTICIPANTS_MIN => Err(Reason::GroupTooSmall),
            _ => Ok(()),
        }
    }

    /// The participant of a group text that is meant by an author; `None` when it is no group text.
    ///
    /// # Errors
    /// [`Reason::AuthorNotInGroup`] (contract §5.4).
    pub(crate) fn author(&self, author: &str) -> Result<Option<ParticipantSid>, Reason> {
        let Audience::Group(members) = self else { return Ok(None) };
        let member = group::member(members, author).ok_or(Reason::AuthorNotInGroup)?;
        Ok(Some(member.sid))
    }

    /// What has to leave for a message: to everybody but its author. What a telephone wrote to a group text the
    /// other telephones have from it.
    pub(super) fn sendings(&self, message: &Message) -> Vec<Sending<'_>> {
        match self {
            Audience::Nobody => Vec::new(),
            Audience::Each(bound) => {
                let others = bound.iter().filter(|participant| Some(participant.sid) != message.participant_sid);
                others.filter_map(to_one).collect()
            }
            Audience::Group(members) => to_group(members, message).into_iter().collect(),
        }
    }
}

fn to_one(participant: &Participant) -> Option<Sending<'_>> {
    let binding = participant.binding.as_ref()?;
    let (from, to) = binding.proxy_address.as_deref().zip(binding.address.as_deref())?;
    Some(Sending { line: participant.sid.to_string(), from, to: vec![(participant, to)], others: Vec::new() })
}

fn to_group<'a>(members: &'a [Participant], message: &Message) -> Option<Sending<'a>> {
    let projected = |p: &'a Participant| p.binding.as_ref()?.projected_address.as_deref();
    let author = members.iter().find(|member| Some(member.sid) == message.participant_sid)?;
    let from = projected(author)?;
    let phone = |p: &'a Participant| Some((p, p.binding.as_ref()?.address.as_deref()?));
    let to: Vec<_> = members.iter().filter_map(phone).collect();
    let others = members.iter().filter_map(projected).filter(|other| *other != from).map(str::to_owned).collect();
    (!to.is_empty()).then_some(Sending { line: message.conversation_sid.to_string(), from, to, others })
}
