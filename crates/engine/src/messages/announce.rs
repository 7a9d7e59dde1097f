//! What the server itself says in a conversation: the warnings and the farewell of its policy. An ordinary message
//! by `system`, but no activity: no clock hears of it.

use std::borrow::Cow;

use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::{Conversation, Message, Timestamp, attributes};
use dwell_store::{Tx, messages};

use crate::error::Error;
use crate::journal::Journal;
use crate::outbound::{self, Audience};

/// Adds a message at `at` to a locked conversation, which the caller writes.
///
/// One that the conversation cannot take, such as a group text, whose messages need a member as their author, is
/// left out: what a clock does never depends on what is said about it.
pub(crate) fn announce(
    tx: &mut dyn Tx,
    journal: &mut Journal<'_>,
    c: &mut Conversation,
    at: Timestamp,
    body: &str,
) -> Result<(), Error> {
    let audience = Audience::of(tx, c)?;
    if let Err(reason) = audience.author(DEFAULT_AUTHOR) {
        tracing::warn!(conversation = %c.sid, %reason, "a policy cannot say anything here");
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
