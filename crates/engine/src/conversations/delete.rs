//! `DELETE /Conversations/{Sid}` (contract §5.1): in every state, with everything in it.

use dwell_core::Conversation;
use dwell_core::event::EventKind;
use dwell_store::purges::{self, Purge};
use dwell_store::{Tx, conversations, participants, webhooks};

use crate::context::{Caller, Scope};
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::{Journal, settle};
use crate::pre_hooks::PreEvent;
use crate::sessions;

impl Engine {
    /// Deletes a conversation and at once everything that others could see of it: participants,
    /// address pairs, its unique name. Messages, receipts and events go in the background; the history of
    /// its states is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_conversation(&self, scope: &Scope, segment: &str) -> Result<(), Error> {
        let segment = segment.to_owned();
        let work = move |tx: &mut dyn Tx, scope: &Scope, (): &()| {
            let account = &scope.caller.account.sid;
            let conversation =
                super::by_key(&segment, |key| conversations::lock(tx, account, &scope.service_sid, key))?
                    .ok_or(Error::NotFound)?;
            delete(tx, &scope.caller, conversation)
        };
        let deleted = self.write_unless_rejected(PreEvent::ConversationRemove, scope, (), work).await;
        self.inner.bell.notify_one();
        deleted.map(|_| ())
    }
}

/// Deletes a locked conversation, once what had come due before is in its history, and returns it as it
/// was.
fn delete(tx: &mut dyn Tx, caller: &Caller, mut c: Conversation) -> Result<Conversation, Error> {
    let now = caller.now(tx)?.max(c.last_event_at);
    let mut journal = Journal::new(caller, now);
    settle(tx, &mut journal, &mut c)?;
    journal.conversation(&mut c, EventKind::ConversationRemoved)?;
    // Its own webhooks hear of it too, and are gone after that.
    journal.write(tx)?;
    if c.has_sessions {
        sessions::end_deleted(tx, caller, &c.sid, now)?;
    }
    participants::delete_all(tx, &c.sid)?;
    webhooks::delete_all(tx, &c.sid)?;
    conversations::delete(tx, &c.sid)?;
    purges::insert(tx, &[Purge { conversation_sid: c.sid, account_sid: c.account_sid, event_seq: c.event_seq }])?;
    Ok(c)
}
