//! `/Configuration/Addresses` (contract §5.17, §11).

use axum::Json;
use axum::extract::State;
use dwell_core::address_configuration::Action;
use dwell_engine::{Engine, address_configurations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::ForAccount;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "address_configurations", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// The configuration of one of the account's addresses: what happens when a message arrives there that
/// belongs to no conversation.
#[derive(Debug, Serialize, ToSchema)]
struct AddressConfiguration {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// The kind of the address: `sms`, `whatsapp`, `messenger`, `gbm`, `email`, `rcs`, `apple` or `chat`.
    r#type: &'static str,
    /// The address.
    address: String,
    /// A name for people.
    friendly_name: Option<String>,
    /// The country that the address belongs to (ISO 3166-1 alpha-2); null when none was given.
    address_country: Option<String>,
    /// Whether and how conversations are made by themselves.
    auto_creation: AutoCreation,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// Whether and how conversations are made by themselves; only what belongs to the type is there.
#[derive(Debug, Default, Serialize, ToSchema)]
struct AutoCreation {
    /// Whether they are.
    enabled: bool,
    /// What they begin with: `webhook` and `studio` with one of their own, `default` with nothing.
    r#type: &'static str,
    /// The service that they are made in; null, or for `default` left out, for the account's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_service_sid: Option<Option<String>>,
    /// For `webhook`: who is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    /// For `webhook`: how the URL is called, `GET` or `POST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_method: Option<&'static str>,
    /// For `webhook`: the events that are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_filters: Option<Vec<String>>,
    /// For `studio`: the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    studio_flow_sid: Option<String>,
    /// For `studio`: how often a failed call is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    studio_retry_count: Option<i64>,
}

impl AutoCreation {
    fn show(auto_creation: dwell_core::address_configuration::AutoCreation) -> Self {
        let service_sid = auto_creation.service_sid.map(|sid| sid.to_string());
        let shown = AutoCreation {
            enabled: auto_creation.enabled,
            r#type: auto_creation.action.type_str(),
            conversation_service_sid: Some(service_sid.clone()),
            ..Self::default()
        };
        match auto_creation.action {
            Action::Default => AutoCreation { conversation_service_sid: service_sid.map(Some), ..shown },
            Action::Webhook(hook) => AutoCreation {
                webhook_url: Some(hook.url),
                webhook_method: Some(hook.method.as_str()),
                webhook_filters: Some(hook.filters),
                ..shown
            },
            Action::Studio { flow_sid, retry_count } => AutoCreation {
                studio_flow_sid: Some(flow_sid.to_string()),
                studio_retry_count: Some(retry_count),
                ..shown
            },
        }
    }
}

const PATH: &str = "/Configuration/Addresses";

impl AddressConfiguration {
    fn show(a: dwell_core::AddressConfiguration, tree: &Tree) -> Self {
        AddressConfiguration {
            url: tree.url(&format!("{PATH}/{}", a.sid)),
            sid: a.sid.to_string(),
            account_sid: a.account_sid.to_string(),
            r#type: a.address_type.as_str(),
            address: a.address,
            friendly_name: a.friendly_name,
            address_country: a.address_country,
            auto_creation: AutoCreation::show(a.auto_creation),
            date_created: date(a.date_created),
            date_updated: date(a.date_updated),
        }
    }
}

/// A page of address configurations.
#[derive(Debug, Serialize, ToSchema)]
struct AddressConfigurationList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The configurations on it.
    address_configurations: Vec<AddressConfiguration>,
}

form! {
    /// The body of `POST /Configuration/Addresses`.
    CreateAddressConfiguration => address_configurations::Request {
        /// The kind of the address. It never changes.
        address_type = "Type" required one_of["sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat"],
        /// The address, at most 256 characters: for `sms` a telephone number such as `+37256123457` or a
        /// short code, for `whatsapp` one such as `whatsapp:+37256123457`, for `email` an e-mail address,
        /// for `chat` an identity, for the others an id with their type in front (`messenger:…`) or a
        /// business id (`urn:mbid:…`). It has one configuration in the account and never changes.
        address = "Address" required,
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// Whether a message to this address that belongs to no conversation makes one. False when not
        /// given.
        auto_creation_enabled = "AutoCreation.Enabled" boolean,
        /// What such a conversation begins with: a webhook, a Studio flow, or nothing. `default` when not
        /// given.
        auto_creation_type = "AutoCreation.Type" one_of["webhook", "studio", "default"],
        /// The service that conversations are made in; the account's default service when not given.
        auto_creation_conversation_service_sid = "AutoCreation.ConversationServiceSid",
        /// For `webhook`, required: the absolute http or https URL that is told, at most 512 characters.
        auto_creation_webhook_url = "AutoCreation.WebhookUrl",
        /// For `webhook`: how the URL is called. POST when not given.
        auto_creation_webhook_method = "AutoCreation.WebhookMethod" one_of["get", "post"],
        /// For `webhook`, required: an event that is told after it happened, such as `onMessageAdded`;
        /// repeated for each.
        auto_creation_webhook_filters = "AutoCreation.WebhookFilters" list,
        /// For `studio`, required: the SID of the flow.
        auto_creation_studio_flow_sid = "AutoCreation.StudioFlowSid",
        /// For `studio`: how often a failed call is repeated, from 0 to 3. 0 when not given.
        auto_creation_studio_retry_count = "AutoCreation.StudioRetryCount" integer,
        /// The country that a short code belongs to (ISO 3166-1 alpha-2).
        address_country = "AddressCountry",
    }
}

form! {
    /// The body of `POST /Configuration/Addresses/{Sid}`.
    UpdateAddressConfiguration => address_configurations::Request {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// Whether a message to this address that belongs to no conversation makes one.
        auto_creation_enabled = "AutoCreation.Enabled" boolean,
        /// What such a conversation begins with: a webhook, a Studio flow, or nothing. A new type forgets
        /// the settings of the old one and needs its own.
        auto_creation_type = "AutoCreation.Type" one_of["webhook", "studio", "default"],
        /// The service that conversations are made in. Blank for the account's default service.
        auto_creation_conversation_service_sid = "AutoCreation.ConversationServiceSid",
        /// For `webhook`: the absolute http or https URL that is told, at most 512 characters.
        auto_creation_webhook_url = "AutoCreation.WebhookUrl",
        /// For `webhook`: how the URL is called.
        auto_creation_webhook_method = "AutoCreation.WebhookMethod" one_of["get", "post"],
        /// For `webhook`: an event that is told; repeated for each. The list takes the place of the one
        /// before.
        auto_creation_webhook_filters = "AutoCreation.WebhookFilters" list,
        /// For `studio`: the SID of the flow.
        auto_creation_studio_flow_sid = "AutoCreation.StudioFlowSid",
        /// For `studio`: how often a failed call is repeated, from 0 to 3.
        auto_creation_studio_retry_count = "AutoCreation.StudioRetryCount" integer,
    }
}

form! {
    /// The filters of `GET /Configuration/Addresses`.
    ListAddressConfigurations => address_configurations::List {
        /// Only addresses of this kind.
        address_type = "Type" one_of["sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat"],
    }
}

/// Configure an address of the account.
#[utoipa::path(
    post,
    path = "/Configuration/Addresses",
    tag = "Address",
    request_body(content = CreateAddressConfiguration, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = AddressConfiguration))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateAddressConfiguration(input)): Form<CreateAddressConfiguration>,
) -> Answer<Created<AddressConfiguration>> {
    let configuration = engine.create_address_configuration(&request.caller, input).await?;
    Ok(Created(AddressConfiguration::show(configuration, &request.tree)))
}

