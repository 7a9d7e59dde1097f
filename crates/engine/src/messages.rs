//! Messages: create, fetch, list, update, delete.

mod announce;
mod create;
mod delete;
mod fetch;
mod list;
mod side;
mod update;

pub(crate) use announce::announce;
pub use create::Create;
pub(crate) use create::add;
pub(crate) use side::side_of;
pub use update::Update;

use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::receipt::Delivery;
use dwell_core::{Conversation, Message, MessageSid, ParticipantSid, Reason, limits};
use dwell_store::{Tx, messages, participants, receipts};

use crate::error::Error;
use crate::input;
use crate::outbound::Audience;
use crate::pre_hooks::Alterable;

/// A message of a conversation; a segment that is no message SID names none.
pub(crate) fn find(tx: &mut dyn Tx, c: &Conversation, segment: &str) -> Result<Message, Error> {
    let sid = MessageSid::parse(segment).ok_or(Error::NotFound)?;
    messages::fetch(tx, &c.account_sid, &c.sid, &sid)?.ok_or(Error::NotFound)
}

/// Tells of messages of a conversation what became of them outside the chat: one query for all of
/// them, and none for a conversation that never had a receipt.
fn tell_delivery(tx: &mut dyn Tx, c: &Conversation, messages: &mut [Message]) -> Result<(), Error> {
    let indexes = || messages.iter().map(|message| message.index);
    let (Some(first), Some(last), true) = (indexes().min(), indexes().max(), c.has_receipts) else { return Ok(()) };
    let tallies = receipts::tallies(tx, &c.account_sid, &c.sid, first, last)?;
    for message in messages {
        let tally = tallies.iter().find(|(index, _)| *index == message.index);
        message.delivery = tally.and_then(|(_, tally)| Delivery::of(tally));
    }
    Ok(())
}

/// A message as it is shown.
fn shown(tx: &mut dyn Tx, c: &Conversation, mut message: Message) -> Result<Message, Error> {
    tell_delivery(tx, c, std::slice::from_mut(&mut message))?;
    Ok(message)
}

/// The participant behind an author; nobody is behind the default one, whatever participants are
/// called (contract §5.4). In a group text somebody has to be.
fn participant_of(
    tx: &mut dyn Tx,
    c: &Conversation,
    audience: &Audience,
    author: &str,
) -> Result<Option<ParticipantSid>, Error> {
    if let Some(member) = audience.author(author)? {
        return Ok(Some(member));
    }
    match author {
        DEFAULT_AUTHOR => Ok(None),
        author => Ok(participants::author(tx, &c.service_sid, &c.sid, author)?),
    }
}

fn check_author(author: &str) -> Result<&str, Reason> {
    input::at_most(author, limits::AUTHOR_CHARS_MAX, Reason::AuthorTooLong)
}

fn check_body(body: &str) -> Result<&str, Reason> {
    if body.len() > limits::MESSAGE_BODY_BYTES_MAX { Err(Reason::BodyTooLong) } else { Ok(body) }
}

fn check_subject(subject: &str) -> Result<&str, Reason> {
    input::at_most(subject, limits::SUBJECT_CHARS_MAX, Reason::SubjectTooLong)
}

/// What the answer of a pre-event webhook may alter of a message (contract §10.6).
fn alterable<'a>(
    author: &'a mut Option<String>,
    body: &'a mut Option<String>,
    attributes: &'a mut Option<String>,
) -> Vec<Alterable<'a>> {
    vec![
        Alterable { member: "author", parameter: "Author", place: author },
        Alterable { member: "body", parameter: "Body", place: body },
        Alterable { member: "attributes", parameter: "Attributes", place: attributes },
    ]
}
