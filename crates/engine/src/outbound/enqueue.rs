//! Who is to get a new message: receipts and rows, written in the unit of work that creates it.

use dwell_core::address::BindingType;
use dwell_core::receipt::{self, Delivery as Summary, Tally};
use dwell_core::{Conversation, Message, Participant, Receipt};
use dwell_store::deliveries::{Delivery, Status, Way};
use dwell_store::{Tx, receipts};

use super::audience::Sending;
use super::{Audience, EVENT, Letter, codes};
use crate::error::Error;
use crate::journal::{Journal, to_json};

/// Writes what a new message of a locked conversation needs to reach its audience, and says what is known of it
/// then. One that can never leave for an address fails at once.
pub(crate) fn send_out(
    tx: &mut dyn Tx,
    journal: &mut Journal<'_>,
    c: &mut Conversation,
    message: &Message,
    audience: &Audience,
) -> Result<Option<Summary>, Error> {
    let mut tally = Tally::default();
    let (mut written, mut leaving) = (Vec::new(), Vec::new());
    for sending in audience.sendings(message) {
        let mut own: Vec<_> = sending.to.iter().map(|(to, _)| receipt_of(journal, message, to)).collect();
        tally.total += i64::try_from(own.len()).unwrap_or(i64::MAX);
        match sending.to.iter().find_map(|(_, to)| never(message, to)) {
            Some(code) => {
                for receipt in &mut own {
                    receipt.advance(receipt::Status::Failed, Some(code), journal.now);
                    tally.failed += 1;
                    journal.delivery(c, receipt)?;
                }
            }
            None => leaving.push(row(journal, message, &own, sending)?),
        }
        written.append(&mut own);
    }
    receipts::insert(tx, &written)?;
    journal.notifier().enqueue(tx, &leaving)?;
    Ok(Summary::of(&tally))
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

fn row(
    journal: &Journal<'_>,
    message: &Message,
    receipts: &[Receipt],
    sending: Sending<'_>,
) -> Result<Delivery, Error> {
    let letter = Letter {
        message_sid: message.sid,
        to: sending.to.iter().map(|(_, to)| (*to).to_owned()).collect(),
        receipts: receipts.iter().map(|receipt| receipt.sid).collect(),
        others: sending.others,
        author: message.author.clone(),
        body: message.body.clone(),
        subject: message.subject.clone(),
    };
    Ok(Delivery {
        sid: journal.notifier().sid(),
        account_sid: message.account_sid,
        hook_sid: sending.line,
        stream_sid: message.conversation_sid.to_string(),
        seq: message.index,
        event: EVENT.to_owned(),
        url: sending.from.to_owned(),
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
