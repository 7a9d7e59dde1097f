//! `DELETE /Conversations/{Sid}/Messages/{Sid}` (contract §7.7). Its index is not used again.

use dwell_core::event::EventKind;
use dwell_store::{events, messages, receipts};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::save;

impl Engine {
    /// Removes a message with its receipts.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ConversationClosed`] (contract §18 U9).
    pub async fn delete_message(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<(), Error> {
        let (scope, conversation, segment) = (scope.clone(), conversation.to_owned(), segment.to_owned());
        self.write(move |tx| {
            let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, &scope, &conversation)?;
            let mut message = super::find(tx, &c, &segment)?;
            events::detach_addition(tx, &mut message)?;
            messages::delete(tx, &message)?;
            if c.has_receipts {
                receipts::delete_of_message(tx, &message)?;
            }
            journal.message(&mut c, &message, EventKind::MessageRemoved)?;
            save(tx, &c, settled)?;
            journal.write(tx)
        })
        .await
    }
}
