//! Services, their roles and their users (contract §5.7, §5.10–§5.12).

use crate::role::RoleType;
use crate::sid::{AccountSid, RoleSid, ServiceSid, UserSid};
use crate::time::Timestamp;

/// A conversation service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its SID.
    pub sid: ServiceSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// A name for people.
    pub friendly_name: String,
    /// The role of new users.
    pub default_chat_service_role_sid: RoleSid,
    /// The role of new participants.
    pub default_conversation_role_sid: RoleSid,
    /// The role of a conversation's creator.
    pub default_conversation_creator_role_sid: RoleSid,
    /// Whether users are shown to be online or not.
    pub reachability_enabled: bool,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// A role of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its SID.
    pub sid: RoleSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// A name for people.
    pub friendly_name: String,
    /// What it governs.
    pub role_type: RoleType,
    /// What it allows.
    pub permissions: Vec<String>,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// A user of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its SID.
    pub sid: UserSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The service that it belongs to.
    pub service_sid: ServiceSid,
    /// The application's name for the user; unique in the service, never changed.
    pub identity: String,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// A JSON document, as sent.
    pub attributes: String,
    /// Its role in the service.
    pub role_sid: RoleSid,
    /// The number of its newest event.
    pub event_seq: i64,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}
