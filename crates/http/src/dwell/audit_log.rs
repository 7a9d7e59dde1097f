//! `/dwell/v1/AuditLog`: what people did.

use axum::Json;
use axum::extract::State;
use dwell_engine::{Engine, audit};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::Answer;
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "audit_log", size_default: 50, size_max: 1_000 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list))
}

/// One act of a person: a write, a sign-in, or something that its role forbids.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    /// Its SID; later ones sort later.
    sid: String,
    /// When.
    at: String,
    /// The SID of the person. Of a sign-in that was refused, whose it would have been.
    actor: String,
    /// What the person was called then.
    actor_name: String,
    /// The operation, such as `POST /v1/Conversations/{Sid}`.
    act: String,
    /// The path that was asked for, at most 512 characters of it.
    target: String,
    /// The status of the answer; null until it is known, and for ever when the server stopped meanwhile.
    status: Option<i64>,
    /// From where.
    remote_address: Option<String>,
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct AuditLog {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The entries on it, newest first.
    audit_log: Vec<AuditEntry>,
}

form! {
    /// The filters of the audit log.
    AuditFilter => audit::Request {
        /// Only what this person did, by SID.
        actor = "Actor",
        /// Only what was done then or later.
        after = "After" date_time,
        /// Only what was done before.
        before = "Before" date_time,
    }
}

/// List what people did, newest first. It is written before it is done, and kept for 400 days.
#[utoipa::path(
    get,
    path = "/AuditLog",
    tag = "AuditLog",
    params(AuditFilter, PageQuery),
    responses((status = 200, body = AuditLog))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(filter): Query<AuditFilter>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<AuditLog>> {
    let paging = page.read(LISTING)?;
    let given = filter.given();
    let page = engine.list_audit_log(&request.caller, filter.0, paging.request.clone()).await?;
    let root = format!("{}/dwell/v1/AuditLog", request.tree.base);
    let meta = paging.meta(&root, &given, &page);
    let entries = page.items.into_iter().map(|entry| AuditEntry {
        sid: entry.sid.to_string(),
        at: entry.at.to_rfc3339_micros(),
        actor: entry.actor,
        actor_name: entry.actor_name,
        act: entry.act,
        target: entry.target,
        status: entry.status,
        remote_address: entry.remote_address,
    });
    Ok(Json(AuditLog { meta, audit_log: entries.collect() }))
}
