//! PDUs as they come over the connection: cut apart here, so that one whose body makes no sense can be answered
//! and does not cost the session, and read with patience for what SMSCs do to optional parameters.

use bytes::{Buf, BytesMut};
use rusmpp::decode::DecodeWithLength;
use rusmpp::encode::Length;
use rusmpp::encode::owned::Encode;
use rusmpp::pdus::DeliverSm;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};

/// Length, command, status and sequence number.
const HEADER_BYTES: usize = 16;
/// Longest PDU that is read: one with the longest `message_payload`, and the rest of it.
const FRAME_BYTES_MAX: usize = 70_000;

/// Optional parameters (SMPP 3.4 §5.3.2).
pub(super) const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
pub(super) const SAR_MSG_REF_NUM: u16 = 0x020c;
pub(super) const SAR_TOTAL_SEGMENTS: u16 = 0x020e;
pub(super) const SAR_SEGMENT_SEQNUM: u16 = 0x020f;
pub(super) const MESSAGE_PAYLOAD: u16 = 0x0424;
pub(super) const MESSAGE_STATE: u16 = 0x0427;

/// A PDU, its body not looked at.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) id: CommandId,
    pub(super) status: CommandStatus,
    pub(super) sequence: u32,
    pub(super) body: BytesMut,
}

/// What comes is not SMPP: there is no telling where the next PDU begins.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PDU of {0} bytes: this is no SMPP")]
pub(super) struct NoFrame(usize);

/// Takes the next PDU out of what has been read; `None` if more must come first.
pub(super) fn next(read: &mut BytesMut) -> Result<Option<Frame>, NoFrame> {
    let Some(length) = read.get(..4).map(|bytes| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    else {
        return Ok(None);
    };
    if !(HEADER_BYTES..=FRAME_BYTES_MAX).contains(&length) {
        return Err(NoFrame(length));
    }
    if read.len() < length {
        return Ok(None);
    }
    let mut body = read.split_to(length);
    body.advance(4);
    let (id, status, sequence) = (body.get_u32(), body.get_u32(), body.get_u32());
    Ok(Some(Frame { id: id.into(), status: status.into(), sequence, body }))
}

/// Appends a PDU to what is to be written.
pub(super) fn write(to: &mut BytesMut, status: CommandStatus, sequence: u32, pdu: impl Into<Pdu>) {
    let command = Command::new(status, sequence, pdu);
    // The length of what we send is far below 4 GiB.
    let length = u32::try_from(4 + command.length()).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_be_bytes());
    command.encode(to);
}

/// A `deliver_sm` in two: what is always there, and its optional parameters.
pub(super) struct Delivered {
    pub(super) sm: DeliverSm,
    optional: Vec<(u16, BytesMut)>,
}

impl Delivered {
    /// Reads the body; `None` if it makes no sense. Optional parameters are read as far as they do.
    pub(super) fn read(mut body: BytesMut) -> Option<Self> {
        let rest = body.split_off(always_there(&body)?);
        let length = body.len();
        let (sm, _) = <DeliverSm as DecodeWithLength>::decode(&mut body, length).ok()?;
        Some(Delivered { sm, optional: optional(rest) })
    }

    /// The value of an optional parameter.
    pub(super) fn optional(&self, tag: u16) -> Option<&[u8]> {
        self.optional.iter().find(|(found, _)| *found == tag).map(|(_, value)| &value[..])
    }

    /// The value of one that is a number.
    pub(super) fn number(&self, tag: u16) -> Option<u16> {
        match self.optional(tag)? {
            [byte] => Some(u16::from(*byte)),
            [high, low] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }

    /// What the message is made of.
    pub(super) fn octets(&self) -> &[u8] {
        let short = self.sm.short_message();
        if short.is_empty() { self.optional(MESSAGE_PAYLOAD).unwrap_or_default() } else { short.as_ref() }
    }
}

/// The message id in the body of a `submit_sm_resp`; `None` if there is none.
pub(super) fn message_id(body: &[u8]) -> Option<String> {
    let id = body.split(|byte| *byte == 0).next()?;
    let id = std::str::from_utf8(id).ok()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// How many bytes of a `deliver_sm` come before its optional parameters (SMPP 3.4 §4.6.1).
fn always_there(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    // Strings that end with a null byte, and how many bytes follow each.
    for behind in [2, 2, 3, 0, 4] {
        at += body.get(at..)?.iter().position(|byte| *byte == 0)? + 1 + behind;
    }
    // service_type, source, destination, schedule_delivery_time, validity_period and what is between them;
    // then the length of the message and the message.
    let length = usize::from(*body.get(at)?);
    let end = at + 1 + length;
    (end <= body.len()).then_some(end)
}

fn optional(mut rest: BytesMut) -> Vec<(u16, BytesMut)> {
    let mut found = Vec::new();
    while rest.len() >= 4 {
        let (tag, length) = (rest.get_u16(), usize::from(rest.get_u16()));
        let value = rest.split_to(length.min(rest.len()));
        found.push((tag, value));
    }
    found
}
