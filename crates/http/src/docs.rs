//! `/docs`: the documentation portal, made from the OpenAPI document of this server, the guides and the table
//! of errors ([decision 6](../../../docs/decisions/0006-the-portal-is-part-of-the-server.md)). Pages are whole
//! without JavaScript and load nothing from elsewhere.

mod assets;
mod code;
mod layout;
mod operation;
mod pages;
mod pictures;
mod reply;
mod text;

use std::sync::{Arc, OnceLock};

use axum::extract::{Path, RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use dwell_docs::Library;
use dwell_engine::Engine;

use crate::errors::Failure;
use crate::openapi::yaml;
use crate::tree::BaseUrl;
use layout::Site;

/// Most results of a search.
const HITS_MAX: usize = 40;
/// Most results while somebody types.
const SUGGESTIONS_MAX: usize = 8;
/// Longest query of a search that is read, in characters.
const QUERY_CHARS_MAX: usize = 200;
const MARKDOWN: &str = "text/markdown; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// What pages are made from, read at the first request for one: most processes of tests never see one.
#[derive(Clone)]
struct Portal {
    document: Arc<str>,
    library: Arc<OnceLock<Option<Library>>>,
}

impl Portal {
    fn library(&self) -> Result<&Library, Failure> {
        let read = || {
            let library = Library::new(&self.document, env!("CARGO_PKG_VERSION"));
            library.inspect_err(|problem| tracing::error!(%problem, "no documentation")).ok()
        };
        // The document is the server's own: that it can be read is tested.
        self.library.get_or_init(read).as_ref().ok_or(Failure::UnknownPath)
    }
}

/// The pages over the OpenAPI document of this server.
pub(crate) fn routes(document: Arc<str>) -> Router<Engine> {
    let portal = Portal { document, library: Arc::default() };
    let pages = Router::new()
        .route("/docs", get(start))
        .route("/docs/", get(start))
        .route("/docs.md", get(start_as_markdown))
        .route("/docs.txt", get(start_as_text))
        .route("/docs/search", get(search))
        .route("/docs/search.json", get(suggest))
        .route("/docs/assets/{name}", get(assets::serve))
        .route("/docs/pictures/{name}", get(pictures::serve))
        .route("/docs/{*address}", get(page))
        .route("/llms.txt", get(llms))
        .route("/openapi.yaml", get(openapi_yaml));
    pages.with_state(portal)
}

type Answer = Result<Response, Failure>;

async fn start(State(portal): State<Portal>, Extension(base): Extension<BaseUrl>, headers: HeaderMap) -> Answer {
    show(&portal, "", &base, &headers)
}

async fn start_as_markdown(
    State(portal): State<Portal>,
    Extension(base): Extension<BaseUrl>,
    headers: HeaderMap,
) -> Answer {
    show(&portal, ".md", &base, &headers)
}

async fn start_as_text(
    State(portal): State<Portal>,
    Extension(base): Extension<BaseUrl>,
    headers: HeaderMap,
) -> Answer {
    show(&portal, ".txt", &base, &headers)
}

async fn page(
    State(portal): State<Portal>,
    Extension(base): Extension<BaseUrl>,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Answer {
    show(&portal, &address, &base, &headers)
}

/// A page, or its twin when the address ends so.
fn show(portal: &Portal, address: &str, base: &BaseUrl, headers: &HeaderMap) -> Answer {
    let library = portal.library()?;
    let twin = |address: &str| library.markdown(address, &base.0);
    if let Some(text) = address.strip_suffix(".md").and_then(twin) {
        return Ok(reply::text(text, MARKDOWN, headers));
    }
    if let Some(text) = address.strip_suffix(".txt").and_then(twin) {
        return Ok(reply::text(dwell_docs::text(&text), PLAIN, headers));
    }
    let site = Site::new(library, base);
    match pages::page(&site, address) {
        Some(page) => Ok(reply::html(page, headers)),
        None => Ok((StatusCode::NOT_FOUND, reply::html(pages::unknown(&site), &HeaderMap::new())).into_response()),
    }
}

/// The query `q`, at most as long as is read.
fn query(raw: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
    let found = pairs.into_iter().find(|(name, _)| name == "q").map(|(_, value)| value);
    found.unwrap_or_default().chars().take(QUERY_CHARS_MAX).collect()
}

async fn search(
    State(portal): State<Portal>,
    Extension(base): Extension<BaseUrl>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let library = portal.library()?;
    let query = query(raw.as_deref());
    let page = pages::search(&Site::new(library, &base), &query, &library.search(&query, HITS_MAX));
    Ok(reply::html(page, &headers))
}

async fn suggest(State(portal): State<Portal>, RawQuery(raw): RawQuery) -> Answer {
    let hits = portal.library()?.search(&query(raw.as_deref()), SUGGESTIONS_MAX);
    Ok(Json(hits).into_response())
}

async fn llms(State(portal): State<Portal>, Extension(base): Extension<BaseUrl>, headers: HeaderMap) -> Answer {
    Ok(reply::text(portal.library()?.llms(&base.0), PLAIN, &headers))
}

async fn openapi_yaml(State(portal): State<Portal>) -> Answer {
    let value = serde_json::from_str(&portal.document).map_err(|_| Failure::UnknownPath)?;
    Ok(([(CONTENT_TYPE, "application/yaml; charset=utf-8")], yaml::text(&value)).into_response())
}