/// List the configurations of the account's addresses in order of creation.
#[utoipa::path(
    get,
    path = "/Configuration/Addresses",
    tag = "Address",
    params(ListAddressConfigurations, PageQuery),
    responses((status = 200, body = AddressConfigurationList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filters): Query<ListAddressConfigurations>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<AddressConfigurationList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_address_configurations(&request.caller, filters.0.clone(), paging.request.clone()).await?;
    Ok(Json(AddressConfigurationList {
        meta: paging.meta(&request.tree.url(PATH), &filters.given(), &page),
        address_configurations: page
            .items
            .into_iter()
            .map(|configuration| AddressConfiguration::show(configuration, &request.tree))
            .collect(),
    }))
}

/// Fetch the configuration of an address, by SID or by the address itself.
#[utoipa::path(
    get,
    path = "/Configuration/Addresses/{Sid}",
    tag = "Address",
    responses((status = 200, body = AddressConfiguration))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<AddressConfiguration>> {
    let configuration = engine.fetch_address_configuration(&request.caller, request.segment("Sid")).await?;
    Ok(Json(AddressConfiguration::show(configuration, &request.tree)))
}

/// Update the configuration of an address.
#[utoipa::path(
    post,
    path = "/Configuration/Addresses/{Sid}",
    tag = "Address",
    request_body(content = UpdateAddressConfiguration, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AddressConfiguration))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateAddressConfiguration(input)): Form<UpdateAddressConfiguration>,
) -> Answer<Json<AddressConfiguration>> {
    let configuration = engine.update_address_configuration(&request.caller, request.segment("Sid"), input).await?;
    Ok(Json(AddressConfiguration::show(configuration, &request.tree)))
}

/// Remove the configuration of an address.
#[utoipa::path(delete, path = "/Configuration/Addresses/{Sid}", tag = "Address", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_address_configuration(&request.caller, request.segment("Sid")).await?;
    Ok(Deleted)
}
