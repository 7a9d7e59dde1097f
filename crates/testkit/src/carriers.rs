//! The other side of channels, which exists only in a test: it takes messages as it is told, and remembers them.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, ReceiptSid};
use dwell_engine::Clock;
use dwell_engine::carriers::{Accepted, Carrier, CarryError, Parcel};
use dwell_engine::receipts::{Named, News, Noted};
use dwell_store::channels;
use dwell_store::{Seek, StoreError};
use parking_lot::Mutex;
use serde_json::Value;

use crate::app::{Account, TestApp};
use crate::clock::ManualClock;

/// What the other side does with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrying {
    /// Takes it and says how far it is already, or that it will.
    Accept(Option<Status>),
    /// Refuses it for good.
    Refuse(Status, Option<i64>),
    /// Does not take it now.
    Later,
    /// Says nothing until its time is over; the clock must be turned for that.
    Silent,
    /// Says nothing at all, whatever its time.
    Hung,
}

/// The other side of every channel. It takes each message and says that it is sent, unless it was told
/// something else, and calls messages `SM` and a number.
#[derive(Clone)]
pub struct Carriers {
    clock: ManualClock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// By the address that messages go to or leave from.
    behaviours: HashMap<String, Carrying>,
    parcels: Vec<Parcel>,
    accepted: Vec<Parcel>,
    count: u64,
}

impl Carriers {
    /// Another side that knows the time from `clock`.
    pub fn new(clock: ManualClock) -> Self {
        Carriers { clock, inner: Arc::default() }
    }

    /// Has messages to or from `address` treated so from now on; what is said of those to it comes first.
    pub fn behave(&self, address: &str, carrying: Carrying) {
        self.inner.lock().behaviours.insert(address.to_owned(), carrying);
    }

    /// Every parcel so far, taken or not, in order, and forgets them.
    pub fn take_parcels(&self) -> Vec<Parcel> {
        std::mem::take(&mut self.inner.lock().parcels)
    }

    /// Every parcel so far that was taken, in order, and forgets them.
    pub fn take_accepted(&self) -> Vec<Parcel> {
        std::mem::take(&mut self.inner.lock().accepted)
    }

    /// How many parcels are remembered.
    pub fn count(&self) -> usize {
        self.inner.lock().parcels.len()
    }

    /// What the next message that is taken will be called.
    pub fn next_name(&self) -> String {
        format!("SM{:032x}", self.inner.lock().count)
    }
}

impl Carrier for Carriers {
    fn carry(&self, parcel: Parcel) -> dwell_engine::carriers::Carrying<'_> {
        let name = self.next_name();
        let behaviour = {
            let mut inner = self.inner.lock();
            let said = parcel.to.iter().chain([&parcel.from]).find_map(|address| inner.behaviours.get(address));
            let behaviour = said.cloned().unwrap_or(Carrying::Accept(Some(Status::Sent)));
            inner.parcels.push(parcel.clone());
            if let Carrying::Accept(_) = behaviour {
                inner.count += 1;
                inner.accepted.push(parcel.clone());
            }
            behaviour
        };
        Box::pin(async move {
            match behaviour {
                Carrying::Accept(status) => Ok(Accepted { channel_message_sid: Some(name), status }),
                Carrying::Refuse(status, error_code) => {
                    Err(CarryError::Never { status, error_code, what: "the number does not exist".to_owned() })
                }
                Carrying::Hung => std::future::pending().await,
                Carrying::Later => Err(CarryError::Later { what: "connection refused".to_owned() }),
                Carrying::Silent => {
                    let millis = parcel.timeout_millis;
                    let micros = i64::try_from(millis).unwrap_or(i64::MAX).saturating_mul(1_000);
                    self.clock.sleep_until(self.clock.now().plus_micros(micros)).await;
                    Err(CarryError::Later { what: format!("no answer within {millis} ms") })
                }
            }
        })
    }
}

impl TestApp {
    /// Sets up a channel of an account that serves these addresses.
    pub async fn new_channel(&self, account: &Account, addresses: &[&str]) -> ChannelSid {
        let mut form = vec![("Provider", "http"), ("Settings", r#"{"url": "https://example.com/"}"#)];
        form.extend(addresses.iter().map(|address| ("Addresses", *address)));
        let answer = self.send("POST", "/dwell/v1/Channels", &form, Some(account)).await;
        let sid = answer.body["sid"].as_str().and_then(ChannelSid::parse);
        sid.unwrap_or_else(|| panic!("no channel of {addresses:?}: {}", answer.text))
    }

    /// Has the first account's channel say what became of a message on its way to a participant, as bodies show
    /// them, and returns the SID of the receipt; without a status it only takes the message on. What waits is
    /// sent before that.
    pub async fn told(&self, message: &Value, participant_sid: &str, status: Option<Status>) -> String {
        self.deliver().await;
        let text = |name: &str| message[name].as_str().unwrap_or_else(|| panic!("no {name} in {message}"));
        let link = message["links"]["delivery_receipts"].as_str().unwrap_or_else(|| panic!("no link in {message}"));
        let receipts = self.fetched(link.trim_start_matches("http://dwell.test")).await;
        let mut found = receipts["delivery_receipts"].as_array().into_iter().flatten();
        let receipt = found.find(|receipt| receipt["participant_sid"] == participant_sid);
        let receipt = receipt.unwrap_or_else(|| panic!("no receipt of {participant_sid} in {receipts}"));
        let sid = receipt["sid"].as_str().expect("a SID").to_owned();
        let Some(status) = status else { return sid };
        let named = Named::ByReceipt {
            conversation_sid: ConversationSid::parse(text("conversation_sid")).expect("a conversation SID"),
            message_sid: MessageSid::parse(text("sid")).expect("a message SID"),
            receipt_sid: ReceiptSid::parse(&sid).expect("a receipt SID"),
        };
        self.note(named, status, Some(30_003)).await;
        sid
    }

    /// Has the first account's oldest channel speak of a message; when it has none, a new one.
    pub async fn note(&self, named: Named, status: Status, error_code: Option<i64>) -> Noted {
        let account = AccountSid::parse(&self.account.sid).expect("an account SID");
        let found = self.engine.store().read(move |tx| channels::list(tx, &account, Seek::After(""), 1));
        let found = found.await.unwrap_or_else(|error: StoreError| panic!("channels: {error}"));
        let channel_sid = match found.first() {
            Some(stored) => stored.channel.sid,
            None => self.new_channel(&self.account, &["+15550000000"]).await,
        };
        let news = News { channel_sid, named, status, error_code };
        self.engine.note_status(&account, news).await.expect("the word is taken")
    }
}
