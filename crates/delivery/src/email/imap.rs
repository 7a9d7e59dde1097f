//! The part of IMAP (RFC 3501) that a reader of one folder needs. The answers of servers are read by
//! `imap-proto`; everything here has a bound, for accounts name the servers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imap_proto::{AttributeValue, MailboxDatum, Response, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::folder;
use crate::dial::Connection;

/// Most bytes of an answer besides the mail in it: enough for a search in a [`SEARCH_WINDOW`].
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Messages among which one search looks for unread ones, so that its answer stays within bounds.
const SEARCH_WINDOW: u32 = 50_000;
/// Longest time for an answer to a command; a mail may take as long.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// Most answers to one command.
const ANSWERS_MAX: usize = 10_000;
const READ_BYTES: usize = 16 * 1024;

/// Why a conversation with an IMAP server ended: for operators. It repeats no password and no mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ImapError {
    /// The connection.
    #[error("{0}")]
    Network(String),
    /// The server refuses a command.
    #[error("the IMAP server refuses {0}")]
    Refused(&'static str),
    /// The server does not keep to the protocol or to the bounds.
    #[error("the IMAP server {0}")]
    Protocol(&'static str),
}

impl ImapError {
    /// The server says nothing.
    pub(super) fn silent() -> Self {
        ImapError::Network("the IMAP server does not answer".to_owned())
    }
}

impl From<std::io::Error> for ImapError {
    fn from(error: std::io::Error) -> Self {
        ImapError::Network(error.to_string())
    }
}

/// A conversation with an IMAP server.
pub(super) struct Imap {
    stream: Box<dyn Connection>,
    /// What was read and not yet looked at.
    buffer: Vec<u8>,
    commands: u32,
    /// Longest mail that is taken in, in bytes.
    mail_bytes_max: usize,
    can_idle: bool,
    can_plain: bool,
}

impl Imap {
    /// Waits for the greeting.
    pub(super) async fn greeted(stream: Box<dyn Connection>, mail_bytes_max: usize) -> Result<Self, ImapError> {
        let mut imap =
            Imap { stream, buffer: Vec::new(), commands: 0, mail_bytes_max, can_idle: false, can_plain: false };
        let greeting = imap.answer().await?;
        match Response::parse(&greeting) {
            Ok((_, Response::Data { status: Status::Ok, .. })) => Ok(imap),
            _ => Err(ImapError::Refused("the connection")),
        }
    }

    /// Asks for encryption and gives the connection back for it.
    pub(super) async fn start_tls(mut self) -> Result<Box<dyn Connection>, ImapError> {
        self.run("STARTTLS", "STARTTLS", |_| {}).await?;
        // What came before the encryption could be anybody's.
        if self.buffer.is_empty() { Ok(self.stream) } else { Err(ImapError::Protocol("speaks before TLS begins")) }
    }

    /// Goes on with a connection that is encrypted by now; nobody greets again.
    pub(super) fn resumed(stream: Box<dyn Connection>, mail_bytes_max: usize) -> Self {
        Imap { stream, buffer: Vec::new(), commands: 0, mail_bytes_max, can_idle: false, can_plain: false }
    }

    /// Signs in.
    pub(super) async fn log_in(&mut self, username: &str, password: &str) -> Result<(), ImapError> {
        self.learn_capabilities().await?;
        if self.can_plain {
            let tag = self.send("AUTHENTICATE PLAIN").await?;
            self.wait_for_go_ahead("the user name or password").await?;
            let line = STANDARD.encode(format!("\0{username}\0{password}"));
            self.write(&format!("{line}\r\n")).await?;
            self.read_to_end(&tag, "the user name or password", |_| {}).await?;
        } else {
            let command = format!("LOGIN {} {}", quoted(username)?, quoted(password)?);
            self.run(&command, "the user name or password", |_| {}).await?;
        }
        // Servers may offer more to those who have signed in.
        self.learn_capabilities().await
    }

    async fn learn_capabilities(&mut self) -> Result<(), ImapError> {
        let (mut can_idle, mut can_plain) = (false, false);
        self.run("CAPABILITY", "CAPABILITY", |answer| {
            if let Response::Capabilities(all) = answer {
                for capability in all {
                    match capability {
                        imap_proto::Capability::Atom(name) => can_idle |= name.eq_ignore_ascii_case("IDLE"),
                        imap_proto::Capability::Auth(name) => can_plain |= name.eq_ignore_ascii_case("PLAIN"),
                        imap_proto::Capability::Imap4rev1 => {}
                    }
                }
            }
        })
        .await?;
        (self.can_idle, self.can_plain) = (can_idle, can_plain);
        Ok(())
    }

    /// Opens a folder and returns how many messages are in it.
    pub(super) async fn select(&mut self, name: &str) -> Result<u32, ImapError> {
        let mut count = 0;
        let command = format!("SELECT {}", quoted(&folder::encode(name))?);
        self.run(&command, "the folder", |answer| {
            if let Response::MailboxData(MailboxDatum::Exists(exists)) = answer {
                count = exists;
            }
        })
        .await?;
        Ok(count)
    }

    /// The UIDs of unread messages among the first `count`, in order, at most `max`.
    pub(super) async fn unread(&mut self, count: u32, max: usize) -> Result<Vec<u32>, ImapError> {
        let mut found = Vec::new();
        let mut first = 1;
        while first <= count && found.len() < max {
            let last = first.saturating_add(SEARCH_WINDOW - 1).min(count);
            self.run(&format!("UID SEARCH {first}:{last} UNSEEN"), "a search", |answer| {
                if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                    found.extend(uids);
                }
            })
            .await?;
            first = last.saturating_add(1);
        }
        found.sort_unstable();
        found.truncate(max);
        Ok(found)
    }

    /// How long a message is, in bytes; `None` when it is gone.
    pub(super) async fn size(&mut self, uid: u32) -> Result<Option<u32>, ImapError> {
        let mut size = None;
        self.run(&format!("UID FETCH {uid} (UID RFC822.SIZE)"), "to tell a size", |answer| {
            let Response::Fetch(_, values) = answer else { return };
            if !values.contains(&AttributeValue::Uid(uid)) {
                return;
            }
            for value in values {
                if let AttributeValue::Rfc822Size(bytes) = value {
                    size = Some(bytes);
                }
            }
        })
        .await?;
        Ok(size)
    }

    /// A message as it came, without marking it as read; `None` when it is gone.
    pub(super) async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        let mut mail = None;
        self.run(&format!("UID FETCH {uid} (UID BODY.PEEK[])"), "a message", |answer| {
            let Response::Fetch(_, values) = answer else { return };
            if !values.contains(&AttributeValue::Uid(uid)) {
                return;
            }
            for value in values {
                if let AttributeValue::BodySection { section: None, data: Some(data), .. } = value {
                    mail = Some(data.into_owned());
                }
            }
        })
        .await?;
        Ok(mail)
    }

    /// Sets flags of a message, such as `\Seen`.
    pub(super) async fn flag(&mut self, uid: u32, flags: &str) -> Result<(), ImapError> {
        self.run(&format!("UID STORE {uid} +FLAGS.SILENT ({flags})"), "to flag a message", |_| {}).await
    }

    /// Whether the server tells of new messages by itself.
    pub(super) fn can_idle(&self) -> bool {
        self.can_idle
    }

    /// Waits until the server speaks of the folder or `enough` is ready.
    pub(super) async fn idle(&mut self, enough: impl Future<Output = ()>) -> Result<(), ImapError> {
        let tag = self.send("IDLE").await?;
        self.wait_for_go_ahead("to wait").await?;
        tokio::pin!(enough);
        loop {
            let heard = tokio::select! {
                () = &mut enough => break,
                // Dropping it loses nothing: what was read is in the buffer.
                answer = self.next_answer() => answer?,
            };
            if let Ok((_, Response::MailboxData(_))) = Response::parse(&heard) {
                break;
            }
        }
        self.write("DONE\r\n").await?;
        self.read_to_end(&tag, "to wait", |_| {}).await
    }

    /// Says good-bye.
    pub(super) async fn log_out(mut self) {
        // The connection ends either way.
        let _ = self.run("LOGOUT", "LOGOUT", |_| {}).await;
    }

    /// Carries out a command, giving every answer before its end to `each`.
    async fn run(
        &mut self,
        command: &str,
        what: &'static str,
        each: impl FnMut(Response<'_>),
    ) -> Result<(), ImapError> {
        let tag = self.send(command).await?;
        self.read_to_end(&tag, what, each).await
    }

    async fn send(&mut self, command: &str) -> Result<String, ImapError> {
        self.commands = self.commands.wrapping_add(1);
        let tag = format!("a{}", self.commands);
        self.write(&format!("{tag} {command}\r\n")).await?;
        Ok(tag)
    }

    async fn write(&mut self, text: &str) -> Result<(), ImapError> {
        let writing = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(ANSWER_TIME_MAX, writing).await.map_err(|_| ImapError::silent())?.map_err(Into::into)
    }

    async fn wait_for_go_ahead(&mut self, what: &'static str) -> Result<(), ImapError> {
        for _ in 0..ANSWERS_MAX {
            let answer = self.answer().await?;
            match answer.first() {
                Some(b'+') => return Ok(()),
                Some(b'*') => {}
                _ => return Err(ImapError::Refused(what)),
            }
        }
        Err(ImapError::Protocol("says too much"))
    }

    async fn read_to_end(
        &mut self,
        tag: &str,
        what: &'static str,
        mut each: impl FnMut(Response<'_>),
    ) -> Result<(), ImapError> {
        for _ in 0..ANSWERS_MAX {
            let answer = self.answer().await?;
            match Response::parse(&answer) {
                Ok((_, Response::Done { tag: of, status, .. })) if of.0 == tag => {
                    return if status == Status::Ok { Ok(()) } else { Err(ImapError::Refused(what)) };
                }
                Ok((_, answer)) => each(answer),
                // Servers say things that nobody asked for in forms that nobody knows.
                Err(_) if answer.starts_with(b"*") => {}
                Err(_) => return Err(ImapError::Protocol("answers in no known form")),
            }
        }
        Err(ImapError::Protocol("says too much"))
    }

    async fn answer(&mut self) -> Result<Vec<u8>, ImapError> {
        timeout(ANSWER_TIME_MAX, self.next_answer()).await.map_err(|_| ImapError::silent())?
    }

    /// One whole answer: lines and the literals that they announce.
    async fn next_answer(&mut self) -> Result<Vec<u8>, ImapError> {
        let mut looked_at = 0;
        loop {
            match extent(&self.buffer, looked_at, self.mail_bytes_max)? {
                Extent::Whole(end) => {
                    let rest = self.buffer.split_off(end);
                    return Ok(std::mem::replace(&mut self.buffer, rest));
                }
                Extent::Part(at) => looked_at = at,
            }
            if self.buffer.len() > ANSWER_BYTES_MAX + self.mail_bytes_max {
                return Err(ImapError::Protocol("says too much"));
            }
            let mut chunk = [0; READ_BYTES];
            let read = self.stream.read(&mut chunk).await?;
            if read == 0 {
                return Err(ImapError::Network("the IMAP server hung up".to_owned()));
            }
            self.buffer.extend_from_slice(&chunk[..read]);
        }
    }
}

/// How far an answer goes.
enum Extent {
    /// To here.
    Whole(usize),
    /// Further than what is there. The line that was begun last begins here.
    Part(usize),
}

/// How far the first answer in `bytes` goes; what is before `line` belongs to it and is whole.
fn extent(bytes: &[u8], mut line: usize, mail_bytes_max: usize) -> Result<Extent, ImapError> {
    loop {
        let Some(end) = bytes[line.min(bytes.len())..].iter().position(|&byte| byte == b'\n') else {
            if bytes.len().saturating_sub(line) > ANSWER_BYTES_MAX {
                return Err(ImapError::Protocol("says too long a line"));
            }
            return Ok(Extent::Part(line));
        };
        let next = line + end + 1;
        let Some(literal) = announced(&bytes[line..next]) else { return Ok(Extent::Whole(next)) };
        if literal > mail_bytes_max {
            return Err(ImapError::Protocol("sends more than a mail may have"));
        }
        if bytes.len() < next + literal {
            return Ok(Extent::Part(line));
        }
        line = next + literal;
    }
}

/// The length of the literal that a line announces at its end, as in `BODY[] {342}`.
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n")?.strip_suffix(b"}")?;
    let open = line.iter().rposition(|&byte| byte == b'{')?;
    std::str::from_utf8(&line[open + 1..]).ok()?.parse().ok()
}

/// A text as a quoted string (RFC 3501 §4.3), in which there can be no line break.
fn quoted(text: &str) -> Result<String, ImapError> {
    if text.chars().any(char::is_control) {
        return Err(ImapError::Refused("control characters in names and passwords"));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests;
