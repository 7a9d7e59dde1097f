//! `/Configuration` (contract §5.13).

use axum::Json;
use axum::extract::State;
use dwell_core::Account;
use dwell_engine::{Engine, configuration};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::ForAccount;
use crate::tree::Tree;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update))
}

/// The configuration of an account.
#[derive(Debug, Serialize, ToSchema)]
struct Configuration {
    /// The account that it configures.
    account_sid: String,
    /// The service of the short tree, whose paths name none.
    default_chat_service_sid: String,
    /// The messaging service of conversations that are created without one.
    default_messaging_service_sid: String,
    /// The inactive timer of conversations that are created without one, as an ISO 8601 duration; null when there is
    /// none.
    default_inactive_timer: Option<String>,
    /// The closed timer of conversations that are created without one, as an ISO 8601 duration; null when there is
    /// none.
    default_closed_timer: Option<String>,
    /// Where it is found, in the tree of the request.
    url: String,
    /// Where what belongs to it is found.
    links: ConfigurationLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConfigurationLinks {
    /// The configuration of the default service.
    service: String,
    /// The account's webhooks.
    webhooks: String,
}

impl Configuration {
    fn show(account: Account, tree: &Tree) -> Self {
        Configuration {
            account_sid: account.sid.to_string(),
            default_chat_service_sid: account.default_service_sid.to_string(),
            default_messaging_service_sid: account.default_messaging_service_sid.to_string(),
            default_inactive_timer: account.default_inactive_timer,
            default_closed_timer: account.default_closed_timer,
            url: tree.url("/Configuration"),
            links: ConfigurationLinks {
                service: tree.url(&format!("/Services/{}/Configuration", account.default_service_sid)),
                webhooks: tree.url("/Configuration/Webhooks"),
            },
        }
    }
}

form! {
    /// The body of `POST /Configuration`.
    UpdateConfiguration => configuration::Update {
        /// The service of the short tree from now on; blank changes nothing.
        default_chat_service_sid = "DefaultChatServiceSid",
        /// The messaging service of conversations that are created without one; blank changes nothing.
        default_messaging_service_sid = "DefaultMessagingServiceSid",
        /// The inactive timer of conversations that are created from now on without one: an ISO 8601 duration of
        /// days, hours, minutes and seconds, at least `PT1M`; `PT0S` turns it off.
        default_inactive_timer = "DefaultInactiveTimer",
        /// The closed timer of conversations that are created from now on without one: an ISO 8601 duration of days,
        /// hours, minutes and seconds, at least `PT10M`; `PT0S` turns it off.
        default_closed_timer = "DefaultClosedTimer",
    }
}

/// Fetch the account's configuration.
#[utoipa::path(get, path = "/Configuration", tag = "Configuration", responses((status = 200, body = Configuration)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Configuration>> {
    let account = engine.fetch_configuration(&request.caller).await?;
    Ok(Json(Configuration::show(account, &request.tree)))
}

/// Update the account's configuration: default service and default timers of new conversations.
#[utoipa::path(
    post,
    path = "/Configuration",
    tag = "Configuration",
    request_body(content = UpdateConfiguration, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Configuration))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateConfiguration(input)): Form<UpdateConfiguration>,
) -> Answer<Json<Configuration>> {
    let account = engine.update_configuration(&request.caller, input).await?;
    Ok(Json(Configuration::show(account, &request.tree)))
}
