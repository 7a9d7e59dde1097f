//! `DELETE /Conversations/{Sid}/Webhooks/{Sid}`.

use dwell_store::webhooks;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Removes a webhook of a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ConversationClosed`].
    pub async fn delete_webhook(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<(), Error> {
        let (scope, conversation, segment) = (scope.clone(), conversation.to_owned(), segment.to_owned());
        self.write(move |tx| {
            let (c, journal, settled) = crate::conversations::lock_open(tx, &scope, &conversation)?;
            let webhook = super::find(tx, &c, &segment)?;
            super::keep_due(tx, &c, journal, settled)?;
            webhooks::delete(tx, &webhook)?;
            Ok(())
        })
        .await
    }
}
