//! Carries webhooks and messages out of the house: [`HttpTransport`] makes one call of a webhook and tells what
//! came of it, [`Carriers`] hand one message over to the other side of a channel.
//!
//! - [`sessions`] keeps the connections of channels whose provider wants one, [`smpp`] speaks over those with SMSCs.
//! - `dial` opens connections that are not HTTP, under the same guard.
//! - [`Guard`] says which addresses may be called. It judges literal addresses in URLs and, inside the
//!   resolver that the connections use, every address of a name: what was judged is what is connected to.
//! - `client` makes HTTP requests and bounds everything that comes back: time, bytes, connections.
//!   Proxies of the environment are ignored, for they would go around the guard, and so are redirects, but for
//!   those of files, each of which is judged like a URL of its own.
//! - [`OpenId`] asks a provider of identities who signs in.
//! - `transport` puts together what a webhook is told, `carriers` what each provider is told.
//!
//! What is called when, and what happens after a failure, is decided by the engine.

mod carriers;
mod client;
mod dial;
pub mod email;
mod files;
pub mod guard;
mod openid;
pub mod sessions;
pub mod smpp;
mod transport;

pub use carriers::{Carriers, Options as CarrierOptions};
pub use client::Unusable;
pub use files::Files;
pub use guard::{Guard, InvalidNetwork};
pub use openid::{OpenId, Options as OpenIdOptions};
pub use transport::HttpTransport;
