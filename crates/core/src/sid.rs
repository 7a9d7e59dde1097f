//! SIDs: two letters and 32 lower-case hexadecimal digits (contract §1.5).
//!
//! The digits are a millisecond clock (48 bits), a counter within the millisecond (16 bits) and
//! randomness (64 bits), so that SIDs made later sort later and inserts stay local in the store.

use std::fmt;

/// Length of every SID in bytes.
pub const SID_LEN: usize = 34;

/// The 16 bytes behind a SID; see [`SidBytes::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SidBytes([u8; 16]);

impl SidBytes {
    /// Bytes from a time in `millis` since the epoch, the position within that millisecond, and
    /// random bytes.
    pub fn new(millis: i64, counter: u16, random: [u8; 8]) -> Self {
        let mut bytes = [0u8; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&counter.to_be_bytes());
        bytes[8..].copy_from_slice(&random);
        SidBytes(bytes)
    }
}

/// Whether `text` has the form of a SID with the given two-letter prefix; hexadecimal digits of
/// either case count, as in the published patterns.
pub fn has_sid_form(prefix: &str, text: &str) -> bool {
    text.len() == SID_LEN && text.starts_with(prefix) && text.as_bytes()[2..].iter().all(u8::is_ascii_hexdigit)
}

macro_rules! sids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; SID_LEN]);

        impl $name {
            /// The two letters that every SID of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A SID from its bytes.
            pub fn new(bytes: SidBytes) -> Self {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let mut text = [0u8; SID_LEN];
                text[..2].copy_from_slice(Self::PREFIX.as_bytes());
                for (i, byte) in bytes.0.iter().enumerate() {
                    text[2 + 2 * i] = HEX[usize::from(byte >> 4)];
                    text[3 + 2 * i] = HEX[usize::from(byte & 15)];
                }
                $name(text)
            }

            /// Reads a SID of this kind; `None` for any other text. The digits are kept as sent.
            pub fn parse(text: &str) -> Option<Self> {
                if !has_sid_form(Self::PREFIX, text) {
                    return None;
                }
                text.as_bytes().try_into().ok().map($name)
            }

            /// The text of the SID.
            pub fn as_str(&self) -> &str {
                // Both constructors store ASCII only.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                self.as_str()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a SID of ", stringify!($name))))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

sids! {
    /// An account: the tenant that owns everything below it.
    AccountSid = "AC";
    /// An API key of an account.
    KeySid = "SK";
    /// A conversation service.
    ServiceSid = "IS";
    /// A messaging service.
    MessagingServiceSid = "MG";
    /// A conversation.
    ConversationSid = "CH";
    /// A message of a conversation.
    MessageSid = "IM";
    /// A participant of a conversation.
    ParticipantSid = "MB";
    /// A user of a service.
    UserSid = "US";
    /// A role of a service.
    RoleSid = "RL";
    /// A content template, made elsewhere and referred to by messages.
    ContentSid = "HX";
    /// Media, made by the media service and referred to by messages.
    MediaSid = "ME";
    /// The receipt of a message's delivery to one participant.
    ReceiptSid = "DY";
    /// A webhook of one conversation.
    WebhookSid = "WH";
    /// What a webhook is to be told, or was.
    DeliverySid = "WD";
    /// A lifecycle policy.
    PolicySid = "LP";
    /// A Studio flow, made elsewhere and referred to by webhooks and addresses.
    FlowSid = "FW";
    /// The configuration of one of the account's addresses.
    AddressSid = "IG";
    /// A credential for push notifications.
    CredentialSid = "CR";
    /// The binding of a user's device to push notifications.
    BindingSid = "BS";
    /// A channel: how messages of an account leave for addresses outside and come from there.
    ChannelSid = "CN";
    /// A session: one stint of work on a conversation.
    SessionSid = "DS";
    /// A message on a simulated telephone: its name is that of carriers' messages.
    PhoneMessageSid = "SM";
    /// Somebody who signs in to the console.
    PersonSid = "PE";
    /// An entry of the audit log.
    AuditSid = "AE";
    /// A bulk job.
    BulkSid = "BJ";
    /// A saved view of conversations.
    ViewSid = "VW";
    /// A request to the API, named in its response headers and log lines.
    RequestSid = "RQ";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_sids_sort_later() {
        let sid = |millis, counter, random| ConversationSid::new(SidBytes::new(millis, counter, [random; 8]));
        assert!(sid(1, 0, 255) < sid(1, 1, 0));
        assert!(sid(1, 65_535, 255) < sid(2, 0, 0));
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let sid = UserSid::new(SidBytes::new(1_700_000_000_000, 7, [0xab; 8]));
        assert_eq!(sid.as_str(), "US018bcfe568000007abababababababab");
        assert_eq!(UserSid::parse(&sid), Some(sid));
        assert_eq!(ConversationSid::parse(&sid), None);
        for bad in ["", "US", "US018bcfe568000007ababababababababa", "US018bcfe56800000zabababababababab"] {
            assert_eq!(UserSid::parse(bad), None, "{bad}");
        }
        assert!(UserSid::parse("US018BCFE568000007ABABABABABABABAB").is_some());
        assert!(UserSid::parse(&"é".repeat(17)).is_none(), "34 bytes that are not ASCII");
    }
}
