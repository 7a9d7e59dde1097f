//! What became of a message, written together with its receipts, so that there is never one without the other.

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, Receipt, Timestamp};
use dwell_store::deliveries::Claim;
use dwell_store::early_statuses::{self, Name};
use dwell_store::receipts::{self, Key};
use dwell_store::{Tx, messages};

use super::Letter;
use crate::carriers::Accepted;
use crate::context::Caller;
use crate::deliveries::Notifier;
use crate::deliveries::work::{self, Head, Record};
use crate::error::Error;
use crate::journal::ACTOR_SYSTEM;
use crate::receipts::book::{Book, name_of, source_of};

/// What is to be noted on the receipts of a message.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    /// The other side of this channel has taken it.
    Accepted(ChannelSid, Accepted),
    /// It will never leave, or the other side refused it.
    Failed(Status, Option<i64>),
}

/// Writes what became of a message and where its line stands, as [`work::record`] does, and what it means for
/// its receipts.
pub(crate) fn record(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    claim: &Claim,
    record: &Record,
    now: Timestamp,
) -> Result<Option<Head>, Error> {
    let delivery = &record.delivery;
    let place = Letter::of(delivery).zip(ConversationSid::parse(&delivery.stream_sid));
    let (Some(word), Some((letter, conversation))) = (&record.word, place) else {
        return work::record(tx, notifier, claim, record, now);
    };
    let by = (source_of(&delivery.url), ACTOR_SYSTEM);
    let Some(caller) = Caller::of_system(tx, notifier, &delivery.account_sid, now, by)? else {
        return work::record(tx, notifier, claim, record, now);
    };
    // Whoever creates messages locks the conversation before the queues that they wait in.
    let book = Book::open(tx, &caller, &conversation)?;
    if !work::holds(tx, claim, delivery, now)? {
        return Ok(None);
    }
    if let Some(mut book) = book {
        let early = early(tx, &delivery.account_sid, word, now)?;
        for mut receipt in receipts_of(tx, delivery.account_sid, conversation, &letter)? {
            note(tx, &mut book, &mut receipt, word, early)?;
        }
        book.close(tx)?;
    }
    work::write(tx, notifier, claim, record, now)
}

/// The receipts of a message that are still there.
fn receipts_of(
    tx: &mut dyn Tx,
    account: AccountSid,
    conversation: ConversationSid,
    letter: &Letter,
) -> Result<Vec<Receipt>, Error> {
    let Some(message) = messages::fetch(tx, &account, &conversation, &letter.message_sid)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::with_capacity(letter.receipts.len());
    for sid in &letter.receipts {
        found.extend(receipts::fetch(tx, &message, Key::Sid(sid))?);
    }
    Ok(found)
}

/// What the channel said of a message before it was noted that it has taken it: of all its receipts.
fn early(
    tx: &mut dyn Tx,
    account: &AccountSid,
    word: &Word,
    now: Timestamp,
) -> Result<Option<early_statuses::Word>, Error> {
    let Word::Accepted(channel, accepted) = word else { return Ok(None) };
    let Some(name) = accepted.channel_message_sid.as_deref().map(name_of) else { return Ok(None) };
    let of = Name { account, channel, name: &name };
    let early = early_statuses::reserve(tx, of, now)?;
    early_statuses::delete(tx, of)?;
    Ok(early)
}

/// Notes a word on a receipt, and what the channel said of it before.
fn note(
    tx: &mut dyn Tx,
    book: &mut Book<'_>,
    r: &mut Receipt,
    word: &Word,
    early: Option<early_statuses::Word>,
) -> Result<(), Error> {
    match word {
        Word::Failed(status, error_code) => _ = book.advance(r, (*status, *error_code))?,
        Word::Accepted(channel, accepted) => {
            r.channel_sid = Some(*channel);
            r.channel_message_sid = accepted.channel_message_sid.as_deref().map(name_of);
            if let Some(status) = accepted.status {
                book.advance(r, (status, None))?;
            }
            if let Some(early) = early {
                book.advance(r, early)?;
            }
        }
    }
    receipts::update(tx, r)?;
    Ok(())
}
