//! One session with an SMSC, from the connection to the end.

mod line;

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::channel::{Settings, SmppSettings};
use dwell_core::{ChannelSid, Timestamp};
use dwell_engine::carriers::CarryError;
use parking_lot::Mutex;
use rusmpp::pdus::{BindTransceiver, DeliverSmResp, SubmitSm};
use rusmpp::types::COctetString;
use rusmpp::values::InterfaceVersion;
use rusmpp::{CommandId, CommandStatus, Pdu};
use tokio::sync::{mpsc, oneshot};

use super::arrivals::Arrivals;
use super::frame::{Delivered, Frame, message_id};
use super::pace::Pace;
use super::status::failure;
use super::unanswered::{DOUBTFUL_SECONDS, Print, UNANSWERED_SECONDS};
use super::{Office, Smpp};
use crate::sessions::{Broken, Session, Stopping};
use line::Line;

/// Longest time from the look-up of the name to the answer to the bind, in seconds.
const OPEN_SECONDS_MAX: i64 = 15;
/// How long a line may be silent before it is asked whether it is alive, in seconds.
const SILENT_SECONDS: i64 = 30;
/// How long the answer to that may take, in seconds.
const ALIVE_SECONDS_MAX: i64 = 10;
/// Most messages that the SMSC has not answered yet.
const WINDOW_MAX: usize = 10;
/// How long a message may go without an answer before its place is given to another, in seconds.
const ANSWER_SECONDS_MAX: i64 = 60;
/// How long an answer may be on its way, in seconds.
const DOUBT_SECONDS_MAX: i64 = 10;
/// Most answers that are taken to be on their way: the latest.
const DOUBTFUL_MAX: usize = 1_000;
/// Longest time to finish what is begun when a session is to end, in seconds.
const DRAIN_SECONDS_MAX: i64 = 5;

/// The end of a session at which messages are handed over.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) submissions: mpsc::Sender<Submission>,
    pub(super) pace: Arc<Mutex<Pace>>,
}

/// A message, or a part of one, for the SMSC.
pub(super) struct Submission {
    pub(super) sm: SubmitSm,
    /// For the name that the SMSC gives it, if it does. Dropped when the session ends before it answers.
    pub(super) answer: Answer,
}

/// Where the SMSC's answer to a message goes.
type Answer = oneshot::Sender<Result<Option<String>, CarryError>>;

/// Opens a session and holds it until it breaks or is to stop.
pub(super) async fn hold(smpp: &Smpp, office: Arc<dyn Office>, session: Session) -> Result<(), Broken> {
    let Settings::Smpp(settings) = &session.settings else {
        return Err(Broken("the settings are not those of an SMSC".to_owned()));
    };
    let until = smpp.clock.now().plus_seconds(OPEN_SECONDS_MAX);
    let line = tokio::select! {
        line = open(smpp, settings) => line?,
        () = smpp.clock.sleep_until(until) => {
            return Err(Broken(format!("no answer from the SMSC within {OPEN_SECONDS_MAX} s")));
        }
        () = session.stop.clone().wait() => return Ok(()),
    };
    tracing::info!(channel = %session.channel.sid, "bound to the SMSC");
    let (sender, submissions) = mpsc::channel(WINDOW_MAX);
    let pace = Arc::new(Mutex::new(Pace::new(settings.messages_per_second_max)));
    let _open = Open::new(smpp, session.channel.sid, Link { submissions: sender, pace });
    let now = smpp.clock.now();
    let mut talk = Talk {
        smpp,
        line,
        arrivals: Arrivals::new(office, session.channel.clone(), smpp.random.clone()),
        sent: HashMap::new(),
        unanswered: HashMap::new(),
        doubtful: Vec::new(),
        channel: session.channel.sid,
        heard_at: now,
        asked_at: None,
    };
    talk.go_on(submissions, session.stop).await
}

/// Connects and binds.
async fn open(smpp: &Smpp, settings: &SmppSettings) -> Result<Line, Broken> {
    let bind = bind(settings)?;
    let connection = smpp.dialler.dial(&settings.host, settings.port, settings.tls).await;
    let connection = connection.map_err(|error| Broken(format!("no connection: {error}")))?;
    let mut line = Line::new(connection, smpp.clock.clone());
    let sequence = line.send(bind);
    line.flush().await?;
    loop {
        let frame = line.next().await?;
        let is_answer = matches!(frame.id, CommandId::BindTransceiverResp | CommandId::GenericNack);
        match frame.status {
            CommandStatus::EsmeRok if is_answer && frame.sequence == sequence => return Ok(line),
            status if is_answer => return Err(Broken(format!("the SMSC refused to bind: {status:?}"))),
            // It speaks before it answers: not as it should, and nothing that must be heard.
            _ => {}
        }
    }
}

