//! A connection with PDUs on it.

use std::sync::Arc;

use bytes::BytesMut;
use dwell_engine::Clock;
use rusmpp::{CommandId, CommandStatus, Pdu};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};

use crate::dial::Connection;
use crate::sessions::Broken;
use crate::smpp::frame::{self, Frame};

/// Longest time for the other side to take what is written, in seconds.
const WRITE_SECONDS_MAX: i64 = 10;
/// Longest wait for the answer to the end of a session, in seconds.
const LEAVE_SECONDS_MAX: i64 = 2;
/// Largest sequence number; the next is 1 again.
const SEQUENCE_MAX: u32 = 0x7fff_ffff;

pub(super) struct Line {
    reader: ReadHalf<Box<dyn Connection>>,
    writer: WriteHalf<Box<dyn Connection>>,
    read: BytesMut,
    /// What is to be written.
    unwritten: BytesMut,
    sequence: u32,
    clock: Arc<dyn Clock>,
}

impl Line {
    pub(super) fn new(connection: Box<dyn Connection>, clock: Arc<dyn Clock>) -> Self {
        let (reader, writer) = tokio::io::split(connection);
        Line { reader, writer, read: BytesMut::new(), unwritten: BytesMut::new(), sequence: 0, clock }
    }

    /// The next PDU. Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Result<Frame, Broken> {
        loop {
            match frame::next(&mut self.read) {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => {}
                Err(error) => return Err(Broken(error.to_string())),
            }
            match self.reader.read_buf(&mut self.read).await {
                Ok(0) => return Err(Broken("the SMSC closed the connection".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(Broken(format!("the connection broke: {error}"))),
            }
        }
    }

    /// Puts down a request, to be written by [`Self::flush`]: its sequence number.
    pub(super) fn send(&mut self, pdu: impl Into<Pdu>) -> u32 {
        self.sequence = if self.sequence == SEQUENCE_MAX { 1 } else { self.sequence + 1 };
        frame::write(&mut self.unwritten, CommandStatus::EsmeRok, self.sequence, pdu);
        self.sequence
    }

    /// The sequence number of the latest request.
    pub(super) fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Puts down an answer, to be written by [`Self::flush`].
    pub(super) fn answer(&mut self, status: CommandStatus, sequence: u32, pdu: impl Into<Pdu>) {
        frame::write(&mut self.unwritten, status, sequence, pdu);
    }

    /// Writes what was put down.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        if self.unwritten.is_empty() {
            return Ok(());
        }
        let until = self.clock.now().plus_seconds(WRITE_SECONDS_MAX);
        let writing = async {
            self.writer.write_all_buf(&mut self.unwritten).await?;
            self.writer.flush().await
        };
        tokio::select! {
            written = writing => written.map_err(|error| Broken(format!("the connection broke: {error}"))),
            () = self.clock.sleep_until(until) => Err(Broken("the SMSC does not read".to_owned())),
        }
    }

    /// Ends the session in good order, as far as the other side takes part.
    pub(super) async fn leave(&mut self) -> Result<(), Broken> {
        self.send(Pdu::Unbind);
        self.flush().await?;
        let until = self.clock.now().plus_seconds(LEAVE_SECONDS_MAX);
        let clock = self.clock.clone();
        let answered = async { while self.next().await.is_ok_and(|frame| frame.id != CommandId::UnbindResp) {} };
        tokio::select! {
            () = answered => {}
            () = clock.sleep_until(until) => {}
        }
        Ok(())
    }
}
