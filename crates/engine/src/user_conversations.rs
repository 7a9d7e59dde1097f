//! A user's conversations: fetch, list, update, delete (contract §5.8, §8). Each is the user's
//! participant in a conversation, seen from the user.

mod delete;
mod fetch;
mod list;
mod update;

pub use update::Update;

use dwell_core::{Conversation, Participant, Reason, User, limits};
use dwell_store::memberships::Membership;
use dwell_store::participants::{self, Key};
use dwell_store::{Tx, messages, services, users};

use crate::context::{Caller, Scope};
use crate::error::Error;
use crate::journal::Journal;

/// A conversation with a user's participant in it, and how many messages lie behind the participant's
/// read horizon, at most [`limits::UNREAD_MESSAGES_MAX`]; `None` without a horizon.
pub type Seen = Membership<Option<i64>>;

/// A user without a lock, by SID or identity.
fn user(tx: &mut dyn Tx, scope: &Scope, segment: &str) -> Result<User, Error> {
    let account = &scope.caller.account.sid;
    services::fetch(tx, account, &scope.service_sid)?.ok_or(Error::NotFound)?;
    crate::users::by_key(segment, |key| users::fetch(tx, account, &scope.service_sid, key))?.ok_or(Error::NotFound)
}

/// The participant of a user in a conversation.
fn participant(tx: &mut dyn Tx, c: &Conversation, user: &User) -> Result<Participant, Error> {
    participants::fetch(tx, &c.account_sid, &c.sid, Key::Identity(&user.identity))?.ok_or(Error::NotFound)
}

/// A user's conversation and participant, locked. One that the user is not in is not there, closed
/// or not.
fn lock_open<'a>(
    tx: &mut dyn Tx,
    scope: &'a Scope,
    user: &User,
    conversation: &str,
) -> Result<(Conversation, Journal<'a>, bool, Participant), Error> {
    match crate::conversations::lock_open(tx, scope, conversation) {
        Ok((c, journal, settled)) => {
            let found = participant(tx, &c, user)?;
            Ok((c, journal, settled, found))
        }
        Err(closed @ Error::Refused(Reason::ConversationClosed)) => {
            let c = crate::conversations::find(tx, scope, conversation)?;
            participant(tx, &c, user)?;
            Err(closed)
        }
        Err(error) => Err(error),
    }
}

/// Counts the unread messages.
fn seen(tx: &mut dyn Tx, c: Conversation, p: Participant) -> Result<Seen, Error> {
    let count = |index| messages::count_after(tx, &c.account_sid, &c.sid, index, limits::UNREAD_MESSAGES_MAX);
    let unread = p.last_read_message_index.map(count).transpose()?;
    Ok(Membership { participant: p, conversation: c, more: unread })
}

/// These calls do not know `X-Twilio-Webhook-Enabled` (contract §1.4): webhooks hear of none.
fn without_webhooks(scope: &Scope) -> Scope {
    Scope { caller: Caller { webhooks: false, ..scope.caller.clone() }, ..*scope }
}
