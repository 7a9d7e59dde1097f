//! `/dwell/v1/AccessTokens`: what client SDKs connect with (contract §2).

use axum::Json;
use axum::extract::State;
use dwell_engine::Engine;
use dwell_engine::access_tokens::{self, Grant};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, form};
use crate::reply::{Answer, Created, date};
use crate::request::ForAccount;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(verify))
}

/// What an access token allows, to whom, and how long.
#[derive(Debug, Serialize, ToSchema)]
struct AccessToken {
    /// The token itself, a JWT, when it was made just now. It is not kept: who has lost it makes another.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// The account that it was issued for.
    account_sid: String,
    /// The API key that signed it.
    key_sid: String,
    /// Whom it stands for.
    identity: String,
    /// The service that it is for.
    chat_service_sid: String,
    /// The device that it is for, when it names one.
    endpoint_id: Option<String>,
    /// The role that its user is to have, when it names one.
    deployment_role_sid: Option<String>,
    /// The credential for push notifications, when it names one.
    push_credential_sid: Option<String>,
    /// From when on it is valid, in real time, when it says so.
    date_valid_from: Option<String>,
    /// Until when it is valid, in real time.
    date_expires: String,
}

impl AccessToken {
    fn show(grant: Grant, token: Option<String>) -> Self {
        AccessToken {
            token,
            account_sid: grant.account_sid.to_string(),
            key_sid: grant.key_sid.to_string(),
            identity: grant.identity,
            chat_service_sid: grant.service_sid.to_string(),
            endpoint_id: grant.endpoint_id,
            deployment_role_sid: grant.deployment_role_sid,
            push_credential_sid: grant.push_credential_sid,
            date_valid_from: grant.not_before.map(date),
            date_expires: date(grant.expires_at),
        }
    }
}

form! {
    /// The body of `POST /AccessTokens`.
    CreateAccessToken => access_tokens::Create {
        /// Whom the token stands for, at most 256 characters; a user that need not exist yet.
        identity = "Identity" required,
        /// The service that it is for; the account's default one when absent.
        chat_service_sid = "ChatServiceSid",
        /// How long it is valid, in seconds: 1 to 86400, 3600 when absent.
        ttl = "Ttl" integer,
        /// The API key that signs it. Not needed when the request itself is made with an API key.
        key_sid = "KeySid",
    }
}

form! {
    /// The body of `POST /AccessTokens/Verify`.
    VerifyAccessToken => access_tokens::Verify {
        /// The token, as a client SDK would send it.
        token = "Token" required,
    }
}

/// Make an access token for a client SDK. Programs can make the same with the official libraries and
/// an API key's secret.
#[utoipa::path(
    post,
    path = "/AccessTokens",
    tag = "AccessToken",
    request_body(content = CreateAccessToken, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = AccessToken))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateAccessToken(input)): Form<CreateAccessToken>,
) -> Answer<Created<AccessToken>> {
    let (token, grant) = engine.create_access_token(&request.caller, input).await?;
    Ok(Created(AccessToken::show(grant, Some(token))))
}

/// Say what an access token of the account grants, or refuse it with the code 20101 to 20107 for which
/// an SDK would be refused. It changes nothing.
#[utoipa::path(
    post,
    path = "/AccessTokens/Verify",
    tag = "AccessToken",
    request_body(content = VerifyAccessToken, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AccessToken))
)]
async fn verify(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(VerifyAccessToken(input)): Form<VerifyAccessToken>,
) -> Answer<Json<AccessToken>> {
    let grant = engine.inspect_access_token(&request.caller, input).await?;
    Ok(Json(AccessToken::show(grant, None)))
}
