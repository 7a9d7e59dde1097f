//! Sessions: what they follow, what people do with them, who gets what waits, and what is shown of them.

mod acts;
mod clocks;
mod counts;
mod fetch;
mod follow;
mod handing;
mod list;
mod parking;
mod route;
mod shown;
mod speaking;

pub(crate) use acts::{farewell, perform, queue};
pub use clocks::Extend;
pub use counts::Counts;
pub use dwell_store::sessions::LogLine;
pub(crate) use follow::{Story, end_deleted, follow, is_followed};
pub use handing::{Assign, Transfer};
pub use list::List;
pub use parking::{End, Inactivate};
pub(crate) use route::reroute;
pub use shown::{Shown, Summary};
pub use speaking::{Read, Reply};
