//! `GET /Conversations/{Sid}/Webhooks` (contract §3).

use dwell_core::{ConversationSid, Webhook};
use dwell_store::webhooks;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Webhooks of a conversation in order of creation; with the SID of the conversation, which a
    /// unique name in the path does not tell.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_webhooks(
        &self,
        scope: &Scope,
        conversation: &str,
        page: PageRequest,
    ) -> Result<(ConversationSid, Page<Webhook>), Error> {
        let (scope, conversation) = (scope.clone(), conversation.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                let rows = webhooks::list(tx, &c.account_sid, &c.sid, page.seek(), page.limit())?;
                Ok((c.sid, Page::of(rows, &page, |webhook| webhook.sid.to_string())))
            })
            .await
    }
}
