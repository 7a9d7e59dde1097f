//! `GET /Conversations/{Sid}/Participants` (contract §3).

use dwell_core::{ConversationSid, Participant};
use dwell_store::participants;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// Participants of a conversation in order of creation; with the SID of the conversation, which
    /// a unique name in the path does not tell.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_participants(
        &self,
        scope: &Scope,
        conversation: &str,
        page: PageRequest,
    ) -> Result<(ConversationSid, Page<Participant>), Error> {
        let (scope, conversation) = (scope.clone(), conversation.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                let rows = participants::list(tx, &c.account_sid, &c.sid, page.seek(), page.limit())?;
                Ok((c.sid, Page::of(rows, &page, cursor)))
            })
            .await
    }
}

fn cursor(participant: &Participant) -> String {
    participant.sid.to_string()
}
