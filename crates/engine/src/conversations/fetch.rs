//! `GET /Conversations/{Sid}`.

use dwell_core::Conversation;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One conversation, by SID or unique name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_conversation(&self, scope: &Scope, segment: &str) -> Result<Conversation, Error> {
        let (scope, segment) = (scope.clone(), segment.to_owned());
        self.inner.store.read(move |tx| super::find(tx, &scope, &segment)).await
    }
}
