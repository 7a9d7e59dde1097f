//! What comes in: messages from phones and receipts.
//!
//! Those of one sender are taken in order, one after the other; those of different senders side by side. The
//! SMSC is answered once the office has what it sent: until then it keeps it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use dwell_core::channel::Channel;
use dwell_engine::inbound::{Inbound, Part};
use dwell_engine::{Error, Random};
use rusmpp::CommandStatus;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Office;
use super::address::Address;
use super::alphabet::{decode, decode_all};
use super::frame::{
    Delivered, MESSAGE_STATE, RECEIPTED_MESSAGE_ID, SAR_MSG_REF_NUM, SAR_SEGMENT_SEQNUM, SAR_TOTAL_SEGMENTS,
};
use super::outgoing::HAS_HEADER;
use super::report::{Report, message_name};
use super::segments::{Place, unwrap_header};

/// How many senders' messages are taken at once.
const HANDS: usize = 8;
/// Most messages that wait for each of them: more are to be sent again later.
const WAITING_MAX: usize = 32;

/// Of `esm_class`: what kind of message it is (SMPP 3.4 §5.2.12).
const KIND: u8 = 0x3c;
const MESSAGE: u8 = 0x00;
const RECEIPT: u8 = 0x04;
const INTERMEDIATE_RECEIPT: u8 = 0x20;

/// One that came in, under the sequence number that its answer has.
struct Arrival {
    sequence: u32,
    delivered: Delivered,
    name: String,
}

/// Takes what comes in over one session. Dropped, it lets go of what it has not finished.
pub(super) struct Arrivals {
    hands: Vec<mpsc::Sender<Arrival>>,
    answers: mpsc::Receiver<(u32, CommandStatus)>,
    random: Arc<dyn Random>,
    _tasks: JoinSet<()>,
}

impl Arrivals {
    pub(super) fn new(office: Arc<dyn Office>, channel: Channel, random: Arc<dyn Random>) -> Self {
        let (answer, answers) = mpsc::channel(HANDS);
        let clerk = Arc::new(Clerk { office, channel });
        let mut tasks = JoinSet::new();
        let hands = std::iter::repeat_with(|| {
            let (hand, mut waiting) = mpsc::channel::<Arrival>(WAITING_MAX);
            let (clerk, answer) = (clerk.clone(), answer.clone());
            tasks.spawn(async move {
                while let Some(arrival) = waiting.recv().await {
                    let status = clerk.take(&arrival.delivered, arrival.name).await;
                    // The session is over when nobody listens.
                    let _ = answer.send((arrival.sequence, status)).await;
                }
            });
            hand
        });
        let hands = hands.take(HANDS).collect();
        Arrivals { hands, answers, random, _tasks: tasks }
    }

    /// Takes one; `false` if there is no room, and it is to be sent again.
    pub(super) fn take(&self, sequence: u32, delivered: Delivered, name: String) -> bool {
        let mut hasher = DefaultHasher::new();
        delivered.sm.source_addr.as_ref().hash(&mut hasher);
        // Less than the number of hands, so it fits.
        let hand = usize::try_from(hasher.finish() % HANDS as u64).unwrap_or(0);
        self.hands[hand].try_send(Arrival { sequence, delivered, name }).is_ok()
    }

    /// The answer to one of those taken: its sequence number and what the SMSC is told.
    pub(super) async fn answer(&mut self) -> (u32, CommandStatus) {
        match self.answers.recv().await {
            Some(answer) => answer,
            // Never so while a hand is alive.
            None => std::future::pending().await,
        }
    }

    /// The name of a message: the one that the SMSC gives it, if it does, or one of ours.
    pub(super) fn new_name(&self, delivered: &Delivered) -> String {
        identifier(delivered).map_or_else(
            || {
                let mut bytes = [0; 16];
                self.random.fill(&mut bytes);
                bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            },
            |name| message_name(&name),
        )
    }
}

/// What a phone is told of: the channel, and where its messages go.
struct Clerk {
    office: Arc<dyn Office>,
    channel: Channel,
}

