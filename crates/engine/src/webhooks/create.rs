//! `POST /Conversations/{Sid}/Webhooks` (contract §5.6).

use dwell_core::webhook::{Action, Target};
use dwell_core::{Reason, Webhook, WebhookSid, limits};
use dwell_store::{Tx, webhooks};

use super::Request;
use crate::context::Scope;
use crate::deliveries::enqueue;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;

impl Engine {
    /// Adds a webhook to a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::ConversationClosed`]; [`Reason::WebhookTargetMissing`],
    /// [`Reason::WebhookTargetInvalid`] and what [`Action::new`] refuses; [`Reason::WebhookLimit`].
    pub async fn create_webhook(&self, scope: &Scope, conversation: &str, request: Request) -> Result<Webhook, Error> {
        let sid = WebhookSid::new(self.sid());
        let (scope, conversation) = (scope.clone(), conversation.to_owned());
        self.write(move |tx| create(tx, &scope, &conversation, sid, &request)).await
    }
}

fn create(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    sid: WebhookSid,
    request: &Request,
) -> Result<Webhook, Error> {
    let (c, journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let target = present(request.target.as_deref()).ok_or(Reason::WebhookTargetMissing)?;
    let target = Target::parse(target).ok_or(Reason::WebhookTargetInvalid)?;
    let webhook = Webhook {
        sid,
        account_sid: c.account_sid,
        conversation_sid: c.sid,
        action: Action::new(target, &request.given())?,
        replay_after: replay_after(request.configuration_replay_after.as_deref())?,
        date_created: journal.now,
        date_updated: journal.now,
    };
    // The conversation's lock keeps others from adding theirs meanwhile.
    if webhooks::count(tx, &c.account_sid, &c.sid)? >= limits::CONVERSATION_WEBHOOKS_MAX {
        return Err(Error::Refused(Reason::WebhookLimit));
    }
    super::keep_due(tx, &c, journal, settled)?;
    webhooks::insert(tx, &webhook)?;
    enqueue::replay(tx, &scope.caller.notifier, scope.caller.received_at, &c, &webhook)?;
    Ok(webhook)
}

/// The index of a message; a blank one says nothing.
fn replay_after(text: Option<&str>) -> Result<Option<i64>, Reason> {
    let read = |text: &str| {
        text.parse().ok().filter(|index| *index >= 0).ok_or_else(|| Reason::InvalidParameter {
            name: "Configuration.ReplayAfter",
            problem: "not the index of a message".to_owned(),
        })
    };
    present(text).map(read).transpose()
}
