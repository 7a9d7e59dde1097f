//! All routes in one place.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use dwell_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

use crate::door::{self, Door};
use crate::errors::Failure;
use crate::{Options, beside, console, docs, dwell, health, openapi, v1};

/// Every documented operation with its handler.
pub(crate) fn operations() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().nest("/v1", v1::routes()).nest("/dwell/v1", dwell::routes())
}

/// The API as a router over an engine.
pub fn router(engine: Engine, options: Options) -> Router {
    router_with(engine, options, Router::new())
}

/// The same with other routes [beside](crate::beside) it.
pub fn router_with(engine: Engine, options: Options, others: Router) -> Router {
    let (operations, document) = operations().split_for_parts();
    let document: Arc<str> = openapi::render(document).into();
    let door = Door::new(engine.clone(), options);
    operations
        .merge(docs::routes(document.clone()))
        .merge(console::routes())
        .merge(beside::whole_bodies(others, engine.clone()))
        .route("/openapi.json", get(move || openapi::serve(document.clone())))
        // What `content_direct_temporary` says; nobody makes up such a link.
        .route("/dwell/v1/Media/{AccountSid}/{MediaSid}", get(v1::media::linked))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(|| async { Failure::UnknownPath })
        .method_not_allowed_fallback(|| async { Failure::MethodNotAllowed })
        .layer(axum::middleware::from_fn_with_state(door, door::through))
        .with_state(engine)
}
