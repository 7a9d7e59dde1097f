//! `/dwell/v1/Channels`: how messages leave for addresses outside and come from there.

use axum::Json;
use axum::extract::State;
use dwell_core::channel::Settings;
use dwell_engine::{Engine, channels};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "channels", size_default: 50, size_max: 100 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(fetch, update, delete))
}

/// A channel: which of the account's addresses are served, and through whom.
#[derive(Debug, Serialize, ToSchema)]
struct Channel {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// Through whom messages go: `twilio`, `smpp`, `email`, `http` or `loopback`.
    provider: &'static str,
    /// A name for people.
    friendly_name: Option<String>,
    /// The account's addresses that it serves, all of one type. No other channel of the account has any of
    /// them.
    addresses: Vec<String>,
    /// Whether messages go out and come in through it.
    enabled: bool,
    /// What the provider needs to know, with `********` in the place of secrets.
    #[schema(value_type = Object)]
    settings: Value,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// A page of channels.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The channels on it.
    channels: Vec<Channel>,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/Channels", request.tree.base)
}

fn show((channel, settings): (dwell_core::channel::Channel, Settings), root: &str) -> Channel {
    Channel {
        url: format!("{root}/{}", channel.sid),
        sid: channel.sid.to_string(),
        account_sid: channel.account_sid.to_string(),
        provider: channel.provider.as_str(),
        friendly_name: channel.friendly_name,
        addresses: channel.addresses,
        enabled: channel.enabled,
        settings: settings.shown(),
        date_created: channel.date_created.to_rfc3339_micros(),
        date_updated: channel.date_updated.to_rfc3339_micros(),
    }
}

form! {
    /// The body of `POST /Channels`.
    CreateChannel => channels::Request {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// Through whom messages go: a Messages API as Twilio's, a carrier's SMSC by SMPP 3.4, a mailbox, a
        /// program of the account's own, or a simulated telephone. It never changes.
        provider = "Provider" required one_of["twilio", "smpp", "email", "http", "loopback"],
        /// An address of the account that the channel serves; repeated for each, at most 100. All are of one
        /// type: for `smpp` telephone numbers, for `email` e-mail addresses, for `twilio` telephone numbers or
        /// addresses that begin with `whatsapp:`, `messenger:` or `rcs:`, for the others any. No other channel
        /// of the account may have one of them.
        addresses = "Addresses" required list,
        /// Whether messages go out and come in through it. True when not given.
        enabled = "Enabled" boolean,
        /// What the provider needs to know: a JSON object, at most 4096 bytes. Unknown members are refused.
        settings = "Settings",
    }
}

form! {
    /// The body of `POST /Channels/{Sid}`.
    UpdateChannel => channels::Request {
        /// A name for people, at most 256 characters.
        friendly_name = "FriendlyName",
        /// An address of the account that the channel serves; repeated for each, at most 100. The list takes
        /// the place of the one before.
        addresses = "Addresses" list,
        /// Whether messages go out and come in through it. Those that wait go on waiting while it is off.
        enabled = "Enabled" boolean,
        /// What the provider needs to know: a JSON object that takes the place of the one before. A secret that
        /// is left out, or given as `********`, stays as it is.
        settings = "Settings",
    }
}

/// Create a channel.
///
/// `Settings` by provider; what is not in the example is optional and said in the guide:
///
/// - `twilio`: `{"account_sid": "AC…", "auth_token": "…"}`
/// - `smpp`: `{"host": "smsc.example.com", "port": 2775, "system_id": "dwell", "password": "…"}`
/// - `email`: `{"smtp_url": "smtps://mail.example.com", "smtp_username": "desk", "smtp_password": "…",
///   "imap_url": "imaps://mail.example.com", "imap_username": "desk", "imap_password": "…"}`
/// - `http`: `{"url": "https://example.com/messages"}`
/// - `loopback`: `{}`
#[utoipa::path(
    post,
    path = "/Channels",
    tag = "Channel",
    request_body(content = CreateChannel, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = Channel))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateChannel(input)): Form<CreateChannel>,
) -> Answer<Created<Channel>> {
    let channel = engine.create_channel(&request.caller, input).await?;
    Ok(Created(show(channel, &root(&request))))
}

/// List the channels of the account in order of creation.
#[utoipa::path(
    get,
    path = "/Channels",
    tag = "Channel",
    params(PageQuery),
    responses((status = 200, body = ChannelList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ChannelList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_channels(&request.caller, paging.request.clone()).await?;
    let root = root(&request);
    Ok(Json(ChannelList {
        meta: paging.meta(&root, &[], &page),
        channels: page.items.into_iter().map(|channel| show(channel, &root)).collect(),
    }))
}

/// Fetch a channel.
#[utoipa::path(get, path = "/Channels/{Sid}", tag = "Channel", responses((status = 200, body = Channel)))]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<Channel>> {
    let channel = engine.fetch_channel(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(channel, &root(&request))))
}

/// Update a channel. What is without a parameter stays.
#[utoipa::path(
    post,
    path = "/Channels/{Sid}",
    tag = "Channel",
    request_body(content = UpdateChannel, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Channel))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateChannel(input)): Form<UpdateChannel>,
) -> Answer<Json<Channel>> {
    let channel = engine.update_channel(&request.caller, request.segment("Sid"), input).await?;
    Ok(Json(show(channel, &root(&request))))
}

/// Delete a channel. Its addresses are free for others at once.
#[utoipa::path(delete, path = "/Channels/{Sid}", tag = "Channel", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_channel(&request.caller, request.segment("Sid")).await?;
    Ok(Deleted)
}
