//! `/Services/{ChatServiceSid}/Configuration` (contract §5.12).

use axum::Json;
use axum::extract::State;
use dwell_core::Service;
use dwell_engine::{Engine, service_configuration};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::InService;
use crate::tree::Tree;

/// For the service tree alone.
pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update))
}

/// The configuration of a service.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceConfiguration {
    /// The service.
    chat_service_sid: String,
    /// The role of a conversation's creator.
    default_conversation_creator_role_sid: String,
    /// The role of new participants.
    default_conversation_role_sid: String,
    /// The role of new users.
    default_chat_service_role_sid: String,
    /// Whether users are shown to be online and notifiable or not.
    reachability_enabled: bool,
    /// Its own URL.
    url: String,
    /// The URLs of further settings.
    links: ServiceConfigurationLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct ServiceConfigurationLinks {
    /// Which events send push notifications.
    notifications: String,
    /// The webhooks of the service.
    webhooks: String,
}

impl ServiceConfiguration {
    fn show(service: &Service, tree: &Tree) -> Self {
        let url = tree.url("/Configuration");
        ServiceConfiguration {
            chat_service_sid: service.sid.to_string(),
            default_conversation_creator_role_sid: service.default_conversation_creator_role_sid.to_string(),
            default_conversation_role_sid: service.default_conversation_role_sid.to_string(),
            default_chat_service_role_sid: service.default_chat_service_role_sid.to_string(),
            reachability_enabled: service.reachability_enabled,
            links: ServiceConfigurationLinks {
                notifications: format!("{url}/Notifications"),
                webhooks: format!("{url}/Webhooks"),
            },
            url,
        }
    }
}

form! {
    /// The body of `POST /Services/{ChatServiceSid}/Configuration`.
    UpdateServiceConfiguration => service_configuration::Update {
        /// The SID of the role that the creator of a conversation gets in it: one of the service, of type
        /// conversation.
        default_conversation_creator_role_sid = "DefaultConversationCreatorRoleSid",
        /// The SID of the role of participants made from now on: one of the service, of type conversation.
        default_conversation_role_sid = "DefaultConversationRoleSid",
        /// The SID of the role of users made from now on: one of the service, of type service.
        default_chat_service_role_sid = "DefaultChatServiceRoleSid",
        /// Whether users are shown to be online and notifiable or not; false until it is set.
        reachability_enabled = "ReachabilityEnabled" boolean,
    }
}

/// Fetch a service's configuration.
#[utoipa::path(
    get,
    path = "/Configuration",
    tag = "Service",
    responses((status = 200, body = ServiceConfiguration))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<ServiceConfiguration>> {
    let service = engine.fetch_service_configuration(&request.scope).await?;
    Ok(Json(ServiceConfiguration::show(&service, &request.tree)))
}

/// Update a service's configuration: default roles and reachability.
#[utoipa::path(
    post,
    path = "/Configuration",
    tag = "Service",
    request_body(content = UpdateServiceConfiguration, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = ServiceConfiguration))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateServiceConfiguration(input)): Form<UpdateServiceConfiguration>,
) -> Answer<Json<ServiceConfiguration>> {
    let service = engine.update_service_configuration(&request.scope, input).await?;
    Ok(Json(ServiceConfiguration::show(&service, &request.tree)))
}
