//! The contract's resources, one file each.

mod configuration;
mod conversation_with_participants;
mod conversations;
mod messages;
mod participants;
mod services;
mod users;

use dwell_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

/// Both trees over the same handlers (contract §1.1).
pub(crate) fn routes() -> OpenApiRouter<Engine> {
    in_service()
        .merge(configuration::routes())
        .merge(services::routes())
        .nest("/Services/{ChatServiceSid}", in_service())
}

/// The resources that live in a service: the default one in the short tree.
fn in_service() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .merge(conversations::routes())
        .merge(conversation_with_participants::routes())
        .merge(messages::routes())
        .merge(participants::routes())
        .merge(users::routes())
}
