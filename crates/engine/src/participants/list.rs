//! `GET /Conversations/{Sid}/Participants` (contract §3).

use dwell_core::{ConversationSid, Participant};
use dwell_store::participants;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, Seek};

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
                let (account, limit) = (&c.account_sid, page.limit());
                let page = match page.seek() {
                    Seek::After(sid) => Page::of(participants::list(tx, account, &c.sid, sid, limit)?, &page, cursor),
                    Seek::Before(sid) => {
                        Page::of_back(participants::list_back(tx, account, &c.sid, sid, limit)?, &page, cursor)
                    }
                };
                Ok((c.sid, page))
            })
            .await
    }
}

fn cursor(participant: &Participant) -> String {
    participant.sid.to_string()
}
