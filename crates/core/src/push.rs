//! Push notifications: the credentials of an account, and the bindings of its users' devices
//! (contract §5.16).

use crate::sid::{AccountSid, BindingSid, CredentialSid, ServiceSid};
use crate::time::Timestamp;

/// How notifications get to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushType {
    /// Apple's service.
    Apn,
    /// Google's former service.
    Gcm,
    /// Google's service.
    Fcm,
    /// The client's own connection, which needs no credential.
    Twilsock,
}

impl PushType {
    /// Every type there is.
    pub const ALL: [PushType; 4] = [PushType::Apn, PushType::Gcm, PushType::Fcm, PushType::Twilsock];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            PushType::Apn => "apn",
            PushType::Gcm => "gcm",
            PushType::Fcm => "fcm",
            PushType::Twilsock => "twilsock",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }

    /// The type of a credential, blind to case: of every service but the client's own connection.
    pub fn parse_of_credential(text: &str) -> Option<Self> {
        Self::parse(text).filter(|kind| *kind != PushType::Twilsock)
    }
}

/// What an account shows to a push service. Its secrets stay in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its SID.
    pub sid: CredentialSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// The push service.
    pub push_type: PushType,
    /// Whether it is for the sandbox of Apple's service.
    pub sandbox: bool,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// A device of a user that wants notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushBinding {
    /// Its SID.
    pub sid: BindingSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// The user's identity.
    pub identity: String,
    /// How notifications get to the device.
    pub binding_type: PushType,
    /// The credential that they are sent with; `None` where none is needed.
    pub credential_sid: Option<CredentialSid>,
    /// The client's name for the device.
    pub endpoint: String,
    /// What it wants to hear of, such as `new_message`.
    pub message_types: Vec<String>,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_in_any_case() {
        for kind in PushType::ALL {
            assert_eq!(PushType::parse(&kind.as_str().to_uppercase()), Some(kind));
        }
        assert_eq!(PushType::parse_of_credential("Fcm"), Some(PushType::Fcm));
        assert_eq!(PushType::parse_of_credential("twilsock"), None);
        assert_eq!(PushType::parse(""), None);
    }
}
