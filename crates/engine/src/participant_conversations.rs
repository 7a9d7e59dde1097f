//! The lookup of conversations by who is in them.

mod list;

pub use list::{List, ParticipantConversation};

use dwell_store::memberships::Membership;

/// The cursor of a list of one identity's conversations, in each of which it is once.
pub(crate) fn by_conversation<M>(found: &Membership<M>) -> String {
    found.conversation.sid.to_string()
}
