//! `/dwell/v1/LastCall`: who is asked before a timer moves a conversation.

use axum::Json;
use axum::extract::State;
use dwell_core::last_call::Setting;
use dwell_engine::{Engine, last_calls};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::Answer;
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(fetch, update))
}

/// Who is asked before a timer moves a conversation of the account.
#[derive(Debug, Serialize, ToSchema)]
struct LastCall {
    /// The account.
    account_sid: String,
    /// Who is asked; null for nobody.
    webhook_url: Option<String>,
    /// How it is called: `GET` or `POST`.
    method: &'static str,
    /// How long before a timer ends it is asked, in seconds.
    lead_seconds: i64,
    /// The URL of this resource.
    url: String,
}

impl LastCall {
    fn show(setting: Setting, request: &ForAccount) -> Json<Self> {
        Json(LastCall {
            account_sid: request.caller.account.sid.to_string(),
            webhook_url: setting.url,
            method: setting.method.as_str(),
            lead_seconds: setting.lead_seconds,
            url: format!("{}/dwell/v1/LastCall", request.tree.base),
        })
    }
}

form! {
    /// The body of `POST /LastCall`.
    UpdateLastCall => last_calls::Update {
        /// An absolute http or https URL, at most 512 characters, that is asked before a timer moves a
        /// conversation. Blank for none.
        webhook_url = "WebhookUrl",
        /// How it is called. POST until something else is said.
        method = "Method" one_of["GET", "POST"],
        /// How long before a timer ends it is asked, in seconds: from 5 to 30. 10 until something else is said.
        lead_seconds = "LeadSeconds" integer,
    }
}

/// Fetch who is asked before a timer moves a conversation.
#[utoipa::path(get, path = "/LastCall", tag = "LastCall", responses((status = 200, body = LastCall)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<LastCall>> {
    let setting = engine.fetch_last_call(&request.caller).await?;
    Ok(LastCall::show(setting, &request))
}

/// Change who is asked before a timer moves a conversation. What is without a parameter stays.
#[utoipa::path(
    post,
    path = "/LastCall",
    tag = "LastCall",
    request_body(content = UpdateLastCall, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = LastCall))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateLastCall(input)): Form<UpdateLastCall>,
) -> Answer<Json<LastCall>> {
    let setting = engine.update_last_call(&request.caller, input).await?;
    Ok(LastCall::show(setting, &request))
}
