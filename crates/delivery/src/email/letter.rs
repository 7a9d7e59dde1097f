//! The mail that a message becomes.

use std::time::{Duration, SystemTime};

use dwell_core::Timestamp;
use dwell_core::channel::EmailSettings;
use dwell_engine::carriers::{Enclosure, Parcel};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, address::Envelope};
use url::Host;

use super::mail::is_message_id;

/// Most mails that one names as those before it.
const REFERENCES_MAX: usize = 20;
/// Whom the API names as the author of a message when nobody else is.
const SYSTEM: &str = "system";
/// The type of a file whose own is none.
const OCTETS: &str = "application/octet-stream";

/// A mail, ready to go.
pub(super) struct Letter {
    /// Its name: the same for every attempt.
    pub(super) message_id: String,
    /// From whom to whom.
    pub(super) envelope: Envelope,
    /// The domain that it comes from, as DNS writes it.
    pub(super) domain: String,
    /// The whole of it.
    pub(super) bytes: Vec<u8>,
}

/// Writes the mail of a parcel.
///
/// # Errors
/// What is wrong, without the addresses.
pub(super) fn write(parcel: &Parcel, settings: &EmailSettings, now: Timestamp) -> Result<Letter, String> {
    let from: Address = parcel.from.parse().map_err(|_| "the proxy address is no e-mail address".to_owned())?;
    let domain = domain(&parcel.from)?;
    let message_id = format!("{}@{domain}", parcel.idempotency_token);
    let name =
        parcel.from_name.as_deref().or(settings.from_name.as_deref()).map(one_line).filter(|name| !name.is_empty());

    let mut builder = Message::builder()
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or(0)))
        .message_id(Some(format!("<{message_id}>")))
        .subject(subject(parcel, name.as_deref()))
        .from(Mailbox::new(name, from));
    for to in &parcel.to {
        let to = to.parse().map_err(|_| "the participant's address is no e-mail address".to_owned())?;
        builder = builder.to(Mailbox::new(None, to));
    }
    builder = answering(builder, &parcel.references);
    if parcel.author == SYSTEM {
        // Programs that answer mail leave alone what a program wrote (RFC 3834 §5.1).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        builder = builder.raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
    }
    let text = parcel.body.clone().unwrap_or_default();
    let message = if parcel.media.is_empty() {
        builder.singlepart(SinglePart::plain(text))
    } else {
        let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text));
        for file in &parcel.media {
            parts = parts.singlepart(enclosed(file)?);
        }
        builder.multipart(parts)
    };
    let message = message.map_err(|error| error.to_string())?;
    Ok(Letter { message_id, envelope: message.envelope().clone(), domain, bytes: message.formatted() })
}

/// Names the mails that this one answers.
fn answering(builder: MessageBuilder, references: &[String]) -> MessageBuilder {
    let known: Vec<_> = references.iter().filter(|id| is_message_id(id)).map(|id| format!("<{id}>")).collect();
    let Some(nearest) = known.last().cloned() else { return builder };
    let known = &known[known.len().saturating_sub(REFERENCES_MAX)..];
    builder.in_reply_to(nearest).references(known.join(" "))
}

fn subject(parcel: &Parcel, name: Option<&str>) -> String {
    let given = parcel.subject.as_deref().map(one_line).filter(|subject| !subject.is_empty());
    given.unwrap_or_else(|| format!("Message from {}", name.unwrap_or(&parcel.from)))
}

fn enclosed(file: &Enclosure) -> Result<SinglePart, String> {
    let bytes = file.bytes.as_ref().ok_or("a file came without its bytes")?;
    let octets = || ContentType::parse(OCTETS).unwrap_or(ContentType::TEXT_PLAIN);
    let content_type = ContentType::parse(&file.content_type).unwrap_or_else(|_| octets());
    let name = file.filename.as_deref().map(one_line).filter(|name| !name.is_empty());
    Ok(Attachment::new(name.unwrap_or_else(|| "attachment".to_owned())).body(bytes.to_vec(), content_type))
}

/// The domain of an address as DNS writes it.
fn domain(address: &str) -> Result<String, String> {
    let written = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    match Host::parse(written) {
        Ok(Host::Domain(domain)) => Ok(domain),
        _ => Err("the proxy address has no domain".to_owned()),
    }
}

/// Headers are lines: whatever would end one is a space.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests;
