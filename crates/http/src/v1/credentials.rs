//! `/Credentials` (contract §5.16).

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, credentials};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted, date};
use crate::request::ForAccount;
use crate::tree::Tree;

const LISTING: Listing = Listing { key: "credentials", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A credential for a push service. Its secrets are never shown.
#[derive(Debug, Serialize, ToSchema)]
struct Credential {
    /// Its SID, beginning with `CR`.
    sid: String,
    /// The account that owns it.
    account_sid: String,
    /// A name for people.
    friendly_name: Option<String>,
    /// The push service: `apn`, `gcm` or `fcm`.
    #[serde(rename = "type")]
    push_type: &'static str,
    /// Whether it is for the sandbox of Apple's service: the text `True` or `False`.
    sandbox: &'static str,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// Its own URL.
    url: String,
}

impl Credential {
    fn show(credential: dwell_core::Credential, tree: &Tree) -> Self {
        Credential {
            sid: credential.sid.to_string(),
            account_sid: credential.account_sid.to_string(),
            friendly_name: credential.friendly_name,
            push_type: credential.push_type.as_str(),
            sandbox: if credential.sandbox { "True" } else { "False" },
            date_created: date(credential.date_created),
            date_updated: date(credential.date_updated),
            url: tree.url(&format!("/Credentials/{}", credential.sid)),
        }
    }
}

/// A page of credentials.
#[derive(Debug, Serialize, ToSchema)]
struct CredentialList {
    meta: Meta,
    /// The credentials of the page.
    credentials: Vec<Credential>,
}

form! {
    /// The body of `POST /Credentials`.
    CreateCredential => credentials::Input {
        /// The push service.
        push_type = "Type" required one_of["apn", "gcm", "fcm"],
        /// A name for people, at most 64 characters.
        friendly_name = "FriendlyName",
        /// For `apn`: the certificate in PEM form, at most 16 KB.
        certificate = "Certificate",
        /// For `apn`: the private key in PEM form, at most 16 KB.
        private_key = "PrivateKey",
        /// For `apn`: whether to use the sandbox; false when not given.
        sandbox = "Sandbox" boolean,
        /// For `gcm`: the API key of the project, at most 16 KB.
        api_key = "ApiKey",
        /// For `fcm`: the server key of the project, at most 16 KB.
        secret = "Secret",
    }
}

form! {
    /// The body of `POST /Credentials/{Sid}`. What is not given stays as it is, and so does a name or
    /// secret that is given blank.
    UpdateCredential => credentials::Input {
        /// The push service.
        push_type = "Type" one_of["apn", "gcm", "fcm"],
        /// A name for people, at most 64 characters.
        friendly_name = "FriendlyName",
        /// For `apn`: the certificate in PEM form, at most 16 KB.
        certificate = "Certificate",
        /// For `apn`: the private key in PEM form, at most 16 KB.
        private_key = "PrivateKey",
        /// For `apn`: whether to use the sandbox.
        sandbox = "Sandbox" boolean,
        /// For `gcm`: the API key of the project, at most 16 KB.
        api_key = "ApiKey",
        /// For `fcm`: the server key of the project, at most 16 KB.
        secret = "Secret",
    }
}

/// Create a credential for a push service.
#[utoipa::path(
    post,
    path = "/Credentials",
    tag = "Credential",
    request_body(content = CreateCredential, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Credential))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateCredential(input)): Form<CreateCredential>,
) -> Answer<Created<Credential>> {
    let credential = engine.create_credential(&request.caller, input).await?;
    Ok(Created(Credential::show(credential, &request.tree)))
}

/// List credentials in order of creation.
#[utoipa::path(
    get,
    path = "/Credentials",
    tag = "Credential",
    params(PageQuery),
    responses((status = 200, body = CredentialList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<CredentialList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_credentials(&request.caller, paging.request.clone()).await?;
    Ok(Json(CredentialList {
        meta: paging.meta(&request.tree.url("/Credentials"), &[], &page),
        credentials: page.items.into_iter().map(|c| Credential::show(c, &request.tree)).collect(),
    }))
}

/// Fetch a credential.
#[utoipa::path(get, path = "/Credentials/{Sid}", tag = "Credential", responses((status = 200, body = Credential)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Credential>> {
    let credential = engine.fetch_credential(&request.caller, request.segment("Sid")).await?;
    Ok(Json(Credential::show(credential, &request.tree)))
}

/// Update a credential.
#[utoipa::path(
    post,
    path = "/Credentials/{Sid}",
    tag = "Credential",
    request_body(content = UpdateCredential, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Credential))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateCredential(input)): Form<UpdateCredential>,
) -> Answer<Json<Credential>> {
    let credential = engine.update_credential(&request.caller, request.segment("Sid"), input).await?;
    Ok(Json(Credential::show(credential, &request.tree)))
}

/// Delete a credential with every binding that uses it.
#[utoipa::path(delete, path = "/Credentials/{Sid}", tag = "Credential", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_credential(&request.caller, request.segment("Sid")).await?;
    Ok(Deleted)
}
