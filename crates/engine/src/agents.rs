//! Agents: who works on sessions, how much they have room for, and how the account hands out its work.

mod list;
mod settings;
mod update;

pub use dwell_core::session::{AgentDesk, DeskSettings};
pub use settings::Update as UpdateSettings;
pub use update::Update;

use dwell_core::person::PersonRole;
use dwell_core::{AccountSid, Person};
use dwell_store::{Tx, desks, people};

use crate::error::Error;

/// Somebody who works on sessions.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Who it is.
    pub person: Person,
    /// What they have, and have room for.
    pub desk: AgentDesk,
    /// How the account hands out its work.
    pub settings: DeskSettings,
}

/// Whether a person works on sessions.
fn works(person: &Person) -> bool {
    person.role >= PersonRole::Agent && person.disabled_at.is_none()
}

fn find(tx: &mut dyn Tx, account: &AccountSid, identity: &str) -> Result<Agent, Error> {
    let person = people::fetch_by_identity(tx, account, identity)?.filter(works).ok_or(Error::NotFound)?;
    let desk = desks::fetch(tx, account, identity)?;
    Ok(Agent { person, desk, settings: desks::settings(tx, account)? })
}
