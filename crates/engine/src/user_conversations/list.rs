//! `GET /Users/{Sid}/Conversations` (contract §3, §5.8).

use dwell_core::{ConversationSid, UserSid};
use dwell_store::memberships;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};
use crate::participant_conversations::by_conversation;
use crate::user_conversations::Seen;

impl Engine {
    /// The conversations that a user is in, whatever their state, in order of their SIDs; with the
    /// user's SID, which an identity in the path does not tell.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_user_conversations(
        &self,
        scope: &Scope,
        user: &str,
        page: PageRequest,
    ) -> Result<(UserSid, Page<Seen>), Error> {
        let (scope, user) = (scope.clone(), user.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let user = super::user(tx, &scope, &user)?;
                let seek = page.seek_key(|key| ConversationSid::parse(key).is_some())?;
                let (account, service) = (&user.account_sid, &user.service_sid);
                let rows = memberships::of_user(tx, account, service, &user.identity, seek, page.limit())?;
                Ok((user.sid, Page::of(rows, &page, by_conversation)))
            })
            .await
    }
}
