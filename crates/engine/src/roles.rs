//! Roles of a service: create, fetch, list, update, delete (contract §5.10).

mod create;
mod delete;
mod fetch;
mod list;
mod update;

pub use create::Create;
pub use update::Update;

use dwell_core::Reason;
use dwell_core::role::RoleType;

/// What a role is to grant; a blank permission is none that there is.
fn permissions(role_type: RoleType, given: Option<&[String]>) -> Result<Vec<String>, Reason> {
    let given = given.ok_or_else(|| Reason::InvalidParameter {
        name: "Permission",
        problem: "at least one permission is required".to_owned(),
    })?;
    role_type.grant(given)
}
