//! `/dwell/v1/RolePermissions`: what the roles of people may do besides.

use axum::Json;
use axum::extract::State;
use dwell_core::person::{PersonRole, Switches};
use dwell_engine::{Engine, role_permissions};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(update))
}

/// What a role may do besides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Permissions {
    /// Whether it may mark customers inactive.
    can_inactivate: bool,
    /// Whether it may end sessions.
    can_end: bool,
    /// Whether it may end the sessions of others.
    can_end_others: bool,
    /// Whether it may act on many conversations at once.
    can_bulk: bool,
}

impl Permissions {
    pub(crate) fn show(switches: Switches) -> Self {
        let Switches { can_inactivate, can_end, can_end_others, can_bulk } = switches;
        Permissions { can_inactivate, can_end, can_end_others, can_bulk }
    }
}

/// A role of people, and what it may do besides.
#[derive(Debug, Serialize, ToSchema)]
struct RolePermissions {
    /// The role: `admin`, `supervisor`, `agent` or `viewer`.
    role: &'static str,
    /// What it may do besides. An admin may do everything and a viewer nothing, always.
    #[serde(flatten)]
    permissions: Permissions,
    /// The URL of this resource.
    url: String,
}

/// Every role.
#[derive(Debug, Serialize, ToSchema)]
struct RolePermissionsList {
    /// The roles, the least first.
    role_permissions: Vec<RolePermissions>,
}

fn show((role, switches): (PersonRole, Switches), base: &str) -> RolePermissions {
    RolePermissions {
        url: format!("{base}/dwell/v1/RolePermissions/{}", role.as_str()),
        role: role.as_str(),
        permissions: Permissions::show(switches),
    }
}

form! {
    /// The body of `POST /RolePermissions/{Role}`.
    UpdateRolePermissions => role_permissions::Request {
        /// Whether the role may mark customers inactive.
        can_inactivate = "CanInactivate" boolean,
        /// Whether it may end sessions.
        can_end = "CanEnd" boolean,
        /// Whether it may end the sessions of others.
        can_end_others = "CanEndOthers" boolean,
        /// Whether it may act on many conversations at once.
        can_bulk = "CanBulk" boolean,
    }
}

/// Show what the roles of people may do besides.
#[utoipa::path(
    get,
    path = "/RolePermissions",
    tag = "RolePermissions",
    responses((status = 200, body = RolePermissionsList))
)]
async fn list(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<RolePermissionsList>> {
    let roles = engine.list_role_permissions(&request.caller).await?.into_iter();
    Ok(Json(RolePermissionsList { role_permissions: roles.map(|role| show(role, &request.tree.base)).collect() }))
}

/// Set what a role may do besides: `agent` or `supervisor`. It counts from the next request of each such person on.
#[utoipa::path(
    post,
    path = "/RolePermissions/{Role}",
    tag = "RolePermissions",
    request_body(content = UpdateRolePermissions, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = RolePermissions))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateRolePermissions(input)): Form<UpdateRolePermissions>,
) -> Answer<Json<RolePermissions>> {
    let role = engine.update_role_permissions(&request.caller, request.segment("Role"), input).await?;
    Ok(Json(show(role, &request.tree.base)))
}
