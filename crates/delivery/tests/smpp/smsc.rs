//! An SMSC that does what a test tells it to, speaking through the server's side of the same crate.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use rusmpp::decode::DecodeWithLength;
use rusmpp::encode::Length;
use rusmpp::encode::owned::Encode;
use rusmpp::pdus::{BindTransceiverResp, DeliverSm, SubmitSm, SubmitSmResp};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, Npi, Ton};
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Smsc {
    listener: TcpListener,
}

impl Smsc {
    pub(crate) async fn start() -> Smsc {
        Smsc { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> Connection {
        let (stream, _) = within(self.listener.accept()).await.unwrap();
        Connection { stream, sequence: 1_000 }
    }

    /// The next connection, bound.
    pub(crate) async fn bound(&self) -> Connection {
        let mut connection = self.accept().await;
        let bind = connection.next().await;
        assert!(matches!(bind.pdu(), Some(Pdu::BindTransceiver(_))), "{bind:?}");
        connection.answer(&bind, CommandStatus::EsmeRok, BindTransceiverResp::default()).await;
        connection
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    sequence: u32,
}

impl Connection {
    /// The next PDU; the connection must not end.
    pub(crate) async fn next(&mut self) -> Command {
        self.try_next().await.expect("a PDU")
    }

    /// The next PDU; `None` when the connection ends.
    pub(crate) async fn try_next(&mut self) -> Option<Command> {
        let length = within(self.stream.read_u32()).await.ok()?;
        let mut rest = vec![0; length as usize - 4];
        within(self.stream.read_exact(&mut rest)).await.ok()?;
        let length = rest.len();
        let mut rest = BytesMut::from(&rest[..]);
        Some(<Command as DecodeWithLength>::decode(&mut rest, length).unwrap().0)
    }

    /// The next message.
    pub(crate) async fn submitted(&mut self) -> (Command, SubmitSm) {
        let command = self.next().await;
        match command.pdu() {
            Some(Pdu::SubmitSm(sm)) => (command.clone(), sm.clone()),
            _ => panic!("{command:?}"),
        }
    }

    /// Takes a message under this name.
    pub(crate) async fn accept(&mut self, command: &Command, name: &str) {
        let response = SubmitSmResp::builder().message_id(name.parse().unwrap()).build();
        self.answer(command, CommandStatus::EsmeRok, response).await;
    }

    /// Refuses a message, without a body as the standard has it.
    pub(crate) async fn refuse(&mut self, command: &Command, status: CommandStatus) {
        let mut bytes = BytesMut::new();
        bytes.put_u32(16);
        bytes.put_u32(u32::from(command.id()) | 0x8000_0000);
        bytes.put_u32(u32::from(status));
        bytes.put_u32(command.sequence_number());
        self.write(&bytes).await;
    }

    pub(crate) async fn answer(&mut self, command: &Command, status: CommandStatus, pdu: impl Into<Pdu>) {
        self.put(Command::new(status, command.sequence_number(), pdu)).await;
    }

    /// Sends a request: its sequence number.
    pub(crate) async fn send(&mut self, pdu: impl Into<Pdu>) -> u32 {
        self.sequence += 1;
        self.put(Command::new(CommandStatus::EsmeRok, self.sequence, pdu)).await;
        self.sequence
    }

    async fn put(&mut self, command: Command) {
        let mut bytes = BytesMut::new();
        bytes.put_u32(u32::try_from(4 + command.length()).unwrap());
        command.encode(&mut bytes);
        self.write(&bytes).await;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }
}

/// A message from a phone, or a receipt, to be changed as a test wants.
pub(crate) fn delivery(esm_class: u8, data_coding: u8, octets: &[u8]) -> DeliverSm {
    DeliverSm::builder()
        .source_addr_ton(Ton::International)
        .source_addr_npi(Npi::Isdn)
        .source_addr(digits("4915550002"))
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(digits("4915550001"))
        .esm_class(EsmClass::from(esm_class))
        .data_coding(DataCoding::from(data_coding))
        .short_message(OctetString::from_slice(octets).unwrap())
        .build()
}

pub(crate) fn digits(digits: &str) -> COctetString<1, 21> {
    digits.parse().unwrap()
}

/// What comes of `doing`, which must not take long.
pub(crate) async fn within<T>(doing: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, doing).await.expect("it takes too long")
}
