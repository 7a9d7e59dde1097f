//! Messages: create, fetch, list, update, delete.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

pub use create::Create;
pub use update::Update;

use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::{Conversation, Message, MessageSid, ParticipantSid, Reason, limits};
use dwell_store::{Tx, messages, participants};

use crate::error::Error;
use crate::input;

/// A message of a conversation; a segment that is no message SID names none.
pub(crate) fn find(tx: &mut dyn Tx, c: &Conversation, segment: &str) -> Result<Message, Error> {
    let sid = MessageSid::parse(segment).ok_or(Error::NotFound)?;
    messages::fetch(tx, &c.account_sid, &c.sid, &sid)?.ok_or(Error::NotFound)
}

/// The participant behind an author; nobody is behind the default one, whatever participants are
/// called (contract §5.4).
fn participant_of(tx: &mut dyn Tx, c: &Conversation, author: &str) -> Result<Option<ParticipantSid>, Error> {
    match author {
        DEFAULT_AUTHOR => Ok(None),
        author => Ok(participants::author(tx, &c.sid, author)?),
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
