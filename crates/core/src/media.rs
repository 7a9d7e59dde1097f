//! Media: files that people send with messages (contract §7.9).

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::reason::Reason;
use crate::sid::{AccountSid, ConversationSid, MediaSid, MessageSid, ServiceSid};
use crate::time::Timestamp;

/// What a file is to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// It comes with the message.
    #[default]
    Media,
    /// It is the text of an e-mail, in one of its forms.
    Body,
    /// It is what an e-mail quotes.
    History,
}

impl Category {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Category::Media => "media",
            Category::Body => "body",
            Category::History => "history",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Category::Media, Category::Body, Category::History].into_iter().find(|category| category.as_str() == text)
    }
}

/// A file. Its bytes are elsewhere, under its SID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its SID.
    pub sid: MediaSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it was uploaded to.
    pub service_sid: ServiceSid,
    /// The message that has it, and that message's conversation; `None` while none has.
    pub holder: Option<(ConversationSid, MessageSid)>,
    /// Who uploaded it.
    pub author: String,
    /// What it is to a message.
    pub category: Category,
    /// Its MIME type.
    pub content_type: String,
    /// Its name, when it has one.
    pub filename: Option<String>,
    /// How long it is, in bytes.
    pub size: i64,
    /// When its upload began.
    pub date_created: Timestamp,
    /// When it last changed: its upload ended, or a message got it.
    pub date_updated: Timestamp,
    /// When its upload ended.
    pub date_uploaded: Timestamp,
}

/// What a message tells of one of its files. It is kept with the message: files never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields of Media")]
pub struct Attachment {
    pub sid: MediaSid,
    pub size: i64,
    pub content_type: String,
    pub filename: Option<String>,
    pub category: Category,
}

impl From<&Media> for Attachment {
    fn from(media: &Media) -> Self {
        Attachment {
            sid: media.sid,
            size: media.size,
            content_type: media.content_type.clone(),
            filename: media.filename.clone(),
            category: media.category,
        }
    }
}

/// A MIME type as it is kept: `type/subtype` in lower case with its parameters as sent.
///
/// # Errors
/// [`Reason::MediaTypeInvalid`].
pub fn content_type(text: &str) -> Result<String, Reason> {
    let (essence, parameters) = text.split_at(text.find(';').unwrap_or(text.len()));
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c));
    let is_type = essence.trim().split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    let is_plain = parameters.bytes().all(|c| c == b' ' || c.is_ascii_graphic());
    if !is_type || !is_plain || text.len() > limits::MEDIA_TYPE_BYTES_MAX {
        return Err(Reason::MediaTypeInvalid);
    }
    Ok(format!("{}{}", essence.trim().to_ascii_lowercase(), parameters.trim_end()))
}

/// A file's name as it is kept: the last segment, if a path was sent; `None` when that is blank.
///
/// # Errors
/// [`Reason::InvalidParameter`] for one that is too long or has control characters.
pub fn filename(text: &str) -> Result<Option<String>, Reason> {
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let invalid = |problem: String| Reason::InvalidParameter { name: "Filename", problem };
    if name.chars().any(char::is_control) {
        return Err(invalid("contains a control character".to_owned()));
    }
    if name.chars().count() > limits::FILENAME_CHARS_MAX {
        return Err(invalid(format!("longer than {} characters", limits::FILENAME_CHARS_MAX)));
    }
    Ok(Some(name.to_owned()).filter(|name| !matches!(name.as_str(), "" | "." | "..")))
}

/// Whether a browser may show a file of this type in its place: one that it carries nothing out of. Anything
/// else, pages and drawings above all, is only to be saved.
pub fn may_be_shown(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence.split_once('/') {
        Some(("audio" | "video", _)) => true,
        Some(("image", kind)) => {
            matches!(kind, "png" | "jpeg" | "gif" | "webp" | "avif" | "bmp" | "heic" | "heif" | "tiff")
        }
        _ => essence == "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_is_a_type_and_a_subtype() {
        for (sent, kept) in [
            ("image/jpeg", "image/jpeg"),
            ("Image/JPEG", "image/jpeg"),
            ("application/vnd.ms-excel", "application/vnd.ms-excel"),
            ("image/svg+xml", "image/svg+xml"),
            (" text/plain ; charset=UTF-8 ", "text/plain; charset=UTF-8"),
        ] {
            assert_eq!(content_type(sent).as_deref(), Ok(kept), "{sent}");
        }
        let long = format!("a/{}", "b".repeat(limits::MEDIA_TYPE_BYTES_MAX));
        for bad in
            ["", "image", "image/", "/png", "image/png/x", "im age/png", "image/pngé", "text/plain;\r\nx: y", &long]
        {
            assert_eq!(content_type(bad), Err(Reason::MediaTypeInvalid), "{bad}");
        }
    }

    #[test]
    fn a_filename_is_no_path() {
        for (sent, kept) in [
            ("car.jpg", Some("car.jpg")),
            ("Ärger \"über\" 車.jpg", Some("Ärger \"über\" 車.jpg")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\ann\\car.jpg", Some("car.jpg")),
            ("", None),
            (" ", None),
            ("a/", None),
            ("..", None),
        ] {
            assert_eq!(filename(sent).unwrap().as_deref(), kept, "{sent}");
        }
        assert!(filename("a\r\nb").is_err());
        assert!(filename(&"é".repeat(255)).is_ok());
        assert!(filename(&"x".repeat(256)).is_err());
    }

    #[test]
    fn only_what_does_nothing_is_shown() {
        for shown in ["image/png", "image/jpeg", "audio/ogg; codecs=opus", "video/mp4", "text/plain; charset=utf-8"] {
            assert!(may_be_shown(shown), "{shown}");
        }
        for saved in ["text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "text/xml", "x/y", ""] {
            assert!(!may_be_shown(saved), "{saved}");
        }
    }
}
