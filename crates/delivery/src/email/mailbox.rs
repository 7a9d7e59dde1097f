//! Mail in, by IMAP: one session for each mailbox.
//!
//! What was taken care of is marked as read, and only once it is on disk; so a mail that was being read when
//! a server stopped is read again, and known again by its name. Mail that cannot be taken in is marked as
//! read and flagged, for people to look at: it holds up nothing behind it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use dwell_core::channel::{Channel, EmailSettings, Settings};
use dwell_core::receipt::Status;
use dwell_core::{AccountSid, ChannelSid};
use dwell_engine::inbound::{Inbound, Received};
use dwell_engine::{Clock, Error};
use tokio::time::timeout;

use super::endpoint::{Endpoint, Security};
use super::imap::{Imap, ImapError};
use super::mail::{self, MAIL_BYTES_MAX, Mail};
use crate::dial::{Connection, Dialler, Undialled, encrypt};
use crate::guard::{Guard, Lookup};
use crate::sessions::{Broken, Holder, Holding, Session, Stopping};

/// Time between two looks into a folder whose server does not tell of new mail, in seconds.
const POLL_SECONDS: i64 = 15;
/// The same where it does, in seconds: connections that stand still longer are cut by what is in between.
const IDLE_SECONDS_MAX: i64 = 5 * 60;
/// Time until a mail is tried again that the server could not take in, in seconds.
const RETRY_SECONDS: i64 = 5;
/// Longest time until a connection is there.
const OPEN_TIME_MAX: Duration = Duration::from_secs(30);
/// Most mails of one look; then there is another.
const MAILS_MAX: usize = 500;

/// Taken care of.
const SEEN: &str = "\\Seen";
/// For people to look at.
const SEEN_AND_FLAGGED: &str = "\\Seen \\Flagged";

/// What a desk returns, to come.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What a report says of a mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The channel that it went through.
    pub channel_sid: ChannelSid,
    /// Its name.
    pub channel_message_sid: String,
    /// What became of it.
    pub status: Status,
    /// Why it failed, as mail servers number errors.
    pub error_code: Option<i64>,
}

/// Takes what mailboxes bring. Its word means that all is on disk.
pub trait Desk: Send + Sync + 'static {
    /// Takes a message in.
    fn receive(&self, account: AccountSid, inbound: Inbound) -> Work<'_, Received>;

    /// Notes what became of a message.
    fn note(&self, account: AccountSid, outcome: Outcome) -> Work<'_, ()>;
}

/// Reads mailboxes. One for the whole process.
pub struct Mailbox {
    dialler: Dialler,
    clock: Arc<dyn Clock>,
    desk: Arc<dyn Desk>,
}

/// What is done with a mail.
enum Verdict {
    /// It is marked so.
    Done(&'static str),
    /// It stays, and so does what is behind it, until later.
    Later,
}

impl Holder for Mailbox {
    fn hold(&self, session: Session) -> Holding<'_> {
        Box::pin(async move {
            let Settings::Email(settings) = &session.settings else {
                return Err(Broken("the channel is none of e-mail".to_owned()));
            };
            if settings.imap_url.is_none() {
                // Nothing comes in this way.
                session.stop.wait().await;
                return Ok(());
            }
            let outcome = self.attend(&session.channel, settings, &session.stop).await;
            outcome.map_err(|error| Broken(error.to_string()))
        })
    }
}

impl Mailbox {
    /// A reader that connects to what `guard` allows, asks `lookup` for addresses and hands mail to `desk`.
    pub fn new(guard: Arc<Guard>, lookup: Arc<dyn Lookup>, clock: Arc<dyn Clock>, desk: Arc<dyn Desk>) -> Self {
        Mailbox { dialler: Dialler::new(guard, lookup), clock, desk }
    }

    /// Takes in what comes until it is to stop.
    async fn attend(&self, channel: &Channel, settings: &EmailSettings, stop: &Stopping) -> Result<(), ImapError> {
        let mut imap = tokio::select! {
            biased;
            () = stop.clone().wait() => return Ok(()),
            opened = self.open(settings) => opened?,
        };
        while !stop.is_asked_for() {
            let wait_seconds = self.take_in(&mut imap, channel, settings, stop).await?;
            let wake_at = self.clock.now().plus_seconds(wait_seconds);
            let enough = async {
                tokio::select! {
                    () = stop.clone().wait() => {}
                    () = self.clock.sleep_until(wake_at) => {}
                }
            };
            if imap.can_idle() && wait_seconds == IDLE_SECONDS_MAX { imap.idle(enough).await? } else { enough.await }
        }
        imap.log_out().await;
        Ok(())
    }

