//! `/dwell/v1/Views`: filters over conversations that the people of an account have saved.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, Error, views};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "views", size_default: 50, size_max: 200 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A saved view: a name for a filter over conversations, shared by the people of the account.
#[derive(Debug, Serialize, ToSchema)]
struct View {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// Its name.
    friendly_name: String,
    /// What it selects, as it was given. The server keeps it and does not look into it.
    #[schema(value_type = Object)]
    filter: Value,
    /// When it was saved first.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// A page of saved views.
#[derive(Debug, Serialize, ToSchema)]
struct ViewList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The views on it.
    views: Vec<View>,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/Views", request.tree.base)
}

fn show(view: dwell_core::View, root: &str) -> Answer<View> {
    let unreadable = |error: serde_json::Error| Error::Internal(format!("filter of {}: {error}", view.sid));
    Ok(View {
        url: format!("{root}/{}", view.sid),
        sid: view.sid.to_string(),
        account_sid: view.account_sid.to_string(),
        filter: serde_json::from_str(&view.filter).map_err(unreadable)?,
        friendly_name: view.friendly_name,
        date_created: view.date_created.to_rfc3339_micros(),
        date_updated: view.date_updated.to_rfc3339_micros(),
    })
}

form! {
    /// The body of `POST /Views`.
    CreateView => views::Request {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName" required,
        /// What it selects: a JSON object, at most 4096 bytes, which means what the page that saved it wants.
        filter = "Filter" required,
    }
}

form! {
    /// The body of `POST /Views/{Sid}`.
    UpdateView => views::Request {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// What it selects: a JSON object, at most 4096 bytes, which takes the place of the one before.
        filter = "Filter",
    }
}

/// Save a view. An account has at most 200.
#[utoipa::path(
    post,
    path = "/Views",
    tag = "View",
    request_body(content = CreateView, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = View))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateView(input)): Form<CreateView>,
) -> Answer<Created<View>> {
    let view = engine.create_view(&request.caller, input).await?;
    Ok(Created(show(view, &root(&request))?))
}

/// List the saved views of the account in order of creation.
#[utoipa::path(get, path = "/Views", tag = "View", params(PageQuery), responses((status = 200, body = ViewList)))]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ViewList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_views(&request.caller, paging.request.clone()).await?;
    let root = root(&request);
    let meta = paging.meta(&root, &[], &page);
    let views = page.items.into_iter().map(|view| show(view, &root)).collect::<Result<_, _>>()?;
    Ok(Json(ViewList { meta, views }))
}

/// Fetch a saved view.
#[utoipa::path(get, path = "/Views/{Sid}", tag = "View", responses((status = 200, body = View)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<View>> {
    let view = engine.fetch_view(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(view, &root(&request))?))
}

/// Update a saved view. What is without a parameter stays.
#[utoipa::path(
    post,
    path = "/Views/{Sid}",
    tag = "View",
    request_body(content = UpdateView, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = View))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateView(input)): Form<UpdateView>,
) -> Answer<Json<View>> {
    let view = engine.update_view(&request.caller, request.segment("Sid"), input).await?;
    Ok(Json(show(view, &root(&request))?))
}

/// Delete a saved view.
#[utoipa::path(delete, path = "/Views/{Sid}", tag = "View", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_view(&request.caller, request.segment("Sid")).await?;
    Ok(Deleted)
}
