//! `GET /Conversations/{Sid}/Messages/{Sid}/Receipts/{Sid}` (contract §5.5).

use dwell_core::{Receipt, ReceiptSid};
use dwell_store::receipts::{self, Key};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One receipt of a message; a segment that is no receipt SID names none.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_receipt(
        &self,
        scope: &Scope,
        conversation: &str,
        message: &str,
        segment: &str,
    ) -> Result<Receipt, Error> {
        let (scope, conversation, message) = (scope.clone(), conversation.to_owned(), message.to_owned());
        let sid = ReceiptSid::parse(segment);
        self.inner
            .store
            .read(move |tx| {
                let message = super::message(tx, &scope, &conversation, &message)?;
                let sid = sid.ok_or(Error::NotFound)?;
                receipts::fetch(tx, &message, Key::Sid(&sid))?.ok_or(Error::NotFound)
            })
            .await
    }
}
