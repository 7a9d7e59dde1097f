//! Receipts: fetch, list, and what channels say of messages.

pub(crate) mod book;
mod fetch;
mod list;
mod note;

pub use note::{Named, News, Noted};

use dwell_core::Message;
use dwell_store::Tx;

use crate::context::Scope;
use crate::error::Error;

/// The message that receipts are asked of, by the segments of the path.
fn message(tx: &mut dyn Tx, scope: &Scope, conversation: &str, segment: &str) -> Result<Message, Error> {
    let c = crate::conversations::find(tx, scope, conversation)?;
    crate::messages::find(tx, &c, segment)
}
