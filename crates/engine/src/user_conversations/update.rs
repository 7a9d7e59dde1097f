//! `POST /Users/{Sid}/Conversations/{Sid}` (contract §5.8, §8): what a user keeps for itself in a
//! conversation is a change of its participant, not of the conversation.

use dwell_core::participant::NotificationLevel;
use dwell_core::{Reason, UserSid};
use dwell_store::Tx;

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::participants::{move_read_horizon, save_changed};
use crate::user_conversations::Seen;

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub notification_level: Option<String>,
    pub last_read_timestamp: Option<String>,
    pub last_read_message_index: Option<String>,
}

impl Engine {
    /// Changes what a user keeps of a conversation. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when the user is not in the conversation;
    /// [`Reason::ConversationClosed`]; a [`Reason`] for each parameter that breaks a rule.
    pub async fn update_user_conversation(
        &self,
        scope: &Scope,
        user: &str,
        conversation: &str,
        request: Update,
    ) -> Result<(UserSid, Seen), Error> {
        let (scope, user) = (super::without_webhooks(scope), user.to_owned());
        let conversation = conversation.to_owned();
        self.write(move |tx| update(tx, &scope, &user, &conversation, &request)).await
    }
}

fn update(
    tx: &mut dyn Tx,
    scope: &Scope,
    user: &str,
    conversation: &str,
    request: &Update,
) -> Result<(UserSid, Seen), Error> {
    let user = super::user(tx, scope, user)?;
    let (mut c, journal, settled, mut p) = super::lock_open(tx, scope, &user, conversation)?;
    if *request != Update::default() {
        if let Some(text) = request.notification_level.as_deref() {
            p.notification_level = NotificationLevel::parse(text).ok_or(Reason::NotificationLevelUnknown)?;
        }
        let (index, timestamp) = (request.last_read_message_index.as_deref(), request.last_read_timestamp.as_deref());
        move_read_horizon(&mut p, index, timestamp, journal.now)?;
        p.date_updated = journal.now;
        save_changed(tx, &mut c, journal, settled, &p)?;
    }
    Ok((user.sid, super::seen(tx, c, p)?))
}
