//! What the tests of every crate share.

mod app;
mod carriers;
mod clock;
pub mod deliveries;
mod desk;
mod people;
mod phones;
pub mod postgres;
mod random;
mod receivers;
mod told;

pub use app::{Account, Answer, START, TestApp};
pub use carriers::{Carriers, Carrying};
pub use clock::ManualClock;
pub use dwell_engine::deliveries::Status as DeliveryStatus;
pub use dwell_http::Options as HttpOptions;
pub use people::{PASSWORD, SignedIn};
pub use random::SeededRandom;
pub use receivers::{Behaviour, Receivers};
pub use told::Told;
