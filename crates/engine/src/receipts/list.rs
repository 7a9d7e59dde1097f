//! `GET /Conversations/{Sid}/Messages/{Sid}/Receipts` (contract §3, §5.5).

use dwell_core::{Message, Receipt};
use dwell_store::receipts;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Receipts of a message in order of creation; with the message, whose conversation's SID a
    /// unique name in the path does not tell.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_receipts(
        &self,
        scope: &Scope,
        conversation: &str,
        message: &str,
        page: PageRequest,
    ) -> Result<(Message, Page<Receipt>), Error> {
        let (scope, conversation, message) = (scope.clone(), conversation.to_owned(), message.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let message = super::message(tx, &scope, &conversation, &message)?;
                let rows = receipts::list(tx, &message, page.seek(), page.limit())?;
                Ok((message, Page::of(rows, &page, cursor)))
            })
            .await
    }
}

fn cursor(receipt: &Receipt) -> String {
    receipt.sid.to_string()
}
