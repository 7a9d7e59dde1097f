//! What a step asks of the server, in terms of the model: places in its lists instead of SIDs, so that
//! no SID has a say in what happens next.

use crate::model::TimerText;

/// A request. A place that is not in its list names something that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// A new conversation.
    Create {
        service: usize,
        state: Option<&'static str>,
        inactive: Option<TimerText>,
        closed: Option<TimerText>,
        name: Option<&'static str>,
    },
    /// A change of a conversation; without anything to change, the empty update.
    Change {
        c: usize,
        state: Option<&'static str>,
        inactive: Option<TimerText>,
        closed: Option<TimerText>,
        name: Option<&'static str>,
        friendly: Option<&'static str>,
    },
    /// The end of a conversation.
    Delete { c: usize },
    /// A message; with a content template, the text is ignored.
    Say { c: usize, author: Option<String>, body: &'static str, content: bool },
    /// Another author or text for a message.
    Edit { c: usize, message: usize, author: Option<&'static str>, body: Option<&'static str> },
    /// The end of a message.
    Unsay { c: usize, message: usize },
    /// A participant with an identity.
    Join { c: usize, identity: &'static str },
    /// A participant without.
    Bind { c: usize, address: String, proxy: String },
    /// Another proxy address for a participant; `null` takes it away.
    Rebind { c: usize, participant: usize, proxy: &'static str },
    /// The end of a participant.
    Leave { c: usize, participant: usize, by_identity: bool },
    /// The end of a user.
    DeleteUser { service: usize, identity: &'static str },
    /// A new service.
    NewService { account: usize },
    /// The end of a service.
    DeleteService { service: usize },
    /// Default timers.
    Configure { account: usize, inactive: Option<TimerText>, closed: Option<TimerText> },
}

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Manner {
    /// With the header of contract §1.4.
    pub(crate) notify: bool,
    /// With an API key, not the account's own token.
    pub(crate) with_key: bool,
    /// By unique name when the conversation has one.
    pub(crate) by_name: bool,
    /// Microseconds that it has waited for its turn.
    pub(crate) waited: i64,
    /// With the credentials of another account.
    pub(crate) foreign: bool,
}

impl Command {
    /// The conversation that it is about.
    pub(crate) fn conversation(&self) -> Option<usize> {
        match *self {
            Command::Change { c, .. }
            | Command::Delete { c }
            | Command::Say { c, .. }
            | Command::Edit { c, .. }
            | Command::Unsay { c, .. }
            | Command::Join { c, .. }
            | Command::Bind { c, .. }
            | Command::Rebind { c, .. }
            | Command::Leave { c, .. } => Some(c),
            _ => None,
        }
    }
}
