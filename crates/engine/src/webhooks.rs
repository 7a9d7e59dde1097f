//! Webhooks of one conversation: create, fetch, list, update, delete.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

use dwell_core::webhook::{Given, HookGiven};
use dwell_core::{Conversation, Webhook, WebhookSid};
use dwell_store::{Tx, conversations, webhooks};

use crate::error::Error;
use crate::journal::Journal;

/// The parameters, as sent. An update knows neither the target nor where to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Request {
    pub target: Option<String>,
    pub configuration_url: Option<String>,
    pub configuration_method: Option<String>,
    pub configuration_filters: Option<Vec<String>>,
    pub configuration_triggers: Option<Vec<String>>,
    pub configuration_flow_sid: Option<String>,
    pub configuration_replay_after: Option<String>,
}

impl Request {
    fn given(&self) -> Given<'_> {
        Given {
            hook: HookGiven {
                url: self.configuration_url.as_deref(),
                url_name: "Configuration.Url",
                method: self.configuration_method.as_deref(),
                method_name: "Configuration.Method",
                filters: self.configuration_filters.as_deref(),
            },
            triggers: self.configuration_triggers.as_deref(),
            flow_sid: self.configuration_flow_sid.as_deref(),
        }
    }
}

/// A webhook of a conversation, by SID.
fn find(tx: &mut dyn Tx, c: &Conversation, segment: &str) -> Result<Webhook, Error> {
    let sid = WebhookSid::parse(segment).ok_or(Error::NotFound)?;
    webhooks::fetch(tx, &c.account_sid, &c.sid, &sid)?.ok_or(Error::NotFound)
}

/// Writes what came due while the conversation was being locked, before its webhooks change: they hear of
/// it as they were. A change of them is no change of the conversation.
fn keep_due(tx: &mut dyn Tx, c: &Conversation, journal: Journal<'_>, settled: bool) -> Result<(), Error> {
    if settled {
        conversations::update(tx, c)?;
        journal.write(tx)?;
    }
    Ok(())
}
