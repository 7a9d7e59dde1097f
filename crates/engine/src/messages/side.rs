//! On which side of a conversation a message was written.

use dwell_core::message::DEFAULT_AUTHOR;
use dwell_core::session::Side;
use dwell_core::{Conversation, Message};
use dwell_store::{Tx, people};

use crate::error::Error;
use crate::sessions;

/// The side of a message's author. Only policies and sessions ask, so plain conversations pay for no look at the people of the
/// account.
pub(crate) fn side_of(tx: &mut dyn Tx, c: &Conversation, message: &Message) -> Result<Side, Error> {
    if !sessions::is_followed(c) || message.author == DEFAULT_AUTHOR {
        return Ok(Side::System);
    }
    if people::fetch_by_identity(tx, &c.account_sid, &message.author)?.is_some() {
        return Ok(Side::Agent);
    }
    Ok(if message.participant_sid.is_some() { Side::Customer } else { Side::System })
}
