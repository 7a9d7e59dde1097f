//! `/Users` (contract §5.7).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, users};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, WebhookHeader, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "users", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A user of a service.
#[derive(Debug, Serialize, ToSchema)]
struct User {
    /// Its name for ever.
    sid: String,
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// Its role in the service.
    role_sid: String,
    /// Who it is: unique within the service, and never changed.
    identity: String,
    /// A name for people; null when none was given.
    friendly_name: Option<String>,
    /// Your own data: a JSON document as a text; `{}` when none was given.
    attributes: String,
    /// Null unless reachability is enabled.
    is_online: Option<bool>,
    /// Null unless reachability is enabled.
    is_notifiable: Option<bool>,
    /// When it was created, in whole seconds of UTC.
    date_created: String,
    /// When it was last changed, in whole seconds of UTC.
    date_updated: String,
    /// Where it is found, in the tree of the request.
    url: String,
    /// Where what belongs to it is found.
    links: UserLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct UserLinks {
    /// The conversations that it takes part in.
    user_conversations: String,
}

impl User {
    fn show(user: dwell_core::User, tree: &Tree) -> Self {
        let url = tree.url(&format!("/Users/{}", user.sid));
        User {
            sid: user.sid.to_string(),
            account_sid: user.account_sid.to_string(),
            chat_service_sid: user.service_sid.to_string(),
            role_sid: user.role_sid.to_string(),
            identity: user.identity,
            friendly_name: user.friendly_name,
            attributes: user.attributes,
            is_online: None,
            is_notifiable: None,
            date_created: date(user.date_created),
            date_updated: date(user.date_updated),
            links: UserLinks { user_conversations: format!("{url}/Conversations") },
            url,
        }
    }
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
struct UserList {
    /// The page, and where its neighbours are.
    meta: Meta,
    /// The users of the page.
    users: Vec<User>,
}

form! {
    /// The body of `POST /Users`.
    CreateUser => users::Create {
        /// Who it is: unique within the service and never changed, at most 256 characters, not in the form of a user
        /// SID.
        identity = "Identity" required,
        /// A name for people, at most 256 characters. None by default.
        friendly_name = "FriendlyName",
        /// Your own data: a JSON document as a text, at most 4 KB. `{}` by default.
        attributes = "Attributes",
        /// A role of services. The service's default by default.
        role_sid = "RoleSid",
    }
}

form! {
    /// The body of `POST /Users/{Sid}`.
    UpdateUser => users::Update {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// Your own data, all of it anew: a JSON document as a text, at most 4 KB.
        attributes = "Attributes",
        /// A role of services.
        role_sid = "RoleSid",
    }
}

/// Create a user.
#[utoipa::path(
    post,
    path = "/Users",
    tag = "User",
    params(WebhookHeader),
    request_body(content = CreateUser, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = User))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Form(CreateUser(input)): Form<CreateUser>,
) -> Answer<Created<User>> {
    let user = engine.create_user(&request.scope, input).await?;
    Ok(Created(User::show(user, &request.tree)))
}

/// List users in order of creation.
#[utoipa::path(
    get,
    path = "/Users",
    tag = "User",
    params(PageQuery),
    responses((status = 200, body = UserList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<UserList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_users(&request.scope, paging.request.clone()).await?;
    Ok(Json(UserList {
        meta: paging.meta(&request.tree.url("/Users"), &[], &page),
        users: page.items.into_iter().map(|user| User::show(user, &request.tree)).collect(),
    }))
}

/// Fetch a user, by SID or identity.
#[utoipa::path(get, path = "/Users/{Sid}", tag = "User", responses((status = 200, body = User)))]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<User>> {
    let user = engine.fetch_user(&request.scope, request.segment("Sid")).await?;
    Ok(Json(User::show(user, &request.tree)))
}

/// Update a user.
#[utoipa::path(
    post,
    path = "/Users/{Sid}",
    tag = "User",
    params(WebhookHeader),
    request_body(content = UpdateUser, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = User))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateUser(input)): Form<UpdateUser>,
) -> Answer<Json<User>> {
    let user = engine.update_user(&request.scope, request.segment("Sid"), input).await?;
    Ok(Json(User::show(user, &request.tree)))
}

/// Delete a user and take it out of its conversations.
#[utoipa::path(
    delete,
    path = "/Users/{Sid}",
    tag = "User",
    params(WebhookHeader),
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    engine.delete_user(&request.scope, request.segment("Sid")).await?;
    Ok(Deleted)
}
