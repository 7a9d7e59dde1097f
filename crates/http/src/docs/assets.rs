//! The files of the portal, embedded.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::reply;
use crate::errors::Failure;

/// A file: its name, its type, what is in it.
pub(super) struct Asset {
    pub(super) name: &'static str,
    kind: &'static str,
    pub(super) content: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(super) const STYLE: Asset =
    Asset { name: "docs.css", kind: "text/css; charset=utf-8", content: include_str!("assets/docs.css") };
/// Before the first paint: which theme, and that scripts run.
pub(super) const EARLY: Asset = Asset { name: "early.js", kind: SCRIPT, content: include_str!("assets/early.js") };
pub(super) const PAGE: Asset = Asset { name: "docs.js", kind: SCRIPT, content: include_str!("assets/docs.js") };
pub(super) const TRY: Asset = Asset { name: "try.js", kind: SCRIPT, content: include_str!("assets/try.js") };
pub(super) const ICON: Asset =
    Asset { name: "icon.svg", kind: "image/svg+xml", content: include_str!("assets/icon.svg") };

const ALL: &[Asset] = &[STYLE, EARLY, PAGE, TRY, ICON];

impl Asset {
    /// Its address, which changes with its content.
    pub(super) fn address(&self, root: &str) -> String {
        format!("{root}/docs/assets/{}?v={}", self.name, reply::fingerprint(self.content))
    }
}

pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let asset = ALL.iter().find(|asset| asset.name == name).ok_or(Failure::UnknownPath)?;
    Ok(reply::file(asset.content, asset.kind, &headers))
}
