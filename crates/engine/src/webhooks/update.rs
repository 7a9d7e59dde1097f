//! `POST /Conversations/{Sid}/Webhooks/{Sid}` (contract §5.6).

use dwell_core::Webhook;
use dwell_store::{Tx, webhooks};

use super::Request;
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Changes a webhook of a conversation; its target stays. Without any parameter nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`dwell_core::Reason::ConversationClosed`]; what
    /// [`dwell_core::webhook::Action::with`] refuses.
    pub async fn update_webhook(
        &self,
        scope: &Scope,
        conversation: &str,
        segment: &str,
        request: Request,
    ) -> Result<Webhook, Error> {
        let (scope, conversation, segment) = (scope.clone(), conversation.to_owned(), segment.to_owned());
        self.write(move |tx| update(tx, &scope, &conversation, &segment, &request)).await
    }
}

fn update(
    tx: &mut dyn Tx,
    scope: &Scope,
    conversation: &str,
    segment: &str,
    request: &Request,
) -> Result<Webhook, Error> {
    let (c, journal, settled) = crate::conversations::lock_open(tx, scope, conversation)?;
    let mut webhook = super::find(tx, &c, segment)?;
    let now = journal.now;
    super::keep_due(tx, &c, journal, settled)?;
    if *request != Request::default() {
        webhook.action = webhook.action.with(&request.given())?;
        webhook.date_updated = now.max(webhook.date_updated);
        webhooks::update(tx, &webhook)?;
    }
    Ok(webhook)
}
