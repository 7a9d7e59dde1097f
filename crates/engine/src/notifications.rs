//! What a service sends to its users' devices (contract §5.15).

use dwell_core::{Notifications, Reason, limits};
use dwell_store::{Tx, notifications, services};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::{self, at_most};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Update {
    pub log_enabled: Option<String>,
    pub new_message_enabled: Option<String>,
    pub new_message_template: Option<String>,
    pub new_message_sound: Option<String>,
    pub new_message_badge_count_enabled: Option<String>,
    pub new_message_with_media_enabled: Option<String>,
    pub new_message_with_media_template: Option<String>,
    pub added_to_conversation_enabled: Option<String>,
    pub added_to_conversation_template: Option<String>,
    pub added_to_conversation_sound: Option<String>,
    pub removed_from_conversation_enabled: Option<String>,
    pub removed_from_conversation_template: Option<String>,
    pub removed_from_conversation_sound: Option<String>,
}

impl Engine {
    /// The notification settings of a service.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service.
    pub async fn fetch_notifications(&self, scope: &Scope) -> Result<Notifications, Error> {
        let scope = scope.clone();
        self.inner
            .store
            .read(move |tx| {
                let account = &scope.caller.account.sid;
                services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
                Ok(notifications::fetch(tx, account, &scope.service_sid)?)
            })
            .await
    }

    /// Changes the notification settings of a service; those without a parameter stay. A blank
    /// template or sound is an empty one.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the service; a [`Reason`] for each parameter that breaks a rule.
    pub async fn update_notifications(&self, scope: &Scope, request: Update) -> Result<Notifications, Error> {
        let scope = scope.clone();
        self.write(move |tx| update(tx, &scope, &request)).await
    }
}

fn update(tx: &mut dyn Tx, scope: &Scope, request: &Update) -> Result<Notifications, Error> {
    let account = &scope.caller.account.sid;
    // The service's lock keeps others from changing other settings meanwhile.
    let service = services::lock(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
    let mut settings = notifications::fetch(tx, account, &service.sid)?;
    apply(request, &mut settings)?;
    notifications::save(tx, account, &service.sid, &settings)?;
    Ok(settings)
}

fn apply(request: &Update, settings: &mut Notifications) -> Result<(), Reason> {
    let Notifications { log_enabled, new_message, added_to_conversation, removed_from_conversation } = settings;
    let (notice, with_media) = (&mut new_message.notice, &mut new_message.with_media);
    for (name, text, flag) in [
        ("LogEnabled", &request.log_enabled, log_enabled),
        ("NewMessage.Enabled", &request.new_message_enabled, &mut notice.enabled),
        (
            "NewMessage.BadgeCountEnabled",
            &request.new_message_badge_count_enabled,
            &mut new_message.badge_count_enabled,
        ),
        ("NewMessage.WithMedia.Enabled", &request.new_message_with_media_enabled, &mut with_media.enabled),
        ("AddedToConversation.Enabled", &request.added_to_conversation_enabled, &mut added_to_conversation.enabled),
        (
            "RemovedFromConversation.Enabled",
            &request.removed_from_conversation_enabled,
            &mut removed_from_conversation.enabled,
        ),
    ] {
        if let Some(enabled) = input::boolean(name, text.as_deref())? {
            *flag = enabled;
        }
    }
    for (text, template) in [
        (&request.new_message_template, &mut notice.template),
        (&request.new_message_with_media_template, &mut with_media.template),
        (&request.added_to_conversation_template, &mut added_to_conversation.template),
        (&request.removed_from_conversation_template, &mut removed_from_conversation.template),
    ] {
        set(template, text.as_deref(), limits::NOTIFICATION_TEMPLATE_CHARS_MAX, Reason::TemplateTooLong)?;
    }
    for (text, sound) in [
        (&request.new_message_sound, &mut notice.sound),
        (&request.added_to_conversation_sound, &mut added_to_conversation.sound),
        (&request.removed_from_conversation_sound, &mut removed_from_conversation.sound),
    ] {
        set(sound, text.as_deref(), limits::NOTIFICATION_SOUND_CHARS_MAX, Reason::SoundTooLong)?;
    }
    Ok(())
}

fn set(setting: &mut String, text: Option<&str>, chars_max: usize, too_long: Reason) -> Result<(), Reason> {
    if let Some(text) = text {
        at_most(text, chars_max, too_long)?.clone_into(setting);
    }
    Ok(())
}
