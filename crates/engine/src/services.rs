//! Services: create, fetch, list, delete (contract §5.11). There is no update.

mod create;
mod delete;
mod fetch;
mod list;

pub use create::Create;
pub(crate) use create::new_service;
