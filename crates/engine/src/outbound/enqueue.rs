//! Who is to get a new message: receipts and rows, written in the unit of work that creates it.

use dwell_core::address::BindingType;
use dwell_core::receipt::{self, Delivery as Summary, Tally};
use dwell_core::{Conversation, Message, Participant, Receipt, limits};
use dwell_store::deliveries::{Delivery, Status, Way};
use dwell_store::{Tx, participants, receipts};

use super::{EVENT, Letter, codes};
use crate::error::Error;
use crate::journal::{Journal, to_json};

/// Writes what a new message of a locked conversation needs to reach everybody outside the chat but its author,
/// and says what is known of it then. One that can never leave for an address fails at once.
pub(crate) fn send_out(
    tx: &mut dyn Tx,
    journal: &mut Journal<'_>,
    c: &mut Conversation,
    message: &Message,
) -> Result<Option<Summary>, Error> {
    if c.non_chat_participants == 0 {
        return Ok(None);
    }
    let outside = participants::outside(tx, &c.account_sid, &c.sid, limits::NON_CHAT_PARTICIPANTS_MAX)?;
    let mut tally = Tally::default();
    let (mut written, mut leaving) = (Vec::new(), Vec::new());
    for participant in outside.iter().filter(|participant| Some(participant.sid) != message.participant_sid) {
        let Some((from, to)) = addresses(participant) else { continue };
        let mut receipt = receipt_of(journal, message, participant);
        tally.total += 1;
        match never(message, to) {
            Some(code) => {
                receipt.advance(receipt::Status::Failed, Some(code), journal.now);
                tally.failed += 1;
                journal.delivery(c, &receipt)?;
            }
            None => leaving.push(row(journal, message, &receipt, from, to)?),
        }
        written.push(receipt);
    }
    receipts::insert(tx, &written)?;
    journal.notifier().enqueue(tx, &leaving)?;
    Ok(Summary::of(&tally))
}

/// The account's address that a participant hears from, and its own.
fn addresses(participant: &Participant) -> Option<(&str, &str)> {
    let binding = participant.binding.as_ref()?;
    binding.proxy_address.as_deref().zip(binding.address.as_deref())
}

/// Why a message can never leave for an address, if so: its text is too long (contract §12), or it has nothing
/// to send.
fn never(message: &Message, to: &str) -> Option<i64> {
    let Some(body) = &message.body else { return message.media.is_empty().then_some(codes::EMPTY) };
    let chars_max = BindingType::of(to).and_then(BindingType::text_chars_max)?;
    (body.chars().count() > chars_max).then_some(codes::TOO_LONG)
}

fn receipt_of(journal: &Journal<'_>, message: &Message, participant: &Participant) -> Receipt {
    Receipt {
        sid: journal.notifier().receipt_sid(),
        account_sid: message.account_sid,
        conversation_sid: message.conversation_sid,
        message_sid: message.sid,
        message_index: message.index,
        participant_sid: participant.sid,
        channel_sid: None,
        channel_message_sid: None,
        status: None,
        error_code: None,
        date_created: journal.now,
        date_updated: journal.now,
    }
}

fn row(journal: &Journal<'_>, message: &Message, receipt: &Receipt, from: &str, to: &str) -> Result<Delivery, Error> {
    let letter = Letter {
        message_sid: message.sid,
        to: vec![to.to_owned()],
        receipts: vec![receipt.sid],
        author: message.author.clone(),
        body: message.body.clone(),
        subject: message.subject.clone(),
    };
    Ok(Delivery {
        sid: journal.notifier().sid(),
        account_sid: message.account_sid,
        hook_sid: receipt.participant_sid.to_string(),
        stream_sid: message.conversation_sid.to_string(),
        seq: message.index,
        event: EVENT.to_owned(),
        url: from.to_owned(),
        way: Way::Channel,
        params: to_json(&letter)?,
        status: Status::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        created_at: journal.received_at(),
        finished_at: None,
    })
}
