//! `/Services` (contract §5.11).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, services};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::ForAccount;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "services", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    // The segment has the name that the service tree gives it: a router knows one name per place.
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, delete))
}

/// A conversation service.
#[derive(Debug, Serialize, ToSchema)]
struct Service {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// A name for people.
    friendly_name: String,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When it was last changed, in whole seconds of UTC.
    date_updated: String,
    /// Where it is found, in the tree of the request.
    url: String,
    /// Where what belongs to it is found.
    links: ServiceLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct ServiceLinks {
    /// Its conversations.
    conversations: String,
    /// Its users.
    users: String,
    /// Its roles.
    roles: String,
    /// Its push bindings.
    bindings: String,
    /// Its configuration.
    configuration: String,
    /// Finds the conversations of a participant.
    participant_conversations: String,
    /// Creates a conversation together with its participants.
    conversation_with_participants: String,
}

impl Service {
    fn show(service: dwell_core::Service, tree: &Tree) -> Self {
        let url = tree.url(&format!("/Services/{}", service.sid));
        let below = |name: &str| format!("{url}/{name}");
        Service {
            sid: service.sid.to_string(),
            account_sid: service.account_sid.to_string(),
            friendly_name: service.friendly_name,
            date_created: date(service.date_created),
            date_updated: date(service.date_updated),
            links: ServiceLinks {
                conversations: below("Conversations"),
                users: below("Users"),
                roles: below("Roles"),
                bindings: below("Bindings"),
                configuration: below("Configuration"),
                participant_conversations: below("ParticipantConversations"),
                conversation_with_participants: below("ConversationWithParticipants"),
            },
            url,
        }
    }
}

/// A page of services.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The services of the page.
    services: Vec<Service>,
}

form! {
    /// The body of `POST /Services`.
    CreateService => services::Create {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName" required,
    }
}

/// Create a service.
#[utoipa::path(
    post,
    path = "/Services",
    tag = "Service",
    request_body(content = CreateService, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Service))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateService(input)): Form<CreateService>,
) -> Answer<Created<Service>> {
    let service = engine.create_service(&request.caller, input).await?;
    Ok(Created(Service::show(service, &request.tree)))
}

/// List services in order of creation.
#[utoipa::path(
    get,
    path = "/Services",
    tag = "Service",
    params(PageQuery),
    responses((status = 200, body = ServiceList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ServiceList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_services(&request.caller, paging.request.clone()).await?;
    Ok(Json(ServiceList {
        meta: paging.meta(&request.tree.url("/Services"), &[], &page),
        services: page.items.into_iter().map(|service| Service::show(service, &request.tree)).collect(),
    }))
}

/// Fetch a service.
#[utoipa::path(get, path = "/Services/{ChatServiceSid}", tag = "Service", responses((status = 200, body = Service)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Service>> {
    let service = engine.fetch_service(&request.caller, request.segment("ChatServiceSid")).await?;
    Ok(Json(Service::show(service, &request.tree)))
}

/// Delete a service with everything in it.
#[utoipa::path(delete, path = "/Services/{ChatServiceSid}", tag = "Service", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_service(&request.caller, request.segment("ChatServiceSid")).await?;
    Ok(Deleted)
}