    /// A connection that is signed in.
    async fn open(&self, settings: &EmailSettings) -> Result<Imap, ImapError> {
        let url = settings.imap_url.as_deref().unwrap_or_default();
        let endpoint = Endpoint::of_imap(url).map_err(ImapError::Network)?;
        let (host, port) = (endpoint.host.as_str(), endpoint.port);
        let network = |error: Undialled| ImapError::Network(format!("{host}:{port}: {error}"));
        let dialled = self.dialler.dial(host, port, endpoint.security == Security::Tls);
        let stream: Box<dyn Connection> =
            timeout(OPEN_TIME_MAX, dialled).await.map_err(|_| ImapError::silent())?.map_err(network)?;
        let mut imap = Imap::greeted(stream, MAIL_BYTES_MAX).await?;
        if endpoint.security == Security::StartTls {
            let encrypted = encrypt(host, imap.start_tls().await?);
            let stream = timeout(OPEN_TIME_MAX, encrypted).await.map_err(|_| ImapError::silent())?.map_err(network)?;
            imap = Imap::resumed(Box::new(stream), MAIL_BYTES_MAX);
        }
        if let Some(username) = &settings.imap_username {
            let password = settings.imap_password.as_ref().map_or("", |password| password.reveal());
            imap.log_in(username, password).await?;
        }
        Ok(imap)
    }

    /// Takes in what is unread, in order, and returns after how many seconds to look again.
    async fn take_in(
        &self,
        imap: &mut Imap,
        channel: &Channel,
        settings: &EmailSettings,
        stop: &Stopping,
    ) -> Result<i64, ImapError> {
        let count = imap.select(&settings.imap_folder).await?;
        let unread = imap.unread(count, MAILS_MAX).await?;
        let are_all = unread.len() < MAILS_MAX;
        for uid in unread {
            if stop.is_asked_for() {
                break;
            }
            match self.take(imap, channel, uid).await? {
                Verdict::Done(flags) => imap.flag(uid, flags).await?,
                Verdict::Later => return Ok(RETRY_SECONDS),
            }
        }
        Ok(match (are_all, imap.can_idle()) {
            (false, _) => 0,
            (true, true) => IDLE_SECONDS_MAX,
            (true, false) => POLL_SECONDS,
        })
    }

    async fn take(&self, imap: &mut Imap, channel: &Channel, uid: u32) -> Result<Verdict, ImapError> {
        let is_too_long = match imap.size(uid).await? {
            Some(bytes) => usize::try_from(bytes).is_ok_and(|bytes| bytes > MAIL_BYTES_MAX),
            // Somebody has removed it.
            None => return Ok(Verdict::Done(SEEN)),
        };
        let raw = if is_too_long { None } else { imap.fetch(uid).await? };
        let read = match &raw {
            Some(raw) => mail::read(raw, channel),
            None => Err(mail::Unreadable("it is too long")),
        };
        match read {
            Ok(mail) => Ok(self.file(channel, uid, mail).await),
            Err(why) => {
                count("unreadable");
                tracing::warn!(channel = %channel.sid, uid, "a mail was flagged and not taken in: {why}");
                Ok(Verdict::Done(SEEN_AND_FLAGGED))
            }
        }
    }

    /// Takes a mail to where it belongs.
    async fn file(&self, channel: &Channel, uid: u32, mail: Mail) -> Verdict {
        let taken = match mail {
            Mail::Message(inbound) => self.desk.receive(channel.account_sid, *inbound).await.map(|_| "message"),
            Mail::Report(report) => match report.status {
                Some(status) => {
                    let outcome = Outcome {
                        channel_sid: channel.sid,
                        channel_message_sid: report.message_id,
                        status,
                        error_code: report.error_code,
                    };
                    self.desk.note(channel.account_sid, outcome).await.map(|()| "report")
                }
                None => Ok("report"),
            },
            Mail::Aside(why) => {
                tracing::info!(channel = %channel.sid, uid, why, "a mail that no person wrote was left aside");
                Ok("automatic")
            }
        };
        match taken {
            Ok(kind) => {
                count(kind);
                Verdict::Done(SEEN)
            }
            Err(error @ (Error::NotFound | Error::Refused(_) | Error::Internal(_))) => {
                count("refused");
                tracing::warn!(channel = %channel.sid, uid, %error, "a mail was flagged and not taken in");
                Verdict::Done(SEEN_AND_FLAGGED)
            }
            Err(error) => {
                tracing::warn!(channel = %channel.sid, uid, %error, "a mail waits");
                Verdict::Later
            }
        }
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("dwell_mails_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests;
