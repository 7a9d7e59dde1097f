//! `/Services/{ChatServiceSid}/Bindings` (contract §5.16).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, bindings};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "bindings", size_default: 50, size_max: 100 };

/// For the service tree alone.
pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch, delete))
}

/// A device of a user that wants notifications.
#[derive(Debug, Serialize, ToSchema)]
struct PushBinding {
    /// Its SID, beginning with `BS`.
    sid: String,
    /// The account that owns it.
    account_sid: String,
    /// The service that it belongs to.
    chat_service_sid: String,
    /// The credential that notifications are sent with; null where none is needed.
    credential_sid: Option<String>,
    /// When it was made.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The client's name for the device.
    endpoint: String,
    /// The user's identity.
    identity: String,
    /// How notifications get to the device: `apn`, `gcm`, `fcm` or `twilsock`.
    binding_type: &'static str,
    /// What the device wants to hear of: `new_message`, `added_to_conversation`,
    /// `removed_from_conversation`.
    message_types: Vec<String>,
    /// Its own URL.
    url: String,
}

impl PushBinding {
    fn show(binding: dwell_core::PushBinding, tree: &Tree) -> Self {
        PushBinding {
            sid: binding.sid.to_string(),
            account_sid: binding.account_sid.to_string(),
            chat_service_sid: binding.service_sid.to_string(),
            credential_sid: binding.credential_sid.map(|sid| sid.to_string()),
            date_created: date(binding.date_created),
            date_updated: date(binding.date_updated),
            endpoint: binding.endpoint,
            identity: binding.identity,
            binding_type: binding.binding_type.as_str(),
            message_types: binding.message_types,
            url: tree.url(&format!("/Bindings/{}", binding.sid)),
        }
    }
}

/// A page of bindings.
#[derive(Debug, Serialize, ToSchema)]
struct PushBindingList {
    meta: Meta,
    /// The bindings of the page.
    bindings: Vec<PushBinding>,
}

form! {
    /// The filters of `GET /Services/{ChatServiceSid}/Bindings`.
    ListBindings => bindings::List {
        /// Only bindings of this type: `apn`, `gcm`, `fcm` or `twilsock`. Repeat the parameter for more.
        binding_type = "BindingType" list,
        /// Only bindings of the user of this identity. Repeat the parameter for more, at most 50.
        identity = "Identity" list,
    }
}

/// List bindings in order of creation. Client SDKs make them.
#[utoipa::path(
    get,
    path = "/Bindings",
    tag = "Binding",
    params(ListBindings, PageQuery),
    responses((status = 200, body = PushBindingList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(filters): Query<ListBindings>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<PushBindingList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_bindings(&request.scope, filters.0.clone(), paging.request.clone()).await?;
    Ok(Json(PushBindingList {
        meta: paging.meta(&request.tree.url("/Bindings"), &filters.given(), &page),
        bindings: page.items.into_iter().map(|binding| PushBinding::show(binding, &request.tree)).collect(),
    }))
}

/// Fetch a binding.
#[utoipa::path(get, path = "/Bindings/{Sid}", tag = "Binding", responses((status = 200, body = PushBinding)))]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<PushBinding>> {
    let binding = engine.fetch_binding(&request.scope, request.segment("Sid")).await?;
    Ok(Json(PushBinding::show(binding, &request.tree)))
}

/// Delete a binding: its device hears nothing more.
#[utoipa::path(delete, path = "/Bindings/{Sid}", tag = "Binding", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    engine.delete_binding(&request.scope, request.segment("Sid")).await?;
    Ok(Deleted)
}
