//! `/console`: the console, and how people sign in and out of it.

mod files;
mod openid;
mod session;

use axum::Router;
use axum::routing::{get, post};
use dwell_engine::Engine;

pub(crate) fn routes() -> Router<Engine> {
    Router::new()
        .route("/console/session", get(session::show).post(session::begin).delete(session::end))
        .route("/console", get(files::serve))
        .route("/console/", get(files::serve))
        .route("/console/{*address}", get(files::serve))
        .route("/console/openid/start", get(openid::start))
        .route("/console/openid/callback", get(openid::finish))
        .route("/console/password", post(session::change_password))
}
