//! `GET /Conversations/{Sid}/Participants/{Sid}`.

use dwell_core::Participant;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// One participant of a conversation, by SID or identity.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_participant(
        &self,
        scope: &Scope,
        conversation: &str,
        segment: &str,
    ) -> Result<Participant, Error> {
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
