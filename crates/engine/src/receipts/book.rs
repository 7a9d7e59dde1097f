//! Receipts as channels and the dispatcher write them.

use dwell_core::address::BindingType;
use dwell_core::{Conversation, ConversationSid, Receipt};
use dwell_store::early_statuses::Word;
use dwell_store::{Tx, conversations};

use crate::context::{Caller, SOURCE_API};
use crate::error::Error;
use crate::journal::{Journal, release_if_closed, save, settle_now};

/// Longest name that a channel gives a message, in characters; of longer ones the beginning counts.
const NAME_CHARS_MAX: usize = 1_000;

/// The channel's name of a message as it is kept: without null characters, which not every database keeps.
pub(crate) fn name_of(text: &str) -> String {
    text.chars().take(NAME_CHARS_MAX).map(|c| if c == '\0' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The source of news that come through one of the account's addresses (contract §10.5).
pub(crate) fn source_of(address: &str) -> &'static str {
    BindingType::of(address).map_or(SOURCE_API, BindingType::source)
}

/// A locked conversation with news of its receipts. Receipts are no part of what closing makes immutable, and
/// news of them neither move timers nor count as activity.
pub(crate) struct Book<'a> {
    c: Conversation,
    journal: Journal<'a>,
    settled: bool,
    has_news: bool,
}

impl<'a> Book<'a> {
    /// Locks a conversation, whatever its state, and carries out what is due in it; `None` when it is gone.
    pub(crate) fn open(
        tx: &mut dyn Tx,
        caller: &'a Caller,
        conversation: &ConversationSid,
    ) -> Result<Option<Self>, Error> {
        let Some(mut c) = conversations::lock_anywhere(tx, &caller.account.sid, conversation)? else {
            return Ok(None);
        };
        let (journal, settled) = settle_now(tx, caller, &mut c)?;
        Ok(Some(Book { c, journal, settled, has_news: false }))
    }

    /// Takes a channel's word on a receipt, which the caller writes; whether it is news.
    pub(crate) fn advance(&mut self, r: &mut Receipt, (status, error_code): Word) -> Result<bool, Error> {
        let is_news = r.advance(status, error_code, self.journal.now);
        if is_news {
            self.journal.delivery(&mut self.c, r)?;
            self.has_news = true;
        }
        Ok(is_news)
    }

    /// Writes the news into the log and tells webhooks of them.
    pub(crate) fn close(self, tx: &mut dyn Tx) -> Result<(), Error> {
        let Book { c, journal, settled, has_news } = self;
        if !has_news {
            // What came due is left to the scheduler.
            return Ok(());
        }
        save(tx, &c, settled)?;
        release_if_closed(tx, &c)?;
        journal.write(tx)
    }
}
