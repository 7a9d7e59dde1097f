//! Bulk jobs: one act on many conversations, each exactly once, whoever crashes when. What a job does to a
//! conversation, the result of that and how far the job is are written in one transaction.

mod acts;
mod create;
mod jobs;
mod select;
mod work;

use dwell_core::bulk::Job;
use dwell_core::{BulkSid, ConversationSid, Reason, State};
use dwell_store::Tx;

pub use create::Request;
pub use work::BulkWorker;

use crate::context::Caller;
use crate::error::Error;

/// Most conversations that are acted on in one transaction.
const BATCH_CONVERSATIONS_MAX: usize = 50;
/// Most conversations that are acted on before a job is shown to whoever asked for it.
const AT_ONCE_MAX: i64 = 100;
/// Most conversations that a dry run names.
const SAMPLE_MAX: usize = 20;

/// How an error is told to clients: its number and what it says.
pub type Tell = fn(&Error) -> (u32, String);

/// What becomes of a request for a job.
#[derive(Debug, Clone)]
pub enum Bulk {
    /// A dry run: how many conversations it would go through, and some of them.
    Preview {
        /// How many.
        count: usize,
        /// Some of them.
        sample: Vec<Candidate>,
    },
    /// A job, which may be done already.
    Begun(Box<Job>),
}

/// A conversation that a job would go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The conversation.
    pub sid: ConversationSid,
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// Its name for programs.
    pub unique_name: Option<String>,
    /// Its state.
    pub state: State,
}

/// Whether somebody may act on many conversations at once.
///
/// # Errors
/// [`Reason::RoleForbids`].
fn check_may(tx: &mut dyn Tx, caller: &Caller) -> Result<(), Error> {
    if caller.switches(tx)?.can_bulk { Ok(()) } else { Err(Reason::RoleForbids.into()) }
}

/// The SID of a job, from a path.
fn sid_of(segment: &str) -> Result<BulkSid, Error> {
    BulkSid::parse(segment).ok_or(Error::NotFound)
}
