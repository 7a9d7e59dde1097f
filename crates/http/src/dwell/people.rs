//! `/dwell/v1/People`: who signs in to the console.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, people};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "people", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// Somebody who signs in to the console. Nobody's password is ever shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Person {
    /// Its SID, which is the actor of what it does.
    sid: String,
    /// The account.
    account_sid: String,
    /// The e-mail address that it signs in with, in lower case. Nobody else on the server has it.
    email: String,
    /// A name for people.
    friendly_name: String,
    /// Under which it writes messages and owns sessions. Nobody else of the account has it.
    identity: String,
    /// What it may do: `admin`, `supervisor`, `agent` or `viewer`.
    role: &'static str,
    /// Whether it may not sign in.
    disabled: bool,
    /// Whether it can sign in with a password.
    has_password: bool,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// When it last signed in; null as long as never.
    date_last_sign_in: Option<String>,
    /// The URL of this resource.
    url: String,
}

impl Person {
    pub(crate) fn show(p: dwell_core::Person, base: &str) -> Self {
        Person {
            url: format!("{base}/dwell/v1/People/{}", p.sid),
            sid: p.sid.to_string(),
            account_sid: p.account_sid.to_string(),
            email: p.email,
            friendly_name: p.friendly_name,
            identity: p.identity,
            role: p.role.as_str(),
            disabled: p.disabled_at.is_some(),
            has_password: p.has_password,
            date_created: p.date_created.to_rfc3339_micros(),
            date_updated: p.date_updated.to_rfc3339_micros(),
            date_last_sign_in: p.date_last_sign_in.map(|at| at.to_rfc3339_micros()),
        }
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
struct PersonList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The people on it.
    people: Vec<Person>,
}

form! {
    /// The body of `POST /People`.
    CreatePerson => people::Request {
        /// The e-mail address to sign in with, at most 254 characters. Nobody else on the server may have it.
        email = "Email" required,
        /// A name for people, at most 256 characters. The e-mail address when not given.
        friendly_name = "FriendlyName",
        /// Under which the person writes messages and owns sessions, at most 256 characters. Nobody else of the
        /// account may have it. The e-mail address when not given.
        identity = "Identity",
        /// What the person may do.
        role = "Role" required one_of["admin", "supervisor", "agent", "viewer"],
        /// A password, of 12 characters at least and 256 bytes at most. Without one the person can sign in with
        /// OpenID Connect alone.
        password = "Password",
        /// Whether the person may not sign in. False when not given.
        disabled = "Disabled" boolean,
    }
}

form! {
    /// The body of `POST /People/{Sid}`.
    UpdatePerson => people::Request {
        /// The e-mail address to sign in with, at most 254 characters. Nobody else on the server may have it.
        email = "Email",
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// Under which the person writes messages and owns sessions, at most 256 characters. Nobody else of the
        /// account may have it. What was written and is owned stays under the one before.
        identity = "Identity",
        /// What the person may do. Nobody can take another role themselves.
        role = "Role" one_of["admin", "supervisor", "agent", "viewer"],
        /// Another password, of 12 characters at least and 256 bytes at most.
        password = "Password",
        /// Whether the person may not sign in. Nobody can disable themselves.
        disabled = "Disabled" boolean,
    }
}

/// Create a person who can sign in to the console.
#[utoipa::path(
    post,
    path = "/People",
    tag = "Person",
    request_body(content = CreatePerson, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Person))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreatePerson(input)): Form<CreatePerson>,
) -> Answer<Created<Person>> {
    let person = engine.create_person(request.caller.account.sid, input).await?;
    Ok(Created(Person::show(person, &request.tree.base)))
}

/// List the people of the account in order of creation.
#[utoipa::path(
    get,
    path = "/People",
    tag = "Person",
    params(PageQuery),
    responses((status = 200, body = PersonList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<PersonList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_people(request.caller.account.sid, paging.request.clone()).await?;
    let base = &request.tree.base;
    Ok(Json(PersonList {
        meta: paging.meta(&format!("{base}/dwell/v1/People"), &[], &page),
        people: page.items.into_iter().map(|person| Person::show(person, base)).collect(),
    }))
}

/// Fetch a person.
#[utoipa::path(get, path = "/People/{Sid}", tag = "Person", responses((status = 200, body = Person)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Person>> {
    let person = engine.fetch_person(request.caller.account.sid, request.segment("Sid")).await?;
    Ok(Json(Person::show(person, &request.tree.base)))
}

/// Update a person. What is without a parameter stays. Whoever is disabled, or gets another role or password, is
/// signed out everywhere.
#[utoipa::path(
    post,
    path = "/People/{Sid}",
    tag = "Person",
    request_body(content = UpdatePerson, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Person))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdatePerson(input)): Form<UpdatePerson>,
) -> Answer<Json<Person>> {
    let (account, actor) = (request.caller.account.sid, request.caller.person.as_deref());
    let person = engine.update_person(account, request.segment("Sid"), input, actor).await?;
    Ok(Json(Person::show(person, &request.tree.base)))
}

/// Delete a person, who is signed out everywhere. What it wrote and did stays. Nobody can delete themselves.
#[utoipa::path(delete, path = "/People/{Sid}", tag = "Person", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    let (account, actor) = (request.caller.account.sid, request.caller.person.as_deref());
    engine.delete_person(account, request.segment("Sid"), actor).await?;
    Ok(Deleted)
}
