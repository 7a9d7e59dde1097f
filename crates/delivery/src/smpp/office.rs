//! The engine as the office.

use dwell_core::channel::Channel;
use dwell_core::receipt::Status;
use dwell_engine::Engine;
use dwell_engine::inbound::{Inbound, Part, Received, Whole};
use dwell_engine::receipts::{Named, News};

use super::{Doing, Office};

impl Office for Engine {
    fn receive<'a>(&'a self, channel: &'a Channel, inbound: Inbound) -> Doing<'a, Received> {
        Box::pin(self.receive(&channel.account_sid, inbound))
    }

    fn gather<'a>(&'a self, channel: &'a Channel, part: Part) -> Doing<'a, Option<Whole>> {
        Box::pin(self.gather(&channel.account_sid, part))
    }

    fn note_status<'a>(
        &'a self,
        channel: &'a Channel,
        name: String,
        status: Status,
        error_code: Option<i64>,
    ) -> Doing<'a, ()> {
        let news = News { channel_sid: channel.sid, named: Named::ByChannel(name), status, error_code };
        // Whether it is news or not: it is noted.
        Box::pin(async move { self.note_status(&channel.account_sid, news).await.map(|_| ()) })
    }
}