fn bind(settings: &SmppSettings) -> Result<BindTransceiver, Broken> {
    fn field<const MAX: usize>(name: &str, text: &str) -> Result<COctetString<1, MAX>, Broken> {
        let unfit = |_| Broken(format!("`{name}` must be ASCII and at most {} characters long", MAX - 1));
        text.parse().map_err(unfit)
    }
    Ok(BindTransceiver::builder()
        .system_id(field("system_id", &settings.system_id)?)
        .password(field("password", settings.password.reveal())?)
        .system_type(field("system_type", &settings.system_type)?)
        .interface_version(InterfaceVersion::Smpp3_4)
        .build())
}

/// A session that messages can be handed over to, until it is dropped.
struct Open<'a> {
    smpp: &'a Smpp,
    channel: ChannelSid,
}

impl<'a> Open<'a> {
    fn new(smpp: &'a Smpp, channel: ChannelSid, link: Link) -> Self {
        smpp.links.lock().insert(channel, link);
        metrics::gauge!("dwell_smpp_sessions").increment(1.0);
        Open { smpp, channel }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.smpp.links.lock().remove(&self.channel);
        metrics::gauge!("dwell_smpp_sessions").decrement(1.0);
    }
}

/// A session that is bound.
struct Talk<'a> {
    smpp: &'a Smpp,
    line: Line,
    arrivals: Arrivals,
    /// What the SMSC has not answered, by sequence number, each with the end of its patience.
    sent: HashMap<u32, (Answer, Timestamp)>,
    /// What the SMSC has no answer to, by its sequence number.
    unanswered: HashMap<u32, (Print, String)>,
    /// What it was answered lately: it has the answer once it speaks of something that we said later.
    doubtful: Vec<Doubtful>,
    channel: ChannelSid,
    /// When the SMSC last said anything.
    heard_at: Timestamp,
    /// When it was asked whether it is alive, unless it has said anything since.
    asked_at: Option<Timestamp>,
}

/// A message from outside whose answer may still be on its way.
struct Doubtful {
    print: Print,
    name: String,
    /// The last request of ours before the answer.
    after: u32,
    answered_at: Timestamp,
}

