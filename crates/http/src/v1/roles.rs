//! `/Roles` (contract §5.10).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, roles};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "roles", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A role: what users may do in a service, or participants in a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct Role {
    /// Its SID, beginning with `RL`.
    sid: String,
    /// The account that owns it.
    account_sid: String,
    /// The service that it belongs to.
    chat_service_sid: String,
    /// A name for people.
    friendly_name: String,
    /// What it governs: `conversation` or `service`.
    #[serde(rename = "type")]
    role_type: &'static str,
    /// What it allows.
    permissions: Vec<String>,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// Its own URL.
    url: String,
}

impl Role {
    fn show(role: dwell_core::Role, tree: &Tree) -> Self {
        Role {
            sid: role.sid.to_string(),
            account_sid: role.account_sid.to_string(),
            chat_service_sid: role.service_sid.to_string(),
            friendly_name: role.friendly_name,
            role_type: role.role_type.as_str(),
            permissions: role.permissions,
            date_created: date(role.date_created),
            date_updated: date(role.date_updated),
            url: tree.url(&format!("/Roles/{}", role.sid)),
        }
    }
}

/// A page of roles.
#[derive(Debug, Serialize, ToSchema)]
struct RoleList {
    meta: Meta,
    /// The roles of the page.
    roles: Vec<Role>,
}

form! {
    /// The body of `POST /Roles`.
    CreateRole => roles::Create {
        /// A name for people, at most 64 characters.
        friendly_name = "FriendlyName" required,
        /// What the role governs: a conversation, for its participants, or the service, for its users.
        role_type = "Type" required one_of["conversation", "service"],
        /// What the role allows, by its exact name; repeat the parameter for each. Which permissions
        /// there are depends on the type.
        permission = "Permission" required list,
    }
}

form! {
    /// The body of `POST /Roles/{Sid}`.
    UpdateRole => roles::Update {
        /// What the role allows from now on, by its exact name; repeat the parameter for each. What is
        /// not named is not allowed any more.
        permission = "Permission" required list,
    }
}

/// Create a role.
#[utoipa::path(
    post,
    path = "/Roles",
    tag = "Role",
    request_body(content = CreateRole, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Role))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateRole(input)): Form<CreateRole>,
) -> Answer<Created<Role>> {
    let role = engine.create_role(&request.scope, input).await?;
    Ok(Created(Role::show(role, &request.tree)))
}

/// List roles in order of creation.
#[utoipa::path(
    get,
    path = "/Roles",
    tag = "Role",
    params(PageQuery),
    responses((status = 200, body = RoleList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<RoleList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_roles(&request.scope, paging.request.clone()).await?;
    Ok(Json(RoleList {
        meta: paging.meta(&request.tree.url("/Roles"), &[], &page),
        roles: page.items.into_iter().map(|role| Role::show(role, &request.tree)).collect(),
    }))
}

/// Fetch a role.
#[utoipa::path(get, path = "/Roles/{Sid}", tag = "Role", responses((status = 200, body = Role)))]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Role>> {
    let role = engine.fetch_role(&request.scope, request.segment("Sid")).await?;
    Ok(Json(Role::show(role, &request.tree)))
}

/// Replace the permissions of a role.
#[utoipa::path(
    post,
    path = "/Roles/{Sid}",
    tag = "Role",
    request_body(content = UpdateRole, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Role))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateRole(input)): Form<UpdateRole>,
) -> Answer<Json<Role>> {
    let role = engine.update_role(&request.scope, request.segment("Sid"), input).await?;
    Ok(Json(Role::show(role, &request.tree)))
}

/// Delete a role that is not a default of its service. Who holds it keeps its SID.
#[utoipa::path(delete, path = "/Roles/{Sid}", tag = "Role", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    engine.delete_role(&request.scope, request.segment("Sid")).await?;
    Ok(Deleted)
}
