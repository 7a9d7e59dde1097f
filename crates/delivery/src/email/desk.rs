//! Where mail goes: to the engine.

use dwell_core::AccountSid;
use dwell_engine::Engine;
use dwell_engine::inbound::{Inbound, Received};
use dwell_engine::receipts::{Named, News};

use super::mailbox::{Desk, Outcome, Work};

impl Desk for Engine {
    fn receive(&self, account: AccountSid, inbound: Inbound) -> Work<'_, Received> {
        Box::pin(async move { Engine::receive(self, &account, inbound).await })
    }

    fn note(&self, account: AccountSid, outcome: Outcome) -> Work<'_, ()> {
        let news = News {
            channel_sid: outcome.channel_sid,
            named: Named::ByChannel(outcome.channel_message_sid),
            status: outcome.status,
            error_code: outcome.error_code,
        };
        Box::pin(async move { self.note_status(&account, news).await.map(drop) })
    }
}