impl Clerk {
    /// Takes one to the office: what the SMSC is told.
    async fn take(&self, delivered: &Delivered, name: String) -> CommandStatus {
        let done = match u8::from(delivered.sm.esm_class) & KIND {
            MESSAGE => self.message(delivered, name).await,
            RECEIPT | INTERMEDIATE_RECEIPT => self.receipt(delivered).await,
            // Acknowledgements of phones: nobody asks for them.
            _ => Ok(()),
        };
        let channel = self.channel.sid;
        let (outcome, status) = match done {
            Ok(()) => ("taken", CommandStatus::EsmeRok),
            // It would be refused every time: the SMSC is not to keep it.
            Err(error @ (Error::Refused(_) | Error::NotFound)) => {
                tracing::info!(%channel, %error, "a message from outside was refused");
                ("refused", CommandStatus::EsmeRxRAppn)
            }
            Err(error) => {
                tracing::warn!(%channel, %error, "a message from outside is to be sent again");
                ("deferred", CommandStatus::EsmeRxTAppn)
            }
        };
        metrics::counter!("dwell_smpp_arrivals_total", "outcome" => outcome).increment(1);
        status
    }

    async fn message(&self, delivered: &Delivered, name: String) -> Result<(), Error> {
        let sm = &delivered.sm;
        let known = &self.channel.addresses;
        let address = |ton, npi, digits: &_| Address { ton, npi, digits: Clone::clone(digits) }.read(known);
        let from = address(sm.source_addr_ton, sm.source_addr_npi, &sm.source_addr);
        let to = address(sm.dest_addr_ton, sm.dest_addr_npi, &sm.destination_addr);
        let (place, octets) = placed(delivered);
        let data_coding = u8::from(sm.data_coding);
        let (name, text) = match place {
            None => (name, decode(data_coding, octets)),
            Some(place) => {
                let (from, to, octets) = (from.clone(), to.clone(), octets.to_vec());
                let part = Part {
                    channel_sid: self.channel.sid,
                    from,
                    to,
                    reference: place.reference.into(),
                    total: place.total.into(),
                    number: place.number.into(),
                    data_coding,
                    octets,
                };
                match self.office.gather(&self.channel, part).await? {
                    Some(whole) => (whole.name, decode_all(&whole.pieces)),
                    None => return Ok(()),
                }
            }
        };
        let inbound = Inbound {
            channel_sid: Some(self.channel.sid),
            channel_message_sid: Some(name),
            from,
            to,
            others: Vec::new(),
            body: Some(text),
            subject: None,
            references: Vec::new(),
            attributes: None,
            from_name: None,
            media: Vec::new(),
        };
        self.office.receive(&self.channel, inbound).await.map(|_| ())
    }

    async fn receipt(&self, delivered: &Delivered) -> Result<(), Error> {
        let text = decode(u8::from(delivered.sm.data_coding), placed(delivered).1);
        let state = delivered.optional(MESSAGE_STATE).and_then(|value| value.first().copied());
        let Some(report) = Report::parse(&text, identifier(delivered).as_deref(), state) else {
            tracing::warn!(channel = %self.channel.sid, "a receipt does not say of which message it is");
            return Ok(());
        };
        match report.status {
            Some(status) => self.office.note_status(&self.channel, report.name, status, report.error_code).await,
            None => Ok(()),
        }
    }
}

/// The message's own name, where the SMSC gives one.
fn identifier(delivered: &Delivered) -> Option<String> {
    let id = delivered.optional(RECEIPTED_MESSAGE_ID)?;
    let id = String::from_utf8_lossy(id.split(|byte| *byte == 0).next()?).into_owned();
    (!id.trim().is_empty()).then_some(id)
}

/// Which part of a message it is, by its header or by optional parameters, and what it says.
fn placed(delivered: &Delivered) -> (Option<Place>, &[u8]) {
    let octets = delivered.octets();
    if u8::from(delivered.sm.esm_class) & HAS_HEADER != 0 {
        return unwrap_header(octets);
    }
    let number = |tag| delivered.number(tag);
    let octet = |tag| number(tag).and_then(|number| u8::try_from(number).ok());
    let place = number(SAR_MSG_REF_NUM)
        .zip(octet(SAR_TOTAL_SEGMENTS).zip(octet(SAR_SEGMENT_SEQNUM)))
        .and_then(|(reference, (total, number))| Place::of(reference, total, number));
    (place, octets)
}
