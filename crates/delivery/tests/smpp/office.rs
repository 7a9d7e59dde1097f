//! An office that writes down what it is brought.

use std::collections::VecDeque;

use dwell_core::channel::Channel;
use dwell_core::receipt::Status;
use dwell_delivery::smpp::{Doing, Office};
use dwell_engine::Error;
use dwell_engine::inbound::{Inbound, Outcome, Part, Received, Whole};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub(crate) struct FakeOffice {
    /// What it was brought, in order.
    pub(crate) received: Mutex<Vec<Inbound>>,
    /// News of messages: name, status, error code.
    pub(crate) news: Mutex<Vec<(String, Status, Option<i64>)>>,
    /// Parts, and what is said to the next ones; nothing whole when there is nothing left.
    pub(crate) parts: Mutex<Vec<Part>>,
    pub(crate) wholes: Mutex<VecDeque<Whole>>,
    /// The next failures.
    pub(crate) failures: Mutex<VecDeque<Error>>,
    /// How many messages may still be taken: the others wait.
    pub(crate) open: Semaphore,
}

impl Default for FakeOffice {
    fn default() -> Self {
        FakeOffice {
            received: Mutex::default(),
            news: Mutex::default(),
            parts: Mutex::default(),
            wholes: Mutex::default(),
            failures: Mutex::default(),
            open: Semaphore::new(1_000),
        }
    }
}

impl FakeOffice {
    fn failure(&self) -> Result<(), Error> {
        self.failures.lock().pop_front().map_or(Ok(()), Err)
    }
}

impl Office for FakeOffice {
    fn receive<'a>(&'a self, _: &'a Channel, inbound: Inbound) -> Doing<'a, Received> {
        Box::pin(async move {
            self.received.lock().push(inbound);
            self.open.acquire().await.unwrap().forget();
            self.failure()?;
            Ok(Received { outcome: Outcome::Appended, conversation_sid: None, message_sid: None, is_repeated: false })
        })
    }

    fn gather<'a>(&'a self, _: &'a Channel, part: Part) -> Doing<'a, Option<Whole>> {
        Box::pin(async move {
            self.failure()?;
            self.parts.lock().push(part);
            Ok(self.wholes.lock().pop_front())
        })
    }

    fn note_status<'a>(
        &'a self,
        _: &'a Channel,
        name: String,
        status: Status,
        error_code: Option<i64>,
    ) -> Doing<'a, ()> {
        Box::pin(async move {
            self.failure()?;
            self.news.lock().push((name, status, error_code));
            Ok(())
        })
    }
}
