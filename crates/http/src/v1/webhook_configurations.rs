//! `/Configuration/Webhooks`, of the account and of a service (contract §5.14, §10.1).

use axum::Json;
use axum::extract::State;
use dwell_core::webhook::Configuration;
use dwell_core::{AccountSid, ServiceSid};
use dwell_engine::{Engine, webhook_configurations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::{ForAccount, InService};
use crate::tree::Tree;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update)).routes(routes!(fetch_of_service, update_of_service))
}

/// What an account has set up for its webhooks.
#[derive(Debug, Serialize, ToSchema)]
struct AccountWebhooks {
    /// The account.
    account_sid: String,
    /// Who is asked before something happens; null for nobody.
    pre_webhook_url: Option<String>,
    /// Who is told after something happened; null for nobody.
    post_webhook_url: Option<String>,
    /// How both are called: `GET` or `POST`.
    method: &'static str,
    /// The events that are told; others are not.
    filters: Vec<String>,
    /// Where webhooks are routed: `webhook` or `flex`.
    target: &'static str,
    /// The URL of this resource.
    url: String,
}

impl AccountWebhooks {
    fn show(account: &AccountSid, c: Configuration, tree: &Tree) -> Self {
        AccountWebhooks {
            account_sid: account.to_string(),
            pre_webhook_url: c.pre_url,
            post_webhook_url: c.post_url,
            method: c.method.as_str(),
            filters: c.filters,
            target: c.routing.as_str(),
            url: tree.url("/Configuration/Webhooks"),
        }
    }
}

/// What a service has set up for its webhooks. Once it has set up anything, this holds for it instead
/// of what the account has set up; until then all of it is null.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceWebhooks {
    /// The account.
    account_sid: String,
    /// The service.
    chat_service_sid: String,
    /// Who is asked before something happens; null for nobody.
    pre_webhook_url: Option<String>,
    /// Who is told after something happened; null for nobody.
    post_webhook_url: Option<String>,
    /// How both are called: `GET` or `POST`.
    method: Option<&'static str>,
    /// The events that are told; others are not.
    filters: Option<Vec<String>>,
    /// The URL of this resource.
    url: String,
}

impl ServiceWebhooks {
    fn show(account: &AccountSid, service: &ServiceSid, c: Option<Configuration>, tree: &Tree) -> Self {
        let method = c.as_ref().map(|c| c.method.as_str());
        let (pre_webhook_url, post_webhook_url, filters) =
            c.map_or((None, None, None), |c| (c.pre_url, c.post_url, Some(c.filters)));
        ServiceWebhooks {
            account_sid: account.to_string(),
            chat_service_sid: service.to_string(),
            pre_webhook_url,
            post_webhook_url,
            method,
            filters,
            url: tree.url("/Configuration/Webhooks"),
        }
    }
}

form! {
    /// The body of `POST /Configuration/Webhooks`.
    UpdateAccountWebhooks => webhook_configurations::Update {
        /// How the webhooks are called. POST until something else is said.
        method = "Method" one_of["GET", "POST"],
        /// An event that is told, before or after it happens, such as `onMessageAdd` or `onMessageAdded`;
        /// repeated for each. The list takes the place of the one before, and a single blank one
        /// empties it: nothing is told.
        filters = "Filters" list,
        /// An absolute http or https URL, at most 512 characters, that is asked before something
        /// happens. Blank for none.
        pre_webhook_url = "PreWebhookUrl",
        /// An absolute http or https URL, at most 512 characters, that is told after something
        /// happened. Blank for none.
        post_webhook_url = "PostWebhookUrl",
        /// Where webhooks are routed: to their URLs or to Flex.
        target = "Target" one_of["webhook", "flex"],
    }
}

form! {
    /// The body of `POST /Services/{ChatServiceSid}/Configuration/Webhooks`.
    UpdateServiceWebhooks => webhook_configurations::Update {
        /// An absolute http or https URL, at most 512 characters, that is asked before something
        /// happens. Blank for none.
        pre_webhook_url = "PreWebhookUrl",
        /// An absolute http or https URL, at most 512 characters, that is told after something
        /// happened. Blank for none.
        post_webhook_url = "PostWebhookUrl",
        /// An event that is told, before or after it happens, such as `onMessageAdd` or `onMessageAdded`;
        /// repeated for each. The list takes the place of the one before, and a single blank one
        /// empties it: nothing is told.
        filters = "Filters" list,
        /// How the webhooks are called. POST until something else is said.
        method = "Method" one_of["GET", "POST"],
    }
}

/// Fetch what the account has set up for its webhooks.
#[utoipa::path(
    get,
    path = "/Configuration/Webhooks",
    tag = "Configuration",
    responses((status = 200, body = AccountWebhooks))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<AccountWebhooks>> {
    let configuration = engine.fetch_account_webhooks(&request.caller).await?;
    Ok(Json(AccountWebhooks::show(&request.caller.account.sid, configuration, &request.tree)))
}

/// Update what the account has set up for its webhooks.
#[utoipa::path(
    post,
    path = "/Configuration/Webhooks",
    tag = "Configuration",
    request_body(content = UpdateAccountWebhooks, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AccountWebhooks))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateAccountWebhooks(input)): Form<UpdateAccountWebhooks>,
) -> Answer<Json<AccountWebhooks>> {
    let configuration = engine.update_account_webhooks(&request.caller, input).await?;
    Ok(Json(AccountWebhooks::show(&request.caller.account.sid, configuration, &request.tree)))
}

/// Fetch what a service has set up for its webhooks.
#[utoipa::path(
    get,
    path = "/Services/{ChatServiceSid}/Configuration/Webhooks",
    tag = "Configuration",
    responses((status = 200, body = ServiceWebhooks))
)]
async fn fetch_of_service(State(engine): State<Engine>, request: InService) -> Answer<Json<ServiceWebhooks>> {
    let InService { scope, tree, .. } = &request;
    let configuration = engine.fetch_service_webhooks(scope).await?;
    Ok(Json(ServiceWebhooks::show(&scope.caller.account.sid, &scope.service_sid, configuration, tree)))
}

/// Update what a service has set up for its webhooks, which from then on holds instead of what the
/// account has set up.
#[utoipa::path(
    post,
    path = "/Services/{ChatServiceSid}/Configuration/Webhooks",
    tag = "Configuration",
    request_body(content = UpdateServiceWebhooks, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = ServiceWebhooks))
)]
async fn update_of_service(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateServiceWebhooks(input)): Form<UpdateServiceWebhooks>,
) -> Answer<Json<ServiceWebhooks>> {
    let InService { scope, tree, .. } = &request;
    let configuration = engine.update_service_webhooks(scope, input).await?;
    Ok(Json(ServiceWebhooks::show(&scope.caller.account.sid, &scope.service_sid, configuration, tree)))
}
