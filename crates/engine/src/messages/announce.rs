//! What the server itself says in a conversation: the warnings and the farewell of its policy. An ordinary message
//! by `system`, but no activity: no clock hears of it.

use std::borrow::Cow;

use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::{Conversation, Message, Timestamp, attributes};
use dwell_store::{Tx, messages};

use crate::error::Error;
use crate::journal::Journal;
use crate::outbound::{self, Audience};

/// The error of what cannot be said by nobody in particular (contract §4.3): the author of a group text is a member.
const NOT_SAID: i64 = 50_513;

/// Adds a message at `at` to a locked conversation, which the caller writes.
///
/// One that the conversation cannot take, such as a group text, whose messages need a member as their author, is
/// left out, and the session says so: what a clock does never depends on what is said about it.
pub(crate) fn announce(
    tx: &mut dyn Tx,
    journal: &mut Journal<'_>,
    c: &mut Conversation,
    at: Timestamp,
    body: &str,
) -> Result<(), Error> {
    let audience = Audience::of(tx, c)?;
    if let Err(reason) = audience.author(DEFAULT_AUTHOR) {
        journal.failed(c, at, NOT_SAID, format!("a text of the policy was not said: {reason}"));
        return Ok(());
    }
    let mut message = Message {
        sid: journal.notifier().message_sid(),
        account_sid: c.account_sid,
        conversation_sid: c.sid,
        index: c.next_message_index,
        author: DEFAULT_AUTHOR.to_owned(),
        participant_sid: None,
        body: Some(body.to_owned()),
        attributes: attributes::EMPTY.to_owned(),
        content_sid: None,
        content_variables: None,
        subject: None,
        date_created: at,
        date_updated: at,
        added: Some(journal.announced(c, at)),
        media: Vec::new(),
        delivery: None,
    };
    messages::insert(tx, &message)?;
    message.delivery = outbound::send_out(tx, journal, c, &message, &audience)?;
    c.next_message_index += 1;
    journal.tell_of(c, Cow::Owned(message));
    Ok(())
}
