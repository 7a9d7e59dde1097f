//! Every tool.

mod configuration;
mod conversations;
mod documentation;
mod explain;
mod lifecycle;

use dwell_engine::Error;

use crate::refusal::Refusal;
use crate::tool::Entry;
use crate::visit::Visit;

/// Tools for documentation first.
pub(crate) const ALL: &[Entry] = &[
    Entry::of::<documentation::SearchDocs>(),
    Entry::of::<documentation::ReadPage>(),
    Entry::of::<documentation::ListOperations>(),
    Entry::of::<documentation::DescribeOperation>(),
    Entry::of::<documentation::ExplainError>(),
    Entry::of::<conversations::ListConversations>(),
    Entry::of::<conversations::ReadConversation>(),
    Entry::of::<conversations::ListMessages>(),
    Entry::of::<conversations::ListParticipants>(),
    Entry::of::<conversations::SendMessage>(),
    Entry::of::<explain::ExplainConversation>(),
    Entry::of::<lifecycle::ReadTimers>(),
    Entry::of::<lifecycle::SetTimers>(),
    Entry::of::<lifecycle::SetState>(),
    Entry::of::<configuration::ReadConfiguration>(),
    Entry::of::<configuration::SetConfiguration>(),
    Entry::of::<configuration::AdvanceClock>(),
];

/// Turns a refusal of the engine about a conversation, as the caller named it, into one of a tool.
fn refused<'a>(visit: &'a Visit, conversation: &str) -> impl Fn(Error) -> Refusal + use<'a> {
    let path = if conversation.is_empty() { String::new() } else { format!("/Conversations/{conversation}") };
    move |error| Refusal::of_engine(&visit.server, &error, &path)
}
