//! `/Services/{ChatServiceSid}/Configuration/Notifications` (contract §5.15).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, notifications};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::InService;

/// For the service tree alone.
pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update))
}

/// What a service sends to its users' devices.
#[derive(Debug, Serialize, ToSchema)]
struct Notifications {
    /// The account that owns the service.
    account_sid: String,
    /// The service.
    chat_service_sid: String,
    /// Whether notifications are logged.
    log_enabled: bool,
    /// To those who were added to a conversation.
    added_to_conversation: Notice,
    /// Of a new message.
    new_message: NewMessageNotice,
    /// To those who were removed from a conversation.
    removed_from_conversation: Notice,
    /// Its own URL.
    url: String,
}

/// One kind of notification.
#[derive(Debug, Serialize, ToSchema)]
struct Notice {
    /// Whether it is sent.
    enabled: bool,
    /// Its text, with variables such as `${CONVERSATION}`.
    template: String,
    /// The name of the sound that goes with it.
    sound: String,
}

/// The notification of a new message.
#[derive(Debug, Serialize, ToSchema)]
struct NewMessageNotice {
    /// Whether it is sent.
    enabled: bool,
    /// Its text, with variables such as `${MESSAGE}`.
    template: String,
    /// Whether it tells how many conversations have unread messages.
    badge_count_enabled: bool,
    /// The name of the sound that goes with it.
    sound: String,
    /// Of a message with media.
    with_media: WithMediaNotice,
}

/// The notification of a new message with media.
#[derive(Debug, Serialize, ToSchema)]
struct WithMediaNotice {
    /// Whether it is sent.
    enabled: bool,
    /// Its text, with variables such as `${MEDIA_COUNT}`.
    template: String,
}

impl From<dwell_core::notifications::Notice> for Notice {
    fn from(notice: dwell_core::notifications::Notice) -> Self {
        Notice { enabled: notice.enabled, template: notice.template, sound: notice.sound }
    }
}

impl Notifications {
    fn show(settings: dwell_core::Notifications, request: &InService) -> Self {
        let dwell_core::notifications::NewMessage { notice, badge_count_enabled, with_media } = settings.new_message;
        Notifications {
            account_sid: request.scope.caller.account.sid.to_string(),
            chat_service_sid: request.scope.service_sid.to_string(),
            log_enabled: settings.log_enabled,
            added_to_conversation: settings.added_to_conversation.into(),
            new_message: NewMessageNotice {
                enabled: notice.enabled,
                template: notice.template,
                badge_count_enabled,
                sound: notice.sound,
                with_media: WithMediaNotice { enabled: with_media.enabled, template: with_media.template },
            },
            removed_from_conversation: settings.removed_from_conversation.into(),
            url: request.tree.url("/Configuration/Notifications"),
        }
    }
}

form! {
    /// The body of `POST /Services/{ChatServiceSid}/Configuration/Notifications`. What is not given
    /// stays as it is.
    UpdateNotifications => notifications::Update {
        /// Whether notifications are logged; false until it is set.
        log_enabled = "LogEnabled" boolean,
        /// Whether a new message is notified; false until it is set.
        new_message_enabled = "NewMessage.Enabled" boolean,
        /// The text of a new message's notification, at most 2048 characters, with the variables
        /// `${CONVERSATION}`, `${PARTICIPANT}` and `${MESSAGE}`.
        new_message_template = "NewMessage.Template",
        /// The name of the sound of a new message's notification, at most 256 characters.
        new_message_sound = "NewMessage.Sound",
        /// Whether a new message's notification tells how many conversations have unread messages;
        /// false until it is set.
        new_message_badge_count_enabled = "NewMessage.BadgeCountEnabled" boolean,
        /// Whether a new message with media is notified as such; false until it is set.
        new_message_with_media_enabled = "NewMessage.WithMedia.Enabled" boolean,
        /// The text of the notification of a new message with media, at most 2048 characters, with the
        /// variables `${CONVERSATION}`, `${PARTICIPANT}`, `${MESSAGE}`, `${MEDIA}` and `${MEDIA_COUNT}`.
        new_message_with_media_template = "NewMessage.WithMedia.Template",
        /// Whether those who are added to a conversation are notified; false until it is set.
        added_to_conversation_enabled = "AddedToConversation.Enabled" boolean,
        /// The text for those who are added to a conversation, at most 2048 characters, with the
        /// variables `${CONVERSATION}` and `${PARTICIPANT}`.
        added_to_conversation_template = "AddedToConversation.Template",
        /// The name of the sound for those who are added to a conversation, at most 256 characters.
        added_to_conversation_sound = "AddedToConversation.Sound",
        /// Whether those who are removed from a conversation are notified; false until it is set.
        removed_from_conversation_enabled = "RemovedFromConversation.Enabled" boolean,
        /// The text for those who are removed from a conversation, at most 2048 characters, with the
        /// variables `${CONVERSATION}` and `${PARTICIPANT}`.
        removed_from_conversation_template = "RemovedFromConversation.Template",
        /// The name of the sound for those who are removed from a conversation, at most 256 characters.
        removed_from_conversation_sound = "RemovedFromConversation.Sound",
    }
}

/// Fetch what a service sends to its users' devices.
#[utoipa::path(
    get,
    path = "/Configuration/Notifications",
    tag = "Service",
    responses((status = 200, body = Notifications))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Notifications>> {
    let settings = engine.fetch_notifications(&request.scope).await?;
    Ok(Json(Notifications::show(settings, &request)))
}

/// Update what a service sends to its users' devices.
#[utoipa::path(
    post,
    path = "/Configuration/Notifications",
    tag = "Service",
    request_body(content = UpdateNotifications, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Notifications))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateNotifications(input)): Form<UpdateNotifications>,
) -> Answer<Json<Notifications>> {
    let settings = engine.update_notifications(&request.scope, input).await?;
    Ok(Json(Notifications::show(settings, &request)))
}
