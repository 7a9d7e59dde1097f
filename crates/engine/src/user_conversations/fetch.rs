//! `GET /Users/{Sid}/Conversations/{Sid}`.

use dwell_core::UserSid;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::user_conversations::Seen;

impl Engine {
    /// One of a user's conversations, with the user's SID.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when the user is not in the conversation.
    pub async fn fetch_user_conversation(
        &self,
        scope: &Scope,
        user: &str,
        conversation: &str,
    ) -> Result<(UserSid, Seen), Error> {
        let (scope, user, conversation) = (scope.clone(), user.to_owned(), conversation.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let user = super::user(tx, &scope, &user)?;
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                let participant = super::participant(tx, &c, &user)?;
                Ok((user.sid, super::seen(tx, c, participant)?))
            })
            .await
    }
}
