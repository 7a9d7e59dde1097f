//! What channels say of messages that they took (contract §7.5).

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, Receipt, ReceiptSid, Timestamp};
use dwell_store::early_statuses::{self, Name};
use dwell_store::receipts::{self, Key};
use dwell_store::{Tx, channels, messages};

use super::book::{Book, name_of, source_of};
use crate::context::{Caller, SOURCE_API};
use crate::deliveries::Notifier;
use crate::engine::Engine;
use crate::error::Error;
use crate::phones;

/// Most receipts that one name of a channel speaks of: those of a group text.
const NAMED_MAX: i64 = 50;
/// Most names of one channel that are kept because nobody knows them yet.
const KEPT_MAX: i64 = 1_000;

/// What a channel says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The channel that says it.
    pub channel_sid: ChannelSid,
    /// Which message, or which of its receipts.
    pub named: Named,
    /// How far it is.
    pub status: Status,
    /// Why it failed, as the channel numbers its errors.
    pub error_code: Option<i64>,
}

/// How a channel names a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its own name for it.
    ByChannel(String),
    /// By the place of a receipt, which it was told with the message.
    ByReceipt {
        /// The conversation.
        conversation_sid: ConversationSid,
        /// The message.
        message_sid: MessageSid,
        /// The receipt.
        receipt_sid: ReceiptSid,
    },
}

/// What became of a channel's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// A receipt has advanced.
    Advanced,
    /// Nothing follows from it: it says what is known, or less.
    NoNews,
    /// Nobody knows the message by that name yet. It is kept for a while, for the case that it overtook the
    /// note of its message.
    Kept,
}

impl Engine {
    /// Takes a channel's word on a message and tells webhooks when it is news; receipts never go back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such channel in the account, or no receipt in that place.
    pub async fn note_status(&self, account: &AccountSid, news: News) -> Result<Noted, Error> {
        let (account, now, notifier) = (*account, self.now(), self.notifier());
        self.write(move |tx| note(tx, &notifier, &account, &news, now)).await
    }
}

fn note(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    account: &AccountSid,
    news: &News,
    now: Timestamp,
) -> Result<Noted, Error> {
    let channel = match channels::fetch(tx, account, &news.channel_sid)? {
        Some(stored) => stored.channel,
        None => phones::own_channel(account, None).filter(|own| own.sid == news.channel_sid).ok_or(Error::NotFound)?,
    };
    let source = channel.addresses.first().map_or(SOURCE_API, |address| source_of(address));
    let caller = Caller::of_system(tx, notifier, account, now, (source, channel.sid.as_str()))?;
    let caller = caller.ok_or(Error::NotFound)?;
    match &news.named {
        Named::ByChannel(name) => by_name(tx, &caller, news, &name_of(name), now),
        Named::ByReceipt { conversation_sid, message_sid, receipt_sid } => {
            let book = Book::open(tx, &caller, conversation_sid)?.ok_or(Error::NotFound)?;
            let message = messages::fetch(tx, account, conversation_sid, message_sid)?.ok_or(Error::NotFound)?;
            let receipt = receipts::fetch(tx, &message, Key::Sid(receipt_sid))?;
            // Another channel's word does not count.
            let receipt = receipt.filter(|receipt| receipt.channel_sid.is_none_or(|sid| sid == channel.sid));
            advance(tx, book, vec![receipt.ok_or(Error::NotFound)?], news)
        }
    }
}

fn by_name(tx: &mut dyn Tx, caller: &Caller, news: &News, name: &str, now: Timestamp) -> Result<Noted, Error> {
    let (account, channel) = (&caller.account.sid, &news.channel_sid);
    let of = Name { account, channel, name };
    let mut found = receipts::named(tx, account, channel, name, NAMED_MAX)?;
    if found.is_empty() {
        let early = early_statuses::reserve(tx, of, now)?;
        // Whoever noted the name meanwhile is done with it now.
        found = receipts::named(tx, account, channel, name, NAMED_MAX)?;
        if found.is_empty() {
            if !news.status.follows(early.map(|(status, _)| status)) {
                return Ok(Noted::NoNews);
            }
            if early.is_none() && early_statuses::count(tx, channel, KEPT_MAX + 1)? > KEPT_MAX {
                early_statuses::delete(tx, of)?;
                return Ok(Noted::NoNews);
            }
            early_statuses::keep(tx, of, (news.status, news.error_code), now)?;
            return Ok(Noted::Kept);
        }
        early_statuses::delete(tx, of)?;
    }
    let Some(newest) = found.first().map(|receipt| (receipt.conversation_sid, receipt.message_sid)) else {
        return Ok(Noted::NoNews);
    };
    let Some(book) = Book::open(tx, caller, &newest.0)? else { return Ok(Noted::NoNews) };
    // As they are under the lock.
    let mut found = receipts::named(tx, account, channel, name, NAMED_MAX)?;
    found.retain(|receipt| (receipt.conversation_sid, receipt.message_sid) == newest);
    advance(tx, book, found, news)
}

/// Advances receipts of one message.
fn advance(tx: &mut dyn Tx, mut book: Book<'_>, found: Vec<Receipt>, news: &News) -> Result<Noted, Error> {
    let mut noted = Noted::NoNews;
    for mut receipt in found {
        if book.advance(&mut receipt, (news.status, news.error_code))? {
            receipts::update(tx, &receipt)?;
            noted = Noted::Advanced;
        }
    }
    book.close(tx)?;
    Ok(noted)
}
