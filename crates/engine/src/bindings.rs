//! Devices of users that want notifications: fetch, list, delete (contract §5.16). Client SDKs make
//! them.

mod delete;
mod fetch;
mod list;

pub use list::List;
