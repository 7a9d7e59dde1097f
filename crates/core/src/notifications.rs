//! What a service sends to its users' devices (contract §5.15). Everything is off and empty until
//! it is set.

use serde::{Deserialize, Serialize};

/// The notification settings of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notifications {
    /// Whether notifications are logged.
    pub log_enabled: bool,
    /// Of a new message.
    pub new_message: NewMessage,
    /// To those who were added to a conversation.
    pub added_to_conversation: Notice,
    /// To those who were removed from a conversation.
    pub removed_from_conversation: Notice,
}

/// One kind of notification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notice {
    /// Whether it is sent.
    pub enabled: bool,
    /// Its text, with variables such as `${CONVERSATION}`.
    pub template: String,
    /// The name of the sound that goes with it.
    pub sound: String,
}

/// The notification of a new message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewMessage {
    /// Whether and how it is sent.
    #[serde(flatten)]
    pub notice: Notice,
    /// Whether it tells how many conversations have unread messages.
    pub badge_count_enabled: bool,
    /// Of a message with media.
    pub with_media: WithMedia,
}

/// The notification of a new message with media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WithMedia {
    /// Whether it is sent.
    pub enabled: bool,
    /// Its text, with variables such as `${MEDIA_COUNT}`.
    pub template: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_missing_is_off() {
        let mut settings = Notifications { log_enabled: true, ..Notifications::default() };
        settings.new_message.notice.sound = "ring".to_owned();
        settings.new_message.with_media.enabled = true;
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Notifications>(&json).unwrap(), settings);
        assert_eq!(serde_json::from_str::<Notifications>("{}").unwrap(), Notifications::default());
    }
}
