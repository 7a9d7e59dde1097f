//! `/dwell/v1/Keys`: API keys of the account.

use axum::Json;
use axum::extract::State;
use dwell_engine::Engine;
use dwell_engine::accounts::{Key, KeyRequest};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "keys", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

/// An API key: a user name and a password that stand for the account.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKey {
    /// Its SID, the user name.
    sid: String,
    /// The account.
    account_sid: String,
    /// A name for people.
    friendly_name: String,
    /// What it allows: `all` or `read`.
    rights: &'static str,
    /// When it was created.
    date_created: String,
    /// The URL of this resource.
    url: String,
}

/// An API key with its secret, which is shown once.
#[derive(Debug, Serialize, ToSchema)]
struct NewApiKey {
    /// Its SID, the user name.
    sid: String,
    /// The account.
    account_sid: String,
    /// A name for people.
    friendly_name: String,
    /// What it allows: `all` or `read`.
    rights: &'static str,
    /// The password. It is not shown again.
    secret: String,
    /// When it was created.
    date_created: String,
    /// The URL of this resource.
    url: String,
}

/// A page of API keys.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKeyList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The keys on it.
    keys: Vec<ApiKey>,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/Keys", request.tree.base)
}

fn show(key: Key, root: &str) -> ApiKey {
    ApiKey {
        url: format!("{root}/{}", key.sid),
        sid: key.sid.to_string(),
        account_sid: key.account_sid.to_string(),
        friendly_name: key.friendly_name,
        rights: key.rights.as_str(),
        date_created: key.date_created.to_rfc3339_micros(),
    }
}

form! {
    /// The body of `POST /Keys`.
    CreateKey => KeyRequest {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// What the key allows: everything that the account may do, or looking alone. `all` when not given.
        rights = "Rights" one_of["all", "read"],
    }
}

/// Create an API key. Its secret is shown in this answer alone.
#[utoipa::path(
    post,
    path = "/Keys",
    tag = "Key",
    request_body(content = CreateKey, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = NewApiKey))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateKey(input)): Form<CreateKey>,
) -> Answer<Created<NewApiKey>> {
    let (friendly_name, rights) = input.check()?;
    let (key, secret) = engine.create_key(request.caller.account.sid, friendly_name, rights).await?;
    let ApiKey { sid, account_sid, friendly_name, rights, date_created, url } = show(key, &root(&request));
    Ok(Created(NewApiKey { sid, account_sid, friendly_name, rights, secret, date_created, url }))
}

/// List the API keys of the account in order of creation, without their secrets.
#[utoipa::path(
    get,
    path = "/Keys",
    tag = "Key",
    params(PageQuery),
    responses((status = 200, body = ApiKeyList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ApiKeyList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_keys(request.caller.account.sid, paging.request.clone()).await?;
    let root = root(&request);
    Ok(Json(ApiKeyList {
        meta: paging.meta(&root, &[], &page),
        keys: page.items.into_iter().map(|key| show(key, &root)).collect(),
    }))
}

/// Delete an API key. It is refused within seconds everywhere.
#[utoipa::path(delete, path = "/Keys/{Sid}", tag = "Key", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_key_named(request.caller.account.sid, request.segment("Sid")).await?;
    Ok(Deleted)
}
