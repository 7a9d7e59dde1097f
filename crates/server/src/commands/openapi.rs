//! `dwell openapi`: the description of the API.

use crate::console::say;
use crate::failure::Failure;

pub(super) fn run() -> Result<(), Failure> {
    say(dwell_http::openapi_json().trim_end());
    Ok(())
}
