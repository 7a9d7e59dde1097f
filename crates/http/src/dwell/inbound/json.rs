//! A message in the form for channels of one's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_engine::inbound::{Inbound, InboundMedia};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::errors::Failure;

/// A message from outside. Unknown members are refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InboundMessage {
    /// The address of the sender: a telephone number (`+15017122661`), `whatsapp:` and one, an e-mail address,
    /// or `messenger:`, `rcs:`, `gbm:` or `apple:` and an id.
    from: String,
    /// The account's address that it was sent to, of the same kind.
    to: String,
    /// The text, at most 32 KB.
    body: Option<String>,
    /// The channel's own name for the message, at most 1,000 bytes; one of the same name is not taken again.
    message_id: Option<String>,
    /// The subject, at most 256 characters.
    subject: Option<String>,
    /// The names of the messages that it answers, the nearest last; at most 100.
    #[serde(default)]
    references: Vec<String>,
    /// The attributes of the message: a JSON object, or its text. At most 4 KB.
    attributes: Option<Value>,
    /// The name of the sender beside an e-mail address.
    from_name: Option<String>,
    /// The other addresses of a group text.
    #[serde(default)]
    others: Vec<String>,
    /// What came with it; at most 10 files.
    #[serde(default)]
    media: Vec<InboundFile>,
}

/// A file that came with a message: either where it is, or the file itself with its type.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InboundFile {
    /// Where it is.
    url: Option<String>,
    /// The file itself, in Base64.
    base64: Option<String>,
    /// Its media type, such as `image/png`.
    content_type: Option<String>,
    /// Its name.
    filename: Option<String>,
}

/// A message for the OpenAPI document.
pub(super) fn example() -> Value {
    serde_json::json!({
        "from": "+15017122661",
        "to": "+15017122660",
        "body": "Where is my parcel?",
        "message_id": "0b7f3c1e",
    })
}

/// Reads the message.
pub(super) fn read(bytes: &[u8]) -> Result<Inbound, Failure> {
    let given: InboundMessage =
        serde_json::from_slice(bytes).map_err(|error| Failure::Malformed(format!("The message: {error}")))?;
    let attributes = given.attributes.map(|attributes| match attributes {
        Value::String(text) => text,
        json => json.to_string(),
    });
    Ok(Inbound {
        channel_sid: None,
        channel_message_sid: given.message_id,
        from: given.from,
        to: given.to,
        others: given.others,
        body: given.body,
        subject: given.subject,
        references: given.references,
        attributes,
        from_name: given.from_name,
        media: given.media.into_iter().map(file).collect::<Result<_, _>>()?,
    })
}

fn file(file: InboundFile) -> Result<InboundMedia, Failure> {
    let malformed = |problem: &str| Failure::Malformed(format!("The message: a file {problem}"));
    match (file.url, file.base64, file.content_type) {
        (Some(url), None, content_type) => Ok(InboundMedia::Remote { url, content_type, credentials: None }),
        (None, Some(base64), Some(content_type)) => Ok(InboundMedia::Here {
            bytes: STANDARD.decode(base64).map_err(|_| malformed("is not in Base64"))?,
            content_type,
            filename: file.filename,
        }),
        (None, Some(_), None) => Err(malformed("has no content_type")),
        _ => Err(malformed("has neither or both of url and base64")),
    }
}
