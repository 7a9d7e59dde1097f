//! Deliveries that are there without anything having happened.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use dwell_core::webhook::Method;
use dwell_core::{AccountSid, DeliverySid};
use dwell_store::StoreError;
use dwell_store::deliveries::{self, Attempt, Delivery, Status, Way};

use crate::app::{Account, TestApp};

/// What a delivery is like.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Who is told.
    pub hook_sid: &'a str,
    /// The conversation or user that it is about.
    pub stream_sid: &'a str,
    /// The event.
    pub event: &'a str,
    /// How far it is. One that is finished had one attempt, of 12.345 ms: 200 and `thanks`, or no
    /// connection.
    pub status: Status,
}

impl TestApp {
    /// Writes a delivery of an account, with the event's name and a text for a parameter, and returns
    /// its SID.
    pub async fn keep_delivery(&self, account: &Account, told: Told<'_>) -> String {
        let now = self.engine.now();
        let sid = DeliverySid::new(self.engine.sid());
        let is_pending = told.status == Status::Pending;
        let delivery = Delivery {
            sid,
            account_sid: AccountSid::parse(&account.sid).expect("an account SID"),
            hook_sid: told.hook_sid.to_owned(),
            stream_sid: told.stream_sid.to_owned(),
            seq: 1,
            event: told.event.to_owned(),
            url: "https://jo:hush@example.com/hook?a=b".to_owned(),
            way: Way::Call(Method::Post),
            params: format!(r#"{{"EventType":"{}","Body":"\"é\""}}"#, told.event),
            status: Status::Pending,
            attempts: 0,
            last_status: None,
            last_error: None,
            created_at: now,
            finished_at: None,
        };
        let status = told.status;
        let written = self.engine.store().write(move |tx| {
            deliveries::enqueue(tx, std::slice::from_ref(&delivery))?;
            if is_pending {
                return Ok(());
            }
            let mut attempt = Attempt { number: 1, at: now, micros: 12_345, status: None, error: None, excerpt: None };
            if status == Status::Delivered {
                attempt.status = Some(200);
                attempt.excerpt = Some("thanks".to_owned());
            } else {
                attempt.error = Some("connection: refused".to_owned());
            }
            let mut delivery = delivery.clone();
            delivery.status = status;
            delivery.attempts = 1;
            delivery.last_status = attempt.status;
            delivery.last_error.clone_from(&attempt.error);
            delivery.finished_at = Some(now);
            deliveries::update(tx, &delivery)?;
            deliveries::add_attempt(tx, &delivery.sid, &attempt)?;
            deliveries::take_out(tx, &delivery.hook_sid, &delivery.stream_sid)
        });
        written.await.unwrap_or_else(|error: StoreError| panic!("a delivery: {error}"));
        sid.to_string()
    }
}
