//! `GET /Conversations/{Sid}/Webhooks/{Sid}`.

use dwell_core::Webhook;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One webhook of a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_webhook(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<Webhook, Error> {
        let (scope, conversation, segment) = (scope.clone(), conversation.to_owned(), segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                super::find(tx, &c, &segment)
            })
            .await
    }
}
