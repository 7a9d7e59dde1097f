//! `DELETE /Users/{Sid}/Conversations/{Sid}` (contract §9).

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::save;

impl Engine {
    /// Takes a user out of a conversation, as removing its participant does.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when the user is not in the conversation;
    /// [`dwell_core::Reason::ConversationClosed`] (contract §18 U9).
    pub async fn delete_user_conversation(&self, scope: &Scope, user: &str, conversation: &str) -> Result<(), Error> {
        let (scope, user) = (super::without_webhooks(scope), user.to_owned());
        let conversation = conversation.to_owned();
        self.write(move |tx| {
            let user = super::user(tx, &scope, &user)?;
            let (mut c, mut journal, settled, participant) = super::lock_open(tx, &scope, &user, &conversation)?;
            crate::participants::remove(tx, &mut c, &mut journal, &participant)?;
            save(tx, &c, settled)?;
            journal.write(tx)
        })
        .await
    }
}