impl Talk<'_> {
    async fn go_on(&mut self, mut submissions: mpsc::Receiver<Submission>, stop: Stopping) -> Result<(), Broken> {
        let mut until = None;
        loop {
            self.line.flush().await?;
            let is_over = self.sent.is_empty() && self.unanswered.is_empty();
            let now = self.smpp.clock.now();
            if until.is_some_and(|until| is_over || until <= now) {
                let left = self.line.leave().await;
                if left.is_ok() {
                    self.doubtful.clear();
                }
                return left;
            }
            let look_at = self.next_look().min(until.unwrap_or(Timestamp::MAX));
            tokio::select! {
                frame = self.line.next() => self.hear(frame?)?,
                answer = self.arrivals.answer() => self.tell(answer.0, answer.1),
                Some(submission) = submissions.recv(), if self.sent.len() < WINDOW_MAX && until.is_none() => {
                    self.submit(submission);
                }
                () = self.smpp.clock.sleep_until(look_at) => self.look()?,
                () = stop.clone().wait(), if until.is_none() => {
                    submissions.close();
                    until = Some(now.plus_seconds(DRAIN_SECONDS_MAX));
                }
            }
        }
    }

    /// When something is to be done though nobody says anything.
    fn next_look(&self) -> Timestamp {
        let line = match self.asked_at {
            Some(asked_at) => asked_at.plus_seconds(ALIVE_SECONDS_MAX),
            None => self.heard_at.plus_seconds(SILENT_SECONDS),
        };
        self.sent.values().map(|(_, until)| *until).fold(line, Timestamp::min)
    }

    fn look(&mut self) -> Result<(), Broken> {
        let now = self.smpp.clock.now();
        // Who waited for it has given up long ago.
        self.sent.retain(|_, (_, until)| *until > now);
        match self.asked_at {
            Some(asked_at) if asked_at.plus_seconds(ALIVE_SECONDS_MAX) <= now => {
                let seconds = now.micros_since(self.heard_at) / 1_000_000;
                return Err(Broken(format!("the SMSC has said nothing for {seconds} s")));
            }
            None if self.heard_at.plus_seconds(SILENT_SECONDS) <= now => {
                self.line.send(Pdu::EnquireLink);
                self.asked_at = Some(now);
            }
            _ => {}
        }
        Ok(())
    }

    fn submit(&mut self, submission: Submission) {
        // Whoever gave up waiting will send it again: it is not to go out twice.
        if submission.answer.is_closed() {
            return;
        }
        let sequence = self.line.send(submission.sm);
        let until = self.smpp.clock.now().plus_seconds(ANSWER_SECONDS_MAX);
        self.sent.insert(sequence, (submission.answer, until));
    }

    fn hear(&mut self, frame: Frame) -> Result<(), Broken> {
        let now = self.smpp.clock.now();
        (self.heard_at, self.asked_at) = (now, None);
        let Frame { id, status, sequence, body } = frame;
        if u32::from(id) > u32::from(CommandId::GenericNack) {
            self.doubtful.retain(|doubtful| doubtful.after >= sequence);
        }
        match id {
            CommandId::SubmitSmResp | CommandId::GenericNack => {
                if let Some((answer, _)) = self.sent.remove(&sequence) {
                    let said =
                        if status == CommandStatus::EsmeRok { Ok(message_id(&body)) } else { Err(failure(status)) };
                    // Whoever gave up waiting has asked for another attempt.
                    let _ = answer.send(said);
                }
            }
            CommandId::DeliverSm => match Delivered::read(body) {
                Some(delivered) => self.take(sequence, delivered, now),
                None => {
                    tracing::warn!(channel = %self.channel, "a message that makes no sense was refused");
                    self.tell(sequence, CommandStatus::EsmeRxRAppn);
                }
            },
            CommandId::EnquireLink => self.line.answer(CommandStatus::EsmeRok, sequence, Pdu::EnquireLinkResp),
            CommandId::Unbind => {
                self.line.answer(CommandStatus::EsmeRok, sequence, Pdu::UnbindResp);
                return Err(Broken("the SMSC ended the session".to_owned()));
            }
            CommandId::AlertNotification => {}
            // Answers to nothing that must be known, such as those to `enquire_link`.
            id if u32::from(id) >= u32::from(CommandId::GenericNack) => {}
            _ => self.line.answer(CommandStatus::EsmeRinvcmdid, sequence, Pdu::GenericNack),
        }
        Ok(())
    }

    /// Takes something that came in.
    fn take(&mut self, sequence: u32, delivered: Delivered, now: Timestamp) {
        let print = Print::of(&delivered);
        let kept = self.smpp.unanswered.take(self.channel, print, now);
        let name = kept.unwrap_or_else(|| self.arrivals.new_name(&delivered));
        self.unanswered.insert(sequence, (print, name.clone()));
        if !self.arrivals.take(sequence, delivered, name) {
            self.tell(sequence, CommandStatus::EsmeRxTAppn);
        }
    }

    /// Answers a `deliver_sm`.
    fn tell(&mut self, sequence: u32, status: CommandStatus) {
        if let Some((print, name)) = self.unanswered.remove(&sequence) {
            let now = self.smpp.clock.now();
            self.doubtful.retain(|doubtful| doubtful.answered_at.plus_seconds(DOUBT_SECONDS_MAX) > now);
            if self.doubtful.len() >= DOUBTFUL_MAX {
                self.doubtful.remove(0);
            }
            self.doubtful.push(Doubtful { print, name, after: self.line.sequence(), answered_at: now });
        }
        self.line.answer(status, sequence, DeliverSmResp::default());
    }
}

/// What was not answered will come again, and what was answered just now may.
impl Drop for Talk<'_> {
    fn drop(&mut self) {
        let now = self.smpp.clock.now();
        let keep = |print, name, seconds| {
            self.smpp.unanswered.keep(self.channel, print, name, now.plus_seconds(seconds));
        };
        for Doubtful { print, name, .. } in self.doubtful.drain(..) {
            keep(print, name, DOUBTFUL_SECONDS);
        }
        for (_, (print, name)) in self.unanswered.drain() {
            keep(print, name, UNANSWERED_SECONDS);
        }
    }
}
