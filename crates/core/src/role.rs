//! What roles may grant, and the roles that each new service is born with (contract §5.10, §18 U21).

use crate::reason::Reason;

/// What a role governs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleType {
    /// Rights in one conversation.
    Conversation,
    /// Rights in a whole service.
    Service,
}

impl RoleType {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            RoleType::Conversation => "conversation",
            RoleType::Service => "service",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        [RoleType::Conversation, RoleType::Service].into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }

    /// Every permission that a role of this type can grant.
    pub const fn permissions(self) -> &'static [&'static str] {
        match self {
            RoleType::Service => &[
                "addParticipant",
                "createConversation",
                "deleteAnyMessage",
                "deleteConversation",
                "editAnyMessage",
                "editAnyMessageAttributes",
                "editAnyUserInfo",
                "editConversationAttributes",
                "editConversationName",
                "editOwnMessage",
                "editOwnMessageAttributes",
                "editOwnUserInfo",
                "joinConversation",
                "removeParticipant",
            ],
            RoleType::Conversation => &[
                "addParticipant",
                "deleteAnyMessage",
                "deleteConversation",
                "deleteOwnMessage",
                "editAnyMessage",
                "editAnyMessageAttributes",
                "editAnyParticipantAttributes",
                "editAnyUserInfo",
                "editConversationAttributes",
                "editConversationName",
                "editNotificationLevel",
                "editOwnMessage",
                "editOwnMessageAttributes",
                "editOwnUserInfo",
                "leaveConversation",
                "removeParticipant",
                "sendMediaMessage",
                "sendMessage",
            ],
        }
    }

    /// What a role of this type grants when it is given these permissions: each once, in the order
    /// given. Names are matched exactly.
    ///
    /// # Errors
    /// [`Reason::PermissionUnknown`] when there is no such permission for this type.
    pub fn grant(self, names: &[String]) -> Result<Vec<String>, Reason> {
        let mut granted: Vec<String> = Vec::new();
        for name in names {
            if !self.permissions().contains(&name.as_str()) {
                return Err(Reason::PermissionUnknown);
            }
            if !granted.contains(name) {
                granted.push(name.clone());
            }
        }
        Ok(granted)
    }

    /// The permissions of an ordinary user's role: all but the rights over other people's things
    /// and over the conversation's existence (contract §18 U21).
    pub fn user_permissions(self) -> impl Iterator<Item = &'static str> {
        self.permissions().iter().copied().filter(|name| !name.contains("Any") && *name != "deleteConversation")
    }
}

/// One of the four roles of a new service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultRole {
    /// Its friendly name.
    pub friendly_name: &'static str,
    /// What it governs.
    pub role_type: RoleType,
    /// Whether it grants every permission of its type.
    pub is_admin: bool,
}

impl DefaultRole {
    /// The permissions of this role.
    pub fn permissions(&self) -> Vec<&'static str> {
        if self.is_admin { self.role_type.permissions().to_vec() } else { self.role_type.user_permissions().collect() }
    }
}

/// The default of users.
pub const SERVICE_USER: DefaultRole =
    DefaultRole { friendly_name: "service user", role_type: RoleType::Service, is_admin: false };
/// For users who administer the service.
pub const SERVICE_ADMIN: DefaultRole =
    DefaultRole { friendly_name: "service admin", role_type: RoleType::Service, is_admin: true };
/// The default of participants.
pub const CHANNEL_USER: DefaultRole =
    DefaultRole { friendly_name: "channel user", role_type: RoleType::Conversation, is_admin: false };
/// The default of a conversation's creator.
pub const CHANNEL_ADMIN: DefaultRole =
    DefaultRole { friendly_name: "channel admin", role_type: RoleType::Conversation, is_admin: true };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_granted_what_its_type_knows() {
        let grant =
            |kind: RoleType, names: &[&str]| kind.grant(&names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>());
        let names = ["sendMessage", "leaveConversation", "sendMessage"];
        assert_eq!(grant(RoleType::Conversation, &names).unwrap(), ["sendMessage", "leaveConversation"]);
        for kind in [RoleType::Conversation, RoleType::Service] {
            assert_eq!(grant(kind, kind.permissions()).unwrap(), kind.permissions());
            for unknown in ["", "sendmessage", " editOwnMessage", "editOwnMessage,addParticipant", "fly"] {
                assert_eq!(grant(kind, &["addParticipant", unknown]), Err(Reason::PermissionUnknown), "{unknown}");
            }
        }
        assert_eq!(grant(RoleType::Service, &["sendMessage"]), Err(Reason::PermissionUnknown));
        assert_eq!(grant(RoleType::Conversation, &["joinConversation"]), Err(Reason::PermissionUnknown));
    }

    #[test]
    fn ordinary_roles_hold_no_right_over_others() {
        for role in [SERVICE_USER, CHANNEL_USER] {
            let permissions = role.permissions();
            assert!(!permissions.iter().any(|p| p.contains("Any")), "{permissions:?}");
            assert!(!permissions.contains(&"deleteConversation"));
            assert!(permissions.contains(&"editOwnMessage"));
        }
        assert_eq!(CHANNEL_ADMIN.permissions().len(), 18);
        assert_eq!(SERVICE_ADMIN.permissions().len(), 14);
    }
}
