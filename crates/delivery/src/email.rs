//! E-mail: messages leave by SMTP ([`Mailer`]) and come in by IMAP ([`Mailbox`]).
//!
//! Threads follow `Message-ID`, `In-Reply-To` and `References`. Names of mails are kept without the angle
//! brackets. Which conversation a mail belongs to is decided by the pair of addresses as on every channel
//! (contract §11.1), so what a mail answers is only handed on.

mod automatic;
mod bounce;
mod desk;
mod endpoint;
mod folder;
mod imap;
mod letter;
mod mail;
mod mailbox;
#[cfg(test)]
mod samples;
mod smtp;

use std::sync::Arc;

use dwell_core::channel::Provider;
use dwell_engine::{Engine, Random};

use crate::guard::{Guard, SystemLookup};
use crate::sessions::{OfProvider, Supervisor};

pub use mailbox::{Desk, Mailbox, Outcome, Work};
pub use smtp::Mailer;

/// What reads the mailboxes of every account, connecting to what `guard` allows, and takes mail to the engine.
pub fn supervisor(guard: Guard, engine: Engine, random: Arc<dyn Random>) -> Supervisor {
    let clock = engine.clock();
    let source = OfProvider::new(engine.clone(), Provider::Email);
    let mailbox = Mailbox::new(Arc::new(guard), Arc::new(SystemLookup), clock.clone(), Arc::new(engine));
    Supervisor::new(Arc::new(source), Arc::new(mailbox), clock, random)
}
