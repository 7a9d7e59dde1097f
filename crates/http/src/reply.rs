//! Successful answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dwell_core::Timestamp;
use serde::Serialize;

use crate::errors::Failure;

/// The outcome of a handler.
pub(crate) type Answer<T> = Result<T, Failure>;

/// 201 with what was created.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// 204.
pub(crate) struct Deleted;

impl IntoResponse for Deleted {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// An instant as REST bodies show it: whole seconds (contract §1.5).
pub(crate) fn date(at: Timestamp) -> String {
    at.to_rfc3339_seconds()
}
