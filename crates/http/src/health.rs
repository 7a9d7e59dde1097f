//! `/healthz`: the process answers. `/readyz`: so does its store.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dwell_engine::Engine;

/// The process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// The store answers, so requests can be served.
pub(crate) async fn readyz(State(engine): State<Engine>) -> Response {
    match engine.ping().await {
        Ok(()) => Json(serde_json::json!({"status": "ready"})).into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({"status": "store unavailable"}))).into_response()
        }
    }
}
