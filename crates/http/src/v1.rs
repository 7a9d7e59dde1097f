//! The contract's resources, one file each.

mod address_configurations;
mod bindings;
mod configuration;
mod conversation_with_participants;
mod conversations;
mod credentials;
pub(crate) mod media;
pub(crate) mod messages;
mod notifications;
mod participant_conversations;
mod participants;
mod receipts;
mod roles;
mod service_configuration;
mod services;
mod user_conversations;
mod users;
mod webhook_configurations;
mod webhooks;

use dwell_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

/// Both trees over the same handlers (contract §1.1).
pub(crate) fn routes() -> OpenApiRouter<Engine> {
    in_service()
        .merge(address_configurations::routes())
        .merge(configuration::routes())
        .merge(credentials::routes())
        .merge(services::routes())
        .merge(webhook_configurations::routes())
        .nest("/Services/{ChatServiceSid}", in_service().merge(only_in_service()))
}

/// The resources that live in a service: the default one in the short tree.
fn in_service() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .merge(conversations::routes())
        .merge(conversation_with_participants::routes())
        .merge(messages::routes())
        .merge(receipts::routes())
        .merge(participants::routes())
        .merge(roles::routes())
        .merge(participant_conversations::routes())
        .merge(users::routes())
        .merge(user_conversations::routes())
        .merge(webhooks::routes())
}

/// What the service tree alone has.
fn only_in_service() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .merge(bindings::routes())
        .merge(media::routes())
        .merge(notifications::routes())
        .merge(service_configuration::routes())
}
