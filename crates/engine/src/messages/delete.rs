//! `DELETE /Conversations/{Sid}/Messages/{Sid}` (contract §7.7). Its index is not used again.

use dwell_core::event::EventKind;
use dwell_store::{Tx, events, messages, receipts};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::save;
use crate::media;
use crate::pre_hooks::PreEvent;

impl Engine {
    /// Removes a message with its media and receipts.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ConversationClosed`] (contract §18 U9).
    pub async fn delete_message(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<(), Error> {
        let (conversation, segment) = (conversation.to_owned(), segment.to_owned());
        let work = move |tx: &mut dyn Tx, scope: &Scope, (): &()| {
            let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, scope, &conversation)?;
            let mut message = super::find(tx, &c, &segment)?;
            events::detach_addition(tx, &mut message)?;
            messages::delete(tx, &message)?;
            media::remove(tx, &message)?;
            if c.has_receipts {
                receipts::delete_of_message(tx, &message)?;
            }
            journal.message(&mut c, &message, EventKind::MessageRemoved)?;
            save(tx, &c, settled)?;
            journal.write(tx)?;
            Ok(message)
        };
        self.write_unless_rejected(PreEvent::MessageRemove, scope, (), work).await.map(|_| ())
    }
}
