//! The pictures of the guides: `docs/pictures`. A release has them in the binary; a debug build reads them from the
//! disk.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use rust_embed::RustEmbed;

use super::reply;
use crate::errors::Failure;

#[derive(RustEmbed)]
#[folder = "../../docs/pictures"]
struct Pictures;

pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let picture = Pictures::get(&name).ok_or(Failure::UnknownPath)?;
    let tag: String = picture.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(reply::picture(picture.data, &tag, &headers))
}
