//! `DELETE /Conversations/{Sid}/Participants/{Sid}`.

use dwell_core::event::EventKind;
use dwell_core::{Conversation, Participant};
use dwell_store::{Tx, participants};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::groups;
use crate::journal::{Journal, save};
use crate::pre_hooks::PreEvent;

impl Engine {
    /// Removes a participant and lets go of its address pair.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ConversationClosed`] (contract §18 U9).
    pub async fn delete_participant(&self, scope: &Scope, conversation: &str, segment: &str) -> Result<(), Error> {
        let (conversation, segment) = (conversation.to_owned(), segment.to_owned());
        let work = move |tx: &mut dyn Tx, scope: &Scope, (): &()| {
            let (mut c, mut journal, settled) = crate::conversations::lock_open(tx, scope, &conversation)?;
            let participant = super::find(tx, &c, &segment)?;
            remove(tx, &mut c, &mut journal, &participant)?;
            save(tx, &c, settled)?;
            journal.write(tx)?;
            Ok(participant)
        };
        self.write_unless_rejected(PreEvent::ParticipantRemove, scope, (), work).await.map(|_| ())
    }
}

/// Takes a participant out of a locked conversation.
pub(crate) fn remove(
    tx: &mut dyn Tx,
    c: &mut Conversation,
    journal: &mut Journal<'_>,
    participant: &Participant,
) -> Result<(), Error> {
    participants::delete(tx, participant)?;
    if participant.identity.is_some() {
        c.chat_participants -= 1;
    } else {
        c.non_chat_participants -= 1;
    }
    groups::settle_removed(tx, c, participant)?;
    journal.participant(c, participant, EventKind::ParticipantRemoved)
}
