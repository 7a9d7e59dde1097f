//! `GET /Conversations/{Sid}/Messages/{Sid}`.

use dwell_core::Message;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One message of a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_message(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<Message, Error> {
        let (scope, conversation, segment) = (scope.clone(), conversation.to_owned(), segment.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                let message = super::find(tx, &c, &segment)?;
                super::shown(tx, &c, message)
            })
            .await
    }
}
