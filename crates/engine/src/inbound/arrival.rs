//! A message from outside, checked before anybody looks where it belongs.

use dwell_core::address::{self, BindingType};
use dwell_core::{
    AccountSid, ChannelSid, ConversationSid, MessageSid, ParticipantSid, Reason, Timestamp, group, limits,
};
use dwell_store::{Tx, inbound_messages};
use serde::Serialize;

use super::{Inbound, InboundMedia, Outcome, Received};
use crate::error::Error;
use crate::groups;
use crate::input::present;
use crate::journal::to_json;
use crate::messages;

/// A message that is fit to be added to a conversation.
pub(super) struct Arrival {
    pub(super) account: AccountSid,
    pub(super) channel_sid: Option<ChannelSid>,
    name: Option<String>,
    pub(super) from: String,
    pub(super) to: String,
    /// The other addresses of a group text; none when it is no group text.
    pub(super) others: Vec<String>,
    pub(super) kind: BindingType,
    /// The name beside the address, where addresses have one.
    pub(super) from_name: Option<String>,
    /// What becomes of it in a conversation.
    pub(super) message: messages::Create,
    /// What came with it, as webhooks are told: a JSON array.
    pub(super) media: Option<String>,
    /// What came with it.
    pub(super) files: Vec<InboundMedia>,
}

impl Arrival {
    /// # Errors
    /// What [`address::check_pair`] refuses; for a group text [`Reason::AddressInvalid`],
    /// [`Reason::ProxyAddressInvalid`] and [`Reason::GroupTooLarge`]; a [`Reason`] for each part that breaks a
    /// rule for messages.
    pub(super) fn check(account: AccountSid, inbound: Inbound) -> Result<Self, Error> {
        let kind = address::check_pair(&inbound.from, &inbound.to)?;
        let others = others(inbound.others, &inbound.from, &inbound.to)?;
        let too_many = |name: &'static str, count: usize, max: usize| {
            let problem = format!("more than {max}");
            if count > max { Err(Reason::InvalidParameter { name, problem }) } else { Ok(()) }
        };
        too_many("Media", inbound.media.len(), limits::INBOUND_MEDIA_MAX)?;
        too_many("References", inbound.references.len(), limits::INBOUND_REFERENCES_MAX)?;
        let name = present(inbound.channel_message_sid.as_deref()).map(check_name).transpose()?.map(str::to_owned);
        let is_email = kind == BindingType::Email;
        let from_name = inbound.from_name.map(clean).filter(|name| is_email && !name.is_empty());
        let message = messages::Create {
            author: Some(inbound.from.clone()),
            body: inbound.body.map(clean),
            attributes: inbound.attributes,
            subject: inbound.subject.map(clean),
            ..messages::Create::default()
        };
        if inbound.media.is_empty() || message.body.as_deref().is_some_and(|body| !body.is_empty()) {
            message.check()?;
        } else {
            // Its files stand in for a text, and have no SIDs yet.
            messages::Create { body: Some(String::from(" ")), ..message.clone() }.check()?;
        }
        Ok(Arrival {
            account,
            channel_sid: inbound.channel_sid,
            name,
            kind,
            from_name: from_name.map(|name| name.chars().take(limits::IDENTITY_CHARS_MAX).collect()),
            message,
            media: media(&inbound.media)?,
            files: inbound.media,
            from: inbound.from,
            to: inbound.to,
            others,
        })
    }

    /// The addresses of a group text, by which its conversation is found; `None` when it is none.
    pub(super) fn group_key(&self) -> Option<String> {
        let all = [&self.from, &self.to].into_iter().chain(&self.others);
        (!self.others.is_empty()).then(|| group::key_of(all.map(String::as_str)))
    }

    /// Who brought it: the channel, or the account itself.
    pub(super) fn source_sid(&self) -> &str {
        self.channel_sid.as_deref().unwrap_or(&self.account)
    }

    fn name(&self) -> Option<inbound_messages::Name<'_>> {
        let channel_message_sid = self.name.as_deref()?;
        Some(inbound_messages::Name { source_sid: self.source_sid(), channel_message_sid })
    }

    /// What became of it when it arrived before.
    pub(super) fn recall(&self, tx: &mut dyn Tx) -> Result<Option<Received>, Error> {
        let Some(name) = self.name() else { return Ok(None) };
        let Some(noted) = inbound_messages::fetch(tx, &self.account, name)? else { return Ok(None) };
        let unknown = || Error::Internal(format!("an outcome of no known name: {}", noted.outcome));
        Ok(Some(Received {
            outcome: Outcome::parse(&noted.outcome).ok_or_else(unknown)?,
            conversation_sid: noted.conversation_sid,
            message_sid: noted.message_sid,
            is_repeated: true,
        }))
    }

    /// Notes what became of it, for the next time. `now` is real time.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it arrived a second time meanwhile.
    pub(super) fn note(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
        outcome: Outcome,
        place: Option<(ConversationSid, MessageSid)>,
    ) -> Result<(), Error> {
        let Some(name) = self.name() else { return Ok(()) };
        let noted = inbound_messages::Arrival {
            outcome: outcome.as_str().to_owned(),
            conversation_sid: place.map(|(conversation, _)| conversation),
            message_sid: place.map(|(_, message)| message),
            received_at: now,
        };
        if inbound_messages::insert(tx, &self.account, name, &noted)? { Ok(()) } else { Err(Error::Conflict) }
    }

    /// The participant behind the author, unless a webhook has put another author in its place.
    pub(super) fn sender(&self, participant: ParticipantSid, request: &messages::Create) -> Option<ParticipantSid> {
        Some(participant).filter(|_| request.author == self.message.author)
    }
}

/// The other addresses of a group text, each once; blank ones and those of the sender and the receiver are
/// passed over.
fn others(mut others: Vec<String>, from: &str, to: &str) -> Result<Vec<String>, Reason> {
    others.retain(|other| !other.is_empty() && other != from && other != to);
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        return Ok(others);
    }
    if !others.iter().map(String::as_str).chain([from]).all(group::is_long_code) {
        return Err(Reason::AddressInvalid);
    }
    groups::projected(to)?;
    if others.len() + 2 > limits::GROUP_PARTICIPANTS_MAX { Err(Reason::GroupTooLarge) } else { Ok(others) }
}

/// Whatever wrote it, null characters are not part of what it says; PostgreSQL takes none.
fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

fn check_name(name: &str) -> Result<&str, Reason> {
    let invalid = |problem: String| Reason::InvalidParameter { name: "MessageSid", problem };
    if name.len() > limits::CHANNEL_MESSAGE_SID_BYTES_MAX {
        return Err(invalid(format!("longer than {} bytes", limits::CHANNEL_MESSAGE_SID_BYTES_MAX)));
    }
    if name.contains(char::is_control) {
        return Err(invalid("contains control characters".to_owned()));
    }
    Ok(name)
}

/// What the webhook that is asked before a conversation begins is told of a file, which is not fetched yet: not
/// where it is, as that may be a secret.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
}

fn media(media: &[InboundMedia]) -> Result<Option<String>, Error> {
    if media.is_empty() {
        return Ok(None);
    }
    let files = media.iter().map(|file| match file {
        InboundMedia::Remote { content_type, .. } => {
            File { content_type: content_type.as_deref(), filename: None, size: None }
        }
        InboundMedia::Here { bytes, content_type, filename } => {
            File { content_type: Some(content_type), filename: filename.as_deref(), size: Some(bytes.len()) }
        }
    });
    to_json(&files.collect::<Vec<_>>()).map(Some)
}
