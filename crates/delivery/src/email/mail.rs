//! Reading a mail: who wrote what to which of a channel's addresses.

use aws_lc_rs::digest::{SHA256, digest};
use dwell_core::channel::Channel;
use dwell_core::limits::{IDENTITY_CHARS_MAX, MESSAGE_BODY_BYTES_MAX, SUBJECT_CHARS_MAX};
use dwell_engine::inbound::{Inbound, InboundMedia};
use mail_parser::{Address, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::automatic;
use super::bounce::{self, Report};

/// Longest mail that is read, in bytes.
pub(super) const MAIL_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Longest head of a mail, in bytes.
const HEAD_BYTES_MAX: usize = 256 * 1024;
/// Most lines that could be headers or begin a part. Every one costs memory, however short it is.
const STRUCTURE_LINES_MAX: usize = 200_000;
/// Longest name of a mail; a longer one is kept as its hash.
const MESSAGE_ID_CHARS_MAX: usize = 255;
/// Most earlier mails that are taken over; the nearest are.
const REFERENCES_MAX: usize = 20;
/// Most files of a mail that are taken over.
const FILES_MAX: usize = 10;
/// Longest name of a file, in characters.
const FILENAME_CHARS_MAX: usize = 255;
/// The file in which a text comes that is too long for the body of a message.
const WHOLE_TEXT: &str = "mail.txt";

/// What a mail is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mail {
    /// A message for a conversation.
    Message(Box<Inbound>),
    /// A report on a mail that was sent.
    Report(Report),
    /// Nothing for a conversation, and why.
    Aside(&'static str),
}

/// A mail that cannot be read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(pub(super) &'static str);

/// Reads a mail that came to a channel.
pub(super) fn read(raw: &[u8], channel: &Channel) -> Result<Mail, Unreadable> {
    check(raw)?;
    let message = MessageParser::default().parse(raw).ok_or(Unreadable("it has no headers"))?;
    if bounce::is_report(&message) {
        return Ok(bounce::read(&message).map_or(Mail::Aside("report"), Mail::Report));
    }
    if let Some(reason) = automatic::given_away_by(&message) {
        return Ok(Mail::Aside(reason));
    }
    let (from, from_name) = sender(&message).ok_or(Unreadable("it names no sender"))?;
    if is_of(channel, &from).is_some() {
        return Ok(Mail::Aside("own"));
    }
    let to = recipient(&message, channel).ok_or(Unreadable("it names none of the channel's addresses"))?;
    let subject = message.subject().map(|text| shortened(text, SUBJECT_CHARS_MAX)).filter(|text| !text.is_empty());
    let (body, media) = content(&message, subject.as_deref())?;
    Ok(Mail::Message(Box::new(Inbound {
        channel_sid: Some(channel.sid),
        channel_message_sid: Some(name_of(&message, raw)),
        from,
        to,
        others: Vec::new(),
        body,
        subject,
        references: references(&message),
        attributes: None,
        from_name,
        media,
    })))
}

/// Whether a text can be the name of a mail, without its angle brackets.
pub(super) fn is_message_id(text: &str) -> bool {
    text.len() <= MESSAGE_ID_CHARS_MAX
        && text.contains('@')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
}

/// Refuses what would cost more memory than mail that people write.
fn check(raw: &[u8]) -> Result<(), Unreadable> {
    if raw.len() > MAIL_BYTES_MAX {
        return Err(Unreadable("it is too long"));
    }
    let mut head_bytes = 0;
    let mut is_in_head = true;
    let mut structure_lines = 0;
    for line in raw.split_inclusive(|&byte| byte == b'\n') {
        is_in_head &= !matches!(line, b"\n" | b"\r\n");
        if is_in_head {
            head_bytes += line.len();
        }
        let is_structure = line.starts_with(b"--") || line.iter().take(80).any(|&byte| byte == b':');
        structure_lines += usize::from(is_structure);
    }
    if head_bytes > HEAD_BYTES_MAX {
        return Err(Unreadable("its head is too long"));
    }
    if structure_lines > STRUCTURE_LINES_MAX {
        return Err(Unreadable("it has too many parts or headers"));
    }
    Ok(())
}

/// The address that wrote a mail, in lower case, and the name beside it.
fn sender(message: &Message<'_>) -> Option<(String, Option<String>)> {
    let from = message.from()?.first()?;
    let address = from.address()?.trim().to_lowercase();
    let is_address = address.contains('@') && address.chars().count() <= IDENTITY_CHARS_MAX;
    let name = from.name().map(|name| shortened(name, IDENTITY_CHARS_MAX)).filter(|name| !name.is_empty());
    is_address.then_some((address, name))
}

/// Which of the channel's addresses a mail came to: first as servers noted it, then as its writer did. A
/// channel with a single address has all its mail, hidden copies and forwarded ones too.
fn recipient(message: &Message<'_>, channel: &Channel) -> Option<String> {
    let noted = ["delivered-to", "x-original-to"].iter().find_map(|wanted| {
        let mut values = message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        values.find_map(|(_, value)| is_of(channel, value.trim().trim_matches(['<', '>'])))
    });
    let written = || [message.to(), message.cc()].into_iter().flatten().find_map(|list| ours(list, channel));
    let only = || if let [only] = channel.addresses.as_slice() { Some(only.clone()) } else { None };
    noted.or_else(written).or_else(only)
}

fn ours(list: &Address<'_>, channel: &Channel) -> Option<String> {
    list.iter().filter_map(|one| one.address()).find_map(|address| is_of(channel, address))
}

/// An address as the channel spells it, if it is one of the channel's.
fn is_of(channel: &Channel, address: &str) -> Option<String> {
    let address = address.to_lowercase();
    channel.addresses.iter().find(|own| own.to_lowercase() == address).cloned()
}

/// The name of a mail; one without is known by what is in it.
fn name_of(message: &Message<'_>, raw: &[u8]) -> String {
    match message.message_id().map(str::trim) {
        Some(id) if is_message_id(id) => id.to_owned(),
        Some(id) if !id.is_empty() => hashed(id.as_bytes()),
        _ => hashed(raw),
    }
}

fn hashed(bytes: &[u8]) -> String {
    let hex: String = digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256-{hex}")
}

/// The names of the mails that this one answers, the nearest last.
fn references(message: &Message<'_>) -> Vec<String> {
    let mut ids = ids_of(message.references());
    for id in ids_of(message.in_reply_to()) {
        ids.retain(|known| *known != id);
        ids.push(id);
    }
    ids.split_off(ids.len().saturating_sub(REFERENCES_MAX))
}

fn ids_of(value: &HeaderValue<'_>) -> Vec<String> {
    let ids = match value {
        HeaderValue::Text(id) => std::slice::from_ref(id),
        HeaderValue::TextList(ids) => ids,
        _ => &[],
    };
    ids.iter().map(|id| id.trim().to_owned()).filter(|id| is_message_id(id)).collect()
}

/// The text and the files of a mail. One without either says what its subject says.
fn content(message: &Message<'_>, subject: Option<&str>) -> Result<(Option<String>, Vec<InboundMedia>), Unreadable> {
    let mut text = text(message);
    let mut media: Vec<_> = message.attachments().take(FILES_MAX).map(file).collect();
    if text.len() > MESSAGE_BODY_BYTES_MAX {
        media.truncate(FILES_MAX - 1);
        media.push(InboundMedia::Here {
            bytes: text.clone().into_bytes(),
            content_type: "text/plain; charset=utf-8".to_owned(),
            filename: Some(WHOLE_TEXT.to_owned()),
        });
        let is_whole = |end: &usize| text.is_char_boundary(*end);
        text.truncate((0..=MESSAGE_BODY_BYTES_MAX).rev().find(is_whole).unwrap_or(0));
    }
    if text.is_empty() && media.is_empty() {
        text = subject.ok_or(Unreadable("it says nothing"))?.to_owned();
    }
    Ok(((!text.is_empty()).then_some(text), media))
}

/// All that is to be read at once, with lines ended in one way. What is quoted stays.
fn text(message: &Message<'_>) -> String {
    let mut whole = String::new();
    for part in message.text_bodies() {
        let text = match &part.body {
            PartType::Text(text) => text.as_ref(),
            PartType::Html(html) => &mail_parser::decoders::html::html_to_text(html),
            _ => continue,
        };
        if !whole.is_empty() {
            whole.push('\n');
        }
        whole.extend(text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()));
    }
    whole.truncate(whole.trim_end().len());
    let leading = whole.len() - whole.trim_start_matches('\n').len();
    whole.drain(..leading);
    whole
}

fn file(part: &MessagePart<'_>) -> InboundMedia {
    let content_type = match (&part.body, part.content_type()) {
        (PartType::Message(_), _) => "message/rfc822".to_owned(),
        (_, Some(kind)) => format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase(),
        (_, None) => "application/octet-stream".to_owned(),
    };
    let bytes = match &part.body {
        PartType::Message(message) => message.raw_message().to_vec(),
        _ => part.contents().to_vec(),
    };
    let filename = part.attachment_name().map(|name| shortened(name, FILENAME_CHARS_MAX));
    InboundMedia::Here { bytes, content_type, filename: filename.filter(|name| !name.is_empty()) }
}

/// A text of one line with at most `max` characters.
fn shortened(text: &str, max: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(max).collect()
}

#[cfg(test)]
mod tests;
