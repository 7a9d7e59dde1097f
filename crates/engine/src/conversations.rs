//! Conversations: create, alone or with participants, fetch, list, update, delete, and the life of one.

mod create;
mod delete;
mod fetch;
mod initialize;
mod life;
mod list;
mod log;
mod update;

pub use create::Create;
pub(crate) use create::begin;
pub use life::{Life, LifePage, LifeRecord, Running};
pub use list::List;
pub use log::{Log, LogEvent};
pub use update::Update;

use dwell_core::{Conversation, ConversationSid, Reason, limits};
use dwell_store::Tx;
use dwell_store::conversations::{self, Key};

use crate::context::{Caller, Scope};
use crate::error::Error;
use crate::input;
use crate::journal::{Journal, settle_now};

/// Reads a path segment: a SID or a unique name (contract §1.6).
pub(crate) fn by_key<T>(segment: &str, then: impl FnOnce(Key<'_>) -> T) -> T {
    match ConversationSid::parse(segment) {
        Some(sid) => then(Key::Sid(&sid)),
        None => then(Key::UniqueName(segment)),
    }
}

/// A conversation without a lock.
pub(crate) fn find(tx: &mut dyn Tx, scope: &Scope, segment: &str) -> Result<Conversation, Error> {
    let account = &scope.caller.account.sid;
    by_key(segment, |key| conversations::fetch(tx, account, &scope.service_sid, key))?.ok_or(Error::NotFound)
}

/// A conversation of the account without a lock, whatever its service; by SID, or by unique name in the default
/// service.
pub(crate) fn find_anywhere(tx: &mut dyn Tx, caller: &Caller, segment: &str) -> Result<Conversation, Error> {
    let account = &caller.account;
    let found = match ConversationSid::parse(segment) {
        Some(sid) => conversations::fetch_anywhere(tx, &account.sid, &sid)?,
        None => conversations::fetch(tx, &account.sid, &account.default_service_sid, Key::UniqueName(segment))?,
    };
    found.ok_or(Error::NotFound)
}

/// A conversation, locked, with everything that is due carried out; refused when it is closed or still
/// being set up.
/// Returns it with a journal for what happens next, and whether timers came due on the way that are still to be
/// written.
pub(crate) fn lock_open<'a>(
    tx: &mut dyn Tx,
    scope: &'a Scope,
    segment: &str,
) -> Result<(Conversation, Journal<'a>, bool), Error> {
    let account = &scope.caller.account.sid;
    let mut conversation =
        by_key(segment, |key| conversations::lock(tx, account, &scope.service_sid, key))?.ok_or(Error::NotFound)?;
    let (journal, settled) = settle_now(tx, &scope.caller, &mut conversation)?;
    conversation.lifecycle.check_usable()?;
    Ok((conversation, journal, settled))
}

/// Asked before the write: a violated key ends a transaction on PostgreSQL, and goes unnoticed in a
/// rehearsal. A race is caught by the key all the same.
fn refuse_taken_name(tx: &mut dyn Tx, c: &Conversation, name: &str) -> Result<(), Error> {
    match conversations::fetch(tx, &c.account_sid, &c.service_sid, Key::UniqueName(name))? {
        Some(holder) if holder.sid != c.sid => Err(Error::Refused(Reason::UniqueNameTaken)),
        _ => Ok(()),
    }
}

/// A unique name; `None` when blank.
fn unique_name(text: &str) -> Result<Option<&str>, Reason> {
    if dwell_core::has_sid_form(ConversationSid::PREFIX, text) {
        return Err(Reason::UniqueNameLooksLikeSid);
    }
    let name = input::at_most(text, limits::UNIQUE_NAME_CHARS_MAX, Reason::UniqueNameTooLong)?;
    Ok(input::present(Some(name)))
}

/// The e-mail binding's parameters, each blank to clear.
fn email(text: &str) -> Result<Option<&str>, Reason> {
    let too_long = Reason::InvalidParameter {
        name: "Bindings.Email",
        problem: format!("longer than {} characters", limits::IDENTITY_CHARS_MAX),
    };
    Ok(input::present(Some(input::at_most(text, limits::IDENTITY_CHARS_MAX, too_long)?)))
}
