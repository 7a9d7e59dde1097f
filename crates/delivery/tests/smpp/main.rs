//! SMPP sessions against an SMSC on this machine that behaves as badly as a test wants, over real sockets and on
//! a clock that tests turn. A real SMSC library is met in `sdk-tests/node/smpp.test.mjs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod arrivals;
mod office;
mod outgoing;
mod session;
mod smsc;

use std::sync::Arc;

use dwell_core::channel::{Channel, Provider, Secret, Settings, SmppSettings};
use dwell_core::sid::SidBytes;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, Timestamp};
use dwell_delivery::Guard;
use dwell_delivery::sessions::{Broken, Holder, Session, Stopping};
use dwell_delivery::smpp::{Sessions, Smpp};
use dwell_engine::carriers::{Accepted, CarryError, Enclosure, Parcel};
use dwell_engine::hooks::AuthToken;
use dwell_testkit::{ManualClock, SeededRandom};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use office::FakeOffice;
use smsc::{Connection, Smsc, within};

const PASSWORD: &str = "s3cr3t";

/// Everything around a channel.
struct World {
    smsc: Smsc,
    clock: ManualClock,
    smpp: Arc<Smpp>,
    office: Arc<FakeOffice>,
    settings: SmppSettings,
}

/// A session that is being held.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Broken>>,
}

impl World {
    async fn new() -> World {
        let smsc = Smsc::start().await;
        let clock = ManualClock::new(Timestamp::EPOCH);
        let guard = Guard::from_allow_list(&["127.0.0.1".to_owned()]).unwrap();
        let base = Some("https://chat.example".to_owned());
        let smpp = Smpp::new(guard, Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)), base);
        let settings = SmppSettings {
            host: "127.0.0.1".to_owned(),
            port: smsc.port(),
            tls: false,
            system_id: "dwell".to_owned(),
            password: Secret::new(PASSWORD),
            system_type: "cp".to_owned(),
            messages_per_second_max: 0,
        };
        World { smsc, clock, smpp: Arc::new(smpp), office: Arc::default(), settings }
    }

    /// Begins a session.
    fn begin(&self) -> Running {
        let (stop, stopping) = Stopping::new();
        let session = Session { channel: channel(), settings: Settings::Smpp(self.settings.clone()), stop: stopping };
        let sessions = Sessions::new(self.smpp.clone(), self.office.clone());
        Running { stop, task: tokio::spawn(async move { sessions.hold(session).await }) }
    }

    /// Begins a session, up to where messages go over it.
    async fn bound(&self) -> (Running, Connection) {
        let running = self.begin();
        let mut connection = self.smsc.bound().await;
        // It answers once it is in its stride.
        connection.send(rusmpp::Pdu::EnquireLink).await;
        connection.next().await;
        (running, connection)
    }

    /// Ready once the next one who waits on the clock waits for `at`.
    async fn somebody_waits_for(&self, at: Timestamp) {
        while self.clock.next_wake() != Some(at) {
            tokio::task::yield_now().await;
        }
    }

    /// Hands a message over, in the background.
    fn carry(&self, parcel: Parcel) -> JoinHandle<Result<Accepted, CarryError>> {
        let smpp = self.smpp.clone();
        tokio::spawn(async move { smpp.carry(&parcel).await })
    }

    fn parcel(&self, body: &str) -> Parcel {
        let bytes = SidBytes::new(1, 0, [0; 8]);
        Parcel {
            channel: channel(),
            settings: Settings::Smpp(self.settings.clone()),
            auth_token: AuthToken::new("0123456789abcdef0123456789abcdef"),
            from: "+4915550001".to_owned(),
            from_name: None,
            to: vec!["+4915550002".to_owned()],
            others: Vec::new(),
            body: Some(body.to_owned()),
            media: Vec::new(),
            subject: None,
            references: Vec::new(),
            author: "agent".to_owned(),
            conversation_sid: ConversationSid::new(bytes),
            message_sid: MessageSid::new(bytes),
            message_index: 7,
            receipts: Vec::new(),
            idempotency_token: "7f9c24e8-3b12-4fef-91e0-56a2d5a7d3b1".to_owned(),
            timeout_millis: 5_000,
        }
    }
}

impl Running {
    /// How it ends.
    async fn end(self) -> Result<(), Broken> {
        within(self.task).await.unwrap()
    }
}

fn channel() -> Channel {
    let bytes = SidBytes::new(1, 0, [0; 8]);
    Channel {
        sid: ChannelSid::new(bytes),
        account_sid: AccountSid::new(bytes),
        provider: Provider::Smpp,
        friendly_name: None,
        addresses: vec!["+4915550001".to_owned()],
        enabled: true,
        date_created: Timestamp::EPOCH,
        date_updated: Timestamp::EPOCH,
    }
}

fn picture() -> Enclosure {
    Enclosure {
        sid: dwell_core::MediaSid::new(SidBytes::new(1, 0, [0; 8])),
        content_type: "image/png".to_owned(),
        filename: None,
        size: 1,
        link: "/m/1".to_owned(),
        bytes: None,
    }
}
