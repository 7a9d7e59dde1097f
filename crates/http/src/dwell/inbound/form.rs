//! A message as Twilio's messaging webhook sends it.

use axum::http::request::Parts;
use dwell_engine::Engine;
use dwell_engine::inbound::{Inbound, InboundMedia, Owner};

use crate::errors::Failure;
use crate::form::{self, check_content_type, form};
use crate::signed;

/// The parameters that are read, as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    from: Option<String>,
    to: Option<String>,
    body: Option<String>,
    message_sid: Option<String>,
    account_sid: Option<String>,
    num_media: Option<String>,
    media_url: Option<String>,
    media_content_type: Option<String>,
}

form! {
    /// A message as Twilio's messaging webhook sends it. Other parameters are passed over.
    InboundForm => Given {
        /// The address of the sender, such as `+15017122661` or `whatsapp:+15017122661`.
        from = "From" required,
        /// The account's address that it was sent to, of the same kind.
        to = "To" required,
        /// The text.
        body = "Body",
        /// The name of the message; one of the same name is not taken again.
        message_sid = "MessageSid",
        /// The account at Twilio; needed where only the signature says whose message it is.
        account_sid = "AccountSid",
        /// How many files came with it, at most 10.
        num_media = "NumMedia" integer,
        /// Where the first file is; the next is at `MediaUrl1`, and so on.
        media_url = "MediaUrl0",
        /// The media type of the first file; that of the next is `MediaContentType1`, and so on.
        media_content_type = "MediaContentType0",
    }
}

/// Whose token signed the form.
pub(super) async fn owner(engine: &Engine, parts: &Parts, bytes: &[u8]) -> Result<Option<Owner>, Failure> {
    check_content_type(&parts.headers)?;
    let Some(signed) = signed::form(parts, bytes) else { return Ok(None) };
    Ok(engine.owner_of_signed(&signed).await?)
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// Reads the message; `owner` is whose it is when a signature says so.
pub(super) fn read(bytes: &[u8], owner: Option<&Owner>) -> Result<Inbound, Failure> {
    let InboundForm(given) = form::read(bytes)?;
    let pairs = pairs(bytes);
    // Whom else a group text went to: `OtherRecipients0` and so on.
    let others = pairs.iter().filter(|(name, _)| name.starts_with("OtherRecipients")).map(|(_, other)| other.clone());
    Ok(Inbound {
        channel_sid: owner.map(|owner| owner.channel_sid),
        channel_message_sid: given.message_sid,
        from: given.from.unwrap_or_default(),
        to: given.to.unwrap_or_default(),
        others: others.collect(),
        body: given.body,
        subject: None,
        references: Vec::new(),
        attributes: None,
        from_name: None,
        media: media(given.num_media.as_deref().unwrap_or_default(), &pairs, owner)?,
    })
}

fn media(count: &str, pairs: &[(String, String)], owner: Option<&Owner>) -> Result<Vec<InboundMedia>, Failure> {
    let invalid = || Failure::Malformed("NumMedia is not the number of files".to_owned());
    let count: u8 = if count.is_empty() { 0 } else { count.parse().map_err(|_| invalid())? };
    let param = |name: String| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let file = |number: u8| {
        let url = param(format!("MediaUrl{number}")).filter(|url| !url.is_empty());
        let url = url.ok_or_else(|| Failure::Malformed(format!("MediaUrl{number} is missing")))?;
        Ok(InboundMedia::Remote {
            credentials: owner.and_then(|owner| owner.credentials_for(&url)),
            content_type: param(format!("MediaContentType{number}")),
            url,
        })
    };
    (0..count).map(file).collect()
}
